//! Where sealed things lie: the text each is bound to. A changed text opens nothing any more.

use regent_store::entity::AccountId;

/// The secret of a long-term access key.
pub(crate) fn access_key(account: AccountId, id: &str) -> String {
    format!("{account}/access-key/{id}")
}

/// The seed of a virtual MFA device.
pub(crate) fn mfa_device(account: AccountId, key: &str) -> String {
    format!("{account}/mfa-device/{key}")
}

/// A data key, sealed with the master key.
pub(crate) fn data_key(id: u32) -> String {
    format!("data-key/{id}")
}

/// A session key, sealed with the data key.
pub(crate) fn session_key(id: u32) -> String {
    format!("session-key/{id}")
}
