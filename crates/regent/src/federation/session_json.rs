//! The `Session` parameter: temporary credentials as JSON.

use std::borrow::Cow;

use regent_wire::Sensitive;
use regent_wire::secret::SecretAccessKey;
use serde::Deserialize;

/// Longest text that is read: the longest token, and room for the rest.
const MAX_BYTES: usize = 8192;
/// Longest access key id or secret.
const MAX_KEY_BYTES: usize = 128;

/// Credentials that somebody presents. Whether they are anybody's is not known yet.
#[derive(Debug)]
pub struct SessionJson {
    /// `ASIA…`
    pub id: String,
    /// The secret access key.
    pub key: SecretAccessKey,
    /// The session token; long-term keys have none.
    pub token: Option<Sensitive<String>>,
}

/// Why a `Session` cannot be read. What it holds is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionJsonError {
    /// It is longer than any credentials are.
    #[error("`Session` must have at most {MAX_BYTES} bytes")]
    TooLong,
    /// It is not the object that it must be.
    #[error(
        "`Session` must be a JSON object with the texts `sessionId`, `sessionKey` and `sessionToken`, each once, and nothing else"
    )]
    Malformed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<'a> {
    #[serde(borrow, rename = "sessionId")]
    id: Cow<'a, str>,
    #[serde(rename = "sessionKey")]
    key: Cow<'a, str>,
    #[serde(rename = "sessionToken")]
    token: Option<Cow<'a, str>>,
}

impl SessionJson {
    /// Reads it. A member that is there twice, or that nobody knows, is refused: two readers could see two sessions.
    pub fn parse(text: &str) -> Result<Self, SessionJsonError> {
        if text.len() > MAX_BYTES {
            return Err(SessionJsonError::TooLong);
        }
        let wire: Wire<'_> = serde_json::from_str(text).map_err(|_| SessionJsonError::Malformed)?;
        let is_key = |text: &str| !text.is_empty() && text.len() <= MAX_KEY_BYTES;
        if !is_key(&wire.id) || !is_key(&wire.key) {
            return Err(SessionJsonError::Malformed);
        }
        let token = wire.token.filter(|token| !token.is_empty());
        let token = token.map(|token| Sensitive::new(token.into_owned()));
        let key = SecretAccessKey::new(wire.key.into_owned());
        Ok(Self { id: wire.id.into_owned(), key, token })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_texts_are_credentials() {
        let read = SessionJson::parse(r#" {"sessionKey":"s","sessionToken":"t\u0021","sessionId":"ASIA"} "#)
            .unwrap();
        assert_eq!(
            (&*read.id, &**read.key.reveal(), read.token.as_ref().map(|token| &**token.reveal())),
            ("ASIA", "s", Some("t!"))
        );
        for text in [
            r#"{"sessionId":"A","sessionKey":"s"}"#,
            r#"{"sessionId":"A","sessionKey":"s","sessionToken":""}"#,
        ] {
            assert_eq!(SessionJson::parse(text).unwrap().token, None, "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let long = "k".repeat(MAX_KEY_BYTES + 1);
        for text in [
            "",
            "null",
            "[]",
            "\"text\"",
            "{}",
            r#"{"sessionId":"A","sessionToken":"t"}"#,
            r#"{"sessionId":"A","sessionKey":"s","sessionToken":"t"}trailing"#,
            r#"{"sessionId":"A","sessionKey":"s","sessionToken":"t""#,
            r#"{"sessionId":"A","sessionKey":"s","sessionToken":"t","more":1}"#,
            r#"{"sessionId":"A","sessionKey":"s","sessionToken":"t","sessionId":"B"}"#,
            r#"{"sessionId":"A","sessionKey":"s","sessionToken":["t"]}"#,
            r#"{"sessionId":"A","sessionKey":1,"sessionToken":"t"}"#,
            r#"{"SessionId":"A","sessionKey":"s","sessionToken":"t"}"#,
            r#"{"sessionId":"","sessionKey":"s","sessionToken":"t"}"#,
            &format!(r#"{{"sessionId":"A","sessionKey":"{long}","sessionToken":"t"}}"#),
        ] {
            assert_eq!(SessionJson::parse(text).err(), Some(SessionJsonError::Malformed), "{text}");
        }
        assert_eq!(SessionJson::parse(&" ".repeat(MAX_BYTES + 1)).err(), Some(SessionJsonError::TooLong));
    }
}
