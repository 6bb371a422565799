//! An explanation never disagrees with the decision, and an edit gives what it says and nothing else.

use proptest::prelude::*;
use regent_policy::explain::{Advice, Answer, Explanation, Standing, explain};
use regent_policy::{
    Action, Finding, MatchedStatement, Policies, PolicyKind, Request, Resource, ResourceRule, Verdict,
    decide, decide_and_collect,
};
use serde_json::Value;

use super::policies::{Compiled, Texts};
use crate::engine::{context, lists};
use crate::oracle::{self, Question};
use crate::questions::{config, question};

fn texts(question: &Question) -> Texts {
    let all = |documents: &[Value]| documents.iter().map(Value::to_string).collect::<Vec<_>>();
    let levels = |levels: &Vec<Vec<Value>>| levels.iter().map(|level| all(level)).collect::<Vec<_>>();
    let mut texts = Texts::new();
    texts.set(PolicyKind::Identity, vec![all(&question.identity)]);
    texts
        .set(PolicyKind::PermissionsBoundary, vec![question.boundary.iter().map(Value::to_string).collect()]);
    texts.set(PolicyKind::Endpoint, vec![question.endpoint.iter().map(Value::to_string).collect()]);
    if let Some(session) = &question.session {
        texts.set(PolicyKind::Session, vec![all(session)]);
    }
    if let Some((resource, is_special)) = &question.resource {
        texts.set(PolicyKind::Resource, vec![vec![resource.to_string()]]);
        texts.rule = if *is_special { ResourceRule::KeyPolicy } else { ResourceRule::Ordinary };
    }
    if let Some(scps) = &question.scps {
        texts.set(PolicyKind::ServiceControl, levels(scps));
    }
    if let Some(rcps) = &question.rcps {
        texts.set(PolicyKind::ResourceControl, levels(rcps));
    }
    texts
}

/// The question with its policies taken from texts.
fn with_texts(question: &Question, texts: &Texts) -> Question {
    let read = |text: &String| serde_json::from_str::<Value>(text).unwrap();
    let levels = |kind: PolicyKind| {
        let levels = texts.levels[kind as usize].as_ref()?;
        Some(levels.iter().map(|level| level.iter().map(read).collect()).collect::<Vec<Vec<Value>>>())
    };
    let first = |kind| levels(kind).and_then(|levels| levels.into_iter().next());
    Question {
        identity: first(PolicyKind::Identity).unwrap_or_default(),
        boundary: first(PolicyKind::PermissionsBoundary).and_then(|found| found.into_iter().next()),
        session: first(PolicyKind::Session),
        resource: first(PolicyKind::Resource)
            .and_then(|found| found.into_iter().next())
            .map(|policy| (policy, texts.rule == ResourceRule::KeyPolicy)),
        scps: levels(PolicyKind::ServiceControl),
        rcps: levels(PolicyKind::ResourceControl),
        endpoint: first(PolicyKind::Endpoint).and_then(|found| found.into_iter().next()),
        ..question.clone()
    }
}

/// Lends the question to the engine.
fn asked<T>(question: &Question, ask: impl FnOnce(&Compiled, &Policies<'_>, &Request<'_>) -> T) -> T {
    let compiled = texts(question).compile();
    let lists = lists(question);
    let context = context(question, &lists);
    let request = Request {
        caller: question.caller,
        action: &Action::parse(&question.action).unwrap(),
        resource: &Resource::new(&question.on),
        resource_account: Some(&question.owner),
        context: &context,
        canonical_user: None,
    };
    compiled.lend(|policies| ask(&compiled, policies, &request))
}

fn check_agreement(policies: &Policies<'_>, request: &Request<'_>) -> Result<(), TestCaseError> {
    let explanation = explain(policies, request);
    let mut collected = Vec::new();
    let decision = decide_and_collect(policies, request, &mut |found| collected.push(found));
    prop_assert_eq!(*explanation.decision(), decision);
    prop_assert_eq!(decision, decide(policies, request));
    prop_assert_eq!(applying(&explanation), sorted(collected));
    for trace in explanation.kinds() {
        let found = match decision.finding(trace.kind) {
            Finding::Absent | Finding::NotAsked => None,
            Finding::Silent { level } => Some(Standing::Silent { level }),
            Finding::Allows(at) => Some(Standing::Allows(at)),
            Finding::Denies(at) => Some(Standing::Denies(at)),
            Finding::Unusable { level, program } => Some(Standing::Unusable { level, program }),
        };
        prop_assert!(found.is_none_or(|found| found == trace.standing), "{trace:?}");
        for statement in trace.policies.iter().flat_map(|policy| &policy.statements) {
            let lists = [statement.principal, statement.action, statement.resource];
            let conditions = statement.conditions.iter().map(|condition| condition.answer);
            let answers = lists.into_iter().map(|list| list.answer).chain(conditions);
            let all_hold = answers.into_iter().all(|answer| answer == Answer::Yes);
            prop_assert_eq!(all_hold && statement.is_understood, statement.applies, "{:?}", statement);
        }
    }
    Ok(())
}

fn applying(explanation: &Explanation<'_>) -> Vec<MatchedStatement> {
    let mut applying = Vec::new();
    for kind in explanation.kinds() {
        let statements = kind.policies.iter().flat_map(|policy| &policy.statements);
        applying.extend(statements.filter(|statement| statement.applies).map(|statement| MatchedStatement {
            kind: kind.kind,
            at: statement.at,
            effect: statement.effect,
            grant: statement.grant,
        }));
    }
    sorted(applying)
}

fn sorted(mut statements: Vec<MatchedStatement>) -> Vec<MatchedStatement> {
    statements.sort_by_key(|found| (found.kind, found.at));
    statements
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn an_explanation_agrees_with_the_decision(question in question()) {
        asked(&question, |_, policies, request| check_agreement(policies, request))?;
    }

    #[test]
    fn an_edit_allows_the_request_and_nothing_else(question in question(), other in question()) {
        let advice = asked(&question, |sources, policies, request| explain(policies, request).advice(sources));
        let before = oracle::decide(&question);
        prop_assert_eq!(advice == Advice::Unneeded, before == Verdict::Allowed);
        prop_assert_eq!(matches!(advice, Advice::Denied(_)), before == Verdict::ExplicitlyDenied);
        let Advice::Edit(edits) = advice else { return Ok(()) };
        let mut changed = texts(&question);
        for edit in &edits {
            changed.apply(edit);
        }
        let after = with_texts(&question, &changed);
        prop_assert_eq!(oracle::decide(&after), Verdict::Allowed, "{:?}", edits);
        // The same caller about something else: `*` is every resource, so that tells nothing.
        let is_else = other.action != question.action || (other.on != question.on && question.on != "*");
        if is_else {
            let about = |question: &Question| Question {
                action: other.action.clone(), on: other.on.clone(), owner: other.owner.clone(), keys: other.keys.clone(),
                ..question.clone()
            };
            prop_assert_eq!(oracle::decide(&about(&after)), oracle::decide(&about(&question)), "{:?}", edits);
        }
    }
}
