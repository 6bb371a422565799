//! `docs/policy.md` and the front page say what the commands say: every `console` block of them is run.
//!
//! A line that begins with `$ ` is given to a shell, in the folder of the repository; what follows has to be what the command
//! says, on both streams, and `(exit status 3)` what it ends with. With `REGENT_WRITE_GUIDE=1` the pages are written anew.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::BINARY;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What the shell says to a command, as the guide shows it.
fn said(command: &str) -> String {
    let folder = Path::new(BINARY).parent().unwrap();
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", folder.display());
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1; {command}")])
        .current_dir(root())
        .env_clear()
        .env("PATH", path)
        .output()
        .unwrap();
    let mut text = String::from_utf8(output.stdout).unwrap();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    match output.status.code() {
        Some(0) => {}
        status => writeln!(text, "(exit status {})", status.unwrap()).unwrap(),
    }
    text
}

/// The guide with what the commands say now in the place of what it says they do.
fn run(guide: &str) -> String {
    let mut text = String::new();
    let mut lines = guide.lines().peekable();
    let mut is_console = false;
    while let Some(line) = lines.next() {
        text.push_str(line);
        text.push('\n');
        match line {
            "```console" => is_console = true,
            "```" => is_console = false,
            _ => {}
        }
        let Some(command) = line.strip_prefix("$ ").filter(|_| is_console) else { continue };
        let mut command = command.to_owned();
        while command.ends_with('\\') {
            let more = lines.next().unwrap();
            text.push_str(more);
            text.push('\n');
            command.truncate(command.len() - 1);
            command.push_str(more);
        }
        text.push_str(&said(&command));
        while lines.next_if(|line| !line.starts_with("$ ") && *line != "```").is_some() {}
    }
    text
}

/// Holds a page to what its commands say.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "whoever changes a command asks for a new guide")]
fn check(page: &str, commands: usize) {
    let path = root().join(page);
    let guide = std::fs::read_to_string(&path).unwrap();
    let now = run(&guide);
    let count = now.matches("\n$ ").count();
    assert!(count >= commands, "{page} runs {count} commands only");
    if std::env::var_os("REGENT_WRITE_GUIDE").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let different = guide.lines().zip(now.lines()).find(|(says, said)| says != said);
    assert_eq!(guide, now, "{page} at {different:?}");
}

#[test]
fn the_guide_shows_what_the_commands_say() {
    check("docs/policy.md", 16);
}

#[test]
fn the_front_page_shows_what_the_commands_say() {
    check("README.md", 3);
}
