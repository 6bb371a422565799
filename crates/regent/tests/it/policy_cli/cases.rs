//! Cases: one a line in, one answer a line out.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::Folder;
use crate::process::BINARY;

const ANA: &str = "arn:aws:iam::111122223333:user/ana";
const ROLE: &str = "arn:aws:iam::111122223333:role/r";

fn allow(action: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}})
}

fn naming(principal: &Value, action: &str) -> Value {
    let mut policy = allow(action);
    policy["Statement"]["Principal"] = principal.clone();
    policy
}

/// A case about an object of the caller's own account, changed.
fn case(changes: &Value) -> Value {
    let mut case = json!({
        "id": 1,
        "identityPolicies": [allow("s3:*")],
        "request": {
            "principal": ANA, "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "resourceAccount": "111122223333",
            "context": {},
        },
    });
    merge(&mut case, changes);
    case
}

fn merge(into: &mut Value, changes: &Value) {
    match (into, changes) {
        (Value::Object(into), Value::Object(changes)) => {
            for (name, change) in changes {
                merge(into.entry(name).or_insert(Value::Null), change);
            }
        }
        (into, changes) => *into = changes.clone(),
    }
}

#[track_caller]
fn answers(lines: &str) -> (i32, Vec<Value>) {
    let folder = Folder::with(&[("cases.jsonl", lines)]);
    let said = folder.run(&["evaluate", "--cases", "cases.jsonl"]);
    assert_eq!(said.stderr, "");
    (said.status, said.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

#[track_caller]
fn check(changes: &Value, decision: &str) {
    let (status, answers) = answers(&case(changes).to_string());
    assert_eq!((status, answers.len()), (0, 1), "{changes} {answers:?}");
    assert_eq!(answers[0]["decision"], decision, "{changes} {answers:?}");
}

#[track_caller]
fn check_broken(changes: &Value, error: &str) {
    let (status, answers) = answers(&case(changes).to_string());
    assert_eq!(status, 1, "{changes} {answers:?}");
    assert_eq!(answers[0]["id"], 1);
    let said = answers[0]["error"].as_str().unwrap();
    assert!(said.contains(error), "{changes}: {said}");
}

#[test]
fn policies_are_documents_or_null_and_levels_lists_of_them() {
    check(&json!({}), "Allowed");
    check(&json!({"identityPolicies": [null]}), "ImplicitlyDenied");
    check(&json!({"identityPolicies": null}), "ImplicitlyDenied");
    let nothing = json!({
        "resourcePolicy": null, "permissionBoundaries": null, "sessionPolicy": null, "scps": null, "rcps": [],
        "endpointPolicies": null,
    });
    check(&nothing, "Allowed");
    check(&json!({"permissionBoundaries": [allow("ec2:*")]}), "ImplicitlyDenied");
    check(&json!({"scps": [{"target": "r-root", "policies": []}]}), "ImplicitlyDenied");
    let levels = json!({"scps": [{"target": "r", "policies": [allow("*")]}, {"target": "a", "policies": [allow("s3:*"), null]}]});
    check(&levels, "Allowed");
    check(&json!({"rcps": [{"target": "r", "policies": []}]}), "Allowed");
    let deny = json!({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*"}});
    check(&json!({"rcps": [{"target": "r", "policies": [deny]}]}), "ExplicitlyDenied");
    check(&json!({"endpointPolicies": [naming(&json!("*"), "ec2:*")]}), "ImplicitlyDenied");
}

#[test]
fn every_form_of_principal_is_read() {
    let session = "arn:aws:sts::111122223333:assumed-role/r/s";
    for (principal, request, decision) in [
        (json!("*"), json!({"principal": "anonymous"}), "Allowed"),
        (json!({"AWS": session}), json!({"principal": session}), "Allowed"),
        (json!({"AWS": ROLE}), json!({"principal": session}), "Allowed"),
        (json!({"AWS": ROLE}), json!({"principal": ROLE}), "Allowed"),
        (
            json!({"AWS": "arn:aws:iam::111122223333:role/path/r"}),
            json!({"principal": session, "principalRoleArn": "arn:aws:iam::111122223333:role/path/r"}),
            "Allowed",
        ),
        (
            json!({"AWS": "arn:aws:iam::111122223333:role/path/r"}),
            json!({"principal": session}),
            "ImplicitlyDenied",
        ),
        (
            json!({"AWS": "AROAEXAMPLEAAAAAAAAA1"}),
            json!({"principal": session, "context": {"aws:userid": "AROAEXAMPLEAAAAAAAAA1:s"}}),
            "Allowed",
        ),
        (json!({"Service": "sns.amazonaws.com"}), json!({"principal": "sns.amazonaws.com"}), "Allowed"),
        (
            json!({"Service": "sns.amazonaws.com"}),
            json!({"principal": "sqs.amazonaws.com"}),
            "ImplicitlyDenied",
        ),
        (
            json!({"AWS": "arn:aws:sts::111122223333:federated-user/f"}),
            json!({"principal": "arn:aws:sts::111122223333:federated-user/f", "principalIssuerArn": ANA}),
            "Allowed",
        ),
        (json!({"AWS": "111122223333"}), json!({"principal": "arn:aws:iam::111122223333:root"}), "Allowed"),
    ] {
        check(
            &json!({"identityPolicies": [], "resourcePolicy": naming(&principal, "*"), "request": request}),
            decision,
        );
    }
}

#[test]
fn roles_and_keys_need_their_own_policy() {
    let assume = json!({"principal": ANA, "action": "sts:AssumeRole", "resource": ROLE});
    let trust = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ANA}}});
    check(&json!({"identityPolicies": [allow("*")], "request": assume}), "ImplicitlyDenied");
    check(&json!({"identityPolicies": [], "resourcePolicy": trust, "request": assume}), "Allowed");
    let key = "arn:aws:kms:eu-central-1:111122223333:key/1";
    let decrypt = json!({"principal": ANA, "action": "kms:Decrypt", "resource": key});
    check(&json!({"identityPolicies": [allow("*")], "request": decrypt}), "ImplicitlyDenied");
    let delegating = naming(&json!({"AWS": "111122223333"}), "kms:*");
    check(
        &json!({"identityPolicies": [allow("*")], "resourcePolicy": delegating, "request": decrypt}),
        "Allowed",
    );
    let list = json!({"action": "kms:ListKeys", "resource": "*", "wildcardOnlyAction": true});
    check(&json!({"identityPolicies": [allow("kms:*")], "request": list}), "Allowed");
}

