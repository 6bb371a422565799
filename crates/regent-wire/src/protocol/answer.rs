//! What goes back, in the caller's protocol.

use crate::fault::Fault;
use crate::operation::{Operation, OperationMeta, ServiceMeta};
use crate::protocol::json::{Audience, Json};
use crate::protocol::{Protocol, cbor, query, rest};
use crate::shape::Emitted;

/// Everything of an answer but its body.
///
/// The server adds what does not depend on the protocol: `x-amzn-RequestId`, `Date`, `Content-Length`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The HTTP status.
    pub status: u16,
    /// The type of the body, if there is one.
    pub content_type: Option<&'static str>,
    /// Headers beyond the type.
    pub headers: Vec<(String, String)>,
}

impl Head {
    fn new(status: u16, content_type: &'static str) -> Self {
        Self { status, content_type: Some(content_type), headers: Vec::new() }
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

const XML: &str = "text/xml";
const JSON: &str = "application/json";
const AWS_JSON_10: &str = "application/x-amz-json-1.0";
const AWS_JSON_11: &str = "application/x-amz-json-1.1";
const CBOR: &str = "application/cbor";

/// Writes the answer of an operation. `body` is written behind what it already holds.
pub fn answer<O: Operation>(
    protocol: Protocol,
    output: &O::Output,
    request_id: &str,
    body: &mut Vec<u8>,
) -> Head {
    answer_any(protocol, O::META, output, request_id, body)
}

/// Likewise, for who holds the operation as a value and its output as something that can be written.
pub fn answer_any(
    protocol: Protocol,
    operation: &OperationMeta,
    output: &dyn Emitted,
    request_id: &str,
    body: &mut Vec<u8>,
) -> Head {
    match protocol {
        Protocol::Query => {
            query::success_xml(operation, output, request_id, body);
            Head::new(200, XML)
        }
        Protocol::QueryJson => {
            query_json(operation, output, request_id, body);
            Head::new(200, JSON)
        }
        Protocol::AwsJson10 | Protocol::AwsJson11 => {
            Json::new(body, Audience::Caller).root(output);
            Head::new(200, aws_json(protocol))
        }
        Protocol::RestJson => rest::success(operation, output, body),
        Protocol::RpcV2Cbor => {
            cbor::success(output, body);
            Head::new(200, CBOR).with("smithy-protocol", "rpc-v2-cbor")
        }
    }
}

/// Writes the answer of an operation that failed, or of a request that never became one.
pub fn refuse(
    protocol: Protocol,
    service: &ServiceMeta,
    fault: &Fault,
    request_id: &str,
    body: &mut Vec<u8>,
) -> Head {
    let status = fault.status_in(protocol.dialect());
    match protocol {
        Protocol::Query => {
            query::error_xml(service, fault, request_id, body);
            Head::new(status, XML)
        }
        Protocol::QueryJson => {
            query_json_error(fault, request_id, body);
            Head::new(status, JSON)
        }
        Protocol::AwsJson10 | Protocol::AwsJson11 => {
            json_error(protocol, fault, body);
            Head::new(status, aws_json(protocol)).with("x-amzn-ErrorType", fault.code_in(protocol.dialect()))
        }
        Protocol::RestJson => {
            json_error(protocol, fault, body);
            Head::new(status, JSON).with("x-amzn-ErrorType", fault.code_in(protocol.dialect()))
        }
        Protocol::RpcV2Cbor => {
            cbor::error(fault, body);
            Head::new(status, CBOR).with("smithy-protocol", "rpc-v2-cbor")
        }
    }
}

fn aws_json(protocol: Protocol) -> &'static str {
    if protocol == Protocol::AwsJson11 { AWS_JSON_11 } else { AWS_JSON_10 }
}

/// The same tree as the XML, which `Accept: application/json` asks for. Cluster authenticators do.
fn query_json(operation: &OperationMeta, output: &dyn Emitted, request_id: &str, body: &mut Vec<u8>) {
    let mut json = Json::new(body, Audience::Caller);
    json.raw("{");
    json.object(&format!("{}Response", operation.name), |json| {
        if let Some(wrapper) = operation.result_wrapper {
            json.object(wrapper, |json| output.emit(json));
        }
        json.object("ResponseMetadata", |json| json.pair("RequestId", request_id));
    });
    json.raw("}");
}

fn query_json_error(fault: &Fault, request_id: &str, body: &mut Vec<u8>) {
    let mut json = Json::new(body, Audience::Caller);
    json.raw("{");
    json.object("Error", |json| {
        json.pair("Code", fault.code_in(Protocol::QueryJson.dialect()));
        if let Some(message) = fault.message() {
            json.pair("Message", message);
        }
        json.pair("Type", fault.blame().name());
    });
    json.pair("RequestId", request_id);
    json.raw("}");
}

/// The body of awsJson's and rest-json's errors. Clients of the latter read the code from the header first.
fn json_error(protocol: Protocol, fault: &Fault, body: &mut Vec<u8>) {
    let mut json = Json::new(body, Audience::Caller);
    json.raw("{");
    if protocol != Protocol::RestJson {
        json.pair("__type", fault.code_in(protocol.dialect()));
    }
    if let Some(message) = fault.message() {
        json.pair("message", message);
    }
    fault.details().iter().for_each(|(name, value)| json.pair(name, value));
    json.raw("}");
}
