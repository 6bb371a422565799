//! Which shell this runs in, and how it quotes.

use regent_broker::output::Form;

use super::environment;

/// The shell that started this: by the parent process where the system tells, else by `$SHELL`, else any of the Bourne
/// family.
pub(super) fn detect() -> Form {
    let parent = std::os::unix::process::parent_id();
    let name = std::fs::read_to_string(format!("/proc/{parent}/comm")).ok();
    name.as_deref()
        .and_then(of_name)
        .or_else(|| environment::text("SHELL").as_deref().and_then(of_name))
        .unwrap_or(Form::Shell)
}

fn of_name(path: &str) -> Option<Form> {
    let name = path.trim().rsplit('/').next().unwrap_or_default();
    match name.trim_start_matches('-') {
        "sh" | "bash" | "zsh" | "dash" | "ksh" | "ash" | "mksh" | "busybox" => Some(Form::Shell),
        "fish" => Some(Form::Fish),
        "pwsh" | "powershell" => Some(Form::Powershell),
        "tcsh" | "csh" => Some(Form::Tcsh),
        _ => None,
    }
}

/// How a shell runs what a command prints.
pub(super) fn evaluated(form: Form, command: &str) -> String {
    if form == Form::Fish {
        format!("{command} | source")
    } else if form == Form::Powershell {
        format!("{command} | Out-String | Invoke-Expression")
    } else if form == Form::Tcsh {
        format!("eval `{command}`")
    } else {
        format!("eval \"$({command})\"")
    }
}

/// A word as a shell of the Bourne family reads it back.
pub(super) fn quote(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-+:,@%=".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_is_known_by_its_name() {
        for (name, form) in [
            ("bash\n", Some(Form::Shell)),
            ("-zsh", Some(Form::Shell)),
            ("/usr/bin/fish", Some(Form::Fish)),
            ("pwsh", Some(Form::Powershell)),
            ("tcsh", Some(Form::Tcsh)),
            ("python3", None),
            ("", None),
        ] {
            assert_eq!(of_name(name), form, "{name:?}");
        }
    }

    #[test]
    fn a_word_is_quoted_when_it_must_be() {
        assert_eq!(quote("/run/user/0/regent"), "/run/user/0/regent");
        assert_eq!(quote("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(quote(""), "''");
    }
}
