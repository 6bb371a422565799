//! Writes YAML: names first, sections in the order in which one thing may name another, texts of several lines as such.

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::Value;

/// Members that come before the others.
const FIRST: [&str; 4] = ["version", "name", "slug", "kind"];
/// The order of sections: nothing is named before it is told what it is.
const SECTIONS: [&str; 6] =
    ["upstreams", "identity_sources", "accounts", "groups", "system_callers", "connectors"];

/// A value as YAML.
pub(super) fn write(value: &Value) -> Result<String, serde_saphyr::ser::Error> {
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
}
