//! What must hold before something is kept: references, forms, and what a connector's kind makes possible.

use std::collections::BTreeSet;

use regent_broker::{Connector, Group, Person, Subject, statement};
use regent_store::directory::Broker;
use regent_wire::secret::Secret;

use crate::rest::problem::{FieldProblem, Problem};

const MAX_GRANTS: usize = 1000;
/// Networks of a grant or a connector.
pub(crate) const MAX_NETWORKS: usize = 50;
/// As old as a sign-in can be.
pub(crate) const MAX_MFA_MINUTES: u32 = 30 * 24 * 60;
/// Attributes of a person.
pub(crate) const MAX_ATTRIBUTES: usize = 50;
const MAX_DESCRIPTION: usize = 4000;
const MAX_MEMBERS: usize = 10_000;
const MAX_REASON: usize = 500;
const MAX_ARN: usize = 2048;

/// Collects what is wrong with the members of a request.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<FieldProblem>);

impl Findings {
    /// One more.
    pub(crate) fn add(&mut self, name: impl Into<String>, code: &str, detail: impl Into<String>) {
        self.0.push(FieldProblem {
            name: name.into(),
            code: code.to_owned(),
            detail: detail.into(),
            fix: None,
        });
    }

    /// One more, with what to do about it.
    pub(crate) fn fix(
        &mut self,
        name: impl Into<String>,
        code: &str,
        detail: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.0.push(FieldProblem {
            name: name.into(),
            code: code.to_owned(),
            detail: detail.into(),
            fix: Some(fix.into()),
        });
    }

    /// Leaves out those that this says no to.
    pub(crate) fn retain(&mut self, keeps: impl Fn(&FieldProblem) -> bool) {
        self.0.retain(keeps);
    }

    /// All of them.
    pub(crate) fn into_fields(self) -> Vec<FieldProblem> {
        self.0
    }

    /// Nothing, or all of them as one problem.
    pub(crate) fn settle(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::invalid(self.0)) }
    }
}

/// A connector's grants.
pub(crate) fn grants(broker: &Broker, connector: &Connector, findings: &mut Findings) {
    if connector.grants.len() > MAX_GRANTS {
        findings.add("grants", "too_many", "expected at most 1000 grants");
    }
    for (at, grant) in connector.grants.iter().enumerate() {
        let name = |member: &str| format!("grants[{at}].{member}");
        let is_known = match &grant.subject {
            Subject::Group(id) => broker.groups.get(id.as_str()).is_some(),
            Subject::User(id) => broker.people.get(id.as_str()).is_some(),
            Subject::SystemCaller(id) => broker.system_callers.get(id.as_str()).is_some(),
        };
        if !is_known {
            findings.add(name("subject"), "unknown", format!("there is no `{}`", grant.subject.id()));
        }
        if grant.conditions.cidrs.len() > MAX_NETWORKS {
            findings.add(name("conditions.cidrs"), "too_many", "expected at most 50 networks");
        }
        if grant.conditions.mfa_minutes.is_some_and(|minutes| !(1..=MAX_MFA_MINUTES).contains(&minutes)) {
            findings.add(name("conditions.mfa"), "out_of_range", "expected 1 to 43200 minutes");
        }
        for cidr in &grant.conditions.cidrs {
            if !is_network(cidr) {
                findings.add(name("conditions.cidrs"), "malformed", format!("`{cidr}` is no network"));
            }
        }
        if let Some(hours) = &grant.conditions.hours {
            for (member, text) in [("from", &hours.from), ("to", &hours.to)] {
                if statement::minute_of_day(text).is_none() {
                    let detail = format!("`{text}` is no time of day: expected one like 08:30");
                    findings.add(name(&format!("conditions.hours.{member}")), "malformed", detail);
                }
            }
            if hours.days.is_empty() {
                findings.add(name("conditions.hours.days"), "malformed", "expected at least one day");
            }
            if hours.from == hours.to {
                findings.add(name("conditions.hours.to"), "malformed", "expected another time than `from`");
            }
            if jiff::tz::TimeZone::get(&hours.timezone).is_err() {
                let detail = format!("`{}` is no time zone: expected one like Europe/Berlin", hours.timezone);
                findings.add(name("conditions.hours.timezone"), "unknown", detail);
            }
        }
    }
}

