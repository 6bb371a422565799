//! An authenticator: what a person has in their pocket.

use aws_lc_rs::hmac;
use base64::Engine as _;

use super::Client;

impl Client {
    /// The one-time password of a seed (as `CreateVirtualMFADevice` gives it), so many steps from now.
    pub(crate) fn code(&self, seed: &str, step: i64) -> String {
        let text = base64::engine::general_purpose::STANDARD.decode(seed).unwrap();
        let seed = data_encoding::BASE32_NOPAD.decode(&text).unwrap();
        let counter = self.server.now().as_second() / 30 + step;
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &seed);
        let tag = hmac::sign(&key, &counter.to_be_bytes());
        let at = usize::from(tag.as_ref()[19] & 15);
        let number = u32::from_be_bytes(tag.as_ref()[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }
}
