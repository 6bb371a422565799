//! What a denial has to tell to those who may know.

use regent_wire::Fault;
use regent_wire::sts::{self as wire, error, op};

use crate::authz::Authorized;
use crate::call::Call;
use crate::session::DenialMessageError;

/// Opens the message that a denial carried: why it was denied, and the whole context of the request.
///
/// Only an account whose own caller was denied may have it, up to a day later. What is no message, another account's
/// and one that is too old are all refused alike.
///
/// AWS: STS API reference, DecodeAuthorizationMessage.
pub(crate) fn decode_authorization_message(
    call: &Call<'_>,
    input: &Authorized<op::DecodeAuthorizationMessage>,
) -> Result<wire::DecodeAuthorizationMessageResponse, Fault> {
    let ring = call.server.key_ring(call.directory)?;
    let opened = ring.open_denial(&input.encoded_message, call.caller.account, call.now());
    let message = opened.map_err(|error| match error {
        // CHOICE: the code is the model's; AWS's pages do not show its text.
        DenialMessageError::Invalid => {
            Fault::new(&error::INVALID_AUTHORIZATION_MESSAGE, "Message is not valid")
        }
        DenialMessageError::TooLong | DenialMessageError::NoKey => Fault::internal_failure(error),
    })?;
    Ok(wire::DecodeAuthorizationMessageResponse { decoded_message: Some(message.json) })
}
