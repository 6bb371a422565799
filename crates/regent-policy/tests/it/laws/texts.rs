//! Laws about documents as texts.

use proptest::prelude::*;
use regent_policy::{Bindings, Document, PolicyKind, admit, counted_size};
use serde_json::Value;

use super::ask;
use crate::engine;
use crate::oracle::Question;
use crate::questions::document;
use crate::trial::holds_for_all;

#[test]
fn printing_a_document_and_reading_it_again_changes_nothing() {
    holds_for_all(|_, dice| {
        let document = document(dice, true);
        let (plain, pretty) = (document.to_string(), serde_json::to_string_pretty(&document).unwrap());
        let (one, other) = (Document::parse(&plain).unwrap(), Document::parse(&pretty).unwrap());
        let values = |document: &Document| -> Vec<String> {
            let lists = document.statements().flat_map(|one| [one.actions(), one.resources()]);
            let elements = lists.flatten().flat_map(|listed| listed.elements());
            elements.map(|element| element.value().to_owned()).collect()
        };
        values(&one) == values(&other) && counted_size(&plain) == counted_size(&pretty)
    });
}

#[test]
fn a_document_with_one_byte_changed_is_read_or_refused_without_a_panic() {
    holds_for_all(|asked, dice| {
        let mut bytes = document(dice, true).to_string().into_bytes();
        let at = (dice.below(256) << 8 | dice.below(256)) % bytes.len();
        bytes[at] = u8::try_from(dice.below(256)).unwrap();
        let Ok(text) = String::from_utf8(bytes) else { return true };
        for kind in PolicyKind::ALL {
            let _ = admit(&text, kind);
        }
        if let Ok(changed) = Document::parse(&text) {
            let value: Value = serde_json::from_str(changed.text()).unwrap();
            let resource = asked.resource.as_ref().map(|(_, rule)| (value.clone(), *rule));
            let _ = ask(&Question { identity: vec![value], resource, ..asked.clone() });
        }
        true
    });
}

#[test]
fn programs_stay_small() {
    holds_for_all(|_, dice| {
        let document = document(dice, true);
        engine::compile(&document, &Bindings::NONE).size_bytes() < 4 * document.to_string().len() + 1_024
    });
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases.max(10_000),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_text_is_read_or_refused_without_a_panic(text in "\\PC{0,200}") {
        let _ = Document::parse(&text);
    }
}
