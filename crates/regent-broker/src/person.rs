use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::Id;
use crate::stored::Noun;

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// Stable and unique, 1 to 64 characters.
    pub name: Box<str>,
    /// For people to read.
    pub display_name: Box<str>,
    /// An address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Box<str>>,
    /// Who vouches for them.
    #[serde(default)]
    pub origin: Origin,
    /// Attributes for templates, `user.attr.<name>`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// Suspended people do nothing.
    #[serde(default)]
    pub status: Status,
    /// What they may do in the broker.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<BrokerRole>,
    /// Argon2id, in the form of the password hashing competition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Box<str>>,
    /// The password is one-time: it must be changed at the next sign-in.
    #[serde(default)]
    pub must_change_password: bool,
    /// The seed of their authenticator, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_totp: Option<Box<str>>,
    /// The last time step of a code that was accepted.
    #[serde(default)]
    pub totp_step: i64,
    /// Their passkeys, as sign-in writes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passkeys: Vec<Passkey>,
    /// The groups the identity provider told of, by the claim's values, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_groups: Option<ClaimedGroups>,
}

impl Person {
    /// Somebody of whom nothing is known but the name, and who may do nothing.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            display_name: name.into(),
            email: None,
            origin: Origin::Local,
            attributes: BTreeMap::new(),
            status: Status::Active,
            roles: Vec::new(),
            password: None,
            must_change_password: false,
            sealed_totp: None,
            totp_step: 0,
            passkeys: Vec::new(),
            claimed_groups: None,
        }
    }

    /// The same person with the attributes that an administrator writes. What they change is theirs from then on, and goes
    /// with no claim; as long as one is mapped to the name, the provider writes over it.
    #[must_use]
    pub fn with_attributes(&self, attributes: BTreeMap<String, String>) -> Self {
        let mut claimed_groups = self.claimed_groups.clone();
        if let Some(told) = &mut claimed_groups {
            told.attributes.retain(|name| attributes.get(&**name) == self.attributes.get(&**name));
        }
        Self { attributes, claimed_groups, ..self.clone() }
    }
}

impl Noun for Person {
    const KIND: &'static str = "person";
    const PREFIX: &'static str = "usr";

    fn name(&self) -> &str {
        &self.name
    }
}

/// Who vouches for a person.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Regent itself.
    #[default]
    Local,
    /// An OpenID provider, by the subject it gave.
    Oidc {
        /// The identity source.
        source: Id,
        /// The subject there, which never changes.
        subject: Box<str>,
    },
}

impl Origin {
    /// Whether this identity source vouches.
    pub fn is_from(&self, identity_source: &Id) -> bool {
        matches!(self, Self::Oidc { source, .. } if source == identity_source)
    }
}

/// A passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// What its owner calls it.
    pub name: Box<str>,
    /// Its credential id, in base64url.
    pub credential_id: Box<str>,
    /// Its public key as COSE, in base64url.
    pub public_key: Box<str>,
    /// The last value of its counter.
    pub counter: u32,
    /// When it was added.
    pub created: i64,
}

/// Groups that an identity provider told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimedGroups {
    /// The values of the groups claim.
    pub values: Vec<Box<str>>,
    /// When it told.
    pub at: i64,
    /// The attributes that it told, by name. All others are an administrator's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Box<str>>,
    /// What fetches them anew, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_refresh_token: Option<Box<str>>,
}

impl ClaimedGroups {
    /// Whether it is this token that fetches them anew.
    pub fn is_asked_by(&self, sealed_refresh_token: &str) -> bool {
        self.sealed_refresh_token.as_deref() == Some(sealed_refresh_token)
    }
}

/// Whether somebody may do anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Yes.
    #[default]
    Active,
    /// No.
    Suspended,
}

/// What somebody may do in the broker. Each is a managed policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BrokerRole {
    /// Manages everything.
    Administrator,
    /// Reads everything, issues nothing.
    Auditor,
    /// Approves requests.
    Approver,
    /// Revokes and disables, and cannot edit grants.
    Operator,
}

impl BrokerRole {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Administrator, Self::Auditor, Self::Approver, Self::Operator];

    /// As records and the API write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
            Self::Approver => "approver",
            Self::Operator => "operator",
        }
    }
}

/// People who share grants and roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Unique, 1 to 64 characters.
    #[schema(min_length = 1, max_length = 64)]
    pub name: String,
    /// For people.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub description: String,
    /// What its members may do in the broker.
    #[serde(default)]
    pub roles: Vec<BrokerRole>,
    /// Who is in it, by id.
    #[serde(default)]
    pub members: Vec<Id>,
    /// Whom an identity provider puts into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapped: Option<Mapping>,
}

impl Noun for Group {
    const KIND: &'static str = "people-group";
    const PREFIX: &'static str = "grp";

    fn name(&self) -> &str {
        &self.name
    }
}

/// Whom an identity provider puts into a group: by its immutable id where it has one, never by a display name alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The identity source.
    pub source: Id,
    /// A value of its groups claim.
    pub value: String,
}
