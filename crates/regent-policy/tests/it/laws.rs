//! Laws that hold for all policies and requests, whatever they say.

use proptest::prelude::*;
use proptest::sample::Index;
use regent_policy::{Document, Verdict};
use serde_json::{Value, json};

use crate::engine::{self, ask};
use crate::oracle::Question;
use crate::questions::{config, document, question, statement};

fn statements(document: &Value) -> Vec<Value> {
    document["Statement"].as_array().cloned().unwrap_or_default()
}

/// The document with its statements changed.
fn with_statements(document: &Value, change: impl FnOnce(&mut Vec<Value>)) -> Value {
    let mut statements = statements(document);
    change(&mut statements);
    let mut changed = document.clone();
    changed["Statement"] = json!(statements);
    changed
}

/// How much a verdict gives: a denial that becomes implicit has not become wider.
fn allows(question: &Question) -> bool {
    ask(question).verdict() == Verdict::Allowed
}

proptest! {
    #![proptest_config(config(1_000))]

    #[test]
    fn a_deny_of_everything_beats_every_allow(mut question in question()) {
        let deny = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*"}]});
        question.resource = Some((deny, false));
        prop_assert_eq!(ask(&question).verdict(), Verdict::ExplicitlyDenied);
    }

    #[test]
    fn adding_a_deny_never_allows(question in question(), mut deny in statement(false)) {
        deny["Effect"] = json!("Deny");
        let mut denied = question.clone();
        denied.identity.push(json!({"Version": "2012-10-17", "Statement": [deny]}));
        prop_assert!(allows(&question) || !allows(&denied));
    }

    #[test]
    fn adding_an_allow_never_denies(question in question(), mut allow in statement(false)) {
        allow["Effect"] = json!("Allow");
        let mut wider = question.clone();
        wider.identity.push(json!({"Version": "2012-10-17", "Statement": [allow]}));
        prop_assert!(!allows(&question) || allows(&wider));
    }

    #[test]
    fn removing_a_boundary_never_denies(question in question()) {
        let wider = Question { boundary: None, ..question.clone() };
        prop_assert!(!allows(&question) || allows(&wider));
    }

    #[test]
    fn leaving_the_organization_never_denies(question in question()) {
        let wider = Question { scps: None, rcps: None, ..question.clone() };
        prop_assert!(!allows(&question) || allows(&wider));
    }

    #[test]
    fn the_order_of_statements_and_policies_does_not_matter(question in question(), seed in any::<u64>()) {
        let mut other = question.clone();
        other.identity.reverse();
        let turn = usize::try_from(seed % 7).unwrap();
        for document in &mut other.identity {
            *document = with_statements(document, |statements| {
                let len = statements.len().max(1);
                statements.rotate_left(turn % len);
            });
        }
        prop_assert_eq!(ask(&question).verdict(), ask(&other).verdict());
    }

    #[test]
    fn splitting_a_policy_changes_nothing(question in question()) {
        let mut split = question.clone();
        split.identity = question.identity.iter().flat_map(|document| {
            statements(document).into_iter().map(|one| with_statements(document, |all| *all = vec![one]))
        }).collect();
        prop_assert_eq!(ask(&question).verdict(), ask(&split).verdict());
    }

    #[test]
    fn widening_a_pattern_of_an_allow_never_denies(question in question(), which in any::<Index>()) {
        let mut wider = question.clone();
        for document in &mut wider.identity {
            *document = with_statements(document, |statements| {
                let allows = statements.iter_mut().filter(|one| one["Effect"] == "Allow" && one.get("Action").is_some());
                let mut allows: Vec<&mut Value> = allows.collect();
                if !allows.is_empty() {
                    let chosen = which.index(allows.len());
                    allows[chosen]["Action"] = json!("*");
                }
            });
        }
        prop_assert!(!allows(&question) || allows(&wider));
    }

    #[test]
    fn not_action_is_the_complement_of_action(question in question(), actions in statement(false)) {
        let Some(list) = actions.get("Action").cloned() else { return Ok(()) };
        let with = |element: &str| Question {
            identity: vec![json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", element: list, "Resource": "*"}]})],
            boundary: None, session: None, resource: None, scps: None, rcps: None, endpoint: None,
            caller: crate::callers::named("bob"), owner: crate::callers::HOME.to_owned(),
            ..question.clone()
        };
        prop_assert_ne!(allows(&with("Action")), allows(&with("NotAction")));
    }

    #[test]
    fn printing_a_document_and_reading_it_again_changes_nothing(document in document(true)) {
        let (plain, pretty) = (document.to_string(), serde_json::to_string_pretty(&document).unwrap());
        let (one, other) = (Document::parse(&plain).unwrap(), Document::parse(&pretty).unwrap());
        let values = |document: &Document| -> Vec<String> {
            document.statements()
                .flat_map(|statement| statement.actions().into_iter().chain(statement.resources()).collect::<Vec<_>>())
                .flat_map(|listed| listed.elements().map(|element| element.value().to_owned()).collect::<Vec<_>>())
                .collect()
        };
        prop_assert_eq!(values(&one), values(&other));
        prop_assert_eq!(regent_policy::counted_size(&plain), regent_policy::counted_size(&pretty));
    }

    #[test]
    fn any_text_is_read_or_refused_without_a_panic(text in "\\PC{0,200}") {
        let _ = Document::parse(&text);
    }

    #[test]
    fn a_document_with_one_byte_changed_is_read_or_refused_without_a_panic(
        document in document(true), at in any::<Index>(), byte in any::<u8>(), question in question(),
    ) {
        let mut bytes = document.to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let Ok(text) = String::from_utf8(bytes) else { return Ok(()) };
        for kind in regent_policy::PolicyKind::ALL {
            let _ = regent_policy::admit(&text, kind);
        }
        if let Ok(changed) = Document::parse(&text) {
            let value: Value = serde_json::from_str(changed.text()).unwrap();
            let _ = ask(&Question { identity: vec![value.clone()], resource: Some((value, true)), ..question });
        }
    }

    #[test]
    fn programs_stay_small(document in document(true)) {
        let text = document.to_string();
        let size = engine::compile(&document).size_bytes();
        prop_assert!(size < 4 * text.len() + 1_024, "{size} bytes for {} of text", text.len());
    }
}
