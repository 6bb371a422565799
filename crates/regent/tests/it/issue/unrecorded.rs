//! What cannot be recorded is not done. The disk is full to the letter: files may not grow, which is said to a process
//! as a whole, so the test runs itself again in one that ignores the signal.

use regent::config::Settings;
use serde_json::json;

use super::World;
use crate::support::stranger::{Stranger, action, identity, session};
use crate::support::{TestServer, again};

const FOLDER: &str = "REGENT_TEST_FOLDER";

/// Makes room on the disk, or takes it.
fn limit(bytes: &str) {
    let own = std::process::id().to_string();
    let done = std::process::Command::new("prlimit")
        .args(["--pid", &own, &format!("--fsize={bytes}:unlimited")])
        .status();
    assert!(done.unwrap().success());
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_issued() {
    let Some(folder) = again::variable(FOLDER) else {
        let folder = tempfile::tempdir().unwrap();
        let mut command = tokio::process::Command::new("sh");
        command.args(["-c", r#"trap '' XFSZ; exec "$0" "$@""#]).arg(again::binary());
        command.env(FOLDER, folder.path());
        return again::passes(command, "issue::unrecorded::what_cannot_be_recorded_is_not_issued").await;
    };
    let settings = Settings { ephemeral: Some(false), data: Some(folder.into()), ..Settings::default() };
    let server = TestServer::with(settings).await;
    let admin = server.administrator().await;
    let world = World { server, admin, account: String::new() };
    let stranger = Stranger::new(|body| async move {
        match action(&body) {
            "GetCallerIdentity" => identity("user/far"),
            operation => session(operation, "2026-11-21T13:00:00Z".parse().unwrap()),
        }
    })
    .await;
    world.elsewhere(&stranger, json!({})).await;
    let draw = || world.admin.post("/connectors/far/credentials", json!({}));
    assert_eq!(draw().await.status, 200);
    limit("1");
    let refused = draw().await;
    assert_eq!(refused.shape(), "503 audit_unavailable", "{}", refused.text);
    assert!(!refused.text.contains("far-"), "{}", refused.text);
    let test = world.admin.post("/connectors/far/test", json!({})).await;
    assert_eq!(test.shape(), "503 audit_unavailable", "{}", test.text);
    assert_eq!(stranger.count("AssumeRole"), 1, "nobody outside was asked");
    limit("unlimited");
    assert_eq!(draw().await.status, 200);
}
