//! What the browser says about a ceremony: its type, the challenge, and the page it was made on.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde::Deserialize;

use super::{Ceremony, Challenge, PasskeyError, RelyingParty};

/// The longest there is. Browsers write some two hundred bytes.
const MAX_BYTES: usize = 4096;

/// The members that are judged. A browser may add others, and new ones will come.
#[derive(Debug, Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    is_cross_origin: bool,
    #[serde(rename = "topOrigin", default)]
    top_origin: Option<serde::de::IgnoredAny>,
}

/// Whether a browser on a page of this server wrote `json` for this challenge.
pub(super) fn verify(
    json: &[u8],
    challenge: &Challenge,
    relying_party: &RelyingParty,
) -> Result<(), PasskeyError> {
    if json.len() > MAX_BYTES {
        return Err(PasskeyError::Malformed("client data"));
    }
    let data: ClientData =
        serde_json::from_slice(json).map_err(|_| PasskeyError::Malformed("client data"))?;
    let kind = match challenge.ceremony {
        Ceremony::Registration => "webauthn.create",
        Ceremony::Assertion => "webauthn.get",
    };
    let is_answer = verify_slices_are_equal(data.challenge.as_bytes(), challenge.value.as_bytes()).is_ok();
    if data.kind != kind || !is_answer {
        return Err(PasskeyError::Challenge);
    }
    if *data.origin != *relying_party.origin {
        return Err(PasskeyError::Origin(data.origin.chars().take(200).collect()));
    }
    // Inside a frame of another page somebody else decides what the person sees.
    if data.is_cross_origin || data.top_origin.is_some() {
        return Err(PasskeyError::Origin("a page inside another".to_owned()));
    }
    Ok(())
}
