//! GetFederationToken.

use regent_wire::Fault;
use regent_wire::sts::{self as wire, op};

use super::grant::{Opening, grant};
use super::{session_policy, session_tag};
use crate::authz::Authorized;
use crate::call::Call;
use crate::caller::Principal;
use crate::session::Subject;

const DEFAULT_SECS: i64 = 43_200;
/// Root gets an hour at most; asking for more is cut in silence.
const ROOT_SECS: i64 = 3600;

/// Makes a federated user: a session with a name of the caller's choosing and no more than the caller's permissions.
///
/// Without a session policy it may do nothing, except what a resource's policy grants to it by name.
///
/// AWS: STS API reference, GetFederationToken.
pub(crate) fn get_federation_token(
    call: &Call<'_>,
    input: &Authorized<op::GetFederationToken>,
) -> Result<wire::GetFederationTokenResponse, Fault> {
    let asked = input.duration_seconds.map(i64::from);
    let (issuer, duration_secs) = match &call.caller.principal {
        Principal::Root => (None, asked.unwrap_or(ROOT_SECS).min(ROOT_SECS)),
        Principal::User(user) => (Some(user.id), asked.unwrap_or(DEFAULT_SECS)),
        Principal::Role(_) | Principal::Federated(_) => {
            return Err(Fault::bug("a session got past the rules of standing"));
        }
    };
    let tags = session_tag::of_session(call.caller, input.tags.as_deref(), &[])?;
    let account = call.account()?;
    let packed =
        session_policy::pack(call, account, input.policy.as_deref(), input.policy_arns.as_deref(), tags)?;
    // AssumeRole leaves the size out where there is nothing to pack; this says 0.
    let percent = packed.percent.unwrap_or(0);
    let opening = Opening {
        account: account.id(),
        subject: Subject::Federated { issuer, name: input.name.as_str().into() },
        duration_secs,
        packed,
        source_identity: None,
        mfa: None,
        minimum_token_size: input.minimum_session_token_size,
    };
    let granted = grant(call, opening)?;
    Ok(wire::GetFederationTokenResponse {
        credentials: Some(granted.credentials),
        federated_user: Some(wire::FederatedUser {
            federated_user_id: format!("{}:{}", account.id(), input.name),
            arn: call.arns().federated_user(account.id(), &input.name),
        }),
        packed_policy_size: Some(percent),
        session_token_utilization: Some(granted.token_percent),
        session_token_size: Some(granted.token_bytes),
    })
}
