//! AWS's tables, each row of them: who a principal is, what a grant gets past, whose denial reaches whom, when
//! a condition holds, and how values are read.

use std::collections::BTreeMap;
use std::fs;

use regent_policy::{PolicyKind, Reason, ResourceRule, Verdict, decide_and_collect};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::callers;
use crate::engine::{ask, with};
use crate::oracle::{self, Held, Question};

mod conditions;
mod values;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table<Row> {
    page: String,
    rows: Vec<Row>,
}

#[track_caller]
fn rows<Row: DeserializeOwned>(name: &str) -> Vec<Row> {
    let text = fs::read_to_string(format!("tests/tables/{name}.yaml")).unwrap();
    let table: Table<Row> = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(!table.page.is_empty() && table.rows.len() > 4, "{name}: cite the page");
    table.rows
}

const OBJECT: &str = "arn:aws:s3:::bucket/key";

fn question(caller: &str) -> Question {
    Question::of(callers::named(caller), "s3:GetObject", OBJECT)
}

fn policy(statement: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statement})
}

/// A policy of one statement about everything.
fn all(effect: &str) -> Value {
    policy(&json!({"Effect": effect, "Action": "*", "Resource": "*"}))
}

/// The same, in policies that name principals.
fn all_for(effect: &str, element: &str, principal: &Value) -> Value {
    policy(&json!({"Effect": effect, "Action": "*", "Resource": "*", element: principal}))
}

fn leak(text: &str) -> &'static str {
    String::leak(text.to_owned())
}

/// The oracle is of the tables' opinion too.
#[track_caller]
fn agreed(question: &Question, label: &str) -> (Verdict, Reason) {
    let decision = ask(question);
    let answer = (decision.verdict(), decision.reason());
    assert_eq!(answer, oracle::decide(question), "{label}: the oracle disagrees");
    answer
}

