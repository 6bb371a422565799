//! Who is asking, and whose a key is.

use regent_store::entity::AccountId;
use regent_wire::Fault;
use regent_wire::sigv4::AccessKeyId;
use regent_wire::sts::{self as wire, op};

use crate::authz::Authorized;
use crate::call::Call;

/// Tells the caller who it is. Nobody needs permission to know that, and no policy can deny it.
///
/// A role session shows the session, not the user behind it.
///
/// AWS: STS API reference, GetCallerIdentity.
#[expect(clippy::unnecessary_wraps, reason = "the shape of every operation")]
pub(crate) fn get_caller_identity(
    call: &Call<'_>,
    _: &Authorized<op::GetCallerIdentity>,
) -> Result<wire::GetCallerIdentityResponse, Fault> {
    let caller = call.caller;
    Ok(wire::GetCallerIdentityResponse {
        user_id: Some(caller.user_id.clone()),
        account: Some(caller.account.to_string()),
        arn: Some(caller.arn.clone()),
    })
}

/// Tells which account a key belongs to, whatever its state.
///
/// A key that nobody here knows is read: its id encodes the account. Older ids and those of examples do not, so
/// that is only the second way.
///
/// AWS: STS API reference, GetAccessKeyInfo.
pub(crate) fn get_access_key_info(
    call: &Call<'_>,
    input: &Authorized<op::GetAccessKeyInfo>,
) -> Result<wire::GetAccessKeyInfoResponse, Fault> {
    let known = call.directory.access_key(&input.access_key_id).map(|known| known.account);
    let encoded = || {
        let account = input.access_key_id.parse::<AccessKeyId>().ok()?.account()?;
        AccountId::new(account).filter(|account| call.directory.account(*account).is_some())
    };
    // CHOICE: what AWS answers for a key that does not exist is not known.
    let account = known.or_else(encoded).ok_or_else(|| {
        Fault::validation(format!("Access key {} does not belong to any account.", input.access_key_id))
    })?;
    Ok(wire::GetAccessKeyInfoResponse { account: Some(account.to_string()) })
}
