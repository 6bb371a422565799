//! Session tags: what may be passed, and what is inherited.
//!
//! Keys are compared without case and shown as first given.
//!
//! AWS: IAM User Guide, "Passing session tags in AWS STS".

use regent_store::entity::Tag;
use regent_wire::{Fault, sts as wire};

use crate::caller::Caller;
use crate::session::SessionTag;

const DUPLICATE: &str = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
const NOT_REQUESTED: &str = "The specified transitive tag key must be included in the requested tags.";
const CONFLICT: &str = "One of the specified transitive tag keys can't be set because it conflicts with a transitive \
     tag key from the calling session.";
// CHOICE: the text is what AWS's services are publicly reported to say; of STS it was not recorded.
const RESERVED: &str = "aws: prefixed tag key names are not allowed for external use.";

/// The tags of a new session: those inherited from the caller's, and those passed.
pub(super) fn of_session(
    caller: &Caller,
    tags: Option<&[wire::Tag]>,
    transitive: &[String],
) -> Result<Vec<SessionTag>, Fault> {
    let tags = tags.unwrap_or_default();
    check(tags)?;
    let same = |one: &str, other: &str| one.to_lowercase() == other.to_lowercase();
    if transitive.iter().any(|key| !tags.iter().any(|tag| same(&tag.key, key))) {
        return Err(Fault::invalid_parameter_value(NOT_REQUESTED));
    }
    let inherited: Vec<SessionTag> =
        caller.transitive_tags().map(|tag| SessionTag { tag: tag.clone(), is_transitive: true }).collect();
    if tags.iter().any(|tag| inherited.iter().any(|held| same(&held.tag.key, &tag.key))) {
        return Err(Fault::invalid_parameter_value(CONFLICT));
    }
    let passed = tags.iter().map(|tag| SessionTag {
        tag: Tag { key: tag.key.as_str().into(), value: tag.value.as_str().into() },
        is_transitive: transitive.iter().any(|key| same(&tag.key, key)),
    });
    Ok(inherited.into_iter().chain(passed).collect())
}

fn check(tags: &[wire::Tag]) -> Result<(), Fault> {
    let mut keys: Vec<String> = tags.iter().map(|tag| tag.key.to_lowercase()).collect();
    if keys.iter().any(|key| key.starts_with("aws:")) {
        return Err(Fault::invalid_parameter_value(RESERVED));
    }
    keys.sort_unstable();
    if keys.is_sorted_by(|one, next| one < next) {
        Ok(())
    } else {
        Err(Fault::invalid_parameter_value(DUPLICATE))
    }
}
