//! MFA devices in somebody's hands: enabled, resynchronized, taken away.
//!
//! How devices themselves are made is in [`virtual_mfa_device`](super::virtual_mfa_device). The serial number of a
//! device is its ARN.

use std::sync::Arc;

use regent_store::directory::AccountView;
use regent_store::entity::{Assignment, KeyOwner, MfaDevice};
use regent_wire::iam::{self as wire, error, op};
use regent_wire::timestamp::Timestamp;
use regent_wire::{Fault, Operation};

use super::access_key::Whose;
use super::page::Page;
use super::{quota, user};
use crate::arn::{Owner, Partition};
use crate::authz::Authorized;
use crate::call::Call;
use crate::fault;
use crate::mfa::totp::{self, Code, Seed};
use crate::seal::place;

/// Gives a device to a user, who proves to have it by two codes in a row. Both are used up.
///
/// The codes also tell by how much the device's clock is off, which is remembered.
///
/// AWS: IAM API reference, EnableMFADevice.
pub(crate) async fn enable_mfa_device(
    call: &Call<'_>,
    input: Authorized<op::EnableMFADevice>,
) -> Result<(), Fault> {
    let codes = [&*input.authentication_code1, &*input.authentication_code2];
    let pair = Pair::read(call, &input.serial_number, codes)?;
    call.write(move |change| {
        let account = change.account()?;
        let owner = KeyOwner::User(user::find(change, &input.user_name)?.id);
        let device = find(account, change.arns(), &input.serial_number)?;
        if device.assignment.is_some() {
            return Err(fault::entity_already_exists("MFA Device is already in use."));
        }
        if account.mfa_devices_of(owner).count() >= quota::MFA_DEVICES_PER_USER {
            // CHOICE: the number is documented, the name of the quota is not.
            return Err(fault::quota_exceeded("MFADevicesPerUser", quota::MFA_DEVICES_PER_USER));
        }
        let (last_step, drift) = pair.accept(device, device.spent_step)?;
        let assignment = Some(Assignment { owner, enabled: pair.now, last_step, drift });
        let device = MfaDevice { assignment, ..MfaDevice::clone(device) };
        change.put_mfa_device(&Arc::new(device));
        Ok(())
    })
    .await
}

/// Learns anew by how much a device's clock is off, from two codes in a row.
///
/// AWS: IAM API reference, ResyncMFADevice.
pub(crate) async fn resync_mfa_device(
    call: &Call<'_>,
    input: Authorized<op::ResyncMFADevice>,
) -> Result<(), Fault> {
    let codes = [&*input.authentication_code1, &*input.authentication_code2];
    let pair = Pair::read(call, &input.serial_number, codes)?;
    call.write(move |change| {
        let owner = KeyOwner::User(user::find(change, &input.user_name)?.id);
        let (device, held) = find_of(change.account()?, change.arns(), &input.serial_number, owner)?;
        let (last_step, drift) = pair.accept(device, held.last_step)?;
        let assignment = Some(Assignment { last_step, drift, ..held });
        let device = MfaDevice { assignment, ..MfaDevice::clone(device) };
        change.put_mfa_device(&Arc::new(device));
        Ok(())
    })
    .await
}

/// Takes a device away from its owner: the caller, if nobody is named. The codes it gave stay used up.
///
/// AWS: IAM API reference, DeactivateMFADevice.
pub(crate) async fn deactivate_mfa_device(
    call: &Call<'_>,
    input: Authorized<op::DeactivateMFADevice>,
) -> Result<(), Fault> {
    let whose = Whose::new(call.caller, input.user_name.as_deref());
    call.write(move |change| {
        let account = change.account()?;
        let owner = whose.find(account)?.0;
        let (device, held) = find_of(account, change.arns(), &input.serial_number, owner)?;
        let device = MfaDevice { assignment: None, spent_step: held.last_step, ..MfaDevice::clone(device) };
        change.put_mfa_device(&Arc::new(device));
        Ok(())
    })
    .await
}

/// Shows a device and whose it is. Certifications are for security keys; a virtual device has none.
///
/// AWS: IAM API reference, GetMFADevice.
pub(crate) fn get_mfa_device(
    call: &Call<'_>,
    input: &Authorized<op::GetMFADevice>,
) -> Result<wire::GetMFADeviceResponse, Fault> {
    let account = call.account()?;
    let (owner, user_name) = Whose::new(call.caller, input.user_name.as_deref()).find(account)?;
    let (device, held) = find_of(account, call.arns(), &input.serial_number, owner)?;
    Ok(wire::GetMFADeviceResponse {
        user_name,
        serial_number: call.arns().mfa_device(account.id(), device),
        enable_date: Some(Timestamp::from_seconds(held.enabled)),
        certifications: None,
    })
}

