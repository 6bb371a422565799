//! An authenticator and a browser in software, which tests can make lie in every part.

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use minicbor::Encoder;
use serde_json::{Value, json};

/// A key of each kind that is accepted.
pub(crate) enum Key {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(Box<RsaKeyPair>),
}

impl Key {
    pub(crate) fn p256() -> Self {
        Self::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
    }

    pub(crate) fn ed25519() -> Self {
        Self::Ed25519(Ed25519KeyPair::generate().unwrap())
    }

    pub(crate) fn rsa() -> Self {
        Self::Rsa(Box::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()))
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::P256(key) => key.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::Ed25519(key) => key.sign(message).as_ref().to_vec(),
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).unwrap();
                signature
            }
        }
    }

    /// The public key as COSE.
    pub(crate) fn cose(&self) -> Vec<u8> {
        match self {
            Self::P256(key) => {
                let point = key.public_key().as_ref();
                cose(&[(1, 2), (3, -7), (-1, 1)], &[(-2, &point[1..33]), (-3, &point[33..65])])
            }
            Self::Ed25519(key) => cose(&[(1, 1), (3, -8), (-1, 6)], &[(-2, key.public_key().as_ref())]),
            Self::Rsa(key) => {
                let public = key.public_key();
                let n = public.modulus().big_endian_without_leading_zero();
                let e = public.exponent().big_endian_without_leading_zero();
                cose(&[(1, 3), (3, -257)], &[(-1, n), (-2, e)])
            }
        }
    }
}

/// A COSE key of these members.
pub(crate) fn cose(numbers: &[(i64, i64)], texts: &[(i64, &[u8])]) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    encoder.map((numbers.len() + texts.len()) as u64).unwrap();
    for (label, number) in numbers {
        encoder.i64(*label).unwrap().i64(*number).unwrap();
    }
    for (label, bytes) in texts {
        encoder.i64(*label).unwrap().bytes(bytes).unwrap();
    }
    encoder.into_writer()
}

/// Everything that goes into an answer, before it is put together.
pub(crate) struct Answer {
    /// What the browser writes; an object.
    pub(crate) client_data: Value,
    /// What the browser hands on instead of that, if anything.
    pub(crate) client_data_text: Option<String>,
    pub(crate) rp_id: String,
    pub(crate) flags: u8,
    pub(crate) counter: u32,
    pub(crate) credential_id: Vec<u8>,
    /// What the browser says is the id.
    pub(crate) raw_id: Vec<u8>,
    pub(crate) cose: Vec<u8>,
    pub(crate) extensions: Vec<u8>,
    /// Bytes after the authenticator data's end.
    pub(crate) data_tail: Vec<u8>,
    /// The statement, its name, and bytes after the object's end.
    pub(crate) format: &'static str,
    pub(crate) statement: Vec<u8>,
    pub(crate) object_tail: Vec<u8>,
    /// What comes instead of the attestation object, if anything.
    pub(crate) object: Option<Vec<u8>>,
    pub(crate) user_handle: Option<Vec<u8>>,
    /// Changes the signature.
    pub(crate) signature: fn(Vec<u8>) -> Vec<u8>,
    pub(crate) kind: &'static str,
}

/// Present and verified.
pub(crate) const SEEN: u8 = 0x05;
pub(crate) const WITH_CREDENTIAL: u8 = 0x40;
pub(crate) const WITH_EXTENSIONS: u8 = 0x80;

impl Answer {
    /// An honest one.
    pub(crate) fn new(ceremony: &str, challenge: &str, key: &Key) -> Self {
        Self {
            client_data: json!({
                "type": ceremony, "challenge": challenge, "origin": "https://regent.example.com", "crossOrigin": false,
            }),
            client_data_text: None,
            rp_id: "regent.example.com".to_owned(),
            flags: SEEN,
            counter: 0,
            credential_id: vec![9; 32],
            raw_id: vec![9; 32],
            cose: key.cose(),
            extensions: Vec::new(),
            data_tail: Vec::new(),
            format: "none",
            statement: vec![0xa0],
            object_tail: Vec::new(),
            object: None,
            user_handle: None,
            signature: |signature| signature,
            kind: "public-key",
        }
    }

    fn client_data(&self) -> Vec<u8> {
        self.client_data_text.clone().unwrap_or_else(|| self.client_data.to_string()).into_bytes()
    }

    fn auth_data(&self) -> Vec<u8> {
        let mut data = digest::digest(&digest::SHA256, self.rp_id.as_bytes()).as_ref().to_vec();
        data.push(self.flags);
        data.extend_from_slice(&self.counter.to_be_bytes());
        if self.flags & WITH_CREDENTIAL != 0 {
            data.extend_from_slice(&[0; 16]);
            data.extend_from_slice(&u16::try_from(self.credential_id.len()).unwrap().to_be_bytes());
            data.extend_from_slice(&self.credential_id);
            data.extend_from_slice(&self.cose);
        }
        data.extend_from_slice(&self.extensions);
        data.extend_from_slice(&self.data_tail);
        data
    }

    /// The answer to a registration, as JSON.
    pub(crate) fn registration(&self) -> Value {
        let mut encoder = Encoder::new(Vec::new());
        encoder.map(3).unwrap().str("fmt").unwrap().str(self.format).unwrap().str("attStmt").unwrap();
        encoder.writer_mut().extend_from_slice(&self.statement);
        encoder.str("authData").unwrap().bytes(&self.auth_data()).unwrap();
        encoder.writer_mut().extend_from_slice(&self.object_tail);
        let object = self.object.clone().unwrap_or_else(|| encoder.into_writer());
        json!({
            "id": encode(&self.raw_id), "rawId": encode(&self.raw_id), "type": self.kind,
            "response": {
                "clientDataJSON": encode(&self.client_data()),
                "attestationObject": encode(&object),
                "transports": ["internal"],
            },
            "clientExtensionResults": {},
        })
    }

    /// The answer to an assertion, as JSON, signed with `key`.
    pub(crate) fn assertion(&self, key: &Key) -> Value {
        let client_data = self.client_data();
        let hash = digest::digest(&digest::SHA256, &client_data);
        let signature = (self.signature)(key.sign(&[&*self.auth_data(), hash.as_ref()].concat()));
        json!({
            "id": encode(&self.raw_id), "rawId": encode(&self.raw_id), "type": self.kind,
            "response": {
                "clientDataJSON": encode(&client_data),
                "authenticatorData": encode(&self.auth_data()),
                "signature": encode(&signature),
                "userHandle": self.user_handle.as_deref().map(encode),
            },
        })
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
