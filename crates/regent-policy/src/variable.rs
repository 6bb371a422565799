//! Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, and the escapes `${*}`, `${?}`,
//! `${$}`.
//!
//! A variable's value is literal text, always. A user who is called `*` is a user called `*`; her name never
//! becomes a pattern, and a `${` inside a value is not looked at again. That is why a text with variables is
//! cut into pieces once, when the policy is compiled, and never put together again as a pattern.
//!
//! AWS: "IAM policy elements: Variables and tags".

/// A piece of a text that may hold variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Text as written, in which `*` and `?` are still wild where patterns are allowed.
    Text(&'a str),
    /// One character that stands for itself: `*`, `?` or `$`.
    Escaped(&'a str),
    /// The value of a context key, or the default where the key has none.
    Variable { key: &'a str, default: Option<&'a str> },
    /// A `${` that begins nothing sensible.
    Broken,
}

/// Does the text hold anything but plain text?
pub(crate) fn has_variables(text: &str) -> bool {
    text.contains("${")
}

/// Cuts a text into its pieces.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    core::iter::from_fn(move || {
        let (before, after) = match rest.split_once("${") {
            None if rest.is_empty() => return None,
            None => return Some(Piece::Text(core::mem::take(&mut rest))),
            Some(both) => both,
        };
        if !before.is_empty() {
            rest = rest.get(before.len()..).unwrap_or_default();
            return Some(Piece::Text(before));
        }
        let (piece, left) = variable(after).unwrap_or((Piece::Broken, ""));
        rest = left;
        Some(piece)
    })
}

/// Reads what follows a `${`, and returns it with what follows its `}`.
fn variable(text: &str) -> Option<(Piece<'_>, &str)> {
    for escaped in ["*", "?", "$"] {
        if let Some(rest) = text.strip_prefix(escaped).and_then(|rest| rest.strip_prefix('}')) {
            return Some((Piece::Escaped(escaped), rest));
        }
    }
    let (key, rest) = text.split_at_checked(text.find([',', '}'])?)?;
    if key.is_empty() {
        return None;
    }
    if let Some(rest) = rest.strip_prefix('}') {
        return Some((Piece::Variable { key, default: None }, rest));
    }
    let quoted = rest.strip_prefix(',')?.trim_start_matches(' ').strip_prefix('\'')?;
    let (default, rest) = quoted.split_once('\'')?;
    let rest = rest.trim_start_matches(' ').strip_prefix('}')?;
    Some((Piece::Variable { key, default: Some(default) }, rest))
}

#[cfg(test)]
mod tests {
    use super::Piece::{Broken, Escaped, Text, Variable};
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[Piece<'_>]) {
        assert_eq!(pieces(text).collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn texts_are_cut_at_their_variables() {
        let key = |key| Variable { key, default: None };
        check("", &[]);
        check("plain $ text {}", &[Text("plain $ text {}")]);
        check("home/${aws:username}/*", &[Text("home/"), key("aws:username"), Text("/*")]);
        check("${a}${b}", &[key("a"), key("b")]);
        check("a$${b}", &[Text("a$"), key("b")]);
        check("${*}${?}${$}", &[Escaped("*"), Escaped("?"), Escaped("$")]);
        check("${$}{a}", &[Escaped("$"), Text("{a}")]);
        check("${a, 'b c'}", &[Variable { key: "a", default: Some("b c") }]);
        check("${a,'}'}x", &[Variable { key: "a", default: Some("}") }, Text("x")]);
        check("${a, ''}", &[Variable { key: "a", default: Some("") }]);
        check("${aws:PrincipalTag/a b}", &[key("aws:PrincipalTag/a b")]);
    }

    #[test]
    fn a_broken_variable_spoils_what_follows_it() {
        for text in ["${", "${a", "${}", "${a, b}", "${a, 'b}", "${a, 'b' c}", "${, 'a'}"] {
            check(text, &[Broken]);
        }
        check("x${a", &[Text("x"), Broken]);
    }
}