#[test]
fn an_action_without_resources_is_about_the_star() {
    let mut policy = allow("s3:ListAllMyBuckets");
    let request =
        json!({"action": "s3:ListAllMyBuckets", "resource": "arn:aws:s3:::b", "wildcardOnlyAction": true});
    check(&json!({"identityPolicies": [policy], "request": request}), "Allowed");
    policy["Statement"]["Resource"] = json!("arn:aws:s3:::b");
    check(&json!({"identityPolicies": [policy], "request": request}), "ImplicitlyDenied");
}

#[test]
fn an_owner_who_is_not_known_is_somebody_else() {
    check(&json!({"request": {"resourceAccount": null}}), "ImplicitlyDenied");
    let queue = json!({"action": "s3:GetObject", "resource": "arn:aws:sqs:eu-central-1:111122223333:q", "resourceAccount": null});
    check(&json!({"request": queue}), "Allowed");
}

#[test]
fn the_context_is_complete_as_given() {
    let condition = |operator: &str, key: &str, value: &str| {
        let mut policy = allow("*");
        policy["Statement"]["Condition"] = json!({operator: {key: value}});
        json!([policy])
    };
    check(&json!({"identityPolicies": condition("Null", "aws:PrincipalArn", "true")}), "Allowed");
    let keys = json!({"identityPolicies": condition("ForAllValues:StringEquals", "aws:tagkeys", "a"), "request": {"context": {"aws:TagKeys": ["a"]}}});
    check(&keys, "Allowed");
    let keys = json!({"identityPolicies": condition("Bool", "aws:SecureTransport", "true"), "request": {"context": {"aws:SecureTransport": true}}});
    check(&keys, "Allowed");
    let twice = json!({"request": {"context": {"aws:TagKeys": "a", "AWS:tagkeys": "b"}}});
    check_broken(&twice, "is given twice: case does not matter");
}

