//! Where a login URL leads: to the console, or to what the operator has listed. Nowhere else.

use percent_encoding::percent_decode_str;
use url::{Position, Url};

/// Longest address that is read.
const MAX_BYTES: usize = 2048;
/// Longest `Issuer`: it is kept in the cookie.
const MAX_ISSUER_BYTES: usize = 512;
/// Paths of ours that change who somebody is. Nobody is sent there by the way.
const ENTRANCES: [&str; 2] = ["/federation", "/switchrole"];
/// Where a browser goes that is told nothing.
const HOME: &str = "/console/session";

/// An address that a browser may be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination(String);

/// Why a browser is not sent to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DestinationError {
    /// It is longer than an address of a console is.
    #[error("the address must have at most {MAX_BYTES} bytes")]
    TooLong,
    /// It is no address.
    #[error("the address must be a path such as `/console/`, or a URL with http or https")]
    Malformed,
    /// It leads to where somebody becomes another.
    #[error("the address must not lead to `/federation` or `/switchrole`")]
    Entrance,
    /// It leads elsewhere.
    #[error("the address must be one of this server, or of an origin that `console-destinations` lists")]
    Elsewhere,
}

impl Destination {
    /// Reads an address that a browser shall be sent to by the server with this authority (host and port).
    ///
    /// One of our own becomes a path, so that it is ours whatever the authority says: a proxy may have changed it. One
    /// that changes who somebody is, here or where this server is known by another name, is refused.
    pub fn parse(text: &str, authority: &str, listed: &[String]) -> Result<Self, DestinationError> {
        let read = Self::any(text, authority, listed)?;
        if is_entrance(&read.0) { Err(DestinationError::Entrance) } else { Ok(read) }
    }

    /// Reads a login URL of this server.
    pub(super) fn login_url(
        text: &str,
        authority: &str,
        listed: &[String],
    ) -> Result<Self, DestinationError> {
        let read = Self::any(text, authority, listed)?;
        if read.without_query() == "/federation" { Ok(read) } else { Err(DestinationError::Entrance) }
    }

    /// Reads an address likewise, whatever is there.
    fn any(text: &str, authority: &str, listed: &[String]) -> Result<Self, DestinationError> {
        if text.is_empty() {
            return Ok(Self(HOME.to_owned()));
        }
        if text.len() > MAX_BYTES {
            return Err(DestinationError::TooLong);
        }
        // The URL standard drops tabs and line breaks; a browser may see one address, and a reader another.
        if text.chars().any(char::is_control) {
            return Err(DestinationError::Malformed);
        }
        let own = Url::parse(&format!("http://{authority}/")).map_err(|_| DestinationError::Elsewhere)?;
        let url = if text.starts_with('/') { own.join(text) } else { Url::parse(text) };
        let url = url.map_err(|_| DestinationError::Malformed)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(DestinationError::Malformed);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(DestinationError::Elsewhere);
        }
        // The authority does not tell its scheme: a port that is left out is that of the address's own.
        if url.host() == own.host() && url.port() == own.port() {
            let path = &url[Position::BeforePath..];
            // A browser reads `//x` as a host.
            let is_ours = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
            return if is_ours { Ok(Self(path.to_owned())) } else { Err(DestinationError::Elsewhere) };
        }
        let origin = url.origin().ascii_serialization();
        if listed.contains(&origin) { Ok(Self(url.into())) } else { Err(DestinationError::Elsewhere) }
    }

    /// As it stands in a `Location`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Without query and fragment, which may hold what no record should.
    pub(super) fn without_query(&self) -> &str {
        self.0.split(['?', '#']).next().unwrap_or_default()
    }
}

