//! A new passkey.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regent_broker::Passkey;
use regent_store::entity::Seconds;
use serde::{Deserialize, Serialize};

use super::attestation::AttestationObject;
use super::authenticator_data::AuthenticatorData;
use super::cose::{ALGORITHMS, PublicKey};
use super::{
    Ceremony, Challenge, Descriptor, Encoded, MAX_PASSKEYS, PATIENCE_SECS, PasskeyError, RelyingParty,
    Verification, client_data,
};

/// Whose passkey it will be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner<'a> {
    /// Their id, which comes back as user handle when they sign in without saying who they are.
    pub(crate) id: &'a str,
    /// The name they sign in with.
    pub(crate) name: &'a str,
    /// What to call them.
    pub(crate) display_name: &'a str,
    /// The passkeys they have: an authenticator that holds one does not make another.
    pub(crate) passkeys: &'a [Passkey],
}

/// What to give to `navigator.credentials.create`, in its JSON form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreationOptions {
    rp: RelyingPartyEntity,
    user: UserEntity,
    challenge: Box<str>,
    pub_key_cred_params: Vec<Parameters>,
    timeout: Seconds,
    exclude_credentials: Vec<Descriptor>,
    authenticator_selection: Selection,
    attestation: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct RelyingPartyEntity {
    id: Box<str>,
    name: Box<str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct UserEntity {
    id: String,
    name: Box<str>,
    display_name: Box<str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Parameters {
    #[serde(rename = "type")]
    kind: &'static str,
    alg: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Selection {
    resident_key: &'static str,
    require_resident_key: bool,
    user_verification: &'static str,
}

/// What the browser gives back, in its JSON form.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RegistrationResponse {
    raw_id: Encoded,
    #[serde(rename = "type")]
    kind: String,
    response: AttestationResponse,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AttestationResponse {
    #[serde(rename = "clientDataJSON")]
    client_data: Encoded,
    attestation_object: Encoded,
}

/// Begins: what to give to the browser, and what to keep for its answer.
///
/// The passkey must be discoverable and its holder verified, so that it signs in by itself.
pub(crate) fn begin(
    relying_party: &RelyingParty,
    owner: Owner<'_>,
    now: Seconds,
) -> Result<(CreationOptions, Challenge), PasskeyError> {
    if owner.passkeys.len() >= MAX_PASSKEYS {
        return Err(PasskeyError::Unavailable);
    }
    let challenge = Challenge::draw(Ceremony::Registration, Some(owner.id), Verification::Required, now)?;
    let options = CreationOptions {
        rp: RelyingPartyEntity { id: relying_party.id.clone(), name: relying_party.id.clone() },
        user: UserEntity {
            id: URL_SAFE_NO_PAD.encode(owner.id),
            name: owner.name.into(),
            display_name: owner.display_name.into(),
        },
        challenge: challenge.value.clone(),
        pub_key_cred_params: ALGORITHMS.map(|alg| Parameters { kind: "public-key", alg }).to_vec(),
        timeout: PATIENCE_SECS * 1000,
        exclude_credentials: owner.passkeys.iter().map(Descriptor::of).collect(),
        authenticator_selection: Selection {
            resident_key: "required",
            require_resident_key: true,
            user_verification: "required",
        },
        attestation: "none",
    };
    Ok((options, challenge))
}

/// Ends: the new passkey, called `name` by its owner. That nobody has one with its id is for the caller to see.
pub(crate) fn finish(
    relying_party: &RelyingParty,
    challenge: &Challenge,
    response: &RegistrationResponse,
    (name, now): (&str, Seconds),
) -> Result<Passkey, PasskeyError> {
    challenge.is_open_for(Ceremony::Registration, now)?;
    if response.kind != "public-key" {
        return Err(PasskeyError::Malformed("type"));
    }
    client_data::verify(&response.response.client_data.0, challenge, relying_party)?;
    let object = AttestationObject::read(&response.response.attestation_object.0)?;
    let data = AuthenticatorData::read(object.auth_data)?;
    data.verify(&relying_party.id, challenge.verification)?;
    let Some(credential) = data.credential else {
        return Err(PasskeyError::Malformed("credential"));
    };
    if credential.id != response.raw_id.0 {
        return Err(PasskeyError::Owner);
    }
    // Read once now, so that what cannot be used later is never kept.
    PublicKey::read(credential.key)?;
    Ok(Passkey {
        name: name.into(),
        credential_id: URL_SAFE_NO_PAD.encode(credential.id).into(),
        public_key: URL_SAFE_NO_PAD.encode(credential.key).into(),
        counter: data.counter,
        created: now,
    })
}
