//! GetSessionToken.

use regent_wire::sts::{self as wire, op};
use regent_wire::{Fault, Operation};

use super::grant::{Opening, grant};
use super::mfa;
use super::session_policy::Packed;
use crate::authz::{Authorized, Evidence};
use crate::call::Call;
use crate::caller::Principal;
use crate::session::{SessionPolicies, Subject};

const DEFAULT_SECS: i64 = 43_200;
/// Root gets an hour at most; asking for more is cut in silence.
const ROOT_SECS: i64 = 3600;

/// Checks the one-time password, if there is one.
pub(crate) async fn prepare(
    call: &Call<'_>,
    input: &<op::GetSessionToken as Operation>::Input,
) -> Result<Evidence, Fault> {
    let has_mfa = mfa::check(call, input.serial_number.as_deref(), input.token_code.as_deref()).await?;
    Ok(Evidence { has_mfa })
}

/// Gives the caller temporary credentials of its own.
///
/// Typically to enter a one-time password once and work for hours: the session carries it.
///
/// AWS: STS API reference, GetSessionToken.
pub(crate) fn get_session_token(
    call: &Call<'_>,
    input: &Authorized<op::GetSessionToken>,
) -> Result<wire::GetSessionTokenResponse, Fault> {
    let asked = input.duration_seconds.map(i64::from);
    let (subject, duration_secs) = match &call.caller.principal {
        Principal::Root => (Subject::Root, asked.unwrap_or(ROOT_SECS).min(ROOT_SECS)),
        Principal::User(user) => (Subject::User(user.id), asked.unwrap_or(DEFAULT_SECS)),
        Principal::Role(_) | Principal::Federated(_) => {
            return Err(Fault::bug("a session got past the rules of standing"));
        }
    };
    let opening = Opening {
        account: call.caller.account,
        subject,
        duration_secs,
        packed: Packed { policies: SessionPolicies::default(), tags: Vec::new(), percent: None },
        source_identity: None,
        // A code that was given was right, or nobody would be here.
        mfa: input.token_code.is_some().then(|| call.now()),
        minimum_token_size: input.minimum_session_token_size,
    };
    let granted = grant(call, opening)?;
    Ok(wire::GetSessionTokenResponse {
        credentials: Some(granted.credentials),
        session_token_utilization: Some(granted.token_percent),
        session_token_size: Some(granted.token_bytes),
    })
}
