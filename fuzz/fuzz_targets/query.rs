//! A Query request: a query string, a line feed, a form. It is read as the operation it names.

#![no_main]

use libfuzzer_sys::fuzz_target;
use regent_wire::operation::{Operation, ServiceMeta, Visitor};
use regent_wire::protocol::{self, Limits, Payload, Protocol, audit};
use regent_wire::{Fault, iam, sts};

/// Far above any answer to a small request.
const LONGEST_REFUSAL: usize = 64 << 10;

fuzz_target!(|bytes: &[u8]| {
    let (query, body) = match bytes.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (&b""[..], bytes),
    };
    let Ok(query) = std::str::from_utf8(query) else { return };
    let payload = match Payload::form(query, body, &Limits::default()) {
        Ok(payload) => payload,
        Err(fault) => return refused(&sts::SERVICE, &fault),
    };
    let Payload::Form(form) = &payload else { unreachable!("a form is a form") };
    for (name, value) in form.iter() {
        assert_eq!(form.get(name), Some(value), "a parameter that cannot be found");
    }
    match form.operation() {
        Ok((action, _)) => {
            if let Some(operation) = sts::Operation::from_name(action) {
                operation.visit(Read(&payload));
            } else if let Some(operation) = iam::Operation::from_name(action) {
                operation.visit(Read(&payload));
            }
        }
        Err(fault) => {
            refused(&iam::SERVICE, &fault);
            // Without a name it is read as each of these: among them they have every kind of member.
            sts::Operation::ALL.iter().for_each(|operation| operation.visit(Read(&payload)));
            iam::Operation::PutAccountProperties.visit(Read(&payload));
            iam::Operation::SimulateCustomPolicy.visit(Read(&payload));
        }
    }
});

struct Read<'a>(&'a Payload<'a>);

impl Visitor for Read<'_> {
    type Result = ();

    fn visit<O: Operation>(self) {
        let input = match self.0.read::<O>() {
            Ok(input) => input,
            Err(fault) => return refused(O::META.service, &fault),
        };
        let mut record = Vec::new();
        audit::record(&input, &mut record);
        serde_json::from_slice::<serde_json::Value>(&record).expect("a record of JSON");
        // What was read is the same in every protocol: written as JSON or CBOR, it reads as it was.
        for protocol in [Protocol::AwsJson10, Protocol::RpcV2Cbor] {
            let mut body = Vec::new();
            protocol::answer_any(protocol, O::META, &input, "id", &mut body);
            let limits = Limits::default();
            let again = match protocol {
                Protocol::RpcV2Cbor => Payload::cbor(&body, &limits),
                _ => Payload::json(&body, &limits),
            };
            let again = again.expect("a body of our own").read::<O>();
            assert!(again.as_ref().is_ok_and(|again| *again == input), "{protocol:?}: {input:?} {again:?}");
        }
    }
}

/// A refusal repeats some of what a stranger sent; it must stay readable, and short.
fn refused(service: &ServiceMeta, fault: &Fault) {
    let mut xml = Vec::new();
    protocol::refuse(Protocol::Query, service, fault, "id", &mut xml);
    let text = String::from_utf8(xml).expect("XML in UTF-8");
    assert!(text.len() < LONGEST_REFUSAL, "{} bytes of refusal", text.len());
    let message = text.split_once("<Message>").and_then(|(_, rest)| rest.split_once("</Message>"));
    let message = message.map_or("", |(message, _)| message);
    let is_plain =
        |c: char| !matches!(c, '<' | '>' | '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}');
    assert!(message.chars().all(is_plain), "{text}");
    let mut json = Vec::new();
    protocol::refuse(Protocol::QueryJson, service, fault, "id", &mut json);
    serde_json::from_slice::<serde_json::Value>(&json).expect("a refusal of JSON");
}
