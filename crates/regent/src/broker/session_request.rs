//! What a connector asks an upstream for: its templates filled in for one person or build, as the input of a call.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use regent_broker::template::{Subject, Template, TemplatePurpose, suited};
use regent_broker::{ConnectorTerms, PrincipalType};
use regent_policy::Document;
use regent_wire::sts::{
    AssumeRoleRequest, GetFederationTokenRequest, GetSessionTokenRequest, PolicyDescriptorType, Tag,
};
use serde_json::{Value, json};

use super::journal::{SessionFacts, Text};

/// The longest session policy.
const MAX_POLICY_CHARACTERS: usize = 2048;
const EDIT: &str = "correct the connector's field";

/// What goes to the upstream for one person or build.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct SessionRequest {
    /// The role session's or the federated user's name.
    pub(crate) session_name: String,
    /// The source identity, if one is sent.
    pub(crate) source_identity: Option<String>,
    /// Session tags.
    pub(crate) tags: Vec<(String, String)>,
    /// Those of them that stay through role chaining.
    pub(crate) transitive: Vec<String>,
    /// The session policy.
    pub(crate) policy: Option<String>,
    /// Managed policies as session policies.
    pub(crate) policy_arns: Vec<String>,
    /// The role.
    pub(crate) role_arn: String,
    /// What its trust policy asks for.
    pub(crate) external_id: Option<String>,
}

/// A one-time password for the upstream, and the device it is of.
#[derive(Clone, Default)]
pub(crate) struct Mfa {
    pub(crate) serial_number: Option<String>,
    pub(crate) token_code: Option<String>,
}

/// A part of a connector that has no text for who asks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}`: {text}")]
pub(crate) struct NotRendered {
    /// The field.
    pub(crate) field: String,
    /// For a program.
    pub(crate) code: &'static str,
    /// For a person.
    pub(crate) text: String,
    /// What to do about it.
    pub(crate) fix: &'static str,
}

impl SessionRequest {
    /// Fills in what a connector of this type sends. What its type cannot have is not sent.
    ///
    /// `extra_policy` is the caller's own narrower policy, for a connector that narrows in no way itself.
    pub(crate) fn render(
        terms: &ConnectorTerms,
        subject: &Subject<'_>,
        extra_policy: Option<&str>,
    ) -> Result<Self, NotRendered> {
        let purpose = match terms.principal_type {
            PrincipalType::AssumeRole => TemplatePurpose::SessionName,
            PrincipalType::FederatedUser => TemplatePurpose::FederatedName,
            PrincipalType::IamUserSession | PrincipalType::Provided if extra_policy.is_some() => {
                return Err(no_extra_policy("sessions of this connector's type have no session policy"));
            }
            PrincipalType::IamUserSession | PrincipalType::Provided => return Ok(Self::default()),
        };
        let name = suited(&terms.session_name_template, &subject.asker);
        let mut request = Self {
            session_name: fill("session_name_template", name, purpose, subject)?,
            policy: policy(terms, subject, extra_policy)?,
            policy_arns: terms.policy_arns.clone(),
            ..Self::default()
        };
        for (key, tag) in &terms.session_tags {
            let purpose = if tag.lossy { TemplatePurpose::LossyTag } else { TemplatePurpose::Tag };
            let value = fill(&format!("session_tags.{key}"), &tag.template, purpose, subject)?;
            request.tags.push((key.clone(), value));
            if tag.transitive && terms.principal_type == PrincipalType::AssumeRole {
                request.transitive.push(key.clone());
            }
        }
        if terms.principal_type == PrincipalType::AssumeRole {
            let source = terms.source_identity_template.as_deref();
            let source = source.map(|source| suited(source, &subject.asker));
            let source = source
                .map(|text| fill("source_identity_template", text, TemplatePurpose::SourceIdentity, subject));
            request.source_identity = source.transpose()?;
            request.role_arn = terms.role_arn.clone().unwrap_or_default();
            request.external_id.clone_from(&terms.external_id);
        }
        Ok(request)
    }

    /// As the input of `AssumeRole`; without `seconds` no duration is sent.
    pub(crate) fn assume_role(&self, seconds: Option<u32>, mfa: Mfa) -> AssumeRoleRequest {
        AssumeRoleRequest {
            role_arn: self.role_arn.clone(),
            role_session_name: self.session_name.clone(),
            policy_arns: self.policy_arns(),
            policy: self.policy.clone(),
            duration_seconds: whole(seconds),
            tags: self.sts_tags(),
            transitive_tag_keys: (!self.transitive.is_empty()).then(|| self.transitive.clone()),
            external_id: self.external_id.clone(),
            serial_number: mfa.serial_number,
            token_code: mfa.token_code,
            source_identity: self.source_identity.clone(),
            provided_contexts: None,
            minimum_session_token_size: None,
        }
    }

    /// As the input of `GetFederationToken`.
    pub(crate) fn federation_token(&self, seconds: Option<u32>) -> GetFederationTokenRequest {
        GetFederationTokenRequest {
            name: self.session_name.clone(),
            policy: self.policy.clone(),
            policy_arns: self.policy_arns(),
            duration_seconds: whole(seconds),
            tags: self.sts_tags(),
            minimum_session_token_size: None,
        }
    }

