//! Policy variables: `${…}` where it has a meaning, and where it has none.

use super::issue::IssueCode;
use super::policy::{Statement, Text};
use super::report::{Report, Spot};
use super::subject::Subject;
use crate::document::Version;
use crate::operator::Family;
use crate::span::Span;

/// Looks at every place of a statement where somebody may write a variable.
pub(super) fn check(subject: &Subject<'_, '_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    let actions = statement.actions.iter().flat_map(|list| &list.items).copied();
    let principals = statement.principals.iter().flat_map(|list| &list.entries).map(|(_, text)| *text);
    let elements = actions.chain(principals);
    for text in elements.filter(|text| text.str.contains("${")) {
        report.add(IssueCode::VariableUnsupportedInElement, Spot::Value(text.node), UNSUPPORTED);
    }
    for text in statement.resources.iter().flat_map(|list| &list.items) {
        check_fields(*text, report);
        check_text(subject, *text, report);
    }
    for condition in &statement.conditions {
        if condition.key.str.contains("${") {
            report.add(IssueCode::VariableUnsupportedInElement, Spot::Key(condition.key.node), UNSUPPORTED);
        }
        let takes_variables = matches!(
            condition.operator.comparison.row().family,
            Family::Literal | Family::Folded | Family::Glob | Family::Arn
        );
        for value in condition.values.iter().filter(|value| value.text.str.contains("${")) {
            if takes_variables {
                check_text(subject, value.text, report);
                continue;
            }
            let details = format!(
                "`{}` takes no variables; String and ARN operators do. Write the value out.",
                condition.operator_name.str
            );
            report.add(IssueCode::InvalidVariableForOperator, Spot::Value(value.text.node), details);
        }
    }
}

const UNSUPPORTED: &str = "Variables have a meaning in `Resource` and in condition values, and not here. Write \
                           the value out.";

/// The first five fields of an ARN are compared as they are written.
fn check_fields(text: Text<'_>, report: &mut Report<'_>) {
    let Some((before, _)) = text.str.split_once("${") else { return };
    if text.str.starts_with("arn:") && before.matches(':').count() < 5 {
        let details = "Variables have a meaning in the last field of an ARN, and not before it. Write the value \
                       out, or `*`.";
        report.add(IssueCode::VariableUnsupportedInElement, Spot::Value(text.node), details);
    }
}

fn check_text(subject: &Subject<'_, '_>, text: Text<'_>, report: &mut Report<'_>) {
    if !text.str.contains("${") {
        return;
    }
    if subject.policy.version != Version::V2012 {
        let details = "In this version of the policy language `${…}` is plain text. Write \
                       `\"Version\": \"2012-10-17\"`.";
        report.add(IssueCode::VariableUnsupportedInVersion, Spot::Value(text.node), details);
        return;
    }
    for (span, fault) in faults(text.str) {
        let (code, details) = fault.explained();
        report.add(code, Spot::Part(text.node, span), details);
    }
}

/// What is wrong with a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    NoBrace,
    NoQuote,
    Blank,
    Empty,
}

impl Fault {
    fn explained(self) -> (IssueCode, &'static str) {
        match self {
            Self::NoBrace => (
                IssueCode::MissingBraceInVariable,
                "This variable is not closed, so the value matches nothing. Add `}`.",
            ),
            Self::NoQuote => (
                IssueCode::MissingQuoteInVariable,
                "A variable's default stands in single quotes: `${aws:username, 'anonymous'}`.",
            ),
            Self::Blank => {
                (IssueCode::UnsupportedSpaceInVariable, "A variable's name has no blanks. Remove them.")
            }
            Self::Empty => (
                IssueCode::EmptyVariable,
                "This variable names no key. Name one, or remove it; a dollar sign is written `${$}`.",
            ),
        }
    }
}

