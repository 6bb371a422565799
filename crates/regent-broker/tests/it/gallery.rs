//! The gallery: every entry is sound, and does what its title says.

use regent_broker::gallery::{
    Entry, EntryError, EntryKind, FillError, Filled, FolderError, Gallery, Pattern, Values,
};
use regent_policy::validate::{Finding, Options, validate};
use regent_policy::{
    Action, Bindings, Caller, Context, Document, Policies, Program, Request, Resource, ResourcePolicy,
    ResourceRule, decide,
};

mod decisions;
mod folder;

const ACCOUNT: &str = "111122223333";
const ANY: &str =
    r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
/// A role that leaves the say to its account.
const OPEN_ROLE: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
    "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]}}"#;

fn entry(id: &str) -> &'static Entry {
    Gallery::ready().entry(id).unwrap()
}

/// An entry's policy filled with its examples, and Regent's own variables as they are for Ana of the web team.
fn example(entry: &Entry) -> String {
    match entry.fill(&entry.examples()).unwrap() {
        Filled::Policy(policy) => policy.replace("${user.name}", "ana").replace("${user.attr.team}", "web"),
        Filled::ManagedPolicy(arn) => panic!("expected a policy, not {arn}"),
    }
}

fn program(text: &str) -> Program {
    Program::compile(&Document::parse(text).unwrap(), &Bindings::NONE)
}

fn values(pairs: &[(&str, &[&str])]) -> Values {
    let owned = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
    pairs.iter().map(|(name, values)| ((*name).to_owned(), owned(values))).collect()
}

#[test]
fn every_ready_file_is_an_entry() {
    let ids: Vec<&str> = Gallery::ready().entries().iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(ids.len(), 25);
    assert_eq!((ids[0], ids[8], ids[24]), ("base-key-assume-roles", "everything-except-identity", "nothing"));
}

#[test]
fn validation_has_nothing_to_say_of_any_entry() {
    for entry in Gallery::ready().entries() {
        let Some(kind) = entry.kind.policy_kind() else { continue };
        let validation = validate(&example(entry), &Options::of(kind));
        assert_eq!(validation.refusal(), None, "{}", entry.id);
        let details: Vec<_> = validation.findings().iter().map(Finding::details).collect();
        assert!(details.is_empty(), "{}: {details:?}", entry.id);
    }
}

#[test]
fn every_entry_fits_into_a_session_laid_out_as_it_is() {
    for entry in Gallery::ready().entries() {
        if entry.kind != EntryKind::Managed {
            assert!(example(entry).chars().count() <= 2_048, "{}: {}", entry.id, example(entry).len());
        }
    }
}

#[test]
fn managed_policies_are_those_of_aws() {
    let arns: Vec<_> = Gallery::ready()
        .entries()
        .iter()
        .filter_map(|entry| match entry.fill(&Values::new()) {
            Ok(Filled::ManagedPolicy(arn)) => Some(arn),
            _ => None,
        })
        .collect();
    let expected = ["ReadOnlyAccess", "SecurityAudit", "job-function/ViewOnlyAccess"];
    assert_eq!(arns, expected.map(|name| format!("arn:aws:iam::aws:policy/{name}")));
    let china = entry("read-only").fill(&values(&[("partition", &["aws-cn"])]));
    assert_eq!(china, Ok(Filled::ManagedPolicy("arn:aws-cn:iam::aws:policy/ReadOnlyAccess".to_owned())));
}

#[test]
fn the_policies_that_go_by_a_name_say_where_the_name_is_empty() {
    for id in ["see-my-own-permissions", "folder-per-person"] {
        assert!(
            entry(id).notes.iter().any(|note| note.contains("`${aws:username}` is empty for roles")),
            "{id}"
        );
    }
}

#[test]
fn several_values_are_several_resources() {
    let filled = entry("base-key-assume-roles").fill(&values(&[
        ("account", &["111122223333"]),
        ("role", &["a", "ops/b"]),
        ("partition", &["aws-cn"]),
    ]));
    let Ok(Filled::Policy(policy)) = filled else { panic!("expected a policy, not {filled:?}") };
    insta::assert_snapshot!(policy, @r#"
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
          "Resource": [
            "arn:aws-cn:iam::111122223333:role/a",
            "arn:aws-cn:iam::111122223333:role/ops/b"
          ]
        }
      ]
    }
    "#);
}

#[test]
fn what_stays_empty_leaves_its_condition_out() {
    let connection: &[&str] = &["arn:aws:codestar-connections:eu-west-1:111122223333:connection/a-b"];
    let entry = entry("codeconnections-use");
    let conditions = |values: &Values| match entry.fill(values) {
        Ok(Filled::Policy(policy)) => {
            let policy: serde_json::Value = serde_json::from_str(&policy).unwrap();
            policy["Statement"][0].get("Condition").map_or_else(String::new, ToString::to_string)
        }
        other => panic!("expected a policy, not {other:?}"),
    };
    assert_eq!(conditions(&values(&[("connection", connection)])), "");
    assert_eq!(
        conditions(&values(&[("connection", connection), ("repository", &["a/b"])])),
        r#"{"StringEquals":{"codeconnections:FullRepositoryId":"a/b"}}"#
    );
}

#[track_caller]
fn check_refused(id: &str, given: &[(&str, &[&str])], expected: &str) {
    let refused = entry(id).fill(&values(given)).unwrap_err();
    assert_eq!(refused.to_string(), expected);
}