/// Whether the path of an address is one of [`ENTRANCES`], or becomes one where a proxy decodes it.
fn is_entrance(address: &str) -> bool {
    let path =
        Url::parse(address).map_or_else(|_| address.to_owned(), |url| url[Position::BeforePath..].to_owned());
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = percent_decode_str(path).decode_utf8_lossy();
    // As a proxy sees it that merges slashes and takes away dots.
    let mut segments = Vec::new();
    for segment in path.split(['/', '\\']) {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    let first = segments.first().copied().unwrap_or_default();
    ENTRANCES.iter().any(|entrance| entrance.trim_start_matches('/').eq_ignore_ascii_case(first))
}

/// Reads an `Issuer`: where to send a person whose session is over. It is shown as a link and never followed by itself.
pub(super) fn issuer(text: &str) -> Option<Box<str>> {
    let url = Url::parse(text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none()
    })?;
    let text: String = url.into();
    (text.len() <= MAX_ISSUER_BYTES).then(|| text.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Pieces that addresses are made of, and that readers of them disagree about.
    const PIECES: [&str; 24] = [
        "/",
        "//",
        "\\",
        ".",
        "..",
        ":",
        "@",
        "?",
        "#",
        "%2F",
        "%5C",
        "%09",
        "%00",
        " ",
        "\t",
        "\n",
        "ü",
        "http:",
        "https:",
        "javascript:",
        "evil.example",
        "regent.example.com",
        ":4599",
        "tools.example.com",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        #[test]
        fn whatever_is_taken_leads_to_us_or_to_what_is_listed(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..8)) {
            let (own, listed) = ("http://regent.example.com:4599", "https://tools.example.com");
            if let Ok(read) = Destination::parse(&pieces.concat(), "regent.example.com:4599", &[listed.to_owned()]) {
                // As a browser does, from a page of ours.
                let page = Url::parse(own).unwrap().join("/federation").unwrap();
                let origin = page.join(read.as_str()).unwrap().origin().ascii_serialization();
                prop_assert!(origin == own || origin == listed, "{pieces:?} leads to {origin}");
                prop_assert!(read.as_str().bytes().all(|byte| byte.is_ascii_graphic()), "{read:?} in a header");
            }
        }
    }

    #[track_caller]
    fn check(text: &str, expected: Result<&str, DestinationError>) {
        let listed = ["https://tools.example.com".to_owned(), "http://localhost:3000".to_owned()];
        let read = Destination::parse(text, "regent.example.com:4599", &listed);
        assert_eq!(read.as_ref().map(Destination::as_str).map_err(|error| *error), expected, "{text:?}");
    }

    #[test]
    fn our_own_addresses_become_paths() {
        for (text, expected) in [
            ("", "/console/session"),
            ("/", "/"),
            ("/console/", "/console/"),
            ("/console/session?tab=roles#top", "/console/session?tab=roles#top"),
            ("/a/../console/%2e%2e/x", "/x"),
            ("http://regent.example.com:4599/console/", "/console/"),
            ("https://regent.example.com:4599/console/", "/console/"),
            ("https://REGENT.example.com:4599", "/"),
            ("/ü?ü", "/%C3%BC?%C3%BC"),
        ] {
            check(text, Ok(expected));
        }
    }

    #[test]
    fn listed_origins_are_taken_as_they_are() {
        for text in
            ["https://tools.example.com/", "https://tools.example.com/a?b#c", "http://localhost:3000/x"]
        {
            check(text, Ok(text));
        }
        check("https://tools.example.com:443/", Ok("https://tools.example.com/"));
    }

    #[test]
    fn nothing_leads_to_where_somebody_becomes_another() {
        for text in [
            "/federation?Action=login&SigninToken=x",
            "/federation",
            "/federation/",
            "/console/../federation?Action=logout",
            "/%66ederation?Action=login",
            "/console/%2e%2e%2ffederation",
            "/console/..%2Ffederation",
            "/.%2ffederation",
            "/%2ffederation",
            "/%5cfederation",
            "/Federation",
            "/switchrole?account=123456789012&roleName=x",
            "https://regent.example.com:4599/federation?Action=login",
            "https://tools.example.com/federation?Action=login",
        ] {
            check(text, Err(DestinationError::Entrance));
        }
        for text in
            ["/federations", "/console/federation", "/console/?next=/federation", "/console/#/switchrole"]
        {
            check(text, Ok(text));
        }
    }

    #[test]
    fn nothing_leads_elsewhere() {
        for text in [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example/",
            "/.//evil.example/",
            "/x/..//evil.example/",
            "http://regent.example.com:4599//evil.example/",
            "http://regent.example.com:4599/\\evil.example/",
            "http:\\\\evil.example\\",
            "http:evil.example",
            "https://regent.example.com/",
            "https://regent.example.com:4600/",
            "https://regent.example.com:4599@evil.example/",
            "https://user@regent.example.com:4599/",
            "https://regent.example.com.evil.example:4599/",
            "https://tools.example.com.evil.example/",
            "https://tools.example.com@evil.example/",
            "https://user:password@tools.example.com/",
            "http://tools.example.com/",
            "https://tools.example.com:8443/",
            "http://localhost:3001/",
        ] {
            check(text, Err(DestinationError::Elsewhere));
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "javascript:alert(1)",
            "java\tscript:alert(1)",
            "data:text/html,x",
            "ftp://regent.example.com:4599/",
            "console",
            "\\\\evil.example/",
            " /console/\n",
            "/console/\r\nSet-Cookie: a=b",
            "/\t/evil.example/",
            "https://",
            "https://[::1",
            "https://regent.example.com:4599.evil.example/",
        ] {
            check(text, Err(DestinationError::Malformed));
        }
        check(&format!("/{}", "x".repeat(MAX_BYTES)), Err(DestinationError::TooLong));
    }

    #[test]
    fn without_an_authority_nothing_is_ours() {
        for authority in ["", "a b", "@"] {
            assert_eq!(
                Destination::parse("/", authority, &[]),
                Err(DestinationError::Elsewhere),
                "{authority:?}"
            );
        }
    }

    #[test]
    fn an_issuer_is_a_page_of_the_web() {
        assert_eq!(issuer("https://sso.example.com").as_deref(), Some("https://sso.example.com/"));
        assert_eq!(issuer("http://127.0.0.1:8000/x?y").as_deref(), Some("http://127.0.0.1:8000/x?y"));
        let long = format!("https://sso.example.com/{}", "x".repeat(MAX_ISSUER_BYTES));
        for text in ["", "sso", "/sso", "javascript:alert(1)", "mailto:a@b", "https://user@sso/", &long] {
            assert_eq!(issuer(text), None, "{text}");
        }
    }
}
