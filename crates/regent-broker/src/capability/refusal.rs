use serde::Serialize;
use utoipa::ToSchema;

use super::{Answer, Capability, capability, check_base};
use crate::template::USER_SOURCE_IDENTITY;
use crate::{AccountKind, ConnectorTerms, ConsoleUse, PrincipalKind, PrincipalType, RequireMfa};

/// What a connector asks for, as far as its type could refuse it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Wanted {
    /// The connector's type.
    pub principal_type: PrincipalType,
    /// The kind of its account.
    pub account: AccountKind,
    /// Who stands behind the account's credentials, as far as that is known.
    pub principal: PrincipalKind,
    /// Whether a role is named.
    pub role_arn: bool,
    /// Whether there is an inline session policy.
    pub inline_policy: bool,
    /// Whether managed policies are named.
    pub policy_arns: bool,
    /// Whether the administrator said that no session policy is to be sent.
    pub omit_policy: bool,
    /// Whether there are session tags.
    pub session_tags: bool,
    /// Whether some of them are transitive.
    pub transitive_tags: bool,
    /// Whether a source identity is to be sent.
    pub source_identity: bool,
    /// Whether there is an external id.
    pub external_id: bool,
    /// Whether a one-time code is to be passed on.
    pub upstream_mfa: bool,
    /// Whether the connector is to open the console.
    pub console: bool,
    /// Whether people may use it: scope `user` or `both`.
    pub user_scope: bool,
}

impl Wanted {
    /// A connector of which nothing is set but how and from what.
    pub const fn new(principal_type: PrincipalType, account: AccountKind, principal: PrincipalKind) -> Self {
        Self {
            principal_type,
            account,
            principal,
            role_arn: false,
            inline_policy: false,
            policy_arns: false,
            omit_policy: false,
            session_tags: false,
            transitive_tags: false,
            source_identity: false,
            external_id: false,
            upstream_mfa: false,
            console: false,
            user_scope: false,
        }
    }

    /// What a connector asks for.
    ///
    /// What nobody chose is not asked for: where a source identity is not possible, the one that stands in for none is
    /// not sent, and where a console is not possible, a connector that may open one opens none. One that is for
    /// consoles only asks for them.
    pub fn of(connector: &ConnectorTerms, account: AccountKind, principal: PrincipalKind) -> Self {
        let source_identity = connector.source_identity_template.as_deref();
        Self {
            role_arn: connector.role_arn.is_some(),
            inline_policy: connector.inline_policy.is_some(),
            policy_arns: !connector.policy_arns.is_empty(),
            omit_policy: connector.omit_policy,
            session_tags: !connector.session_tags.is_empty(),
            transitive_tags: connector.session_tags.values().any(|tag| tag.transitive),
            source_identity: source_identity.is_some_and(|template| template != USER_SOURCE_IDENTITY),
            external_id: connector.external_id.is_some(),
            upstream_mfa: connector.require_mfa == RequireMfa::Upstream,
            console: connector.console == ConsoleUse::Only,
            user_scope: connector.scope.has_people(),
            ..Self::new(connector.principal_type, account, principal)
        }
    }
}

/// A field of a connector, as the API writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// `account_id`
    AccountId,
    /// `role_arn`
    RoleArn,
    /// `inline_policy`
    InlinePolicy,
    /// `policy_arns`
    PolicyArns,
    /// `omit_policy`
    OmitPolicy,
    /// `session_tags`
    SessionTags,
    /// `transitive`
    Transitive,
    /// `source_identity_template`
    SourceIdentityTemplate,
    /// `external_id`
    ExternalId,
    /// `require_mfa`
    RequireMfa,
    /// `console`
    Console,
    /// `scope`
    Scope,
}

/// Why a field cannot be as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// Sessions of this type have no such thing.
    NotPossible,
    /// The type needs a long-term access key.
    NeedsLongTermKey,
    /// The type needs what the host provides.
    NeedsAmbient,
    /// AWS lets no root user assume a role.
    RootCannotAssume,
    /// A role has to be named.
    NeedsRole,
    /// A federated user without a policy can do nothing.
    NeedsPolicy,
    /// A policy was given, and also that none is to be sent.
    PolicyContradicted,
    /// Nothing would tell one person from another.
    SystemScopeOnly,
}