#[test]
fn a_value_that_is_none_is_refused_with_what_was_expected() {
    check_refused("bucket-read", &[], "expected a value for `bucket`: The bucket's name");
    check_refused("bucket-read", &[("bucket", &[])], "expected a value for `bucket`: The bucket's name");
    check_refused("bucket-read", &[("buckte", &["a"])], "the entry has no variable `buckte`");
    check_refused("bucket-read", &[("bucket", &["abc", "def"])], "`bucket` takes 1 value(s), not 2");
    let expected = "expected a bucket's name: 3 to 63 small letters, digits, `.` and `-`";
    for value in ["*", "ab*", "${aws:username}", "a/b", "Abc", "", "ab", "{{bucket}}", "abc\"", "-abc", "abé"]
    {
        check_refused(
            "bucket-read",
            &[("bucket", &[value])],
            &format!("`{value}` is no value for `bucket`: {expected}"),
        );
    }
    let roles: Vec<String> = (0..51).map(|number| format!("role-{number}")).collect();
    let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
    check_refused(
        "revoker",
        &[("account", &[ACCOUNT]), ("role", &roles)],
        "`role` takes 50 value(s), not 51",
    );
}

#[test]
fn a_session_policy_that_got_too_long_is_refused() {
    let networks: Vec<String> =
        (0..50).map(|number| format!("2001:db8:{number:04}:1111:2222::/80")).collect();
    let networks: Vec<&str> = networks.iter().map(String::as_str).collect();
    let refused = entry("office-network-only").fill(&values(&[("network", &networks)])).unwrap_err();
    assert!(matches!(refused, FillError::TooLong(2_048..)), "{refused}");
}

/// What each pattern takes, and what it does not.
const PATTERNS: [(Pattern, &[&str], &[&str]); 13] = [
    (Pattern::Account, &["111122223333"], &["11112222333", "1111222233334", "11112222333a", "١١١١٢٢٢٢٣٣٣٣"]),
    (Pattern::Partition, &["aws", "aws-us-gov", "regent"], &["", "AWS", "aws-", "aws:iam", "*"]),
    (
        Pattern::Region,
        &["eu-west-1", "us-gov-west-1", "us-isob-east-1", "ap-southeast-12"],
        &["", "eu", "eu-west", "eu-west-", "eu-west-*", "EU-west-1", "eu--west-1", "eu-west-123", "1-1-1"],
    ),
    (Pattern::Name, &["a", "web_shop+=,.@-"], &["", "a/b", "a b", "a*", "a?", "${a}", "a:b", "é"]),
    (Pattern::Path, &["a", "ops/deploy", "a/b/c.d@e"], &["", "/a", "a/", "a//b", "a/*", "a/?", "a:b"]),
    (Pattern::Bucket, &["abc", "a.b-c", "0ab"], &["ab", "a_b", ".ab", "ab-", "A-b", "abc*"]),
    (Pattern::LogGroup, &["/app/web", "a#b.c-d_e"], &["", "/app/*", "a b", "a:b"]),
    (
        Pattern::Network,
        &["203.0.113.0/24", "203.0.113.7", "2001:db8::/32", "::1"],
        &["", "203.0.113.0/33", "203.0.113", "203.0.113.*", "2001:db8::/129", "office"],
    ),
    (
        Pattern::Principal,
        &[
            "arn:aws:iam::111122223333:root",
            "arn:aws-cn:iam::111122223333:user/a/b",
            "arn:aws:iam::111122223333:role/r",
        ],
        &[
            "*",
            "111122223333",
            "arn:aws:iam::111122223333:user/*",
            "arn:aws:iam::111122223333:user/",
            "arn:aws:iam::111122223333:group/g",
            "arn:aws:iam::1111222233:root",
            "arn:aws:iam:eu-west-1:111122223333:root",
            "arn:aws:sts::111122223333:assumed-role/r/s",
        ],
    ),
    (
        Pattern::Connection,
        &[
            "arn:aws:codeconnections:eu-west-1:111122223333:connection/a-1",
            "arn:aws:codestar-connections:eu-west-1:111122223333:connection/a-1",
        ],
        &[
            "*",
            "arn:aws:codeconnections:eu-west-1:111122223333:connection/*",
            "arn:aws:codeconnections:*:111122223333:connection/a",
            "arn:aws:codeconnections:eu-west-1:111122223333:host/a",
            "arn:aws:s3:eu-west-1:111122223333:connection/a",
        ],
    ),
    (Pattern::ConnectionPermissions, &["read_only", "read_write"], &["", "read", "*"]),
    (Pattern::ExternalId, &["ab", "a:b/c=d"], &["a", "a b", "a*", "${a}"]),
    (Pattern::Wildcard, &["*", "*@example.com", "ana?"], &["", "a b", "${a}", "a/b"]),
];

#[test]
fn a_pattern_takes_what_it_says() {
    assert_eq!(PATTERNS.map(|(pattern, ..)| pattern), Pattern::ALL);
    for (pattern, takes, refuses) in PATTERNS {
        let regex = fancy_regex::Regex::new(&format!("^({})$", pattern.regex())).unwrap();
        for value in takes {
            assert!(pattern.takes(value), "{pattern:?} {value}");
            assert!(regex.is_match(value).unwrap(), "{pattern:?} {value}");
        }
        for value in refuses {
            assert!(!pattern.takes(value), "{pattern:?} {value}");
        }
    }
}

#[test]
fn no_pattern_lets_a_variable_or_the_end_of_a_text_through_and_one_alone_wildcards() {
    for pattern in Pattern::ALL {
        for value in ["${aws:username}", "${*}", "a\"b", "a\\b", "a\nb", "a\u{0}b", "a b", "{{a}}", ""] {
            assert!(!pattern.takes(value), "{pattern:?} {value:?}");
        }
        assert_eq!(pattern.takes("ana*"), pattern == Pattern::Wildcard, "{pattern:?}");
    }
}
