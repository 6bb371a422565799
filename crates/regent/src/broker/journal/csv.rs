//! Events as a table.

use serde_json::Value;

/// What each column is called, and where an event has it.
const COLUMNS: [(&str, &str); 30] = [
    ("seq", "/seq"),
    ("at", "/at"),
    ("id", "/id"),
    ("actor_type", "/actor/type"),
    ("actor_id", "/actor/id"),
    ("actor_name", "/actor/name"),
    ("actor_source", "/actor/source"),
    ("on_behalf", "/on_behalf/id"),
    ("action", "/action"),
    ("target_type", "/target/type"),
    ("target_id", "/target/id"),
    ("target_name", "/target/name"),
    ("connector", "/connector/slug"),
    ("session_id", "/session/id"),
    ("access_key_id", "/session/access_key_id"),
    ("arn", "/session/arn"),
    ("session_name", "/session/session_name"),
    ("source_identity", "/session/source_identity"),
    ("seconds", "/session/seconds"),
    ("policy_sha256", "/session/policy_sha256"),
    ("via", "/via"),
    ("reason", "/reason"),
    ("ticket", "/ticket"),
    ("ip", "/client/ip"),
    ("user_agent", "/client/user_agent"),
    ("result", "/result"),
    ("error_code", "/error_code"),
    ("upstream_request_id", "/upstream_request_id"),
    ("detail", "/detail"),
    ("hash", "/hash"),
];

/// The first line.
pub(crate) fn header() -> String {
    let mut line = COLUMNS.map(|(name, _)| name).join(",");
    line.push_str("\r\n");
    line
}

/// The line of an event.
pub(crate) fn line(event: &str) -> String {
    let event: Value = serde_json::from_str(event).unwrap_or_default();
    let mut line = String::new();
    for (at, (_, pointer)) in COLUMNS.iter().enumerate() {
        line.push_str(if at == 0 { "" } else { "," });
        match event.pointer(pointer) {
            Some(Value::String(text)) => cell(text, &mut line),
            Some(Value::Number(number)) => line.push_str(&number.to_string()),
            _ => {}
        }
    }
    line.push_str("\r\n");
    line
}

/// A text as RFC 4180 quotes it; what a spreadsheet would take for a formula is marked as text.
fn cell(text: &str, line: &mut String) {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let is_quoted = is_formula || text.contains(['"', ',', '\n', '\r']);
    if !is_quoted {
        line.push_str(text);
        return;
    }
    line.push('"');
    line.push_str(if is_formula { "'" } else { "" });
    line.push_str(&text.replace('"', "\"\""));
    line.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_quotes_what_it_must_and_runs_nothing() {
        let event = r#"{"seq":7,"at":"now","actor":{"type":"user","id":"usr_1","name":"a, \"b\""},
                        "action":"login","reason":"=HYPERLINK(1)","result":"ok","session":{"seconds":900}}"#;
        let line = line(event);
        assert!(line.starts_with("7,now,,user,usr_1,\"a, \"\"b\"\"\",,,login,"), "{line}");
        assert!(line.contains(",900,,,\"'=HYPERLINK(1)\","), "{line}");
        let columns = |line: &str| line.matches(',').count();
        assert_eq!(columns(&line), columns(&header()) + 1); // the one inside of a name
        assert_eq!(columns(&super::line("no event")), columns(&header()));
    }
}
