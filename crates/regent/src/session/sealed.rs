//! What a browser holds, sealed: a sign-in token for some minutes, a cookie for as long as its session.
//!
//! ```text
//! base64url( version, key number (u32), nonce (12), sealed( … ), tag (16) )
//! ```
//! Version, key number and purpose are authenticated with the rest, and the key serves nothing else: no cookie opens as a
//! sign-in token, no sign-in token as a cookie, and neither as a session token.

use aws_lc_rs::aead::{Aad, NONCE_LEN, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regent_store::entity::Seconds;

use super::{KeyRing, TokenError};

const VERSION: u8 = 1;
const HEAD_BYTES: usize = 1 + 4 + NONCE_LEN;
const TAG_BYTES: usize = 16;
/// Bound on what is opened: more than a browser keeps in a cookie, or than stands in a URL of ours.
const MAX_TEXT_BYTES: usize = 8192;

/// What something is sealed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The `SigninToken` of a login URL.
    SignIn,
    /// The cookie of a console session.
    Console,
}

impl Purpose {
    const fn domain(self) -> &'static [u8] {
        match self {
            Self::SignIn => b"regent sign-in token",
            Self::Console => b"regent console cookie",
        }
    }
}

/// How many characters this many bytes take once they are sealed.
pub(crate) const fn sealed_length(bytes: usize) -> usize {
    ((HEAD_BYTES + bytes + TAG_BYTES) * 4).div_ceil(3)
}

impl KeyRing {
    /// Seals for a browser, under a fresh nonce.
    pub(crate) fn seal_for(
        &self,
        purpose: Purpose,
        mut plain: Vec<u8>,
        now: Seconds,
        nonce: [u8; NONCE_LEN],
    ) -> Result<String, TokenError> {
        let key = self.sealing(now).ok_or(TokenError::NoKey)?;
        let mut bytes = Vec::with_capacity(HEAD_BYTES + plain.len() + TAG_BYTES);
        bytes.push(VERSION);
        bytes.extend_from_slice(&key.id.to_be_bytes());
        bytes.extend_from_slice(&nonce);
        let context = context(key.id, purpose);
        let nonce = Nonce::assume_unique_for_key(nonce);
        key.browsers
            .seal_in_place_append_tag(nonce, Aad::from(context.as_slice()), &mut plain)
            .map_err(|_| TokenError::TooLarge)?;
        bytes.extend_from_slice(&plain);
        let text = URL_SAFE_NO_PAD.encode(bytes);
        if text.len() > MAX_TEXT_BYTES { Err(TokenError::TooLarge) } else { Ok(text) }
    }

    /// Opens what was sealed for this purpose. Whether it is still good is for the caller to say, who knows the time.
    pub(crate) fn open_for(&self, purpose: Purpose, text: &str) -> Option<Vec<u8>> {
        if text.len() > MAX_TEXT_BYTES {
            return None;
        }
        let mut bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (head, sealed) = bytes.split_first_chunk_mut::<HEAD_BYTES>()?;
        let (version, rest) = head.split_first()?;
        let (id, nonce) = rest.split_first_chunk::<4>()?;
        if *version != VERSION {
            return None;
        }
        let key = self.key(u32::from_be_bytes(*id))?;
        let context = context(key.id, purpose);
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        key.browsers
            .open_in_place(nonce, Aad::from(context.as_slice()), sealed)
            .ok()
            .map(|plain| plain.to_vec())
    }
}

fn context(key: u32, purpose: Purpose) -> Vec<u8> {
    let mut context = vec![VERSION];
    context.extend_from_slice(&key.to_be_bytes());
    context.extend_from_slice(purpose.domain());
    context
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Seconds = 1_800_000_000;
    const BOTH: [Purpose; 2] = [Purpose::SignIn, Purpose::Console];

    fn ring(byte: u8) -> KeyRing {
        KeyRing::new(&[(1, 0, [byte; 32].into())]).unwrap()
    }

    fn sealed(purpose: Purpose, plain: &[u8]) -> String {
        ring(7).seal_for(purpose, plain.to_vec(), NOW, [9; NONCE_LEN]).unwrap()
    }

    #[test]
    fn it_opens_for_its_purpose_and_for_no_other() {
        for purpose in BOTH {
            let text = sealed(purpose, b"plain");
            for other in BOTH {
                let opened = ring(7).open_for(other, &text);
                assert_eq!(opened.as_deref(), (other == purpose).then_some(&b"plain"[..]));
            }
            assert_eq!(ring(8).open_for(purpose, &text), None, "another deployment's");
            assert!(ring(7).open(&text, "ASIAQNZGKIQY56JQ7WML").is_err(), "a session token");
        }
    }

    #[test]
    fn its_length_is_told_beforehand() {
        for bytes in [0, 1, 2, 3, 500, 3000] {
            assert_eq!(sealed(Purpose::Console, &vec![1; bytes]).len(), sealed_length(bytes));
        }
    }

    #[test]
    fn changed_anywhere_it_does_not_open() {
        let text = sealed(Purpose::SignIn, b"plain");
        for at in 0..text.len() {
            for with in ["A", "B", "_"] {
                let mut changed = text.clone();
                changed.replace_range(at..=at, with);
                if changed != text {
                    assert_eq!(ring(7).open_for(Purpose::SignIn, &changed), None, "at {at}");
                }
            }
        }
    }

    #[test]
    fn what_is_too_long_is_neither_made_nor_read() {
        let long = ring(7).seal_for(Purpose::Console, vec![0; MAX_TEXT_BYTES], NOW, [9; NONCE_LEN]);
        assert_eq!(long.err(), Some(TokenError::TooLarge));
        assert_eq!(ring(7).open_for(Purpose::Console, &"A".repeat(MAX_TEXT_BYTES + 1)), None);
    }
}
