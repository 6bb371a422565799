//! What must hold before an account is kept.

use regent_broker::{Account, AccountKind, Hop, Id, Upstream};
use regent_store::directory::Broker;

use super::check::{Findings, is_external_id, is_region};
use crate::rest::problem::Problem;

/// How many accounts may stand behind each other.
const MAX_HOPS: usize = 3;
/// As long as AWS lets a session of a role last.
const HOP_SECONDS: std::ops::RangeInclusive<u32> = 900..=43_200;
const DAYS: std::ops::RangeInclusive<u32> = 1..=3650;

/// An account, whole.
pub(crate) fn account(broker: &Broker, id: &Id, account: &Account) -> Result<(), Problem> {
    let terms = &account.terms;
    let mut findings = Findings::default();
    if terms.name.trim().is_empty() || terms.name.chars().count() > 64 {
        findings.add("name", "malformed", "expected 1 to 64 characters");
    }
    let upstream = terms.upstream_id.as_str();
    let is_built_in = upstream == Upstream::EMBEDDED || upstream == Upstream::AWS;
    if !is_built_in && broker.upstreams.get(upstream).is_none() {
        findings.add("upstream_id", "unknown", format!("there is no upstream `{upstream}`"));
    }
    check_kind(account, &mut findings);
    let is_serial = |serial: &String| {
        (9..=256).contains(&serial.len()) && serial.bytes().all(|byte| byte.is_ascii_graphic())
    };
    if terms.mfa_serial.as_ref().is_some_and(|serial| !is_serial(serial)) {
        findings.add("mfa_serial", "malformed", "expected 9 to 256 characters without blanks");
    }
    if terms.region.as_ref().is_some_and(|region| !is_region(region)) {
        findings.add("region", "malformed", "expected a region such as eu-west-1");
    }
    if terms.rotate_every_days.is_some_and(|days| !DAYS.contains(&days)) {
        findings.add("rotate_every_days", "out_of_range", "expected 1 to 3650 days");
    }
    if terms.rotate_every_days.is_some() && terms.kind != AccountKind::AccessKey {
        findings.add("rotate_every_days", "not_possible", "only access keys are rotated");
    }
    if let Some(hop) = &terms.hop {
        check_hop(hop, &mut findings);
    }
    check_hops(broker, id, account, &mut findings);
    findings.settle()
}

fn check_kind(account: &Account, findings: &mut Findings) {
    let terms = &account.terms;
    let present = [
        ("access_key_id", AccountKind::AccessKey, terms.access_key_id.is_some()),
        ("hop", AccountKind::Hop, terms.hop.is_some()),
        ("regent_role_arn", AccountKind::RegentRole, terms.regent_role_arn.is_some()),
    ];
    for (name, kind, is_there) in present {
        if is_there && terms.kind != kind {
            findings.add(name, "not_possible", "an account of this kind has none");
        } else if !is_there && terms.kind == kind {
            findings.add(name, "required", "an account of this kind needs one");
        }
    }
    if let Some(key) = &terms.access_key_id {
        let is_id = (16..=128).contains(&key.len())
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_id {
            findings.add("access_key_id", "malformed", "expected 16 to 128 letters, digits and underscores");
        } else if key.starts_with("ASIA") {
            let detail = "this is a temporary key, which expires unnoticed: expected a long-term one";
            findings.add("access_key_id", "temporary", detail);
        }
        if account.sealed_secret.is_none() {
            findings.add("secret_access_key", "required", "an access key needs its secret");
        }
    }
    let roles = [
        ("hop.role_arn", terms.hop.as_ref().map(|hop| hop.role_arn.as_str())),
        ("regent_role_arn", terms.regent_role_arn.as_deref()),
    ];
    for (name, arn) in roles.into_iter().filter_map(|(name, arn)| Some((name, arn?))) {
        if !super::check::is_role_arn(arn) {
            findings.add(
                name,
                "malformed",
                format!("`{arn}` is no role: expected arn:aws:iam::ACCOUNT:role/NAME"),
            );
        }
    }
    if terms.kind == AccountKind::RegentRole && terms.upstream_id.as_str() != Upstream::EMBEDDED {
        findings.add("upstream_id", "not_possible", "a role of Regent's own IAM is at the embedded upstream");
    }
}

/// The role that a hop takes, and for how long.
fn check_hop(hop: &Hop, findings: &mut Findings) {
    if hop.external_id.as_ref().is_some_and(|id| !is_external_id(id)) {
        let detail = "expected 2 to 1224 letters, digits and any of _+=,.@:/-";
        findings.add("hop.external_id", "malformed", detail);
    }
    if hop.duration.is_some_and(|seconds| !HOP_SECONDS.contains(&seconds)) {
        findings.add("hop.duration", "out_of_range", "expected 900 to 43200 seconds");
    }
}

/// Follows the hops from here: not too many, never in a circle.
fn check_hops(broker: &Broker, id: &Id, account: &Account, findings: &mut Findings) {
    let mut next = account.terms.hop.as_ref().map(|hop| hop.base.clone());
    for depth in 1.. {
        let Some(base) = next else { return };
        if base == *id {
            findings.add("hop.base", "circle", "the accounts stand behind each other in a circle");
            return;
        }
        if depth > MAX_HOPS {
            findings.add("hop.base", "too_many", "expected at most three hops");
            return;
        }
        let Some(stored) = broker.accounts.get(base.as_str()) else {
            findings.add("hop.base", "unknown", format!("there is no account `{base}`"));
            return;
        };
        next = stored.value.terms.hop.as_ref().map(|hop| hop.base.clone());
    }
}
