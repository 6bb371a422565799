//! Virtual MFA devices: seeds, codes, and the picture an authenticator scans.

pub(crate) mod qr;
pub(crate) mod totp;
