//! Lists for a person: columns as wide as what is in them, and nothing in them that steers a terminal.

use std::fmt::Write as _;

use serde_json::Value;

/// Text of somebody else, with control characters written out: a name cannot move the cursor or hide a line.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() || is_bidirectional(letter) {
            out.extend(letter.escape_unicode());
        } else {
            out.push(letter);
        }
    }
    out
}

/// Marks that turn the order of what is shown.
fn is_bidirectional(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A column: its heading, and where in a JSON object its text is (a JSON pointer, RFC 6901).
pub(super) type Column = (&'static str, &'static str);

/// A table of these objects, without an end of line at its end.
pub(super) fn of(columns: &[Column], rows: &[Value]) -> String {
    let mut cells: Vec<Vec<String>> =
        vec![columns.iter().map(|(heading, _)| (*heading).to_owned()).collect()];
    cells.extend(
        rows.iter().map(|row| columns.iter().map(|(_, pointer)| cell(row.pointer(pointer))).collect()),
    );
    draw(&cells)
}

/// Rows of cells under one another, two blanks between columns.
pub(super) fn draw(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            // Writing to a string cannot fail.
            let _ = write!(line, "{cell:<width$}  ");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out.truncate(out.trim_end_matches('\n').len());
    out
}

/// What a cell shows of a value: `-` of nothing, names of a list.
fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) if text.is_empty() => "-".to_owned(),
        Some(Value::String(text)) => plain(text),
        Some(Value::Bool(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Array(items)) if items.is_empty() => "-".to_owned(),
        Some(Value::Array(items)) => items.iter().map(|item| cell(Some(item))).collect::<Vec<_>>().join(","),
        Some(Value::Object(fields)) => fields
            .get("name")
            .or_else(|| fields.get("reason"))
            .map_or_else(|| fields.len().to_string(), |name| cell(Some(name))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_is_in_them() {
        let rows =
            [json!({"slug": "prod-ro", "account": {"name": "prod"}}), json!({"slug": "é", "groups": []})];
        let drawn = of(&[("SLUG", "/slug"), ("ACCOUNT", "/account/name"), ("GROUPS", "/groups")], &rows);
        assert_eq!(drawn, "SLUG     ACCOUNT  GROUPS\nprod-ro  prod     -\né        -        -");
    }

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        assert_eq!(plain("a\u{1b}[2J\n\u{202e}b"), "a\\u{1b}[2J\\u{a}\\u{202e}b");
    }
}
