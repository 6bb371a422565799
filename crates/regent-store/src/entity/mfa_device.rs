use serde::{Deserialize, Serialize};

use super::{KeyOwner, Seconds, Tag};

/// A virtual MFA device: a seed shared with somebody's authenticator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MfaDevice {
    /// The last part of its serial number (which is its ARN).
    pub name: Box<str>,
    /// Begins and ends with `/`.
    pub path: Box<str>,
    /// When it was made.
    pub created: Seconds,
    /// The seed, sealed to this record.
    pub sealed_seed: Box<str>,
    /// Whose it is, once it was enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignment: Option<Assignment>,
    /// The newest time step it was used with by somebody it was taken from since: those codes stay used up.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub spent_step: u64,
    /// Keys are unique whatever their case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

impl MfaDevice {
    /// Path and name: the end of its serial number, and what tells it from others in its account.
    pub fn key(&self) -> String {
        format!("{}{}", self.path, self.name)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
fn is_zero(step: &u64) -> bool {
    *step == 0
}

/// To whom a device belongs, and the last code it gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Assignment {
    /// Its owner.
    pub owner: KeyOwner,
    /// When it was enabled.
    pub enabled: Seconds,
    /// The time step of the newest code it was used with: an older or equal one is a replay.
    pub last_step: u64,
    /// By how many steps the device's clock is off, learned when it was enabled or resynchronized.
    #[serde(default)]
    pub drift: i8,
}
