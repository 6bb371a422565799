//! Laws that hold for all policies and requests, whatever they say.

use regent_policy::{Reason, Verdict, decide, decide_and_collect};
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::engine::{self, ask};
use crate::oracle::Question;
use crate::questions::statement;
use crate::trial::{holds_for_all, with_statements};

mod rewriting;
mod texts;

fn allows(question: &Question) -> bool {
    ask(question).is_allowed()
}

/// The statements of a document.
fn statements(document: &Value) -> Vec<Value> {
    document["Statement"].as_array().cloned().unwrap_or_default()
}

/// Changes every document of a question.
fn rewrite(question: &mut Question, mut change: impl FnMut(&Value) -> Value) {
    for documents in question.lists_mut() {
        for document in documents {
            *document = change(document);
        }
    }
    if let Some((document, _)) = &mut question.resource {
        *document = change(document);
    }
}

/// The documents that name principals, and those that do not.
#[derive(Clone, Copy)]
enum Place {
    Identity,
    Boundary,
    Session,
    Resource,
    ServiceControl,
    ResourceControl,
    Endpoint,
}

const PLACES: [Place; 7] = [
    Place::Identity,
    Place::Boundary,
    Place::Session,
    Place::Resource,
    Place::ServiceControl,
    Place::ResourceControl,
    Place::Endpoint,
];

/// Adds a statement to a policy of one kind; `None` if there is no policy of the kind that one could add to.
fn adding(question: &Question, dice: &mut Dice<'_>, effect: &str) -> Option<Question> {
    let mut changed = question.clone();
    let place = dice.pick(&PLACES);
    let is_named = matches!(place, Place::Resource | Place::ResourceControl | Place::Endpoint);
    let mut added = statement(dice, is_named);
    added["Effect"] = json!(effect);
    let document = match place {
        Place::Identity => {
            changed.identity.push(json!({"Version": "2012-10-17", "Statement": []}));
            changed.identity.last_mut()?
        }
        Place::Boundary => changed.boundaries.first_mut()?,
        Place::Session => changed.session.as_mut()?.first_mut()?,
        Place::Resource => &mut changed.resource.as_mut()?.0,
        Place::ServiceControl => changed.scps.as_mut()?.first_mut()?.first_mut()?,
        Place::ResourceControl => changed.rcps.as_mut()?.first_mut()?.first_mut()?,
        Place::Endpoint => changed.endpoint.first_mut()?,
    };
    let mut all = statements(document);
    all.insert(dice.below(all.len() + 1), added);
    *document = with_statements(document, all);
    Some(changed)
}

#[test]
fn a_deny_of_everything_beats_every_allow() {
    holds_for_all(|question, _| {
        let deny = json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*"});
        let deny = json!({"Version": "2012-10-17", "Statement": [deny]});
        let rule = regent_policy::ResourceRule::Ordinary;
        ask(&Question { resource: Some((deny, rule)), ..question.clone() }).verdict()
            == Verdict::ExplicitlyDenied
    });
}

#[test]
fn adding_a_deny_never_allows() {
    holds_for_all(|question, dice| {
        let Some(denied) = adding(question, dice, "Deny") else { return true };
        let (before, after) = (ask(question), ask(&denied));
        let keeps_denying =
            before.verdict() != Verdict::ExplicitlyDenied || after.verdict() == before.verdict();
        (before.is_allowed() || !after.is_allowed()) && keeps_denying
    });
}

#[test]
fn adding_an_allow_never_denies() {
    holds_for_all(|question, dice| {
        let Some(wider) = adding(question, dice, "Allow") else { return true };
        let (before, after) = (ask(question), ask(&wider));
        let is_explicit = |verdict| verdict == Verdict::ExplicitlyDenied;
        (!before.is_allowed() || after.is_allowed())
            && is_explicit(before.verdict()) == is_explicit(after.verdict())
    });
}

#[test]
fn removing_a_statement_of_a_resource_policy_that_allows_never_allows() {
    holds_for_all(|question, dice| {
        let mut narrower = question.clone();
        let Some((document, _)) = &mut narrower.resource else { return true };
        let mut left = statements(document);
        let at = dice.below(left.len());
        if left[at]["Effect"] == "Deny" {
            return true;
        }
        if dice.below(2) == 0 {
            left.remove(at);
        } else {
            left[at]["Condition"]["StringEquals"]["aws:username"] = json!("ana");
        }
        if left.is_empty() {
            narrower.resource = None;
        } else {
            *document = with_statements(document, left);
        }
        // A trust or key policy that is not there at all is no policy that says nothing.
        narrower.resource.is_none() || allows(question) || !allows(&narrower)
    });
}

#[test]
fn removing_a_boundary_never_denies() {
    holds_for_all(|question, _| {
        let wider = Question { boundaries: vec![], ..question.clone() };
        !allows(question) || allows(&wider)
    });
}

#[test]
fn leaving_the_organization_or_its_network_never_denies() {
    holds_for_all(|question, dice| {
        let mut wider = question.clone();
        match dice.below(3) {
            0 => wider.scps = None,
            1 => wider.rcps = None,
            _ => wider.endpoint.clear(),
        }
        !allows(question) || allows(&wider)
    });
}

#[test]
fn a_session_without_session_policies_has_no_less_unless_it_needs_them() {
    holds_for_all(|question, _| {
        use regent_policy::Caller as C;
        let wider = Question { session: None, ..question.clone() };
        let needs = matches!(question.caller, C::FederatedUser { .. } | C::RootSession { .. });
        if needs { allows(question) || !allows(&wider) } else { !allows(question) || allows(&wider) }
    });
}

#[test]
fn another_account_is_never_more_open_than_ones_own() {
    holds_for_all(|question, _| {
        let at = |owner| allows(&Question { owner, ..question.clone() });
        let (own, other) = (at(question.caller.account()), at(None));
        question.caller.account().is_none() || !other || own
    });
}

#[test]
fn what_needs_no_permission_is_never_denied() {
    holds_for_all(|question, dice| {
        let action = dice.pick(&["sts:GetCallerIdentity", "STS:getcalleridentity", "sts:GetSessionToken"]);
        ask(&Question { action: action.to_owned(), ..question.clone() }).reason()
            == Reason::NoPermissionNeeded
    });
}

#[test]
fn a_bare_allow_of_a_not_action_is_the_complement_of_the_action() {
    holds_for_all(|question, dice| {
        let (pair, other) = dice.pick(&[("Action", "Resource"), ("Resource", "Action")]);
        let Some(list) = statement(dice, false).get(pair).cloned() else { return true };
        let with = |element: &str| {
            let mut policy = json!({"Effect": "Allow", element: list});
            policy[other] = json!("*");
            let mut asked = Question::of(crate::callers::named("bob"), &question.action, &question.on);
            asked.identity = vec![json!({"Version": "2012-10-17", "Statement": [policy]})];
            asked.keys = question.keys.clone();
            asked
        };
        allows(&with(pair)) != allows(&with(&format!("Not{pair}")))
    });
}

#[test]
fn collecting_decides_alike_and_finds_what_decides() {
    holds_for_all(|question, _| {
        engine::with(question, |policies, request| {
            let mut found = Vec::new();
            let decision = decide(policies, request);
            let same =
                decision == decide_and_collect(policies, request, &mut |one| found.push((one.kind, one.at)));
            same && decision.deciding_statement().is_none_or(|deciding| found.contains(&deciding))
        })
    });
}
