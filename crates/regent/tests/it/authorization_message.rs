//! The encoded message of a denial: who gets one, what it says, who may decode it and for how long.

use regent::config::Settings;
use serde_json::{Value, json};

use crate::support::{ACCOUNT, Answer, Client, TestServer, allowing, trusting};

const OTHER: &str = "210987654321";
const INVALID: &str = "400 InvalidAuthorizationMessageException: Message is not valid";

async fn server() -> TestServer {
    TestServer::with(Settings { encoded_denials: Some(true), ..Settings::default() }).await
}

async fn decode(client: &Client, message: &str) -> Answer {
    client.sts("DecodeAuthorizationMessage", &[("EncodedMessage", message)]).await
}

/// What a refusal's message says to root.
async fn decoded(server: &TestServer, refusal: &Answer) -> Value {
    let message = refusal.encoded_message().unwrap_or_else(|| panic!("no message: {}", refusal.body));
    let answer = decode(&server.root(), &message).await;
    assert_eq!(answer.shape(), "200");
    serde_json::from_str(&answer.text("DecodedMessage")).unwrap()
}

/// The values of a condition key in a decoded message.
fn values<'a>(decoded: &'a Value, key: &str) -> Option<&'a Value> {
    let keys = decoded["context"]["conditions"]["items"].as_array().unwrap();
    keys.iter().find(|item| item["key"] == key).map(|item| &item["values"]["items"])
}

#[tokio::test]
async fn a_denial_carries_a_message_only_where_that_is_wanted() {
    let quiet = TestServer::new().await;
    let refusal = quiet.user("ana").await.iam("ListUsers", &[]).await;
    assert!(refusal.text("Message").ends_with("the iam:ListUsers action"), "{}", refusal.body);
    let server = server().await;
    let telling = server.user("ana").await.iam("ListUsers", &[]).await;
    assert_eq!(telling.shape(), refusal.shape());
    let begin = format!("{}. Encoded authorization failure message: ", refusal.text("Message"));
    assert!(telling.text("Message").starts_with(&begin), "{}", telling.body);
    // What is no decision of a policy has no reasons to tell.
    let session = server.user("bob").await.sts("GetSessionToken", &[]).await.credentials(&server).unwrap();
    let refusal = session.sts("GetFederationToken", &[("Name", "eva")]).await;
    assert_eq!(refusal.shape(), "403 AccessDenied: Cannot call GetFederationToken with session credentials");
    assert_eq!(refusal.encoded_message(), None);
}

#[tokio::test]
async fn an_explicit_denial_tells_the_statement_and_the_context() {
    let server = server().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
        {"Sid":"Office","Effect":"Deny","Action":["iam:Delete*","iam:Get*"],"Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":"198.51.100.0/24"}}}]}"#;
    root.allow("ana", policy).await;
    let tag = [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "blue")];
    root.must("CreateUser", &[&[("UserName", "bob")], &tag[..]].concat()).await;
    let refusal = ana.iam("DeleteUser", &[("UserName", "bob")]).await;
    let decoded = decoded(&server, &refusal).await;
    let item = |value: &str| json!({ "items": [{ "value": value }] });
    let principal = &decoded["context"]["principal"];
    assert_eq!(
        decoded["matchedStatements"],
        json!({ "items": [{
            "statementId": "Office",
            "effect": "DENY",
            "principals": item(principal["id"].as_str().unwrap()),
            "principalGroups": { "items": [] },
            "actions": { "items": [{ "value": "iam:Delete*" }, { "value": "iam:Get*" }] },
            "resources": item("*"),
            "conditions": { "items": [{ "key": "aws:SourceIp", "values": item("198.51.100.0/24") }] },
        }] })
    );
    assert_eq!((&decoded["allowed"], &decoded["explicitDeny"]), (&json!(false), &json!(true)));
    assert_eq!(principal["name"], "ana");
    assert_eq!(principal["arn"], "arn:aws:iam::123456789012:user/ana");
    assert_eq!(decoded["context"]["action"], "iam:DeleteUser");
    assert_eq!(decoded["context"]["resource"], "arn:aws:iam::123456789012:user/bob");
    assert_eq!(values(&decoded, "aws:SourceIp"), Some(&item("203.0.113.7")["items"]));
    assert_eq!(values(&decoded, "iam:ResourceTag/team"), Some(&item("blue")["items"]));
}

