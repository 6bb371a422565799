//! PostgreSQL for the tests: the one of the store's own tests, with a new database for each test.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

#[path = "../../../regent-store/tests/support/postgres_server.rs"]
mod server;

/// The URL of a new database without tables; none where there is deliberately no PostgreSQL.
pub(crate) fn new_database() -> Option<String> {
    static MADE: AtomicU32 = AtomicU32::new(0);
    if server::is_absent() {
        return None;
    }
    let folder = server::folder();
    let name = format!("regent_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    let sql = format!("CREATE DATABASE {name}");
    let made = Command::new("psql").args(["-h", folder, "-U", "regent", "-qc", &sql, "postgres"]).status();
    assert!(made.unwrap().success(), "a new database");
    Some(server::url(folder, &name))
}
