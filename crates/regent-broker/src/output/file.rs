//! The forms that are kept in a file.

use super::variables::{checked, expiration};
use super::{Buffer, Form, Issued, OutputError, Style, Variables};

/// `KEY=VALUE`, to the end of the line.
pub(super) fn env(variables: &Variables<'_>, buffer: &mut Buffer) {
    for (name, value) in &variables.set {
        buffer.push_all(&[name, "=", value, "\n"]);
    }
}

/// The readers of `.env` files agree on little: plain values go without quotes, others in single ones, and what some
/// of them expand or escape even there is refused.
pub(super) fn dotenv(variables: &Variables<'_>, buffer: &mut Buffer) -> Result<(), OutputError> {
    for (name, value) in &variables.set {
        if let Some(character) = value.chars().find(|character| matches!(character, '\'' | '\\' | '$' | '`'))
        {
            return Err(OutputError::NotQuotable { name, form: Form::Dotenv, character });
        }
        let is_plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./+=:@,-".contains(&byte));
        let quote = if is_plain { "" } else { "'" };
        buffer.push_all(&[name, "=", quote, value, quote, "\n"]);
    }
    Ok(())
}

/// A section of `~/.aws/credentials`. There are no quotes in it, and some readers take what follows ` #` for a comment.
pub(super) fn ini(issued: &Issued, style: &Style<'_>, buffer: &mut Buffer) -> Result<(), OutputError> {
    buffer.push_all(&["[", checked_name(style.profile, "profile")?, "]\n"]);
    let values = [
        ("aws_access_key_id", Some(issued.access_key_id.as_str())),
        ("aws_secret_access_key", Some(issued.secret_access_key.reveal())),
        ("aws_session_token", Some(issued.session_token.reveal())),
        ("region", issued.region.as_deref()),
    ];
    for (name, value) in values.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        let value = checked(name, value)?;
        if let Some(character) = value.chars().find(|character| matches!(character, ' ' | '#' | ';')) {
            return Err(OutputError::NotQuotable { name, form: Form::Ini, character });
        }
        buffer.push_all(&[name, " = ", value, "\n"]);
    }
    Ok(())
}

/// A properties file of build variables. Bamboo masks the value of a variable that has `password` in its name.
pub(super) fn bamboo(issued: &Issued, style: &Style<'_>, buffer: &mut Buffer) -> Result<(), OutputError> {
    let namespace = checked_name(style.namespace, "namespace")?;
    let expires = expiration(issued.expiration);
    let identity = style.caller_identity.then_some(&issued.identity);
    let values = [
        ("accessKeyId", Some(issued.access_key_id.as_str())),
        ("secretAccessKey.password", Some(issued.secret_access_key.reveal())),
        ("sessionToken.password", Some(issued.session_token.reveal())),
        ("expiration", Some(expires.as_str())),
        ("region", issued.region.as_deref()),
        ("sessionId", Some(issued.session_id.as_str())),
        ("account", identity.and_then(|identity| identity.account_id.as_deref())),
        ("arn", identity.and_then(|identity| identity.arn.as_deref())),
        ("userId", identity.and_then(|identity| identity.user_id.as_deref())),
    ];
    for (name, value) in values.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        let value = checked(name, value)?;
        if let Some(character) = value.chars().find(|character| !character.is_ascii()) {
            return Err(OutputError::NotQuotable { name, form: Form::Bamboo, character });
        }
        buffer.push_all(&[namespace, ".", name, "="]);
        // A space at the beginning would be dropped, and a backslash escapes.
        buffer.push_replacing(value, |character| match character {
            '\\' => Some("\\\\"),
            ' ' => Some("\\ "),
            _ => None,
        });
        buffer.push("\n");
    }
    Ok(())
}

/// A name that is one word wherever it stands.
fn checked_name<'a>(given: &'a str, what: &'static str) -> Result<&'a str, OutputError> {
    let is_name = (1..=128).contains(&given.len())
        && given.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.@+=/-".contains(&byte));
    // An `=` would end the name of a variable.
    if is_name && !(what == "namespace" && given.contains('=')) {
        Ok(given)
    } else {
        Err(OutputError::BadName { given: given.chars().take(64).collect(), what })
    }
}