/// The faulty variables of a text, with their places in it.
fn faults(text: &str) -> Vec<(Span, Fault)> {
    let mut faults = Vec::new();
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find("${")).map(|at| from + at) {
        let inside = text.get(start + 2..).unwrap_or_default();
        let Some(length) = closing_brace(inside) else {
            // The variable ends where the next one begins, if one does.
            let end = inside.find("${").map_or(text.len(), |at| start + 2 + at);
            faults.push((Span::new(start, end), Fault::NoBrace));
            from = end;
            continue;
        };
        let end = start + 2 + length + 1;
        if let Some(fault) = inside.get(..length).and_then(fault) {
            faults.push((Span::new(start, end), fault));
        }
        from = end;
    }
    faults
}

/// Where the variable's brace closes: outside of quotes, and before another variable begins.
fn closing_brace(inside: &str) -> Option<usize> {
    let name_end = inside.find(['}', ',', '$'])?;
    let (name, rest) = inside.split_at_checked(name_end)?;
    if rest.starts_with("$}") && name.is_empty() {
        return Some(1);
    }
    if rest.starts_with('}') {
        return Some(name_end);
    }
    let quoted = rest.find('\'').filter(|quote| rest.find('}').is_none_or(|brace| *quote < brace));
    let after_quotes = quoted
        .and_then(|open| rest.get(open + 1..)?.find('\'').map(|close| open + 1 + close + 1))
        .unwrap_or(0);
    let tail = rest.get(after_quotes..)?;
    let brace = tail.find('}')?;
    let is_cut_short = tail.find("${").is_some_and(|next| next < brace);
    (!is_cut_short).then_some(name_end + after_quotes + brace)
}

fn fault(inside: &str) -> Option<Fault> {
    if matches!(inside, "*" | "?" | "$") {
        return None;
    }
    let (name, default) = match inside.split_once(',') {
        Some((name, default)) => (name, Some(default.trim_matches(' '))),
        None => (inside, None),
    };
    if name.trim().is_empty() {
        return Some(Fault::Empty);
    }
    // CHOICE: the key of a tag may have blanks, as tags may.
    let key = name.split('/').next().unwrap_or(name);
    if key.contains(char::is_whitespace) {
        return Some(Fault::Blank);
    }
    let is_quoted =
        |default: &str| default.len() >= 2 && default.starts_with('\'') && default.ends_with('\'');
    default.is_some_and(|default| !is_quoted(default)).then_some(Fault::NoQuote)
}

/// The text as a pattern in which every variable may be anything.
pub(super) fn with_stars(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for piece in crate::variable::pieces(text) {
        match piece {
            crate::variable::Piece::Text(text) | crate::variable::Piece::Escaped(text) => {
                pattern.push_str(text);
            }
            crate::variable::Piece::Variable { .. } | crate::variable::Piece::Broken => pattern.push('*'),
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, Fault)]) {
        let found = faults(text);
        let found: Vec<_> = found.iter().map(|(span, fault)| (span.of(text), *fault)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn sound_variables_have_no_fault() {
        for text in [
            "plain",
            "${aws:username}",
            "${*}${?}${$}",
            "a${aws:userid, 'x y'}b",
            "${aws:userid,'}'}",
            "$ {",
            "${aws:PrincipalTag/cost center}",
            "${aws:username, ''}",
        ] {
            check(text, &[]);
        }
    }

    #[test]
    fn faults_are_found_where_they_stand() {
        check("x/${aws:username", &[("${aws:username", Fault::NoBrace)]);
        check("${a:b/${c:d}", &[("${a:b/", Fault::NoBrace)]);
        check("${}", &[("${}", Fault::Empty)]);
        check("${ }x", &[("${ }", Fault::Empty)]);
        check("${, 'x'}", &[("${, 'x'}", Fault::Empty)]);
        check("${aws: username}", &[("${aws: username}", Fault::Blank)]);
        check("${aws:userid, x}", &[("${aws:userid, x}", Fault::NoQuote)]);
        check("${aws:userid, 'x}", &[("${aws:userid, 'x}", Fault::NoQuote)]);
        check("${a:b}${}${a:b", &[("${}", Fault::Empty), ("${a:b", Fault::NoBrace)]);
    }
}
