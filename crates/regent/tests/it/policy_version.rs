//! Versions of managed policies.

use crate::support::{Client, TestServer, allowing, escape};

const ARN: &str = "arn:aws:iam::123456789012:policy/p";
const AWS: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

async fn add(root: &Client, actions: &str, is_default: bool) -> String {
    let (document, is_default) = (allowing(actions), is_default.to_string());
    let params = [("PolicyArn", ARN), ("PolicyDocument", &*document), ("SetAsDefault", &*is_default)];
    let made = root.must("CreatePolicyVersion", &params).await;
    assert_eq!(made.children("PolicyVersion"), ["VersionId", "IsDefaultVersion", "CreateDate"]);
    assert_eq!(made.text("IsDefaultVersion"), is_default);
    made.text("VersionId")
}

/// The versions as listed, a star before the one that counts.
async fn versions(root: &Client) -> String {
    let listed = root.must("ListPolicyVersions", &[("PolicyArn", ARN)]).await;
    assert_eq!(listed.children("member"), ["VersionId", "IsDefaultVersion", "CreateDate"]);
    let stars = listed.all("IsDefaultVersion");
    let stars = stars.iter().map(|is_default| if is_default == "true" { "*" } else { "" });
    let ids = listed.all("VersionId");
    ids.iter().zip(stars).map(|(id, star)| format!("{star}{id}")).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn numbers_never_come_back_and_the_newest_is_listed_first() {
    let root = TestServer::new().await.root();
    root.make_policy("p", "s3:Get*").await;
    assert_eq!(add(&root, "s3:Put*", true).await, "v2");
    assert_eq!(add(&root, "s3:List*", false).await, "v3");
    assert_eq!(versions(&root).await, "v3 *v2 v1");
    for id in ["v3", "v1"] {
        root.must("DeletePolicyVersion", &[("PolicyArn", ARN), ("VersionId", id)]).await;
    }
    assert_eq!(add(&root, "s3:List*", false).await, "v4");
    root.must("SetDefaultPolicyVersion", &[("PolicyArn", ARN), ("VersionId", "v4")]).await;
    root.must("SetDefaultPolicyVersion", &[("PolicyArn", ARN), ("VersionId", "v4")]).await;
    assert_eq!(versions(&root).await, "*v4 v2");
    assert_eq!(root.must("GetPolicy", &[("PolicyArn", ARN)]).await.text("DefaultVersionId"), "v4");
}

#[tokio::test]
async fn a_version_is_shown_with_its_document_byte_for_byte() {
    let server = TestServer::new().await;
    let root = server.root();
    root.make_policy("p", "s3:Get*").await;
    server.advance(60);
    add(&root, "s3:Put*", false).await;
    for (id, actions, is_default, created) in [
        ("v1", "s3:Get*", "true", "2026-11-21T12:00:00Z"),
        ("v2", "s3:Put*", "false", "2026-11-21T12:01:00Z"),
    ] {
        let shown = root.must("GetPolicyVersion", &[("PolicyArn", ARN), ("VersionId", id)]).await;
        let shape = ["Document", "VersionId", "IsDefaultVersion", "CreateDate"];
        assert_eq!(shown.children("PolicyVersion"), shape);
        assert_eq!(shown.text("Document"), escape(&allowing(actions)));
        assert_eq!((&*shown.text("VersionId"), &*shown.text("IsDefaultVersion")), (id, is_default));
        assert_eq!(shown.text("CreateDate"), created);
    }
    // The policy was changed when its newest version was made, whichever counts.
    let policy = root.must("GetPolicy", &[("PolicyArn", ARN)]).await;
    assert_eq!(policy.text("UpdateDate"), "2026-11-21T12:01:00Z");
}

#[tokio::test]
async fn a_policy_has_five_versions_at_most() {
    let root = TestServer::new().await.root();
    root.make_policy("p", "s3:Get*").await;
    for _ in 0..4 {
        add(&root, "s3:Put*", false).await;
    }
    let document = allowing("s3:List*");
    let full = "409 LimitExceeded: A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.";
    root.answers("CreatePolicyVersion", &[("PolicyArn", ARN), ("PolicyDocument", &document)], full).await;
    root.must("DeletePolicyVersion", &[("PolicyArn", ARN), ("VersionId", "v3")]).await;
    assert_eq!(add(&root, "s3:List*", false).await, "v6");
    assert_eq!(versions(&root).await, "v6 v5 v4 v2 *v1");
}

#[tokio::test]
async fn what_is_refused_is_refused_in_the_words_of_iam() {
    let root = TestServer::new().await.root();
    root.make_policy("p", "s3:Get*").await;
    let other = "arn:aws:iam::123456789012:policy/other";
    let no_version = |arn: &str, id: &str| {
        format!("404 NoSuchEntity: Policy {arn} version {id} does not exist or is not attachable.")
    };
    for action in ["GetPolicyVersion", "DeletePolicyVersion", "SetDefaultPolicyVersion"] {
        for (arn, id) in [(other, "v1"), (ARN, "v9"), (ARN, "v1.x"), (ARN, "v99999999999")] {
            let params = [("PolicyArn", arn), ("VersionId", id)];
            root.answers(action, &params, &no_version(arn, id)).await;
        }
        let form = r"400 ValidationError: 1 validation error detected: Value at 'versionId' failed to satisfy constraint: Member must satisfy regular expression pattern: v[1-9][0-9]*(\.[A-Za-z0-9-]*)?";
        root.answers(action, &[("PolicyArn", ARN), ("VersionId", "v2-does-not-exist")], form).await;
    }
    let document = allowing("s3:Get*");
    let (document, bad) = (("PolicyDocument", &*document), ("PolicyDocument", "{}"));
    let no_policy = format!("404 NoSuchEntity: Policy {other} was not found.");
    let version = ("VersionId", "v1");
    let foreign = |what: &str| format!("403 AccessDenied: Cannot {what} policies outside your own account.");
    for arn in [AWS, "arn:aws:iam::111111111111:policy/p"] {
        let arn = ("PolicyArn", arn);
        root.answers("CreatePolicyVersion", &[arn, document], &foreign("create versions for")).await;
        root.answers("DeletePolicyVersion", &[arn, version], &foreign("delete policy versions for")).await;
        root.answers("SetDefaultPolicyVersion", &[arn, version], &foreign("update")).await;
    }
    let (own, other) = (("PolicyArn", ARN), ("PolicyArn", other));
    let default = "409 DeleteConflict: Cannot delete the default version of a policy.";
    root.answers("DeletePolicyVersion", &[own, version], default).await;
    root.answers("CreatePolicyVersion", &[other, document], &no_policy).await;
    root.answers("ListPolicyVersions", &[other], &no_policy).await;
    let syntax = "400 MalformedPolicyDocument: Syntax errors in policy.";
    root.answers("CreatePolicyVersion", &[own, bad], syntax).await;
}

#[tokio::test]
async fn versions_are_listed_in_pages() {
    let root = TestServer::new().await.root();
    root.make_policy("p", "s3:Get*").await;
    for _ in 0..4 {
        add(&root, "s3:Put*", false).await;
    }
    let pages = root.pages("ListPolicyVersions", &[("PolicyArn", ARN)], 2, "VersionId").await;
    assert_eq!(pages, [vec!["v5", "v4"], vec!["v3", "v2"], vec!["v1"]]);
}

#[tokio::test]
async fn of_a_policy_of_aws_there_is_the_version_that_counts() {
    let root = TestServer::new().await.root();
    let id = root.must("GetPolicy", &[("PolicyArn", AWS)]).await.text("DefaultVersionId");
    let listed = root.must("ListPolicyVersions", &[("PolicyArn", AWS)]).await;
    assert_eq!((listed.all("VersionId"), listed.text("IsDefaultVersion")), (vec![id.clone()], "true".into()));
    let shown = root.must("GetPolicyVersion", &[("PolicyArn", AWS), ("VersionId", &id)]).await;
    assert!(shown.text("Document").starts_with("%7B"), "{}", shown.body);
    let gone = format!("404 NoSuchEntity: Policy {AWS} version v1 does not exist or is not attachable.");
    root.answers("GetPolicyVersion", &[("PolicyArn", AWS), ("VersionId", "v1")], &gone).await;
}

#[tokio::test]
async fn the_version_that_counts_decides_from_the_next_request_on() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    root.make_policy("p", "iam:ListUsers").await;
    root.must("AttachUserPolicy", &[("UserName", "ana"), ("PolicyArn", ARN)]).await;
    add(&root, "iam:ListGroups", false).await;
    for (id, users, groups) in [("v1", 200, 403), ("v2", 403, 200), ("v1", 200, 403)] {
        root.must("SetDefaultPolicyVersion", &[("PolicyArn", ARN), ("VersionId", id)]).await;
        let statuses = (ana.iam("ListUsers", &[]).await.status, ana.iam("ListGroups", &[]).await.status);
        assert_eq!(statuses, (users, groups), "{id}");
    }
}
