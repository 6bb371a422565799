//! Virtual MFA devices: seeds that somebody's authenticator shares with the server.

use std::sync::Arc;

use regent_store::entity::{KeyOwner, MfaDevice};
use regent_wire::iam::{self as wire, AssignmentStatusType, op};
use regent_wire::timestamp::Timestamp;
use regent_wire::{Fault, Operation, Sensitive};
use zeroize::Zeroizing;

use super::page::Page;
use super::tag::{self, KeyCase};
use super::{mfa_device, quota, user};
use crate::arn::Noun;
use crate::authz::Authorized;
use crate::call::Call;
use crate::fault;
use crate::mfa::qr;
use crate::mfa::totp::Seed;
use crate::seal::place;

/// Longest serial number that an operation can name, by the model.
const MAX_SERIAL: usize = 256;

/// Makes a device that is nobody's yet. Its seed is in the answer, as text and as picture, and never again.
///
/// AWS: IAM API reference, CreateVirtualMFADevice.
pub(crate) async fn create_virtual_mfa_device(
    call: &Call<'_>,
    input: Authorized<op::CreateVirtualMFADevice>,
) -> Result<wire::CreateVirtualMFADeviceResponse, Fault> {
    let (name, path) = (input.virtual_mfa_device_name.as_str(), input.path.as_deref().unwrap_or("/"));
    let serial_number = serial(call, path, name)?;
    let tags = tag::of_new(input.tags.as_deref(), KeyCase::Insensitive)?;
    let seed = Seed::generate().map_err(Fault::internal_failure)?;
    let place = place::mfa_device(call.caller.account, &format!("{path}{name}"));
    let sealed = call.server.sealer.seal(&place, seed.reveal()).map_err(Fault::internal_failure)?;
    let device = Arc::new(MfaDevice {
        name: name.into(),
        path: path.into(),
        created: call.now(),
        sealed_seed: sealed.into(),
        assignment: None,
        spent_step: 0,
        tags,
    });
    let picture = picture(call, name, &seed)?;
    let made = Arc::clone(&device);
    call.write(move |change| {
        let account = change.account()?;
        // CHOICE: the documentation does not list devices among what is told apart by more than case, and a serial
        // number counts as it is written.
        if account.mfa_device(&made.key()).is_some() {
            return Err(fault::entity_already_exists("MFA device already exists."));
        }
        if account.mfa_device_count() >= quota::VIRTUAL_MFA_DEVICES {
            // CHOICE: the number is documented, the name of the quota is not.
            return Err(fault::quota_exceeded("VirtualMFADevicesPerAccount", quota::VIRTUAL_MFA_DEVICES));
        }
        change.put_mfa_device(&made);
        Ok(())
    })
    .await?;
    Ok(wire::CreateVirtualMFADeviceResponse {
        virtual_mfa_device: wire::VirtualMFADevice {
            serial_number,
            base32_string_seed: Some(Sensitive::new(seed.base32().as_bytes().to_vec())),
            qr_code_png: Some(Sensitive::new(picture)),
            user: None,
            enable_date: None,
            tags: tag::shown(&device.tags),
        },
    })
}

/// Deletes a device that is nobody's.
///
/// AWS: IAM API reference, DeleteVirtualMFADevice.
pub(crate) async fn delete_virtual_mfa_device(
    call: &Call<'_>,
    input: Authorized<op::DeleteVirtualMFADevice>,
) -> Result<(), Fault> {
    call.write(move |change| {
        let device = mfa_device::find(change.account()?, change.arns(), &input.serial_number)?;
        if device.assignment.is_some() {
            // CHOICE: the text is known from public reports.
            return Err(fault::delete_conflict("MFA VirtualDevice in use. Must deactivate first."));
        }
        let key = device.key();
        change.remove_mfa_device(&key);
        Ok(())
    })
    .await
}

/// Lists the devices of the account, without their seeds and tags. One that is somebody's says whose.
///
/// AWS: IAM API reference, ListVirtualMFADevices.
pub(crate) fn list_virtual_mfa_devices(
    call: &Call<'_>,
    input: &Authorized<op::ListVirtualMFADevices>,
) -> Result<wire::ListVirtualMFADevicesResponse, Fault> {
    let account = call.account()?;
    let operation = op::ListVirtualMFADevices::META.name;
    let page = Page::read(account.id(), operation, input.marker.as_deref(), input.max_items)?;
    let devices = account.mfa_devices_after(page.after().unwrap_or_default());
    let devices = devices.filter(|device| match input.assignment_status {
        Some(AssignmentStatusType::Assigned) => device.assignment.is_some(),
        Some(AssignmentStatusType::Unassigned) => device.assignment.is_none(),
        Some(AssignmentStatusType::Any) | None => true,
    });
    let listed = page.take(devices, |device| device.key());
    let (is_truncated, marker) = (listed.is_truncated(), listed.marker.clone());
    let devices: Result<_, Fault> = listed.items.into_iter().map(|device| shown(call, device)).collect();
    Ok(wire::ListVirtualMFADevicesResponse {
        virtual_mfa_devices: devices?,
        is_truncated: Some(is_truncated),
        marker,
    })
}

