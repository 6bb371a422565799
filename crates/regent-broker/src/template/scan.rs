use super::{ParseTemplateError, TemplatePurpose, Variable};

/// A run of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// As it will stand in the text.
    Text(String),
    /// To be filled.
    Variable(Variable),
}

/// Takes a text apart. What AWS itself fills in stays text.
pub(super) fn pieces(text: &str, purpose: TemplatePurpose) -> Result<Vec<Piece>, ParseTemplateError> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').ok_or(ParseTemplateError::Unclosed)?;
        if name.contains("${") {
            return Err(ParseTemplateError::Unclosed);
        }
        literal.push_str(before);
        match Variable::from_name(name) {
            Some(variable) => {
                check_place(&variable, name, purpose)?;
                if !literal.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut literal)));
                }
                pieces.push(Piece::Variable(variable));
            }
            None if is_aws(name) && purpose == TemplatePurpose::Policy => {
                literal.extend(["${", name, "}"]);
            }
            None if is_aws(name) => {
                return Err(not_here(name, "AWS fills in its own variables in policies alone"));
            }
            None => return Err(unknown(name)),
        }
        rest = after;
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::Text(literal));
    }
    Ok(pieces)
}

/// Whether it is AWS that knows the name: a condition key has a colon, and `${*}`, `${?}` and `${$}` are the characters.
fn is_aws(name: &str) -> bool {
    name.contains(':') || matches!(name, "*" | "?" | "$")
}

fn check_place(variable: &Variable, name: &str, purpose: TemplatePurpose) -> Result<(), ParseTemplateError> {
    if *variable == Variable::UserGroups && !purpose.is_tag() {
        return Err(not_here(name, "a list of groups has a place in tags alone"));
    }
    Ok(())
}

pub(super) fn not_here(name: &str, reason: &'static str) -> ParseTemplateError {
    ParseTemplateError::NotHere { name: shown(name), reason }
}

fn unknown(name: &str) -> ParseTemplateError {
    ParseTemplateError::Unknown { name: shown(name), guess: Variable::guess(name).map(str::to_owned) }
}

/// As much of a stranger's text as an error shows.
fn shown(name: &str) -> String {
    name.chars().take(64).flat_map(char::escape_debug).collect()
}