#[test]
fn a_broken_case_says_what_is_wrong_with_it() {
    check_broken(&json!({"identityPolicies": [{"Statement": []}]}), "identityPolicies[0], line 1 column");
    check_broken(&json!({"permissionBoundary": [allow("ec2:*")]}), "unknown member `permissionBoundary`");
    check_broken(&json!({"request": {"principle": ANA}}), "unknown field `principle`");
    check_broken(&json!({"request": {"principal": "ana"}}), "`ana` is no principal");
    check_broken(
        &json!({"request": {"action": "GetObject"}}),
        "expected an action of the form `service:Name`",
    );
    check_broken(&json!({"request": {"resource": null}}), "expected a `resource`");
    check_broken(&json!({"scps": [{"policies": [], "name": "x"}]}), "scps: unknown field `name`");
    check_broken(&json!({"scps": [null]}), "expected a level");
    check_broken(&json!({"request": {"resource": ""}}), "expected a `resource`");
    check_broken(&json!({"request": {"context": {"aws:username": null}}}), "expected a string, a number");
}

#[test]
fn a_statement_that_lacks_what_gives_it_meaning_is_broken() {
    for (effect, element, wanted) in [
        ("Deny", "Action", "an `Action`"),
        ("Deny", "Resource", "a `Resource`"),
        ("Allow", "Action", "an `Action`"),
    ] {
        let mut policy = allow("s3:*");
        policy["Statement"]["Effect"] = json!(effect);
        policy["Statement"].as_object_mut().unwrap().remove(element);
        check_broken(&json!({"identityPolicies": [allow("s3:*"), policy]}), wanted);
        check_broken(&json!({"scps": [{"policies": [policy]}]}), wanted);
    }
    // A resource's policy means the resource; one that names nobody is about nobody.
    let mut policy = naming(&json!({"AWS": ANA}), "s3:*");
    policy["Statement"].as_object_mut().unwrap().remove("Resource");
    check(&json!({"identityPolicies": [], "resourcePolicy": policy}), "Allowed");
    policy["Statement"].as_object_mut().unwrap().remove("Principal");
    check(&json!({"identityPolicies": [], "resourcePolicy": policy}), "ImplicitlyDenied");
}

#[test]
fn a_session_comes_with_its_own_role_or_issuer() {
    let session = "arn:aws:sts::111122223333:assumed-role/r/s";
    for role in ["arn:aws:iam::111122223333:role/other", "arn:aws:iam::444455556666:role/r"] {
        let request = json!({"principal": session, "principalRoleArn": role});
        check_broken(&json!({"request": request}), "does not belong to");
    }
    let request = json!({
        "principal": "arn:aws:sts::111122223333:federated-user/f", "principalIssuerArn": "arn:aws:iam::444455556666:user/ana",
    });
    check_broken(&json!({"request": request}), "does not belong to");
}

#[test]
fn a_list_of_one_is_the_value_of_a_key_that_has_but_one() {
    let home = |key: &str| {
        let mut policy = allow("s3:*");
        policy["Statement"]["Resource"] = json!(format!("arn:aws:s3:::${{{key}}}/*"));
        json!([policy])
    };
    for (key, values, decision) in [
        ("aws:username", json!(["b"]), "Allowed"),
        ("aws:PrincipalTag/team", json!(["b"]), "Allowed"),
        ("aws:username", json!(["b", "b"]), "ImplicitlyDenied"),
        ("aws:TagKeys", json!(["b"]), "ImplicitlyDenied"),
        ("acme:unheard", json!(["b"]), "ImplicitlyDenied"),
    ] {
        check(&json!({"identityPolicies": home(key), "request": {"context": {key: values}}}), decision);
    }
}

