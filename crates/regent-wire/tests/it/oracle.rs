//! Patterns in the words of another engine.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use fancy_regex::Regex;

/// Whether a value as a whole matches a Java pattern, by an engine that shares nothing with ours.
pub(crate) fn matches(pattern: &str, value: &str) -> bool {
    static COMPILED: LazyLock<Mutex<HashMap<String, Regex>>> = LazyLock::new(Mutex::default);
    let mut compiled = COMPILED.lock().unwrap();
    let regex =
        compiled.entry(pattern.to_owned()).or_insert_with(|| Regex::new(&translate(pattern)).unwrap());
    regex.is_match(value).unwrap()
}

/// `\uXXXX` is `\x{XXXX}` there, and `\w` and `\d` know more than ASCII.
fn translate(pattern: &str) -> String {
    let escape = Regex::new(r"\\u([0-9A-Fa-f]{4})").unwrap();
    let mut text = escape.replace_all(pattern, r"\x{$1}").into_owned();
    for (shorthand, class) in [(r"\w", "A-Za-z0-9_"), (r"\d", "0-9")] {
        while let Some((before, behind)) = text.split_once(shorthand) {
            let is_in_class = before.rfind('[') > before.rfind(']');
            text = if is_in_class {
                [before, class, behind].concat()
            } else {
                [before, "[", class, "]", behind].concat()
            };
        }
    }
    format!(r"\A(?:{text})\z")
}

#[test]
fn the_oracle_speaks_java() {
    assert!(matches(r"[\w+=,.@-]+", "Ana_9@x"));
    assert!(!matches(r"[\w+=,.@-]+", "Ünal"));
    assert!(matches(r"\d{12}", "111122223333"));
    assert!(!matches(r"\d{12}", "11112222333"));
    assert!(matches(r"[\u0020-\u00FF]+", "é ~"));
    assert!(!matches(r"^a$", "a\n"));
}
