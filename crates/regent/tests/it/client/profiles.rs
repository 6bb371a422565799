//! `regent config sync`: one block in a file that is somebody else's.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use serde_json::{Value, json};

use super::server::Server;
use super::{Home, problem};

const MINE: &str = "GET /api/v1/me/connectors?limit=1000";

fn connector(slug: &str, partition: &str, console: &str) -> Value {
    json!({"slug": slug, "account": {"partition": partition}, "console": console, "region_hint": "eu-west-1", "state": "usable"})
}

fn server() -> Server {
    let items = [
        connector("prod-ro", "aws", "allowed"),
        connector("own", "regent", "denied"),
        connector("console-only", "aws", "only"),
        connector("evil]\n[default]\ncredential_process = /bin/evil", "aws", "allowed"),
    ];
    Server::new(&[
        (MINE, 200, json!({ "items": items })),
        ("GET /api/v1/status", 200, json!({"aws_endpoint": "https://aws.regent.example"})),
    ])
}

#[test]
fn profiles_come_into_one_block_and_nothing_else_changes() {
    let (server, theirs) = (server(), "[default]\nregion = us-east-1\n\n[profile other]\nregion=x\n");
    let home = Home::with_token(&server);
    let file = home.write("real/config", theirs);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::fs::create_dir(home.path(".aws")).unwrap();
    symlink(&file, home.path(".aws/config")).unwrap();
    let said = home.run(&["config", "sync", "--prefix", "r-"]).ends(0);
    assert!(said.stdout.starts_with("2 profiles in "), "{said:?}");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.starts_with(theirs), "{text}");
    let program = super::BINARY;
    let expected = format!(
        "[profile r-own]\ncredential_process = {program} credential-process own --server {url}\nregion = eu-west-1\n\
         endpoint_url = https://aws.regent.example\n\n[profile r-prod-ro]\ncredential_process = {program} \
         credential-process prod-ro --server {url}\nregion = eu-west-1\n# <<<",
        url = server.url()
    );
    assert!(text.contains(&expected), "{text}");
    assert!(!text.contains("evil") && !text.contains("console-only"), "{text}");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(home.path(".aws/config").is_symlink());
    assert_eq!(std::fs::read_to_string(home.path("real/config.before-regent")).unwrap(), theirs);

    // What was lost stays until it is pruned; once nothing is left, the file is as it was.
    server.now_answers(MINE, 200, &json!({"items": [connector("prod-ro", "aws", "allowed")]}));
    let said = home.run(&["config", "sync", "--prefix", "r-"]).ends(0);
    assert!(said.stdout.contains("1 of connectors that you may no longer use"), "{said:?}");
    assert!(std::fs::read_to_string(&file).unwrap().contains("# no longer granted\n[profile r-own]"));
    home.run(&["config", "sync", "--prefix", "r-", "--prune"]).ends(0);
    assert!(!std::fs::read_to_string(&file).unwrap().contains("r-own"));
    server.now_answers(MINE, 200, &json!({"items": []}));
    home.run(&["config", "sync", "--prune"]).ends(0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), theirs);
}

#[test]
fn a_file_that_is_not_there_is_made_for_its_owner_alone() {
    let server = server();
    let home = Home::with_token(&server);
    let shown = home.run(&["config", "sync", "--dry-run"]).ends(0);
    assert!(shown.stdout.contains("[profile prod-ro]") && !home.path(".aws").exists(), "{shown:?}");
    home.run(&["config", "sync"]).ends(0);
    let mode = |name: &str| home.path(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(".aws"), mode(".aws/config")), (0o700, 0o600));
    let elsewhere = home.path("elsewhere");
    let home = home.with("AWS_CONFIG_FILE", elsewhere.to_str().unwrap());
    home.run(&["config", "sync"]).ends(0);
    assert!(elsewhere.exists());
}

#[test]
fn what_cannot_be_synced_changes_nothing() {
    let server = server();
    let home = Home::with_token(&server);
    for (text, arguments, says) in [
        (
            "# >>> regent: half a block\n",
            &["config", "sync"][..],
            "the marks of the managed block do not fit together",
        ),
        ("[default]\n", &["config", "sync", "--prefix", "a b"], "`a b` cannot begin a profile's name"),
    ] {
        let file = home.write(".aws/config", text);
        let said = home.run(arguments).ends(1);
        assert!(said.stderr.contains(says), "{said:?}");
        assert_eq!(std::fs::read_to_string(file).unwrap(), text);
    }
    let file = home.write(".aws/config", "[profile prod-ro]\nregion = mine\n");
    let said = home.run(&["config", "sync"]).ends(0);
    assert!(said.stderr.contains("a profile `prod-ro` is there already"), "{said:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap().matches("[profile prod-ro]").count(), 1);
    server.now_answers(MINE, 401, &problem("login_expired", "sign in again"));
    let before = std::fs::read(&file).unwrap();
    home.run(&["config", "sync", "--prune"]).ends(2);
    assert_eq!(std::fs::read(&file).unwrap(), before);
}
