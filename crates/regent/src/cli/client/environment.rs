//! What the environment says to the command line: the only door to it here.

use std::path::PathBuf;

/// A variable's text; none if it is not set, empty, or no text.
#[expect(clippy::disallowed_methods, reason = "this is the door")]
pub(super) fn text(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A variable's path; none if it is not set or not absolute, which the XDG base directory specification wants ignored.
#[expect(clippy::disallowed_methods, reason = "this is the door")]
pub(super) fn folder(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

/// A variable's path to a file, absolute or not.
#[expect(clippy::disallowed_methods, reason = "this is the door")]
pub(super) fn file(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}
