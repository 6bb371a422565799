//! Principals, as they are written on the command line.

use super::GenerateError;

/// Who, and under which member of `Principal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) of: Type,
    pub(crate) name: String,
}

/// The members of `Principal`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Type {
    Aws,
    Service,
    Saml,
    Oidc,
}

impl Type {
    pub(crate) fn member(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::Service => "Service",
            Self::Saml | Self::Oidc => "Federated",
        }
    }

    /// How principals of this type assume a role.
    pub(crate) fn assumes_by(self) -> &'static str {
        match self {
            Self::Aws | Self::Service => "sts:AssumeRole",
            Self::Saml => "sts:AssumeRoleWithSAML",
            Self::Oidc => "sts:AssumeRoleWithWebIdentity",
        }
    }
}

impl Named {
    pub(crate) fn read(name: &str) -> Result<Self, GenerateError> {
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
            return Err(GenerateError::NotAPrincipal(name.to_owned()));
        };
        Ok(Self { of, name: name.to_owned() })
    }
}
