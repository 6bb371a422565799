//! Why a signed request is refused, in AWS's words.

use std::borrow::Cow;

use super::escape::EscapeFault;

/// The answer to a request whose signature, or claim to one, does not hold.
///
/// The variants are the conditions that AWS keeps apart in *some* protocol, so a caller can name each
/// as its protocol does: [`Clock`](Self::Clock), for one, is `SignatureDoesNotMatch` to the Query
/// protocol and `RequestTimeTooSkewed` to S3. [`code`](Self::code) and [`status`](Self::status) speak
/// for the Query protocol, that is for STS and IAM. `Display` is the message on the wire.
///
/// AWS: "AWS Security Token Service API Reference", Common Errors; "IAM User Guide", Troubleshoot
/// Signature Version 4 signing for AWS API requests.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SigV4Error {
    /// The target or the host is not one that HTTP allows. AWS answers 400 with no body of its own.
    #[error("{0}")]
    BadRequest(&'static str),
    /// A `%` in the query string is not followed by two hexadecimal digits, or there is too much query.
    #[error("{0}")]
    MalformedQueryString(Cow<'static, str>),
    /// The operation wants a signature and there is none. For the caller: to this module a request without
    /// one is anonymous, and only the operation knows whether that will do. Made here for one case alone, a
    /// URL signed by an algorithm that the service does not take.
    #[error("Request is missing Authentication Token")]
    MissingAuthenticationToken,
    /// A signature is claimed, but parts of the claim are missing or cannot be read.
    #[error("{0}")]
    IncompleteSignature(Cow<'static, str>),
    /// The request is too old or from the future.
    #[error("{0}")]
    Clock(Cow<'static, str>),
    /// The signature is wrong, or was made for another region, service or day. The message may be empty.
    #[error("{0}")]
    SignatureDoesNotMatch(Cow<'static, str>),
    /// Nobody has this access key. For the caller, who looks keys up.
    #[error("The security token included in the request is invalid.")]
    UnknownAccessKey,
    /// The session token is not one of ours, or another key's. For the caller, who opens tokens.
    ///
    /// Differs from [`UnknownAccessKey`](Self::UnknownAccessKey) by the full stop alone, as AWS's does.
    #[error("The security token included in the request is invalid")]
    BadSessionToken,
    /// The session is over. For the caller, who opens tokens; told before a wrong signature is.
    #[error("The security token included in the request is expired")]
    ExpiredToken,
}

impl SigV4Error {
    /// The error code of the Query protocol; `None` where AWS sends a status and no error body.
    pub const fn code(&self) -> Option<&'static str> {
        Some(match self {
            Self::BadRequest(_) => return None,
            Self::MalformedQueryString(_) => "MalformedQueryString",
            Self::MissingAuthenticationToken => "MissingAuthenticationToken",
            Self::IncompleteSignature(_) => "IncompleteSignature",
            Self::Clock(_) | Self::SignatureDoesNotMatch(_) => "SignatureDoesNotMatch",
            Self::UnknownAccessKey | Self::BadSessionToken => "InvalidClientTokenId",
            Self::ExpiredToken => "ExpiredToken",
        })
    }

    /// The HTTP status of the Query protocol. The JSON protocols answer 400 to most of these.
    pub const fn status(&self) -> u16 {
        match self {
            Self::BadRequest(_) | Self::MalformedQueryString(_) | Self::IncompleteSignature(_) => 400,
            Self::MissingAuthenticationToken
            | Self::Clock(_)
            | Self::SignatureDoesNotMatch(_)
            | Self::UnknownAccessKey
            | Self::BadSessionToken
            | Self::ExpiredToken => 403,
        }
    }

    /// The message on the wire. It may quote the request: whoever writes it into XML escapes it.
    pub fn message(&self) -> String {
        self.to_string()
    }

    /// The plain "your signature is wrong".
    pub(super) const fn mismatch() -> Self {
        Self::SignatureDoesNotMatch(Cow::Borrowed(
            "The request signature we calculated does not match the signature you provided. Check your AWS \
             Secret Access Key and signing method. Consult the service documentation for details.",
        ))
    }

    pub(super) fn incomplete(message: impl Into<Cow<'static, str>>) -> Self {
        Self::IncompleteSignature(message.into())
    }

    pub(super) fn unsupported_algorithm(name: &str) -> Self {
        Self::incomplete(format!("Unsupported AWS 'algorithm': '{name}'."))
    }
}

/// An escape is only ever broken in the query here: in a path it is a [`SigV4Error::BadRequest`].
impl From<EscapeFault> for SigV4Error {
    fn from(fault: EscapeFault) -> Self {
        Self::MalformedQueryString(match fault {
            EscapeFault::Incomplete => Cow::Borrowed("Incomplete trailing escape % sequence"),
            EscapeFault::NotHex([high, low]) => Cow::Owned(format!(
                "Illegal hex character in escape % pattern: %{}{}",
                high.escape_ascii(),
                low.escape_ascii()
            )),
        })
    }
}