#[tokio::test]
async fn an_implicit_denial_has_no_statements() {
    let server = server().await;
    let ana = server.user("ana").await;
    server.root().allow("ana", &allowing("iam:GetUser")).await;
    let decoded = decoded(&server, &ana.iam("ListUsers", &[]).await).await;
    assert_eq!((&decoded["allowed"], &decoded["explicitDeny"]), (&json!(false), &json!(false)));
    assert_eq!(decoded["matchedStatements"], json!({ "items": [] }));
    assert_eq!(decoded["failures"], json!({ "items": [] }));
}

#[tokio::test]
async fn a_message_opens_for_its_own_account_alone() {
    let server = server().await;
    let stranger = server.other_root(OTHER).await;
    let message = server.user("ana").await.iam("ListUsers", &[]).await.encoded_message().unwrap();
    assert_eq!(decode(&stranger, &message).await.shape(), INVALID);
    let theirs = stranger.make_user("eva").await.iam("ListUsers", &[]).await.encoded_message().unwrap();
    assert_eq!(decode(&stranger, &theirs).await.shape(), "200");
    assert_eq!(decode(&server.root(), &theirs).await.shape(), INVALID);
}

#[tokio::test]
async fn who_decodes_needs_the_permission_and_the_right_credentials() {
    let server = server().await;
    let root = server.root();
    let ana = server.user("ana").await;
    let message = ana.iam("ListUsers", &[]).await.encoded_message().unwrap();
    let denied = decode(&ana, &message).await;
    assert_eq!(
        denied.shape(),
        "403 AccessDenied: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: sts:DecodeAuthorizationMessage because no identity-based policy allows the sts:DecodeAuthorizationMessage action"
    );
    root.allow("ana", &allowing("sts:DecodeAuthorizationMessage sts:AssumeRole")).await;
    assert_eq!(decode(&ana, &message).await.shape(), "200");
    let session = ana.sts("GetSessionToken", &[]).await.credentials(&server).unwrap();
    assert_eq!(
        decode(&session, &message).await.shape(),
        "403 AccessDenied: Cannot call DecodeAuthorizationMessage with session credentials"
    );
    let role = root.make_role("reader", &trusting(ACCOUNT)).await;
    root.allow_role("reader", &allowing("sts:DecodeAuthorizationMessage")).await;
    let role = ana.assume(&role, "ana", &[]).await.unwrap();
    assert_eq!(decode(&role, &message).await.shape(), "200");
}

#[tokio::test]
async fn what_is_no_message_is_refused() {
    let server = server().await;
    let root = server.root();
    let message = server.user("ana").await.iam("ListUsers", &[]).await.encoded_message().unwrap();
    let token = server.user("bob").await.sts("GetSessionToken", &[]).await.text("SessionToken");
    let (start, end) = message.split_at(40);
    for wrong in [
        "x".to_owned(),
        "x".repeat(10_240),
        format!("{start}\n{end}"),
        format!("{message}="),
        format!("{start}{}", end.chars().rev().collect::<String>()),
        start.to_owned(),
        token,
    ] {
        assert_eq!(decode(&root, &wrong).await.shape(), INVALID, "{wrong}");
    }
    for (wrong, bound) in
        [(String::new(), "greater than or equal to 1"), ("x".repeat(10_241), "less than or equal to 10240")]
    {
        let refused = decode(&root, &wrong).await.shape();
        assert!(refused.starts_with("400 ValidationError: 1 validation error detected: Value "), "{refused}");
        let end = " at 'encodedMessage' failed to satisfy constraint: Member must have length ";
        assert!(refused.ends_with(&format!("{end}{bound}")), "{refused}");
    }
}

