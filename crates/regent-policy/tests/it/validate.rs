//! What validation finds, and what it leaves alone: for every issue code a policy that has it.

use std::collections::BTreeSet;
use std::fs;

use regent_policy::PolicyKind;
use regent_policy::validate::{
    Finding, IssueCode, Options, PathElement, PolicyType, ScpLanguage, ValidatePolicyResourceType, validate,
};
use serde::Deserialize;

/// One policy and all that is found in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case is about, as a sentence.
    name: String,
    /// The kind of policy, or the resource that it is attached to.
    kind: String,
    /// The whole document.
    policy: Option<String>,
    /// Its one statement; the rest is as it should be.
    statement: Option<String>,
    /// So many blanks are put between the elements.
    #[serde(default)]
    padding: usize,
    /// `SIDS` becomes a name of so many characters.
    #[serde(default)]
    long_sid: usize,
    /// `CODE @ path`, in source order.
    #[serde(default)]
    findings: Vec<String>,
}

const FILES: [&str; 16] = [
    "action",
    "condition_key",
    "condition_value",
    "document",
    "network",
    "oidc",
    "pass_role",
    "principal",
    "redundant",
    "resource",
    "scp_and_rcp",
    "service_principal",
    "sid",
    "size",
    "support",
    "trust",
];

fn cases() -> Vec<(String, Case)> {
    let mut cases = Vec::new();
    for file in FILES.iter().chain(&["variable"]) {
        let text = fs::read_to_string(format!("tests/validate/{file}.yaml")).unwrap();
        let read: Vec<Case> = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        cases.extend(read.into_iter().map(|case| (format!("{file}: {}", case.name), case)));
    }
    cases
}

fn options(kind: &str) -> Options<'static> {
    match kind {
        "identity" => Options::of(PolicyKind::Identity),
        "resource" => Options::of(PolicyKind::Resource),
        "trust" => Options::of(PolicyKind::RoleTrust),
        "scp" => Options::of(PolicyKind::ServiceControl),
        "restricted scp" => {
            Options::of(PolicyKind::ServiceControl).with_scp_language(ScpLanguage::Restricted)
        }
        "rcp" => Options::of(PolicyKind::ResourceControl),
        "session" => Options::of(PolicyKind::Session),
        "boundary" => Options::of(PolicyKind::PermissionsBoundary),
        other => {
            let found = ValidatePolicyResourceType::ALL.into_iter().find(|known| known.as_str() == other);
            let resource_type = found.unwrap_or_else(|| panic!("no kind of policy is called {other}"));
            Options::new(PolicyType::Resource, Some(resource_type))
        }
    }
}

fn told(finding: &Finding) -> String {
    let path = |path: &[PathElement]| match path {
        [] => ".".to_owned(),
        path => path.iter().map(PathElement::to_string).collect::<Vec<_>>().join(" > "),
    };
    let places: Vec<_> = finding.locations().iter().map(|location| path(location.path())).collect();
    format!("{} @ {}", finding.code(), places.join(" & "))
}

/// Validates a case's policy, and returns the codes found and what is wrong with them.
fn check(case: &Case) -> (Vec<IssueCode>, Option<String>) {
    let text = match (&case.policy, &case.statement) {
        (Some(policy), None) => policy.trim_end().to_owned(),
        (None, Some(statement)) => {
            format!("{{\"Version\": \"2012-10-17\", \"Statement\": {}}}", statement.trim_end())
        }
        _ => panic!("{}: a case has a policy or a statement", case.name),
    };
    let text = text.replacen('{', &format!("{{{}", " ".repeat(case.padding)), 1);
    let text = text.replace("SIDS", &"x".repeat(case.long_sid));
    let validation = validate(&text, &options(&case.kind));
    let found: Vec<_> = validation.findings().iter().map(told).collect();
    let explained: Vec<_> = validation.findings().iter().map(Finding::details).collect();
    for details in &explained {
        assert!(details.ends_with('.') && !details.contains('\n'), "{}: {details}", case.name);
    }
    let fault = (found != case.findings)
        .then(|| format!("expected {:#?}\nfound {found:#?}\nbecause {explained:#?}", case.findings));
    (validation.findings().iter().map(Finding::code).collect(), fault)
}

#[test]
fn every_policy_has_the_findings_that_it_should_have() {
    let (mut found, mut faults) = (BTreeSet::new(), Vec::new());
    let mut clean = 0;
    for (name, case) in &cases() {
        let (codes, fault) = check(case);
        clean += usize::from(codes.is_empty());
        found.extend(codes);
        faults.extend(fault.map(|fault| format!("{name}\n{fault}")));
    }
    assert!(faults.is_empty(), "{} cases:\n{}", faults.len(), faults.join("\n\n"));
    let missing: Vec<_> = IssueCode::ALL.iter().filter(|code| !found.contains(code)).collect();
    assert!(missing.is_empty(), "no case has a finding of {missing:?}");
    assert!(clean >= 40, "{clean} policies without a finding");
}
