//! Tools for policies over the REST API: the gallery, lint, simulation, generation.

use serde_json::{Value, json};

use crate::support::TestServer;
use crate::support::api::{Api, Reply};

async fn admin() -> Api {
    TestServer::new().await.administrator().await
}

/// What is wrong with single members of a request.
fn fields(reply: &Reply) -> Vec<String> {
    let fields = reply.body["fields"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    fields.iter().map(|field| format!("{} {}", text(&field["name"]), text(&field["code"]))).collect()
}

#[tokio::test]
async fn the_tools_are_for_everybody_who_is_signed_in() {
    let server = TestServer::new().await;
    let nobody = server.api();
    for path in ["/policies/gallery", "/policies/services", "/policies/services/s3"] {
        assert_eq!(nobody.get(path).await.shape(), "401 login_required", "{path}");
    }
    for path in
        ["/policies/gallery/nothing/fill", "/policies/lint", "/policies/simulate", "/policies/generate"]
    {
        assert_eq!(nobody.post(path, json!({})).await.shape(), "401 login_required", "{path}");
    }
}

#[tokio::test]
async fn the_gallery_shows_every_policy_and_how_to_fill_it() {
    let admin = admin().await;
    let gallery = admin.get("/policies/gallery").await;
    let items = gallery.body["items"].as_array().unwrap();
    assert_eq!(items.len(), 25);
    let entry = &items[11];
    assert_eq!((&entry["id"], &entry["number"]), (&json!("bucket-read-write"), &json!(12)));
    assert_eq!(
        (&entry["kind"], &entry["works_with"]),
        (&json!("session"), &json!(["assume_role", "federated_user"]))
    );
    assert_eq!(
        entry["variables"][0],
        json!({
            "name": "bucket", "blank": "{{bucket}}", "what": "The bucket's name", "example": "example-reports",
            "pattern": "bucket", "regex": "[a-z0-9][a-z0-9.\\-]{1,61}[a-z0-9]",
            "expected": "a bucket's name: 3 to 63 small letters, digits, `.` and `-`",
            "many": false, "optional": false,
        })
    );
    assert_eq!(entry["variables"][1]["default"], "aws");
    assert!(entry["policy"].as_str().unwrap().contains("arn:{{partition}}:s3:::{{bucket}}/*"));
    assert_eq!(items[5]["policy"], "arn:{{partition}}:iam::aws:policy/ReadOnlyAccess");
}

#[tokio::test]
async fn filling_a_policy_takes_what_its_blanks_take() {
    let admin = admin().await;
    let path = "/policies/gallery/base-key-assume-roles/fill";
    let filled =
        admin.post(path, json!({ "values": { "account": "111122223333", "role": ["a", "ops/b"] } })).await;
    assert_eq!(filled.status, 200, "{}", filled.text);
    let policy: Value = serde_json::from_str(filled.body["policy"].as_str().unwrap()).unwrap();
    assert_eq!(
        policy["Statement"][0]["Resource"],
        json!(["arn:aws:iam::111122223333:role/a", "arn:aws:iam::111122223333:role/ops/b"])
    );
    let managed =
        admin.post("/policies/gallery/read-only/fill", json!({ "values": { "partition": "aws-cn" } })).await;
    assert_eq!(managed.body, json!({ "policy_arn": "arn:aws-cn:iam::aws:policy/ReadOnlyAccess" }));

    for (values, expected) in [
        (json!({ "role": "a" }), "values.account missing"),
        (json!({ "account": "", "role": "a" }), "values.account missing"),
        (json!({ "account": "111122223333", "role": "*" }), "values.role malformed"),
        (json!({ "account": ["111122223333", "444455556666"], "role": "a" }), "values.account too_many"),
        (json!({ "rolle": "a" }), "values.rolle unknown_variable"),
    ] {
        let refused = admin.post(path, json!({ "values": values })).await;
        assert_eq!((refused.shape().as_str(), fields(&refused)), ("422 invalid", vec![expected.to_owned()]));
    }
    assert_eq!(admin.post("/policies/gallery/nosuch/fill", json!({})).await.shape(), "404 not_found");
}

#[tokio::test]
async fn a_policy_is_looked_at_where_it_is_written() {
    let admin = admin().await;
    let policy = "{\"Version\": \"2012-10-17\", \"Statement\": {\"Effect\": \"Allow\",\n \"Action\": \"s3:GetObjct\", \
                  \"Resource\": \"arn:aws:s3:::b/${user.name}/*\"}}";
    let report = admin.made("/policies/lint", json!({ "policy": policy })).await.body;
    assert_eq!(report["admissible"], true);
    assert_eq!(report["variables"], json!(["user.name"]));
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{report}");
    let finding = &findings[0];
    assert_eq!((&finding["severity"], &finding["code"]), (&json!("error"), &json!("INVALID_ACTION")));
    assert_eq!((&finding["line"], &finding["column"]), (&json!(2), &json!(12)));
    assert_eq!((&finding["end_line"], &finding["end_column"]), (&json!(2), &json!(25)));
    assert!(finding["message"].as_str().unwrap().contains("`s3:GetObject`"));
    assert_eq!(report["size"]["characters"], json!(policy.len()));
    assert_eq!(report["size"]["limit"], 2_048);
    assert!((1..20).contains(&report["size"]["packed_percent"].as_i64().unwrap()), "{report}");
}

#[tokio::test]
async fn what_aws_would_not_take_is_told_in_its_words() {
    let admin = admin().await;
    let policy = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject"}}"#;
    let report = admin.made("/policies/lint", json!({ "policy": policy, "kind": "identity" })).await.body;
    assert_eq!(report["admissible"], false);
    assert_eq!(report["refusal"]["message"], "Policy statement must contain resources.");
    assert_eq!((&report["size"]["limit"], &report["size"]["packed_percent"]), (&json!(6_144), &Value::Null));

    for text in ["", "{", "null", "{\"Version\": 1}", &"[".repeat(5_000)] {
        let report = admin.made("/policies/lint", json!({ "policy": text })).await.body;
        assert_eq!(report["admissible"], false, "{text:.10}");
    }
}

#[tokio::test]
async fn a_variable_that_regent_does_not_know_is_an_error_at_its_place() {
    let admin = admin().await;
    let policy = "{\"Version\": \"2012-10-17\", \"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\",\n\
                  \"Resource\": \"arn:aws:s3:::b/${user.nmae}/*\"}}";
    let report = admin.made("/policies/lint", json!({ "policy": policy })).await.body;
    let findings = report["findings"].as_array().unwrap();
    let found = findings.iter().find(|finding| finding["code"] == "template_unknown_variable").unwrap();
    assert_eq!(
        (&found["severity"], &found["line"], &found["column"]),
        (&json!("error"), &json!(2), &json!(29))
    );
}

const READ: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::reports/*"},
    {"Effect": "Deny", "Action": "s3:*", "Resource": "*",
     "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}"#;

#[tokio::test]
async fn every_action_is_asked_on_every_resource() {
    let admin = admin().await;
    let answer = admin
        .made(
            "/policies/simulate",
            json!({
                "policies": [READ],
                "actions": ["s3:GetObject", "s3:PutObject"],
                "resources": ["arn:aws:s3:::reports/q3.csv", "arn:aws:s3:::other/q3.csv"],
                "context": { "aws:SecureTransport": ["true"] },
            }),
        )
        .await;
    let results = answer.body["results"].as_array().unwrap();
    let told: Vec<String> = results
        .iter()
        .map(|result| {
            format!("{} {} {}", result["action"], result["resource"], result["decision"]).replace('"', "")
        })
        .collect();
    assert_eq!(
        told,
        [
            "s3:GetObject arn:aws:s3:::reports/q3.csv allowed",
            "s3:GetObject arn:aws:s3:::other/q3.csv implicitDeny",
            "s3:PutObject arn:aws:s3:::reports/q3.csv implicitDeny",
            "s3:PutObject arn:aws:s3:::other/q3.csv implicitDeny",
        ]
    );
    assert_eq!(
        results[0]["statements"],
        json!([{
            "policy": "policies[0]", "kind": "identity", "statement": 0, "sid": "Read", "line": 2, "column": 5,
        }])
    );
    assert!(results[0]["text"].as_str().unwrap().starts_with("ALLOWED"), "{}", results[0]["text"]);
    assert!(results[1]["text"].as_str().unwrap().starts_with("DENIED"));
    assert!(results[1]["explanation"]["nearMisses"].is_array(), "{}", results[1]);
}

/// What one request comes to.
async fn decision(admin: &Api, members: Value) -> String {
    let mut body =
        json!({ "policies": [READ], "actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::reports/a"] });
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let reply = admin.post("/policies/simulate", body).await;
    match reply.body["results"][0]["decision"].as_str() {
        Some(decision) => decision.to_owned(),
        None => format!("{} {}", reply.shape(), fields(&reply).join(", ")),
    }
}

#[tokio::test]
async fn every_kind_of_policy_has_its_say() {
    let admin = admin().await;
    let any =
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    let none =
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}}"#;
    let bucket = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject",
        "Principal": {"AWS": "arn:aws:iam::111122223333:user/ana"}, "Resource": "arn:aws:s3:::reports/*"}}"#;
    let ana = "arn:aws:iam::111122223333:user/ana";
    for (members, expected) in [
        (json!({}), "allowed"),
        (json!({ "context": { "AWS:SecureTransport": ["false"] } }), "explicitDeny"),
        (json!({ "session_policies": [any] }), "allowed"),
        (json!({ "session_policies": [none] }), "implicitDeny"),
        (json!({ "session_policies": [] }), "implicitDeny"),
        (json!({ "boundary": none }), "implicitDeny"),
        (json!({ "scps": [[any], [none]] }), "implicitDeny"),
        (json!({ "policies": [], "resource_policy": bucket, "caller_arn": ana }), "allowed"),
        (json!({ "policies": [], "resource_policy": bucket }), "implicitDeny"),
        (json!({ "caller_arn": ana, "resource_account": "444455556666" }), "implicitDeny"),
        (
            json!({ "caller_arn": ana, "resource_account": "444455556666", "resource_policy": bucket }),
            "allowed",
        ),
    ] {
        assert_eq!(decision(&admin, members.clone()).await, expected, "{members}");
    }
}

#[tokio::test]
async fn a_question_that_cannot_be_asked_says_which_member_is_wrong() {
    let admin = admin().await;
    let bucket = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject",
        "Principal": "*", "Resource": "arn:aws:s3:::reports/*"}}"#;
    let many: Vec<String> = (0..101).map(|number| format!("s3:Get{number}")).collect();
    for (members, expected) in [
        (json!({ "policies": ["{"] }), "422 invalid policies[0] policy_malformed"),
        (json!({ "policies": [READ, "{\"Statement\": 1}"] }), "422 invalid policies[1] policy_malformed"),
        (json!({ "policies": [bucket] }), "422 invalid policies[0] policy_malformed"),
        (json!({ "scps": [[READ], ["{"]] }), "422 invalid scps[1][0] policy_malformed"),
        (json!({ "policies": vec![READ; 51] }), "422 invalid policies too_many"),
        (json!({ "actions": many }), "422 invalid actions too_many"),
        (json!({ "actions": [] }), "422 invalid actions missing"),
        (json!({ "context": { "aws:x": vec!["a"; 101] } }), "422 invalid context too_many"),
        (json!({ "actions": ["s3:*"] }), "400 malformed_question "),
        (json!({ "caller_arn": "ana" }), "400 malformed_question "),
        (json!({ "context": { "aws:a": ["1"], "AWS:A": ["2"] } }), "400 malformed_question "),
        (json!({ "polices": [] }), "400 malformed_body "),
    ] {
        assert_eq!(decision(&admin, members.clone()).await, expected, "{members}");
    }
}

#[tokio::test]
async fn a_policy_is_written_from_a_service_an_access_level_and_resources() {
    let admin = admin().await;
    let body = json!({
        "service": "sqs", "access_levels": ["read"], "resources": ["arn:aws:sqs:eu-west-1:111122223333:orders"],
        "conditions": [
            { "operator": "StringEquals", "key": "aws:PrincipalTag/team", "values": ["web"] },
            { "operator": "StringEquals", "key": "aws:PrincipalTag/team", "values": ["ops"] },
        ],
    });
    let generated = admin.made("/policies/generate", body).await.body;
    let policy: Value = serde_json::from_str(generated["policy"].as_str().unwrap()).unwrap();
    let statement = &policy["Statement"][0];
    assert_eq!(statement["Resource"], "arn:aws:sqs:eu-west-1:111122223333:orders");
    assert!(statement["Action"].as_array().unwrap().contains(&json!("sqs:GetQueueAttributes")), "{policy}");
    assert_eq!(
        statement["Condition"],
        json!({ "StringEquals": { "aws:PrincipalTag/team": ["web", "ops"] } })
    );
    let some = json!({ "service": "s3", "actions": ["GetObject", "s3:PutObject"] });
    let generated = admin.made("/policies/generate", some).await.body;
    assert!(
        generated["policy"].as_str().unwrap().contains(r#"["s3:GetObject", "s3:PutObject"]"#),
        "{generated}"
    );
}

#[tokio::test]
async fn what_cannot_be_written_says_why() {
    let admin = admin().await;
    for (body, expected) in [
        (json!({}), "422 actions_missing: say what to allow: name a service or actions"),
        (json!({ "service": "s4" }), "422 cannot_generate: `s4` is no service: did you mean `s3`?"),
        (
            json!({ "actions": ["s3:GetObjct"] }),
            "422 cannot_generate: `s3:GetObjct` covers no action: did you mean `s3:GetObject`?",
        ),
        (
            json!({ "kind": "trust" }),
            "422 principals_missing: a policy of this kind says who: name a principal",
        ),
        (
            json!({ "service": "s3", "principals": ["*"] }),
            "422 principals_not_here: an identity policy names no principals: it is about whoever has it",
        ),
        (
            json!({ "service": "s3", "conditions": [{ "operator": "StringIs", "key": "aws:username", "values": ["a"] }] }),
            "422 cannot_generate: `StringIs` is no condition operator",
        ),
        (
            json!({ "service": "s3", "conditions": [{ "operator": "Bool", "key": "aws:SecureTransport", "values": [] }] }),
            "422 value_missing: expected a value for every condition",
        ),
        (json!({ "actions": vec!["s3:*"; 101] }), "422 too_many: expected at most 100 of each"),
    ] {
        let refused = admin.post("/policies/generate", body.clone()).await;
        let told = format!("{}: {}", refused.shape(), refused.body["detail"].as_str().unwrap_or_default());
        assert!(told.starts_with(expected), "{body}: {told}");
    }
}

#[tokio::test]
async fn services_are_listed_with_what_policies_can_say_of_them() {
    let admin = admin().await;
    let services = admin.get("/policies/services").await.body;
    let items = services["items"].as_array().unwrap();
    assert!(items.len() > 300 && services["date"].is_string());
    assert!(items.iter().any(|item| item["prefix"] == "s3" && item["actions"].as_u64() > Some(100)));
    let sqs = admin.get("/policies/services/SQS").await.body;
    assert_eq!((&sqs["prefix"], &sqs["resource_types"][0]["name"]), (&json!("sqs"), &json!("queue")));
    let actions = sqs["actions"].as_array().unwrap();
    let send = actions.iter().find(|action| action["name"] == "SendMessage").unwrap();
    assert_eq!(send["access_level"], "Write");
    assert_eq!(send["resources"], json!([{ "type": "queue", "required": true }]));
    assert_eq!(admin.get("/policies/services/sqq").await.shape(), "404 not_found");
}
