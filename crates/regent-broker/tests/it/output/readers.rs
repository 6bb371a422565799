//! The programs that credentials are written for, run. One that is not installed is passed over, and that is said.

use std::io::ErrorKind;
use std::process::Command;

use regent_broker::output::{Form, OutputError, Style, unset};

use super::{HOSTILE, issued, with_secret, written};

/// What a program prints of a text that it is given as its last argument; nothing if there is no such program.
fn run(program: &str, arguments: &[&str], text: &str) -> Option<String> {
    let output =
        Command::new(program).args(arguments).arg(text).env("AWS_ENDPOINT_URL_STS", "stale").output();
    match output {
        Ok(output) => {
            assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
            Some(String::from_utf8(output.stdout).unwrap())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => panic!("{program}: {error}"),
    }
}

/// Whether a shell reads back every value, to the character, or was never given it.
#[track_caller]
fn check(form: Form, program: &str, arguments: &[&str]) -> bool {
    let mut is_installed = true;
    for secret in HOSTILE.into_iter().chain([super::SECRET]) {
        let text = match with_secret(secret).write(form, &Style::default()) {
            Ok(text) => text.reveal().to_owned(),
            Err(OutputError::NotQuotable { .. }) if secret != super::SECRET => continue,
            Err(error) => panic!("{form}: {error}"),
        };
        match run(program, arguments, &text) {
            Some(read) => assert_eq!(read.trim_end_matches(['\r', '\n']), format!("{secret}|"), "{text}"),
            None => is_installed = false,
        }
    }
    is_installed
}

/// A script of a shell that evaluates its first argument, and prints the secret and the endpoint behind it.
const SH: &str = r#"eval "$1"; printf '%s|%s' "$AWS_SECRET_ACCESS_KEY" "$AWS_ENDPOINT_URL_STS""#;

#[test]
fn shells_read_what_was_written() {
    let fish = "eval $argv[1]; printf '%s|%s' \"$AWS_SECRET_ACCESS_KEY\" \"$AWS_ENDPOINT_URL_STS\"";
    let powershell =
        "& { Invoke-Expression $args[0]; \"$Env:AWS_SECRET_ACCESS_KEY|$Env:AWS_ENDPOINT_URL_STS\" }";
    for (form, program, arguments) in [
        (Form::Shell, "sh", &["-c", SH, "sh"][..]),
        (Form::Shell, "dash", &["-c", SH, "sh"]),
        (Form::Shell, "bash", &["-c", SH, "sh"]),
        (Form::Shell, "bash", &["--posix", "-c", SH, "sh"]),
        (Form::Shell, "zsh", &["-c", SH, "sh"]),
        (Form::Fish, "fish", &["--no-config", "-c", fish]),
        (Form::Powershell, "pwsh", &["-NoProfile", "-Command", powershell]),
    ] {
        if !check(form, program, arguments) {
            eprintln!("{program} is not installed: {form} was not tried");
        }
    }
}

#[test]
fn the_c_shell_reads_what_was_written() {
    // It has no way to evaluate an argument of several lines, so it reads them as a script.
    let folder = std::env::temp_dir().join(format!("regent-csh-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let script = folder.join("session");
    for secret in HOSTILE.into_iter().chain([super::SECRET]) {
        let Ok(text) = with_secret(secret).write(Form::Tcsh, &Style::default()) else { continue };
        std::fs::write(&script, text.reveal()).unwrap();
        let command = format!(
            "source {}; printenv AWS_SECRET_ACCESS_KEY; printenv AWS_ENDPOINT_URL_STS",
            script.display()
        );
        match Command::new("tcsh").args(["-f", "-c", &command]).output() {
            Ok(output) => {
                assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{secret}\n"));
            }
            Err(error) if error.kind() != ErrorKind::NotFound => panic!("tcsh: {error}"),
            Err(_) => eprintln!("tcsh is not installed: it was not tried"),
        }
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_shell_forgets_what_it_is_told_to() {
    let script = format!("{}{}", written(&issued(), Form::Shell), unset(Form::Shell).unwrap());
    let shown = run(
        "sh",
        &[
            "-c",
            r#"eval "$1"; env | grep -E '^(AWS_([ADRE]|S[A-Z]+_|CREDENTIAL)|REGENT)' || echo none"#,
            "sh",
        ],
        &script,
    );
    assert_eq!(shown.unwrap(), "none\n");
}

/// What a program of Python's makes of texts, given and printed as JSON. `read` in it turns one text into its value.
fn python(program: &str, texts: &[String]) -> Option<Vec<String>> {
    let program =
        format!("import json, sys\n{program}\nprint(json.dumps([read(t) for t in json.loads(sys.argv[1])]))");
    let printed = run("python3", &["-c", &program], &serde_json::to_string(texts).unwrap())?;
    Some(serde_json::from_str(&printed).unwrap())
}

#[track_caller]
fn check_python(form: Form, program: &str) -> bool {
    let (mut texts, mut secrets) = (Vec::new(), Vec::new());
    for secret in HOSTILE.into_iter().chain([super::SECRET]) {
        if let Ok(text) = with_secret(secret).write(form, &Style::default()) {
            texts.push(text.reveal().to_owned());
            secrets.push(secret);
        }
    }
    assert!(secrets.len() > 4 && secrets.contains(&super::SECRET), "{form} carries {secrets:?}");
    let Some(read) = python(program, &texts) else { return false };
    assert_eq!(read, secrets, "{form}");
    true
}

#[test]
fn files_are_read_as_they_were_written() {
    let env = "def read(text):\n  return dict(l.split('=', 1) for l in text.split('\\n') if l)['AWS_SECRET_ACCESS_KEY']";
    // A `.env` file is a script for a shell, too, and words for whoever splits as one does.
    let dotenv = "import shlex\n\
        def read(text): return dict(w.split('=', 1) for w in shlex.split(text, True))['AWS_SECRET_ACCESS_KEY']";
    let ini = "import configparser\n\
        def read(text):\n  \
          parser = configparser.RawConfigParser(inline_comment_prefixes=('#', ';'))\n  \
          parser.read_string(text)\n  \
          return parser['default']['aws_secret_access_key']";
    let properties = "import re\n\
        def read(text):\n  \
          pairs = dict(line.split('=', 1) for line in text.split('\\n') if line)\n  \
          return re.sub(r'\\\\(.)', r'\\1', pairs['custom.aws.secretAccessKey.password'])";
    for (form, program) in
        [(Form::Env, env), (Form::Dotenv, dotenv), (Form::Ini, ini), (Form::Bamboo, properties)]
    {
        if !check_python(form, program) {
            eprintln!("python3 is not installed: {form} was not tried");
        }
    }
}

#[test]
fn the_usual_reader_of_env_files_reads_them() {
    let has_reader = python(
        "import importlib.util\ndef read(_): return str(importlib.util.find_spec('dotenv'))",
        &[String::new()],
    );
    if has_reader.is_none_or(|answer| answer == ["None"]) {
        eprintln!("python-dotenv is not installed: it was not tried");
        return;
    }
    let program = "import dotenv, io\n\
        def read(text): return dotenv.dotenv_values(stream=io.StringIO(text))['AWS_SECRET_ACCESS_KEY']";
    assert!(check_python(Form::Dotenv, program));
}
