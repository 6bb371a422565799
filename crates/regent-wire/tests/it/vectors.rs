//! botocore's protocol conformance cases, from the server's side.
//!
//! Its inputs are what clients send: we read them. Its outputs are what clients must understand: we write the
//! same value and compare. Cases about what only a client does are skipped, each with its reason.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{HeaderMap, HeaderName, HeaderValue};
use regent_wire::check::{EnumStyle, Style, ValueStyle};
use regent_wire::node::Node;
use regent_wire::operation::{Caller, HttpMeta, OperationMeta, Payload as HttpPayload, Segment, ServiceMeta};
use regent_wire::protocol::query::{Document, Form, FormLimits, XmlLimits, write_request};
use regent_wire::protocol::rest::{Request, route};
use regent_wire::protocol::{Head, Limits, Payload, Protocol, answer_any};
use serde_json::{Value, json};

use crate::dynamic::{Dynamic, Shapes, forever, leak};
use crate::expected::{Element, parse};

/// Cases that say nothing about a server, and cases about what no service of ours has.
const SKIPPED: &[(&str, &str)] = &[
    ("SDKAppliedContentEncoding_awsQuery", COMPRESSED),
    ("SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsQuery", COMPRESSED),
    ("SDKAppliedContentEncoding_awsJson1_1", COMPRESSED),
    ("SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_1", COMPRESSED),
    ("SDKAppliedContentEncoding_restJson1", COMPRESSED),
    ("SDKAppendedGzipAfterProvidedEncoding_restJson1", COMPRESSED),
    ("QueryProtocolIdempotencyTokenAutoFill", FILLED_IN),
    ("RestJsonQueryIdempotencyTokenAutoFill", FILLED_IN),
    ("QueryEmptyQueryMaps", SAYS_NOTHING),
    ("RestJsonHttpPrefixHeadersAreNotPresent", SAYS_NOTHING),
    ("RestJsonOmitsEmptyListQueryValues", SAYS_NOTHING),
    ("RestJsonAllQueryStringTypes", QUERY_MAP),
    ("RestJsonQueryStringMap", QUERY_MAP),
    ("RestJsonQueryStringEscaping", QUERY_MAP),
    ("RestJsonSupportsNaNFloatQueryValues", QUERY_MAP),
    ("RestJsonSupportsInfinityFloatQueryValues", QUERY_MAP),
    ("RestJsonSupportsNegativeInfinityFloatQueryValues", QUERY_MAP),
    ("RestJsonZeroAndFalseQueryValues", QUERY_MAP),
    ("RestJsonQueryParamsStringListMap", QUERY_MAP),
    ("RestJsonQueryPrecedence", QUERY_MAP),
    ("RestJsonHostWithPath", "the base path is the endpoint's, and a proxy takes it off"),
    ("RestJsonInputAndOutputWithQuotedStringHeaders", HEADER_LIST),
    ("RestJsonInputAndOutputWithTimestampHeaders", HEADER_LIST),
    ("MediaTypeHeaderInputBase64", JSON_VALUE),
    ("MediaTypeHeaderOutputBase64", JSON_VALUE),
    ("AwsQueryDateTimeWithNegativeOffset", LENIENT),
    ("AwsQueryDateTimeWithPositiveOffset", LENIENT),
    ("AwsQueryDateTimeWithFractionalSeconds", LENIENT),
    ("AwsJson11DateTimeWithNegativeOffset", LENIENT),
    ("AwsJson11DateTimeWithPositiveOffset", LENIENT),
    ("AwsJson11DateTimeWithFractionalSeconds", LENIENT),
    ("AwsJson11DeserializeIgnoreType", LENIENT),
    ("handles_unexpected_json_output", LENIENT),
    ("RestJsonDateTimeWithNegativeOffset", LENIENT),
    ("RestJsonDateTimeWithPositiveOffset", LENIENT),
    ("RestJsonDateTimeWithFractionalSeconds", LENIENT),
    ("RestJsonDeserializeIgnoreType", LENIENT),
    ("RestJsonHttpWithEmptyStructurePayload", EMPTY_PAYLOAD),
    ("RestJsonHttpWithHeadersButNoPayload", EMPTY_PAYLOAD),
    ("RestJsonHttpPayloadWithUnsetUnion", "the server's HTTP library writes Content-Length"),
];

const COMPRESSED: &str = "no service of ours takes compressed bodies, and the case gives none to read";
const FILLED_IN: &str = "the client fills in a token that the value does not have";
const SAYS_NOTHING: &str = "the client sends nothing, which says no more than that nothing was given";
const EMPTY_PAYLOAD: &str =
    "the client sends an empty object for a structure that is absent; we read one that is empty";
