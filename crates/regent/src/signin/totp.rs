//! A person's authenticator: enrolling one, and its codes at sign-in.
//!
//! Enrolling takes two steps. The seed is shown once; only a code made with it turns the enrollment into a factor, so that
//! nobody is locked out by a picture that was never scanned.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use regent_store::entity::Seconds;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::entropy;
use crate::mfa::qr;
use crate::mfa::totp::{Code, Seed};
use crate::seal::{Sealer, place};

/// Bytes of a seed: as long as the hash's output, as RFC 4226 recommends, and still short enough to type.
const SEED_BYTES: usize = 20;
/// How long an enrollment waits for its first code.
const PATIENCE_SECS: Seconds = 15 * 60;
/// What a label of a URI shows as it is.
const LABEL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Characters of the issuer and of the name that are shown; authenticators cut more off, and a picture has its size.
const SHOWN_CHARACTERS: usize = 64;

/// Why there is no authenticator, or its code does not count.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TotpError {
    /// Not the code of now, or one that was used already.
    #[error("the code is wrong or was used already; wait for the next one")]
    Wrong,
    /// The first code came too late.
    #[error("the enrollment has lapsed; begin again")]
    Lapsed,
    /// The seed cannot be made, sealed, opened or drawn.
    #[error("the authenticator cannot be used")]
    Unavailable,
}

/// An authenticator that somebody has begun to enroll: what is kept until its first code comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Enrollment {
    /// The seed, sealed for the person.
    pub(crate) sealed_seed: Box<str>,
    /// When it was begun.
    pub(crate) begun: Seconds,
}

/// An enrolled authenticator, as the record of its person has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Totp {
    /// The seed, sealed for the person.
    pub(crate) sealed_seed: Box<str>,
    /// The last time step whose code was used: no code of this or an earlier one counts again.
    pub(crate) spent_step: i64,
}

/// What a person is shown once, to bring the seed into an authenticator.
pub(crate) struct Shown {
    /// The seed for typing.
    pub(crate) base32: Zeroizing<String>,
    /// The seed and whose it is, as authenticators read it.
    pub(crate) uri: Zeroizing<String>,
    /// The URI as a picture.
    pub(crate) svg: Zeroizing<String>,
}

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shown")
    }
}

/// Whose authenticator it is, and how it names itself on their telephone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Holder<'a> {
    /// The id of the person, which the seed is sealed for.
    pub(crate) id: &'a str,
    /// The name they sign in with.
    pub(crate) name: &'a str,
    /// What they sign in to: the host of this Regent.
    pub(crate) issuer: &'a str,
}

impl Enrollment {
    /// Draws a seed: what to keep, and what to show.
    pub(crate) fn begin(
        sealer: &Sealer,
        holder: Holder<'_>,
        now: Seconds,
    ) -> Result<(Self, Shown), TotpError> {
        let bytes = Zeroizing::new(entropy::bytes::<SEED_BYTES>().map_err(|_| TotpError::Unavailable)?);
        let seed = Seed::from_bytes(Zeroizing::new(bytes.to_vec()));
        let sealed = sealer.seal(&place::person_totp(holder.id), seed.reveal());
        let sealed_seed = sealed.map_err(|_| TotpError::Unavailable)?.into();
        let base32 = seed.base32();
        let uri = uri(holder, &base32);
        let svg = Zeroizing::new(qr::svg(&uri).ok_or(TotpError::Unavailable)?);
        Ok((Self { sealed_seed, begun: now }, Shown { base32, uri, svg }))
    }

    /// Turns the enrollment into an authenticator, by its first code.
    pub(crate) fn confirm(
        self,
        sealer: &Sealer,
        holder_id: &str,
        code: &str,
        now: Seconds,
    ) -> Result<Totp, TotpError> {
        if !(self.begun..=self.begun.saturating_add(PATIENCE_SECS)).contains(&now) {
            return Err(TotpError::Lapsed);
        }
        let unused = Totp { sealed_seed: self.sealed_seed, spent_step: 0 };
        unused.accept(sealer, holder_id, code, now)
    }
}

impl Totp {
    /// Takes a code. The authenticator as it is then must be kept **before** anybody is let in, or the code counts twice.
    pub(crate) fn accept(
        self,
        sealer: &Sealer,
        holder_id: &str,
        code: &str,
        now: Seconds,
    ) -> Result<Self, TotpError> {
        let code: Code = code.parse().map_err(|()| TotpError::Wrong)?;
        let bytes = sealer.open(&place::person_totp(holder_id), &self.sealed_seed);
        let seed = Seed::from_bytes(bytes.map_err(|_| TotpError::Unavailable)?);
        let spent = u64::try_from(self.spent_step).map_err(|_| TotpError::Unavailable)?;
        let step = seed.accept(code, now, 0, spent).ok_or(TotpError::Wrong)?;
        Ok(Self { spent_step: i64::try_from(step).map_err(|_| TotpError::Unavailable)?, ..self })
    }
}

