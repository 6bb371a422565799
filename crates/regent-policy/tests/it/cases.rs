//! Golden cases: what AWS documents, as data.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use regent_policy::{
    Action, Bindings, Context, Decision, Denial, Document, PolicyKind, Program, Reason, Request, Resource,
    ResourceRule, StatementRef, TrustReason, Verdict, decide, decide_and_collect,
};
use serde::Deserialize;

use crate::callers;
use crate::engine::Compiled;

/// A file of cases about one page of AWS's documentation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    page: String,
    #[serde(default)]
    default: Case,
    cases: Vec<Case>,
}

/// What a case is made of. What a case does not say, the file's default does.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[serde(default)]
    name: String,
    /// The decision and what decided it; of a condition, `holds` or `fails`.
    #[serde(default)]
    expect: String,
    /// The text of the denial.
    message: Option<String>,
    caller: Option<String>,
    action: Option<String>,
    resource_arn: Option<String>,
    owner: Option<String>,
    canonical_user: Option<String>,
    context: Option<BTreeMap<String, Value>>,
    identity: Option<Vec<String>>,
    boundaries: Option<Vec<String>>,
    session: Option<Vec<String>>,
    resource: Option<String>,
    trust: Option<String>,
    key: Option<String>,
    scps: Option<Vec<Vec<String>>>,
    rcps: Option<Vec<Vec<String>>>,
    endpoint: Option<Vec<String>>,
    bindings: Option<BTreeMap<String, String>>,
    /// Short for an identity-based policy that allows everything under this condition.
    condition: Option<String>,
    trust_reason: Option<bool>,
    policy_arn: Option<String>,
}

/// What a context key holds.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Value {
    One(String),
    Many(Vec<String>),
}

impl Value {
    pub(crate) fn list(&self) -> Vec<&str> {
        match self {
            Self::One(value) => vec![value.as_str()],
            Self::Many(values) => values.iter().map(String::as_str).collect(),
        }
    }
}

#[test]
fn every_golden_case_comes_out_as_aws_documents() {
    let mut count = 0;
    for path in files(Path::new("tests/cases")) {
        let text = fs::read_to_string(&path).unwrap();
        let file: File =
            serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(!file.page.is_empty(), "{}: cite the page", path.display());
        for case in &file.cases {
            check(&path, &file.default, case);
            count += 1;
        }
    }
    assert!(count >= 340, "only {count} cases found: is the folder there?");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    found.sort();
    found
}

#[track_caller]
fn check(path: &Path, default: &Case, case: &Case) {
    let label = format!("{}: {}", path.display(), case.name);
    let case = case.clone().over(default);
    let expected = match case.expect.as_str() {
        "holds" => "Allowed by Identity 0.0",
        "fails" => "ImplicitlyDenied by Identity",
        other => other,
    };
    let compiled = compile(&case, &label);
    let keys = case.context.clone().unwrap_or_default();
    let lists: Vec<(&str, Vec<&str>)> =
        keys.iter().map(|(key, value)| (key.as_str(), value.list())).collect();
    let mut context = Context::new();
    for ((key, list), value) in lists.iter().zip(keys.values()) {
        match value {
            Value::One(value) => context.set(*key, value),
            Value::Many(_) => context.set_many(*key, list),
        }
    }
    let owner = case.owner.as_deref().unwrap_or(callers::HOME);
    let request = Request {
        caller: callers::named(case.caller.as_deref().unwrap_or("ana")),
        action: &Action::parse(case.action.as_deref().unwrap_or("s3:GetObject")).unwrap(),
        resource: &Resource::new(case.resource_arn.as_deref().unwrap_or("arn:aws:s3:::bucket/key")),
        resource_account: Some(owner).filter(|owner| *owner != "unknown"),
        context: &context,
        canonical_user: case.canonical_user.as_deref(),
    };
    let decision = compiled.lend(|policies| decide(policies, &request));
    assert_eq!(shown(&decision), expected, "{label}");
    check_collecting(&compiled, &request, &decision, &label);
    if let Some(message) = &case.message {
        let trust_reason =
            if case.trust_reason == Some(true) { TrustReason::Given } else { TrustReason::Withheld };
        let denial = Denial::new(&decision, &request).trust_reason(trust_reason);
        let denial = denial.policy_arn(case.policy_arn.as_deref());
        assert_eq!(denial.to_string(), *message, "{label}");
    }
}

