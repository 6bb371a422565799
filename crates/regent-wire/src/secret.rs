//! The wrapper of everything that must not be printed.

use std::any::type_name;
use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// A value that has no `Display`, no `Serialize` and a `Debug` that names the type alone.
///
/// Two secrets compare in constant time; the memory is wiped when the last owner lets go. The only
/// way to the value is [`reveal`](Self::reveal), a word one can search for.
///
/// The value is handed over, never grown in place: a growing buffer would leave its old, unwiped
/// memory behind.
pub struct Secret<T: Zeroize>(T);

/// The secret half of an access key: 40 characters when AWS made it, any text when someone else did.
pub type SecretAccessKey = Secret<String>;

impl<T: Zeroize> Secret<T> {
    /// Takes the value; copies the caller still holds are the caller's to wipe.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Every call of this is a place where a secret can leak.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Zeroize + Clone> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Zeroize + AsRef<[u8]>> PartialEq for Secret<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_ref().ct_eq(other.0.as_ref()).into()
    }
}

impl<T: Zeroize + AsRef<[u8]>> Eq for Secret<T> {}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret<{}>", type_name::<T>())
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::{Secret, SecretAccessKey};

    #[test]
    fn debug_names_the_type_and_nothing_else() {
        let secret = SecretAccessKey::new("wJalrXUtnFEMI".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret<alloc::string::String>");
    }

    #[test]
    fn secrets_compare_by_content() {
        assert_eq!(Secret::new([1_u8, 2]), Secret::new([1, 2]));
        assert_ne!(Secret::new([1_u8, 2]), Secret::new([1, 3]));
        assert_ne!(Secret::new(vec![1_u8, 2]), Secret::new(vec![1]));
        assert_eq!(Secret::new(vec![7_u8]).clone().reveal(), &[7]);
    }
}