const QUERY_MAP: &str = "no service of ours has a map in its query string; the generator refuses one";
const HEADER_LIST: &str = "no header of ours is a list of dates or of texts with quotes";
const JSON_VALUE: &str = "no service of ours has JSON in a header; the generator refuses it";
const LENIENT: &str = "what a client should tolerate is more than what a server sends";

/// A case, with the shapes of its suite.
struct Case {
    protocol: &'static str,
    shapes: Value,
    metadata: Value,
    facts: Value,
}

fn cases(side: &str, protocol: &'static str) -> Vec<Case> {
    let is_skipped = |case: &Case| SKIPPED.iter().any(|(id, _)| *id == case.id());
    every_case(side, protocol).into_iter().filter(|case| !is_skipped(case)).collect()
}

fn every_case(side: &str, protocol: &'static str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/vectors/{side}-{protocol}.json"));
    let suites: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let suites = suites.as_array().unwrap().iter();
    suites
        .flat_map(|suite| {
            suite["cases"].as_array().unwrap().iter().map(|case| Case {
                protocol,
                shapes: suite["shapes"].clone(),
                metadata: suite["metadata"].clone(),
                facts: case.clone(),
            })
        })
        .collect()
}

impl Case {
    fn id(&self) -> &str {
        self.facts["id"].as_str().unwrap()
    }

    fn shapes(&self) -> Shapes<'_> {
        Shapes { shapes: &self.shapes, is_xml: self.protocol == "query" }
    }

    /// The operation as the generator would describe it.
    fn operation(&self) -> &'static OperationMeta {
        let given = &self.facts["given"];
        let text = |value: &Value| value.as_str().map(forever);
        let service = leak(ServiceMeta {
            id: "Test",
            name: "Test",
            version: forever(self.metadata["apiVersion"].as_str().unwrap()),
            signing_name: "test",
            endpoint_prefix: "test",
            global_endpoint: None,
            protocols: leak([self.protocol]),
            target_prefix: None,
            xml_namespace: Some("https://example.com/"),
            style: Style { value: ValueStyle::Hidden, enumeration: EnumStyle::Bare },
            operations: &[],
        });
        leak(OperationMeta {
            service,
            name: text(&given["name"]).unwrap(),
            input: text(&given["input"]["shape"]),
            output: text(&given["output"]["shape"]),
            result_wrapper: given["output"]["shape"].as_str().map(|_| {
                forever(
                    given["output"]["resultWrapper"]
                        .as_str()
                        .unwrap_or(&format!("{}Result", given["name"].as_str().unwrap())),
                )
            }),
            errors: &[],
            caller: Caller::Signed,
            readonly: false,
            idempotent: false,
            deprecated: false,
            http: self.http(),
        })
    }

    fn http(&self) -> HttpMeta {
        let http = &self.facts["given"]["http"];
        let (path, query) = http["requestUri"]
            .as_str()
            .unwrap()
            .split_once('?')
            .unwrap_or((http["requestUri"].as_str().unwrap(), ""));
        let segment = |piece: &str| match piece.strip_prefix('{').and_then(|label| label.strip_suffix('}')) {
            None => Segment::Literal(forever(piece)),
            Some(label) => label
                .strip_suffix('+')
                .map_or(Segment::Label(forever(label)), |label| Segment::Rest(forever(label))),
        };
        let pair = |pair: &str| {
            pair.split_once('=').map_or((forever(pair), ""), |(name, value)| (forever(name), forever(value)))
        };
        let input = self.facts["given"]["input"]["shape"].as_str();
        let payload = input.and_then(|input| self.shapes[input]["payload"].as_str());
        let kind = payload.map(|payload| {
            let shape = self.shapes[input.unwrap()]["members"][payload]["shape"].as_str().unwrap();
            self.shapes[shape]["type"].as_str().unwrap()
        });
        HttpMeta {
            method: forever(http["method"].as_str().unwrap()),
            path: leak(path.split('/').filter(|piece| !piece.is_empty()).map(segment).collect::<Vec<_>>()),
            query: leak(query.split('&').filter(|text| !text.is_empty()).map(pair).collect::<Vec<_>>()),
            status: http["responseCode"].as_u64().map_or(200, |status| u16::try_from(status).unwrap()),
            payload: if matches!(kind, Some("blob" | "string")) {
                HttpPayload::Raw
            } else {
                HttpPayload::Document
            },
        }
    }
}

