//! Passwords of local people: Argon2id, and which passwords are refused from the start.
//!
//! A password is bytes as given: nothing is trimmed, folded or normalized. Whoever is not known is given the same work as
//! whoever is, so that the time of an answer does not tell names.
//!
//! OWASP: "Password Storage Cheat Sheet", Argon2id. NIST SP 800-63B-4, "Passwords".

use std::sync::{Arc, OnceLock};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use regent_wire::secret::Secret;
use tokio::sync::Semaphore;

use crate::entropy;

pub(crate) mod choice;

/// Memory of one hash, passes over it and lanes: the least that OWASP recommends.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;
/// Hashes that are made at once: each takes a core and [`MEMORY_KIB`] for tens of milliseconds.
const AT_ONCE: usize = 2;
/// How many more may wait for their turn. Beyond that nobody is served by waiting.
const WAITING: usize = 64;
/// What a stored hash may ask for, in KiB and passes: a record that asks for more was not written by us.
const MOST_MEMORY_KIB: u32 = 256 * 1024;
const MOST_PASSES: u32 = 16;

/// The longest password, in bytes. Longer is no safer, and somebody has to hash it.
pub(crate) const MAX_BYTES: usize = 1024;

/// Why a password could not be set or looked at. That it is wrong is not an error but a [`Verdict`].
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PasswordError {
    /// Shorter than what is allowed.
    #[error("a password needs at least {} characters; use a few words", choice::LEAST_CHARACTERS)]
    TooShort,
    /// Longer than what is hashed.
    #[error("a password has at most {MAX_BYTES} bytes")]
    TooLong,
    /// Made of the person's own name or address.
    #[error("a password cannot be the own name with something added; use a few words")]
    OwnName,
    /// Among those everybody tries first.
    #[error("this password is among the first that are tried; use a few words")]
    Common,
    /// Too many passwords wait to be looked at.
    #[error("too many passwords are being checked; try again in a few seconds")]
    Busy,
    /// The stored hash is not one of ours, or there was no memory or chance to work with.
    #[error("the password could not be checked")]
    Unavailable,
}

/// What came of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is the one.
    Right,
    /// It is the one, and its hash was made with parameters that are no longer ours: hash it again and keep that.
    RightButDated,
    /// It is not the one, or there is none.
    Wrong,
}

/// Hashes and checks passwords, a few at a time and away from the threads that answer requests.
#[derive(Debug)]
pub(crate) struct Passwords {
    admitted: Arc<Semaphore>,
    working: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            admitted: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
            working: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl Passwords {
    /// The hash of a password in PHC form, with its parameters and salt. Ask [`choice::acceptable`] first.
    pub(crate) async fn hash(&self, password: Secret<String>) -> Result<Box<str>, PasswordError> {
        self.work(move || hash(password.reveal().as_bytes())).await
    }

    /// Whether `password` is the one of this hash. None, for a person who is not known or has no password, takes as
    /// long and is [`Verdict::Wrong`].
    pub(crate) async fn verify(
        &self,
        password: Secret<String>,
        held: Option<&str>,
    ) -> Result<Verdict, PasswordError> {
        let held: Option<Box<str>> = held.map(Into::into);
        self.work(move || verify(password.reveal().as_bytes(), held.as_deref())).await
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| PasswordError::Busy)?;
        let working = Arc::clone(&self.working).acquire_owned().await;
        let working = working.map_err(|_| PasswordError::Unavailable)?;
        let worked = tokio::task::spawn_blocking(move || {
            // Held here and not by the waiting request: one that hangs up does not stop the work, so it must not free
            // the place either.
            let _places = (admitted, working);
            work()
        });
        worked.await.map_err(|_| PasswordError::Unavailable)?
    }
}

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| PasswordError::Unavailable)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &[u8]) -> Result<Box<str>, PasswordError> {
    if password.len() > MAX_BYTES {
        return Err(PasswordError::TooLong);
    }
    let salt = entropy::bytes::<SALT_BYTES>().map_err(|_| PasswordError::Unavailable)?;
    let hash = argon2()?.hash_password_with_salt(password, &salt);
    hash.map(|hash| hash.to_string().into()).map_err(|_| PasswordError::Unavailable)
}

