//! Giving out temporary credentials.

use regent_store::entity::AccountId;
use regent_wire::sigv4::{AccessKeyId, AccessKeyKind};
use regent_wire::timestamp::Timestamp;
use regent_wire::{Fault, Sensitive, sts as wire};

use super::session_policy::Packed;
use crate::call::Call;
use crate::entropy;
use crate::session::{MAX_TOKEN_BYTES, Session, Subject, TokenError};

/// What sessions differ in.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) account: AccountId,
    pub(super) subject: Subject,
    pub(super) duration_secs: i64,
    pub(super) packed: Packed,
    pub(super) source_identity: Option<Box<str>>,
    pub(super) mfa: Option<i64>,
    pub(super) minimum_token_size: Option<i32>,
}

/// New credentials, and how much of a token they take.
#[derive(Debug)]
pub(super) struct Grant {
    pub(super) credentials: wire::Credentials,
    pub(super) token_bytes: i32,
    pub(super) token_percent: i32,
}

/// Opens a session: nothing is stored, everything is in the token.
pub(super) fn grant(call: &Call<'_>, opening: Opening) -> Result<Grant, Fault> {
    let random = entropy::bytes::<5>().map_err(Fault::internal_failure)?;
    let nonce = entropy::bytes::<12>().map_err(Fault::internal_failure)?;
    let id = AccessKeyId::mint(AccessKeyKind::Temporary, opening.account.number(), random)
        .map_err(Fault::internal_failure)?;
    let session = Session {
        access_key_id: id.as_str().into(),
        account: opening.account,
        subject: opening.subject,
        issued: call.now(),
        expires: call.now() + opening.duration_secs,
        policies: opening.packed.policies,
        tags: opening.packed.tags,
        source_identity: opening.source_identity,
        mfa: opening.mfa,
        is_chained: call.caller.is_temporary(),
        is_console: false,
    };
    let least = opening.minimum_token_size.and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
    let ring = call.server.key_ring(call.directory)?;
    let (token, secret) = ring.seal(&session, call.now(), nonce, least).map_err(|error| match error {
        TokenError::TooLarge => {
            let message = "Packed policy consumes more than the allotted space, please use smaller policy.";
            Fault::new(&wire::error::PACKED_POLICY_TOO_LARGE, message).because(error)
        }
        TokenError::Invalid | TokenError::NoKey => Fault::internal_failure(error),
    })?;
    let bytes = token.len();
    Ok(Grant {
        credentials: wire::Credentials {
            access_key_id: session.access_key_id.into(),
            secret_access_key: Sensitive::new(secret.reveal().clone()),
            session_token: Sensitive::new(token),
            expiration: Timestamp::from_seconds(session.expires),
        },
        token_bytes: i32::try_from(bytes).unwrap_or(i32::MAX),
        token_percent: i32::try_from((bytes * 100).div_ceil(MAX_TOKEN_BYTES)).unwrap_or(100),
    })
}
