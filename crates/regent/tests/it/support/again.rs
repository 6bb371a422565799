//! Tests of what stands in a process's surroundings, which no test may change for the others: they run themselves again
//! in a process of their own.

use std::path::PathBuf;

use tokio::process::Command;

/// A variable that the first run has set for the second.
#[expect(
    clippy::disallowed_methods,
    reason = "the server's environment enters through its settings, not a test's"
)]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The binary of the tests.
pub(crate) fn binary() -> PathBuf {
    std::env::current_exe().unwrap()
}

/// Runs a test again by this command, to which the test's name is added.
pub(crate) async fn passes(mut command: Command, test: &str) {
    let done = command.args(["--exact", test, "--nocapture"]).output().await.unwrap();
    let told = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() && told.contains("1 passed"), "{told}");
}