// ---- principals -------------------------------------------------------------------------------------------

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PrincipalRow {
    principal: String,
    #[serde(default)]
    bindings: BTreeMap<String, String>,
    canonical_user: Option<String>,
    everybody: Option<String>,
    #[serde(default)]
    names: BTreeMap<String, String>,
    spared: Spared,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Spared {
    Everybody(String),
    These(Vec<String>),
}

#[test]
fn every_principal_is_to_every_caller_what_it_is() {
    for row in rows::<PrincipalRow>("principals") {
        let principal: Value = serde_json::from_str(&row.principal).unwrap();
        for caller in callers::ALL {
            let label = format!("{} and {caller}", row.principal);
            let kind = row.names.get(caller).or(row.everybody.as_ref()).map(String::as_str);
            let is_spared = match &row.spared {
                Spared::Everybody(everybody) => everybody == "everybody",
                Spared::These(these) => these.iter().any(|one| one == caller),
            };
            let mut asked = question(caller);
            asked.bindings = row.bindings.iter().map(|(arn, id)| (leak(arn), leak(id))).collect();
            asked.canonical_user =
                row.canonical_user.as_deref().map(leak).filter(|_| asked.caller.account().is_some());

            let allows = |element| found(&asked, all_for("Allow", element, &principal), &label);
            assert_eq!(allows("Principal").as_deref(), kind, "{label}: Allow");
            let others = kind.is_none().then_some("Everyone");
            assert_eq!(allows("NotPrincipal").as_deref(), others, "{label}: Allow to everybody else");

            let denied = |element, has_boundary: bool| {
                let boundaries = if has_boundary { vec![all("Allow")] } else { vec![] };
                let resource = Some((all_for("Deny", element, &principal), ResourceRule::Ordinary));
                let asked = Question { boundaries, resource, ..asked.clone() };
                agreed(&asked, &label).0 == Verdict::ExplicitlyDenied
            };
            assert_eq!(denied("Principal", false), kind.is_some(), "{label}: Deny");
            assert_eq!(denied("NotPrincipal", false), !is_spared, "{label}: Deny to everybody else");
            let can_be_bounded = callers::BOUNDED.contains(&caller);
            let spares_bounded = is_spared && !can_be_bounded;
            assert_eq!(denied("NotPrincipal", true), !spares_bounded, "{label}: with a boundary");
        }
        let unknown = row.names.keys().find(|name| !callers::ALL.contains(&name.as_str()));
        assert_eq!(unknown, None, "no caller is called so");
    }
}

/// The kind of grant that a resource's policy makes.
#[track_caller]
fn found(asked: &Question, resource: Value, label: &str) -> Option<String> {
    let asked = Question { resource: Some((resource, ResourceRule::Ordinary)), ..asked.clone() };
    agreed(&asked, label);
    let mut kind = None;
    with(&asked, |policies, request| {
        decide_and_collect(policies, request, &mut |one| kind = one.grant);
    });
    kind.map(|kind| format!("{kind:?}"))
}

// ---- grants and limits ------------------------------------------------------------------------------------

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantRow {
    grant: String,
    principal: Option<String>,
    not_principal: Option<String>,
    condition: Option<String>,
    #[serde(default)]
    context: BTreeMap<String, String>,
    caller: String,
    past: Vec<String>,
    held: Vec<String>,
    #[serde(default)]
    none: Vec<String>,
}

/// Puts a policy of a kind in the place of the one that is there.
#[track_caller]
fn put(asked: &mut Question, limit: &str, named: Value, unnamed: Value) {
    match limit {
        "identity" => asked.identity = vec![unnamed],
        "boundary" => asked.boundaries = vec![unnamed],
        "session" => asked.session = Some(vec![unnamed]),
        "no session" => asked.session = None,
        "scp" => asked.scps = Some(vec![vec![all("Allow")], vec![unnamed]]),
        "rcp" => asked.rcps = Some(vec![vec![named]]),
        "endpoint" => asked.endpoint = vec![named],
        "resource" => asked.resource = Some((named, ResourceRule::Ordinary)),
        other => panic!("no kind of policy is called {other}"),
    }
}

/// The kind that a table calls so.
#[track_caller]
fn kind_of(limit: &str) -> PolicyKind {
    match limit {
        "identity" => PolicyKind::Identity,
        "boundary" => PolicyKind::PermissionsBoundary,
        "session" | "no session" => PolicyKind::Session,
        "scp" => PolicyKind::ServiceControl,
        "rcp" => PolicyKind::ResourceControl,
        "endpoint" => PolicyKind::Endpoint,
        "resource" => PolicyKind::Resource,
        other => panic!("no kind of policy is called {other}"),
    }
}

/// Everything that can be there is there, and allows.
fn all_allowing(caller: &str) -> Question {
    let mut asked = question(caller);
    for limit in ["identity", "boundary", "session", "scp", "endpoint", "resource"] {
        put(&mut asked, limit, all_for("Allow", "Principal", &json!("*")), all("Allow"));
    }
    asked
}

#[test]
fn a_grant_gets_past_what_it_gets_past() {
    let silent = policy(&json!({"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}));
    let mut silent_for_all = silent.clone();
    silent_for_all["Statement"]["Principal"] = json!("*");
    for row in rows::<GrantRow>("grants") {
        let element = if row.principal.is_some() { "Principal" } else { "NotPrincipal" };
        let who = row.principal.as_ref().or(row.not_principal.as_ref()).unwrap();
        let mut grant = all_for("Allow", element, &serde_json::from_str(who).unwrap());
        if let Some(condition) = &row.condition {
            grant["Statement"]["Condition"] = serde_json::from_str(condition).unwrap();
        }
        let mut asked = all_allowing(&row.caller);
        asked.keys =
            row.context.iter().map(|(key, value)| (key.to_lowercase(), Held::One(value.clone()))).collect();
        asked.canonical_user = Some("79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be");
        asked.resource = Some((grant, ResourceRule::Ordinary));
        assert_eq!(agreed(&asked, &row.grant).0, Verdict::Allowed, "{}", row.grant);
        let limits = [(&row.past, true, true), (&row.held, false, true), (&row.none, true, false)];
        let limits = limits
            .into_iter()
            .flat_map(|(limits, is_past, exists)| limits.iter().map(move |limit| (limit, is_past, exists)));
        for (limit, is_past, exists) in limits {
            let label = format!("{}: a silent {limit}", row.grant);
            let mut asked = asked.clone();
            put(&mut asked, limit, silent_for_all.clone(), silent.clone());
            let within = agreed(&asked, &label);
            let denied = (Verdict::ImplicitlyDenied, Reason::Policy(kind_of(limit)));
            assert!(
                if is_past { within.0 == Verdict::Allowed } else { within == denied },
                "{label}: {within:?}"
            );

            asked.owner = Some(callers::AWAY);
            let across = agreed(&asked, &label);
            assert_eq!(across == denied, exists, "{label}, across accounts: {across:?}");
        }
        for limit in row.held.iter().filter(|limit| *limit != "no session").chain([&"rcp".to_owned()]) {
            let mut asked = asked.clone();
            put(&mut asked, limit, all_for("Deny", "Principal", &json!("*")), all("Deny"));
            let denied = (Verdict::ExplicitlyDenied, Reason::Policy(kind_of(limit)));
            assert_eq!(agreed(&asked, &row.grant), denied, "{}: a Deny of {limit}", row.grant);
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReachRow {
    callers: Vec<String>,
    reached: Vec<String>,
}

#[test]
fn a_denial_reaches_whom_it_reaches() {
    let mut seen = Vec::new();
    for row in rows::<ReachRow>("reach") {
        for caller in &row.callers {
            for limit in ["scp", "rcp", "resource", "identity", "boundary", "session", "endpoint"] {
                let label = format!("a Deny of {limit} and {caller}");
                let mut asked = all_allowing(caller);
                assert_eq!(agreed(&asked, &label).0, Verdict::Allowed, "{label}: before it");
                put(&mut asked, limit, all_for("Deny", "Principal", &json!("*")), all("Deny"));
                let is_reached = row.reached.iter().any(|reached| reached == limit);
                let denied = (Verdict::ExplicitlyDenied, Reason::Policy(kind_of(limit)));
                assert_eq!(agreed(&asked, &label) == denied, is_reached, "{label}");
                assert_eq!(agreed(&asked, &label).0 == Verdict::Allowed, !is_reached, "{label}");
            }
            seen.push(caller.clone());
        }
    }
    // The new Ana is a user like Ana.
    assert_eq!(seen.len() + 1, callers::ALL.len(), "every caller has a row");
}
