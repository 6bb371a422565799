use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::grant::Grant;
use crate::id::Id;
use crate::principal_type::PrincipalType;
use crate::stored::Noun;

/// What may be issued from an account, to whom, how narrow and how long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Connector {
    /// What an administrator wrote.
    pub terms: ConnectorTerms,
    /// Who may use it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<Grant>,
    /// Set while nobody may use it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<Disabled>,
    /// The longest session the role allows, once an upstream has told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_max_seconds: Option<u32>,
}

impl Connector {
    /// A new connector, which nobody is granted.
    pub fn new(terms: ConnectorTerms) -> Self {
        Self { terms, grants: Vec::new(), disabled: None, role_max_seconds: None }
    }

    /// The same connector on other terms. What was learned of another role or account is forgotten.
    #[must_use]
    pub fn with(&self, terms: ConnectorTerms) -> Self {
        let is_same = terms.source() == self.terms.source();
        let role_max_seconds = self.role_max_seconds.filter(|_| is_same);
        Self { terms, role_max_seconds, ..self.clone() }
    }
}

impl Noun for Connector {
    const KIND: &'static str = "connector";
    const PREFIX: &'static str = "conn";

    /// The slug: it is what links and the command line use, so it is what must be unique.
    #[expect(clippy::misnamed_getters, reason = "names are for people, and several connectors may share one")]
    fn name(&self) -> &str {
        &self.terms.slug
    }
}

/// What an administrator says of a connector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectorTerms {
    /// 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Unique: 2 to 64 of `a-z`, `0-9` and `-`.
    #[schema(min_length = 2, max_length = 64, pattern = "^[a-z0-9-]{2,64}$")]
    pub slug: String,
    /// For people, in a little Markdown.
    #[serde(default)]
    #[schema(max_length = 4000, default = "")]
    pub description: String,
    /// For search: `env=prod`.
    #[serde(default)]
    #[schema(default = json!({}))]
    pub labels: BTreeMap<String, String>,
    /// The account whose credentials it derives from.
    pub account_id: Id,
    /// How.
    pub principal_type: PrincipalType,
    /// The role; for `assume_role`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 20, max_length = 2048)]
    pub role_arn: Option<String>,
    /// What the role's trust policy asks for; for `assume_role`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 2, max_length = 1224, pattern = r"^[\w+=,.@:/-]*$")]
    pub external_id: Option<String>,
    /// A session policy, with templates. Can only narrow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inline_policy: Option<String>,
    /// ARNs of managed policies as session policies.
    #[serde(default)]
    #[schema(max_items = 10, default = json!([]))]
    pub policy_arns: Vec<String>,
    /// For `federated_user`: that no session policy is sent is meant so, because resource policies name the user.
    #[serde(default)]
    #[schema(default = false)]
    pub omit_policy: bool,
    /// The longest session, 900 to 129600 seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 900, maximum = 129_600)]
    pub max_seconds: Option<u32>,
    /// How long a session is that nobody said anything about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 900, maximum = 129_600)]
    pub default_seconds: Option<u32>,
    /// Whether it opens consoles, hands out credentials, or both.
    #[serde(default)]
    #[schema(default = ConsoleUse::default)]
    pub console: ConsoleUse,
    /// The page a console opens on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub console_destination: Option<String>,
    /// The region for clients and console.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region_hint: Option<String>,
    /// For people, for system callers, or for both.
    #[serde(default)]
    #[schema(default = Scope::default)]
    pub scope: Scope,
    /// The name of role sessions and federated users.
    #[serde(default = "user_name")]
    #[schema(default = user_name)]
    pub session_name_template: String,
    /// The source identity; none sends none.
    #[serde(default = "user_id_or_email")]
    #[schema(default = user_id_or_email)]
    pub source_identity_template: Option<String>,
    /// Session tags.
    #[serde(default)]
    #[schema(default = json!({}))]
    pub session_tags: BTreeMap<String, SessionTag>,
    /// Standing access, or on request.
    #[serde(default)]
    #[schema(default = AccessMode::default)]
    pub access_mode: AccessMode,
    /// What second factor it wants.
    #[serde(default)]
    #[schema(default = RequireMfa::default)]
    pub require_mfa: RequireMfa,
    /// How old a second factor may be for `fresh`, in minutes; 10 if none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1440)]
    pub mfa_minutes: Option<u32>,
    /// From where it may be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<Network>,
}

impl ConnectorTerms {
    /// The account and the role. What was learned of others is not true of these.
    pub fn source(&self) -> (&Id, Option<&str>) {
        (&self.account_id, self.role_arn.as_deref())
    }
}

fn user_name() -> String {
    "${user.name}".to_owned()
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the field is optional; what stands in for a missing one is not"
)]
fn user_id_or_email() -> Option<String> {
    Some("${user.id_or_email}".to_owned())
}

/// A session tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionTag {
    /// Its value, with templates.
    pub template: String,
    /// Characters that a tag may not have become `_`, instead of a refusal.
    #[serde(default)]
    #[schema(default = false)]
    pub lossy: bool,
    /// Handed on through role chaining.
    #[serde(default)]
    #[schema(default = false)]
    pub transitive: bool,
}

/// Whether a connector opens consoles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsoleUse {
    /// Consoles and credentials.
    #[default]
    Allowed,
    /// Consoles, and never credentials.
    Only,
    /// Credentials, and never consoles.
    Denied,
}

/// Whom a connector is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// People.
    #[default]
    User,
    /// System callers.
    System,
    /// Both.
    Both,
}

impl Scope {
    /// Whether people may use it.
    pub const fn has_people(self) -> bool {
        matches!(self, Self::User | Self::Both)
    }

    /// Whether system callers may use it.
    pub const fn has_systems(self) -> bool {
        matches!(self, Self::System | Self::Both)
    }
}

/// Standing access, or on request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessMode {
    /// A grant is enough.
    #[default]
    Standing,
    /// Somebody has to approve. There are no approvals yet: nobody can use it.
    Request,
    /// In an emergency. Nobody can use it yet.
    BreakGlass,
}

/// What second factor a connector wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequireMfa {
    /// None.
    #[default]
    No,
    /// The sign-in used one.
    Login,
    /// One was given within the last minutes.
    Fresh,
    /// A code for the device of the account's user, passed on to STS.
    Upstream,
}

/// From where a connector may be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Networks of clients.
    #[schema(min_items = 1, max_items = 50)]
    pub cidrs: Vec<String>,
    /// Also put into the session policy, as a `Deny` of other addresses.
    #[serde(default)]
    #[schema(default = false)]
    pub inject: bool,
}

/// Why nobody may use a connector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Disabled {
    /// In words.
    pub reason: String,
    /// Since when, in seconds since 1970.
    pub at: i64,
    /// By whom.
    pub by: String,
}
