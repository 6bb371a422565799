//! One request, by policies in files.

use super::{Folder, OWN_HOME};

const ANA: [&str; 2] = ["--principal", "arn:aws:iam::111122223333:user/staff/ana"];

/// The arguments of a question about an object in Ana's home.
fn reading<'a>(principal: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    let question = ["--action", "s3:GetObject", "--resource", "arn:aws:s3:::home/ana/x"];
    [&["evaluate", "--resource-account", "111122223333"], principal, &question, more].concat()
}

#[test]
fn an_allowed_request_exits_with_zero_and_names_the_statement() {
    let folder = Folder::with(&[("own.json", OWN_HOME)]);
    let said = folder.run(&reading(&ANA, &["--policies", "own.json"]));
    said.says(0, "Allowed\ndecided by statement 0 (Home) at own.json:3:16");
}

#[test]
fn a_denied_request_exits_with_three_and_says_what_aws_would() {
    let folder = Folder::with(&[("own.json", OWN_HOME), ("none/other.json", OWN_HOME)]);
    let bob = ["--principal", "arn:aws:iam::111122223333:user/bob"];
    let said = folder.run(&reading(&bob, &["--policies", "own.json", "none"]));
    said.says(
        3,
        "ImplicitlyDenied\nUser: arn:aws:iam::111122223333:user/bob is not authorized to perform: s3:GetObject on \
         resource: arn:aws:s3:::home/ana/x because no identity-based policy allows the s3:GetObject action",
    );
}

#[test]
fn a_given_key_takes_the_place_of_one_that_follows_from_the_principal() {
    let folder = Folder::with(&[("own.json", OWN_HOME)]);
    let said = folder.run(&reading(&ANA, &["--policies", "own.json", "--context", "AWS:UserName=bob"]));
    assert_eq!(said.status, 3, "{}", said.stdout);
}

#[test]
fn every_kind_of_policy_takes_part() {
    let allow =
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    let other =
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}}"#;
    let deny = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*",
        "Principal": "*"}}"#;
    let folder = Folder::with(&[("allow.json", allow), ("other.json", other), ("deny.json", deny)]);
    for (more, reason) in [
        (&["--boundary", "other.json"][..], "because no permissions boundary allows"),
        (&["--session-policy", "other.json"], "because no session policy allows"),
        (&["--scps", "allow.json", "--scps", "other.json"], "because no service control policy allows"),
        (&["--rcps", "allow.json,deny.json"], "with an explicit deny in a resource control policy"),
        (&["--endpoint-policy", "other.json"], "because no VPC endpoint policy allows"),
        (&["--resource-policy", "deny.json"], "with an explicit deny in a resource-based policy"),
    ] {
        let said = folder.run(&reading(&ANA, &[&["--policies", "allow.json"], more].concat()));
        assert_eq!(said.status, 3, "{more:?}: {} {}", said.stdout, said.stderr);
        assert!(said.stdout.contains(reason), "{more:?}: {}", said.stdout);
    }
    folder.run(&reading(&ANA, &["--policies", "allow.json", "--json"])).says(
        0,
        r#"{
  "decision": "Allowed",
  "reason": "Policy",
  "policyKind": "identity",
  "statement": {
    "policy": "allow.json",
    "statement": 0,
    "line": 1,
    "column": 40
  }
}"#,
    );
}

#[test]
fn a_policy_that_names_principals_is_the_resources_and_there_is_one() {
    let trust = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": "arn:aws:iam::111122223333:user/staff/ana"}}}"#;
    let folder = Folder::with(&[("trust.json", trust), ("second.json", trust)]);
    let question =
        ["--action", "sts:AssumeRole", "--resource", "arn:aws:iam::111122223333:role/r", "--policies"];
    let arguments = [&["evaluate"], &ANA[..], &question, &["trust.json"]].concat();
    folder.run(&arguments).says(0, "Allowed\ndecided by statement 0 at trust.json:1:40");
    folder.run(&[arguments.as_slice(), &["second.json"]].concat()).complains(
        1,
        "regent: `trust.json` and `second.json` both name principals, and a resource has one policy: give that one with \
         `--resource-policy`, and leave the other out",
    );
}

#[test]
fn a_broken_policy_is_shown_with_the_place() {
    let folder = Folder::with(&[("broken.json", "{\n  \"Version\": \"2012-10-17\",\n  \"Extra\": []\n}\n")]);
    folder.run(&reading(&ANA, &["--policies", "broken.json"])).complains(
        1,
        "error: unknown element `Extra`\n --> broken.json:3:3\n  |\n3 |   \"Extra\": []\n  |   ^^^^^^^",
    );
}

#[test]
fn what_is_no_principal_no_action_and_no_file_is_said() {
    let folder = Folder::with(&[("own.json", OWN_HOME), ("empty/readme.txt", "")]);
    for (arguments, says) in [
        (
            ["--principal", "ana", "--action", "s3:GetObject", "--policies", "own.json"],
            "`ana` is no principal: expected",
        ),
        (["--principal", "anonymous", "--action", "s3:Get*", "--policies", "own.json"], "action `s3:Get*`"),
        (
            ["--principal", "anonymous", "--action", "s3:GetObject", "--policies", "no.json"],
            "cannot read `no.json`",
        ),
        (
            ["--principal", "anonymous", "--action", "s3:GetObject", "--policies", "empty"],
            "`empty` holds no policy",
        ),
    ] {
        let said = folder.run(&[&["evaluate"], &arguments[..]].concat());
        assert_eq!(said.status, 1, "{arguments:?}: {}", said.stdout);
        assert!(said.stderr.contains(says), "{arguments:?}: {}", said.stderr);
    }
    let said = folder.run(&["evaluate", "--policies", "own.json"]);
    assert_eq!(said.status, 2, "{}", said.stderr);
}
