//! Whether a request is too old or too new.

use super::SigV4Error;
use super::rules::{PresignedLife, Rules};
use super::time::RequestTime;

/// Seven days: the longest life S3 allows a presigned URL.
pub(super) const MAX_EXPIRES_SECS: u32 = 604_800;

/// Reads `X-Amz-Expires` for rules that heed it.
pub(super) fn read_expires(text: Option<&str>, life: PresignedLife) -> Result<Option<u32>, SigV4Error> {
    let Some(text) = text else {
        return match life {
            PresignedLife::Window | PresignedLife::Shorter => Ok(None),
            PresignedLife::Expires => Err(SigV4Error::incomplete(
                "AWS query-string parameters must include 'X-Amz-Expires'. Re-examine the query-string parameters.",
            )),
        };
    };
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = digits.then(|| text.parse().ok()).flatten();
    match seconds.filter(|seconds| (1..=MAX_EXPIRES_SECS).contains(seconds)) {
        Some(seconds) => Ok(Some(seconds)),
        None => Err(SigV4Error::incomplete(format!(
            "'X-Amz-Expires' must be a number of seconds between 1 and {MAX_EXPIRES_SECS}. Got '{text}'."
        ))),
    }
}

/// Both ends belong to the window: exactly fifteen minutes is in time, on either side.
pub(super) fn check(
    time: RequestTime,
    now: i64,
    expires_secs: Option<u32>,
    rules: &Rules<'_>,
) -> Result<(), SigV4Error> {
    let minutes = rules.window_minutes;
    let window = i64::from(minutes) * 60;
    let (earliest, latest) = (now.saturating_sub(window), now.saturating_add(window));
    let windowed = expires_secs.is_none() || rules.presigned != PresignedLife::Expires;
    let spell = RequestTime::from_seconds;
    if windowed && time.seconds() < earliest {
        return Err(SigV4Error::Clock(
            format!(
                "Signature expired: {} is now earlier than {} ({} - {minutes} min.)",
                time.basic(),
                spell(earliest).basic(),
                spell(now).basic(),
            )
            .into(),
        ));
    }
    let end = expires_secs.map(|seconds| time.seconds().saturating_add(seconds.into()));
    if let Some(end) = end.filter(|end| *end < now) {
        let (end, now) = (spell(end), spell(now));
        return Err(SigV4Error::Clock(
            format!("Signature expired: {} is now earlier than {}", end.basic(), now.basic()).into(),
        ));
    }
    if time.seconds() > latest {
        return Err(SigV4Error::Clock(
            format!(
                "Signature not yet current: {} is still later than {} ({} + {minutes} min.)",
                time.basic(),
                spell(latest).basic(),
                spell(now).basic(),
            )
            .into(),
        ));
    }
    Ok(())
}
