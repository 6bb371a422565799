use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::Id;
use crate::partition::Partition;
use crate::principal_type::PrincipalKind;
use crate::stored::Noun;

/// Base credentials: what connectors derive theirs from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// What an administrator wrote.
    pub terms: AccountTerms,
    /// The secret of an access key, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_secret: Option<Box<str>>,
    /// When that secret was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_set: Option<i64>,
    /// Who stands behind the credentials, as `GetCallerIdentity` told.
    #[serde(default)]
    pub principal_kind: PrincipalKind,
    /// The AWS account they belong to. A later answer that differs is an error until an administrator confirms it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aws_account_id: Option<Box<str>>,
    /// The ARN they answer as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal_arn: Option<Box<str>>,
    /// How the last test went, or that the key could not be rotated by itself.
    #[serde(default)]
    pub health: Health,
    /// A rotation that is under way, so that it can be taken up again or rolled back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Rotation>,
}

impl Account {
    /// A new account, about which nothing is known yet.
    pub fn new(terms: AccountTerms) -> Self {
        Self {
            terms,
            sealed_secret: None,
            secret_set: None,
            principal_kind: PrincipalKind::Unknown,
            aws_account_id: None,
            principal_arn: None,
            health: Health::Untested,
            rotation: None,
        }
    }

    /// Whether it is an access key whose secret nobody has entered yet.
    pub fn lacks_secret(&self) -> bool {
        self.terms.kind == AccountKind::AccessKey && self.sealed_secret.is_none()
    }

    /// Whether its credentials were known to be of one AWS account and are of another.
    pub fn is_other_account(&self, now: &Self) -> bool {
        self.aws_account_id.as_ref().zip(now.aws_account_id.as_ref()).is_some_and(|(was, is)| was != is)
    }

    /// What cuts off the rotation that is under way, where this becomes of the account: the other key is left at the
    /// upstream then, and nobody knows of it.
    pub fn cut_off_by(&self, now: &Self) -> Option<CutOff> {
        if self.rotation.is_none() || now.rotation.is_some() {
            return None;
        }
        let (was, is) = (self.terms.source(), now.terms.source());
        if was.0 != is.0 {
            Some(CutOff::Kind)
        } else if was.1 != is.1 {
            Some(CutOff::Upstream)
        } else {
            (was != is).then_some(CutOff::Key)
        }
    }

    /// The keys of a rotation that are left at the upstream where this becomes of the account; none is what there is when it
    /// is deleted.
    pub fn keys_left_by(&self, now: Option<&Self>) -> Vec<&str> {
        let Some(rotation) = &self.rotation else { return Vec::new() };
        let used = match now {
            None => None,
            Some(now) => match self.cut_off_by(now) {
                None => return Vec::new(),
                Some(CutOff::Kind | CutOff::Upstream) => None,
                Some(CutOff::Key) => now.terms.access_key_id.as_deref(),
            },
        };
        let mut keys: Vec<&str> = self.terms.access_key_id.as_deref().into_iter().collect();
        if !keys.contains(&&*rotation.old_key_id) {
            keys.push(&rotation.old_key_id);
        }
        keys.retain(|key| Some(*key) != used);
        keys
    }

    /// The same account on other terms. What was learned of other credentials is forgotten.
    #[must_use]
    pub fn with(&self, terms: AccountTerms) -> Self {
        if terms.source() == self.terms.source() {
            return Self { terms, ..self.clone() };
        }
        let (sealed_secret, secret_set) = (self.sealed_secret.clone(), self.secret_set);
        let is_key = terms.kind == AccountKind::AccessKey;
        let new = Self::new(terms);
        if is_key { Self { sealed_secret, secret_set, ..new } } else { new }
    }
}

