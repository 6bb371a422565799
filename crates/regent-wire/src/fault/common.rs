//! The errors that every service answers, whether its model names them or not.
//!
//! One condition has up to three codes: Query has short ones, the JSON protocols have shape names. The
//! table below is the whole translation; a handler names the condition and never a protocol.
//!
//! AWS: IAM API reference, "Common Errors".

use super::{Blame, Dialect, Fault};

/// A condition, and what it is called in each family of protocols.
#[derive(Debug)]
pub struct Common {
    /// In awsQuery.
    pub query: Wire,
    /// In awsJson and RPC v2 CBOR.
    pub rpc: Wire,
    /// In rest-json.
    pub rest: Wire,
    /// Whose fault it is.
    pub blame: Blame,
}

/// A code and the status it comes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wire {
    /// The code.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
}

impl Common {
    pub(super) const fn wire(&self, dialect: Dialect) -> Wire {
        match dialect {
            Dialect::Query => self.query,
            Dialect::Rpc => self.rpc,
            Dialect::Rest => self.rest,
        }
    }
}

/// A row: the Query code and status, the JSON code, the statuses of awsJson and of rest-json.
const fn row(query: &'static str, status: u16, json: &'static str, rpc: u16, rest: u16) -> Common {
    Common {
        query: Wire { code: query, status },
        rpc: Wire { code: json, status: rpc },
        rest: Wire { code: json, status: rest },
        blame: if status < 500 { Blame::Sender } else { Blame::Receiver },
    }
}

/// The request carries no signature, and the operation wants one.
pub static MISSING_AUTHENTICATION_TOKEN: Common =
    row("MissingAuthenticationToken", 403, "MissingAuthenticationTokenException", 400, 403);
/// The signature's parts cannot be read.
pub static INCOMPLETE_SIGNATURE: Common =
    row("IncompleteSignature", 400, "IncompleteSignatureException", 400, 403);
/// No such access key, or a session token that is not its own.
pub static INVALID_CLIENT_TOKEN_ID: Common =
    row("InvalidClientTokenId", 403, "UnrecognizedClientException", 400, 403);
/// The session of the caller is over. What a caller *presents* and is over has a code of the service's own.
pub static EXPIRED_TOKEN: Common = row("ExpiredToken", 403, "ExpiredTokenException", 400, 403);
/// The signature is another one, or too old.
pub static SIGNATURE_DOES_NOT_MATCH: Common =
    row("SignatureDoesNotMatch", 403, "InvalidSignatureException", 400, 403);
/// A policy says no.
pub static ACCESS_DENIED: Common = row("AccessDenied", 403, "AccessDeniedException", 400, 403);
/// The account may not use the service.
pub static OPT_IN_REQUIRED: Common = row("OptInRequired", 403, "SubscriptionRequiredException", 400, 403);
/// Too many requests.
pub static THROTTLING: Common = row("Throttling", 400, "ThrottlingException", 400, 429);
/// No operation of that name.
pub static INVALID_ACTION: Common = row("InvalidAction", 400, "UnknownOperationException", 400, 404);
/// A Query request that names no operation.
pub static MISSING_ACTION: Common = row("MissingAction", 400, "UnknownOperationException", 400, 404);
/// A form or query string that cannot be read.
pub static MALFORMED_QUERY_STRING: Common =
    row("MalformedQueryString", 400, "SerializationException", 400, 400);
/// A value that is not of its kind: a word where a number should be.
pub static MALFORMED_INPUT: Common = row("MalformedInput", 400, "SerializationException", 400, 400);
/// A value that the model does not permit.
pub static VALIDATION_ERROR: Common = row("ValidationError", 400, "ValidationException", 400, 400);
/// A value that the operation does not permit.
pub static INVALID_PARAMETER_VALUE: Common =
    row("InvalidParameterValue", 400, "ValidationException", 400, 400);
/// Values that exclude one another.
pub static INVALID_PARAMETER_COMBINATION: Common =
    row("InvalidParameterCombination", 400, "ValidationException", 400, 400);
/// A value that the operation demands.
pub static MISSING_PARAMETER: Common = row("MissingParameter", 400, "ValidationException", 400, 400);
/// A body beyond the limit.
// CHOICE: AWS closes the connection or answers 413 from its front end; the code is S3's.
pub static REQUEST_TOO_LARGE: Common =
    row("RequestEntityTooLarge", 413, "RequestEntityTooLargeException", 413, 413);
