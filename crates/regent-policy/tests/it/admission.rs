//! What IAM refuses to store, message by message, and what it stores though it is odd.

use std::fs;

use regent_policy::{PolicyKind, admit};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    page: String,
    kinds: Vec<String>,
    #[serde(default)]
    accepted: Group,
    #[serde(default)]
    also_accepted: Vec<Group>,
    refused: Vec<Group>,
}

/// Documents that meet the same fate; of the file's kinds, or of their own.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    #[serde(default)]
    message: String,
    kinds: Option<Vec<String>>,
    documents: Vec<String>,
}

#[test]
fn every_document_is_stored_or_refused_as_aws_does_it() {
    let (mut accepted, mut refused) = (0, 0);
    for name in ["identity", "trust", "other_kinds"] {
        let text = fs::read_to_string(format!("tests/admission/{name}.yaml")).unwrap();
        let file: File = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!file.page.is_empty(), "{name}: cite the page");
        for group in file.also_accepted.iter().chain([&file.accepted]) {
            accepted += each(&file.kinds, group, |kind, document| {
                if let Err(refusal) = admit(document, kind) {
                    panic!("{name}: {kind:?} refuses {document}: {} ({refusal})", refusal.message());
                }
            });
        }
        for group in &file.refused {
            refused += each(&file.kinds, group, |kind, document| {
                let refusal = admit(document, kind).err();
                let refusal = refusal.unwrap_or_else(|| panic!("{name}: {kind:?} accepts {document}"));
                assert_eq!(refusal.message(), group.message, "{name}: {kind:?} {document}: {refusal}");
                let (start, end) = (refusal.span().start as usize, refusal.span().end as usize);
                assert!(start <= end && start <= document.len(), "{name}: {document}: {:?}", refusal.span());
            });
        }
    }
    assert!(accepted >= 80 && refused >= 200, "{accepted} accepted, {refused} refused");
}

/// Runs a check on each document under each kind, and counts them.
#[track_caller]
fn each(kinds: &[String], group: &Group, check: impl Fn(PolicyKind, &str)) -> usize {
    let kinds = group.kinds.as_deref().unwrap_or(kinds);
    for kind in kinds {
        let known = PolicyKind::ALL.into_iter().find(|known| format!("{known:?}") == *kind);
        for document in &group.documents {
            check(known.unwrap_or_else(|| panic!("no kind is called {kind}")), document);
        }
    }
    kinds.len() * group.documents.len()
}

#[track_caller]
fn explained(document: &str, kind: PolicyKind, explanation: &str) {
    assert_eq!(admit(document, kind).unwrap_err().to_string(), explanation);
}

#[test]
fn a_person_is_told_more_than_the_client() {
    let kind = PolicyKind::Identity;
    explained("{\n  \"Version\" \"x\"}", kind, "expected `:` (line 2, column 13)");
    explained(
        "{\"Version\": \"2012-10-17\",\n \"Statement\": {\"Efect\": \"Allow\"}}",
        kind,
        "unknown element `Efect` (line 2, column 16)",
    );
    explained(
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"stringlike": {"a:b": "c"}}}}"#,
        kind,
        "expected the operator `stringlike` to be written as `StringLike` is (line 1, column 106)",
    );
    explained(
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "bücket"}}"#,
        kind,
        "expected an ARN or `*`, not `bücket` (line 1, column 87)",
    );
    explained(
        r#"{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "1"}}}"#,
        PolicyKind::RoleTrust,
        "no principal has the form of `1` (line 1, column 84)",
    );
}
