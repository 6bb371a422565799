//! Values that must not be printed.

use std::fmt;

use zeroize::Zeroize;

/// A secret in a request or an answer. `Debug` prints no value, `Display` and `Serialize` do not exist, and
/// the memory is cleared when it is dropped.
///
/// Equality is for tests: it takes as long as the values are alike. Whoever checks a presented secret compares
/// digests, or in constant time.
///
/// What the value is written with ([`crate::emit::Emit`]) decides whether it leaves: answers carry it,
/// records do not.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Sensitive<T: Zeroize>(T);

impl<T: Zeroize> Sensitive<T> {
    /// Wraps a secret.
    pub const fn new(secret: T) -> Self {
        Self(secret)
    }

    /// The secret itself. Every call is a place to look at in review.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> From<T> for Sensitive<T> {
    fn from(secret: T) -> Self {
        Self(secret)
    }
}

impl<T: Zeroize> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sensitive")
    }
}

impl<T: Zeroize> Drop for Sensitive<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::Sensitive;

    #[test]
    fn a_secret_does_not_print_itself() {
        let secret = Sensitive::new("wJalrXUtnFEMI".to_owned());
        assert_eq!(format!("{secret:?}"), "Sensitive");
        assert_eq!(format!("{secret:#?}"), "Sensitive");
        assert_eq!(secret.reveal(), "wJalrXUtnFEMI");
    }
}
