//! Showing a passkey: to sign in, or to show again that one is there.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regent_broker::Passkey;
use regent_store::entity::Seconds;
use serde::{Deserialize, Serialize};

use super::authenticator_data::AuthenticatorData;
use super::cose::PublicKey;
use super::{
    Ceremony, Challenge, Descriptor, Encoded, PATIENCE_SECS, PasskeyError, RelyingParty, Verification,
    client_data,
};

/// What to give to `navigator.credentials.get`, in its JSON form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestOptions {
    challenge: Box<str>,
    timeout: Seconds,
    rp_id: Box<str>,
    allow_credentials: Vec<Descriptor>,
    user_verification: &'static str,
}

/// What the browser gives back, in its JSON form.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AssertionResponse {
    raw_id: Encoded,
    #[serde(rename = "type")]
    kind: String,
    response: Signed,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Signed {
    #[serde(rename = "clientDataJSON")]
    client_data: Encoded,
    authenticator_data: Encoded,
    signature: Encoded,
    #[serde(default)]
    user_handle: Option<Encoded>,
}

impl AssertionResponse {
    /// The credential that was used, as passkeys are kept.
    pub(crate) fn credential_id(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.raw_id.0)
    }

    /// Whose the authenticator says it is: the id given at registration. It is signed by nothing; [`finish`] holds the
    /// passkey of that person against it.
    pub(crate) fn user_handle(&self) -> Option<&str> {
        std::str::from_utf8(&self.response.user_handle.as_ref()?.0).ok()
    }
}

/// Whose passkeys are asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asked<'a> {
    /// Anybody's: whoever signs in chooses on their device. The holder must be verified.
    Anybody,
    /// Those of a person who is known already.
    Person {
        /// Their id.
        id: &'a str,
        /// Their passkeys.
        passkeys: &'a [Passkey],
        /// Whether the holder must be verified.
        verification: Verification,
    },
}

/// Begins: what to give to the browser, and what to keep for its answer.
pub(crate) fn begin(
    relying_party: &RelyingParty,
    asked: Asked<'_>,
    now: Seconds,
) -> Result<(RequestOptions, Challenge), PasskeyError> {
    let (person, passkeys, verification) = match asked {
        Asked::Anybody => (None, &[][..], Verification::Required),
        Asked::Person { id, passkeys, verification } => (Some(id), passkeys, verification),
    };
    let challenge = Challenge::draw(Ceremony::Assertion, person, verification, now)?;
    let options = RequestOptions {
        challenge: challenge.value.clone(),
        timeout: PATIENCE_SECS * 1000,
        rp_id: relying_party.id.clone(),
        allow_credentials: passkeys.iter().map(Descriptor::of).collect(),
        user_verification: match verification {
            Verification::Required => "required",
            Verification::Preferred => "preferred",
        },
    };
    Ok((options, challenge))
}

/// What a passkey proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Proof {
    /// The counter to keep with the passkey, before anybody is let in.
    pub(crate) counter: u32,
    /// Whether the authenticator verified its holder: then it counts as two factors.
    pub(crate) is_verified: bool,
}

/// A passkey and whose it is, as the records have it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held<'a> {
    /// The id of the person.
    pub(crate) person: &'a str,
    /// The one of their passkeys that the answer names.
    pub(crate) passkey: &'a Passkey,
}

/// Ends: what the answer proves about the passkey it names.
pub(crate) fn finish(
    relying_party: &RelyingParty,
    challenge: &Challenge,
    response: &AssertionResponse,
    (held, now): (Held<'_>, Seconds),
) -> Result<Proof, PasskeyError> {
    challenge.is_open_for(Ceremony::Assertion, now)?;
    if response.kind != "public-key" {
        return Err(PasskeyError::Malformed("type"));
    }
    is_theirs(challenge, response, held)?;
    client_data::verify(&response.response.client_data.0, challenge, relying_party)?;
    let data = AuthenticatorData::read(&response.response.authenticator_data.0)?;
    data.verify(&relying_party.id, challenge.verification)?;
    let key = URL_SAFE_NO_PAD.decode(held.passkey.public_key.as_bytes()).map_err(|_| PasskeyError::Key)?;
    let client_data = digest::digest(&digest::SHA256, &response.response.client_data.0);
    let message = [&*response.response.authenticator_data.0, client_data.as_ref()].concat();
    PublicKey::read(&key)?.verify(&message, &response.response.signature.0)?;
    let counts = data.counter != 0 || held.passkey.counter != 0;
    if counts && data.counter <= held.passkey.counter {
        return Err(PasskeyError::Counter);
    }
    Ok(Proof { counter: data.counter, is_verified: data.is_verified() })
}

/// Whether the answer is about this passkey of this person, and the challenge was not for somebody else.
fn is_theirs(
    challenge: &Challenge,
    response: &AssertionResponse,
    held: Held<'_>,
) -> Result<(), PasskeyError> {
    let is_named = response.credential_id() == *held.passkey.credential_id;
    let is_asked = challenge.person.as_deref().is_none_or(|person| person == held.person);
    let is_said = match &response.response.user_handle {
        Some(handle) => handle.0 == held.person.as_bytes(),
        // Only who has said before who they are may leave it out.
        None => challenge.person.is_some(),
    };
    if is_named && is_asked && is_said { Ok(()) } else { Err(PasskeyError::Owner) }
}
