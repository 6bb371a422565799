use std::fmt;

/// An access key id that lies inside the index itself: no pointer to follow on the way of every request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId {
    bytes: [u8; Self::MAX_LENGTH],
    length: u8,
}

impl KeyId {
    /// The longest id there is here. AWS's have 20 characters; its model allows more, which nobody uses.
    pub const MAX_LENGTH: usize = 32;
    /// Comes before every id: where a walk through a range of them begins.
    pub(super) const MIN: Self = Self { bytes: [0; Self::MAX_LENGTH], length: 0 };

    /// The id with this text; none if it is longer than any.
    pub fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; Self::MAX_LENGTH];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self { bytes, length: u8::try_from(text.len()).ok()? })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.length)).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_comes_back_and_one_too_long_is_none() {
        assert_eq!(KeyId::new("AKIAIOSFODNN7EXAMPLE").unwrap().as_str(), "AKIAIOSFODNN7EXAMPLE");
        assert!(KeyId::new(&"A".repeat(32)).is_some());
        assert!(KeyId::new(&"A".repeat(33)).is_none());
    }
}
