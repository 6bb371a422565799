//! An explanation never disagrees with the decision, and an edit gives what it says and nothing else.

use regent_policy::explain::{Advice, Answer, Explanation, Standing, explain};
use regent_policy::{
    Caller, Finding, MatchedStatement, Policies, PolicyKind, Request, ResourceRule, Verdict, decide,
    decide_and_collect,
};
use serde_json::Value;

use super::policies::{Compiled, Texts};
use crate::engine::with_request;
use crate::oracle::{self, Question};
use crate::questions::question;
use crate::trial::holds_for_all;

#[test]
fn an_explanation_agrees_with_the_decision() {
    holds_for_all(|question, _| asked(question, |_, policies, request| agrees(policies, request)));
}

#[test]
fn an_edit_allows_the_request_and_nothing_else() {
    holds_for_all(|asked_for, dice| {
        // What is saved is bound anew, and would mean the newcomer.
        if let Caller::User { arn, id, .. } = asked_for.caller
            && asked_for.bindings.iter().any(|(bound, other)| *bound == arn && *other != id)
        {
            return true;
        }
        let other = question(dice);
        let advice =
            asked(asked_for, |sources, policies, request| explain(policies, request).advice(sources));
        let before = oracle::decide(asked_for).0;
        let Advice::Edit(edits) = advice else {
            return (advice == Advice::Unneeded) == (before == Verdict::Allowed)
                && (before != Verdict::ExplicitlyDenied
                    || matches!(advice, Advice::Denied(_) | Advice::Stuck(_)));
        };
        let mut changed = texts(asked_for);
        for edit in &edits {
            changed.apply(edit);
        }
        let after = with_texts(asked_for, &changed);
        let about = |question: &Question| Question {
            action: other.action.clone(),
            on: other.on.clone(),
            owner: other.owner,
            keys: other.keys.clone(),
            ..question.clone()
        };
        // The same caller about something else. The resource `*` is every resource, and a trust policy hangs on its
        // role, so there only the action tells.
        let is_trust = asked_for.resource.as_ref().is_some_and(|(_, rule)| *rule == ResourceRule::RoleTrust);
        let is_else = !other.action.eq_ignore_ascii_case(&asked_for.action)
            || (other.on != asked_for.on && asked_for.on != "*" && !is_trust);
        let gives_nothing_else =
            !is_else || oracle::decide(&about(&after)).0 == oracle::decide(&about(asked_for)).0;
        oracle::decide(&after).0 == Verdict::Allowed && gives_nothing_else
    });
}

#[test]
fn near_misses_are_told_of_implicit_denials_and_lack_something() {
    holds_for_all(|question, _| {
        asked(question, |sources, policies, request| {
            let explanation = explain(policies, request);
            let misses = explanation.near_misses(sources);
            let is_implicit = explanation.decision().verdict() == Verdict::ImplicitlyDenied;
            misses.len() <= 3
                && (is_implicit || misses.is_empty())
                && misses.iter().all(|miss| {
                    let statement = explanation.statement(miss.kind, miss.at).unwrap();
                    !miss.lacks.is_empty() && !statement.applies
                })
        })
    });
}

fn texts(question: &Question) -> Texts {
    let all = |documents: &[Value]| documents.iter().map(Value::to_string).collect::<Vec<_>>();
    let levels = |levels: &Vec<Vec<Value>>| levels.iter().map(|level| all(level)).collect::<Vec<_>>();
    let mut texts = Texts::new();
    texts.set(PolicyKind::Identity, vec![all(&question.identity)]);
    texts.set(PolicyKind::PermissionsBoundary, vec![all(&question.boundaries)]);
    texts.set(PolicyKind::Endpoint, vec![all(&question.endpoint)]);
    if let Some(session) = &question.session {
        texts.set(PolicyKind::Session, vec![all(session)]);
    }
    if let Some((resource, rule)) = &question.resource {
        texts.set(resource_kind(*rule), vec![vec![resource.to_string()]]);
        texts.rule = *rule;
    }
    texts.bindings =
        question.bindings.iter().map(|(arn, id)| ((*arn).to_owned(), (*id).to_owned())).collect();
    if let Some(scps) = &question.scps {
        texts.set(PolicyKind::ServiceControl, levels(scps));
    }
    if let Some(rcps) = &question.rcps {
        texts.set(PolicyKind::ResourceControl, levels(rcps));
    }
    texts
}

fn resource_kind(rule: ResourceRule) -> PolicyKind {
    if rule == ResourceRule::RoleTrust { PolicyKind::RoleTrust } else { PolicyKind::Resource }
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
        boundaries: first(PolicyKind::PermissionsBoundary).unwrap_or_default(),
        session: first(PolicyKind::Session),
        resource: first(resource_kind(texts.rule))
            .and_then(|found| found.into_iter().next())
            .map(|policy| (policy, texts.rule)),
        scps: levels(PolicyKind::ServiceControl),
        rcps: levels(PolicyKind::ResourceControl),
        endpoint: first(PolicyKind::Endpoint).unwrap_or_default(),
        ..question.clone()
    }
}

/// Lends the question to the engine.
fn asked<T>(question: &Question, ask: impl FnOnce(&Compiled, &Policies<'_>, &Request<'_>) -> T) -> T {
    let compiled = texts(question).compile();
    with_request(question, |request| compiled.lend(|policies| ask(&compiled, policies, request)))
}

fn agrees(policies: &Policies<'_>, request: &Request<'_>) -> bool {
    let explanation = explain(policies, request);
    let mut collected = Vec::new();
    let decision = decide_and_collect(policies, request, &mut |found| collected.push(found));
    *explanation.decision() == decision
        && decision == decide(policies, request)
        && applying(&explanation) == sorted(collected)
        && stands_as_found(&explanation)
        && answers_make_it_apply(&explanation)
}

/// What is told of a kind is what the decision found, where it looked.
fn stands_as_found(explanation: &Explanation<'_>) -> bool {
    explanation.kinds().iter().all(|trace| {
        let found = match explanation.decision().finding(trace.kind) {
            Finding::Absent | Finding::NotAsked => return true,
            Finding::Silent { level } => Standing::Silent { level },
            Finding::Allows(at) => Standing::Allows(at),
            Finding::Denies(at) => Standing::Denies(at),
            Finding::Unusable { level, program } => Standing::Unusable { level, program },
        };
        found == trace.standing
    })
}

/// A statement applies if and only if every question about it is answered with yes.
fn answers_make_it_apply(explanation: &Explanation<'_>) -> bool {
    let policies = explanation.kinds().iter().flat_map(|kind| &kind.policies);
    policies.flat_map(|policy| &policy.statements).all(|statement| {
        let lists = [statement.principal, statement.action, statement.resource];
        let conditions = statement.conditions.iter().map(|condition| condition.answer);
        let mut answers = lists.into_iter().map(|list| list.answer).chain(conditions);
        (answers.all(|answer| answer == Answer::Yes) && statement.is_understood) == statement.applies
    })
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