/// Sets tags of a device.
///
/// AWS: IAM API reference, TagMFADevice.
pub(crate) async fn tag_mfa_device(
    call: &Call<'_>,
    input: Authorized<op::TagMFADevice>,
) -> Result<(), Fault> {
    call.write(move |change| {
        let device = mfa_device::find(change.account()?, change.arns(), &input.serial_number)?;
        let mut device = MfaDevice::clone(device);
        tag::merge(&mut device.tags, &input.tags, KeyCase::Insensitive)?;
        change.put_mfa_device(&Arc::new(device));
        Ok(())
    })
    .await
}

/// Removes tags of a device.
///
/// AWS: IAM API reference, UntagMFADevice.
pub(crate) async fn untag_mfa_device(
    call: &Call<'_>,
    input: Authorized<op::UntagMFADevice>,
) -> Result<(), Fault> {
    call.write(move |change| {
        let device = mfa_device::find(change.account()?, change.arns(), &input.serial_number)?;
        let mut device = MfaDevice::clone(device);
        tag::remove(&mut device.tags, &input.tag_keys, KeyCase::Insensitive);
        change.put_mfa_device(&Arc::new(device));
        Ok(())
    })
    .await
}

/// Lists the tags of a device.
///
/// AWS: IAM API reference, ListMFADeviceTags.
pub(crate) fn list_mfa_device_tags(
    call: &Call<'_>,
    input: &Authorized<op::ListMFADeviceTags>,
) -> Result<wire::ListMFADeviceTagsResponse, Fault> {
    let account = call.account()?;
    let device = mfa_device::find(account, call.arns(), &input.serial_number)?;
    let operation = op::ListMFADeviceTags::META.name;
    let page = Page::read(account.id(), operation, input.marker.as_deref(), input.max_items)?;
    let (tags, is_truncated, marker) = tag::page(&page, &device.tags);
    Ok(wire::ListMFADeviceTagsResponse { tags, is_truncated: Some(is_truncated), marker })
}

/// A device as listings show it.
fn shown(call: &Call<'_>, device: &MfaDevice) -> Result<wire::VirtualMFADevice, Fault> {
    let account = call.account()?;
    let user = match device.assignment.map(|assignment| assignment.owner) {
        Some(KeyOwner::User(id)) => account.users.by_id(id).map(|user| user::plain(call.arns(), call, user)),
        Some(KeyOwner::Root) => Some(user::root(call)?),
        None => None,
    };
    Ok(wire::VirtualMFADevice {
        serial_number: call.arns().mfa_device(account.id(), device),
        base32_string_seed: None,
        qr_code_png: None,
        user,
        enable_date: device.assignment.map(|held| Timestamp::from_seconds(held.enabled)),
        tags: None,
    })
}

/// The serial number that a device will have. The model does not limit names, but it limits serial numbers: what
/// could be made with a longer one could never be named again.
fn serial(call: &Call<'_>, path: &str, name: &str) -> Result<String, Fault> {
    let serial = call.arns().iam(call.caller.account, Noun::Mfa, path, name);
    if serial.len() <= MAX_SERIAL {
        return Ok(serial);
    }
    let most = (MAX_SERIAL + name.len()).saturating_sub(serial.len());
    // CHOICE: in the words of a limit of the model, with what the path leaves for the name.
    Err(Fault::validation(format!(
        "1 validation error detected: Value at 'virtualMFADeviceName' failed to satisfy constraint: Member must \
         have length less than or equal to {most}"
    )))
}

/// What an authenticator scans: the device, its account (by alias if it has one), the seed.
///
/// AWS: IAM API reference, VirtualMFADevice, `QRCodePNG`.
fn picture(call: &Call<'_>, name: &str, seed: &Seed) -> Result<Vec<u8>, Fault> {
    let account = call.account()?;
    let digits = account.id().to_string();
    let alias = account.account().and_then(|account| account.alias.as_deref());
    let name: String = name.chars().map(escaped).collect();
    let account = alias.unwrap_or(&digits);
    let seed = seed.base32();
    let text = Zeroizing::new(format!("otpauth://totp/{name}@{account}?secret={}", &**seed));
    qr::png(&text).ok_or_else(|| Fault::bug("a serial number is too long for a picture"))
}

/// A character of a device's name in a URI.
fn escaped(letter: char) -> String {
    match letter {
        'A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '.' | '_' => letter.to_string(),
        other => format!("%{:02X}", u32::from(other)),
    }
}
