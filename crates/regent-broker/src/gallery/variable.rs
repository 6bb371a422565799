//! The blanks of an entry.

use serde::{Deserialize, Serialize};

use super::pattern::Pattern;

/// A blank to fill in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// What the policy calls it: `{{name}}`.
    pub name: String,
    /// What to fill in, in words.
    pub what: String,
    /// What its values look like.
    pub pattern: Pattern,
    /// Values that make a policy; where `many` is false, one.
    pub examples: Vec<String>,
    /// Whether it takes several values. The text that it stands in is then written once for each.
    #[serde(default)]
    pub many: bool,
    /// Whether it may stay empty. The condition that it stands in is then left out.
    #[serde(default)]
    pub optional: bool,
}

impl Variable {
    /// The blank that every entry may use without declaring it: the partition of its ARNs, `aws` if nothing is said.
    pub(super) fn partition() -> Self {
        Self {
            name: PARTITION.to_owned(),
            what: "The partition of AWS".to_owned(),
            pattern: Pattern::Partition,
            examples: vec![DEFAULT_PARTITION.to_owned()],
            many: false,
            optional: false,
        }
    }

    /// What it is filled with if nothing is said.
    pub fn default_value(&self) -> Option<&'static str> {
        (self.name == PARTITION).then_some(DEFAULT_PARTITION)
    }
}

/// The name of the blank for the partition.
pub(super) const PARTITION: &str = "partition";
const DEFAULT_PARTITION: &str = "aws";

/// Calls `found` for each piece of a text: what is written, and the blanks' names between.
///
/// Only `{{` with a name of `a-z` and `_` and then `}}` is a blank; other braces are text.
pub(super) fn pieces<'a>(text: &'a str, found: &mut dyn FnMut(Piece<'a>)) {
    let mut rest = text;
    loop {
        let Some((before, after)) = rest.split_once("{{") else { return found(Piece::Text(rest)) };
        if let Some((name, behind)) = after.split_once("}}").filter(|(name, _)| is_name(name)) {
            found(Piece::Text(before));
            found(Piece::Blank(name));
            rest = behind;
        } else {
            found(Piece::Text(before));
            found(Piece::Text("{{"));
            rest = after;
        }
    }
}

/// A piece of a text with blanks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    Blank(&'a str),
}

/// Is it a blank's name?
pub(super) fn is_name(name: &str) -> bool {
    (1..=32).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut read = String::new();
        pieces(text, &mut |piece| match piece {
            Piece::Text(text) => read.push_str(text),
            Piece::Blank(name) => read.extend(["<", name, ">"]),
        });
        assert_eq!(read, expected, "{text}");
    }

    #[test]
    fn only_a_name_in_two_braces_is_a_blank() {
        check("", "");
        check("{{a}}", "<a>");
        check("arn:{{partition}}:s3:::{{bucket}}/*", "arn:<partition>:s3:::<bucket>/*");
        check("{{a}}{{b}}", "<a><b>");
        check("${user.name}", "${user.name}");
        for text in ["{{", "}}", "{{}}", "{{A}}", "{{a b}}", "{a}", "{{a}", "{{ a }}"] {
            check(text, text);
        }
        check("{{{a}}}", "{{{a}}}");
        check("{{{{a}}", "{{<a>");
    }
}
