//! Cases of explanations, as data: `tests/explain/*.yaml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use regent_policy::explain::{
    Advice, Answer, ConditionTrace, Explanation, Lack, ListTrace, Sources, Standing, StatementTrace, explain,
};
use regent_policy::{
    Action, Context, Decision, Effect, PolicyKind, Reason, Request, Resource, ResourceRule, StatementRef,
    Values,
};
use serde::Deserialize;

use super::policies::Texts;
use crate::callers;
use crate::cases::Value;

/// A file of cases about one thing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    about: String,
    cases: Vec<Case>,
}

/// A request, the policies, and what is told of them. What a case leaves out is not looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Case {
    name: String,
    caller: String,
    action: String,
    on: String,
    owner: String,
    context: BTreeMap<String, Value>,
    identity: Vec<String>,
    boundaries: Vec<String>,
    session: Option<Vec<String>>,
    resource: Option<String>,
    trust: Option<String>,
    key: Option<String>,
    scps: Option<Vec<Vec<String>>>,
    rcps: Option<Vec<Vec<String>>>,
    endpoint: Vec<String>,
    /// What to call the policies of a kind.
    names: BTreeMap<String, String>,
    /// The decision and what settled it.
    decision: Option<String>,
    /// What some kinds say.
    kinds: BTreeMap<String, String>,
    /// Lines that are told, see [`statement_lines`]; there may be others.
    tells: Vec<String>,
    misses: Option<Vec<String>>,
    denials: Option<Vec<String>>,
    edits: Option<Vec<String>>,
    /// The edited texts, for each edit.
    texts: Option<Vec<String>>,
    /// Why there is no edit.
    stuck: Option<String>,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            name: String::new(),
            caller: "ana".to_owned(),
            action: "s3:GetObject".to_owned(),
            on: "arn:aws:s3:::bucket/key".to_owned(),
            owner: callers::HOME.to_owned(),
            context: BTreeMap::new(),
            identity: Vec::new(),
            boundaries: Vec::new(),
            session: None,
            resource: None,
            trust: None,
            key: None,
            scps: None,
            rcps: None,
            endpoint: Vec::new(),
            names: BTreeMap::new(),
            decision: None,
            kinds: BTreeMap::new(),
            tells: Vec::new(),
            misses: None,
            denials: None,
            edits: None,
            texts: None,
            stuck: None,
        }
    }
}

#[test]
fn every_case_is_explained_as_written() {
    let mut paths: Vec<_> =
        fs::read_dir("tests/explain").unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut count = 0;
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let file: File =
            serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(!file.about.is_empty(), "{}: say what it is about", path.display());
        for case in &file.cases {
            check(&path, case);
            count += 1;
        }
    }
    assert!(count >= 50, "only {count} cases found: is the folder there?");
}

#[track_caller]
fn check(path: &Path, case: &Case) {
    let label = format!("{}: {}", path.display(), case.name);
    let texts = texts(case);
    let mut compiled = texts.compile();
    for (kind, name) in &case.names {
        compiled.rename(kind_named(kind), name);
    }
    let lists: Vec<(&str, Vec<&str>)> =
        case.context.iter().map(|(key, held)| (key.as_str(), held.list())).collect();
    let mut context = Context::new();
    for ((key, list), held) in lists.iter().zip(case.context.values()) {
        match held {
            Value::One(value) => context.set(*key, value),
            Value::Many(_) => context.set_many(*key, list),
        }
    }
    let request = Request {
        caller: callers::named(&case.caller),
        action: &Action::parse(&case.action).unwrap(),
        resource: &Resource::new(&case.on),
        resource_account: Some(case.owner.as_str()).filter(|owner| *owner != "unknown"),
        context: &context,
        canonical_user: None,
    };
    compiled.lend(|policies| {
        let explanation = explain(policies, &request);
        check_told(case, &explanation, &compiled, &label);
        check_advice(case, &explanation, &texts, &compiled, &label);
    });
}

