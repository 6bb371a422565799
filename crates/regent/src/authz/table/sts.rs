//! STS's rows.

use regent_policy::action;

use super::Also::{IfSessionTags, IfSourceIdentity, IfTagged};
use super::KeyRule::{AssumeRole, RequestTags};
use super::Level::{Read, Write};
use super::On::{Any, FederatedUser, Nothing, TrustingRole};
use super::{Row, row};

/// Every STS operation that Regent answers.
#[rustfmt::skip]
pub(crate) static STS: &[Row] = &[
    row(action!("sts:AssumeRole"), Write, TrustingRole("RoleArn"), &[AssumeRole, RequestTags],
        &[IfSessionTags(action!("sts:TagSession")), IfSourceIdentity(action!("sts:SetSourceIdentity"))]),
    row(action!("sts:DecodeAuthorizationMessage"), Read, Any, &[], &[]),
    row(action!("sts:GetAccessKeyInfo"), Read, Any, &[], &[]),
    row(action!("sts:GetCallerIdentity"), Read, Nothing, &[], &[]),
    row(action!("sts:GetFederationToken"), Read, FederatedUser("Name"), &[RequestTags], &[IfTagged(action!("sts:TagSession"))]),
    row(action!("sts:GetSessionToken"), Read, Nothing, &[], &[]),
];
