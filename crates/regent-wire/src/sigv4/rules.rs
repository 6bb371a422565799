//! What one service asks of a signature.

/// Longer than any region's name.
const MAX_REGION_BYTES: usize = 64;

/// A service's terms, against which a claim is held.
///
/// [`Rules::new`] gives STS's: fifteen minutes either way, any region, every body hashed, `X-Amz-Expires`
/// without effect.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The signing names that are accepted in the scope; a refusal names the first.
    pub services: &'a [&'a str],
    /// The regions that are accepted in the scope.
    pub regions: Regions<'a>,
    /// How far a request's time may be from now, either way and inclusive. STS and IAM allow 15, most
    /// other services 5.
    pub window_minutes: u16,
    /// What `X-Amz-Expires` does.
    pub presigned: PresignedLife,
    /// How the path enters the canonical request.
    pub path: PathStyle,
    /// Which bodies may go without a digest.
    pub payload: PayloadRule,
    /// Whether SigV4a will do. STS takes it, IAM does not.
    pub asymmetric: Asymmetric,
}

impl<'a> Rules<'a> {
    /// STS's terms under these signing names.
    pub const fn new(services: &'a [&'a str]) -> Self {
        Self {
            services,
            regions: Regions::Any,
            window_minutes: 15,
            presigned: PresignedLife::Window,
            path: PathStyle::AWS,
            payload: PayloadRule::Hashed,
            asymmetric: Asymmetric::Refused,
        }
    }
}

/// The regions an endpoint serves.
#[derive(Clone, Copy, Debug)]
pub enum Regions<'a> {
    /// Whatever looks like a region: lower-case letters, digits and hyphens.
    Any,
    /// These.
    OneOf(&'a [&'a str]),
}

impl Regions<'_> {
    pub(super) fn accept(&self, region: &str) -> bool {
        match self {
            Self::Any => is_region_like(region, false),
            Self::OneOf(regions) => regions.contains(&region),
        }
    }

    /// Whether a SigV4a region set, `us-east-1,eu-*`, has room for this endpoint.
    pub(super) fn accept_any_of(&self, region_set: &str) -> bool {
        let mut patterns = region_set.split(',').map(str::trim_ascii);
        match self {
            Self::Any => patterns.all(|pattern| is_region_like(pattern, true)),
            Self::OneOf(regions) => {
                patterns.any(|pattern| regions.iter().any(|region| pattern_matches(pattern, region)))
            }
        }
    }
}

fn is_region_like(text: &str, or_pattern: bool) -> bool {
    let fits = |byte: u8| match byte {
        b'a'..=b'z' | b'0'..=b'9' | b'-' => true,
        b'*' => or_pattern,
        _ => false,
    };
    !text.is_empty() && text.len() <= MAX_REGION_BYTES && text.bytes().all(fits)
}

/// `*` stands for any run of characters.
fn pattern_matches(pattern: &str, region: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else {
        return pattern == region;
    };
    let Some(mut rest) = region.strip_prefix(head) else {
        return false;
    };
    let (middle, end) = tail.rsplit_once('*').unwrap_or(("", tail));
    for piece in middle.split('*') {
        let Some((_, after)) = rest.split_once(piece) else {
            return false;
        };
        rest = after;
    }
    rest.ends_with(end)
}

/// How long a presigned URL lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PresignedLife {
    /// As long as any request: the window around `X-Amz-Date`. `X-Amz-Expires` is not even read.
    ///
    /// AWS: this is STS's and IAM's way, whatever the URL says of itself.
    Window,
    /// The window, or `X-Amz-Expires` if that is shorter. Stricter than AWS.
    Shorter,
    /// `X-Amz-Expires`, which is then required: 1 to 604,800 seconds. S3's way.
    Expires,
}

/// What a body must bring.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PayloadRule {
    /// The digest of every body is part of what is signed.
    Hashed,
    /// S3's way: a header may say `UNSIGNED-PAYLOAD`, and a presigned URL never covers a body.
    MayBeUnsigned,
}

/// Whether signatures by a key pair are accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asymmetric {
    /// SigV4a is an unknown algorithm.
    Refused,
    /// SigV4a is as good as SigV4. Verifying it needs the crate feature `sigv4a`.
    Accepted,
}

/// How a path becomes canonical.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PathStyle {
    /// What becomes of `.`, `..` and `//`.
    pub dots: Dots,
    /// How often the path is percent-encoded, counting what the client did.
    pub escapes: Escapes,
}

impl PathStyle {
    /// Every service but S3: tidied, and encoded a second time.
    pub const AWS: Self = Self { dots: Dots::Resolve, escapes: Escapes::Twice };
    /// S3, whose keys may hold anything: not tidied, encoded once.
    pub const S3: Self = Self { dots: Dots::Keep, escapes: Escapes::Once };
}

/// What becomes of `.`, `..` and `//` in a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dots {
    /// They are resolved, as in RFC 3986 section 5.2.4, and empty segments dropped.
    Resolve,
    /// They are names like any other.
    Keep,
}

/// How often a path is percent-encoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Escapes {
    /// What was sent is encoded once more: `%3D` becomes `%253D`.
    Twice,
    /// What was sent is decoded and encoded again: `%3d` becomes `%3D`.
    Once,
}

#[cfg(test)]
mod tests {
    use super::Regions;

    const TWO: Regions<'static> = Regions::OneOf(&["us-east-1", "eu-west-3"]);

    #[track_caller]
    fn check(
        regions: Regions<'static>,
        accepted: fn(&Regions<'static>, &str) -> bool,
        cases: &[(&str, bool)],
    ) {
        for &(text, expected) in cases {
            assert_eq!(accepted(&regions, text), expected, "{text}");
        }
    }

    #[test]
    fn any_region_still_has_to_look_like_one() {
        let cases = [("us-east-1", true), ("local", true), ("", false), ("US-EAST-1", false), ("*", false)];
        check(Regions::Any, Regions::accept, &cases);
        check(Regions::Any, Regions::accept, &[(&"a".repeat(64), true), (&"a".repeat(65), false)]);
    }

    #[test]
    fn listed_regions_are_exact() {
        check(
            TWO,
            Regions::accept,
            &[("us-east-1", true), ("us-east-10", false), ("us-east", false), ("", false)],
        );
    }

    #[test]
    fn a_region_set_matches_by_wildcard() {
        check(
            TWO,
            Regions::accept_any_of,
            &[
                ("us-east-1", true),
                ("ap-south-1, eu-west-3", true),
                ("*", true),
                ("us-*", true),
                ("*-1", true),
                ("u*-e*t-1", true),
                ("us-east-1*", true),
                ("us-**-1", true),
                ("us-east-1*1", false),
                ("ap-*", false),
                ("us-east", false),
                ("", false),
                (",", false),
            ],
        );
        check(
            Regions::Any,
            Regions::accept_any_of,
            &[("us-*,eu-west-3", true), ("", false), ("us-*,,", false)],
        );
    }
}
