//! Time-based one-time passwords as AWS's virtual devices use them: SHA-1, six digits, thirty seconds (RFC 6238).

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

/// How long one code lasts.
pub(crate) const STEP_SECS: i64 = 30;
/// By how many steps a device's clock may be off when it is used.
const DRIFT_STEPS: u64 = 1;
/// By how many steps it may be off when it is enabled or resynchronized with two codes in a row.
const PAIR_DRIFT_STEPS: u64 = 10;
/// Bytes of a seed: 64 characters of base32.
const SEED_BYTES: usize = 40;

/// What a device and the server share.
pub(crate) struct Seed(Zeroizing<Vec<u8>>);

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed")
    }
}

impl Seed {
    /// A new seed.
    pub(crate) fn generate() -> Result<Self, crate::entropy::EntropyError> {
        let bytes = Zeroizing::new(crate::entropy::bytes::<SEED_BYTES>()?);
        Ok(Self(Zeroizing::new(bytes.to_vec())))
    }

    /// The seed with these bytes.
    pub(crate) fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// The bytes, to seal them.
    pub(crate) fn reveal(&self) -> &[u8] {
        &self.0
    }

    /// The form an authenticator takes: base32 without padding.
    pub(crate) fn base32(&self) -> Zeroizing<String> {
        Zeroizing::new(data_encoding::BASE32_NOPAD.encode(&self.0))
    }

    /// The code of time step `step`.
    pub(crate) fn code(&self, step: u64) -> Code {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let digest = tag.as_ref();
        let at = usize::from(digest.last().copied().unwrap_or(0) & 0x0f);
        let piece =
            digest.get(at..at + 4).and_then(|piece| <[u8; 4]>::try_from(piece).ok()).unwrap_or([0; 4]);
        Code((u32::from_be_bytes(piece) & 0x7fff_ffff) % 1_000_000)
    }

    /// The step whose code this is, if it is near `now` and newer than `last`: every code counts once.
    ///
    /// `drift` is by how many steps the device was off when it was enabled.
    pub(crate) fn accept(&self, code: Code, now: i64, drift: i8, last: u64) -> Option<u64> {
        let middle = step_at(now).checked_add_signed(i64::from(drift))?;
        near(middle, DRIFT_STEPS).find(|step| *step > last && self.code(*step) == code)
    }

    /// The step of the second of two codes that followed each other, if both are near `now` and newer than `last`.
    pub(crate) fn accept_pair(&self, first: Code, second: Code, now: i64, last: u64) -> Option<u64> {
        near(step_at(now), PAIR_DRIFT_STEPS)
            .find(|step| *step > last && self.code(*step) == first && self.code(step + 1) == second)
            .map(|step| step + 1)
    }
}

/// Six digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code(u32);

impl std::str::FromStr for Code {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { text.parse().map(Self).map_err(|_| ()) } else { Err(()) }
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

/// The time step `now` lies in.
pub(crate) fn step_at(now: i64) -> u64 {
    u64::try_from(now.div_euclid(STEP_SECS)).unwrap_or(0)
}

/// The steps around `middle`, the nearest first.
fn near(middle: u64, reach: u64) -> impl Iterator<Item = u64> {
    std::iter::once(middle)
        .chain((1..=reach).flat_map(move |off| [middle.saturating_sub(off), middle.saturating_add(off)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seed() -> Seed {
        Seed(Zeroizing::new(b"12345678901234567890".to_vec()))
    }

    /// RFC 6238, appendix B, cut to six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (time, expected) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(seed().code(step_at(time)).to_string(), expected);
        }
    }

    #[test]
    fn a_code_counts_once_and_only_near_its_time() {
        let now = 1_700_000_000;
        let step = step_at(now);
        let code = seed().code(step);
        assert_eq!(seed().accept(code, now, 0, 0), Some(step));
        assert_eq!(seed().accept(code, now, 0, step), None, "a replay");
        assert_eq!(seed().accept(code, now + STEP_SECS, 0, 0), Some(step), "one step late");
        assert_eq!(seed().accept(code, now + 2 * STEP_SECS, 0, 0), None, "two steps late");
        assert_eq!(seed().accept(code, now + 2 * STEP_SECS, -2, 0), Some(step), "a device known to be slow");
    }

    #[test]
    fn a_pair_must_follow_each_other() {
        let now = 1_700_000_000;
        let step = step_at(now);
        let codes: Vec<Code> = (0..3).map(|off| seed().code(step + off)).collect();
        assert_eq!(seed().accept_pair(codes[0], codes[1], now, 0), Some(step + 1));
        assert_eq!(seed().accept_pair(codes[1], codes[0], now, 0), None);
        assert_eq!(seed().accept_pair(codes[0], codes[2], now, 0), None);
        assert_eq!(seed().accept_pair(codes[0], codes[1], now, step), None, "a replay");
    }

    #[test]
    fn only_six_ascii_digits_are_a_code() {
        assert_eq!("000042".parse::<Code>().unwrap().to_string(), "000042");
        for text in ["", "42", "0000042", "00004x", "+00042", "００００４２"] {
            assert!(text.parse::<Code>().is_err(), "{text}");
        }
    }
}
