//! The PostgreSQL of the tests: Debian's, started by `tests/postgres.sh`, on a socket in a new folder.
//!
//! It is the one that `REGENT_TEST_POSTGRES` names, or else this process starts its own, which ends with it. Where there
//! is deliberately none, the variable says `absent`. The tests of every crate that needs one take this file in.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// What the variable says, if it is set.
#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says it there")]
fn named() -> Option<String> {
    std::env::var("REGENT_TEST_POSTGRES").ok()
}

/// Whether this machine is said to have no PostgreSQL. A test on PostgreSQL then has nothing to do.
pub(crate) fn is_absent() -> bool {
    named().as_deref() == Some("absent")
}

/// The folder of the server's socket.
pub(crate) fn folder() -> &'static str {
    /// The folder, and the script that ends when its standard input does: with this process.
    static SERVER: OnceLock<(String, Option<Child>)> = OnceLock::new();
    &SERVER.get_or_init(|| named().map_or_else(start, |folder| (folder, None))).0
}

/// Where a database is, by the folder its server's socket is in.
pub(crate) fn url(folder: &str, database: &str) -> String {
    format!("postgres://regent@localhost/{database}?host={folder}")
}

fn start() -> (String, Option<Child>) {
    let mut script = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../regent-store/tests/postgres.sh"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut folder = String::new();
    BufReader::new(script.stdout.take().unwrap()).read_line(&mut folder).unwrap();
    if folder.is_empty() {
        let mut error = String::new();
        script.stderr.take().unwrap().read_to_string(&mut error).unwrap();
        panic!("PostgreSQL did not start; set REGENT_TEST_POSTGRES=absent to do without\n{error}");
    }
    (folder.trim().to_owned(), Some(script))
}
