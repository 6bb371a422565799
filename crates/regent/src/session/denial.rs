//! What a denial tells of its reasons, sealed: the encoded authorization message.
//!
//! ```text
//! base64url( version, key number (u32), nonce (12), sealed( time, windows, padding ), tag (16) )
//! ```
//! Domain, version, key number and account are authenticated with the rest, so a message opens only for the account
//! whose caller was denied. It is sealed under a key of its own: no message opens as a session, and no session as a
//! message.
//!
//! Whoever was denied holds the message, sees how long it is, may not read it, and chooses part of what is in it.
//! Compressed with what it chose, a text that it must not see would show in the length when it is guessed. So a statement
//! of a policy, and a condition key that the caller may not know, are each compressed alone, in a *window*; and the
//! whole is padded, so that it tells little of its length.

use aws_lc_rs::aead::{Aad, NONCE_LEN, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use regent_store::entity::{AccountId, Seconds};

use super::KeyRing;
use super::codec::{Reader, Writer};
use super::token::{deflate, inflate};

/// The longest message made or read: what `sts:DecodeAuthorizationMessage` takes.
pub const MAX_MESSAGE_BYTES: usize = 10_240;
const DOMAIN: &[u8] = b"regent authorization message";
const VERSION: u8 = 1;
const HEAD_BYTES: usize = 1 + 4 + NONCE_LEN;
const TAG_BYTES: usize = 16;
/// The bytes of a message are a multiple of this, so its characters one of 256.
const STEP_BYTES: usize = 192;
/// How long a message can be opened.
const LIFETIME_SECS: Seconds = 24 * 3600;
/// Bound on what is compressed, and on what windows may unpack to.
const MAX_JSON_BYTES: usize = 128 << 10;
/// Bound on the windows of a message.
const MAX_WINDOWS: usize = 128;

/// Condition keys whose values the caller may not know, as they begin in a message.
const UNKNOWN_TO_CALLER: [&str; 4] = [
    r#"{"key":"aws:ResourceTag/"#,
    r#"{"key":"iam:ResourceTag/"#,
    r#"{"key":"aws:PrincipalTag/"#,
    r#"{"key":"iam:PermissionsBoundary""#,
];

/// Why there is no message, or none that opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DenialMessageError {
    /// It is not a message of this ring for this account, or one of more than a day ago.
    #[error("the authorization message is not valid")]
    Invalid,
    /// It would be longer than a message may be.
    #[error("the authorization message does not fit")]
    TooLong,
    /// There is no key to seal with.
    #[error("there is no session key")]
    NoKey,
}

/// The message of one denial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DenialMessage {
    /// When the request was denied.
    pub denied: Seconds,
    /// What is told about it: compact JSON as [`AuthorizationMessage`](regent_policy::explain::AuthorizationMessage)
    /// writes it.
    pub json: String,
}

impl KeyRing {
    /// Seals a message under a fresh nonce, for the account of the caller who is denied.
    pub fn seal_denial(
        &self,
        message: &DenialMessage,
        account: AccountId,
        nonce: [u8; NONCE_LEN],
    ) -> Result<String, DenialMessageError> {
        let key = self.sealing(message.denied).ok_or(DenialMessageError::NoKey)?;
        let mut sealed = write(message).ok_or(DenialMessageError::TooLong)?;
        let mut bytes = Vec::with_capacity(HEAD_BYTES + sealed.len() + TAG_BYTES);
        bytes.push(VERSION);
        bytes.extend_from_slice(&key.id.to_be_bytes());
        bytes.extend_from_slice(&nonce);
        let context = context(key.id, account);
        let nonce = Nonce::assume_unique_for_key(nonce);
        key.denials
            .seal_in_place_append_tag(nonce, Aad::from(context.as_slice()), &mut sealed)
            .map_err(|_| DenialMessageError::TooLong)?;
        bytes.extend_from_slice(&sealed);
        let text = URL_SAFE_NO_PAD.encode(bytes);
        if text.len() > MAX_MESSAGE_BYTES { Err(DenialMessageError::TooLong) } else { Ok(text) }
    }

