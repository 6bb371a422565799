//! How events hang together: each tells the hash of the one before, and its own.
//!
//! An event is one line of JSON whose last member is `hash`. The hash is SHA-256 over the hash of the event before, a line
//! feed, and the line without that member, so it can be checked with nothing but the lines. What was written is checked
//! byte by byte and never written anew, so that an event of a newer version is as good as any.

use std::borrow::Cow;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use regent_store::entity::{ChainHead, ChainLink};
use serde::{Deserialize, Deserializer, Serialize};

use super::event::Event;
use super::keys::Signer;

/// What stands between an event and its hash.
const HASH_MEMBER: &str = ",\"hash\":\"";
const HASH_CHARACTERS: usize = 64;
const A_DAY_SECS: i64 = 86_400;

/// What the chain came to by the end of a day, signed. The first event of a later day carries it, and the first after
/// those of a node whose clock was ahead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Anchor {
    /// The day: `2026-11-22`.
    pub(super) day: Box<str>,
    /// The number of its last event.
    pub(super) seq: u64,
    /// The hash of that event.
    pub(super) hash: Box<str>,
    /// The number of the key.
    pub(super) key: u32,
    /// Ed25519, in base64.
    pub(super) signature: Box<str>,
}

/// An event as it is written, but for its hash.
#[derive(Serialize)]
struct Line<'a> {
    seq: u64,
    #[serde(flatten)]
    event: &'a Event,
    #[serde(skip_serializing_if = "Option::is_none")]
    anchor: Option<Anchor>,
    /// The end that this event follows was not one that this server had made.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    follows_unproven: bool,
    prev_hash: &'a str,
}

/// What an event tells of its place in the chain.
#[derive(Deserialize)]
pub(super) struct Told {
    pub(super) seq: u64,
    #[serde(default)]
    pub(super) id: Option<Box<str>>,
    #[serde(deserialize_with = "time")]
    pub(super) at: Timestamp,
    #[serde(default)]
    pub(super) anchor: Option<Anchor>,
    #[serde(default)]
    pub(super) follows_unproven: bool,
    pub(super) prev_hash: Box<str>,
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = Cow::<str>::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}

/// The keys of the chain, oldest first. The newest signs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Signers(Arc<[Signer]>);

impl Signers {
    pub(crate) fn new(signers: Vec<Signer>) -> Self {
        Self(signers.into())
    }

    /// The key of this number.
    pub(super) fn get(&self, id: u32) -> Option<&Signer> {
        self.0.iter().find(|signer| signer.id == id)
    }

    pub(crate) fn newest(&self) -> Option<&Signer> {
        self.0.last()
    }

    /// Whether a key of ours made the head's tag.
    pub(super) fn have_tagged(&self, head: &ChainHead) -> bool {
        self.get(head.key).is_some_and(|signer| signer.has_tagged(head))
    }

    /// Whether a key of ours signed the anchor.
    pub(super) fn have_signed(&self, anchor: &Anchor) -> bool {
        self.get(anchor.key).is_some_and(|signer| signer.has_signed(anchor))
    }
}

/// Appends an event to what there is: its line, and the new head. None if there is no key, or no way to write it.
pub(super) fn append(
    signers: &Signers,
    head: Option<&ChainHead>,
    event: &Event,
) -> Option<(String, ChainHead)> {
    let signer = signers.newest()?;
    let nothing = ChainHead::default();
    let follows_unproven = head.is_none_or(|head| !signers.have_tagged(head));
    let head = head.unwrap_or(&nothing);
    let day = day_of(event.at);
    let is_other_day = head.last.number > 0 && (day > head.day || is_ahead(head.day, day));
    let seq = head.last.number.checked_add(1)?;
    let line = Line {
        seq,
        event,
        anchor: is_other_day.then(|| signer.anchor(&date(head.day), &head.last)),
        follows_unproven,
        prev_hash: &head.last.hash,
    };
    let mut text = serde_json::to_string(&line).ok()?;
    let hash = hash(&head.last.hash, &text);
    text.pop(); // the brace
    text.push_str(HASH_MEMBER);
    text.push_str(&hash);
    text.push_str("\"}");
    let last = ChainLink { number: seq, hash: hash.into() };
    let day = if seq == 1 || is_other_day { day } else { day.max(head.day) };
    Some((text, signer.tagged(ChainHead { last, day, ..head.clone() })))
}

/// The head of a chain that begins after this event. None if the head is not one that we made: what follows would be.
pub(super) fn begin_after(signers: &Signers, head: &ChainHead, forgotten: ChainLink) -> Option<ChainHead> {
    let signer = signers.newest().filter(|_| signers.have_tagged(head))?;
    Some(signer.tagged(ChainHead { forgotten, ..head.clone() }))
}

/// The event without its hash, and the hash; none if it does not end with one.
pub(super) fn split(line: &str) -> Option<(String, &str)> {
    let tail = HASH_MEMBER.len() + HASH_CHARACTERS + "\"}".len();
    let (text, tail) = line.split_at_checked(line.len().checked_sub(tail)?)?;
    let hash = tail.strip_prefix(HASH_MEMBER)?.strip_suffix("\"}")?;
    Some((format!("{text}}}"), hash))
}

/// The hash of an event, by what stands before its hash and the hash of the event before.
pub(super) fn hash(before: &str, text: &str) -> String {
    let mut hashed = Vec::with_capacity(before.len() + 1 + text.len());
    hashed.extend_from_slice(before.as_bytes());
    hashed.push(b'\n');
    hashed.extend_from_slice(text.as_bytes());
    HEXLOWER.encode(digest(&SHA256, &hashed).as_ref())
}

/// The key of an event in the archive. Twenty digits hold every number, so keys are in the order of numbers.
pub(super) fn key(number: u64) -> String {
    format!("{number:020}")
}

/// The day of a time, in days since 1970.
pub(super) fn day_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(A_DAY_SECS)
}

/// Whether a day is further ahead of another one than clocks and midnight explain.
pub(super) fn is_ahead(day: i64, of: i64) -> bool {
    day > of.saturating_add(1)
}

/// A day as it is written.
pub(super) fn date(day: i64) -> String {
    let at = Timestamp::from_second(day.saturating_mul(A_DAY_SECS)).unwrap_or_default();
    at.strftime("%Y-%m-%d").to_string()
}
