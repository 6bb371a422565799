//! Every generated matcher against another engine.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use crate::constraints::refused;
use crate::model::Service;
use crate::oracle;
use crate::rules::{Place, places_of};
use crate::sample::sample;

/// A place at which each of a service's patterns is demanded.
fn demanding(service: &Service) -> Vec<(&'static str, &'static str, Place, String)> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for operation in service.operations() {
        let Some(input) = operation.input else { continue };
        for place in places_of(service, input) {
            if let Some(pattern) = service.shape(&place.shape)["pattern"].as_str()
                && seen.insert(pattern.to_owned())
            {
                found.push((operation.name, input, place, pattern.to_owned()));
            }
        }
    }
    found
}

/// Texts near the languages of the patterns.
fn near() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "v1",
        "0",
        "12",
        ".",
        "/",
        "a",
        "Z",
        "-",
        "--",
        "_",
        "http://",
        "https://",
        "?",
        "#",
        "&",
        "o-abcdefghij",
        "/r-abcd",
        "p-abcdefgh",
        ":",
        "é",
        " ",
        "\t",
        "\n",
        "\u{7f}",
        "\u{80}",
        "\u{85}",
        "\u{a0}",
        "\u{ff}",
        "\u{100}",
        "\u{d7ff}",
        "\u{e000}",
        "\u{fffd}",
        "\u{1000}",
        "\u{1F600}",
        "ß",
        "中",
        "٣",
        "{",
        "}",
        "=",
        "+",
        "@",
        ",",
    ]);
    prop_oneof![prop::collection::vec(piece, 0..7).prop_map(|pieces| pieces.concat()), any::<String>()]
}

#[test]
fn matchers_agree_with_another_engine() {
    let mut count = 0;
    for service in Service::all() {
        for (operation, input, place, pattern) in demanding(&service) {
            let good = sample(&service, input);
            // What has words of its own is silent while anything else is wrong, and so tells nothing then.
            let words = service.words(&place.shape).filter(|_| place.inside.is_none());
            let wanted = match words {
                Some(words) => words.replace("{member}", &place.path),
                None => format!("Member must satisfy regular expression pattern: {pattern}"),
            };
            // Within brackets the pattern is also named when only a length is broken.
            let is_direct = place.inside.is_none();
            let check = |text: String| {
                let mut request = good.clone();
                *request.pointer_mut(&place.pointer).unwrap() = Value::from(text.clone());
                let message = refused(&service, operation, &request).unwrap_or_default();
                let is_refused = message.contains(&wanted);
                let is_silent = words.is_some() && message.contains(" detected: ");
                if !is_silent && (is_direct || !is_refused) {
                    prop_assert_eq!(
                        is_refused,
                        !oracle::matches(&pattern, &text),
                        "`{}` on {:?}",
                        pattern,
                        text
                    );
                }
                Ok(())
            };
            TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(400) })
                .run(&near(), check)
                .unwrap();
            count += 1;
        }
    }
    assert!(count >= 34, "only {count} patterns were found");
}
