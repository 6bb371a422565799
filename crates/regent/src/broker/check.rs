//! What must hold before something is kept: references, forms, and what a connector's kind makes possible.

use regent_broker::{Connector, Person, Subject, statement};
use regent_store::directory::Broker;

use crate::rest::problem::{FieldProblem, Problem};

const MAX_NAME: usize = 100;
const MAX_GRANTS: usize = 1000;

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

    /// Nothing, or all of them as one problem.
    pub(crate) fn settle(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::invalid(self.0)) }
    }
}

/// A connector, whole.
pub(crate) fn connector(broker: &Broker, connector: &Connector) -> Result<(), Problem> {
    let terms = &connector.terms;
    let mut findings = Findings::default();
    if terms.name.trim().is_empty() || terms.name.chars().count() > MAX_NAME {
        findings.add("name", "malformed", "expected 1 to 100 characters");
    }
    let is_slug = (2..=64).contains(&terms.slug.len())
        && terms.slug.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if !is_slug {
        findings.add("slug", "malformed", "expected 2 to 64 of a-z, 0-9 and -");
    }
    if broker.accounts.get(terms.account_id.as_str()).is_none() {
        findings.add("account_id", "unknown", format!("there is no account `{}`", terms.account_id));
    }
    findings.settle()?;
    grants(broker, connector)
}

/// A connector's grants.
pub(crate) fn grants(broker: &Broker, connector: &Connector) -> Result<(), Problem> {
    let mut findings = Findings::default();
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
        for cidr in &grant.conditions.cidrs {
            if cidr.parse::<ipnet::IpNet>().is_err() && cidr.parse::<std::net::IpAddr>().is_err() {
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
            if jiff::tz::TimeZone::get(&hours.timezone).is_err() {
                let detail = format!("`{}` is no time zone: expected one like Europe/Berlin", hours.timezone);
                findings.add(name("conditions.hours.timezone"), "unknown", detail);
            }
        }
    }
    findings.settle()
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
    if let Some(email) = &person.email {
        let parts = email.split_once('@');
        let is_address = email.len() <= 254
            && parts.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
            && !email.chars().any(|character| character.is_control() || character.is_whitespace());
        if !is_address {
            findings.add("email", "malformed", format!("`{email}` is no address"));
        }
    }
    findings.settle()
}

/// Whether this is the ARN of a role, in any partition.
pub(crate) fn is_role_arn(arn: &str) -> bool {
    let mut fields = arn.splitn(6, ':');
    let mut next = || fields.next().unwrap_or_default();
    let (scheme, partition, service, region, account, resource) =
        (next(), next(), next(), next(), next(), next());
    let name = resource.strip_prefix("role/").unwrap_or_default();
    scheme == "arn"
        && !partition.is_empty()
        && service == "iam"
        && region.is_empty()
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && (1..=576).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_graphic())
        && !name.contains("${")
}
