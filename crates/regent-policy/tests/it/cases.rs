//! Golden cases: what AWS documents, as data.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use regent_policy::{
    Action, Bindings, Context, Decision, Denial, Document, Policies, PolicyKind, Program, Reason, Request,
    Resource, ResourcePolicy, StatementRef, TrustReason, Verdict, decide, decide_and_collect,
};
use serde::Deserialize;

use crate::callers;

/// A file of cases about one page of AWS's documentation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    page: String,
    #[serde(default)]
    default: Case,
    case: Vec<Case>,
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
    on: Option<String>,
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

#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Value {
    One(String),
    Many(Vec<String>),
}

#[test]
fn every_golden_case_comes_out_as_aws_documents() {
    let mut count = 0;
    for path in files(Path::new("tests/cases")) {
        let text = fs::read_to_string(&path).unwrap();
        let file: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(!file.page.is_empty(), "{}: cite the page", path.display());
        for case in &file.case {
            check(&path, &file.default, case);
            count += 1;
        }
    }
    assert!(count >= 200, "only {count} cases found: is the folder there?");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    found.sort();
    found
}

fn check(path: &Path, default: &Case, case: &Case) {
    let label = format!("{}: {}", path.display(), case.name);
    let fields = case.clone().over(default);
    let expected = match fields.expect.as_str() {
        "holds" => "Allowed by Identity 0.0",
        "fails" => "ImplicitlyDenied by Identity",
        other => other,
    };
    let bindings = fields.bindings.clone().unwrap_or_default();
    let pairs: Vec<(&str, &str)> = bindings.iter().map(|(arn, id)| (arn.as_str(), id.as_str())).collect();
    let compile = |text: &String| {
        let document = Document::parse(text).unwrap_or_else(|error| panic!("{label}: {error} in {text}"));
        Program::compile(&document, &Bindings::new(&pairs))
    };
    let compile_all =
        |texts: Option<Vec<String>>| texts.map(|texts| texts.iter().map(compile).collect::<Vec<_>>());

    let conditional = fields.condition.as_ref().map(|condition| {
        vec![format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{condition}}}}}"#
        )]
    });
    let identity = compile_all(fields.identity.or(conditional)).unwrap_or_default();
    let boundaries = compile_all(fields.boundaries).unwrap_or_default();
    let session = compile_all(fields.session);
    let endpoint = compile_all(fields.endpoint).unwrap_or_default();
    let levels = |levels: Option<Vec<Vec<String>>>| {
        levels.map(|levels| {
            levels.iter().map(|texts| texts.iter().map(compile).collect()).collect::<Vec<Vec<_>>>()
        })
    };
    let (scps, rcps) = (levels(fields.scps), levels(fields.rcps));
    let on_resource = fields.resource.as_ref().or(fields.trust.as_ref()).or(fields.key.as_ref()).map(compile);

    fn refs(programs: &[Program]) -> Vec<&Program> {
        programs.iter().collect()
    }
    fn borrow(levels: &[Vec<Program>]) -> Vec<Vec<&Program>> {
        levels.iter().map(|level| level.iter().collect()).collect()
    }
    let (identity, boundaries, endpoint) = (refs(&identity), refs(&boundaries), refs(&endpoint));
    let session: Option<Vec<&Program>> = session.as_ref().map(|programs| programs.iter().collect());
    let (scps, rcps) = (scps.as_deref().map(borrow), rcps.as_deref().map(borrow));
    let scps: Option<Vec<&[&Program]>> =
        scps.as_ref().map(|levels| levels.iter().map(Vec::as_slice).collect());
    let rcps: Option<Vec<&[&Program]>> =
        rcps.as_ref().map(|levels| levels.iter().map(Vec::as_slice).collect());
    let policies = Policies {
        identity: &identity,
        boundaries: &boundaries,
        session: session.as_deref(),
        resource: on_resource.as_ref().map(|program| {
            if fields.trust.is_some() {
                ResourcePolicy::role_trust(program)
            } else if fields.key.is_some() {
                ResourcePolicy::key_policy(program)
            } else {
                ResourcePolicy::ordinary(program)
            }
        }),
        service_control: scps.as_deref(),
        resource_control: rcps.as_deref(),
        endpoint: &endpoint,
    };

    let values = fields.context.unwrap_or_default();
    let lists: Vec<(&str, Vec<&str>)> = values
        .iter()
        .map(|(key, value)| match value {
            Value::One(value) => (key.as_str(), vec![value.as_str()]),
            Value::Many(values) => (key.as_str(), values.iter().map(String::as_str).collect()),
        })
        .collect();
    let mut context = Context::new();
    for ((key, list), value) in lists.iter().zip(values.values()) {
        match value {
            Value::One(_) => context.set(*key, list[0]),
            Value::Many(_) => context.set_many(*key, list),
        }
    }
    let action = Action::parse(fields.action.as_deref().unwrap_or("s3:GetObject")).unwrap();
    let resource = Resource::new(fields.on.as_deref().unwrap_or("arn:aws:s3:::bucket/key"));
    let owner = fields.owner.as_deref().unwrap_or(callers::HOME);
    let request = Request {
        caller: callers::named(fields.caller.as_deref().unwrap_or("ana")),
        action: &action,
        resource: &resource,
        resource_account: Some(owner).filter(|owner| *owner != "unknown"),
        context: &context,
        canonical_user: fields.canonical_user.as_deref(),
    };
    let decision = decide(&policies, &request);
    assert_eq!(shown(&decision), expected, "{label}");

    let mut applying = Vec::new();
    let collected =
        decide_and_collect(&policies, &request, &mut |found| applying.push((found.kind, found.at)));
    assert_eq!(collected, decision, "{label}: collecting changes the decision");
    if let Some(deciding) = decision.deciding_statement() {
        assert!(
            applying.contains(&deciding),
            "{label}: the deciding statement is not among those that apply"
        );
    }

    if let Some(message) = &fields.message {
        let trust_reason =
            if fields.trust_reason == Some(true) { TrustReason::Given } else { TrustReason::Withheld };
        let denial = Denial::new(&decision, &request).trust_reason(trust_reason);
        let denial = denial.policy_arn(fields.policy_arn.as_deref());
        assert_eq!(denial.to_string(), *message, "{label}");
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
            on: self.on.or(default.on),
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