#[track_caller]
fn check_input(case: &Case) {
    let serialized = &case.facts["serialized"];
    let body = serialized["body"].as_str().unwrap_or_default();
    let limits = Limits::default();
    let decoded;
    let headers;
    let payload = match case.protocol {
        "query" => Payload::form("", body.as_bytes(), &limits),
        "json" => Payload::json(body.as_bytes(), &limits),
        "smithy-rpc-v2-cbor" => {
            decoded = BASE64.decode(body).unwrap();
            Payload::cbor(&decoded, &limits)
        }
        _ => {
            headers = header_map(&serialized["headers"]);
            let operation = case.operation();
            let service = leak(ServiceMeta { operations: leak([operation]), ..*operation.service });
            let uri = serialized["uri"].as_str().unwrap();
            let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
            let route = route(service, operation.http.method, path, query)
                .unwrap_or_else(|| panic!("{}: no route for {uri}", case.id()));
            Request::new(route, query, &headers, body.as_bytes(), &limits).map(Payload::Rest)
        }
    };
    let payload = payload.unwrap_or_else(|fault| panic!("{}: {fault:?}", case.id()));
    let Some(input) = case.facts["given"]["input"]["shape"].as_str() else { return };
    let found =
        case.shapes().read(input, payload.node()).unwrap_or_else(|error| panic!("{}: {error}", case.id()));
    assert_eq!(normal(&found), normal(&case.facts["params"]), "{}", case.id());
}

fn header_map(headers: &Value) -> HeaderMap {
    let pair = |(name, value): (&String, &Value)| {
        (
            HeaderName::try_from(name.as_str()).unwrap(),
            HeaderValue::from_str(value.as_str().unwrap()).unwrap(),
        )
    };
    headers.as_object().into_iter().flatten().map(pair).collect()
}

#[track_caller]
fn check_output(case: &Case) {
    let operation = case.operation();
    let result = &case.facts["result"];
    let protocol = match case.protocol {
        "query" => Protocol::Query,
        "json" => Protocol::AwsJson11,
        "rest-json" => Protocol::RestJson,
        _ => Protocol::RpcV2Cbor,
    };
    let name = operation.output.unwrap_or("");
    let mut body = Vec::new();
    let output = Dynamic { shapes: case.shapes(), name, value: result };
    let head = answer_any(protocol, operation, &output, "request", &mut body);
    let expected = &case.facts["response"];
    let expected_body = expected["body"].as_str().unwrap_or_default();
    match protocol {
        // A client tolerates an empty answer; a server does not give one.
        Protocol::Query if expected_body.is_empty() => assert_eq!(*result, json!({}), "{}", case.id()),
        Protocol::Query => {
            assert_eq!(plain(parse(&body)), plain(parse(expected_body.as_bytes())), "{}", case.id());
        }
        Protocol::RpcV2Cbor => {
            let expected = BASE64.decode(expected_body).unwrap();
            let read = |body: &[u8]| {
                let payload = Payload::cbor(body, &Limits::default()).unwrap();
                normal(&case.shapes().read(name, payload.node()).unwrap())
            };
            assert_eq!(read(&body), read(&expected), "{}", case.id());
        }
        Protocol::RestJson => check_rest(case, &head, &body, expected),
        Protocol::AwsJson10 | Protocol::AwsJson11 | Protocol::QueryJson => {
            assert_eq!(json_of(&body), json_of(expected_body.as_bytes()), "{}", case.id());
        }
    }
}

#[track_caller]
fn check_rest(case: &Case, head: &Head, body: &[u8], expected: &Value) {
    assert_eq!(head.status, expected["status_code"], "{}", case.id());
    let expected_body = expected["body"].as_str().unwrap_or_default();
    if body.starts_with(b"{") || body.starts_with(b"\"") {
        assert_eq!(json_of(body), json_of(expected_body.as_bytes()), "{}", case.id());
    } else {
        assert_eq!(String::from_utf8_lossy(body), expected_body, "{}", case.id());
    }
    let found =
        header_map(&head.headers.iter().cloned().map(|(name, value)| (name, Value::from(value))).collect());
    for (name, value) in &header_map(&expected["headers"]) {
        if name != "content-type" {
            assert_eq!(found.get(name), Some(value), "{} {name}", case.id());
        }
    }
}

/// A body as JSON, where nothing is an empty object.
fn json_of(body: &[u8]) -> Value {
    if body.is_empty() { json!({}) } else { normal(&serde_json::from_slice(body).unwrap()) }
}

