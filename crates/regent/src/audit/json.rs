//! Just enough JSON to write a record: objects of texts, flags and what is JSON already.

use jiff::Timestamp;
use regent_store::entity::Seconds;

/// An object being written.
#[derive(Debug)]
pub(crate) struct Json<'a> {
    out: &'a mut Vec<u8>,
    is_first: bool,
}

impl<'a> Json<'a> {
    /// Opens the outermost object; close it with [`end`](Self::end).
    pub(crate) fn begin(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, is_first: true }
    }

    /// Closes the object.
    pub(crate) fn end(self) {
        self.out.push(b'}');
    }

    /// A text member.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        quote(value, self.out);
    }

    /// A text member, if there is a value.
    pub(crate) fn maybe_text(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self, name: &str, value: bool) {
        self.name(name);
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// A time, to the second.
    pub(crate) fn time(&mut self, name: &str, value: Timestamp) {
        self.seconds(name, value.as_second());
    }

    /// A time, to the second.
    pub(crate) fn seconds(&mut self, name: &str, value: Seconds) {
        self.name(name);
        self.out.push(b'"');
        crate::time::write_iso(value, self.out);
        self.out.push(b'"');
    }

    /// A member whose value is JSON already; `null` if there is none.
    pub(crate) fn raw_or_null(&mut self, name: &str, value: Option<&[u8]>) {
        self.name(name);
        self.out.extend_from_slice(value.unwrap_or(b"null"));
    }

    /// An object member.
    pub(crate) fn object(&mut self, name: &str, write: impl FnOnce(&mut Json<'_>)) {
        self.name(name);
        let mut inner = Json::begin(self.out);
        write(&mut inner);
        inner.end();
    }

    /// A list of objects.
    pub(crate) fn array<T>(&mut self, name: &str, items: &[T], write: impl Fn(&mut Json<'_>, &T)) {
        self.name(name);
        self.out.push(b'[');
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.out.push(b',');
            }
            let mut inner = Json::begin(self.out);
            write(&mut inner, item);
            inner.end();
        }
        self.out.push(b']');
    }

    /// Names are ours and need no escape.
    fn name(&mut self, name: &str) {
        if !std::mem::take(&mut self.is_first) {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
    }
}

/// Appends `text` as a JSON string.
pub(crate) fn quote(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    loop {
        let (plain, special) = rest.split_at_checked(plain_length(rest)).unwrap_or((rest, &[]));
        out.extend_from_slice(plain);
        let Some((byte, after)) = special.split_first() else { break };
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            byte => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        }
        rest = after;
    }
    out.push(b'"');
}

/// How many bytes need no escape.
///
/// Sixteen are asked at once, which the compiler makes one comparison: quoting was the dearest part of a record.
fn plain_length(bytes: &[u8]) -> usize {
    let is_special = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    let blocks = bytes.chunks_exact(16);
    let plain = blocks.take_while(|block| !block.iter().fold(false, |found, byte| found | is_special(*byte)));
    let certain = plain.count() * 16;
    let rest = bytes.iter().skip(certain);
    certain + rest.take_while(|byte| !is_special(**byte)).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_survives_quoting(text: String) {
            let mut out = Vec::new();
            quote(&text, &mut out);
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }
    }
}