/// A body that did not arrive in time.
// CHOICE: AWS's front ends close the connection; the code is S3's.
pub static REQUEST_TIMEOUT: Common = row("RequestTimeout", 400, "RequestTimeoutException", 400, 408);
/// A body that ended before its length.
// CHOICE: the code is S3's.
pub static INCOMPLETE_BODY: Common = row("IncompleteBody", 400, "IncompleteBodyException", 400, 400);
/// A method that no operation has.
pub static METHOD_NOT_ALLOWED: Common = row("MethodNotAllowed", 405, "MethodNotAllowedException", 405, 405);
/// An operation that exists and that this server does not have.
// CHOICE: AWS has all of its operations. 501 is a status that no SDK tries again.
pub static NOT_IMPLEMENTED: Common = row("NotImplemented", 501, "NotImplementedException", 501, 501);
/// Our own mistake.
pub static INTERNAL_FAILURE: Common = row("InternalFailure", 500, "InternalServerException", 500, 500);
/// We are, for the moment, not able to.
pub static SERVICE_UNAVAILABLE: Common =
    row("ServiceUnavailable", 503, "ServiceUnavailableException", 503, 503);

impl Fault {
    /// The request carries no signature.
    pub fn missing_authentication_token() -> Self {
        Self::common(&MISSING_AUTHENTICATION_TOKEN, "Request is missing Authentication Token")
    }

    /// The signature cannot be read; `message` says what is missing.
    pub fn incomplete_signature(message: impl Into<String>) -> Self {
        Self::common(&INCOMPLETE_SIGNATURE, message)
    }

    /// A long-term access key that does not exist.
    pub fn unknown_access_key() -> Self {
        Self::common(&INVALID_CLIENT_TOKEN_ID, "The security token included in the request is invalid.")
    }

    /// A session token that is not its key's. AWS leaves out the full stop here and puts it above.
    pub fn invalid_session_token() -> Self {
        Self::common(&INVALID_CLIENT_TOKEN_ID, "The security token included in the request is invalid")
    }

    /// The caller's session is over.
    pub fn expired_token() -> Self {
        Self::common(&EXPIRED_TOKEN, "The security token included in the request is expired")
    }

    /// The signature is another one.
    pub fn signature_does_not_match() -> Self {
        Self::common(
            &SIGNATURE_DOES_NOT_MATCH,
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
             Access Key and signing method. Consult the service documentation for details.",
        )
    }

    /// A policy says no; `message` is the sentence that names caller, action and resource.
    pub fn access_denied(message: impl Into<String>) -> Self {
        Self::common(&ACCESS_DENIED, message)
    }

    /// Too many requests.
    pub fn throttled() -> Self {
        Self::common(&THROTTLING, "Rate exceeded")
    }

    /// No operation of that name in that version.
    pub fn invalid_action(action: &str, version: &str) -> Self {
        Self::common(&INVALID_ACTION, format!("Could not find operation {action} for version {version}"))
    }

    /// A JSON, CBOR or REST request for an operation that does not exist.
    pub fn unknown_operation() -> Self {
        Self::common(&INVALID_ACTION, "The requested operation is not recognized by the service.")
    }

    /// A Query request that names no operation.
    pub fn missing_action() -> Self {
        Self::common(
            &MISSING_ACTION,
            "Request is missing the \"Action\" parameter, which is required for all requests.",
        )
    }

    /// A form or query string that cannot be read.
    pub fn malformed_query_string(message: impl Into<String>) -> Self {
        Self::common(&MALFORMED_QUERY_STRING, message)
    }

    /// A value that is not of its kind.
    pub fn malformed_input(message: impl Into<String>) -> Self {
        Self::common(&MALFORMED_INPUT, message)
    }

    /// A value that the model, or IAM beyond its model, does not permit.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::common(&VALIDATION_ERROR, message)
    }

    /// A value that the operation does not permit.
    pub fn invalid_parameter_value(message: impl Into<String>) -> Self {
        Self::common(&INVALID_PARAMETER_VALUE, message)
    }

    /// A body beyond the limit.
    pub fn request_too_large(limit_bytes: usize) -> Self {
        Self::common(&REQUEST_TOO_LARGE, format!("The request body must not exceed {limit_bytes} bytes."))
    }

    /// A body that did not arrive in time.
    pub fn request_timeout() -> Self {
        let message =
            "Your socket connection to the server was not read from or written to within the timeout period.";
        Self::common(&REQUEST_TIMEOUT, message)
    }

    /// A body that ended before its length.
    pub fn incomplete_body() -> Self {
        let message = "You did not provide the number of bytes specified by the Content-Length HTTP header.";
        Self::common(&INCOMPLETE_BODY, message)
    }

    /// A method that no operation has.
    pub fn method_not_allowed() -> Self {
        Self::common(&METHOD_NOT_ALLOWED, "The specified method is not allowed against this resource.")
    }

    /// Something of ours failed. The caller learns nothing more; `cause` goes to the log.
    pub fn internal_failure(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::common(
            &INTERNAL_FAILURE,
            "The request processing has failed because of an unknown error, exception or failure.",
        )
        .because(cause)
    }

    /// We cannot answer at the moment, for instance because the directory is stale.
    pub fn service_unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::common(&SERVICE_UNAVAILABLE, "The request has failed due to a temporary failure of the server.")
            .because(cause)
    }

    /// Something happened that our own reasoning excludes. Counted, and the alarm is at one.
    pub fn bug(what: &'static str) -> Self {
        Self::internal_failure(what)
    }
}
