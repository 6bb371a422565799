//! The forms that a shell runs. Each value is quoted as its shell reads it, or refused.

use super::{Buffer, Form, OutputError, Variables};

/// How a shell says things.
struct Dialect {
    form: Form,
    /// What stands before the name, before the value and behind it.
    set: [&'static str; 3],
    /// What stands before the name and behind it.
    unset: [&'static str; 2],
    /// What stands for a character between the quotes, if not the character itself.
    quoted: fn(char) -> Option<&'static str>,
    /// What no quotes keep from its meaning, or not in all versions.
    refused: &'static str,
}

const SHELL: Dialect = Dialect {
    form: Form::Shell,
    set: ["export ", "='", "'\n"],
    unset: ["unset ", "\n"],
    quoted: |character| (character == '\'').then_some("'\\''"),
    refused: "",
};

const FISH: Dialect = Dialect {
    form: Form::Fish,
    set: ["set -gx ", " '", "';\n"],
    unset: ["set -e ", ";\n"],
    quoted: |character| match character {
        '\'' => Some("\\'"),
        '\\' => Some("\\\\"),
        _ => None,
    },
    refused: "",
};

/// PowerShell takes typographic quotes for quotes.
const POWERSHELL: Dialect = Dialect {
    form: Form::Powershell,
    set: ["$Env:", " = '", "'\n"],
    unset: ["Remove-Item -ErrorAction Ignore Env:", "\n"],
    quoted: |character| match character {
        '\'' => Some("''"),
        '\u{2018}' => Some("\u{2018}\u{2018}"),
        '\u{2019}' => Some("\u{2019}\u{2019}"),
        '\u{201a}' => Some("\u{201a}\u{201a}"),
        '\u{201b}' => Some("\u{201b}\u{201b}"),
        _ => None,
    },
    refused: "",
};

/// The command prompt expands `%` and `!` within quotes too, and differently in a file and at the prompt.
const CMD: Dialect = Dialect {
    form: Form::Cmd,
    set: ["set \"", "=", "\"\r\n"],
    unset: ["set \"", "=\"\r\n"],
    quoted: |_| None,
    refused: "\"%!^",
};

/// csh substitutes history within quotes too, and a backslash means what a variable says it means.
const TCSH: Dialect = Dialect {
    form: Form::Tcsh,
    set: ["setenv ", " '", "';\n"],
    unset: ["unsetenv ", ";\n"],
    quoted: |character| (character == '\'').then_some("'\\''"),
    refused: "!\\",
};

const fn dialect(form: Form) -> Dialect {
    match form {
        Form::Fish => FISH,
        Form::Powershell => POWERSHELL,
        Form::Cmd => CMD,
        Form::Tcsh => TCSH,
        Form::Shell
        | Form::Json
        | Form::Aws
        | Form::CredentialProcess
        | Form::Container
        | Form::Env
        | Form::Dotenv
        | Form::Ini
        | Form::Bamboo => SHELL,
    }
}

/// Sets a session, and unsets what it has not.
pub(super) fn set(variables: &Variables<'_>, form: Form, buffer: &mut Buffer) -> Result<(), OutputError> {
    let dialect = dialect(form);
    unset(&variables.stale, form, buffer);
    let [before_name, before_value, behind] = dialect.set;
    for (name, value) in &variables.set {
        if let Some(character) = value.chars().find(|character| dialect.refused.contains(*character)) {
            return Err(OutputError::NotQuotable { name, form: dialect.form, character });
        }
        buffer.push_all(&[before_name, name, before_value]);
        buffer.push_replacing(value, dialect.quoted);
        buffer.push(behind);
    }
    Ok(())
}

/// Unsets variables, whether they are set or not.
pub(super) fn unset(names: &[&str], form: Form, buffer: &mut Buffer) {
    let [before, behind] = dialect(form).unset;
    for name in names {
        buffer.push_all(&[before, name, behind]);
    }
}
