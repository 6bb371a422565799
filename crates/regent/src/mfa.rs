//! Virtual MFA devices: seeds, codes, how often one may guess at them, and the picture an authenticator scans.

pub(crate) mod attempts;
pub(crate) mod qr;
pub(crate) mod totp;