/// Collecting decides alike, and finds the deciding statement among others of its effect at most.
#[track_caller]
fn check_collecting(compiled: &Compiled, request: &Request<'_>, decision: &Decision, label: &str) {
    let mut applying = Vec::new();
    let collected = compiled.lend(|policies| {
        decide_and_collect(policies, request, &mut |found| applying.push((found.kind, found.at)))
    });
    assert_eq!(collected, *decision, "{label}: collecting changes the decision");
    if let Some(deciding) = decision.deciding_statement() {
        assert!(
            applying.contains(&deciding),
            "{label}: the deciding statement is not among those that apply"
        );
    }
}

fn compile(case: &Case, label: &str) -> Compiled {
    let bindings = case.bindings.clone().unwrap_or_default();
    let pairs: Vec<(&str, &str)> = bindings.iter().map(|(arn, id)| (arn.as_str(), id.as_str())).collect();
    let compile = |text: &String| {
        let document = Document::parse(text).unwrap_or_else(|error| panic!("{label}: {error} in {text}"));
        Program::compile(&document, &Bindings::new(&pairs))
    };
    let all = |texts: &Vec<String>| texts.iter().map(compile).collect::<Vec<_>>();
    let conditional = case.condition.as_ref().map(|condition| {
        vec![format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{condition}}}}}"#
        )]
    });
    let resources = [
        (&case.resource, ResourceRule::Ordinary),
        (&case.trust, ResourceRule::RoleTrust),
        (&case.key, ResourceRule::KeyPolicy),
    ];
    Compiled {
        identity: case.identity.as_ref().or(conditional.as_ref()).map(all).unwrap_or_default(),
        boundaries: case.boundaries.as_ref().map(all).unwrap_or_default(),
        session: case.session.as_ref().map(all),
        resource: resources
            .into_iter()
            .find_map(|(text, rule)| text.as_ref().map(|text| (compile(text), rule))),
        scps: case.scps.as_ref().map(|levels| levels.iter().map(all).collect()),
        rcps: case.rcps.as_ref().map(|levels| levels.iter().map(all).collect()),
        endpoint: case.endpoint.as_ref().map(all).unwrap_or_default(),
    }
}

/// A decision in the words of the cases: `Allowed by Identity 0.1`, the policy and the statement.
fn shown(decision: &Decision) -> String {
    let verdict = match decision.verdict() {
        Verdict::Allowed => "Allowed",
        Verdict::ImplicitlyDenied => "ImplicitlyDenied",
        Verdict::ExplicitlyDenied => "ExplicitlyDenied",
    };
    let Reason::Policy(kind) = decision.reason() else {
        return format!("{verdict} by {:?}", decision.reason());
    };
    let place = decision.deciding_statement().map(|(_, StatementRef { level, program, statement })| {
        if matches!(kind, PolicyKind::ServiceControl | PolicyKind::ResourceControl) {
            format!(" {level}.{program}.{statement}")
        } else {
            format!(" {program}.{statement}")
        }
    });
    format!("{verdict} by {kind:?}{}", place.unwrap_or_default())
}

impl Case {
    fn over(self, default: &Self) -> Self {
        let default = default.clone();
        Self {
            name: self.name,
            expect: self.expect,
            message: self.message.or(default.message),
            caller: self.caller.or(default.caller),
            action: self.action.or(default.action),
            resource_arn: self.resource_arn.or(default.resource_arn),
            owner: self.owner.or(default.owner),
            canonical_user: self.canonical_user.or(default.canonical_user),
            context: self.context.or(default.context),
            identity: self.identity.or(default.identity),
            boundaries: self.boundaries.or(default.boundaries),
            session: self.session.or(default.session),
            resource: self.resource.or(default.resource),
            trust: self.trust.or(default.trust),
            key: self.key.or(default.key),
            scps: self.scps.or(default.scps),
            rcps: self.rcps.or(default.rcps),
            endpoint: self.endpoint.or(default.endpoint),
            bindings: self.bindings.or(default.bindings),
            condition: self.condition.or(default.condition),
            trust_reason: self.trust_reason.or(default.trust_reason),
            policy_arn: self.policy_arn.or(default.policy_arn),
        }
    }
}
