//! Access keys.

use crate::support::TestServer;

const OTHER: &str = "210987654321";

#[tokio::test]
async fn a_key_of_another_account_is_missed_like_one_that_is_not_there() {
    let server = TestServer::new().await;
    let (root, other) = (server.root(), server.other_root(OTHER).await);
    let eva = other.make_user("eva").await;
    root.must("CreateUser", &[("UserName", "eva")]).await;
    // Every account has a root user, and may have a user of any name: the owner alone does not tell whose a key is.
    for (key, name) in [(&other.key, None), (&eva.key, Some(("UserName", "eva"))), (&eva.key, None)] {
        let missing = format!("404 NoSuchEntity: The Access Key with id {key} cannot be found.");
        let mut params = vec![("AccessKeyId", key.as_str())];
        params.extend(name);
        root.answers("DeleteAccessKey", &params, &missing).await;
        for status in ["Inactive", "Active"] {
            let params = [&params[..], &[("Status", status)]].concat();
            root.answers("UpdateAccessKey", &params, &missing).await;
        }
    }
    for theirs in [&other, &eva] {
        let identity = theirs.sts("GetCallerIdentity", &[]).await;
        assert_eq!((identity.status, identity.text("Account")), (200, OTHER.to_owned()), "{}", identity.body);
    }
    assert_eq!(other.must("ListAccessKeys", &[]).await.all("AccessKeyId"), [other.key.as_str()]);
}

#[tokio::test]
async fn root_looks_after_its_own_keys_without_a_name() {
    let server = TestServer::new().await;
    let root = server.root();
    let made = root.must("CreateAccessKey", &[]).await.text("AccessKeyId");
    root.answers("CreateAccessKey", &[], "409 LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2")
        .await;
    root.must("UpdateAccessKey", &[("AccessKeyId", &made), ("Status", "Inactive")]).await;
    let listed = root.must("ListAccessKeys", &[]).await;
    assert_eq!(listed.all("Status").iter().filter(|status| *status == "Inactive").count(), 1);
    root.must("DeleteAccessKey", &[("AccessKeyId", &made)]).await;
    assert_eq!(root.must("ListAccessKeys", &[]).await.all("AccessKeyId"), [root.key.as_str()]);
}
