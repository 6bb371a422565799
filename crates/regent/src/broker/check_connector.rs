//! What must hold before a connector is kept: forms, references, and what its kind of session makes possible.

use std::str::FromStr;

use regent_broker::capability::{self, Refusal, Wanted};
use regent_broker::console::{self, ConsoleSite};
use regent_broker::plan::{self, PlanError};
use regent_broker::{Account, Connector, ConnectorTerms, Partition, RequireMfa, Stored, UpstreamKind};
use regent_store::directory::Broker;

use super::check::{self, Findings, MAX_NETWORKS};
use super::usable;
use crate::rest::problem::Problem;
use crate::upstream::connect;

mod policy;
mod template;

pub(crate) use policy::{MAX_CHARACTERS, size};

const MAX_NAME: usize = 100;
const MAX_LABELS: usize = 50;
/// Paths of the API that a connector of this name would hide.
const RESERVED: [&str; 3] = ["test", "preview", "snippets"];
const SECONDS: std::ops::RangeInclusive<u32> = 900..=129_600;

/// A connector, whole, with its grants.
pub(crate) fn connector(broker: &Broker, connector: &Connector) -> Result<(), Problem> {
    let mut findings = findings(broker, connector);
    check::grants(broker, connector, &mut findings);
    findings.settle()
}

/// A change of a connector: what it changes is checked, and nothing else.
///
/// An account that became another, or an upstream that lost its console, may leave a connector wrong that nobody has
/// touched. To disable it, to take a grant away or to correct its description must be possible all the same.
pub(crate) fn change(broker: &Broker, old: &Connector, new: &Connector) -> Result<(), Problem> {
    let mut findings = Findings::default();
    if new.terms != old.terms {
        let stood = self::findings(broker, old).into_fields();
        let is_untouched = untouched(&old.terms, &new.terms);
        findings = self::findings(broker, new);
        findings.retain(|finding| !(stood.contains(finding) && is_untouched(&finding.name)));
    }
    if new.grants != old.grants {
        check::grants(broker, new, &mut findings);
    }
    findings.settle()
}

/// Tells whether a change leaves a member alone, and with it all that its meaning depends on.
fn untouched(old: &ConnectorTerms, new: &ConnectorTerms) -> impl Fn(&str) -> bool + use<> {
    let is_same_base = old.account_id == new.account_id && old.principal_type == new.principal_type;
    let members = |terms| serde_json::to_value(terms).unwrap_or_default();
    let (old, new) = (members(old), members(new));
    move |name| {
        let member = name.split(['.', '[']).next().unwrap_or_default();
        is_same_base && old.get(member) == new.get(member)
    }
}

/// Everything that is wrong with a connector besides its grants.
pub(crate) fn findings(broker: &Broker, connector: &Connector) -> Findings {
    let terms = &connector.terms;
    let mut findings = Findings::default();
    check_words(terms, &mut findings);
    check_access(terms, &mut findings);
    check_role(terms, &mut findings);
    template::check(terms, &mut findings);
    policy::check(terms, &mut findings);
    let Some(account) = broker.accounts.get(terms.account_id.as_str()) else {
        let detail = format!("there is no account `{}`", terms.account_id);
        findings.fix("account_id", "unknown", detail, "choose one of the accounts, or make one first");
        return findings;
    };
    check_kind(connector, account, &mut findings);
    check_partition(terms, account.value.terms.partition, &mut findings);
    check_console(broker, terms, &account.value, &mut findings);
    findings
}

