//! What is inside of a sign-in token and of a console cookie.
//!
//! Both hold a session's token, so that the session is read by the one reader of sessions, whoever asks.

use aws_lc_rs::aead::NONCE_LEN;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regent_store::entity::Seconds;

use super::switch_role::Label;
use crate::session::{KeyRing, Purpose, Reader, TokenError, Writer, sealed_length};

/// A session's token, and the access key id that it opens with.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) access_key_id: Box<str>,
    pub(super) token: String,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Held({})", self.access_key_id)
    }
}

impl Held {
    fn write(&self, out: &mut Writer) {
        out.text(&self.access_key_id);
        // A token is base64 of what is sealed; there is no need to encode it twice.
        out.bytes(&URL_SAFE_NO_PAD.decode(&self.token).unwrap_or_default());
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self { access_key_id: from.text()?.into(), token: URL_SAFE_NO_PAD.encode(from.bytes()?) })
    }
}

/// A sign-in token.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SigninTicket {
    pub(super) made: Seconds,
    pub(super) held: Held,
}

impl SigninTicket {
    pub(super) fn seal(&self, ring: &KeyRing, nonce: [u8; NONCE_LEN]) -> Result<String, TokenError> {
        let mut out = Writer::default();
        out.number(u64::try_from(self.made).unwrap_or(0));
        self.held.write(&mut out);
        ring.seal_for(Purpose::SignIn, out.finish(), self.made, nonce)
    }

    pub(super) fn open(ring: &KeyRing, text: &str) -> Option<Self> {
        let plain = ring.open_for(Purpose::SignIn, text)?;
        let mut from = Reader::new(&plain);
        let made = Seconds::try_from(from.number()?).ok()?;
        let held = Held::read(&mut from)?;
        from.is_empty().then_some(Self { made, held })
    }
}

/// A console cookie.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ConsoleTicket {
    pub(super) held: Held,
    pub(super) issuer: Option<Box<str>>,
    pub(super) label: Option<Label>,
}

impl ConsoleTicket {
    pub(super) fn seal(
        &self,
        ring: &KeyRing,
        now: Seconds,
        nonce: [u8; NONCE_LEN],
    ) -> Result<String, TokenError> {
        ring.seal_for(Purpose::Console, self.write(), now, nonce)
    }

    /// How many characters it takes.
    pub(super) fn sealed_length(&self) -> usize {
        sealed_length(self.write().len())
    }

    fn write(&self) -> Vec<u8> {
        let mut out = Writer::default();
        self.held.write(&mut out);
        out.text(self.issuer.as_deref().unwrap_or_default());
        let label = self.label.as_ref();
        out.text(label.map_or("", |label| &label.display_name));
        out.text(label.and_then(|label| label.color.as_deref()).unwrap_or_default());
        out.finish()
    }

    pub(super) fn open(ring: &KeyRing, text: &str) -> Option<Self> {
        let plain = ring.open_for(Purpose::Console, text)?;
        let mut from = Reader::new(&plain);
        let held = Held::read(&mut from)?;
        let mut text = || from.text().map(|text| (!text.is_empty()).then(|| Box::<str>::from(text)));
        let (issuer, name, color) = (text()?, text()?, text()?);
        let label = name.map(|display_name| Label { display_name, color });
        from.is_empty().then_some(Self { held, issuer, label })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Seconds = 1_800_000_000;

    fn ring() -> KeyRing {
        KeyRing::new(&[(1, 0, [7; 32].into())]).unwrap()
    }

    fn held() -> Held {
        Held { access_key_id: "ASIAQNZGKIQY56JQ7WML".into(), token: "AQAAAAEAAAA".to_owned() }
    }

    #[test]
    fn tickets_come_back_as_they_went_in() {
        let ticket = SigninTicket { made: NOW, held: held() };
        let text = ticket.seal(&ring(), [1; NONCE_LEN]).unwrap();
        assert_eq!(SigninTicket::open(&ring(), &text), Some(ticket));
        assert_eq!(ConsoleTicket::open(&ring(), &text), None);
        for (issuer, label) in [
            (None, None),
            (Some("https://sso.example.com/".into()), None),
            (None, Some(Label { display_name: "Prüfung".into(), color: None })),
            (
                Some("http://x/".into()),
                Some(Label { display_name: "p".into(), color: Some("99bce3".into()) }),
            ),
        ] {
            let ticket = ConsoleTicket { held: held(), issuer, label };
            let text = ticket.seal(&ring(), NOW, [1; NONCE_LEN]).unwrap();
            assert_eq!(text.len(), ticket.sealed_length());
            assert_eq!(ConsoleTicket::open(&ring(), &text), Some(ticket));
            assert_eq!(SigninTicket::open(&ring(), &text), None);
        }
    }
}
