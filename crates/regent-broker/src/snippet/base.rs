//! Who base credentials are, and the role that they assume, as far as policies name them.

use super::document::Node;
use super::{Snippet, SnippetError, hcl, shell};
use crate::gallery::Pattern;

/// Who base credentials are; never the root user, which needs no policy and cannot assume roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base<'a> {
    User {
        arn: &'a str,
        name: &'a str,
    },
    Role {
        arn: &'a str,
        name: &'a str,
    },
    /// A session of a role. Of the role its ARN does not tell the path.
    Session {
        partition: &'a str,
        account: &'a str,
        role: &'a str,
    },
}

/// What a permission policy is put on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder<'a> {
    User(&'a str),
    Role(&'a str),
}

impl<'a> Base<'a> {
    /// Reads what `GetCallerIdentity` tells.
    pub(super) fn read(arn: &'a str) -> Result<Self, SnippetError> {
        let refused = || SnippetError::Base(arn.to_owned());
        if let Some((partition, account, rest)) = sts(arn) {
            let named = rest.strip_prefix("assumed-role/").and_then(|rest| rest.split_once('/'));
            let (role, _) = named.ok_or_else(refused)?;
            if !Pattern::Name.takes(role)
                || !Pattern::Account.takes(account)
                || !Pattern::Partition.takes(partition)
            {
                return Err(refused());
            }
            return Ok(Self::Session { partition, account, role });
        }
        if !Pattern::Principal.takes(arn) {
            return Err(refused());
        }
        let (kind, name) = named(arn);
        match kind {
            "user" => Ok(Self::User { arn, name }),
            "role" => Ok(Self::Role { arn, name }),
            _ => Err(SnippetError::Root),
        }
    }

    /// Whom a trust policy names.
    pub(super) fn principal(&self) -> String {
        match self {
            Self::User { arn, .. } | Self::Role { arn, .. } => (*arn).to_owned(),
            Self::Session { partition, account, role } => {
                format!("arn:{partition}:iam::{account}:role/{role}")
            }
        }
    }

    pub(super) fn is_user(&self) -> bool {
        matches!(self, Self::User { .. })
    }

    pub(super) fn is_session(&self) -> bool {
        matches!(self, Self::Session { .. })
    }

    /// The forms of a policy for whoever the base is.
    pub(super) fn snippet(&self, policy_name: &str, policy: &Node) -> Snippet {
        let holder = match self {
            Self::User { name, .. } => Holder::User(name),
            Self::Role { name, .. } | Self::Session { role: name, .. } => Holder::Role(name),
        };
        Snippet {
            json: policy.to_json(),
            terraform: hcl::inline_policy(holder, policy_name, policy),
            cli: shell::inline_policy(holder, policy_name, policy),
        }
    }
}

/// A role to assume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RoleArn<'a> {
    pub(super) arn: &'a str,
    /// `/`, or the path with a slash at both ends.
    pub(super) path: &'a str,
    pub(super) name: &'a str,
}

impl<'a> RoleArn<'a> {
    pub(super) fn read(arn: &'a str) -> Result<Self, SnippetError> {
        match named(arn) {
            ("role", name) if Pattern::Principal.takes(arn) => Ok(Self { arn, path: path(arn), name }),
            (_, _) => Err(SnippetError::Role(arn.to_owned())),
        }
    }
}

/// What kind of principal an ARN of IAM names, and its name without the path.
fn named(arn: &str) -> (&str, &str) {
    let rest = arn.rsplit(':').next().unwrap_or_default();
    let (kind, path) = rest.split_once('/').unwrap_or((rest, ""));
    (kind, path.rsplit('/').next().unwrap_or_default())
}

/// The path in an ARN of IAM: from the slash behind the kind to the last.
fn path(arn: &str) -> &str {
    let from = arn.find('/').and_then(|at| arn.get(at..)).unwrap_or("/");
    let to = from.rfind('/').map_or(0, |at| at + 1);
    from.get(..to).unwrap_or("/")
}

/// Partition, account and the rest of an ARN of STS.
fn sts(arn: &str) -> Option<(&str, &str, &str)> {
    let (partition, rest) = arn.strip_prefix("arn:")?.split_once(":sts::")?;
    let (account, rest) = rest.split_once(':')?;
    Some((partition, account, rest))
}
