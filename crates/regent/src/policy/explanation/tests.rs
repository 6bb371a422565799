//! Real drawings, without colour, for 80 columns.

use insta::assert_snapshot;
use regent_policy::explain::explain;
use regent_policy::{Action, Context, Document, Policies, PolicyKind, Request, Resource};

use super::{Style, render};
use crate::policy::bundle::{Bundle, Named};
use crate::policy::excerpt::Colour;

const ANA: regent_policy::Caller<'static> = regent_policy::Caller::User {
    account: "111122223333",
    arn: "arn:aws:iam::111122223333:user/ana",
    id: "AIDAEXAMPLEANA000000A",
};

/// A question about `s3:GetObject`, and how its answer is drawn.
struct Question {
    bundle: Bundle,
    caller: regent_policy::Caller<'static>,
    on: &'static str,
    context: Vec<(&'static str, &'static str)>,
}

impl Question {
    fn new(on: &'static str) -> Self {
        Self { bundle: Bundle::default(), caller: ANA, on, context: vec![("aws:username", "ana")] }
    }

    fn with(mut self, key: &'static str, value: &'static str) -> Self {
        self.context.push((key, value));
        self
    }

    fn policy(mut self, kind: PolicyKind, name: &str, text: &str) -> Self {
        let named = Named::new(name.to_owned(), Document::parse(text).unwrap());
        match kind {
            PolicyKind::Identity => self.bundle.identity.push(named),
            PolicyKind::PermissionsBoundary => self.bundle.boundaries.push(named),
            PolicyKind::Session => self.bundle.session.get_or_insert_default().push(named),
            PolicyKind::Resource | PolicyKind::RoleTrust => self.bundle.resource = Some(named),
            PolicyKind::ServiceControl => self.bundle.service_control.push(vec![named]),
            PolicyKind::ResourceControl => self.bundle.resource_control.push(vec![named]),
            PolicyKind::Endpoint => self.bundle.endpoint.push(named),
        }
        self
    }

    fn drawn(&self, columns: usize, colour: Colour) -> String {
        let mut context = Context::new();
        for (key, value) in &self.context {
            context.set(*key, value);
        }
        let request = Request {
            caller: self.caller,
            action: &Action::parse("s3:GetObject").unwrap(),
            resource: &Resource::new(self.on),
            resource_account: Some("111122223333"),
            context: &context,
            canonical_user: None,
        };
        let rule = regent_policy::ResourceRule::Ordinary;
        self.bundle.lend(rule, |policies: &Policies<'_>| {
            let explanation = explain(policies, &request);
            render(&explanation, &self.bundle, &request, Style { colour, columns })
        })
    }

    fn plain(&self) -> String {
        self.drawn(80, Colour::Off)
    }
}

const HOME: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Home",
      "Effect": "Allow",
      "Action": ["s3:GetObject", "s3:PutObject"],
      "Resource": "arn:aws:s3:::home/${aws:username}/*",
      "Condition": {
        "IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "203.0.113.0/24"]}
      }
    },
    {
      "Sid": "Public",
      "Effect": "Allow",
      "Action": "s3:GetObject",
      "Resource": ["arn:aws:s3:::public/*"]
    }
  ]
}
"#;

const OFFICE: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": "*", "Resource": "*"},
    {
      "Sid": "Office",
      "Effect": "Deny",
      "Action": "s3:*",
      "Resource": "*",
      "Condition": {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
    }
  ]
}
"#;

#[test]
fn a_condition_that_does_not_hold() {
    let question = Question::new("arn:aws:s3:::home/ana/letter.txt")
        .with("aws:SourceIp", "198.51.100.7")
        .policy(PolicyKind::Identity, "policies/ana.json", HOME);
    assert_snapshot!(question.plain());
}

#[test]
fn a_resource_of_somebody_else() {
    let question = Question::new("arn:aws:s3:::home/bob/letter.txt")
        .with("aws:SourceIp", "192.0.2.7")
        .policy(PolicyKind::Identity, "policies/ana.json", HOME);
    assert_snapshot!(question.plain());
}

#[test]
fn a_deny_that_fires_because_the_key_is_absent() {
    let question = Question::new("arn:aws:s3:::home/ana/letter.txt")
        .policy(PolicyKind::ServiceControl, "scps/office.json", OFFICE)
        .policy(PolicyKind::Identity, "policies/ana.json", HOME);
    assert_snapshot!(question.plain());
}

#[test]
fn an_allowed_request() {
    let question = Question::new("arn:aws:s3:::home/ana/letter.txt")
        .with("aws:SourceIp", "203.0.113.9")
        .policy(PolicyKind::Identity, "policies/ana.json", HOME);
    assert_snapshot!(question.plain());
}

#[test]
fn several_kinds_that_are_silent_and_a_policy_on_one_long_line() {
    let one_line = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "ReadTheArchiveOfTheYearsBefore", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::archive/*"}]}"#;
    let question = Question::new("arn:aws:s3:::reports/2026.csv")
        .policy(PolicyKind::PermissionsBoundary, "boundary.json", one_line)
        .policy(
            PolicyKind::ServiceControl,
            "scps/root.json",
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}}"#,
        );
    assert_snapshot!(question.plain());
}

#[test]
fn a_typing_error() {
    let text = r#"{
  "Version": "2012-10-17",
  "Statement": {"Effect": "Allow", "Action": ["s3:GetObjcet"], "Resource": "*"}
}
"#;
    let question =
        Question::new("arn:aws:s3:::home/x").policy(PolicyKind::Identity, "policies/read.json", text);
    assert_snapshot!(question.plain());
}

#[test]
fn a_caller_without_a_name_is_suggested_nothing() {
    let mut question = Question::new("arn:aws:s3:::home/x").policy(
        PolicyKind::Resource,
        "bucket.json",
        r#"{"Version": "2012-10-17",
 "Statement": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:*", "Resource": "*"}}"#,
    );
    question.caller = regent_policy::Caller::Anonymous;
    assert_snapshot!(question.plain());
}

#[test]
fn no_line_of_text_is_wider_than_the_terminal_unless_a_word_is() {
    let question = Question::new("arn:aws:s3:::home/ana/letter.txt")
        .with("aws:SourceIp", "198.51.100.7")
        .policy(PolicyKind::Identity, "policies/ana.json", HOME);
    for columns in [60, 80, 120] {
        for line in question.drawn(columns, Colour::Off).lines() {
            let fits = line.chars().count() <= columns || line.trim().split(' ').count() == 1;
            assert!(fits, "{columns}: {line}");
        }
    }
}

#[test]
fn colour_changes_nothing_but_the_colour() {
    let question = Question::new("arn:aws:s3:::home/bob/x").policy(PolicyKind::Identity, "ana.json", HOME);
    let coloured = question.drawn(80, Colour::On);
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    assert_ne!(coloured, plain);
    assert_eq!(plain, question.drawn(80, Colour::Off));
}
