//! What must not be printed.

use std::fmt;

use zeroize::Zeroizing;

/// A text that has no `Display`, no `Serialize` and a `Debug` that says nothing; its memory is wiped.
///
/// The only way to the text is [`reveal`](Self::reveal), a word one can search for. The text is handed over, never
/// grown in place: a growing buffer would leave its old, unwiped memory behind.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text; copies the caller still holds are the caller's to wipe.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself. Every call of this is a place where a secret can leak.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}