/// What an administrator says of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountTerms {
    /// Unique, 1 to 64 characters.
    #[schema(min_length = 1, max_length = 64)]
    pub name: String,
    /// Where the credentials come from.
    pub kind: AccountKind,
    /// Picks sign-in and console hosts.
    #[serde(default)]
    #[schema(default = Partition::default)]
    pub partition: Partition,
    /// The upstream; Regent's own if none is named.
    #[serde(default = "embedded")]
    #[schema(default = embedded)]
    pub upstream_id: Id,
    /// The region of STS; the partition's default if none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The id of the access key, 16 to 128 characters; for `access_key`. Whoever is no administrator sees `AKIA…WXYZ` of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 9, max_length = 128)]
    pub access_key_id: Option<String>,
    /// The MFA device of the key's user. With it a connector may ask the person for a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 9, max_length = 256)]
    pub mfa_serial: Option<String>,
    /// The role to take, and from where; for `hop`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hop: Option<Hop>,
    /// The role in Regent's own IAM; for `regent_role`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regent_role_arn: Option<String>,
    /// After how many days the key is to be rotated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 3650)]
    pub rotate_every_days: Option<u32>,
    /// An administrator knows that this is a root user's key, and wants it all the same.
    #[serde(default)]
    #[schema(default = false)]
    pub root_confirmed: bool,
    /// Issues nothing while true.
    #[serde(default)]
    #[schema(default = false)]
    pub disabled: bool,
}

fn embedded() -> Id {
    Id::built_in(crate::upstream::Upstream::EMBEDDED)
}

impl AccountTerms {
    /// Where its credentials come from. What was learned of others is not true of these.
    pub fn source(&self) -> (AccountKind, &Id, Option<&str>, Option<&Hop>, Option<&str>) {
        let Self { kind, upstream_id, access_key_id, hop, regent_role_arn, .. } = self;
        (*kind, upstream_id, access_key_id.as_deref(), hop.as_ref(), regent_role_arn.as_deref())
    }

    /// The region of STS.
    pub fn region(&self) -> &str {
        self.region.as_deref().unwrap_or(self.partition.default_region())
    }
}

impl Noun for Account {
    const KIND: &'static str = "broker-account";
    const PREFIX: &'static str = "acct";

    fn name(&self) -> &str {
        &self.terms.name
    }
}

/// Where base credentials come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// A long-term access key, sealed in the store.
    AccessKey,
    /// What the host provides: environment, container endpoint, instance metadata.
    Ambient,
    /// A role in Regent's own IAM, taken in the process.
    RegentRole,
    /// A role taken with another account's credentials.
    Hop,
}

impl AccountKind {
    /// Whether its credentials are a session's, whatever stands behind them.
    pub const fn is_temporary(self) -> bool {
        match self {
            Self::AccessKey => false,
            Self::Ambient | Self::RegentRole | Self::Hop => true,
        }
    }
}

/// A role taken with another account's credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hop {
    /// The account whose credentials take it. At most three hops, and never in a circle.
    pub base: Id,
    /// The role.
    pub role_arn: String,
    /// What its trust policy asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// How long a session of it is to be, 900 to 43200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 900, maximum = 43_200)]
    pub duration: Option<u32>,
}

/// How the last test or use went.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Health {
    /// Nobody has tried.
    #[default]
    Untested,
    /// It worked.
    Ok,
    /// It did not.
    Failing {
        /// Since when, in seconds since 1970.
        since: i64,
        /// The code of the error.
        code: String,
    },
}

/// What a rotation is cut off by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutOff {
    /// The credentials come from elsewhere.
    Kind,
    /// They are of another upstream.
    Upstream,
    /// There is another key.
    Key,
}

/// A rotation of an access key under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation {
    /// The key that goes.
    pub old_key_id: Box<str>,
    /// Its secret, sealed, for a rollback; empty once there is none any more.
    pub old_sealed_secret: Box<str>,
    /// When that was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_secret_set: Option<i64>,
    /// How far it is.
    pub step: RotationStep,
    /// When this step was reached.
    pub at: i64,
    /// When a node took it up; none while none is at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<i64>,
    /// What tells that node's turn from any other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_by: Option<Box<str>>,
}

/// How far a rotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RotationStep {
    /// A second key is being made. One that is found then, and that came after this was written, is it.
    Creating,
    /// The new key is in use; the old one still works.
    Switched,
    /// The old key is inactive and can be brought back.
    Deactivated,
    /// It was brought back: the key that goes is the newer one, which nobody uses any more.
    RolledBack,
}
