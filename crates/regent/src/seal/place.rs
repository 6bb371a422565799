//! Where sealed things lie: the text each is bound to. A changed text opens nothing any more.

use regent_broker::Id;
use regent_store::entity::AccountId;

/// The secret of a long-term access key.
pub(crate) fn access_key(account: AccountId, id: &str) -> String {
    format!("{account}/access-key/{id}")
}

/// The seed of a virtual MFA device.
pub(crate) fn mfa_device(account: AccountId, key: &str) -> String {
    format!("{account}/mfa-device/{key}")
}

/// The seed of a person's authenticator.
pub(crate) fn person_totp(person: &str) -> String {
    format!("person/{person}/totp")
}

/// What a provider knows a person's session by.
pub(crate) fn id_token(person: &Id) -> String {
    format!("person/{person}/id-token")
}

/// A data key, sealed with the master key.
pub(crate) fn data_key(id: u32) -> String {
    format!("data-key/{id}")
}

/// A key of the chain of audit events, sealed with the data key.
pub(crate) fn chain_key(id: u32) -> String {
    format!("chain-key/{id}")
}

/// A session key, sealed with the data key.
pub(crate) fn session_key(id: u32) -> String {
    format!("session-key/{id}")
}

/// The secret of a broker account's access key.
pub(crate) fn broker_account(id: &Id) -> String {
    format!("broker-account/{id}/secret")
}

/// The client secret of an identity source.
pub(crate) fn identity_source(id: &Id) -> String {
    format!("identity-source/{id}/client-secret")
}

/// What fetches a person's groups anew.
pub(crate) fn person_refresh_token(id: &Id) -> String {
    format!("person/{id}/refresh-token")
}
