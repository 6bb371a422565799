//! One-time passwords given with a call.

use std::sync::Arc;

use regent_store::entity::{Assignment, MfaDevice};
use regent_wire::Fault;

use crate::arn::Owner;
use crate::call::Call;
use crate::mfa::totp::{Code, Seed};
use crate::seal::place;

const INCOMPLETE: &str =
    "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.";
const UNKNOWN: &str = "MultiFactorAuthentication failed, unable to validate MFA code.  \
     Please verify your MFA serial number is valid and associated with this user.";
const WRONG: &str = "MultiFactorAuthentication failed with invalid MFA one time pass code.";

/// Checks the one-time password of a call, if it has one; says whether it had.
///
/// A right code is used up, durably, before anything else happens: the same code will not be right again, on any
/// node. Wrong ones make the next wait. Devices belong to users and to root; a role session has none.
pub(super) async fn check(call: &Call<'_>, serial: Option<&str>, code: Option<&str>) -> Result<bool, Fault> {
    match (serial, code) {
        (None, None) => Ok(false),
        // In a place of its own, so that a call without one is not moved about with room for it.
        (Some(serial), Some(code)) => Box::pin(spend(call, serial, code)).await,
        (Some(_), None) | (None, Some(_)) => Err(Fault::access_denied(INCOMPLETE)),
    }
}

async fn spend(call: &Call<'_>, serial: &str, code: &str) -> Result<bool, Fault> {
    let unknown = || Fault::access_denied(UNKNOWN);
    let owner = call.caller.owner().ok_or_else(unknown)?;
    let arn = call.arns().parse(serial).filter(|arn| arn.word == "mfa");
    let arn = arn.filter(|arn| arn.owner == Owner::Account(call.caller.account)).ok_or_else(unknown)?;
    let device = call.account()?.mfa_device(arn.path_and_name).ok_or_else(unknown)?;
    if device.assignment.map(|assignment| assignment.owner) != Some(owner) {
        return Err(unknown());
    }
    let code: Code = code.parse().map_err(|()| Fault::access_denied(WRONG))?;
    let (attempts, guessed_at) = (&call.server.mfa_attempts, device.sealed_seed.clone());
    if !attempts.begin(&guessed_at, call.now()) {
        // CHOICE: how AWS slows guessing down is not known. A right code would be refused here too.
        return Err(Fault::access_denied(WRONG).because("too many wrong codes were given for this device"));
    }
    let place = place::mfa_device(call.caller.account, &device.key());
    let seed = call.server.sealer.open(&place, &device.sealed_seed).map_err(Fault::internal_failure)?;
    let seed = Seed::from_bytes(seed);
    let (key, now, sealed) = (device.key(), call.now(), device.sealed_seed.clone());
    let accepted = call.write(move |change| {
        let device = change.account()?.mfa_device(&key).cloned();
        // A device deleted, or made again, in the meantime is another one.
        let Some(device) = device.filter(|device| device.sealed_seed == sealed) else {
            return Err(Fault::access_denied(UNKNOWN));
        };
        let Some(assignment) = device.assignment.filter(|assignment| assignment.owner == owner) else {
            return Err(Fault::access_denied(UNKNOWN));
        };
        let step = seed.accept(code, now, assignment.drift, assignment.last_step);
        let last_step = step.ok_or_else(|| Fault::access_denied(WRONG))?;
        let assignment = Some(Assignment { last_step, ..assignment });
        change.put_mfa_device(&Arc::new(MfaDevice { assignment, ..MfaDevice::clone(&device) }));
        Ok(true)
    });
    accepted.await.inspect(|_| attempts.was_right(&guessed_at))
}