    /// Opens a message for a caller of this account, up to a day after the denial.
    pub fn open_denial(
        &self,
        text: &str,
        account: AccountId,
        now: Seconds,
    ) -> Result<DenialMessage, DenialMessageError> {
        let message = self.try_open_denial(text, account).ok_or(DenialMessageError::Invalid)?;
        if now.saturating_sub(message.denied) > LIFETIME_SECS {
            return Err(DenialMessageError::Invalid);
        }
        Ok(message)
    }

    fn try_open_denial(&self, text: &str, account: AccountId) -> Option<DenialMessage> {
        if text.len() > MAX_MESSAGE_BYTES {
            return None;
        }
        let mut bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (head, sealed) = bytes.split_first_chunk_mut::<HEAD_BYTES>()?;
        let (version, rest) = head.split_first()?;
        let (id, nonce) = rest.split_first_chunk::<4>()?;
        if *version != VERSION {
            return None;
        }
        let key = self.key(u32::from_be_bytes(*id))?;
        let context = context(key.id, account);
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let plain = key.denials.open_in_place(nonce, Aad::from(context.as_slice()), sealed).ok()?;
        DenialMessage::from_plain(plain)
    }
}

impl DenialMessage {
    /// Reads what is behind the seal. As with [`Session::from_plain`](super::Session::from_plain), a server takes only
    /// what opened under a key of its own.
    pub fn from_plain(plain: &[u8]) -> Option<Self> {
        let mut from = Reader::new(plain);
        let denied = Seconds::try_from(from.number()?).ok()?;
        let mut json = String::new();
        from.list(|from| {
            let room = MAX_JSON_BYTES.checked_sub(json.len()).filter(|room| *room > 0)?;
            json.push_str(&inflate(from.bytes()?, room as u64)?);
            Some(())
        })?;
        while !from.is_empty() {
            from.byte().filter(|byte| *byte == 0)?;
        }
        Some(Self { denied, json })
    }
}

fn context(key: u32, account: AccountId) -> Vec<u8> {
    let mut context = Vec::with_capacity(DOMAIN.len() + 13);
    context.extend_from_slice(DOMAIN);
    context.push(VERSION);
    context.extend_from_slice(&key.to_be_bytes());
    context.extend_from_slice(&account.number().to_be_bytes());
    context
}

fn write(message: &DenialMessage) -> Option<Vec<u8>> {
    if message.json.len() > MAX_JSON_BYTES {
        return None;
    }
    let windows = windows(&message.json);
    if windows.len() > MAX_WINDOWS {
        return None;
    }
    let packed = windows.iter().map(|window| deflate(window, Compression::default()));
    let packed: Vec<Vec<u8>> = packed.collect::<Option<_>>()?;
    let mut out = Writer::default();
    out.number(u64::try_from(message.denied).unwrap_or(0));
    out.list(&packed, |out, window| out.bytes(window));
    let mut plain = out.finish();
    let padded = (HEAD_BYTES + plain.len() + TAG_BYTES).next_multiple_of(STEP_BYTES);
    plain.resize(padded - HEAD_BYTES - TAG_BYTES, 0);
    Some(plain)
}

/// Cuts a message where something begins that must not be compressed with what stands before it.
///
/// A text inside of the JSON has its quotes escaped, so nothing that a caller chooses looks like a place to cut.
fn windows(json: &str) -> Vec<&str> {
    let mut cuts = vec![0];
    let mut is_alone = false;
    for (at, _) in json.match_indices("{\"") {
        let rest = json.get(at..).unwrap_or_default();
        let is_unknown = UNKNOWN_TO_CALLER.iter().any(|key| rest.starts_with(key));
        let is_key = rest.starts_with("{\"key\":");
        let begins =
            rest.starts_with("{\"statementId\":") || rest.starts_with("{\"principal\":") || is_unknown;
        if begins || (is_key && is_alone) {
            cuts.push(at);
            is_alone = is_unknown;
        }
    }
    let ends = cuts.iter().skip(1).copied().chain([json.len()]);
    cuts.iter().zip(ends).filter_map(|(from, to)| json.get(*from..to)).collect()
}

#[cfg(test)]
mod tests;
