//! Looking for what is wrong with policies.

use serde_json::Value;

use super::{Folder, OWN_HOME};

const DEPLOYER: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Deploy",
      "Effect": "Allow",
      "Action": ["s3:GetObjct", "iam:PassRole"],
      "Resource": "*"
    }
  ]
}
"#;

const TRUST: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}"#;

#[test]
fn findings_are_drawn_over_their_places_and_counted() {
    let folder = Folder::with(&[("deployer.json", DEPLOYER)]);
    folder.run(&["validate", "--kind", "identity", "deployer.json"]).says(
        3,
        r#"error[INVALID_ACTION]: There is no action `s3:GetObjct`, but there is `s3:GetObject`.
 --> deployer.json:7:18
  |
7 |       "Action": ["s3:GetObjct", "iam:PassRole"],
  |                  ^^^^^^^^^^^^^

security warning[PASS_ROLE_WITH_STAR_IN_RESOURCE]: This includes passing any role to a service. Name the roles in `Resource`, or add a condition on `iam:PassedToService`.
 --> deployer.json:7:33
  |
7 |       "Action": ["s3:GetObjct", "iam:PassRole"],
  |                                 ^^^^^^^^^^^^^^
8 |       "Resource": "*"
  |                   ---

1 policy: 1 error, 1 security warning
"#,
    );
}

#[test]
fn the_kind_is_guessed_and_said() {
    let queue = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage"}}"#;
    let folder = Folder::with(&[("a.json", OWN_HOME), ("b.json", TRUST), ("c.json", queue)]);
    folder.run(&["validate", "a.json", "b.json", "c.json"]).says(
        0,
        "a.json: taken for an identity-based policy (--kind tells)\n\nb.json: taken for a role trust policy (--kind \
         tells)\n\nc.json: taken for a resource-based policy (--kind tells)\n\n3 policies: no findings\n",
    );
}

#[test]
fn what_iam_would_refuse_is_said_and_fails() {
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "notes"}}"#;
    let folder = Folder::with(&[("a.json", text)]);
    let said = folder.run(&["validate", "--kind", "identity", "a.json"]);
    assert_eq!(said.status, 3);
    let first = said.stdout.lines().next().unwrap();
    assert_eq!(
        first,
        "error: IAM would refuse to store it: MalformedPolicyDocument: Resource notes must be in ARN format or \"*\"."
    );
    assert!(said.stdout.contains("expected an ARN or `*`, not `notes`"), "{}", said.stdout);
    assert!(said.stdout.ends_with("1 policy: 1 refusal, 1 error\n"), "{}", said.stdout);
}

#[test]
fn the_grade_that_fails_can_be_chosen() {
    let text = r#"{"Version": "2012-10-17", "Statement": {"Sid": "", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}"#;
    let folder = Folder::with(&[("a.json", text)]);
    for (grade, status) in [("error", 0), ("security-warning", 0), ("warning", 0), ("suggestion", 3)] {
        assert_eq!(folder.run(&["validate", "--fail-on", grade, "a.json"]).status, status, "{grade}");
    }
    assert_eq!(folder.run(&["validate", "absent.json"]).status, 1);
    assert_eq!(folder.run(&["validate"]).status, 2);
    assert_eq!(folder.run(&["validate", "--kind", "bucket", "a.json"]).status, 2);
    assert_eq!(folder.run(&["validate", "--resource-type", "AWS::S3::Buckets", "a.json"]).status, 2);
}

#[test]
fn a_policy_on_a_bucket_is_held_to_what_buckets_take() {
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:s3:::notes"}}"#;
    let folder = Folder::with(&[("a.json", text)]);
    let said = folder.run(&["validate", "--resource-type", "AWS::S3::Bucket", "a.json"]);
    assert_eq!(said.status, 3);
    assert!(said.stdout.starts_with("error[UNSUPPORTED_ACTION_IN_POLICY]"), "{}", said.stdout);
}

#[test]
fn machines_get_what_access_analyzer_answers() {
    let folder = Folder::with(&[("deployer.json", DEPLOYER), ("trust.json", TRUST)]);
    let said = folder.run(&["validate", "--format", "json", "deployer.json", "trust.json"]);
    assert_eq!(said.status, 3);
    let files: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(files[0]["file"], "deployer.json");
    assert_eq!(files[0]["policyType"], "IDENTITY_POLICY");
    assert_eq!(files[0]["refusal"], Value::Null);
    let finding = &files[0]["findings"][0];
    assert_eq!((&finding["findingType"], &finding["issueCode"]), (&"ERROR".into(), &"INVALID_ACTION".into()));
    let start =
        serde_json::json!({"line": 7, "column": 17, "offset": DEPLOYER.find("\"s3:GetObjct").unwrap()});
    assert_eq!(finding["locations"][0]["span"]["start"], start);
    assert_eq!(
        files[1],
        serde_json::json!({
            "file": "trust.json", "policyType": "RESOURCE_POLICY", "findings": [], "refusal": null,
        })
    );
}

#[test]
fn code_scanning_gets_sarif() {
    let folder = Folder::with(&[("policies/the deployer.json", DEPLOYER)]);
    let said = folder.run(&["validate", "--format", "sarif", "policies"]);
    assert_eq!(said.status, 3);
    let log: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "regent");
    assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "INVALID_ACTION");
    let result = &run["results"][1];
    assert_eq!(
        (&result["ruleId"], &result["level"]),
        (&"PASS_ROLE_WITH_STAR_IN_RESOURCE".into(), &"warning".into())
    );
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "policies/the%20deployer.json");
    let region = serde_json::json!({"startLine": 7, "startColumn": 33, "endLine": 7, "endColumn": 47});
    assert_eq!(place["region"], region);
    assert_eq!(result["relatedLocations"][0]["physicalLocation"]["region"]["startLine"], 8);
}

#[test]
fn a_workflow_gets_annotations() {
    let folder = Folder::with(&[("a,b.json", DEPLOYER)]);
    folder.run(&["validate", "--format", "github", "a,b.json"]).says(
        3,
        "::error file=a%2Cb.json,line=7,endLine=7,col=18,endColumn=31,title=INVALID_ACTION::There is no action \
         `s3:GetObjct`, but there is `s3:GetObject`.\n::warning file=a%2Cb.json,line=7,endLine=7,col=33,endColumn=47,\
         title=PASS_ROLE_WITH_STAR_IN_RESOURCE::This includes passing any role to a service. Name the roles in \
         `Resource`, or add a condition on `iam:PassedToService`.\n",
    );
    let clean = Folder::with(&[("a.json", OWN_HOME)]);
    clean.run(&["validate", "--format", "github", "a.json"]).says(0, "");
}
