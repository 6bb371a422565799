//! Who a record says has asked, for each kind of principal.

use serde_json::{Value, json};

use crate::support::{ACCOUNT, Client, TestServer, allowing};

const CREATED: &str = "2026-11-21T12:00:00Z";

/// Has the client ask something a second after its credentials were made, and holds the record against this.
#[track_caller]
fn check<'a>(server: &'a TestServer, client: &'a Client, expected: &'a Value) -> impl Future<Output = ()> {
    let place = std::panic::Location::caller();
    async move {
        assert_eq!(client.sts("GetCallerIdentity", &[]).await.status, 200, "{place}");
        let record = server.last_record();
        assert_eq!(record["userIdentity"], *expected, "{place}");
        assert_eq!(record["recipientAccountId"], ACCOUNT, "{place}");
        assert_eq!(
            (&record["eventName"], &record["eventType"]),
            (&json!("GetCallerIdentity"), &json!("AwsApiCall"))
        );
    }
}

#[tokio::test]
async fn every_kind_of_principal_is_told_from_the_others() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    root.allow("ana", &allowing("sts:*")).await;
    root.must("CreateAccountAlias", &[("AccountAlias", "acme")]).await;
    let user_id = root.must("GetUser", &[("UserName", "ana")]).await.text("UserId");
    let trust = crate::support::trusting(ACCOUNT);
    let path = [("RoleName", "deploy"), ("Path", "/team/"), ("AssumeRolePolicyDocument", &*trust)];
    let made = root.must("CreateRole", &path).await;
    let (role, role_id) = (made.text("Arn"), made.text("RoleId"));
    let credentials = async |client: &Client, action: &str, params: &[(&str, &str)]| {
        client.sts(action, params).await.credentials(&server).unwrap()
    };
    let of_root = credentials(&root, "GetSessionToken", &[]).await;
    let of_user = credentials(&ana, "GetSessionToken", &[]).await;
    let federated = credentials(&ana, "GetFederationToken", &[("Name", "bob")]).await;
    let federated_by_root = credentials(&root, "GetFederationToken", &[("Name", "eva")]).await;
    let of_role = ana.assume(&role, "build", &[]).await.unwrap();
    server.advance(1);

    let attributes = json!({ "creationDate": CREATED, "mfaAuthenticated": "false" });
    let user_arn = format!("arn:aws:iam::{ACCOUNT}:user/ana");
    let root_arn = format!("arn:aws:iam::{ACCOUNT}:root");
    let plain_root = json!({
        "type": "Root", "principalId": ACCOUNT, "arn": root_arn, "accountId": ACCOUNT, "userName": "acme",
    });
    let plain_user = json!({
        "type": "IAMUser", "principalId": user_id, "arn": user_arn, "accountId": ACCOUNT, "userName": "ana",
    });
    let issued = |by: &Value, mut issuer: Value| {
        if by["type"] == "Root" {
            issuer.as_object_mut().unwrap().remove("userName");
        }
        json!({ "sessionIssuer": issuer, "attributes": attributes })
    };
    let federated_as = |name: &str, by: &Value| {
        json!({
            "type": "FederatedUser", "principalId": format!("{ACCOUNT}:{name}"), "accountId": ACCOUNT,
            "arn": format!("arn:aws:sts::{ACCOUNT}:federated-user/{name}"),
            "sessionContext": issued(by, by.clone()),
        })
    };
    let role_issuer = json!({
        "type": "Role", "principalId": role_id, "arn": role, "accountId": ACCOUNT, "userName": "deploy",
    });
    let role_session = json!({
        "type": "AssumedRole", "principalId": format!("{role_id}:build"), "accountId": ACCOUNT,
        "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/deploy/build"),
        "sessionContext": { "sessionIssuer": role_issuer, "attributes": attributes },
    });
    let with = |identity: &Value, name: &str, value: Value| {
        let mut identity = identity.clone();
        identity[name] = value;
        identity
    };
    let session = json!({ "attributes": attributes });
    for (client, identity) in [
        (&root, plain_root.clone()),
        (&of_root, with(&plain_root, "sessionContext", session.clone())),
        (&ana, plain_user.clone()),
        (&of_user, with(&plain_user, "sessionContext", session)),
        (&of_role, role_session),
        (&federated, federated_as("bob", &plain_user)),
        (&federated_by_root, federated_as("eva", &plain_root)),
    ] {
        check(&server, client, &with(&identity, "accessKeyId", json!(client.key))).await;
    }
}

#[tokio::test]
async fn whoever_cannot_be_identified_is_what_it_claims_to_be_and_no_more() {
    let server = TestServer::new().await;
    let ana = server.user("ana").await;
    let identity = "Action=GetCallerIdentity&Version=2011-06-15";
    let forged = server.client(&ana.key, "not the secret", None).sign("sts", identity);
    let foreign = ana.sign("s3", identity);
    let long = server.client(&"A".repeat(1000), "secret", None).sign("sts", identity);
    let late = ana.sign("sts", identity);
    let nobody = http::Request::post("/").header("content-type", "application/x-www-form-urlencoded");
    let nobody = nobody.body(bytes::Bytes::from(identity)).unwrap();
    let known = json!({ "type": "Unknown", "accessKeyId": ana.key });
    for (request, code, expected) in [
        (forged, "SignatureDoesNotMatch", &known),
        (foreign, "SignatureDoesNotMatch", &known),
        (long, "InvalidClientTokenId", &json!({ "type": "Unknown", "accessKeyId": "A".repeat(128) })),
        (nobody, "MissingAuthenticationToken", &json!({ "type": "Unknown" })),
        (late, "SignatureDoesNotMatch", &known),
    ] {
        assert_eq!(server.send(request).await.text("Code"), code);
        let record = server.last_record();
        assert_eq!((&record["userIdentity"], &record["errorCode"]), (expected, &json!(code)));
        assert_eq!(
            (&record["awsRegion"], &record["recipientAccountId"]),
            (&json!("us-east-1"), &Value::Null)
        );
        server.advance(250);
    }
}
