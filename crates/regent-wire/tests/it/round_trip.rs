//! Every operation, there and back, in every protocol.

use regent_wire::Operation;
use regent_wire::operation::{OperationMeta, Visitor};
use regent_wire::protocol::query::{XmlLimits, read_reply, write_request};
use regent_wire::protocol::{Limits, Payload, Protocol, answer};
use serde_json::{Value, json};

use crate::expected::{Element, element, parse};
use crate::form;
use crate::model::Service;
use crate::sample::sample;
use crate::tree::tree;

const REQUEST_ID: &str = "4ee6c7c0-95be-4d64-9ba8-000000000001";

/// Reads an input and tells what came of it.
struct ReadInput<'a>(&'a Payload<'a>);

impl Visitor for ReadInput<'_> {
    type Result = Value;

    fn visit<O: Operation>(self) -> Value {
        tree(&self.0.read::<O>().unwrap_or_else(|fault| panic!("{}: {fault}", O::META.name)))
    }
}

/// Reads an output from JSON and answers with it in every protocol.
struct WriteOutput<'a>(&'a Value);

impl Visitor for WriteOutput<'_> {
    type Result = Vec<(Protocol, Vec<u8>)>;

    fn visit<O: Operation>(self) -> Self::Result {
        let body = self.0.to_string();
        let payload = Payload::json(body.as_bytes(), &Limits::default()).unwrap();
        let output: O::Output = payload
            .read_as(O::META.service.style)
            .unwrap_or_else(|fault| panic!("{}: {fault}", O::META.name));
        [Protocol::Query, Protocol::QueryJson, Protocol::AwsJson11, Protocol::RpcV2Cbor]
            .map(|protocol| {
                let mut body = Vec::new();
                let head = answer::<O>(protocol, &output, REQUEST_ID, &mut body);
                assert_eq!(head.status, 200);
                (protocol, body)
            })
            .into()
    }
}

fn input(service: &Service, operation: &OperationMeta) -> Value {
    operation.input.map_or(json!({}), |shape| sample(service, shape))
}

fn output(service: &Service, operation: &OperationMeta) -> Value {
    operation.output.map_or(json!({}), |shape| sample(service, shape))
}

#[test]
fn every_input_comes_back_from_its_form() {
    for service in Service::all() {
        for operation in service.operations() {
            let input = input(&service, operation);
            let form = form::request(&service, operation.name, &input);
            for (query, body) in [("", form.as_str()), (form.as_str(), "")] {
                let payload = Payload::form(query, body.as_bytes(), &Limits::default()).unwrap();
                assert_eq!(service.visit(operation.name, ReadInput(&payload)), input, "{}", operation.name);
            }
        }
    }
}

/// Reads an input from JSON and writes it as a client does.
struct WriteInput<'a>(&'a Value);

impl Visitor for WriteInput<'_> {
    type Result = String;

    fn visit<O: Operation>(self) -> String {
        let body = self.0.to_string();
        let payload = Payload::json(body.as_bytes(), &Limits::default()).unwrap();
        write_request(O::META, &payload.read::<O>().unwrap())
    }
}

/// Reads the XML of an answer as a client does.
struct ReadReply<'a>(&'a [u8]);

impl Visitor for ReadReply<'_> {
    type Result = (Value, Option<String>);

    fn visit<O: Operation>(self) -> Self::Result {
        let reply = read_reply::<O>(self.0, &XmlLimits::default())
            .unwrap_or_else(|error| panic!("{}: {error}", O::META.name));
        (tree(&reply.output), reply.request_id)
    }
}

#[test]
fn what_the_client_writes_the_server_reads() {
    for service in Service::all() {
        for operation in service.operations() {
            let input = input(&service, operation);
            let form = service.visit(operation.name, WriteInput(&input));
            let payload = Payload::form("", form.as_bytes(), &Limits::default()).unwrap();
            assert_eq!(service.visit(operation.name, ReadInput(&payload)), input, "{}", operation.name);
            let Payload::Form(parsed) = &payload else { panic!("{form}") };
            assert_eq!(parsed.operation().unwrap(), (operation.name, operation.service.version));
        }
    }
}

