//! Signature Version 4: reading a request's claim, verifying it, and making one.
//!
//! A signature says who sent a request and that nobody changed it. It is an HMAC over one *canonical*
//! spelling of the request, under a key derived from the caller's secret for one day, region and service.
//! It stands in an `Authorization` header or, in a presigned URL, in the query.
//!
//! Verifying goes in three steps, because AWS reports faults in a certain order, and clients and tests see
//! the first:
//!
//! | step | what is checked | call |
//! |---|---|---|
//! | present | target and query well-formed; header, URL or neither; all parts there | [`Presented::read`] |
//! | claim | host signed; date; too old, too new; scope | [`Presented::claim`] |
//! | *the caller's* | access key known; session token intact and not expired | |
//! | verify | the signature | [`Claim::verify`] |
//!
//! Between the first two a server that answers for several services finds out whose [`Rules`] apply. A
//! caller with one service takes both at once with [`Claim::read`]. After the third, and not before, is the
//! request whoever it says it is.
//!
//! ```
//! use regent_wire::secret::SecretAccessKey;
//! use regent_wire::sigv4::{Body, Claim, KeyCache, Request, Rules, Scratch, Signer};
//!
//! let secret = SecretAccessKey::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned());
//! let body = Body::Bytes(b"Action=GetCallerIdentity&Version=2011-06-15");
//! let now = 1_440_938_160;
//!
//! let request = http::Request::post("https://sts.us-east-1.amazonaws.com/").body(())?;
//! let (mut parts, ()) = request.into_parts();
//! Signer::new("AKIDEXAMPLE", &secret, "us-east-1", "sts").sign(&mut parts, body, now)?;
//!
//! let claim = Claim::read(Request::from_parts(&parts), now, &Rules::new(&["sts"]))?;
//! let claim = claim.ok_or("nobody signed this")?;
//! assert_eq!(claim.access_key_id(), "AKIDEXAMPLE"); // so far only a claim
//! KeyCache::default().verify(&claim, &secret, body, &mut Scratch::default())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Invariants.** Nothing here reads a clock, draws a random number or looks a key up: all three are
//! arguments. A secret is compared in constant time, wiped after use and never printed. What cannot be
//! understood is refused.
//!
//! AWS: "IAM User Guide", AWS Signature Version 4 for API requests.

mod access_key_id;
#[cfg(feature = "sigv4a")]
mod asymmetric;
mod canonical;
mod capture;
mod claim;
mod clock;
mod credential;
mod error;
mod escape;
mod header_form;
mod key;
mod key_cache;
mod path;
mod payload;
mod presented;
mod query_form;
mod request;
mod rules;
mod signer;
mod time;

pub use self::access_key_id::{AccessKeyId, AccessKeyIdError, AccessKeyKind};
pub use self::canonical::{CanonicalError, CanonicalRequest, Form, Scratch};
pub use self::capture::{CaptureError, CapturedRequest, Judgment, judge};
pub use self::claim::{Claim, Explanation};
pub use self::error::SigV4Error;
pub use self::escape::EscapeFault;
pub use self::key::{SigningKey, VerifyingKey};
pub use self::key_cache::KeyCache;
pub use self::payload::PayloadHash;
pub use self::presented::{Algorithm, Presented};
pub use self::request::{Body, Request};
pub use self::rules::{Asymmetric, Dots, Escapes, PathStyle, PayloadRule, PresignedLife, Regions, Rules};
pub use self::signer::{SignError, Signer};
pub use self::time::RequestTime;