/// Numbers as floats without fractions of timestamps, and no nulls: what cannot differ in meaning.
fn normal(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().unwrap().into(),
        Value::Array(items) => items.iter().filter(|item| !item.is_null()).map(normal).collect(),
        Value::Object(members) => {
            let members = members.iter().filter(|(_, value)| !value.is_null());
            members.map(|(name, value)| (name.clone(), normal(value))).collect()
        }
        Value::Null | Value::Bool(_) | Value::String(_) => value.clone(),
    }
}

/// An element without the white space of its layout, without what every answer has, and maps by their keys.
fn plain(mut element: Element) -> Element {
    element.children.retain(|child| child.name != "ResponseMetadata");
    if element.text.trim().is_empty() {
        element.text.clear();
    }
    element.children = element.children.into_iter().map(plain).collect();
    let is_entry = |element: &Element| element.children.len() == 2 && !element.children[0].text.is_empty();
    if element.children.iter().all(is_entry) {
        element.children.sort_by(|a, b| a.children[0].text.cmp(&b.children[0].text));
    }
    element.sorted()
}

fn run(side: &str, protocol: &'static str, least: usize, check: impl Fn(&Case)) {
    let cases: Vec<Case> = cases(side, protocol)
        .into_iter()
        .filter(|case| case.facts["error"].is_null() && case.facts["errorMessage"].is_null())
        .collect();
    assert!(cases.len() >= least, "only {} cases", cases.len());
    cases.iter().for_each(check);
}

#[test]
fn query_inputs_are_read() {
    run("input", "query", 30, check_input);
}

#[test]
fn json_inputs_are_read() {
    run("input", "json", 40, check_input);
}

#[test]
fn cbor_inputs_are_read() {
    run("input", "smithy-rpc-v2-cbor", 10, check_input);
}

#[test]
fn rest_inputs_are_read() {
    run("input", "rest-json", 70, check_input);
}

#[test]
fn query_outputs_are_written() {
    run("output", "query", 15, check_output);
}

#[test]
fn json_outputs_are_written() {
    run("output", "json", 30, check_output);
}

#[test]
fn cbor_outputs_are_written() {
    run("output", "smithy-rpc-v2-cbor", 10, check_output);
}

#[test]
fn rest_outputs_are_written() {
    run("output", "rest-json", 50, check_output);
}

#[test]
fn query_inputs_are_written() {
    run("input", "query", 30, |case| {
        let operation = case.operation();
        let input = Dynamic {
            shapes: case.shapes(),
            name: operation.input.unwrap_or(""),
            value: &case.facts["params"],
        };
        let written = write_request(operation, &input);
        let expected = case.facts["serialized"]["body"].as_str().unwrap();
        let sorted = |form: &str| {
            let form = Form::parse(b"", form.as_bytes(), &FormLimits::default()).unwrap();
            form.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(sorted(&written), sorted(expected), "{}", case.id());
    });
}

/// Also those that only a client must understand.
#[test]
fn query_outputs_are_read() {
    for case in every_case("output", "query") {
        let (operation, body) =
            (case.operation(), case.facts["response"]["body"].as_str().unwrap_or_default());
        let (Some(output), false) = (operation.output, body.is_empty() || !case.facts["error"].is_null())
        else {
            continue;
        };
        if case.id() == "AwsQueryDateTimeWithFractionalSeconds" {
            continue; // Fractions of a second are dropped.
        }
        let document = Document::parse(body.as_bytes(), &XmlLimits::default()).unwrap();
        let inside =
            operation.result_wrapper.map_or(Some(document.root()), |name| document.root().child(name));
        let found = inside.map(|inside| case.shapes().read(output, Node::Xml(inside)).unwrap());
        assert_eq!(normal(&found.unwrap_or_default()), normal(&case.facts["result"]), "{}", case.id());
    }
}

#[test]
fn every_skipped_case_exists() {
    let mut ids = BTreeSet::new();
    for side in ["input", "output"] {
        for protocol in ["query", "json", "rest-json", "smithy-rpc-v2-cbor"] {
            let path =
                Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/vectors/{side}-{protocol}.json"));
            let suites: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
            for suite in suites.as_array().unwrap() {
                ids.extend(
                    suite["cases"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|case| case["id"].as_str().unwrap().to_owned()),
                );
            }
        }
    }
    for (id, _) in SKIPPED {
        assert!(ids.contains(*id), "{id}");
    }
}
