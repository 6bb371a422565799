//! What an authenticator sends: an attestation object, the data in it, and data by itself.

#![no_main]

use libfuzzer_sys::fuzz_target;
use regent::signin::passkey::attestation::AttestationObject;
use regent::signin::passkey::authenticator_data::AuthenticatorData;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(object) = AttestationObject::read(bytes) {
        assert!(object.auth_data.len() < bytes.len(), "an envelope larger than its letter");
        let _ = AuthenticatorData::read(object.auth_data);
        // Nothing may follow an object: what reads as one does not read as one with a byte more.
        assert!(AttestationObject::read(&[bytes, &[0]].concat()).is_err());
    }
    if let Ok(data) = AuthenticatorData::read(bytes) {
        assert!(bytes.len() >= 37, "{data:?}");
        assert!(AuthenticatorData::read(&[bytes, &[0]].concat()).is_err());
    }
});
