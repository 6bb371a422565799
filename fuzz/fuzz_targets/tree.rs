//! What the targets of JSON and CBOR do with a tree.

use regent_wire::operation::{Operation, Visitor};
use regent_wire::protocol::{self, Limits, Payload, Protocol, audit};
use regent_wire::tree::Tree;
use regent_wire::{iam, sts};

/// Reads a tree as the input of the operation that its member `Action` names, or of some that have every kind of
/// member.
pub fn read_as_named(tree: Tree<'_>) {
    let action = match &tree {
        Tree::Map(entries) => entries.iter().find_map(|(key, value)| match value {
            Tree::Text(text) if key == "Action" => Some(text.to_string()),
            _ => None,
        }),
        _ => None,
    };
    let payload = Payload::Tree(tree);
    let action = action.as_deref().unwrap_or_default();
    if let Some(operation) = sts::Operation::from_name(action) {
        operation.visit(Read(&payload));
    } else if let Some(operation) = iam::Operation::from_name(action) {
        operation.visit(Read(&payload));
    } else {
        sts::Operation::AssumeRole.visit(Read(&payload));
        iam::Operation::CreateUser.visit(Read(&payload));
        iam::Operation::PutAccountProperties.visit(Read(&payload));
        iam::Operation::SimulateCustomPolicy.visit(Read(&payload));
    }
}

struct Read<'a>(&'a Payload<'a>);

impl Visitor for Read<'_> {
    type Result = ();

    fn visit<O: Operation>(self) {
        match self.0.read::<O>() {
            Ok(input) => {
                let mut body = Vec::new();
                audit::record(&input, &mut body);
                serde_json::from_slice::<serde_json::Value>(&body).expect("a record of JSON");
                body.clear();
                protocol::answer_any(Protocol::RpcV2Cbor, O::META, &input, "id", &mut body);
                let again = Payload::cbor(&body, &Limits::default()).expect("a body of our own").read::<O>();
                assert!(again.as_ref().is_ok_and(|again| *again == input), "{input:?} {again:?}");
            }
            Err(fault) => {
                let mut body = Vec::new();
                protocol::refuse(Protocol::AwsJson10, O::META.service, &fault, "id", &mut body);
                serde_json::from_slice::<serde_json::Value>(&body).expect("a refusal of JSON");
                body.clear();
                protocol::refuse(Protocol::RpcV2Cbor, O::META.service, &fault, "id", &mut body);
                Payload::cbor(&body, &Limits::default()).expect("a refusal of CBOR");
            }
        }
    }
}
