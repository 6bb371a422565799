//! A session as a token, and back.
//!
//! ```text
//! base64url( version, key number (u32), nonce (12), sealed( … ), tag (16) )
//! ```
//! The version, the key's number and the access key id are authenticated with the rest, so a token works only
//! with the access key id it was made for. base64url, because tokens travel in presigned URLs.

use std::io::{Read as _, Write as _};
use std::sync::Arc;

use aws_lc_rs::aead::{Aad, NONCE_LEN, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use regent_store::entity::{AccountId, PolicyDocument, Seconds, Tag, UniqueId};
use regent_wire::secret::SecretAccessKey;

use super::codec::{Reader, Writer};
use super::{KeyRing, Session, SessionPolicies, SessionTag, Subject};

/// The longest token made or read.
pub const MAX_TOKEN_BYTES: usize = 4096;
const VERSION: u8 = 1;
const HEAD_BYTES: usize = 1 + 4 + NONCE_LEN;
const TAG_BYTES: usize = 16;
/// Bound on what a session policy may unpack to; the API's own bound is far below.
const MAX_POLICY_BYTES: u64 = 64 << 10;

/// Why a token opens no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is not a token of this ring for this access key id.
    #[error("the session token is not valid")]
    Invalid,
    /// The session would need a longer token than there may be.
    #[error("the session does not fit into a token")]
    TooLarge,
    /// There is no key to seal with.
    #[error("there is no session key")]
    NoKey,
}

impl KeyRing {
    /// Seals a session under a fresh nonce, padded to at least `least` characters, and derives its secret key.
    pub fn seal(
        &self,
        session: &Session,
        now: Seconds,
        nonce: [u8; NONCE_LEN],
        least: usize,
    ) -> Result<(String, SecretAccessKey), TokenError> {
        let key = self.sealing(now).ok_or(TokenError::NoKey)?;
        let mut sealed = write(session, least)?;
        let mut token = Vec::with_capacity(HEAD_BYTES + sealed.len() + TAG_BYTES);
        token.push(VERSION);
        token.extend_from_slice(&key.id.to_be_bytes());
        token.extend_from_slice(&nonce);
        let context = context(key.id, &session.access_key_id);
        let nonce = Nonce::assume_unique_for_key(nonce);
        key.aead
            .seal_in_place_append_tag(nonce, Aad::from(context.as_slice()), &mut sealed)
            .map_err(|_| TokenError::TooLarge)?;
        token.extend_from_slice(&sealed);
        let token = URL_SAFE_NO_PAD.encode(token);
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLarge);
        }
        Ok((token, key.secret(&session.access_key_id)))
    }

    /// Opens a token. Whether the session is over is for the caller to say, who knows the time.
    pub fn open(&self, token: &str, access_key_id: &str) -> Result<(Session, SecretAccessKey), TokenError> {
        self.try_open(token, access_key_id).ok_or(TokenError::Invalid)
    }

    fn try_open(&self, token: &str, access_key_id: &str) -> Option<(Session, SecretAccessKey)> {
        if token.len() > MAX_TOKEN_BYTES {
            return None;
        }
        let mut bytes = [0; MAX_TOKEN_BYTES * 3 / 4 + 3];
        let length = URL_SAFE_NO_PAD.decode_slice(token, &mut bytes).ok()?;
        let (head, sealed) = bytes.get_mut(..length)?.split_first_chunk_mut::<HEAD_BYTES>()?;
        let (version, rest) = head.split_first()?;
        let (id, nonce) = rest.split_first_chunk::<4>()?;
        if *version != VERSION {
            return None;
        }
        let key = self.key(u32::from_be_bytes(*id))?;
        let context = context(key.id, access_key_id);
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let plain = key.aead.open_in_place(nonce, Aad::from(context.as_slice()), sealed).ok()?;
        Some((read(plain, access_key_id)?, key.secret(access_key_id)))
    }
}

impl Session {
    /// Reads what a token has behind its seal: the reader that everything a token says goes through.
    ///
    /// A server takes only what opened under a key of its own, so what comes here from elsewhere proves nothing
    /// about anybody.
    pub fn from_plain(plain: &[u8], access_key_id: &str) -> Option<Self> {
        read(plain, access_key_id)
    }
}

fn context(key: u32, access_key_id: &str) -> Vec<u8> {
    let mut context = Vec::with_capacity(5 + access_key_id.len());
    context.push(VERSION);
    context.extend_from_slice(&key.to_be_bytes());
    context.extend_from_slice(access_key_id.as_bytes());
    context
}

const ROOT: u8 = 0;
const USER: u8 = 1;
const ROLE: u8 = 2;
const FEDERATED_BY_USER: u8 = 3;
const FEDERATED_BY_ROOT: u8 = 4;

const IS_CHAINED: u8 = 1;
const HAS_INLINE_POLICY: u8 = 2;
const HAS_SOURCE_IDENTITY: u8 = 4;
const HAS_MFA: u8 = 8;
const IS_CONSOLE: u8 = 16;
const ALL_FLAGS: u8 = 31;

