//! PostgreSQL for the tests: the one of the store's own tests, with a new database for each test.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The folder of the server's socket, and the script that ends with this process, if it started one.
struct Server(String, #[expect(dead_code, reason = "it ends when its standard input does")] Option<Child>);

/// The URL of a new database without tables; none where there is deliberately no PostgreSQL.
#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says there which server it is")]
pub(crate) fn new_database() -> Option<String> {
    static SERVER: OnceLock<Server> = OnceLock::new();
    static MADE: AtomicU32 = AtomicU32::new(0);
    let named = std::env::var("REGENT_TEST_POSTGRES").ok();
    if named.as_deref() == Some("absent") {
        return None;
    }
    let Server(folder, _) = SERVER.get_or_init(|| named.map_or_else(start, |folder| Server(folder, None)));
    let name = format!("regent_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    let sql = format!("CREATE DATABASE {name}");
    let made = Command::new("psql").args(["-h", folder, "-U", "regent", "-qc", &sql, "postgres"]).status();
    assert!(made.unwrap().success(), "a new database");
    Some(format!("postgres://regent@localhost/{name}?host={folder}"))
}

fn start() -> Server {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../regent-store/tests/postgres.sh");
    let mut script = Command::new(script)
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
    Server(folder.trim().to_owned(), Some(script))
}
