//! What a connector asks an upstream for: its templates rendered for one person or build, as the input of a call.

use regent_broker::template::{
    ParseTemplateError, RenderTemplateError, Subject, Template, TemplatePurpose, suited,
};
use regent_broker::{ConnectorTerms, PrincipalType};
use regent_wire::sts::{
    AssumeRoleRequest, GetFederationTokenRequest, GetSessionTokenRequest, PolicyDescriptorType, Tag,
};
use serde_json::{Value, json};

/// The wish of one person or build, rendered. Nothing of it is secret but the one-time code.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct SessionRequest {
    /// The role session's or the federated user's name.
    pub(crate) name: String,
    /// The source identity, if one is sent.
    pub(crate) source_identity: Option<String>,
    /// Session tags.
    pub(crate) tags: Vec<Tag>,
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

/// A part of a connector that has no text for who asks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}`: {text}")]
pub(crate) struct NotRendered {
    /// The connector's field.
    pub(crate) field: String,
    /// For a program.
    pub(crate) code: &'static str,
    /// For a person.
    pub(crate) text: String,
    /// What to do about it.
    pub(crate) fix: &'static str,
}

const EDIT: &str = "correct the connector's field";

impl SessionRequest {
    /// Renders what a connector of this type sends. What its type cannot have is not sent.
    pub(crate) fn render(terms: &ConnectorTerms, subject: &Subject<'_>) -> Result<Self, NotRendered> {
        let purpose = match terms.principal_type {
            PrincipalType::AssumeRole => TemplatePurpose::SessionName,
            PrincipalType::FederatedUser => TemplatePurpose::FederatedName,
            PrincipalType::IamUserSession | PrincipalType::Provided => return Ok(Self::default()),
        };
        let name = suited(&terms.session_name_template, &subject.asker);
        let mut request = Self {
            name: rendered("session_name_template", name, purpose, subject)?,
            policy: policy(terms, subject)?,
            policy_arns: terms.policy_arns.clone(),
            ..Self::default()
        };
        for (key, tag) in &terms.session_tags {
            let purpose = if tag.lossy { TemplatePurpose::LossyTag } else { TemplatePurpose::Tag };
            let value = rendered(&format!("session_tags.{key}"), &tag.template, purpose, subject)?;
            request.tags.push(Tag { key: key.clone(), value });
        }
        if terms.principal_type == PrincipalType::AssumeRole {
            let tags = terms.session_tags.iter();
            request.transitive = tags.filter(|(_, tag)| tag.transitive).map(|(key, _)| key.clone()).collect();
            let source = terms.source_identity_template.as_deref();
            request.source_identity = source
                .map(|source| suited(source, &subject.asker))
                .map(|text| {
                    rendered("source_identity_template", text, TemplatePurpose::SourceIdentity, subject)
                })
                .transpose()?;
            request.role_arn = terms.role_arn.clone().unwrap_or_default();
            request.external_id.clone_from(&terms.external_id);
        }
        Ok(request)
    }

    /// As the input of `AssumeRole`; without `seconds` no duration is sent.
    pub(crate) fn assume_role(&self, seconds: Option<u32>) -> AssumeRoleRequest {
        AssumeRoleRequest {
            role_arn: self.role_arn.clone(),
            role_session_name: self.name.clone(),
            policy: self.policy.clone(),
            policy_arns: self.policy_arns(),
            duration_seconds: seconds.and_then(|seconds| i32::try_from(seconds).ok()),
            tags: (!self.tags.is_empty()).then(|| self.tags.clone()),
            transitive_tag_keys: (!self.transitive.is_empty()).then(|| self.transitive.clone()),
            external_id: self.external_id.clone(),
            source_identity: self.source_identity.clone(),
            ..AssumeRoleRequest::default()
        }
    }

    /// As the input of `GetFederationToken`.
    pub(crate) fn federation_token(&self, seconds: Option<u32>) -> GetFederationTokenRequest {
        GetFederationTokenRequest {
            name: self.name.clone(),
            policy: self.policy.clone(),
            policy_arns: self.policy_arns(),
            duration_seconds: seconds.and_then(|seconds| i32::try_from(seconds).ok()),
            tags: (!self.tags.is_empty()).then(|| self.tags.clone()),
            ..GetFederationTokenRequest::default()
        }
    }

    /// The input of `GetSessionToken`, into which nothing of a connector goes.
    pub(crate) fn session_token(seconds: Option<u32>) -> GetSessionTokenRequest {
        GetSessionTokenRequest {
            duration_seconds: seconds.and_then(|seconds| i32::try_from(seconds).ok()),
            ..GetSessionTokenRequest::default()
        }
    }

    fn policy_arns(&self) -> Option<Vec<PolicyDescriptorType>> {
        let arns = self.policy_arns.iter().map(|arn| PolicyDescriptorType { arn: Some(arn.clone()) });
        (!self.policy_arns.is_empty()).then(|| arns.collect())
    }
}

fn rendered(
    field: &str,
    template: &str,
    purpose: TemplatePurpose,
    subject: &Subject<'_>,
) -> Result<String, NotRendered> {
    let unparsed = |error: ParseTemplateError| NotRendered {
        field: field.to_owned(),
        code: error.code(),
        text: error.to_string(),
        fix: EDIT,
    };
    let unrendered = |error: RenderTemplateError| NotRendered {
        field: field.to_owned(),
        code: error.code(),
        text: error.to_string(),
        fix: error.fix(),
    };
    Template::parse(template, purpose).map_err(unparsed)?.render(subject).map_err(unrendered)
}

/// The session policy: the connector's own, and the networks it is used from if the session is to stay within them.
fn policy(terms: &ConnectorTerms, subject: &Subject<'_>) -> Result<Option<String>, NotRendered> {
    const FIELD: &str = "inline_policy";
    let own = terms.inline_policy.as_deref();
    let own = own.map(|policy| rendered(FIELD, policy, TemplatePurpose::Policy, subject)).transpose()?;
    let Some(network) = terms.network.as_ref().filter(|network| network.inject) else { return Ok(own) };
    let outside = json!({
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": { "NotIpAddress": { "aws:SourceIp": network.cidrs } },
    });
    let everything = || json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
    let mut document = match &own {
        Some(own) => serde_json::from_str(own).map_err(|error| not_json(FIELD, &error))?,
        // Beside managed policies a denial is enough; alone it would leave nothing.
        None if !terms.policy_arns.is_empty() => json!({ "Version": "2012-10-17", "Statement": [] }),
        None => json!({ "Version": "2012-10-17", "Statement": [everything()] }),
    };
    let statement = document.get_mut("Statement").map(Value::take);
    let mut statements = match statement {
        Some(Value::Array(statements)) => statements,
        Some(one) => vec![one],
        None => Vec::new(),
    };
    statements.push(outside);
    if let Some(members) = document.as_object_mut() {
        members.insert("Statement".to_owned(), Value::Array(statements));
    }
    Ok(Some(document.to_string()))
}

fn not_json(field: &str, error: &serde_json::Error) -> NotRendered {
    NotRendered {
        field: field.to_owned(),
        code: "policy_malformed",
        text: format!("the policy is not JSON: {error}"),
        fix: EDIT,
    }
}

#[cfg(test)]
mod tests;
