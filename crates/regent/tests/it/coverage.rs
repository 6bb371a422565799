//! Every operation of every service: answered or on the list of gaps, authorized, and recorded.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use regent_wire::SERVICES;

use crate::sample::{self, Sample};
use crate::support::TestServer;

/// Services whose operations exist as types.
fn operations() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    SERVICES.iter().flat_map(|service| {
        service.operations.iter().map(|operation| (service.signing_name, service.version, operation.name))
    })
}

async fn gaps() -> BTreeSet<String> {
    let server = TestServer::new().await;
    let mut gaps = BTreeSet::new();
    for (service, _, operation) in operations() {
        let answer = match service {
            "iam" => server.root().iam(operation, &[]).await,
            _ => server.root().sts(operation, &[]).await,
        };
        if answer.status == 501 {
            gaps.insert(format!("{service}:{operation}"));
        }
    }
    gaps
}

#[tokio::test]
async fn the_list_of_gaps_is_the_truth() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/gaps.md");
    let text = fs::read_to_string(path).unwrap();
    let listed = text.lines().filter_map(|line| line.strip_prefix("- `")?.split_once('`'));
    let listed: BTreeSet<String> = listed.map(|(operation, _)| operation.to_owned()).collect();
    assert_same(&gaps().await, &listed, "a gap that is not listed", "listed, but answered");
}

#[tokio::test]
async fn every_answered_operation_has_a_sample() {
    let gaps = gaps().await;
    let answered: BTreeSet<String> = operations()
        .map(|(service, _, operation)| format!("{service}:{operation}"))
        .filter(|operation| !gaps.contains(operation))
        .collect();
    let sampled: BTreeSet<String> =
        sample::all().iter().map(|sample| format!("{}:{}", sample.service, sample.operation)).collect();
    assert_same(&answered, &sampled, "answered, but without a sample", "a sample of a gap");
}

#[track_caller]
fn assert_same(one: &BTreeSet<String>, other: &BTreeSet<String>, only_one: &str, only_other: &str) {
    let missing = one.difference(other).map(|name| format!("{name}: {only_one}"));
    let surplus = other.difference(one).map(|name| format!("{name}: {only_other}"));
    let faults: Vec<String> = missing.chain(surplus).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Who may nothing is refused, in AWS's words and with the right ARN, before anything is done or told.
#[tokio::test]
async fn who_may_nothing_is_refused_every_operation() {
    for sample in sample::all() {
        let server = sample.server().await;
        let saved = sample.prepare(&server.root()).await;
        let stranger = server.user("stranger").await;
        let answer = sample.call(&stranger, &saved).await;
        match sample.denial(&saved, &stranger) {
            Some(message) => {
                assert_eq!(answer.shape(), format!("403 AccessDenied: {message}"), "{}", sample.operation);
            }
            None => assert_eq!(answer.status, 200, "{}: {}", sample.operation, answer.body),
        }
    }
}

/// A sample that nobody is refused must not come about by forgetting the refusal.
#[test]
fn two_operations_need_no_permission() {
    let open: Vec<String> = sample::all()
        .into_iter()
        .filter(|sample| sample.denied.is_none())
        .map(|sample| sample.operation)
        .collect();
    assert_eq!(open, ["GetCallerIdentity", "GetSessionToken"]);
}

/// Nobody gets past the signature, whatever the operation.
#[tokio::test]
async fn who_does_not_sign_is_refused_every_operation() {
    let server = TestServer::new().await;
    for (_, version, operation) in operations() {
        let body = format!("Action={operation}&Version={version}");
        let request = http::Request::post("http://localhost:4599/")
            .header("host", "localhost:4599")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.into())
            .unwrap();
        let answer = server.send(request).await;
        // Two operations take no signature at all; as long as they are gaps they say so.
        let expected = if matches!(operation, "AssumeRoleWithSAML" | "AssumeRoleWithWebIdentity") {
            format!(
                "501 NotImplemented: {operation} is not implemented by this endpoint. It is on the published list of gaps."
            )
        } else {
            "403 MissingAuthenticationToken: Request is missing Authentication Token".to_owned()
        };
        assert_eq!(answer.shape(), expected, "{operation}");
    }
}

/// What the audit trail says of every operation that succeeds.
#[tokio::test]
async fn every_operation_leaves_its_record() {
    for sample in sample::all() {
        let record = record(&sample).await;
        insta::with_settings!({ snapshot_path => "snapshots/audit", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(sample.operation.clone(), record);
        });
    }
}

async fn record(sample: &Sample) -> String {
    let server = sample.server().await;
    let root = server.root();
    let saved = sample.prepare(&root).await;
    let client = if sample.as_user {
        let user = server.user("caller").await;
        root.allow(
            "caller",
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#,
        )
        .await;
        user
    } else {
        root
    };
    let answer = sample.call(&client, &saved).await;
    assert_eq!(answer.status, 200, "{}: {}", sample.operation, answer.body);
    let mut record = server.last_record();
    mask(&mut record);
    serde_json::to_string_pretty(&record).unwrap()
}

/// Ids are random; what matters is that they are there and of their kind.
fn mask(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) => *text = mask_text(text),
        serde_json::Value::Array(items) => items.iter_mut().for_each(mask),
        serde_json::Value::Object(members) => members.values_mut().for_each(mask),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

fn mask_text(text: &str) -> String {
    let is_id = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    if text.len() == 36 && text.bytes().filter(|byte| *byte == b'-').count() == 4 {
        return "[uuid]".to_owned();
    }
    if text.len() > 256 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
        return "[sealed]".to_owned();
    }
    for prefix in ["AIDA", "AROA", "AGPA", "AIPA", "ANPA"] {
        if let Some((id, rest)) = text.split_at_checked(21)
            && id.starts_with(prefix)
            && is_id(id, 21)
        {
            return format!("[{prefix}]{rest}");
        }
    }
    for prefix in ["AKIA", "ASIA"] {
        if text.starts_with(prefix) && is_id(text, 20) && !text.contains("ROOT") {
            return format!("[{prefix}]");
        }
    }
    text.to_owned()
}

/// Where we mean to differ from AWS, somebody who relies on AWS must be able to read it.
#[test]
fn every_deliberate_difference_is_listed() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let listed = std::fs::read_to_string(format!("{root}/docs/compatibility.md")).unwrap();
    let listed: BTreeSet<&str> =
        listed.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let mut marked = BTreeSet::new();
    let mut folders = vec![std::path::PathBuf::from(format!("{root}/crates"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_source = path.extension().is_some_and(|extension| extension == "rs");
            if path.is_dir() {
                folders.push(path);
            } else if is_source && std::fs::read_to_string(&path).unwrap().contains("// DIFFERS:") {
                marked.insert(path.to_str().unwrap().trim_start_matches(root).trim_matches('/').to_owned());
            }
        }
    }
    // This file speaks of the mark and bears it not.
    marked.remove("crates/regent/tests/it/coverage.rs");
    assert_eq!(marked.iter().map(String::as_str).collect::<BTreeSet<_>>(), listed);
}
