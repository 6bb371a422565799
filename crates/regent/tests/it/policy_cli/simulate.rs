//! The simulator on files.

use serde_json::{Value, json};

use super::{Folder, OWN_HOME};

const GUARD: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": "*", "Resource": "*"},
    {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*",
     "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}
  ]
}"#;
const ANA: &str = "arn:aws:iam::111122223333:user/ana";
const LETTER: &str = "arn:aws:s3:::home/ana/letter.txt";

fn folder() -> Folder {
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/bob"},"Action":"sts:AssumeRole"}}"#;
    let buckets =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*"}}"#;
    Folder::with(&[
        ("home.json", OWN_HOME),
        ("guard.json", GUARD),
        ("trust.json", trust),
        ("queues.json", buckets),
        ("broken.json", "{"),
    ])
}

#[test]
fn every_action_is_tried_on_every_resource() {
    let folder = folder();
    let said = folder.run(&[
        "simulate",
        "--policies",
        "home.json",
        "guard.json",
        "--caller",
        ANA,
        "--actions",
        "s3:DeleteObject",
        "s3:ListBucket",
        "--resources",
        LETTER,
        "arn:aws:s3:::home",
    ]);
    said.says(
        3,
        "\
ACTION           RESOURCE                          DECISION      BY
s3:DeleteObject  arn:aws:s3:::home/ana/letter.txt  explicitDeny  guard.json:6
s3:DeleteObject  arn:aws:s3:::home                 implicitDeny
s3:ListBucket    arn:aws:s3:::home/ana/letter.txt  implicitDeny
s3:ListBucket    arn:aws:s3:::home                 allowed       guard.json:4

without a value: aws:MultiFactorAuthPresent",
    );
}

#[test]
fn what_is_given_for_keys_counts() {
    let folder = folder();
    let simulate = |more: &[&str]| {
        let arguments =
            ["simulate", "--policies", "home.json", "--actions", "s3:GetObject", "--resources", LETTER];
        folder.run(&[&arguments[..], more].concat()).status
    };
    assert_eq!(simulate(&[]), 3);
    assert_eq!(simulate(&["--caller", ANA]), 0);
    assert_eq!(simulate(&["--context", "aws:username=ana"]), 0);
    assert_eq!(simulate(&["--context", "aws:username=ana", "--boundary", "queues.json"]), 3);
    assert_eq!(simulate(&["--caller", ANA, "--scps", "guard.json", "--scps", "queues.json"]), 3);
    assert_eq!(simulate(&["--caller", ANA, "--owner", "444455556666"]), 3);
    // Several values are a list, and a list is no variable.
    assert_eq!(simulate(&["--context", "aws:username=ana,bob"]), 3);
}

#[test]
fn json_is_the_answer_of_the_simulator() {
    let said = folder().run(&[
        "simulate",
        "--policies",
        "home.json",
        "--caller",
        ANA,
        "--actions",
        "s3:GetObject",
        "--resources",
        LETTER,
        "--json",
    ]);
    let answer: Value = serde_json::from_str(&said.stdout).unwrap();
    let statement = json!({
        "SourcePolicyId": "home.json",
        "SourcePolicyType": "IAM Policy",
        "StartPosition": {"Line": 3, "Column": 17},
        "EndPosition": {"Line": 3, "Column": 119},
    });
    let wanted = json!({
        "EvaluationResults": [{
            "EvalActionName": "s3:GetObject",
            "EvalResourceName": LETTER,
            "EvalDecision": "allowed",
            "MatchedStatements": [statement],
            "MissingContextValues": [],
            "EvalDecisionDetails": {},
            "ResourceSpecificResults": [{
                "EvalResourceName": LETTER,
                "EvalResourceDecision": "allowed",
                "MatchedStatements": [statement],
            }],
        }],
        "IsTruncated": false,
    });
    assert_eq!((said.status, answer), (0, wanted));
}

#[test]
fn a_trust_policy_has_its_say() {
    let folder = folder();
    let simulate = |caller| {
        folder
            .run(&[
                "simulate",
                "--policies",
                "queues.json",
                "--resource-policy",
                "trust.json",
                "--caller",
                caller,
                "--actions",
                "sts:AssumeRole",
                "--resources",
                "arn:aws:iam::111122223333:role/deploy",
            ])
            .status
    };
    assert_eq!(simulate("arn:aws:iam::111122223333:user/bob"), 0);
    assert_eq!(simulate(ANA), 3);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let folder = folder();
    let complain = |more: &[&str], expected: &str| {
        folder.run(&[&["simulate", "--policies", "home.json"], more].concat()).complains(1, expected);
    };
    complain(&["--actions", "s3:GetObjct"], "regent: Invalid Input Actions: [s3:GetObjct] are not valid.");
    complain(
        &["--actions", "s3:GetObject", "--resources", "letter"],
        "regent: ResourceNames are not in a valid ARN format: letter.",
    );
    complain(
        &["--actions", "s3:GetObject", "--caller", "ana"],
        "regent: Invalid Entity Arn: ana does not clearly define entity type and name.",
    );
    let said = folder.run(&["simulate", "--policies", "broken.json", "--actions", "s3:GetObject"]);
    assert_eq!(said.status, 1);
    assert!(said.stderr.contains("broken.json:1:2"), "{said:?}");
}

#[test]
fn context_keys_are_listed() {
    let folder = folder();
    folder
        .run(&["context-keys", "home.json", "guard.json"])
        .says(0, "aws:MultiFactorAuthPresent\naws:username");
    let said = folder.run(&["context-keys", "queues.json", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&said.stdout).unwrap(), json!({"ContextKeyNames": []}));
}