/// The form authenticators read. The label is `issuer:name`, and the issuer stands once more for those that look there.
fn uri(holder: Holder<'_>, base32: &str) -> Zeroizing<String> {
    let shown = |text: &str| {
        let cut: String = text.chars().take(SHOWN_CHARACTERS).collect();
        utf8_percent_encode(&cut, LABEL).to_string()
    };
    let (issuer, name) = (shown(holder.issuer), shown(holder.name));
    Zeroizing::new(format!("otpauth://totp/{issuer}:{name}?secret={base32}&issuer={issuer}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mfa::totp::{STEP_SECS, step_at};
    use crate::seal::KEY_BYTES;

    const NOW: Seconds = 1_800_000_000;
    const ANA: Holder<'_> = Holder { id: "usr_1", name: "ana díaz", issuer: "regent.example.com" };

    fn sealer() -> Sealer {
        Sealer::new(&[3; KEY_BYTES]).unwrap()
    }

    fn code(shown: &Shown, now: Seconds) -> String {
        let bytes = data_encoding::BASE32_NOPAD.decode(shown.base32.as_bytes()).unwrap();
        Seed::from_bytes(Zeroizing::new(bytes)).code(step_at(now)).to_string()
    }

    #[test]
    fn an_authenticator_is_enrolled_by_its_first_code_and_each_code_counts_once() {
        let (enrollment, shown) = Enrollment::begin(&sealer(), ANA, NOW).unwrap();
        let first = code(&shown, NOW);
        let totp = enrollment.confirm(&sealer(), ANA.id, &first, NOW).unwrap();
        let again = totp.clone().accept(&sealer(), ANA.id, &first, NOW);
        assert_eq!(again, Err(TotpError::Wrong), "the first code is used up by enrolling");
        let later = NOW + STEP_SECS;
        let totp = totp.accept(&sealer(), ANA.id, &code(&shown, later), later).unwrap();
        assert_eq!(totp.spent_step, i64::try_from(step_at(later)).unwrap());
        let old = totp.accept(&sealer(), ANA.id, &first, later);
        assert_eq!(old, Err(TotpError::Wrong), "an older code, still within the drift");
    }

    #[test]
    fn what_is_not_the_code_of_now_enrolls_nothing() {
        let (enrollment, shown) = Enrollment::begin(&sealer(), ANA, NOW).unwrap();
        let right = code(&shown, NOW);
        let wrong = format!("{:06}", (right.parse::<u32>().unwrap() + 1) % 1_000_000);
        for (holder, given, now, expected) in [
            (ANA.id, wrong.as_str(), NOW, TotpError::Wrong),
            (ANA.id, "", NOW, TotpError::Wrong),
            (ANA.id, "abcdef", NOW, TotpError::Wrong),
            (ANA.id, &right, NOW + 3 * STEP_SECS, TotpError::Wrong),
            (ANA.id, &right, NOW + PATIENCE_SECS + 1, TotpError::Lapsed),
            (ANA.id, &right, NOW - 1, TotpError::Lapsed),
            ("usr_2", &right, NOW, TotpError::Unavailable),
        ] {
            let confirmed = enrollment.clone().confirm(&sealer(), holder, given, now);
            assert_eq!(confirmed, Err(expected), "{holder} {given} {now}");
        }
    }

    #[test]
    fn the_uri_names_issuer_and_person_and_cannot_be_broken_out_of() {
        let seed = "AAAA";
        assert_eq!(
            *uri(ANA, seed),
            "otpauth://totp/regent.example.com:ana%20d%C3%ADaz?secret=AAAA&issuer=regent.example.com"
        );
        let hostile = Holder { name: "a&secret=BBBB:#", ..ANA };
        assert!(uri(hostile, seed).contains(":a%26secret%3DBBBB%3A%23?secret=AAAA&"));
        let long = Holder { name: &"é".repeat(500), ..ANA };
        assert!(qr::svg(&uri(long, seed)).is_some());
    }

    #[test]
    fn what_is_kept_holds_no_seed_in_the_clear() {
        let (enrollment, shown) = Enrollment::begin(&sealer(), ANA, NOW).unwrap();
        let kept = serde_json::to_string(&enrollment).unwrap();
        assert!(!kept.contains(&*shown.base32) && shown.uri.contains(&*shown.base32));
        assert!(shown.svg.starts_with("<svg "));
        assert_eq!(format!("{shown:?}"), "Shown");
        assert_eq!(serde_json::from_str::<Enrollment>(&kept).unwrap(), enrollment);
    }
}