/// Lists somebody's devices: the caller's, if nobody is named.
///
/// AWS: IAM API reference, ListMFADevices.
pub(crate) fn list_mfa_devices(
    call: &Call<'_>,
    input: &Authorized<op::ListMFADevices>,
) -> Result<wire::ListMFADevicesResponse, Fault> {
    let account = call.account()?;
    let (owner, name) = Whose::new(call.caller, input.user_name.as_deref()).find(account)?;
    let page =
        Page::read(account.id(), op::ListMFADevices::META.name, input.marker.as_deref(), input.max_items)?;
    let held = account.mfa_devices_of(owner).filter_map(|device| Some((device, device.assignment?)));
    let listed = page.take_from_all(held, |(device, _)| device.key());
    let (is_truncated, marker) = (listed.is_truncated(), listed.marker.clone());
    let devices = listed.map(|(device, held)| wire::MFADevice {
        user_name: name.clone().unwrap_or_default(),
        serial_number: call.arns().mfa_device(account.id(), device),
        enable_date: Timestamp::from_seconds(held.enabled),
    });
    Ok(wire::ListMFADevicesResponse { mfa_devices: devices.items, is_truncated: Some(is_truncated), marker })
}

/// The device with this serial number.
pub(super) fn find<'a>(
    account: &'a AccountView,
    arns: &Partition,
    serial: &str,
) -> Result<&'a Arc<MfaDevice>, Fault> {
    let arn = arns.parse(serial).filter(|arn| arn.word == "mfa");
    let arn = arn.filter(|arn| arn.owner == Owner::Account(account.id()));
    let device = arn.and_then(|arn| account.mfa_device(arn.path_and_name));
    device.ok_or_else(|| no_such_device(serial))
}

/// The device with this serial number, if it is this owner's. Somebody else's is missed like one that is not there.
fn find_of<'a>(
    account: &'a AccountView,
    arns: &Partition,
    serial: &str,
    owner: KeyOwner,
) -> Result<(&'a Arc<MfaDevice>, Assignment), Fault> {
    let device = find(account, arns, serial)?;
    let held = device.assignment.filter(|assignment| assignment.owner == owner);
    held.map(|held| (device, held)).ok_or_else(|| no_such_device(serial))
}

fn no_such_device(serial: &str) -> Fault {
    fault::no_such_entity(format!("MFA Device with serial number {serial} does not exist."))
}

/// Two codes in a row, and the seed that they should come from.
struct Pair {
    codes: Option<[Code; 2]>,
    now: i64,
    /// The seed of the device that has the serial number now, and its sealed form to know the device by; none if
    /// there is none, which is for the command to say in its turn.
    opened: Option<(Box<str>, Seed)>,
    serial: String,
}

impl Pair {
    /// Reads codes, and opens the seed of the device with this serial number.
    fn read(call: &Call<'_>, serial: &str, codes: [&str; 2]) -> Result<Self, Fault> {
        let account = call.account()?;
        let opened = match find(account, call.arns(), serial) {
            Ok(device) => {
                let place = place::mfa_device(account.id(), &device.key());
                let seed = call.server.sealer.open(&place, &device.sealed_seed);
                let seed = seed.map_err(Fault::internal_failure)?;
                Some((device.sealed_seed.clone(), Seed::from_bytes(seed)))
            }
            Err(_) => None,
        };
        let codes = match codes.map(str::parse) {
            [Ok(first), Ok(second)] => Some([first, second]),
            _ => None,
        };
        Ok(Self { codes, now: call.now(), opened, serial: serial.to_owned() })
    }

    /// The step of the second code, and by how much the device's clock is off; the steps up to `last` are over.
    fn accept(&self, device: &MfaDevice, last: u64) -> Result<(u64, i8), Fault> {
        // A device made again under the same name in the meantime has another seed.
        let opened = self.opened.as_ref().filter(|(sealed, _)| *sealed == device.sealed_seed);
        let (_, seed) = opened.ok_or_else(|| no_such_device(&self.serial))?;
        let step = self.codes.and_then(|[first, second]| seed.accept_pair(first, second, self.now, last));
        let step = step.ok_or_else(|| {
            // CHOICE: the text is known from public reports.
            let message = "Authentication code for device is not valid.";
            Fault::new(&error::INVALID_AUTHENTICATION_CODE, message)
        })?;
        let drift = step.checked_signed_diff(totp::step_at(self.now));
        let drift = drift.and_then(|drift| i8::try_from(drift).ok());
        Ok((step, drift.ok_or_else(|| Fault::bug("an accepted code is far from now"))?))
    }
}
