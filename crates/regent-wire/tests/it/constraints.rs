//! Every constraint of every operation, violated once.
//!
//! For each place in each input, a value that breaks one rule is put into an otherwise good request, and the
//! answer is compared with a text that is put together here, from the model and the recorded grammar.

use std::collections::BTreeSet;

use regent_wire::operation::Visitor;
use regent_wire::protocol::query::FormLimits;
use regent_wire::protocol::{Limits, Payload};
use regent_wire::{Fault, Operation};
use serde_json::{Value, json};

use crate::form;
use crate::model::{Service, lower_camel};
use crate::rules::{Rule, breaking, places_of, refusal, rules};
use crate::sample::sample;

/// Reads an input and tells why it was refused.
pub(crate) struct Refusal<'a>(pub(crate) &'a Payload<'a>);

impl Visitor for Refusal<'_> {
    type Result = Option<Fault>;

    fn visit<O: Operation>(self) -> Self::Result {
        self.0.read::<O>().err()
    }
}

/// The message with which the request is refused.
pub(crate) fn refused(service: &Service, operation: &str, input: &Value) -> Option<String> {
    let form = form::request(service, operation, input);
    // Two members may be larger than the form a server usually accepts: SAML metadata and certificate chains.
    let limits = Limits { form: FormLimits { bytes: 1 << 25, ..FormLimits::default() }, ..Limits::default() };
    let payload = Payload::form("", form.as_bytes(), &limits).unwrap();
    service.visit(operation, Refusal(&payload)).map(|fault| fault.to_string())
}

#[test]
fn every_constraint_is_refused_in_its_words() {
    let mut count = 0;
    for service in Service::all() {
        for operation in service.operations() {
            let Some(input) = operation.input else { continue };
            let good = sample(&service, input);
            for place in places_of(&service, input) {
                for rule in rules(&service, &place.shape) {
                    // Of a union, the sample has only the first member.
                    let Some(value) = good.pointer(&place.pointer) else { continue };
                    let Some(broken) = breaking(&service, &place, rule, value) else { continue };
                    let mut request = good.clone();
                    *request.pointer_mut(&place.pointer).unwrap() = broken.clone();
                    let message = refused(&service, operation.name, &request);
                    let expected = refusal(&service, &place, rule, Some(&broken));
                    assert_eq!(
                        message.as_deref(),
                        Some(expected.as_str()),
                        "{} {}",
                        operation.name,
                        place.path
                    );
                    count += 1;
                }
            }
        }
    }
    assert!(count > 1_000, "only {count} constraints were found");
}

#[test]
fn every_required_member_is_missed_in_its_words() {
    let mut count = 0;
    for service in Service::all() {
        for operation in service.operations() {
            let Some(input) = operation.input else { continue };
            let good = sample(&service, input);
            for place in places_of(&service, input).iter().filter(|place| place.inside.is_none()) {
                let (owner, member) = place.pointer.rsplit_once('/').unwrap();
                let owner_shape = shape_at(&service, input, owner);
                let required = &service.shape(&owner_shape)["required"];
                if !required.as_array().is_some_and(|required| required.contains(&member.into())) {
                    continue;
                }
                let mut request = good.clone();
                let object = request.pointer_mut(owner).unwrap().as_object_mut().unwrap();
                object.remove(member);
                if object.is_empty() && !owner.is_empty() {
                    // Query cannot say that a structure is there and empty.
                    continue;
                }
                let message = refused(&service, operation.name, &request);
                let expected = refusal(&service, place, Rule::Null, None);
                assert_eq!(message.as_deref(), Some(expected.as_str()), "{} {}", operation.name, place.path);
                count += 1;
            }
        }
    }
    assert!(count > 250, "only {count} required members were found");
}

/// The shape at a pointer into an input.
fn shape_at(service: &Service, input: &str, pointer: &str) -> String {
    let all = places_of(service, input);
    all.iter().find(|place| place.pointer == pointer).map_or(input, |place| place.shape.as_str()).to_owned()
}

#[test]
fn a_good_request_is_refused_nowhere() {
    for service in Service::all() {
        for operation in service.operations() {
            let Some(input) = operation.input else { continue };
            assert_eq!(
                refused(&service, operation.name, &sample(&service, input)),
                None,
                "{}",
                operation.name
            );
        }
    }
}

/// The bucket of a Java `HashMap` of sixteen.
fn bucket(name: &str) -> u32 {
    let hash = name.bytes().fold(0_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    (hash ^ (hash >> 16)) & 15
}

#[test]
fn missing_members_are_reported_in_javas_order() {
    let mut count = 0;
    for service in Service::all() {
        for operation in service.operations() {
            let required = operation.input.map(|input| &service.shape(input)["required"]);
            let mut names: Vec<String> = required
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .map(|name| lower_camel(name.as_str().unwrap()))
                .collect();
            names.sort_by_key(|name| bucket(name));
            let buckets: BTreeSet<u32> = names.iter().map(|name| bucket(name)).collect();
            if names.len() < 2 || buckets.len() < names.len() {
                continue;
            }
            let message = refused(&service, operation.name, &json!({})).unwrap();
            let found: Vec<&str> =
                message.split(" at '").skip(1).map(|rest| rest.split('\'').next().unwrap()).collect();
            assert_eq!(found, names, "{}", operation.name);
            count += 1;
        }
    }
    assert!(count > 60, "only {count} operations have several required members");
}
