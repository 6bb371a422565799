//! Writes YAML: blocks, names first, and texts of several lines as people would write them.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// Members that come before the others.
const FIRST: [&str; 4] = ["version", "name", "slug", "kind"];
/// The order of sections: nothing is named before it is told what it is.
const SECTIONS: [&str; 6] =
    ["upstreams", "identity_sources", "accounts", "groups", "system_callers", "connectors"];
/// Words that YAML reads as something else than a text.
const WORDS: [&str; 11] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"];

/// A value as YAML.
pub(super) fn write(value: &Value) -> String {
    let mut out = String::new();
    block(value, 0, &mut out);
    out
}

fn block(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => object(members, indent, out),
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                pad(indent, out);
                out.push('-');
                let mut inner = String::new();
                after(item, indent + 2, &mut inner);
                // A block begins behind its dash.
                match inner.strip_prefix('\n') {
                    Some(block) => {
                        out.push(' ');
                        out.push_str(block.trim_start_matches(' '));
                    }
                    None => out.push_str(&inner),
                }
            }
        }
        scalar @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_)) => {
            pad(indent, out);
            out.push_str(&flat(scalar));
            out.push('\n');
        }
    }
}

fn object(members: &Map<String, Value>, indent: usize, out: &mut String) {
    let first = FIRST.into_iter().chain(SECTIONS).filter_map(|name| members.get_key_value(name));
    let rest = members
        .iter()
        .filter(|(name, _)| !FIRST.contains(&name.as_str()) && !SECTIONS.contains(&name.as_str()));
    for (name, value) in first.chain(rest) {
        pad(indent, out);
        out.push_str(&text(name));
        out.push(':');
        after(value, indent + 2, out);
    }
}

/// What follows a name or a dash.
fn after(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            out.push('\n');
            block(value, indent, out);
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            block(value, indent, out);
        }
        Value::String(several) if is_literal(several) => literal(several, indent, out),
        scalar @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_)) => {
            out.push(' ');
            out.push_str(&flat(scalar));
            out.push('\n');
        }
    }
}

fn flat(value: &Value) -> String {
    match value {
        Value::String(one) => text(one),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            other.to_string()
        }
    }
}

/// Whether a text can stand as it is, line by line.
fn is_literal(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && !text.ends_with("\n\n")
        && text.chars().all(|character| character == '\n' || is_plain(character))
        && text.lines().all(|line| !line.ends_with(' '))
}

fn literal(text: &str, indent: usize, out: &mut String) {
    out.push_str(if text.ends_with('\n') { " |\n" } else { " |-\n" });
    for line in text.lines() {
        if !line.is_empty() {
            pad(indent, out);
            out.push_str(line);
        }
        out.push('\n');
    }
}

fn is_plain(character: char) -> bool {
    !character.is_control() && !matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// A text on one line: bare where nobody could read it as something else, else in quotation marks.
fn text(text: &str) -> String {
    let is_bare = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./@+: ".contains(c))
        && !text.contains(": ")
        && !text.ends_with([' ', ':'])
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    if is_bare {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            plain if is_plain(plain) => quoted.push(plain),
            other => {
                // Writing to a string cannot fail.
                let _ = write!(quoted, "\\u{:04x}", u32::from(other));
            }
        }
    }
    quoted.push('"');
    quoted
}

fn pad(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    #[track_caller]
    fn check(value: &Value) {
        let written = super::write(value);
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
        assert_eq!(super::write(&value), "version: 1\naccounts:\n  - name: prod\n    alpha: x\n");
    }
}