fn check_told(case: &Case, explanation: &Explanation<'_>, sources: &dyn Sources, label: &str) {
    if let Some(decision) = &case.decision {
        assert_eq!(decision_line(explanation.decision()), *decision, "{label}");
    }
    for (kind, expected) in &case.kinds {
        let trace = &explanation.kinds()[kind_named(kind) as usize];
        assert_eq!(standing_line(trace.standing), *expected, "{label}: {kind}");
    }
    let mut lines = Vec::new();
    for kind in explanation.kinds() {
        for statement in kind.policies.iter().flat_map(|policy| &policy.statements) {
            lines.extend(statement_lines(explanation, sources, kind.kind, statement));
        }
    }
    for expected in &case.tells {
        assert!(lines.contains(expected), "{label}: `{expected}` is not among\n{}", lines.join("\n"));
    }
    if let Some(expected) = &case.misses {
        let misses = explanation.near_misses(sources);
        let found: Vec<String> = misses
            .iter()
            .map(|miss| {
                let lacks: Vec<_> = miss.lacks.iter().map(|lack| lack_word(*lack)).collect();
                format!("{} lacks {}", place(miss.kind, miss.at), lacks.join(", "))
            })
            .collect();
        assert_eq!(found, *expected, "{label}");
    }
    if let Some(expected) = &case.denials {
        let found: Vec<String> = explanation
            .denials()
            .iter()
            .map(|denied| format!("{} spared by {:?}", place(denied.kind, denied.at), denied.spared_by))
            .collect();
        assert_eq!(found, *expected, "{label}");
    }
}

fn check_advice(
    case: &Case,
    explanation: &Explanation<'_>,
    texts: &Texts,
    sources: &dyn Sources,
    label: &str,
) {
    let advice = explanation.advice(sources);
    let (edits, stuck) = match &advice {
        Advice::Edit(edits) => (edits.as_slice(), None),
        Advice::Stuck(obstacle) => (Default::default(), Some(obstacle.to_string())),
        Advice::Unneeded | Advice::Denied(_) => (Default::default(), None),
    };
    if let Some(expected) = &case.edits {
        let found: Vec<&str> = edits.iter().map(|edit| edit.what.as_str()).collect();
        assert_eq!(found, *expected, "{label}: {advice:?}");
    }
    if case.stuck.is_some() {
        assert_eq!(stuck, case.stuck, "{label}: {advice:?}");
    }
    if let Some(expected) = &case.texts {
        for (edit, expected) in edits.iter().zip(expected) {
            let old = edit.program.map_or("", |program| {
                let levels = texts.levels[edit.kind as usize].as_ref().unwrap();
                levels[edit.level as usize][program as usize].as_str()
            });
            assert_eq!(edit.apply(old).unwrap().trim(), expected.trim(), "{label}");
        }
        assert_eq!(edits.len(), expected.len(), "{label}");
    }
}

fn texts(case: &Case) -> Texts {
    let mut texts = Texts::new();
    texts.set(PolicyKind::Identity, vec![case.identity.clone()]);
    texts.set(PolicyKind::PermissionsBoundary, vec![case.boundaries.clone()]);
    texts.set(PolicyKind::Endpoint, vec![case.endpoint.clone()]);
    if let Some(session) = &case.session {
        texts.set(PolicyKind::Session, vec![session.clone()]);
    }
    for (text, kind, rule) in [
        (&case.resource, PolicyKind::Resource, ResourceRule::Ordinary),
        (&case.trust, PolicyKind::RoleTrust, ResourceRule::RoleTrust),
        (&case.key, PolicyKind::Resource, ResourceRule::KeyPolicy),
    ] {
        if let Some(text) = text {
            texts.set(kind, vec![vec![text.clone()]]);
            texts.rule = rule;
        }
    }
    for (levels, kind) in
        [(&case.scps, PolicyKind::ServiceControl), (&case.rcps, PolicyKind::ResourceControl)]
    {
        if let Some(levels) = levels {
            texts.set(kind, levels.clone());
        }
    }
    texts
}

// ---- what is told, as lines -----------------------------------------------------------------------------

