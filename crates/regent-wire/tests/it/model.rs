//! Service models, read without the generator's types.

use std::fs;
use std::path::Path;

use regent_wire::operation::{OperationMeta, ServiceMeta, Visitor};
use regent_wire::{iam, sts};
use serde_json::Value;

/// A service: its model, and what was generated from it.
pub(crate) struct Service {
    pub(crate) name: &'static str,
    pub(crate) meta: &'static ServiceMeta,
    model: Value,
}

impl Service {
    /// The services that have a model.
    pub(crate) fn all() -> Vec<Self> {
        vec![Self::load("iam", &iam::SERVICE), Self::load("sts", &sts::SERVICE)]
    }

    pub(crate) fn iam() -> Self {
        Self::load("iam", &iam::SERVICE)
    }

    fn load(name: &'static str, meta: &'static ServiceMeta) -> Self {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../models/{name}/{}.json", meta.version));
        let model = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        Self { name, meta, model }
    }

    pub(crate) fn shape(&self, name: &str) -> &Value {
        &self.model["shapes"][name]
    }

    /// The name of the shape that a member, element, key, value, input or output refers to.
    pub(crate) fn target<'a>(&'a self, reference: &'a Value) -> (&'a str, &'a Value) {
        let name = reference["shape"].as_str().unwrap();
        (name, self.shape(name))
    }

    pub(crate) fn operations(&self) -> impl Iterator<Item = &'static OperationMeta> {
        self.meta.operations.iter().copied()
    }

    /// Whether what the model says of a value is changed by `models/overrides.toml`.
    pub(crate) fn most(&self, shape: &str) -> Option<i64> {
        match (self.name, shape) {
            ("sts", "policyDescriptorListType") => Some(10),
            _ => self.shape(shape)["max"].as_i64(),
        }
    }

    /// An enum's values as the wire has them.
    pub(crate) fn values(&self, shape: &str) -> Vec<&str> {
        let values =
            self.shape(shape)["enum"].as_array().into_iter().flatten().map(|value| value.as_str().unwrap());
        let on_the_wire = |value| match (shape, value) {
            ("PermissionsBoundaryAttachmentType", "PermissionsBoundaryPolicy") => "Policy",
            ("PolicySourceType", "user") => "IAM Policy",
            ("PolicySourceType", "resource") => "Resource Policy",
            ("PolicySourceType", "none") => "Permissions Boundary Policy",
            (_, value) => value,
        };
        values.map(on_the_wire).collect()
    }

    /// The words in which the violation of the shape's pattern is refused, where `models/overrides.toml` has some.
    pub(crate) fn words(&self, shape: &str) -> Option<&'static str> {
        match (self.name, self.shape(shape)["pattern"].as_str()?) {
            ("iam", r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)" | r"((/[A-Za-z0-9\.,\+@=_-]+)*)/") => Some(
                "The specified value for {member} is invalid. It must begin and end with / and contain only \
                 alphanumeric characters and/or / characters.",
            ),
            ("iam", r"[\w+=,.@-]+") => Some(
                "The specified value for {member} is invalid. It must contain only alphanumeric characters and/or \
                 the following: +=,.@_-",
            ),
            _ => None,
        }
    }

    pub(crate) fn is_secret(&self, shape: &str) -> bool {
        self.shape(shape)["sensitive"] == true || (self.name, shape) == ("sts", "tokenType")
    }

    /// Calls the visitor with the operation's type.
    pub(crate) fn visit<V: Visitor>(&self, operation: &str, visitor: V) -> V::Result {
        match self.name {
            "iam" => iam::Operation::from_name(operation).unwrap().visit(visitor),
            "sts" => sts::Operation::from_name(operation).unwrap().visit(visitor),
            other => panic!("no service {other}"),
        }
    }
}

/// The name with a small first letter.
pub(crate) fn lower_camel(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().unwrap().to_ascii_lowercase().to_string() + letters.as_str()
}
