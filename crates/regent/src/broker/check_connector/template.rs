//! The templates of a connector: what they say, and whether those who use it have values for them.

use std::collections::BTreeSet;

use regent_broker::template::{
    SYSTEM_SESSION_NAME, SYSTEM_SOURCE_IDENTITY, Template, TemplatePurpose, USER_SESSION_NAME,
    USER_SOURCE_IDENTITY, Variable,
};
use regent_broker::{ConnectorTerms, PrincipalType, Scope};

use super::super::check::Findings;

const MAX_TAGS: usize = 50;
const MAX_TAG_KEY: usize = 128;

pub(super) fn check(terms: &ConnectorTerms, findings: &mut Findings) {
    match terms.principal_type {
        PrincipalType::AssumeRole => {
            check_name(terms, TemplatePurpose::SessionName, findings);
            check_source_identity(terms, findings);
        }
        PrincipalType::FederatedUser => check_name(terms, TemplatePurpose::FederatedName, findings),
        PrincipalType::IamUserSession | PrincipalType::Provided => {}
    }
    check_tags(terms, findings);
}

/// Reads a template for where it goes, and tells what is wrong with it.
pub(super) fn read(
    terms: &ConnectorTerms,
    (name, text): (&str, &str),
    purpose: TemplatePurpose,
    findings: &mut Findings,
) -> Option<Template> {
    let template = match Template::parse(text, purpose) {
        Ok(template) => template,
        Err(error) => {
            findings.add(name, error.code(), error.to_string());
            return None;
        }
    };
    for variable in template.variables() {
        let needs = match (terms.scope, of_people(variable)) {
            (Scope::System, Some(true)) => "system callers",
            (Scope::User, Some(false)) => "people",
            _ => continue,
        };
        let detail = format!("the connector is for {needs}, who have no `{variable}`");
        findings.fix(name, "template_value_missing", detail, "use another variable, or another scope");
    }
    Some(template)
}

/// Whether people have a variable and system callers do not, or the other way around; none if both do.
fn of_people(variable: &Variable) -> Option<bool> {
    match variable {
        Variable::UserId
        | Variable::UserName
        | Variable::UserEmail
        | Variable::UserEmailLocal
        | Variable::UserIdOrEmail
        | Variable::UserDisplayName
        | Variable::UserGroups
        | Variable::UserAttribute(_) => Some(true),
        Variable::SystemName => Some(false),
        Variable::ConnectorSlug
        | Variable::RequestId
        | Variable::RequestTicket
        | Variable::SessionId
        | Variable::Date => None,
    }
}

fn check_name(terms: &ConnectorTerms, purpose: TemplatePurpose, findings: &mut Findings) {
    let text = terms.session_name_template.as_str();
    if text != USER_SESSION_NAME && text != SYSTEM_SESSION_NAME {
        read(terms, ("session_name_template", text), purpose, findings);
    }
}

fn check_source_identity(terms: &ConnectorTerms, findings: &mut Findings) {
    let Some(text) = terms.source_identity_template.as_deref() else { return };
    if text == USER_SOURCE_IDENTITY || text == SYSTEM_SOURCE_IDENTITY {
        return;
    }
    let name = "source_identity_template";
    if text.to_ascii_lowercase().starts_with("aws:") {
        findings.add(name, "malformed", "AWS keeps source identities that begin with `aws:` for itself");
    }
    read(terms, (name, text), TemplatePurpose::SourceIdentity, findings);
}

fn check_tags(terms: &ConnectorTerms, findings: &mut Findings) {
    if terms.session_tags.len() > MAX_TAGS {
        findings.add("session_tags", "too_many", "expected at most 50 tags");
    }
    let mut seen = BTreeSet::new();
    for (key, tag) in terms.session_tags.iter().take(MAX_TAGS) {
        let name = format!("session_tags.{key}");
        let is_key = (1..=MAX_TAG_KEY).contains(&key.chars().count())
            && key.chars().all(|c| c.is_alphanumeric() || " _.:/=+-@".contains(c));
        if !is_key {
            findings.add(
                &name,
                "malformed",
                "expected a key of 1 to 128 letters, digits, spaces and _.:/=+-@",
            );
        } else if key.to_ascii_lowercase().starts_with("aws:") {
            findings.add(&name, "malformed", "AWS keeps keys that begin with `aws:` for itself");
        } else if !seen.insert(key.to_lowercase()) {
            findings.add(
                &name,
                "repeated",
                "another tag has this key but for its case, which AWS does not tell apart",
            );
        }
        let purpose = if tag.lossy { TemplatePurpose::LossyTag } else { TemplatePurpose::Tag };
        read(terms, (&format!("{name}.template"), &tag.template), purpose, findings);
    }
}
