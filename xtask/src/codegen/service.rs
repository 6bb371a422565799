//! A service as the generator sees it, and the root of its module.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{Context, bail, ensure};

use crate::codegen::names;
use crate::model::{Kind, Model, Operation, Reference, Shape};
use crate::overrides::Overrides;
use crate::services::{self, EnumStyle, ValueStyle};

/// Names that a service's module uses itself.
const TAKEN: &[&str] = &[
    "BTreeMap",
    "Box",
    "Checker",
    "Default",
    "Emit",
    "Emitted",
    "Enumeration",
    "Input",
    "Node",
    "Operation",
    "Option",
    "Scalar",
    "Sensitive",
    "ServiceMeta",
    "Shape",
    "Some",
    "None",
    "String",
    "Style",
    "Timestamp",
    "Value",
    "Vec",
];

/// A service, its model, and what of it can be reached.
pub(super) struct Service<'a> {
    row: services::Service,
    pub(super) model: Model,
    pub(super) overrides: &'a Overrides,
    /// The shapes that inputs and outputs are made of, in the model's order.
    reachable: BTreeSet<String>,
}

impl<'a> Service<'a> {
    pub(super) fn new(
        row: services::Service,
        model: Model,
        overrides: &'a Overrides,
    ) -> anyhow::Result<Self> {
        let mut service = Self { row, model, overrides, reachable: BTreeSet::new() };
        let mut open: Vec<String> = Vec::new();
        for (_, operation) in service.model.operations.iter() {
            open.extend(
                operation.input.iter().chain(&operation.output).map(|reference| reference.shape.clone()),
            );
        }
        while let Some(name) = open.pop() {
            let shape = service.shape(&name)?;
            let parts = shape.members.iter().map(|(_, member)| member);
            let parts = parts.chain(&shape.member).chain(&shape.key).chain(&shape.value);
            let parts: Vec<String> = parts.map(|part| part.shape.clone()).collect();
            if service.reachable.insert(name) {
                open.extend(parts);
            }
        }
        service.check_names()?;
        Ok(service)
    }

    /// No two types of the module may have one name, and none a name the module uses itself.
    fn check_names(&self) -> anyhow::Result<()> {
        let mut seen = BTreeSet::new();
        for (name, shape) in self.shapes() {
            if shape.kind == Kind::Structure || !shape.values.is_empty() {
                let type_name = names::type_name(name);
                ensure!(!TAKEN.contains(&type_name.as_str()), "the shape `{name}` has a name of ours");
                ensure!(seen.insert(type_name), "two shapes would be called like `{name}`");
            }
        }
        Ok(())
    }

    pub(super) fn name(&self) -> &str {
        &self.row.name
    }

    pub(super) fn module(&self) -> String {
        self.row.module()
    }

    pub(super) fn shape(&self, name: &str) -> anyhow::Result<&Shape> {
        self.model.shapes.get(name).with_context(|| format!("the model has no shape `{name}`"))
    }

    /// The reachable shapes, in the model's order.
    pub(super) fn shapes(&self) -> impl Iterator<Item = (&str, &Shape)> {
        self.model.shapes.iter().filter(|(name, _)| self.reachable.contains(*name))
    }

    pub(super) fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.model.operations.iter().map(|(_, operation)| operation)
    }

    /// The operations that take the shape as input.
    pub(super) fn takers(&self, shape: &str) -> Vec<&str> {
        self.users(shape, |operation| operation.input.as_ref())
    }

    /// The operations that give the shape as output.
    pub(super) fn givers(&self, shape: &str) -> Vec<&str> {
        self.users(shape, |operation| operation.output.as_ref())
    }

    fn users(&self, shape: &str, side: impl Fn(&Operation) -> Option<&Reference>) -> Vec<&str> {
        let uses = |operation: &&Operation| side(operation).is_some_and(|reference| reference.shape == shape);
        self.operations().filter(uses).map(|operation| operation.name.as_str()).collect()
    }

    /// Whether Query or XML is among the protocols: only these flatten.
    pub(super) fn flattens(&self) -> bool {
        self.model
            .metadata
            .protocols
            .iter()
            .any(|protocol| matches!(protocol.as_str(), "query" | "ec2" | "rest-xml"))
    }
}

/// The text of the module's root.
pub(super) fn root(service: &Service<'_>, shapes: &str) -> anyhow::Result<String> {
    let metadata = &service.model.metadata;
    let mut text =
        format!("//! `{}`, interface version {}.\n\n", metadata.service_full_name, metadata.api_version);
    text.push_str("pub mod error;\nmod limits;\nmod members;\npub mod op;\nmod operation;\n\n");
    if names::uses(shapes, "BTreeMap") {
        text.push_str("use std::collections::BTreeMap;\n\n");
    }
    text.push_str("use self::{limits as l, members as m};\npub use self::operation::Operation;\n");
    text.push_str("use crate::check::{Checker, EnumStyle, Style, ValueStyle};\nuse crate::emit::Emit;\n");
    text.push_str("use crate::node::Node;\nuse crate::operation::ServiceMeta;\n");
    let wanted =
        [("limit", "limit"), ("Sensitive", "sensitive::Sensitive"), ("Timestamp", "timestamp::Timestamp")];
    for (_, import) in wanted.iter().filter(|(used, _)| names::uses(shapes, used)) {
        writeln!(text, "use crate::{import};")?;
    }
    let traits = ["Emitted", "Enumeration", "Input", "Scalar", "Shape"];
    let traits: Vec<&str> = traits.into_iter().filter(|used| names::uses(shapes, used)).collect();
    writeln!(text, "use crate::shape::{{{}}};\n", traits.join(", "))?;
    meta(service, &mut text)?;
    text.push_str(shapes);
    Ok(text)
}

fn meta(service: &Service<'_>, text: &mut String) -> anyhow::Result<()> {
    let metadata = &service.model.metadata;
    let signing_name = metadata.signing_name.as_ref().unwrap_or(&metadata.endpoint_prefix);
    let value = match service.row.validation.value {
        ValueStyle::Echoed => "Echoed",
        ValueStyle::Hidden => "Hidden",
    };
    let enumeration = match service.row.validation.values {
        EnumStyle::Listed => "Listed",
        EnumStyle::Bare => "Bare",
    };
    for protocol in &metadata.protocols {
        if !matches!(protocol.as_str(), "query" | "json" | "rest-json" | "smithy-rpc-v2-cbor") {
            bail!("nobody has written the protocol `{protocol}`");
        }
    }
    write!(
        text,
        "/// `{}`.\npub static SERVICE: ServiceMeta = ServiceMeta {{\n\
         id: {:?},\nname: {:?},\nversion: {:?},\nsigning_name: {signing_name:?},\nendpoint_prefix: {:?},\n\
         global_endpoint: {:?},\nprotocols: &{:?},\ntarget_prefix: {:?},\nxml_namespace: {:?},\n\
         style: Style {{ value: ValueStyle::{value}, enumeration: EnumStyle::{enumeration} }},\n\
         operations: op::ALL,\n}};\n\n",
        metadata.service_full_name,
        metadata.service_id,
        metadata.service_full_name,
        metadata.api_version,
        metadata.endpoint_prefix,
        metadata.global_endpoint,
        metadata.protocols,
        metadata.target_prefix,
        metadata.xml_namespace,
    )?;
    Ok(())
}