    /// The input of `GetSessionToken`, into which nothing of a connector goes.
    pub(crate) fn session_token(seconds: Option<u32>, mfa: Mfa) -> GetSessionTokenRequest {
        GetSessionTokenRequest {
            duration_seconds: whole(seconds),
            serial_number: mfa.serial_number,
            token_code: mfa.token_code,
            minimum_session_token_size: None,
        }
    }

    /// The tags as records have them.
    pub(crate) fn tags_for_records(&self) -> BTreeMap<Box<str>, Text> {
        SessionFacts::tags(self.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())))
    }

    /// What tells one session policy from another in records.
    pub(crate) fn policy_sha256(&self) -> Option<String> {
        self.policy.as_ref().map(|policy| HEXLOWER.encode(digest(&SHA256, policy.as_bytes()).as_ref()))
    }

    fn policy_arns(&self) -> Option<Vec<PolicyDescriptorType>> {
        let arns = self.policy_arns.iter().map(|arn| PolicyDescriptorType { arn: Some(arn.clone()) });
        (!self.policy_arns.is_empty()).then(|| arns.collect())
    }

    fn sts_tags(&self) -> Option<Vec<Tag>> {
        let tags = self.tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() });
        (!self.tags.is_empty()).then(|| tags.collect())
    }
}

impl std::fmt::Debug for Mfa {
    /// Not the code.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mfa").field("serial_number", &self.serial_number).finish_non_exhaustive()
    }
}

fn whole(seconds: Option<u32>) -> Option<i32> {
    seconds.map(|seconds| i32::try_from(seconds).unwrap_or(i32::MAX))
}

fn not_rendered(field: &str, code: &'static str, text: String, fix: &'static str) -> NotRendered {
    NotRendered { field: field.to_owned(), code, text, fix }
}

fn fill(
    field: &str,
    template: &str,
    purpose: TemplatePurpose,
    subject: &Subject<'_>,
) -> Result<String, NotRendered> {
    let template = Template::parse(template, purpose)
        .map_err(|error| not_rendered(field, error.code(), error.to_string(), EDIT))?;
    let text = template.render(subject);
    text.map_err(|error| not_rendered(field, error.code(), error.to_string(), error.fix()))
}

/// The session policy: the connector's own or else the caller's narrower one, and the network if that goes in.
fn policy(
    terms: &ConnectorTerms,
    subject: &Subject<'_>,
    extra_policy: Option<&str>,
) -> Result<Option<String>, NotRendered> {
    let own = terms.inline_policy.as_deref();
    let own = own.map(|text| fill("inline_policy", text, TemplatePurpose::Policy, subject)).transpose()?;
    let has_own = own.is_some() || !terms.policy_arns.is_empty() || terms.omit_policy;
    if extra_policy.is_some() && has_own {
        // What one session policy allows the others need not: it would not narrow, it would widen.
        return Err(no_extra_policy(
            "the connector says itself what its sessions may do, and a policy beside that widens",
        ));
    }
    let text = own.or_else(|| extra_policy.map(str::to_owned));
    with_own_network(terms, text)?.map(checked).transpose()
}

/// A session policy with the connector's network, if that goes in.
pub(crate) fn with_own_network(
    terms: &ConnectorTerms,
    text: Option<String>,
) -> Result<Option<String>, NotRendered> {
    let Some(network) = terms.network.as_ref().filter(|network| network.inject) else { return Ok(text) };
    // Without any session policy a role's session may do what the role may, a federated user nothing.
    let may_allow_all = terms.policy_arns.is_empty() && terms.principal_type == PrincipalType::AssumeRole;
    with_network(text.as_deref(), &network.cidrs, may_allow_all).map(Some)
}

fn no_extra_policy(why: &str) -> NotRendered {
    let fix = "leave `extra_policy` out, or use a connector without a session policy";
    not_rendered("extra_policy", "extra_policy_not_possible", why.to_owned(), fix)
}

fn checked(text: String) -> Result<String, NotRendered> {
    let characters = text.chars().count();
    if characters > MAX_POLICY_CHARACTERS {
        let detail = format!("the session policy has {characters} characters, and STS takes 2048");
        let fix = "shorten it, or use managed policy ARNs";
        return Err(not_rendered("inline_policy", "policy_too_big", detail, fix));
    }
    Document::parse(&text).map_err(|error| malformed(&format!("cannot be read: {error}")))?;
    Ok(text)
}

/// Adds a `Deny` of all other networks. Where there was no policy, everything else stays as the role allows it.
fn with_network(text: Option<&str>, cidrs: &[String], may_allow_all: bool) -> Result<String, NotRendered> {
    let deny = json!({
        "Sid": "RegentNetwork", "Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": { "NotIpAddress": { "aws:SourceIp": cidrs }, "Bool": { "aws:ViaAWSService": "false" } },
    });
    let mut document = match text {
        Some(text) => {
            serde_json::from_str(text).map_err(|error| malformed(&format!("cannot be read: {error}")))?
        }
        None if may_allow_all => json!({
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }],
        }),
        None => json!({ "Version": "2012-10-17", "Statement": [] }),
    };
    match document.get_mut("Statement") {
        Some(Value::Array(list)) => list.push(deny),
        Some(one) => *one = json!([one.clone(), deny]),
        None => return Err(malformed("has no statement")),
    }
    Ok(document.to_string())
}

fn malformed(what: &str) -> NotRendered {
    not_rendered("inline_policy", "policy_malformed", format!("the session policy {what}"), EDIT)
}

#[cfg(test)]
mod tests;