#[test]
fn a_policy_brought_for_an_action_of_kms_is_a_keys() {
    let of_another = naming(&json!({"AWS": ROLE}), "kms:*");
    for resource in ["arn:aws:kms:eu-central-1:111122223333:alias/a", "*"] {
        let request = json!({"action": "KMS:Decrypt", "resource": resource});
        let case =
            json!({"identityPolicies": [allow("kms:*")], "resourcePolicy": of_another, "request": request});
        check(&case, "ImplicitlyDenied");
        check(&json!({"identityPolicies": [allow("kms:*")], "request": request}), "Allowed");
    }
}

#[test]
fn a_mark_at_the_head_of_the_file_is_no_mistake_and_one_in_a_policy_is() {
    let good = case(&json!({})).to_string();
    let (status, answers) = answers(&format!("\u{feff}{good}\n"));
    assert_eq!((status, &answers[0]["decision"]), (0, &json!("Allowed")));
    let (status, answers) = self::answers(&format!("{good}\n\u{feff}{good}\n"));
    assert_eq!((status, answers[1]["decision"].is_null()), (1, true));
}

#[test]
fn a_line_that_breaks_off_still_has_its_id() {
    let (status, answers) =
        answers("{\"id\":\"half\",\"request\":{\"principal\"\n{\"request\":{},\"id\":2,]\n");
    assert_eq!(status, 1);
    assert_eq!((&answers[0]["id"], &answers[1]["id"]), (&json!("half"), &json!(2)));
}

#[test]
fn a_broken_line_does_not_stop_the_others() {
    let good = case(&json!({"id": {"any": ["thing"]}, "description": "notes are for people"}));
    let twice = r#"{"id":"twice","request":{},"request":{}}"#;
    let lines = format!("{}\n\nnonsense\n{twice}\n[1]\n{}\r\n", case(&json!({"id": "a"})), good);
    let (status, answers) = answers(&lines);
    assert_eq!(status, 1);
    let decisions: Vec<_> = answers.iter().map(|answer| answer.get("decision").is_some()).collect();
    assert_eq!(decisions, [true, false, false, false, true], "{answers:?}");
    assert_eq!(answers[1]["id"], Value::Null);
    assert!(answers[1]["error"].as_str().unwrap().starts_with("line 3: "), "{}", answers[1]);
    assert_eq!(answers[2]["id"], "twice");
    assert_eq!(answers[4]["id"], json!({"any": ["thing"]}));
}

#[test]
fn an_answer_does_not_wait_for_the_next_question() {
    let mut command = Command::new(BINARY);
    command.args(["policy", "evaluate", "--cases", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (mut questions, mut answers) =
        (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    for id in 0..3 {
        writeln!(questions, "{}", case(&json!({"id": id}))).unwrap();
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!((&answer["id"], &answer["decision"]), (&json!(id), &json!("Allowed")));
    }
    drop(questions);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_line_without_end_is_one_broken_case() {
    let endless = format!("{{\"id\":\"{}\"}}", "y".repeat(65 << 20));
    let (status, answers) = answers(&format!("{endless}\n{}\n", case(&json!({}))));
    assert_eq!(status, 1);
    assert_eq!(answers[0]["error"], "line 1: a line is longer than 64 MiB");
    assert_eq!(answers[1]["decision"], "Allowed");
}

#[test]
fn a_deny_without_actions_in_a_file_is_shown_and_not_skipped() {
    let policy = "{\"Statement\": [\n  {\"Effect\": \"Deny\", \"Resource\": \"*\"}\n]}";
    let folder = Folder::with(&[("deny.json", policy)]);
    let ask = [
        "evaluate",
        "--policies",
        "deny.json",
        "--principal",
        ANA,
        "--action",
        "s3:GetObject",
        "--resource",
        "*",
    ];
    let said = folder.run(&ask);
    assert_eq!((said.status, said.stdout.as_str()), (1, ""));
    for shown in ["expected an `Action` or a `NotAction` in the statement", "deny.json:2:3"] {
        assert!(said.stderr.contains(shown), "{}", said.stderr);
    }
}
