//! One fixed 64-bit hash for names and prefixes, computable at compile time.
//!
//! It has no key on purpose: a `const` must be able to hold the hash of a known name. Nothing is believed
//! on its word. Whoever finds something by hash compares the text as well, so a forged collision costs its
//! author a few comparisons and changes no answer.

const SEED: u64 = 0x51_7C_C1_B7_27_22_0A_95;
const FACTOR: u64 = 0x9E_37_79_B9_7F_4A_7C_15;
/// Salts the hash of a whole text, so that it differs from the hash of a prefix of the same bytes.
const WHOLE: u64 = 0xD6_E8_FE_B8_66_59_FD_93;

/// The hash of the prefix that has no bytes.
pub(crate) const EMPTY: u64 = mix(SEED, 0);

/// Folds one more word into a hash: the two halves of a wide product, laid over one another.
#[expect(clippy::cast_possible_truncation, reason = "both halves of the product are wanted, one by one")]
pub(crate) const fn mix(hash: u64, word: u64) -> u64 {
    let wide = ((hash ^ word) as u128) * (FACTOR as u128);
    (wide as u64) ^ ((wide >> 64) as u64)
}

/// The upper half of a hash: what tables keep.
pub(crate) const fn upper(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// Lower-cases the ASCII letters among eight bytes at once and leaves every other byte alone.
const fn lower(word: u64) -> u64 {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    const fn each(byte: u8) -> u64 {
        u64::from_le_bytes([byte; 8])
    }
    let low_bits = word & !HIGH;
    let from_a = low_bits + each(0x80 - b'A');
    let past_z = low_bits + each(0x80 - b'Z' - 1);
    let is_upper = (from_a ^ past_z) & !word & HIGH;
    word | (is_upper >> 2)
}

/// The next eight bytes of a text as a word, short ones padded with zeros, and what comes after.
const fn next_word(bytes: &[u8]) -> (u64, &[u8]) {
    if let Some((word, rest)) = bytes.split_first_chunk::<8>() {
        return (u64::from_le_bytes(*word), rest);
    }
    let mut word = 0;
    let mut rest = bytes;
    let mut shift = 0;
    while let Some((byte, more)) = rest.split_first() {
        word |= (*byte as u64) << shift;
        shift += 8;
        rest = more;
    }
    (word, rest)
}

/// The hash of a name, ASCII letters taken without case.
pub(crate) const fn of_name(name: &[u8]) -> u64 {
    let mut hash = mix(SEED, name.len() as u64);
    let mut rest = name;
    while !rest.is_empty() {
        let (word, more) = next_word(rest);
        hash = mix(hash, lower(word));
        rest = more;
    }
    hash
}

/// The hash of any text, byte for byte.
pub(crate) const fn of_text(text: &[u8]) -> u64 {
    let mut hash = mix(SEED, text.len() as u64);
    let mut rest = text;
    while !rest.is_empty() {
        let (word, more) = next_word(rest);
        hash = mix(hash, word);
        rest = more;
    }
    hash
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
            let (word, more) = next_word(rest);
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
