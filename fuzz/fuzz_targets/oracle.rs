//! The compiled engine against the naive one that its tests are written with, and everything that explains a
//! decision against the decision.
//!
//! The bytes are throws of dice: policies, callers and requests come from the alphabets of the engine's own tests.

#![no_main]

use libfuzzer_sys::fuzz_target;
use regent_policy::explain::{self, Source, Sources, explain};
use regent_policy::simulate::simulate;
use regent_policy::{Decision, Document, Layout, PolicyKind, ResourceRule, Verdict};

use dice::Dice;
use oracle::Question;

#[path = "../../crates/regent-policy/tests/it/callers.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod callers;
#[path = "../../crates/regent-policy/tests/it/dice.rs"]
#[expect(dead_code, reason = "the tests throw seeds")]
mod dice;
#[path = "../../crates/regent-policy/tests/it/engine.rs"]
mod engine;
#[path = "../../crates/regent-policy/tests/it/oracle.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod oracle;
#[path = "../../crates/regent-policy/tests/it/questions.rs"]
mod questions;

fuzz_target!(|bytes: &[u8]| {
    let question = questions::question(&mut Dice::Bytes(bytes));
    let decision = engine::ask(&question);
    assert_eq!((decision.verdict(), decision.reason()), oracle::decide(&question), "{question:#?}");
    // An explanation tries many edits; most of the time is better spent on decisions.
    if bytes.len() % 16 == 0 {
        explained(&question, &decision);
    }
});

fn explained(question: &Question, decision: &Decision) {
    let texts = Texts::of(question);
    let advice = engine::with(question, |policies, request| {
        let explanation = explain(policies, request);
        assert_eq!(explanation.decision(), decision);
        assert_eq!(simulate(policies, request).decision(), decision);
        let json = explanation.to_json(&texts, Layout::Compact);
        serde_json::from_str::<serde_json::Value>(&json).expect("JSON");
        assert!(explanation.near_misses(&texts).is_empty() || !decision.is_allowed());
        explanation.advice(&texts)
    });
    match advice {
        explain::Advice::Unneeded => assert!(decision.is_allowed()),
        explain::Advice::Denied(by) => {
            assert!(!by.is_empty() && decision.verdict() == Verdict::ExplicitlyDenied);
        }
        explain::Advice::Stuck(_) => assert!(!decision.is_allowed()),
        // A new statement would be bound anew when it is stored; those of a question are bound once and for all.
        explain::Advice::Edit(_) if !question.bindings.is_empty() => {}
        explain::Advice::Edit(edits) => {
            let edited = texts.edited(question, edits.clone());
            assert!(engine::ask(&edited).is_allowed(), "{edits:#?} do not help: {question:#?}");
        }
    }
}

/// The documents of a question, by where they are. Each has a name of its own: what has one name is one file.
struct Texts(Vec<(PolicyKind, u32, u32, String, Document)>);

impl Texts {
    fn of(question: &Question) -> Self {
        let mut texts = Vec::new();
        let mut take = |kind, level: usize, documents: &[serde_json::Value]| {
            for (number, document) in documents.iter().enumerate() {
                let document = Document::parse(&document.to_string()).expect("a policy");
                texts.push((kind, index(level), index(number), format!("{kind:?} {level}.{number}"), document));
            }
        };
        take(PolicyKind::Identity, 0, &question.identity);
        take(PolicyKind::PermissionsBoundary, 0, &question.boundaries);
        take(PolicyKind::Session, 0, question.session.as_deref().unwrap_or_default());
        take(PolicyKind::Endpoint, 0, &question.endpoint);
        if let Some((document, rule)) = &question.resource {
            take(resource_kind(*rule), 0, std::slice::from_ref(document));
        }
        for (kind, levels) in
            [(PolicyKind::ServiceControl, &question.scps), (PolicyKind::ResourceControl, &question.rcps)]
        {
            for (level, documents) in levels.iter().flatten().enumerate() {
                take(kind, level, documents);
            }
        }
        Self(texts)
    }

    /// The question after all edits were made.
    fn edited(&self, question: &Question, mut edits: Vec<explain::Edit>) -> Question {
        let mut edited = question.clone();
        // Of one text the last edit comes first: then the places of the others stay where they are.
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
        for edit in edits {
            let level = usize::try_from(edit.level).expect("a level");
            let number = edit.program.map(|number| usize::try_from(number).expect("a policy"));
            let rule = question.resource.as_ref().map_or(ResourceRule::Ordinary, |(_, rule)| *rule);
            let list = match edit.kind {
                PolicyKind::Identity => &mut edited.identity,
                PolicyKind::PermissionsBoundary => &mut edited.boundaries,
                PolicyKind::Session => edited.session.get_or_insert_default(),
                PolicyKind::Endpoint => &mut edited.endpoint,
                PolicyKind::ServiceControl => &mut edited.scps.as_mut().expect("levels")[level],
                PolicyKind::ResourceControl => &mut edited.rcps.as_mut().expect("levels")[level],
                PolicyKind::Resource | PolicyKind::RoleTrust => {
                    let before = edited.resource.take().map(|(document, _)| document.to_string());
                    let text = edit.apply(&before.unwrap_or_default()).expect("an edit of this text");
                    edited.resource = Some((serde_json::from_str(&text).expect("JSON"), rule));
                    continue;
                }
            };
            let before = number.map(|number| list[number].to_string()).unwrap_or_default();
            let text = edit.apply(&before).expect("an edit of this text");
            let document = serde_json::from_str(&text).expect("JSON");
            match number {
                Some(number) => list[number] = document,
                None => list.push(document),
            }
        }
        edited
    }
}

impl Sources for Texts {
    fn source(&self, kind: PolicyKind, level: u32, program: u32) -> Option<Source<'_>> {
        let found = self.0.iter().find(|found| (found.0, found.1, found.2) == (kind, level, program));
        found.map(|(_, _, _, name, document)| Source { name, document })
    }
}

fn index(number: usize) -> u32 {
    u32::try_from(number).expect("few policies")
}

fn resource_kind(rule: ResourceRule) -> PolicyKind {
    match rule {
        ResourceRule::RoleTrust => PolicyKind::RoleTrust,
        _ => PolicyKind::Resource,
    }
}
