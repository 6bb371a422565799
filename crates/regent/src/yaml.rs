//! Reads and writes YAML. What is read may be a stranger's, and what is wrong with it is told without repeating it; what
//! is written has names first, and sections in the order in which one thing may name another.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::Value;
use serde_saphyr::{Error, MessageFormatter, UserMessageFormatter};

/// Members that come before the others.
const FIRST: [&str; 4] = ["version", "name", "slug", "kind"];
/// The order of sections: nothing is named before it is told what it is.
const SECTIONS: [&str; 6] =
    ["upstreams", "identity_sources", "accounts", "groups", "system_callers", "connectors"];

/// Reads YAML.
///
/// # Errors
///
/// What is wrong with it and where, without anything that stands there.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| error.render_with_formatter(&WithoutValues))
}

/// Tells what is wrong without what stands there: it may be a secret in the wrong place.
struct WithoutValues;

impl MessageFormatter for WithoutValues {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "what is not known to be about the form alone tells nothing"
    )]
    fn format_message<'a>(&self, error: &'a Error) -> Cow<'a, str> {
        match error {
            Error::SerdeInvalidType { expected, .. } | Error::SerdeInvalidValue { expected, .. } => {
                Cow::Owned(format!("expected {expected}"))
            }
            Error::SerdeUnknownField { expected, .. } => {
                Cow::Owned(format!("unknown name, expected one of: {}", expected.join(", ")))
            }
            Error::DuplicateMappingKey { .. } => Cow::Borrowed("the same name is there already"),
            // What these say is about the form alone.
            Error::Eof { .. }
            | Error::ExternalMessage { .. }
            | Error::Unexpected { .. }
            | Error::MultipleDocuments { .. }
            | Error::UnknownAnchor { .. }
            | Error::InvalidScalar { .. }
            | Error::IndentationError { .. }
            | Error::SerdeMissingField { .. }
            | Error::AliasReplayLimitExceeded { .. }
            | Error::AliasExpansionLimitExceeded { .. }
            | Error::AliasReplayStackDepthExceeded { .. }
            | Error::Budget { .. } => UserMessageFormatter.format_message(error),
            _ => Cow::Borrowed("this cannot stand here"),
        }
    }
}

/// A value as YAML.
///
/// # Errors
///
/// What of it YAML cannot say.
pub fn write(value: &Value) -> Result<String, serde_saphyr::ser::Error> {
    let options = serde_saphyr::ser_options! {
        compact_list_indent: false,
        // A line stays one, however long it is.
        folded_wrap_chars: usize::MAX,
    };
    serde_saphyr::to_string_with_options(&Ordered(value), options)
}

/// A value whose members come in an order for people.
struct Ordered<'a>(&'a Value);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(members) => {
                let place = |name: &str| FIRST.iter().chain(&SECTIONS).position(|first| *first == name);
                let mut ordered: Vec<_> = members.iter().collect();
                ordered.sort_by_key(|(name, _)| place(name).unwrap_or(usize::MAX));
                let mut map = serializer.serialize_map(Some(ordered.len()))?;
                for (name, value) in ordered {
                    map.serialize_entry(name, &Ordered(value))?;
                }
                map.end()
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(Ordered)),
            scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                scalar.serialize(serializer)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    #[track_caller]
    fn check(value: &Value) {
        let written = super::write(value).unwrap();
        let read: Value =
            serde_saphyr::from_str(&written).unwrap_or_else(|error| panic!("{error}:\n{written}"));
        assert_eq!(read, *value, "{written}");
    }

    #[test]
    fn what_is_written_reads_back() {
        for text in [
            "",
            " ",
            "a",
            "a b",
            "true",
            "No",
            "null",
            "~",
            "1",
            "0x1f",
            "1e3",
            ".5",
            "-",
            "- a",
            "a: b",
            "a:",
            "a #b",
            "#",
            "arn:aws:iam::123456789012:role/x",
            "${user.name}",
            "{",
            "[a]",
            "*",
            "&a",
            "!x",
            "%",
            "@",
            "`",
            "'",
            "\"",
            "\\",
            "a\nb",
            "a\nb\n",
            "a\n\nb",
            "\na",
            " a\nb",
            "a \nb",
            "a\n\n",
            "a\tb",
            "a\r\nb",
            "\u{7f}",
            "\u{85}",
            "\u{2028}",
            "\u{feff}a",
            "ä",
            "2026-01-01",
            "08:00",
            "{\n  \"Version\": \"2012-10-17\"\n}",
            "?",
            "? a",
            "|",
            ">",
            "nan",
            "---",
            &"long ".repeat(50),
            &format!("{}\n{}\n", "first ".repeat(40), "x".repeat(200)),
        ] {
            check(&json!({ "key": text, "list": [text, { "inner": text }] }));
        }
        check(&json!({}));
        check(
            &json!({ "version": 1, "connectors": [], "accounts": [{ "name": "b", "kind": "hop", "hop": { "a": [1, [2, 3]] } }] }),
        );
        check(&json!({ "a b": { "1": null, "true": false } }));
    }

    #[test]
    fn names_come_first() {
        let value = json!({ "accounts": [{ "alpha": "x", "name": "prod" }], "version": 1 });
        assert_eq!(super::write(&value).unwrap(), "version: 1\naccounts:\n  - name: prod\n    alpha: x\n");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_without_what_stands_there() {
        #[derive(Debug, Default, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        struct Section {
            version: u32,
            groups: Option<Vec<Value>>,
        }
        for (text, expected) in [
            ("hunter2", "expected mapping start at line 1, column 1"),
            ("version: 1\nhunter2: 1", "unknown name, expected one of: version, groups at line 2, column 1"),
            ("version: hunter2", "invalid u32 at line 1, column 10"),
            ("version: [hunter2]", "expected string scalar at line 1, column 10"),
            ("groups: hunter2", "expected sequence start at line 1, column 9"),
            ("groups: [*hunter2]", "reference to unknown value at line 1, column 10"),
            ("groups: [!!int hunter2]", "invalid u64 at line 1, column 16"),
            ("groups: [{hunter2: 1, hunter2: 2}]", "the same name is there already at line 1, column 23"),
            ("groups: [\"hunter2", "unclosed quote at line 1, column 10"),
            ("groups: [hunter2", "unclosed bracket '[' at line 1, column 9"),
            (
                "groups:\n  - |\n hunter2",
                "while parsing a block mapping, did not find expected key at line 3, column 2",
            ),
            ("groups: [1e999] # hunter2", "this cannot stand here at line 1, column 10"),
            (
                "---\nversion: 1\n---\nhunter2",
                "only single YAML document expected but multiple found at line 4, column 1",
            ),
        ] {
            let told = super::read::<Section>(text).unwrap_err();
            assert_eq!(told.lines().next(), Some(expected), "{text}");
            assert!(!told.contains("hunter2"), "{text}: {told}");
        }
    }
}
