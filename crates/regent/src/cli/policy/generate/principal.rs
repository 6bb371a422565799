//! Principals, as they are written on the command line.

use anyhow::bail;

/// Who, and under which member of `Principal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) of: Type,
    pub(super) name: String,
}

/// The members of `Principal`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Type {
    Aws,
    Service,
    Saml,
    Oidc,
}

impl Type {
    pub(super) fn member(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::Service => "Service",
            Self::Saml | Self::Oidc => "Federated",
        }
    }

    /// How principals of this type assume a role.
    pub(super) fn assumes_by(self) -> &'static str {
        match self {
            Self::Aws | Self::Service => "sts:AssumeRole",
            Self::Saml => "sts:AssumeRoleWithSAML",
            Self::Oidc => "sts:AssumeRoleWithWebIdentity",
        }
    }
}

impl Named {
    pub(super) fn read(name: &str) -> anyhow::Result<Self> {
        let is_account = name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_digit());
        let of = if name.starts_with("arn:") && name.contains(":saml-provider/") {
            Type::Saml
        } else if name.starts_with("arn:") && name.contains(":oidc-provider/") {
            Type::Oidc
        } else if name == "*" || is_account || name.starts_with("arn:") {
            Type::Aws
        } else if name.contains(".amazonaws.com") {
            Type::Service
        } else {
            bail!(
                "`{name}` is no principal: expected an account, an ARN, a service such as `ec2.amazonaws.com`, or `*`"
            );
        };
        Ok(Self { of, name: name.to_owned() })
    }
}