impl RefusalCode {
    /// As the API writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotPossible => "not_possible",
            Self::NeedsLongTermKey => "needs_long_term_key",
            Self::NeedsAmbient => "needs_ambient",
            Self::RootCannotAssume => "root_cannot_assume",
            Self::NeedsRole => "needs_role",
            Self::NeedsPolicy => "needs_policy",
            Self::PolicyContradicted => "policy_contradicted",
            Self::SystemScopeOnly => "system_scope_only",
        }
    }
}

/// A field that cannot be as it is, for a program and for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Refusal {
    /// Which field.
    pub field: Field,
    /// For a program.
    pub code: RefusalCode,
    /// For a person.
    pub text: &'static str,
    /// What to do about it.
    pub fix: &'static str,
}

/// All that a connector asks for and its type cannot have, in the order of its fields.
pub fn refusals(wanted: &Wanted) -> Vec<Refusal> {
    let mut found = Vec::new();
    found.extend(check_base(wanted.principal_type, wanted.account, wanted.principal).err());
    found.extend(refused_role(wanted));
    for (is_set, field, needs) in [
        (wanted.inline_policy, Field::InlinePolicy, Capability::SessionPolicy),
        (wanted.policy_arns, Field::PolicyArns, Capability::SessionPolicy),
        (wanted.session_tags, Field::SessionTags, Capability::SessionTags),
        (wanted.transitive_tags, Field::Transitive, Capability::TransitiveTags),
        (wanted.source_identity, Field::SourceIdentityTemplate, Capability::SourceIdentity),
        (wanted.external_id, Field::ExternalId, Capability::ExternalId),
        (wanted.upstream_mfa, Field::RequireMfa, Capability::Mfa),
        (wanted.console, Field::Console, Capability::Console),
    ] {
        if let (true, Answer::No { reason, fix }) = (is_set, capability(wanted.principal_type, needs)) {
            found.push(Refusal { field, code: RefusalCode::NotPossible, text: reason, fix });
        }
    }
    found.extend(refused_policy(wanted));
    if wanted.user_scope && wanted.principal_type == PrincipalType::Provided {
        found.push(Refusal {
            field: Field::Scope,
            code: RefusalCode::SystemScopeOnly,
            text: "`provided` hands out the host's own credentials, and nothing in them tells one person from another",
            fix: "choose assume_role, or scope system",
        });
    }
    found.sort_by_key(|refusal| refusal.field);
    found
}

fn refused_role(wanted: &Wanted) -> Option<Refusal> {
    let (code, text, fix) = match (wanted.principal_type, wanted.role_arn) {
        (PrincipalType::AssumeRole, false) => (
            RefusalCode::NeedsRole,
            "no role is named, so there is nothing to assume",
            "enter the role's ARN",
        ),
        (PrincipalType::FederatedUser | PrincipalType::IamUserSession | PrincipalType::Provided, true) => {
            (RefusalCode::NotPossible, "no role is assumed", "choose assume_role, or leave the role out")
        }
        (PrincipalType::AssumeRole, true)
        | (PrincipalType::FederatedUser | PrincipalType::IamUserSession | PrincipalType::Provided, false) => {
            return None;
        }
    };
    Some(Refusal { field: Field::RoleArn, code, text, fix })
}

fn refused_policy(wanted: &Wanted) -> Option<Refusal> {
    let has_policy = wanted.inline_policy || wanted.policy_arns;
    let is_federated = wanted.principal_type == PrincipalType::FederatedUser;
    let (field, code, text, fix) = match (is_federated, has_policy, wanted.omit_policy) {
        (true, false, false) => (
            Field::InlinePolicy,
            RefusalCode::NeedsPolicy,
            "a federated user without a session policy can do nothing, unless resource policies name it",
            "enter a policy, or say that it is omitted on purpose",
        ),
        (true, true, true) => (
            Field::OmitPolicy,
            RefusalCode::PolicyContradicted,
            "a session policy is given, and also that none is to be sent",
            "do one of the two",
        ),
        (false, _, true) => (
            Field::OmitPolicy,
            RefusalCode::NotPossible,
            "only a federated user's policy can be omitted on purpose; other sessions have their role's or user's",
            "leave it out",
        ),
        (true, true, false) | (true, false, true) | (false, _, false) => return None,
    };
    Some(Refusal { field, code, text, fix })
}
