//! Opening a browser.

use std::process::{Command, Stdio};

use super::environment;

/// What opens a page, in the order they are tried: `$BROWSER`, then what systems bring.
const OPENERS: [&[&str]; 4] = [&["xdg-open"], &["open"], &["wslview"], &["gio", "open"]];

/// Opens a page and does not wait for it; whether something was there to do so. The URL must hold nothing secret: others
/// can see what a program was started with.
pub(super) fn open(url: &str) -> bool {
    let chosen = environment::text("BROWSER");
    let chosen: Vec<Vec<&str>> =
        chosen.iter().flat_map(|list| list.split(':')).map(|one| one.split_whitespace().collect()).collect();
    let openers = chosen.iter().map(Vec::as_slice).chain(OPENERS);
    openers.into_iter().any(|words| start(words, url))
}

fn start(words: &[&str], url: &str) -> bool {
    let Some((program, arguments)) = words.split_first() else { return false };
    let mut command = Command::new(program);
    if arguments.iter().any(|argument| argument.contains("%s")) {
        command.args(arguments.iter().map(|argument| argument.replace("%s", url)));
    } else {
        command.args(arguments).arg(url);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().is_ok()
}
