//! What must hold before an identity source is kept.

use regent_broker::IdentitySource;

use super::check::{Findings, check_name};
use super::check_upstream::{NO_PEM, check_web_address, is_pem};
use crate::rest::problem::Problem;
use crate::upstream::client::{Client, Route, Trust};
use crate::upstream::guard::Reach;

const MAX_SCOPES: usize = 20;
const MAX_ATTRIBUTES: usize = 20;
const MAX_GROUP_AGE_SECS: u32 = 86_400;

/// An identity source, whole.
pub(crate) fn identity_source(source: &IdentitySource) -> Result<(), Problem> {
    let terms = &source.terms;
    let mut findings = Findings::default();
    check_name(&terms.name, &mut findings);
    check_web_address("issuer", &terms.issuer, &mut findings);
    if !is_word(&terms.client_id, 256) {
        findings.add("client_id", "malformed", "expected 1 to 256 characters without blanks");
    }
    if terms.scopes.len() > MAX_SCOPES {
        findings.add("scopes", "too_many", "expected at most 20 scopes");
    }
    for scope in terms.scopes.iter().filter(|scope| !is_word(scope, 128)) {
        findings.add("scopes", "malformed", format!("`{scope}` is no scope"));
    }
    let claims = &terms.claims;
    for (name, claim) in [
        ("claims.name", &claims.name),
        ("claims.display_name", &claims.display_name),
        ("claims.email", &claims.email),
        ("claims.groups", &claims.groups),
    ] {
        if !is_word(claim, 256) {
            findings.add(name, "malformed", "expected the name of a claim");
        }
    }
    if claims.attributes.len() > MAX_ATTRIBUTES {
        findings.add("claims.attributes", "too_many", "expected at most 20 attributes");
    }
    for (name, claim) in &claims.attributes {
        if !is_word(name, 128) {
            findings.add("claims.attributes", "malformed", format!("`{name}` is no name of an attribute"));
        } else if !is_word(claim, 256) {
            findings.add(format!("claims.attributes.{name}"), "malformed", "expected the name of a claim");
        }
    }
    if terms.group_max_age_seconds > MAX_GROUP_AGE_SECS {
        findings.add("group_max_age_seconds", "too_long", "expected at most a day, 86400 seconds");
    }
    if let Some(pem) = &terms.ca_pem {
        let route = Route { reach: Reach::Private, trust: Trust::Authorities(pem.clone()), proxy: None };
        if !is_pem(pem) || Client::new(&route).is_err() {
            findings.add("ca_pem", "malformed", NO_PEM);
        }
    }
    findings.settle()
}

fn is_word(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}
