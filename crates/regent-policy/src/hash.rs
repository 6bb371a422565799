//! One fixed 64-bit hash for names and prefixes, computable at compile time.
//!
//! It has no key on purpose: a `const` must be able to hold the hash of a known name. Nothing is believed
//! on its word. Whoever finds something by hash compares the text as well, so a forged collision costs its
//! author a few comparisons and changes no answer.

const SEED: u64 = 0x51_7C_C1_B7_27_22_0A_95;
const FACTOR: u64 = 0x9E_37_79_B9_7F_4A_7C_15;
/// Salts the hash of a whole text, so that it differs from the hash of a prefix of the same bytes.
const WHOLE: u64 = 0xD6_E8_FE_B8_66_59_FD_93;

/// The highest bit of each of eight bytes: set in none of them if all are ASCII.
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The hash of the prefix that has no bytes.
pub(crate) const EMPTY: u64 = mix(SEED, 0);

/// Folds one more word into a hash.
pub(crate) const fn mix(hash: u64, word: u64) -> u64 {
    fold((hash ^ word) as u128 * FACTOR as u128)
}

/// Folds two more words into a hash. The product is never of zero: no text of ASCII is like [`FACTOR`].
const fn mix_pair(hash: u64, one: u64, other: u64) -> u64 {
    fold((hash ^ one) as u128 * (other ^ FACTOR) as u128)
}

/// The two halves of a wide product, laid over one another.
const fn fold(wide: u128) -> u64 {
    let (low, high) = halves(wide);
    low ^ high
}

#[expect(clippy::cast_possible_truncation, reason = "both halves are wanted, one by one")]
const fn halves(wide: u128) -> (u64, u64) {
    (wide as u64, (wide >> 64) as u64)
}

/// The upper half of a hash: what tables keep.
pub(crate) const fn upper(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// Lower-cases the ASCII letters among eight bytes at once and leaves every other byte alone.
const fn lower(word: u64) -> u64 {
    const fn each(byte: u8) -> u64 {
        u64::from_le_bytes([byte; 8])
    }
    let low_bits = word & !HIGH;
    let from_a = low_bits + each(0x80 - b'A');
    let past_z = low_bits + each(0x80 - b'Z' - 1);
    let is_upper = (from_a ^ past_z) & !word & HIGH;
    word | (is_upper >> 2)
}

/// The last bytes of a text, fewer than eight, as a word padded with zeros.
///
/// `rest` is how `text` ends. A text of eight bytes or more is read once more from its end, and what is not asked for
/// shifted out: no loop.
const fn last_word(text: &[u8], rest: &[u8]) -> u64 {
    if rest.is_empty() {
        return 0;
    }
    let bits = rest.len() * 8;
    if let Some(last) = text.last_chunk::<8>() {
        return u64::from_le_bytes(*last) >> (64 - bits);
    }
    if let (Some(first), Some(last)) = (rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
        return u32::from_le_bytes(*first) as u64 | ((u32::from_le_bytes(*last) as u64) << (bits - 32));
    }
    let mut word = 0;
    let mut rest = rest;
    while let Some((byte, more)) = rest.split_last() {
        word = (word << 8) | *byte as u64;
        rest = more;
    }
    word
}

/// Texts of different lengths begin with different hashes, so that the padding of the last word is not text.
const fn seed_of(text: &[u8]) -> u64 {
    SEED ^ (text.len() as u64).rotate_right(8)
}

/// The hash of a name, ASCII letters taken without case, and all of its words laid over one another.
///
/// Two words go into one product, and the last two words of a long name overlap those before them: sixteen letters
/// take one product, thirty-two take two.
const fn of_name_and_bits(name: &[u8]) -> (u64, u64) {
    let mut hash = seed_of(name);
    let mut bits = 0;
    let mut rest = name;
    while rest.len() > 16
        && let Some((pair, more)) = rest.split_first_chunk::<16>()
    {
        let (one, other) = halves(u128::from_le_bytes(*pair));
        bits |= one | other;
        hash = mix_pair(hash, lower(one), lower(other));
        rest = more;
    }
    let (one, other) = match (name.last_chunk::<16>(), name.first_chunk::<8>(), name.last_chunk::<8>()) {
        (Some(pair), _, _) => halves(u128::from_le_bytes(*pair)),
        (None, Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => (last_word(name, name), 0),
    };
    (mix_pair(hash, lower(one), lower(other)), bits | one | other)
}

/// The hash of a name, ASCII letters taken without case.
pub(crate) const fn of_name(name: &[u8]) -> u64 {
    of_name_and_bits(name).0
}

/// The same, or `None` for a name beyond ASCII.
pub(crate) fn of_ascii_name(name: &[u8]) -> Option<u64> {
    let (hash, bits) = of_name_and_bits(name);
    (bits & HIGH == 0).then_some(hash)
}

/// The hash of any text, byte for byte.
pub(crate) const fn of_text(text: &[u8]) -> u64 {
    let mut hash = seed_of(text);
    let mut rest = text;
    while let Some((word, more)) = rest.split_first_chunk::<8>() {
        hash = mix(hash, u64::from_le_bytes(*word));
        rest = more;
    }
    mix(hash, last_word(text, rest))
}

/// Does the text's case matter?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Kept,
    Lowered,
}

/// The hashes of all prefixes of a text, each at hand in a few operations.
///
/// The text is cut into words; a running hash is kept at each word's start. The hash of a prefix is the
/// running hash of its whole words, mixed with the bytes of the word it ends in. Only the first
/// `8 * WORDS` bytes are looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prefixes<const WORDS: usize> {
    words: [u64; WORDS],
    running: [u64; WORDS],
    len: usize,
}

