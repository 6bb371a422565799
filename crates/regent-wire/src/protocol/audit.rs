//! Records: what CloudTrail would note of a request and its answer.

use crate::protocol::json::{Audience, Json};
use crate::shape::Emitted;

/// Writes `requestParameters` or `responseElements`: JSON in which every name begins with a small letter,
/// secrets are left out and timestamps are dates as people of the United States write them.
///
/// What is left out is what the model calls sensitive, and what `models/overrides.toml` adds: session tokens
/// and one-time codes. CloudTrail itself keeps session tokens.
///
/// AWS: CloudTrail user guide, "CloudTrail record contents".
pub fn record(value: &dyn Emitted, out: &mut Vec<u8>) {
    Json::new(out, Audience::Auditor).root(value);
}
