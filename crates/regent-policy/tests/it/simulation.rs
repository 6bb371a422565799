//! Simulations: what is told beside the decision, as data, and that the decision is the one of enforcement.

use std::collections::BTreeMap;
use std::fs;

use regent_policy::simulate::{Simulation, context_keys, eval_decision, missing_context_keys, simulate};
use regent_policy::{
    Action, Bindings, Context, Document, PolicyKind, Program, Request, Resource, ResourceRule, Verdict,
    decide,
};
use serde::Deserialize;

use crate::callers::{self, HOME};
use crate::engine::Compiled;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    page: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default)]
    caller: Option<String>,
    #[serde(default)]
    action: Option<String>,
    #[serde(default)]
    identity: Vec<String>,
    #[serde(default)]
    boundaries: Vec<String>,
    #[serde(default)]
    scps: Option<Vec<Vec<String>>>,
    #[serde(default)]
    resource: Option<String>,
    expect: String,
    statements: Vec<String>,
    kinds: BTreeMap<String, String>,
    #[serde(default)]
    across: bool,
}

#[test]
fn every_golden_simulation_comes_out_as_aws_documents() {
    let text = fs::read_to_string("tests/simulation/outcomes.yaml").unwrap();
    let file: File = serde_saphyr::from_str(&text).unwrap();
    assert!(!file.page.is_empty());
    for case in &file.cases {
        check(case);
    }
}

#[track_caller]
fn check(case: &Case) {
    let simulation = case.simulate();
    let name = &case.name;
    assert_eq!(eval_decision(simulation.verdict()), case.expect, "{name}");
    let statements: Vec<String> = simulation
        .statements()
        .iter()
        .map(|found| {
            format!("{:?} {}.{}.{}", found.kind, found.at.level, found.at.program, found.at.statement)
        })
        .collect();
    assert_eq!(statements, case.statements, "{name}");
    let kinds: BTreeMap<String, String> = PolicyKind::ALL
        .into_iter()
        .filter_map(|kind| Some((format!("{kind:?}"), eval_decision(simulation.by_kind(kind)?).to_owned())))
        .collect();
    assert_eq!(kinds, case.kinds, "{name}");
    assert_eq!(simulation.is_across_accounts(), case.across, "{name}");
}

impl Case {
    fn simulate(&self) -> Simulation {
        let compile = |texts: &[String]| texts.iter().map(|text| compile(text)).collect::<Vec<_>>();
        let compiled = Compiled {
            identity: compile(&self.identity),
            boundaries: compile(&self.boundaries),
            scps: self.scps.as_ref().map(|levels| levels.iter().map(|level| compile(level)).collect()),
            resource: self.resource.as_ref().map(|text| (self::compile(text), ResourceRule::Ordinary)),
            ..Compiled::default()
        };
        let context = Context::new();
        let request = Request {
            caller: callers::named(self.caller.as_deref().unwrap_or("ana")),
            action: &Action::parse(self.action.as_deref().unwrap_or("s3:GetObject")).unwrap(),
            resource: &Resource::new("arn:aws:s3:::b/o"),
            resource_account: Some(HOME),
            context: &context,
            canonical_user: None,
        };
        compiled.lend(|policies| {
            let simulation = simulate(policies, &request);
            assert_eq!(*simulation.decision(), decide(policies, &request), "{}", self.name);
            simulation
        })
    }
}

fn compile(text: &str) -> Program {
    let document = Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    Program::compile(&document, &Bindings::NONE)
}

#[test]
fn a_policy_that_cannot_be_used_is_named() {
    let unreadable = Compiled { boundaries: vec![Program::unreadable()], ..Compiled::default() };
    let context = Context::new();
    let request = Request {
        caller: callers::named("ana"),
        action: &Action::parse("s3:GetObject").unwrap(),
        resource: &Resource::any(),
        resource_account: Some(HOME),
        context: &context,
        canonical_user: None,
    };
    let simulation = unreadable.lend(|policies| simulate(policies, &request));
    assert_eq!(simulation.unusable(), Some(PolicyKind::PermissionsBoundary));
    assert_eq!(simulation.verdict(), Verdict::ExplicitlyDenied);
    assert_eq!(simulation.is_allowed_by_boundary(), Some(false));
    let simulation = simulation.on_unsupported_resource();
    assert_eq!(simulation.verdict(), Verdict::ImplicitlyDenied);
}

#[test]
fn keys_of_several_policies_are_named_once_with_their_tags() {
    let documents = [
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:PrincipalTag/team}/${aws:username, 'x'}",
            "Condition":{"StringEquals":{"s3:prefix":"${aws:userid}"},"Bool":{"aws:securetransport":"true"}}}]}"#,
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"${*}",
            "Condition":{"Null":{"aws:SecureTransport":"true","aws:RequestTag/Größe":"true"}}}]}"#,
        r#"{"Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"${aws:old}"}]}"#,
    ]
    .map(|text| Document::parse(text).unwrap());
    let all = [
        "aws:PrincipalTag/team",
        "aws:RequestTag/Größe",
        "aws:securetransport",
        "aws:userid",
        "aws:username",
        "s3:prefix",
    ];
    assert_eq!(context_keys(&documents), all);
    let mut context = Context::new();
    context.set("AWS:SecureTransport", "false");
    context.set_many("s3:prefix", &[]);
    context.set("aws:requesttag/GRÖßE", "1");
    assert_eq!(
        missing_context_keys(&documents, &context),
        ["aws:PrincipalTag/team", "aws:userid", "aws:username"]
    );
}
