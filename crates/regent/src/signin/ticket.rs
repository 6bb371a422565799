//! What a client keeps for the server between two requests: sealed, for one purpose, for a while, and good once.
//!
//! Nothing is kept for somebody who has not shown who they are; a stranger who begins a million sign-ins costs no memory. That
//! a ticket is good once is known to the node that took it: another node would take it again within its minutes, which is why
//! everything that a ticket opens asks for something else as well: a signature, a verifier, a provider's code.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest;
use regent_store::entity::Seconds;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::seal::{SealError, Sealer};

/// The longest ticket: one that fits into a cookie.
const MAX_BYTES: usize = 4096;
/// Tickets that are remembered as used. Whoever is beyond has to wait until some of them have lapsed.
const MAX_SPENT: usize = 100_000;

/// What a ticket is for. One of another purpose does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A sign-in at an OpenID provider.
    OpenId,
    /// A challenge for a passkey.
    Passkey,
    /// An authenticator that is being enrolled.
    Totp,
    /// A code for the command line.
    Authorization,
    /// A device that waits to be let in.
    Device,
}

impl Purpose {
    fn place(self) -> &'static str {
        match self {
            Self::OpenId => "ticket/openid",
            Self::Passkey => "ticket/passkey",
            Self::Totp => "ticket/totp",
            Self::Authorization => "ticket/authorization",
            Self::Device => "ticket/device",
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Inside<T> {
    expires: Seconds,
    value: T,
}

/// Seals a ticket that is good until `expires`.
pub(crate) fn seal<T: Serialize>(
    sealer: &Sealer,
    purpose: Purpose,
    (value, expires): (&T, Seconds),
) -> Result<String, SealError> {
    let plain = serde_json::to_vec(&Inside { expires, value }).map_err(|_| SealError::Unavailable)?;
    sealer.seal(purpose.place(), &zeroize::Zeroizing::new(plain))
}

/// Opens a ticket that is good still, with when it ends.
pub(crate) fn open<T: DeserializeOwned>(
    sealer: &Sealer,
    purpose: Purpose,
    (text, now): (&str, Seconds),
) -> Option<(T, Seconds)> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let plain = sealer.open(purpose.place(), text).ok()?;
    let inside: Inside<T> = serde_json::from_slice(&plain).ok()?;
    (now <= inside.expires).then_some((inside.value, inside.expires))
}

/// Tickets that were used.
#[derive(Debug, Default)]
pub(crate) struct Spent(Mutex<HashMap<[u8; 32], Seconds>>);

impl Spent {
    /// Whether a ticket that was opened is used for the first time. From now on it is used.
    pub(crate) fn take(&self, text: &str, expires: Seconds, now: Seconds) -> bool {
        let Ok(hash) = <[u8; 32]>::try_from(digest::digest(&digest::SHA256, text.as_bytes()).as_ref()) else {
            return false;
        };
        let mut spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.len() >= MAX_SPENT {
            spent.retain(|_, expires| now <= *expires);
            if spent.len() >= MAX_SPENT {
                return false;
            }
        }
        spent.insert(hash, expires).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::KEY_BYTES;

    #[test]
    fn a_ticket_opens_for_its_purpose_while_it_is_good() {
        let sealer = Sealer::new(&[1; KEY_BYTES]).unwrap();
        let text = seal(&sealer, Purpose::Device, (&"value", 100)).unwrap();
        for (purpose, text, now, expected) in [
            (Purpose::Device, text.as_str(), 100, Some(("value".to_owned(), 100))),
            (Purpose::Device, &text, 101, None),
            (Purpose::Passkey, &text, 1, None),
            (Purpose::Device, "1.AAAA", 1, None),
            (Purpose::Device, &"x".repeat(MAX_BYTES + 1), 1, None),
        ] {
            assert_eq!(open::<String>(&sealer, purpose, (text, now)), expected, "{purpose:?} {now}");
        }
        assert_eq!(open::<u8>(&sealer, Purpose::Device, (&text, 1)), None);
    }

    #[test]
    fn a_ticket_is_good_once_and_the_memory_of_it_is_bounded() {
        let spent = Spent::default();
        assert!(spent.take("a", 10, 0));
        assert!(!spent.take("a", 10, 0));
        for at in 1..MAX_SPENT {
            assert!(spent.take(&at.to_string(), 10, 0));
        }
        assert!(!spent.take("new", 10, 10), "when there is no room nobody is let in");
        assert!(spent.take("new", 20, 11));
        assert_eq!(spent.0.lock().unwrap().len(), 1);
    }
}
