use crate::Secret;

/// A text with secrets in it while it is written. It has all its room from the start.
pub(super) struct Buffer(Vec<u8>);

impl Buffer {
    pub(super) fn with_room(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    pub(super) fn push(&mut self, text: &str) {
        debug_assert!(self.0.len() + text.len() <= self.0.capacity(), "a buffer with a secret grows");
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(super) fn push_all(&mut self, texts: &[&str]) {
        for text in texts {
            self.push(text);
        }
    }

    /// Writes a text character by character, with another in place of some.
    pub(super) fn push_replacing(&mut self, text: &str, replace: impl Fn(char) -> Option<&'static str>) {
        let mut bytes = [0; 4];
        for character in text.chars() {
            match replace(character) {
                Some(other) => self.push(other),
                None => self.push(character.encode_utf8(&mut bytes)),
            }
        }
    }

    /// Writes a JSON string.
    pub(super) fn push_json(&mut self, text: &str) {
        // Memory takes whatever is written to it, and a text is always JSON.
        let _ = serde_json::to_writer(&mut self.0, text);
    }

    pub(super) fn into_text(self) -> String {
        // Only texts were written.
        String::from_utf8(self.0).unwrap_or_default()
    }

    pub(super) fn into_secret(self) -> Secret {
        Secret::new(self.into_text())
    }
}