fn write(session: &Session, least: usize) -> Result<Vec<u8>, TokenError> {
    let mut out = Writer::default();
    let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
    out.byte(
        flag(session.is_chained, IS_CHAINED)
            | flag(session.policies.inline.is_some(), HAS_INLINE_POLICY)
            | flag(session.source_identity.is_some(), HAS_SOURCE_IDENTITY)
            | flag(session.mfa.is_some(), HAS_MFA)
            | flag(session.is_console, IS_CONSOLE),
    );
    out.number(session.account.number());
    write_time(&mut out, session.issued);
    write_time(&mut out, session.expires);
    match &session.subject {
        Subject::Root => out.byte(ROOT),
        Subject::User(id) => {
            out.byte(USER);
            out.text(id.as_str());
        }
        Subject::Role { id, session_name } => {
            out.byte(ROLE);
            out.text(id.as_str());
            out.text(session_name);
        }
        Subject::Federated { issuer: Some(id), name } => {
            out.byte(FEDERATED_BY_USER);
            out.text(id.as_str());
            out.text(name);
        }
        Subject::Federated { issuer: None, name } => {
            out.byte(FEDERATED_BY_ROOT);
            out.text(name);
        }
    }
    if let Some(policy) = &session.policies.inline {
        out.bytes(&deflate(policy.text(), Compression::best()).ok_or(TokenError::TooLarge)?);
    }
    out.list(&session.policies.managed, |out, arn| out.text(arn));
    out.list(&session.tags, |out, SessionTag { tag, is_transitive }| {
        out.byte(u8::from(*is_transitive));
        out.text(&tag.key);
        out.text(&tag.value);
    });
    if let Some(identity) = &session.source_identity {
        out.text(identity);
    }
    if let Some(mfa) = session.mfa {
        write_time(&mut out, mfa);
    }
    let mut plain = out.finish();
    // Of base64's characters every four stand for three bytes; the last few may stand for less.
    let least = least.min(MAX_TOKEN_BYTES).div_ceil(4) * 3;
    plain.resize(plain.len().max(least.saturating_sub(HEAD_BYTES + TAG_BYTES)), 0);
    Ok(plain)
}

fn read(plain: &[u8], access_key_id: &str) -> Option<Session> {
    let mut from = Reader::new(plain);
    let flags = from.byte().filter(|flags| flags & !ALL_FLAGS == 0)?;
    let has = |flag: u8| flags & flag != 0;
    let account = AccountId::new(from.number()?)?;
    let (issued, expires) = (read_time(&mut from)?, read_time(&mut from)?);
    let subject = match from.byte()? {
        ROOT => Subject::Root,
        USER => Subject::User(read_id(&mut from)?),
        ROLE => Subject::Role { id: read_id(&mut from)?, session_name: from.text()?.into() },
        FEDERATED_BY_USER => {
            Subject::Federated { issuer: Some(read_id(&mut from)?), name: from.text()?.into() }
        }
        FEDERATED_BY_ROOT => Subject::Federated { issuer: None, name: from.text()?.into() },
        _ => return None,
    };
    let inline = if has(HAS_INLINE_POLICY) {
        Some(Arc::new(PolicyDocument::new(&inflate(from.bytes()?, MAX_POLICY_BYTES)?, Vec::new())))
    } else {
        None
    };
    let managed = from.list(|from| from.text().map(Arc::from))?;
    let tags = from.list(|from| {
        let is_transitive = from.byte()? == 1;
        let tag = Tag { key: from.text()?.into(), value: from.text()?.into() };
        Some(SessionTag { tag, is_transitive })
    })?;
    let source_identity = if has(HAS_SOURCE_IDENTITY) { Some(from.text()?.into()) } else { None };
    let mfa = if has(HAS_MFA) { Some(read_time(&mut from)?) } else { None };
    while !from.is_empty() {
        from.byte().filter(|byte| *byte == 0)?;
    }
    Some(Session {
        access_key_id: access_key_id.into(),
        account,
        subject,
        issued,
        expires,
        policies: SessionPolicies { inline, managed },
        tags,
        source_identity,
        mfa,
        is_chained: has(IS_CHAINED),
        is_console: has(IS_CONSOLE),
    })
}

fn write_time(out: &mut Writer, time: i64) {
    out.number(u64::try_from(time).unwrap_or(0));
}

fn read_time(from: &mut Reader<'_>) -> Option<i64> {
    i64::try_from(from.number()?).ok()
}

fn read_id(from: &mut Reader<'_>) -> Option<UniqueId> {
    from.text()?.parse().ok()
}

pub(super) fn deflate(text: &str, compression: Compression) -> Option<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), compression);
    encoder.write_all(text.as_bytes()).ok()?;
    encoder.finish().ok()
}

/// The text, as far as it is not longer than `most` bytes.
pub(super) fn inflate(bytes: &[u8], most: u64) -> Option<String> {
    let mut text = String::new();
    DeflateDecoder::new(bytes).take(most).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests;
