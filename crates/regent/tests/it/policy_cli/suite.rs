//! A team's own expectations.

use serde_json::Value;

use super::{Folder, OWN_HOME, examples};

const SUITE: &str = "
policies:
  identity: [own.json, unused.json]
given:
  principal: arn:aws:iam::111122223333:user/ana
  resourceAccount: '111122223333'
allow:
  - name: her home
    actions: [s3:GetObject, s3:PutObject]
    resources: arn:aws:s3:::home/ana/x
deny:
  - name: another's home
    actions: s3:GetObject
    resources: [arn:aws:s3:::home/bob/x, arn:aws:s3:::home/ana/<y> & z]
";
const UNUSED: &str = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "Never", "Effect": "Deny", "Action": "ec2:*", "Resource": "*"}]}"#;

fn folder() -> Folder {
    Folder::with(&[("own.json", OWN_HOME), ("unused.json", UNUSED), ("own.test.yaml", SUITE)])
}

#[test]
fn what_is_not_as_expected_is_shown_and_what_no_test_decides() {
    folder().run(&["test"]).says(
        3,
        "./own.test.yaml
  ✓ her home (2 requests)
  ✗ another's home (1 of 2 requests)
      expected Denied, got Allowed: s3:GetObject on arn:aws:s3:::home/ana/<y> & z
      by arn:aws:iam::111122223333:user/ana
      decided at ./own.json:3:16

4 requests decided, 3 as expected, 1 not
1 of 2 statements decided a request (50 %)
  no test decided by ./unused.json:1:41 Deny Never",
    );
}

#[test]
fn build_servers_read_junit_and_machines_json() {
    let folder = folder();
    assert_eq!(folder.run(&["test", "--format", "junit", "--output", "report.xml", "."]).status, 3);
    let report = folder.read("report.xml");
    assert!(report.contains(r#"<testsuites tests="4" failures="1">"#), "{report}");
    assert!(report.contains("home/ana/&lt;y&gt; &amp; z by"), "{report}");
    let said = folder.run(&["test", "--format", "json", "own.test.yaml"]);
    let report: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(report["suites"][0]["expectations"].as_array().unwrap().len(), 4);
    assert_eq!(report["suites"][0]["expectations"][3]["isMet"], false);
    assert_eq!(report["coverage"]["statements"][0]["decided"], 3);
}

#[test]
fn too_little_coverage_fails() {
    let suite = SUITE.replace(", arn:aws:s3:::home/ana/<y> & z", "");
    let folder = Folder::with(&[("own.json", OWN_HOME), ("unused.json", UNUSED), ("own.test.yaml", &suite)]);
    assert_eq!(folder.run(&["test"]).status, 0);
    assert_eq!(folder.run(&["test", "--min-coverage", "50"]).status, 0);
    assert_eq!(folder.run(&["test", "--min-coverage", "51"]).status, 3);
}

#[test]
fn a_broken_suite_says_where_and_what() {
    for (change, says) in [
        (("actions: s3:GetObject", "action: s3:GetObject"), "unknown field `action`"),
        (("  principal: arn:aws:iam::111122223333:user/ana\n", ""), "the row `her home` says not who asks"),
        (("[s3:GetObject, s3:PutObject]", "[]"), "the row `her home` asks for no action: it could not fail"),
        (
            ("her home\n", "her home\n    verdict: explicit\n"),
            "expects to be allowed, and `verdict` is for denials",
        ),
        (("[own.json, unused.json]", "gone.json"), "cannot read `./gone.json`"),
        (("s3:GetObject, s3:PutObject", "s3:Get*"), "the row `her home`\n  because action `s3:Get*`"),
    ] {
        let suite = SUITE.replace(change.0, change.1);
        assert_ne!(suite, SUITE, "{change:?} changes nothing");
        let folder =
            Folder::with(&[("own.json", OWN_HOME), ("unused.json", UNUSED), ("own.test.yaml", &suite)]);
        let said = folder.run(&["test"]);
        assert_eq!((said.status, said.stdout.as_str()), (1, ""), "{change:?}: {}", said.stderr);
        assert!(said.stderr.contains(says), "{change:?}: {}", said.stderr);
    }
    let said = Folder::with(&[]).run(&["test", "."]);
    said.complains(1, "regent: `.` holds no suite: expected files that end in `.test.yaml`");
}

#[test]
fn the_examples_hold() {
    let folder = Folder::with(&[]);
    let said = folder.run(&["test", "--min-coverage", "100", examples().to_str().unwrap()]);
    assert_eq!(said.status, 0, "{}{}", said.stdout, said.stderr);
}
