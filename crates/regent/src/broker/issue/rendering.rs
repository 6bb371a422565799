//! A connector's templates, filled in for one caller.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use regent_broker::PrincipalType;
use regent_broker::template::{
    Asker, SYSTEM_SESSION_NAME, SYSTEM_SOURCE_IDENTITY, Subject, System, Template, TemplatePurpose,
    USER_SESSION_NAME, USER_SOURCE_IDENTITY, User,
};
use regent_policy::Document;
use serde_json::{Value, json};

use super::super::caller;
use super::super::journal::{SessionFacts, Text};
use super::Asking;
use crate::rest::problem::Problem;

/// The longest session policy.
const MAX_POLICY_CHARACTERS: usize = 2048;

/// What goes to the upstream, in texts.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    pub(super) session_name: String,
    pub(super) source_identity: Option<String>,
    pub(super) tags: Vec<(String, String)>,
    pub(super) transitive: Vec<String>,
    pub(super) policy: Option<String>,
}

impl Rendered {
    pub(super) fn tags_for_records(&self) -> BTreeMap<Box<str>, Text> {
        SessionFacts::tags(self.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())))
    }

    pub(super) fn policy_sha256(&self) -> Option<String> {
        self.policy.as_ref().map(|policy| HEXLOWER.encode(digest(&SHA256, policy.as_bytes()).as_ref()))
    }
}

/// Fills in all templates, and looks whether what comes of them can be sent.
pub(super) fn render(asking: &Asking<'_>) -> Result<Rendered, Problem> {
    let caller = &asking.known.caller;
    let groups: Vec<&str> = caller.groups.iter().map(|group| group.value.name.as_str()).collect();
    let asker = match &caller.subject {
        caller::Subject::Person(person) => Asker::User(User {
            id: person.id.as_str(),
            name: &person.value.name,
            email: person.value.email.as_deref(),
            display_name: Some(&person.value.display_name),
            groups: &groups,
            attributes: Some(&person.value.attributes),
        }),
        caller::Subject::SystemCaller(system) => {
            Asker::System(System { id: system.id.as_str(), name: &system.value.name })
        }
    };
    let is_system = matches!(asker, Asker::System(_));
    let terms = &asking.connector.entity.value.terms;
    let now = asking.known.asked.now;
    let subject = Subject {
        connector_slug: &terms.slug,
        session_id: &asking.known.asked.request_id,
        date: Some(now.to_zoned(jiff::tz::TimeZone::UTC).date()),
        ..Subject::new(asker)
    };
    let fill = |text: &str, purpose, field: &str| fill(text, purpose, field, &subject);
    let mut rendered = Rendered::default();
    let name = match terms.session_name_template.as_str() {
        USER_SESSION_NAME if is_system => SYSTEM_SESSION_NAME,
        other => other,
    };
    match terms.principal_type {
        PrincipalType::AssumeRole => {
            rendered.session_name = fill(name, TemplatePurpose::SessionName, "session_name_template")?;
            let source = match terms.source_identity_template.as_deref() {
                Some(USER_SOURCE_IDENTITY) if is_system => Some(SYSTEM_SOURCE_IDENTITY),
                other => other,
            };
            let source =
                source.map(|text| fill(text, TemplatePurpose::SourceIdentity, "source_identity_template"));
            rendered.source_identity = source.transpose()?;
        }
        PrincipalType::FederatedUser => {
            rendered.session_name = fill(name, TemplatePurpose::FederatedName, "session_name_template")?;
        }
        PrincipalType::IamUserSession | PrincipalType::Provided => return Ok(rendered),
    }
    for (key, tag) in &terms.session_tags {
        let purpose = if tag.lossy { TemplatePurpose::LossyTag } else { TemplatePurpose::Tag };
        let value = fill(&tag.template, purpose, &format!("session_tags.{key}"))?;
        rendered.tags.push((key.clone(), value));
        if tag.transitive {
            rendered.transitive.push(key.clone());
        }
    }
    rendered.policy = policy(asking, &fill)?;
    Ok(rendered)
}

fn fill(text: &str, purpose: TemplatePurpose, field: &str, subject: &Subject<'_>) -> Result<String, Problem> {
    let template = Template::parse(text, purpose)
        .map_err(|error| unprocessable(error.code(), format!("`{field}`: {error}")))?;
    template
        .render(subject)
        .map_err(|error| unprocessable(error.code(), format!("`{field}`: {error}")).fix(error.fix()))
}

fn unprocessable(code: &'static str, detail: String) -> Problem {
    Problem::new(http::StatusCode::UNPROCESSABLE_ENTITY, code, detail)
}

/// The session policy: the connector's own or the caller's narrower one, and the network if that goes in.
fn policy(
    asking: &Asking<'_>,
    fill: &impl Fn(&str, TemplatePurpose, &str) -> Result<String, Problem>,
) -> Result<Option<String>, Problem> {
    let terms = &asking.connector.entity.value.terms;
    let own = terms.inline_policy.as_deref();
    let own = own.map(|text| fill(text, TemplatePurpose::Policy, "inline_policy")).transpose()?;
    let text = match (own, asking.wish.extra_policy.as_deref()) {
        (Some(_), Some(_)) => {
            let detail = "the connector has a session policy of its own, and AWS takes one";
            return Err(unprocessable("extra_policy_not_possible", detail.to_owned())
                .fix("leave `extra_policy` out, or use a connector without a session policy"));
        }
        (own, extra) => own.or_else(|| extra.map(str::to_owned)),
    };
    let network = terms.network.as_ref().filter(|network| network.inject);
    let text = match network {
        Some(network) => Some(with_network(text.as_deref(), &network.cidrs, terms.policy_arns.is_empty())?),
        None => text,
    };
    if let Some(text) = &text {
        check_policy(text)?;
    }
    Ok(text)
}

fn check_policy(text: &str) -> Result<(), Problem> {
    let characters = text.chars().count();
    if characters > MAX_POLICY_CHARACTERS {
        let detail = format!("the session policy has {characters} characters, and STS takes 2048");
        return Err(unprocessable("policy_too_big", detail).fix("shorten it, or use managed policy ARNs"));
    }
    if let Err(error) = Document::parse(text) {
        let detail = format!("the session policy cannot be read: {error}");
        return Err(unprocessable("policy_malformed", detail));
    }
    Ok(())
}

/// Adds a `Deny` of all other networks. Where there was no policy, everything else stays as the role allows it.
fn with_network(text: Option<&str>, cidrs: &[String], may_allow_all: bool) -> Result<String, Problem> {
    let deny = json!({
        "Sid": "RegentNetwork", "Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": { "NotIpAddress": { "aws:SourceIp": cidrs }, "Bool": { "aws:ViaAWSService": "false" } },
    });
    let mut document = match text {
        Some(text) => serde_json::from_str(text).map_err(|error| {
            unprocessable("policy_malformed", format!("the session policy cannot be read: {error}"))
        })?,
        None if may_allow_all => json!({
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }],
        }),
        None => json!({ "Version": "2012-10-17", "Statement": [] }),
    };
    let statements = document.get_mut("Statement");
    match statements {
        Some(Value::Array(list)) => list.push(deny),
        Some(one) => *one = json!([one.clone(), deny]),
        None => {
            return Err(unprocessable("policy_malformed", "the session policy has no statement".to_owned()));
        }
    }
    Ok(document.to_string())
}