fn check_words(terms: &ConnectorTerms, findings: &mut Findings) {
    if terms.name.trim().is_empty() || terms.name.chars().count() > MAX_NAME {
        findings.add("name", "malformed", "expected 1 to 100 characters");
    }
    let is_slug = (2..=64).contains(&terms.slug.len())
        && terms.slug.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if !is_slug {
        findings.add("slug", "malformed", "expected 2 to 64 of a-z, 0-9 and -");
    }
    if RESERVED.contains(&terms.slug.as_str()) {
        findings.fix("slug", "reserved", "the API has a path of this name", "choose another slug");
    }
    check::check_description(&terms.description, findings);
    if terms.labels.len() > MAX_LABELS {
        findings.add("labels", "too_many", "expected at most 50 labels");
    }
    for (key, value) in &terms.labels {
        let is_key = (1..=63).contains(&key.len())
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.:/-".contains(&byte));
        let is_value = value.chars().count() <= 256 && !value.chars().any(char::is_control);
        if !is_key || !is_value {
            let detail =
                "expected a key of 1 to 63 letters, digits and _.:/- and a value of at most 256 characters";
            findings.add(format!("labels.{key}"), "malformed", detail);
        }
    }
    if terms.region_hint.as_ref().is_some_and(|region| !check::is_region(region)) {
        findings.add("region_hint", "malformed", "expected a region such as eu-west-1");
    }
}

fn check_access(terms: &ConnectorTerms, findings: &mut Findings) {
    if let Some(network) = &terms.network {
        if !(1..=MAX_NETWORKS).contains(&network.cidrs.len()) {
            findings.add("network.cidrs", "malformed", "expected 1 to 50 networks");
        }
        for cidr in network.cidrs.iter().filter(|cidr| !check::is_network(cidr)) {
            let detail = format!("`{cidr}` is no network");
            findings.fix("network.cidrs", "malformed", detail, "write it as 192.0.2.0/24");
        }
    }
    if terms.mfa_minutes.is_some_and(|minutes| !(1..=1440).contains(&minutes)) {
        findings.add("mfa_minutes", "out_of_range", "expected 1 to 1440 minutes");
    }
    for (name, seconds) in [("max_seconds", terms.max_seconds), ("default_seconds", terms.default_seconds)] {
        if seconds.is_some_and(|seconds| !SECONDS.contains(&seconds)) {
            findings.add(name, "out_of_range", "expected 900 to 129600 seconds");
        }
    }
    if let (Some(default), Some(max)) = (terms.default_seconds, terms.max_seconds)
        && default > max
    {
        findings.add("default_seconds", "above_maximum", "expected no more than `max_seconds`");
    }
}

fn check_role(terms: &ConnectorTerms, findings: &mut Findings) {
    if let Some(arn) = &terms.role_arn
        && !check::is_role_arn(arn)
    {
        let detail = format!("`{arn}` is no role");
        findings.fix(
            "role_arn",
            "malformed",
            detail,
            "enter an ARN such as arn:aws:iam::111122223333:role/reader",
        );
    }
    if terms.external_id.as_ref().is_some_and(|id| !check::is_external_id(id)) {
        findings.add("external_id", "malformed", "expected 2 to 1224 letters, digits and any of _+=,.@:/-");
    }
}

/// What its kind of session cannot have, and how long one lasts.
fn check_kind(connector: &Connector, account: &Stored<Account>, findings: &mut Findings) {
    let terms = &connector.terms;
    let wanted = Wanted::of(terms, account.value.terms.kind, account.value.principal_kind);
    let refusals = capability::refusals(&wanted);
    for Refusal { field, code, text, fix } in &refusals {
        let word = |value: serde_json::Result<serde_json::Value>| {
            value.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
        };
        let is_of_tags = *field == capability::Field::Transitive;
        let name = if is_of_tags { "session_tags".to_owned() } else { word(serde_json::to_value(field)) };
        findings.fix(name, &word(serde_json::to_value(code)), *text, *fix);
    }
    let takes_policy =
        capability::capability(terms.principal_type, capability::Capability::SessionPolicy).is_yes();
    if terms.network.as_ref().is_some_and(|network| network.inject) && !takes_policy {
        let detail = "sessions of this type have no policy that a network could be put into";
        findings.fix("network.inject", "not_possible", detail, "choose assume_role, or leave it out");
    }
    if terms.network.as_ref().is_some_and(|network| network.inject) && terms.omit_policy {
        let detail = "with `omit_policy` there is no session policy that a network could be put into";
        findings.fix("network.inject", "policy_contradicted", detail, "leave one of them out");
    }
    if terms.require_mfa == RequireMfa::Upstream && account.value.terms.mfa_serial.is_none() {
        let detail = "the account names no MFA device that a code could be for";
        findings.fix("require_mfa", "needs_mfa_serial", detail, "enter `mfa_serial` at the account");
    }
    if refusals.is_empty() {
        check_lengths(connector, &account.value, findings);
    }
}