#[tokio::test]
async fn a_message_opens_for_a_day() {
    let server = server().await;
    let message = server.user("ana").await.iam("ListUsers", &[]).await.encoded_message().unwrap();
    server.advance(24 * 3600);
    assert_eq!(decode(&server.root(), &message).await.shape(), "200");
    server.advance(1);
    assert_eq!(decode(&server.root(), &message).await.shape(), INVALID);
}

/// Neither the caller, who sees how long a message is, nor its account, which may decode it.
#[tokio::test]
async fn nobody_learns_of_a_role_by_its_message() {
    let server = server().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    let owner = server.other_root(OTHER).await;
    root.allow("ana", &allowing("sts:AssumeRole")).await;
    let tags: Vec<(String, String)> = (1..=40)
        .flat_map(|n| {
            let member = |part| format!("Tags.member.{n}.{part}");
            [(member("Key"), format!("secret-{n}")), (member("Value"), format!("value-{}", n * 7919))]
        })
        .collect();
    let trust = trusting("arn:aws:iam::210987654321:root");
    let mut params = vec![("RoleName", "closed"), ("AssumeRolePolicyDocument", &*trust)];
    params.extend(tags.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    for (account, client) in [(ACCOUNT, &root), (OTHER, &owner)] {
        client.must("CreateRole", &params).await;
        let mut told = Vec::new();
        for name in ["closed", "absent"] {
            let arn = format!("arn:aws:iam::{account}:role/{name}");
            let refusal = ana.sts("AssumeRole", &[("RoleArn", &arn), ("RoleSessionName", "ana")]).await;
            let decoded = decoded(&server, &refusal).await.to_string();
            assert!(decoded.contains(r#""allowed":false"#), "{decoded}");
            let length = refusal.encoded_message().unwrap().len();
            told.push((refusal.shape().replace(name, ""), length, decoded.replace(name, "")));
        }
        assert_eq!(told[0], told[1]);
    }
}

#[tokio::test]
async fn what_would_be_too_long_goes_without_the_keys_of_the_request() {
    let server = server().await;
    let ana = server.user("ana").await;
    // What does not repeat cannot be compressed.
    let mut state = 1_u64;
    let mut value = || -> String {
        let mut letter = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(
                b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                    [(state >> 33) as usize % 62],
            )
        };
        (0..256).map(|_| letter()).collect()
    };
    let tags: Vec<(String, String)> = (1..=50)
        .flat_map(|n| {
            let member = |part| format!("Tags.member.{n}.{part}");
            [(member("Key"), format!("{n}{}", &value()[..100])), (member("Value"), value())]
        })
        .collect();
    let mut params = vec![("UserName", "bob")];
    params.extend(tags.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let refusal = ana.iam("CreateUser", &params).await;
    assert!(refusal.encoded_message().unwrap().len() <= 10_240);
    let decoded = decoded(&server, &refusal).await;
    assert_eq!(decoded["context"]["conditions"], json!({ "items": [] }));
    assert_eq!(decoded["context"]["resource"], "arn:aws:iam::123456789012:user/bob");
}

/// The trail has what the caller was told, sealed as it was, and never what it says.
#[tokio::test]
async fn records_hold_the_sealed_message_and_not_the_decoded_one() {
    let server = server().await;
    let refusal = server.user("ana").await.iam("ListUsers", &[]).await;
    let message = refusal.encoded_message().unwrap();
    assert_eq!(server.last_record()["errorMessage"], refusal.text("Message"));
    decode(&server.root(), &message).await;
    let record = server.last_record();
    assert_eq!(record["requestParameters"], json!({ "encodedMessage": message }));
    assert_eq!(record["responseElements"], Value::Null);
}
