//! What kind of call a request is, from its head alone.

use http::header::{ACCEPT, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, Method, Uri};

use crate::protocol::Protocol;

static SMITHY_PROTOCOL: HeaderName = HeaderName::from_static("smithy-protocol");
static X_AMZ_TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// What the head of a request says about its protocol, service and operation.
///
/// None of it is trusted: it selects a parser. Which service a signature is for, its scope says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected<'a> {
    /// The protocol.
    pub protocol: Protocol,
    /// What names the service: the prefix of `X-Amz-Target`, or the path's service of RPC v2 CBOR, with or
    /// without its namespace.
    pub service: Option<&'a str>,
    /// The operation. Query names it in the form, REST in method and path.
    pub operation: Option<&'a str>,
}

/// Tells the protocol of a request.
///
/// | sign | protocol |
/// |---|---|
/// | header `smithy-protocol: rpc-v2-cbor`, or path `…/service/X/operation/Y` | RPC v2 CBOR |
/// | header `X-Amz-Target` | awsJson, 1.1 if the content type says so and 1.0 otherwise |
/// | a form, or `Action` in the query string, or a `POST /` without content type | awsQuery |
/// | anything else | rest-json |
pub fn detect<'a>(method: &Method, uri: &'a Uri, headers: &'a HeaderMap) -> Detected<'a> {
    let named = rpc_path(uri.path());
    if named.is_some() || header(headers, &SMITHY_PROTOCOL) == Some("rpc-v2-cbor") {
        return Detected {
            protocol: Protocol::RpcV2Cbor,
            service: named.map(|(service, _)| service),
            operation: named.map(|(_, operation)| operation),
        };
    }
    // A type that is no text is a type that nobody knows, not a missing one.
    let content_type = headers.get(CONTENT_TYPE).map(|kind| kind.to_str().map_or("", essence));
    if let Some(target) = header(headers, &X_AMZ_TARGET) {
        let is_11 = content_type.is_some_and(|kind| kind.eq_ignore_ascii_case("application/x-amz-json-1.1"));
        // The prefix has dots of its own.
        let (service, operation) = target.rsplit_once('.').map_or((None, target), |(s, o)| (Some(s), o));
        return Detected {
            protocol: if is_11 { Protocol::AwsJson11 } else { Protocol::AwsJson10 },
            service,
            operation: Some(operation),
        };
    }
    let protocol = if is_query(method, uri, content_type) {
        if accepts_json(headers) { Protocol::QueryJson } else { Protocol::Query }
    } else {
        Protocol::RestJson
    };
    Detected { protocol, service: None, operation: None }
}

fn is_query(method: &Method, uri: &Uri, content_type: Option<&str>) -> bool {
    let has_action =
        uri.query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("Action=")));
    match content_type {
        Some(kind) => kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") || has_action,
        None => has_action || (uri.path() == "/" && (method == Method::POST || method == Method::GET)),
    }
}

/// Service and operation of a path that ends in `/service/X/operation/Y`. What stands before is a base path.
fn rpc_path(path: &str) -> Option<(&str, &str)> {
    let mut pieces = path.rsplit('/');
    match (pieces.next()?, pieces.next()?, pieces.next()?, pieces.next()?) {
        (operation, "operation", service, "service") if !operation.is_empty() && !service.is_empty() => {
            Some((service, operation))
        }
        _ => None,
    }
}

/// Whether the caller of a Query operation wants JSON: the first type it names decides. (`Accept: */*`, and
/// a browser's list, mean XML.)
fn accepts_json(headers: &HeaderMap) -> bool {
    header(headers, &ACCEPT)
        .and_then(|accept| accept.split(',').next())
        .is_some_and(|first| essence(first).eq_ignore_ascii_case("application/json"))
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A content type without its parameters.
fn essence(kind: &str) -> &str {
    kind.split(';').next().unwrap_or_default().trim()
}
