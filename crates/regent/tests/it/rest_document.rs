//! The OpenAPI document: what is checked in, and what clients are generated from, is what the server serves.
//!
//! With `REGENT_WRITE_DOCUMENT=1` the file is written anew.

use std::path::Path;

use crate::support::TestServer;

/// Where the console's types come from.
const FILE: &str = "../../console/openapi.json";

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "whoever changes the API asks for a new document")]
async fn the_checked_in_document_is_the_one_that_is_served() {
    let served = format!("{:#}\n", TestServer::new().await.api().document().await);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    if std::env::var_os("REGENT_WRITE_DOCUMENT").is_some() {
        std::fs::write(&path, &served).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = kept.lines().zip(served.lines()).position(|(kept, served)| kept != served);
    assert!(
        kept == served,
        "console/openapi.json is not what the server serves, from line {} on: run `make document`",
        differs.unwrap_or(kept.lines().count()) + 1,
    );
}