/// A line for the statement, and one for each condition:
///
/// ```text
/// identity 0.0.0 Allow: principal yes, action yes by 0, resource no [home/ana/*]; does not apply
/// identity 0.0.0 [0] StringEquals aws:x [a, b] got [c]: no, Compared
/// ```
fn statement_lines(
    explanation: &Explanation<'_>,
    sources: &dyn Sources,
    kind: PolicyKind,
    statement: &StatementTrace<'_>,
) -> Vec<String> {
    let at = statement.at;
    let source = sources.source(kind, at.level, at.program).unwrap();
    let values = |values: &[regent_policy::explain::WrittenValue<'_>]| -> String {
        let shown: Vec<String> = values
            .iter()
            .map(|value| {
                let missing = value.unresolved.iter().map(|name| format!(" without {name}"));
                let unreadable = if value.is_readable { "" } else { " unreadable" };
                format!("{}{}{unreadable}", value.meaning(), missing.collect::<String>())
            })
            .collect();
        format!("[{}]", shown.join(", "))
    };
    let effect = if statement.effect == Effect::Allow { "Allow" } else { "Deny" };
    let grant = statement.grant.map(|grant| format!(" as {grant:?}")).unwrap_or_default();
    let head = format!(
        "{} {effect}: principal {}{grant}, action {}, resource {} {}; {}",
        place(kind, at),
        list_word(statement.principal),
        list_word(statement.action),
        list_word(statement.resource),
        values(&explanation.written_resources(source, at)),
        if statement.applies { "applies" } else { "does not apply" },
    );
    let condition = |trace: &ConditionTrace<'_>| {
        let written = explanation.written_condition(source, at, trace.index).unwrap();
        assert!(written.key.value().eq_ignore_ascii_case(trace.key), "the condition is another one");
        let got = match &trace.got {
            None => "nothing".to_owned(),
            Some(Values::One(value)) => (*value).to_owned(),
            Some(Values::Many(values)) => format!("[{}]", values.join(", ")),
        };
        format!(
            "{} [{}] {} {} {} got {got}: {}, {:?}",
            place(kind, at),
            trace.index,
            written.operator.value(),
            written.key.value(),
            values(&written.values),
            answer_word(trace.answer),
            trace.because,
        )
    };
    [head].into_iter().chain(statement.conditions.iter().map(condition)).collect()
}

fn place(kind: PolicyKind, at: StatementRef) -> String {
    format!("{} {}.{}.{}", kind_word(kind), at.level, at.program, at.statement)
}

fn list_word(trace: ListTrace) -> String {
    let by = trace.by.map(|by| format!(" by {by}")).unwrap_or_default();
    format!("{}{by}", answer_word(trace.answer))
}

fn answer_word(answer: Answer) -> &'static str {
    match answer {
        Answer::Yes => "yes",
        Answer::No => "no",
        Answer::Unfinished => "unfinished",
    }
}

fn lack_word(lack: Lack) -> String {
    let closest = |closest: Option<u32>| closest.map(|index| format!(" {index}")).unwrap_or_default();
    match lack {
        Lack::Effect => "effect".to_owned(),
        Lack::Principal => "principal".to_owned(),
        Lack::Action { closest: index, is_similar } => {
            format!("action{}{}", closest(index), if is_similar { " similar" } else { "" })
        }
        Lack::Resource { closest: index } => format!("resource{}", closest(index)),
        Lack::Condition(index) => format!("condition {index}"),
    }
}

fn standing_line(standing: Standing) -> String {
    let at = |at: StatementRef| format!("{}.{}.{}", at.level, at.program, at.statement);
    match standing {
        Standing::Absent => "absent".to_owned(),
        Standing::OutOfReach => "out of reach".to_owned(),
        Standing::Silent { level } => format!("silent {level}"),
        Standing::NoObjection => "no objection".to_owned(),
        Standing::Allows(place) => format!("allows {}", at(place)),
        Standing::Denies(place) => format!("denies {}", at(place)),
        Standing::Unusable { level, program } => format!("unusable {level}.{program}"),
    }
}

fn decision_line(decision: &Decision) -> String {
    let Reason::Policy(kind) = decision.reason() else {
        return format!("{:?} by {:?}", decision.verdict(), decision.reason());
    };
    format!("{:?} by {}", decision.verdict(), kind_word(kind))
}

const KINDS: [(PolicyKind, &str); 8] = [
    (PolicyKind::Identity, "identity"),
    (PolicyKind::PermissionsBoundary, "boundary"),
    (PolicyKind::Session, "session"),
    (PolicyKind::Resource, "resource"),
    (PolicyKind::RoleTrust, "trust"),
    (PolicyKind::ServiceControl, "scp"),
    (PolicyKind::ResourceControl, "rcp"),
    (PolicyKind::Endpoint, "endpoint"),
];

fn kind_word(kind: PolicyKind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).unwrap().1
}

fn kind_named(word: &str) -> PolicyKind {
    KINDS.iter().find(|(_, known)| *known == word).unwrap_or_else(|| panic!("no kind is called {word}")).0
}