fn verify(password: &[u8], held: Option<&str>) -> Result<Verdict, PasswordError> {
    // Nobody's password is this long, and so the answer may come early.
    if password.len() > MAX_BYTES {
        return Ok(Verdict::Wrong);
    }
    let text = match held {
        Some(text) => text,
        None => decoy()?,
    };
    let parsed = PasswordHash::new(text).map_err(|_| PasswordError::Unavailable)?;
    let params = Params::try_from(&parsed).map_err(|_| PasswordError::Unavailable)?;
    if params.m_cost() > MOST_MEMORY_KIB || params.t_cost() > MOST_PASSES {
        return Err(PasswordError::Unavailable);
    }
    let is_right = match argon2()?.verify_password(password, &parsed) {
        Ok(()) => true,
        Err(argon2::password_hash::Error::PasswordInvalid) => false,
        Err(_) => return Err(PasswordError::Unavailable),
    };
    let is_ours = (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY_KIB, PASSES, LANES)
        && parsed.algorithm == argon2::ARGON2ID_IDENT;
    Ok(match (is_right && held.is_some(), is_ours) {
        (true, true) => Verdict::Right,
        (true, false) => Verdict::RightButDated,
        (false, _) => Verdict::Wrong,
    })
}

/// The hash of a password that nobody knows, made once.
fn decoy() -> Result<&'static str, PasswordError> {
    static DECOY: OnceLock<Box<str>> = OnceLock::new();
    if let Some(decoy) = DECOY.get() {
        return Ok(decoy);
    }
    let unknown = entropy::bytes::<32>().map_err(|_| PasswordError::Unavailable)?;
    let made = hash(&unknown)?;
    Ok(DECOY.get_or_init(|| made))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[tokio::test]
    async fn only_the_password_itself_is_right() {
        let passwords = Passwords::default();
        let held = passwords.hash(secret("correct horse battery")).await.unwrap();
        assert!(held.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{held}");
        for (given, held, expected) in [
            ("correct horse battery", Some(&*held), Verdict::Right),
            ("correct horse batterY", Some(&*held), Verdict::Wrong),
            ("correct horse battery ", Some(&*held), Verdict::Wrong),
            ("", Some(&*held), Verdict::Wrong),
            ("correct horse battery", None, Verdict::Wrong),
            (&"x".repeat(MAX_BYTES + 1), Some(&*held), Verdict::Wrong),
        ] {
            assert_eq!(passwords.verify(secret(given), held).await, Ok(expected), "{given:?}");
        }
    }

    #[tokio::test]
    async fn two_hashes_of_one_password_differ() {
        let passwords = Passwords::default();
        let (one, two) = (
            passwords.hash(secret("same words here")).await,
            passwords.hash(secret("same words here")).await,
        );
        assert_ne!(one.unwrap(), two.unwrap());
    }

    #[test]
    fn a_hash_with_other_parameters_is_right_but_dated() {
        let cheap = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
        let held = cheap.hash_password_with_salt(b"correct horse", &[7; SALT_BYTES]).unwrap().to_string();
        assert_eq!(verify(b"correct horse", Some(&held)), Ok(Verdict::RightButDated));
        assert_eq!(verify(b"another horse", Some(&held)), Ok(Verdict::Wrong));
    }

    #[test]
    fn a_stored_text_that_is_no_hash_of_ours_opens_nothing() {
        for held in [
            "",
            "correct horse",
            "$2b$12$abcdefghijklmnopqrstuv",
            "$argon2id$v=19$m=4194304,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=64,t=99,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert_eq!(verify(b"correct horse", Some(held)), Err(PasswordError::Unavailable), "{held}");
        }
    }

    #[tokio::test]
    async fn more_than_can_wait_are_sent_away_at_once() {
        let passwords = Passwords::default();
        let places = Arc::clone(&passwords.admitted)
            .acquire_many_owned(u32::try_from(AT_ONCE + WAITING).unwrap())
            .await
            .unwrap();
        assert_eq!(passwords.verify(secret("x"), None).await, Err(PasswordError::Busy));
        drop(places);
        assert_eq!(passwords.verify(secret("x"), None).await, Ok(Verdict::Wrong));
    }
}