impl<const WORDS: usize> Prefixes<WORDS> {
    /// The longest prefix that can be asked for; longer literals are filed under this many bytes of theirs.
    pub(crate) const LONGEST: usize = WORDS * 8 - 1;

    #[expect(clippy::indexing_slicing, reason = "`at` is below WORDS; slices have no `get` in a const fn")]
    pub(crate) const fn new(text: &[u8], case: Case) -> Self {
        let mut words = [0; WORDS];
        let mut running = [0; WORDS];
        let mut hash = SEED;
        let mut rest = text;
        let mut at = 0;
        while at < WORDS {
            running[at] = hash;
            if rest.is_empty() {
                break;
            }
            let (word, more) = match rest.split_first_chunk::<8>() {
                Some((word, more)) => (u64::from_le_bytes(*word), more),
                None => (last_word(text, rest), [].as_slice()),
            };
            let word = if matches!(case, Case::Lowered) { lower(word) } else { word };
            words[at] = word;
            hash = mix(hash, word);
            rest = more;
            at += 1;
        }
        Self { words, running, len: text.len() }
    }

    /// The hash of the first `len` bytes, or `None` where the text is not that long.
    pub(crate) fn prefix(&self, len: usize) -> Option<u64> {
        if len > self.len || len > Self::LONGEST {
            return None;
        }
        let (at, bits) = (len / 8, (len % 8) * 8);
        let tail = self.words.get(at)? & ((1 << bits) - 1);
        Some(mix(self.running.get(at)?.wrapping_add(len as u64), tail))
    }

    /// The hash of the text itself, as opposed to a prefix of something longer.
    ///
    /// Texts longer than can be told apart share the hash of their first bytes.
    pub(crate) fn whole(&self) -> u64 {
        let len = self.len.min(Self::LONGEST);
        self.prefix(len).unwrap_or(SEED) ^ WHOLE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hash_without_case() {
        assert_eq!(of_name(b"aws:SourceIp"), of_name(b"AWS:SOURCEIP"));
        assert_ne!(of_name(b"aws:SourceIp"), of_name(b"aws:SourceIq"));
        assert_ne!(of_name(b"a"), of_name(b"a\0"));
    }

    #[test]
    fn a_name_is_ascii_or_is_not_wherever_the_letter_stands() {
        for len in 0..40 {
            let name = "a".repeat(len);
            assert_eq!(of_ascii_name(name.as_bytes()), Some(of_name(name.as_bytes())), "{len}");
            for at in 0..len {
                let name = format!("{}é{}", "a".repeat(at), "a".repeat(len - at));
                assert_eq!(of_ascii_name(name.as_bytes()), None, "{name}");
            }
        }
    }

    #[test]
    fn every_byte_of_a_text_counts() {
        for len in 1..40_usize {
            let text = vec![b'a'; len];
            for at in 0..len {
                let mut other = text.clone();
                other[at] = b'b';
                assert_ne!(of_text(&text), of_text(&other), "{at} of {len}");
                assert_ne!(of_name(&text), of_name(&other), "{at} of {len}");
                let prefixes = Prefixes::<8>::new(&text, Case::Kept);
                assert_ne!(prefixes.whole(), Prefixes::<8>::new(&other, Case::Kept).whole(), "{at} of {len}");
            }
        }
    }

    #[test]
    fn lowering_touches_ascii_letters_only() {
        for byte in 0..=255_u8 {
            let word = u64::from_le_bytes([byte; 8]);
            assert_eq!(lower(word), u64::from_le_bytes([byte.to_ascii_lowercase(); 8]), "{byte}");
        }
    }

    #[test]
    fn a_prefix_hashes_as_the_same_bytes_alone() {
        let text = b"arn:aws:s3:::a-bucket-with-a-name/and/a/key";
        let all = Prefixes::<16>::new(text, Case::Kept);
        for len in 0..=text.len() {
            let alone = Prefixes::<16>::new(&text[..len], Case::Kept);
            assert_eq!(all.prefix(len), alone.prefix(len), "{len}");
            assert!(alone.prefix(len).is_some(), "{len}");
        }
        assert_eq!(all.prefix(text.len() + 1), None);
        assert_ne!(Some(all.whole()), all.prefix(text.len()));
    }

    #[test]
    fn long_texts_share_the_hash_of_what_fits() {
        let one = Prefixes::<2>::new(b"0123456789abcdef-one", Case::Kept);
        let two = Prefixes::<2>::new(b"0123456789abcdef-two", Case::Kept);
        assert_eq!(one.whole(), two.whole());
        assert_eq!(one.prefix(16), None);
    }
}
