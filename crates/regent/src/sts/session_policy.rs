//! Session policies: what is passed to narrow a session, and how much of the token it takes.

use std::io::Write as _;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use regent_policy::{PolicyKind, Stage, admit_in};
use regent_store::directory::AccountView;
use regent_store::entity::PolicyDocument;
use regent_wire::sts::error;
use regent_wire::{Fault, sts as wire};

use crate::call::Call;
use crate::session::{SessionPolicies, SessionTag};

/// Bytes that policies and tags of a session may take when packed.
///
/// AWS packs into a form of its own and tells only how full it is. Ours is deflate over policy, ARNs and tags.
const PACKED_BYTES: usize = 2048;
const NO_JSON: &str = "The policy is not in the valid JSON format.";

/// Policies and tags of a new session, checked, and how full they make it, in percent.
#[derive(Debug)]
pub(super) struct Packed {
    pub(super) policies: SessionPolicies,
    pub(super) tags: Vec<SessionTag>,
    /// None if there is nothing to pack.
    pub(super) percent: Option<i32>,
}

/// Checks the policies and packs them with the tags. `account` is the one whose managed policies may be passed.
pub(super) fn pack(
    call: &Call<'_>,
    account: &AccountView,
    inline: Option<&str>,
    managed: Option<&[wire::PolicyDescriptorType]>,
    tags: Vec<SessionTag>,
) -> Result<Packed, Fault> {
    let managed = managed.unwrap_or_default().iter().map(|policy| find(call, account, policy));
    let policies = SessionPolicies {
        inline: inline.map(|text| read(call, text)).transpose()?,
        managed: managed.collect::<Result<_, _>>()?,
    };
    let percent = percent(&policies, &tags)?;
    match percent {
        Some(percent) if percent > 100 => {
            let message =
                format!("Packed policy consumes {percent}% of allotted space, please use smaller policy.");
            Err(Fault::new(&error::PACKED_POLICY_TOO_LARGE, message))
        }
        _ => Ok(Packed { policies, tags, percent }),
    }
}

/// What is no JSON is refused in other words than in IAM; what is no policy, in the same.
fn read(call: &Call<'_>, text: &str) -> Result<Arc<PolicyDocument>, Fault> {
    match admit_in(text, PolicyKind::Session, call.arns().name()) {
        Ok(_) => Ok(Arc::new(PolicyDocument::new(text, Vec::new()))),
        Err(refusal) => {
            let message = if refusal.stage() == Stage::Json { NO_JSON } else { refusal.message() };
            Err(Fault::new(&error::MALFORMED_POLICY_DOCUMENT, message.to_owned()).because(refusal))
        }
    }
}

/// A managed policy must exist, in the account of the session or as one of AWS's.
fn find(
    call: &Call<'_>,
    account: &AccountView,
    policy: &wire::PolicyDescriptorType,
) -> Result<Arc<str>, Fault> {
    let arn = policy.arn.as_deref().unwrap_or_default();
    if call.server.managed_policy(account, arn).is_none() {
        // CHOICE: what AWS answers for a policy that does not exist is not known.
        let message = format!("Policy {arn} does not exist or is not attachable.");
        return Err(Fault::new(&error::MALFORMED_POLICY_DOCUMENT, message));
    }
    Ok(arn.into())
}

fn percent(policies: &SessionPolicies, tags: &[SessionTag]) -> Result<Option<i32>, Fault> {
    if policies.is_empty() && tags.is_empty() {
        return Ok(None);
    }
    let inline = policies.inline.as_ref().map(|policy| policy.text());
    let managed = policies.managed.iter().map(|arn| &**arn);
    let tags = tags.iter().flat_map(|tag| [&*tag.tag.key, &*tag.tag.value]);
    let percent = packed_percent(inline.into_iter().chain(managed).chain(tags));
    percent.map(Some).map_err(Fault::internal_failure)
}

/// How full texts make a session when they are packed, in percent.
pub(crate) fn packed_percent<'a>(texts: impl Iterator<Item = &'a str>) -> std::io::Result<i32> {
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
    for text in texts {
        packed.write_all(text.as_bytes())?;
    }
    let bytes = packed.finish()?.len();
    Ok(i32::try_from((bytes * 100).div_ceil(PACKED_BYTES)).unwrap_or(i32::MAX))
}