#[test]
fn what_the_server_writes_the_client_reads() {
    for service in Service::all() {
        for operation in service.operations() {
            let output = output(&service, operation);
            let answers = service.visit(operation.name, WriteOutput(&output));
            let (_, xml) = answers.iter().find(|(protocol, _)| *protocol == Protocol::Query).unwrap();
            let expected = (output, Some(REQUEST_ID.to_owned()));
            assert_eq!(service.visit(operation.name, ReadReply(xml)), expected, "{}", operation.name);
        }
    }
}

#[test]
fn every_input_comes_back_from_json() {
    for service in Service::all() {
        for operation in service.operations() {
            let input = input(&service, operation);
            let body = input.to_string();
            let payload = Payload::json(body.as_bytes(), &Limits::default()).unwrap();
            assert_eq!(service.visit(operation.name, ReadInput(&payload)), input, "{}", operation.name);
        }
    }
}

#[test]
fn every_output_is_what_its_model_says() {
    for service in Service::all() {
        for operation in service.operations() {
            let output = output(&service, operation);
            for (protocol, body) in service.visit(operation.name, WriteOutput(&output)) {
                check(&service, operation, protocol, &output, &body);
            }
        }
    }
}

#[track_caller]
fn check(service: &Service, operation: &OperationMeta, protocol: Protocol, output: &Value, body: &[u8]) {
    match protocol {
        Protocol::Query => {
            let wrapper = operation
                .result_wrapper
                .map(|wrapper| element(service, operation.output.unwrap(), wrapper, output));
            let metadata = Element::of("ResponseMetadata", vec![Element::leaf("RequestId", REQUEST_ID)]);
            let children = wrapper.into_iter().chain([metadata]).collect();
            let expected = Element::of(&format!("{}Response", operation.name), children);
            assert_eq!(parse(body).sorted(), expected.sorted(), "{}", operation.name);
        }
        Protocol::QueryJson => {
            let mut inside = json!({ "ResponseMetadata": { "RequestId": REQUEST_ID } });
            if let Some(wrapper) = operation.result_wrapper {
                inside[wrapper] = output.clone();
            }
            let expected = json!({ format!("{}Response", operation.name): inside });
            assert_eq!(serde_json::from_slice::<Value>(body).unwrap(), expected, "{}", operation.name);
        }
        Protocol::RpcV2Cbor => {
            let payload = Payload::cbor(body, &Limits::default()).unwrap();
            let again = service.visit(operation.name, ReadOutput(&payload));
            assert_eq!(again, *output, "{}", operation.name);
        }
        Protocol::AwsJson10 | Protocol::AwsJson11 | Protocol::RestJson => {
            assert_eq!(serde_json::from_slice::<Value>(body).unwrap(), *output, "{}", operation.name);
        }
    }
}

struct ReadOutput<'a>(&'a Payload<'a>);

impl Visitor for ReadOutput<'_> {
    type Result = Value;

    fn visit<O: Operation>(self) -> Value {
        tree(&self.0.read_as::<O::Output>(O::META.service.style).unwrap())
    }
}

#[test]
fn nothing_is_lost_when_nothing_is_given() {
    for service in Service::all() {
        for operation in service.operations() {
            for (protocol, body) in service.visit(operation.name, Defaults) {
                assert!(!body.is_empty(), "{} {protocol:?}", operation.name);
                if protocol == Protocol::Query {
                    assert_eq!(parse(&body).name, format!("{}Response", operation.name));
                }
            }
        }
    }
}

/// Answers with an output in which nothing is set.
struct Defaults;

impl Visitor for Defaults {
    type Result = Vec<(Protocol, Vec<u8>)>;

    fn visit<O: Operation>(self) -> Self::Result {
        [Protocol::Query, Protocol::QueryJson]
            .map(|protocol| {
                let mut body = Vec::new();
                answer::<O>(protocol, &O::Output::default(), REQUEST_ID, &mut body);
                (protocol, body)
            })
            .into()
    }
}
