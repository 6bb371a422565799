//! Just enough base64 to compare two values byte for byte.

/// The bytes that a base64 text stands for, or an error in their midst. Padding may be left out.
pub(crate) fn decode(text: &str) -> impl Iterator<Item = Result<u8, NotBase64>> {
    // Further ones are no digits.
    let digits = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text);
    // Padding completes a group of four, or is absent; one digit alone carries no byte.
    let padding = text.len() - digits.len();
    let is_whole = padding == 0 || (padding <= 2 && text.len().is_multiple_of(4));
    let is_text = is_whole && digits.len() % 4 != 1;
    let mut rest = if is_text { digits } else { "" }.bytes();
    let (mut bits, mut count) = (0_u32, 0_u32);
    let bytes = core::iter::from_fn(move || {
        while count < 8 {
            match value(rest.next()?) {
                Some(digit) => (bits, count) = ((bits << 6) | digit, count + 6),
                None => return Some(Err(NotBase64)),
            }
        }
        count -= 8;
        let byte = (bits >> count) & 0xFF;
        Some(u8::try_from(byte).map_err(|_| NotBase64))
    });
    (!is_text).then_some(Err(NotBase64)).into_iter().chain(bytes)
}

/// The text holds something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotBase64;

fn value(byte: u8) -> Option<u32> {
    let digit = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(digit))
}

/// Does the base64 text stand for exactly these bytes?
pub(crate) fn equals(bytes: &[u8], text: &str) -> bool {
    decode(text).eq(bytes.iter().map(|byte| Ok(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Result<Vec<u8>, NotBase64> {
        decode(text).collect()
    }

    #[test]
    fn texts_decode() {
        for (text, expected) in [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg", "foob")]
        {
            assert_eq!(bytes(text), Ok(expected.as_bytes().to_vec()), "{text}");
            assert!(equals(expected.as_bytes(), text));
        }
        assert_eq!(bytes("+/+/"), Ok(vec![0xFB, 0xFF, 0xBF]));
    }

    #[test]
    fn other_texts_do_not() {
        for text in ["Z", "Zm9vY", "Zm 9v", "Zm9v=", "Zg===", "=", "Zm-_", "é"] {
            assert_eq!(bytes(text), Err(NotBase64), "{text}");
            assert!(!equals(b"f", text));
        }
    }
}