/// A person.
pub(crate) fn person(person: &Person) -> Result<(), Problem> {
    let mut findings = Findings::default();
    let is_name = (1..=64).contains(&person.name.len())
        && person.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte));
    if !is_name {
        findings.add("name", "malformed", "expected 1 to 64 letters, digits and any of _+=,.@-");
    }
    let is_display = (1..=128).contains(&person.display_name.chars().count())
        && !person.display_name.chars().any(char::is_control);
    if !is_display {
        findings.add("display_name", "malformed", "expected 1 to 128 characters");
    }
    if person.attributes.len() > MAX_ATTRIBUTES {
        findings.add("attributes", "too_many", "expected at most 50 attributes");
    }
    for (name, value) in &person.attributes {
        let is_plain = |text: &str, most| {
            (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control)
        };
        if !is_plain(name, 128) || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            findings.add("attributes", "malformed", format!("`{name}` is no name of an attribute"));
        } else if !is_plain(value, 256) {
            findings.add(format!("attributes.{name}"), "malformed", "expected 1 to 256 characters");
        }
    }
    if let Some(email) = person.email.as_deref().filter(|email| !is_address(email)) {
        findings.add("email", "malformed", format!("`{email}` is no address"));
    }
    findings.settle()
}

/// Whether this is an e-mail address, as far as anybody but its server can tell.
pub(crate) fn is_address(email: &str) -> bool {
    let parts = email.split_once('@');
    email.len() <= 254
        && parts.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
        && !email.chars().any(|character| character.is_control() || character.is_whitespace())
}

/// The same group with everybody and every role in it once.
pub(crate) fn tidy_group(mut group: Group) -> Group {
    let mut seen = BTreeSet::new();
    group.members.retain(|member| seen.insert(member.clone()));
    group.roles.sort_unstable();
    group.roles.dedup();
    group
}

/// A group.
pub(crate) fn group(broker: &Broker, group: &Group) -> Result<(), Problem> {
    let mut findings = Findings::default();
    check_name(&group.name, &mut findings);
    check_description(&group.description, &mut findings);
    if group.members.len() > MAX_MEMBERS {
        findings.add("members", "too_many", "expected at most 10,000 members");
    }
    let unknown = group.members.iter().take(MAX_MEMBERS);
    for member in unknown.filter(|member| broker.people.get(member.as_str()).is_none()) {
        findings.add("members", "unknown", format!("there is no user `{member}`"));
    }
    if let Some(mapping) = &group.mapped {
        if broker.identity_sources.get(mapping.source.as_str()).is_none() {
            let detail = format!("there is no identity source `{}`", mapping.source);
            findings.fix("mapped.source", "unknown", detail, "make the identity source first");
        }
        let is_value =
            (1..=512).contains(&mapping.value.len()) && !mapping.value.chars().any(char::is_control);
        if !is_value {
            let fix = "enter the group's id as the provider's token has it";
            findings.fix("mapped.value", "malformed", "expected 1 to 512 bytes", fix);
        }
    }
    findings.settle()
}

/// A name for people: 1 to 64 characters, none of them invisible.
pub(crate) fn check_name(name: &str, findings: &mut Findings) {
    let is_name = (1..=64).contains(&name.chars().count())
        && name.trim() == name
        && !name.chars().any(char::is_control);
    if !is_name {
        findings.add("name", "malformed", "expected 1 to 64 characters, none of them blank at either end");
    }
}

/// A description for people.
pub(crate) fn check_description(text: &str, findings: &mut Findings) {
    if text.chars().count() > MAX_DESCRIPTION {
        findings.add("description", "too_long", "expected at most 4000 characters");
    }
}

/// Why something is done, in words, for the records.
pub(crate) fn check_reason(text: &str, findings: &mut Findings) {
    if text.chars().count() > MAX_REASON {
        findings.add("reason", "malformed", "expected at most 500 characters");
    }
}

/// A one-time password.
pub(crate) fn check_code(code: Option<&Secret<String>>, findings: &mut Findings) {
    let is_code = |code: &str| code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    if code.is_some_and(|code| !is_code(code.reveal())) {
        findings.add("mfa_code", "malformed", "expected six digits");
    }
}

/// Whether this has the form of a region's name.
pub(crate) fn is_region(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Whether this can be what a role's trust policy asks for. AWS STS API Reference, "AssumeRole".
pub(crate) fn is_external_id(text: &str) -> bool {
    (2..=1224).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&byte))
}

/// Whether this is a network or an address.
pub(crate) fn is_network(text: &str) -> bool {
    text.parse::<ipnet::IpNet>().is_ok() || text.parse::<std::net::IpAddr>().is_ok()
}

/// Whether this is the ARN of a role, in any partition.
pub(crate) fn is_role_arn(arn: &str) -> bool {
    let mut fields = arn.splitn(6, ':');
    let mut next = || fields.next().unwrap_or_default();
    let (scheme, partition, service, region, account, resource) =
        (next(), next(), next(), next(), next(), next());
    let name = resource.strip_prefix("role/").unwrap_or_default();
    arn.len() <= MAX_ARN
        && scheme == "arn"
        && !partition.is_empty()
        && service == "iam"
        && region.is_empty()
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && (1..=576).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_graphic())
        && !name.contains("${")
}