/// The planner's own word on the longest and the usual session, before anybody asks for one.
///
/// What a role allows is left out: somebody else may raise it at any time. It binds when credentials are issued.
fn check_lengths(connector: &Connector, account: &Account, findings: &mut Findings) {
    let at_save = plan::Terms { role_max: None, ..usable::terms(connector, account) }.at_save();
    let usual = plan::Terms { requested: connector.terms.default_seconds, ..at_save };
    let both = [
        ("max_seconds", connector.terms.max_seconds, at_save),
        ("default_seconds", connector.terms.default_seconds, usual),
    ];
    for (name, seconds, terms) in both {
        let is_whole = seconds.is_none_or(|seconds| SECONDS.contains(&seconds));
        match plan::plan(&terms) {
            Err(error) if seconds.is_some() && is_whole => {
                findings.fix(name, error.code(), error.to_string(), error.fix());
            }
            Err(
                error @ (PlanError::RootCannotAssume
                | PlanError::NeedsLongTermKey(_)
                | PlanError::NeedsTemporaryBase),
            ) if name == "max_seconds" => {
                findings.fix("account_id", error.code(), error.to_string(), error.fix());
            }
            Err(_) | Ok(_) => {}
        }
    }
}

/// What has an ARN is in the account's partition; Regent's own is called as its server calls it.
fn check_partition(terms: &ConnectorTerms, partition: Partition, findings: &mut Findings) {
    if partition == Partition::Regent {
        return;
    }
    let arns = terms.role_arn.iter().map(|arn| ("role_arn", arn));
    let arns = arns.chain(terms.policy_arns.iter().map(|arn| ("policy_arns", arn)));
    for (name, arn) in arns {
        let of_arn = arn.split(':').nth(1).unwrap_or_default();
        if Partition::from_str(of_arn) != Ok(partition) {
            let detail = format!("`{arn}` is in the partition `{of_arn}`, and the account in `{partition}`");
            findings.fix(
                name,
                "other_partition",
                detail,
                "choose an account of that partition, or another ARN",
            );
        }
    }
}

fn check_console(broker: &Broker, terms: &ConnectorTerms, account: &Account, findings: &mut Findings) {
    let Some(page) = terms.console_destination.as_deref() else { return };
    let Some(upstream) = connect::record(broker, &account.terms.upstream_id) else { return };
    let site = match upstream.kind {
        UpstreamKind::Aws => ConsoleSite::of_upstream(&upstream, account.terms.partition),
        UpstreamKind::Embedded => {
            let external = broker.settings().external_url;
            if external.is_none() && !page.starts_with('/') {
                let detail = "the settings do not say at which address people reach this server";
                let fix = "enter a path such as /console/, or set `external_url` in the broker's settings";
                return findings.fix("console_destination", "malformed", detail, fix);
            }
            let own = external.unwrap_or_else(|| "https://localhost".to_owned());
            ConsoleSite::own(&format!("{own}/federation"), &format!("{own}/console/"))
        }
        UpstreamKind::Custom => {
            if let (Some(signin), Some(console)) = (&upstream.signin_url, &upstream.console_url) {
                ConsoleSite::own(signin, console)
            } else {
                let detail = "the account's upstream has no console";
                let fix = "enter `signin_url` and `console_url` of the upstream, or leave the page out";
                return findings.fix("console_destination", "no_console", detail, fix);
            }
        }
    };
    let wanted = console::Wanted::Page(page);
    let refused = match site {
        Ok(site) => {
            site.destination(wanted, terms.region_hint.as_deref()).err().map(|error| error.to_string())
        }
        Err(error) => Some(error.to_string()),
    };
    if let Some(refused) = refused {
        findings.fix("console_destination", "malformed", refused, "enter a path such as /s3/home");
    }
}
