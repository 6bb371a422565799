//! How long policies may be.

use regent_policy::{PolicyKind, counted_size};

/// How many characters AWS takes of a policy of a kind; none where that depends on what it is attached to.
///
/// AWS: "IAM and AWS STS quotas", IAM entity character limits; "Quotas and service limits for AWS Organizations".
pub(crate) const fn quota(kind: PolicyKind) -> Option<usize> {
    match kind {
        PolicyKind::Session | PolicyKind::RoleTrust => Some(2_048),
        PolicyKind::Identity | PolicyKind::PermissionsBoundary => Some(6_144),
        PolicyKind::ServiceControl | PolicyKind::ResourceControl => Some(5_120),
        PolicyKind::Resource | PolicyKind::Endpoint => None,
    }
}

/// How many characters of a policy count against that.
///
/// STS takes a text as it is, blanks and all, and so does AWS Organizations over its API; IAM counts without the white
/// space between elements.
pub(crate) fn counted(text: &str, kind: PolicyKind) -> usize {
    match kind {
        PolicyKind::Session | PolicyKind::ServiceControl | PolicyKind::ResourceControl => {
            text.chars().count()
        }
        PolicyKind::Identity
        | PolicyKind::PermissionsBoundary
        | PolicyKind::RoleTrust
        | PolicyKind::Resource
        | PolicyKind::Endpoint => counted_size(text),
    }
}
