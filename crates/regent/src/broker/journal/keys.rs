//! What proves that the chain is this server's: tags on its end, signatures on its days.

use std::fmt;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regent_store::entity::{ChainHead, ChainLink};
use zeroize::Zeroizing;

use super::chain::Anchor;
use crate::seal::KEY_BYTES;

/// A key of the chain could not be used.
#[derive(Debug, thiserror::Error)]
#[error("chain key {0} cannot be used")]
pub struct ChainKeyError(u32);

/// A key of the chain, taken apart for its two uses.
pub(crate) struct Signer {
    pub(crate) id: u32,
    tags: hmac::Key,
    anchors: Ed25519KeyPair,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.id)
    }
}

impl Signer {
    /// The key with this number.
    pub(crate) fn new(id: u32, seed: &[u8; KEY_BYTES]) -> Result<Self, ChainKeyError> {
        let seed = hmac::Key::new(hmac::HMAC_SHA256, seed);
        let derive = |purpose: &[u8]| Zeroizing::new(hmac::sign(&seed, purpose).as_ref().to_vec());
        let anchors = Ed25519KeyPair::from_seed_unchecked(&derive(b"regent audit anchor"));
        Ok(Self {
            id,
            tags: hmac::Key::new(hmac::HMAC_SHA256, &derive(b"regent audit head")),
            anchors: anchors.map_err(|_| ChainKeyError(id))?,
        })
    }

    /// The head of a chain without events yet. It is made together with the key: a key without a head has lost it.
    pub(crate) fn beginning(&self) -> ChainHead {
        self.tagged(ChainHead::default())
    }

    /// The head with its tag.
    pub(super) fn tagged(&self, head: ChainHead) -> ChainHead {
        let mut head = ChainHead { key: self.id, ..head };
        head.tag = STANDARD.encode(hmac::sign(&self.tags, told(&head).as_bytes())).into();
        head
    }

    /// Whether this key made the head's tag.
    pub(super) fn has_tagged(&self, head: &ChainHead) -> bool {
        let tag = STANDARD.decode(&*head.tag).unwrap_or_default();
        hmac::verify(&self.tags, told(head).as_bytes(), &tag).is_ok()
    }

    /// An anchor of what there was at the end of a day.
    pub(super) fn anchor(&self, day: &str, last: &ChainLink) -> Anchor {
        let signature = self.anchors.sign(signed(day, last.number, &last.hash).as_bytes());
        Anchor {
            day: day.into(),
            seq: last.number,
            hash: last.hash.clone(),
            key: self.id,
            signature: STANDARD.encode(signature).into(),
        }
    }

    /// Whether this key signed the anchor.
    pub(super) fn has_signed(&self, anchor: &Anchor) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, self.anchors.public_key().as_ref());
        let signature = STANDARD.decode(&*anchor.signature).unwrap_or_default();
        key.verify(signed(&anchor.day, anchor.seq, &anchor.hash).as_bytes(), &signature).is_ok()
    }

    /// The key that anchors are verified with, in base64: 32 bytes of Ed25519.
    pub(crate) fn public_key(&self) -> String {
        STANDARD.encode(self.anchors.public_key())
    }
}

fn told(head: &ChainHead) -> String {
    let ChainHead { last, forgotten, day, key, tag: _ } = head;
    format!(
        "regent audit head\n{}\n{}\n{}\n{}\n{day}\n{key}",
        last.number, last.hash, forgotten.number, forgotten.hash
    )
}

fn signed(day: &str, number: u64, hash: &str) -> String {
    format!("regent audit anchor\n{day}\n{number}\n{hash}")
}
