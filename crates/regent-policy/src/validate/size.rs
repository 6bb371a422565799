//! How long a policy may be.

use super::issue::IssueCode;
use super::options::PolicyType;
use super::report::{Report, Spot};
use super::subject::Subject;
use crate::size::counted_size;

/// A managed policy, blanks between elements not counted.
const MANAGED_CHARACTERS: usize = 6_144;
/// A role's trust policy, counted in the same way. The quota can be raised.
const TRUST_CHARACTERS: usize = 2_048;
/// A bucket's policy, in bytes. Keys may have longer ones, tables and topics may not.
const RESOURCE_BYTES: usize = 20_480;
/// A resource control policy, blanks included.
const RCP_CHARACTERS: usize = 5_120;

/// Compares the policy with the quota of its type. Where AWS leaves blanks out of the count, so do we.
pub(super) fn check(subject: &Subject<'_, '_>, text: &str, report: &mut Report<'_>) {
    let (code, size, most, what) = match subject.options.policy_type() {
        PolicyType::Identity => (
            IssueCode::PolicySizeExceedsIdentityPolicyQuota,
            counted_size(text),
            MANAGED_CHARACTERS,
            "a managed policy",
        ),
        PolicyType::Resource if subject.options.is_trust() => (
            IssueCode::PolicySizeExceedsRoleTrustPolicyQuota,
            counted_size(text),
            TRUST_CHARACTERS,
            "a trust policy",
        ),
        PolicyType::Resource => {
            (IssueCode::PolicySizeExceedsResourcePolicyQuota, text.len(), RESOURCE_BYTES, "a bucket's policy")
        }
        PolicyType::ServiceControl => (
            IssueCode::PolicySizeExceedsScpQuota,
            text.chars().count(),
            subject.options.scp_characters(),
            "a service control policy",
        ),
        PolicyType::ResourceControl => (
            IssueCode::PolicySizeExceedsRcpQuota,
            text.chars().count(),
            RCP_CHARACTERS,
            "a resource control policy",
        ),
    };
    if size > most {
        let details = format!(
            "The policy has {size} characters, and {what} may have {most}. Make it shorter, or split it into \
             several."
        );
        report.add(code, Spot::Value(0), details);
    }
}
