//! The cookie of a console session.

use http::HeaderMap;
use http::header::COOKIE;
use regent_store::entity::Seconds;

/// Its name. The prefix makes browsers refuse it from anybody but this very host, and over plain HTTP from any
/// machine but their own.
const NAME: &str = "__Host-regent-console";
const ATTRIBUTES: &str = "Secure; HttpOnly; SameSite=Lax; Path=/";
/// The longest value: browsers keep 4,096 bytes of name and value.
pub(super) const MAX_VALUE_BYTES: usize = 4096 - NAME.len() - 1;
/// How much longer than its session a cookie lives, so that somebody whose session is over still sees where it came from.
const AFTERLIFE_SECS: Seconds = 86_400;

/// The header that sets it, for a session of which this much is left.
pub(super) fn set(value: &str, rest: Seconds) -> String {
    format!("{NAME}={value}; Max-Age={}; {ATTRIBUTES}", rest + AFTERLIFE_SECS)
}

/// The header that removes it.
pub(super) fn clear() -> String {
    format!("{NAME}=; Max-Age=0; {ATTRIBUTES}")
}

/// Its value, if the request has it exactly once.
pub(super) fn find(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(name, _)| *name == NAME).map(|(_, value)| value);
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(lines: &[&'static str], expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_static(line));
        }
        assert_eq!(find(&headers), expected, "{lines:?}");
    }

    #[test]
    fn it_is_found_among_others_and_only_once() {
        check(&["__Host-regent-console=abc"], Some("abc"));
        check(&["a=b; __Host-regent-console=abc;c=d"], Some("abc"));
        check(&["a=b", "__Host-regent-console=abc"], Some("abc"));
        check(&["__Host-regent-console="], Some(""));
        for lines in [
            &[][..],
            &["a=b"],
            &["__host-regent-console=abc"],
            &["x__Host-regent-console=abc"],
            &["__Host-regent-console"],
            &["__Host-regent-console=abc; __Host-regent-console=def"],
            &["__Host-regent-console=abc", "__Host-regent-console=abc"],
        ] {
            check(lines, None);
        }
    }
}
