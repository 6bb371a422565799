//! Operations: a type and a constant each, and the enum of all.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, ensure};

use crate::codegen::service::Service;
use crate::codegen::{errors, names};
use crate::model::{Http, Kind, Operation, Reference};

/// The module with a type for each operation.
pub(super) fn types(service: &Service<'_>) -> anyhow::Result<String> {
    let mut text =
        format!("//! The operations of `{}`, a type each.\n\n", service.model.metadata.service_full_name);
    let mut body = String::new();
    for operation in service.operations() {
        self::r#type(operation, &mut body)?;
        meta(service, operation, &mut body)?;
    }
    let all: Vec<String> =
        service.operations().map(|operation| format!("&{}", names::constant(&operation.name))).collect();
    writeln!(
        body,
        "/// Every operation, in the model's order.\npub(super) static ALL: &[&OperationMeta] = &[{}];",
        all.join(", ")
    )?;
    let own = [("shape", "self as shape"), ("error", "error"), ("SERVICE", "SERVICE")];
    let own: Vec<&str> =
        own.iter().filter(|(used, _)| names::uses(&body, used)).map(|(_, import)| *import).collect();
    writeln!(text, "use super::{{{}}};", own.join(", "))?;
    let wanted = ["Caller", "HttpMeta", "Operation", "OperationMeta", "Payload", "Segment"];
    let wanted: Vec<&str> = wanted.into_iter().filter(|used| names::uses(&body, used)).collect();
    writeln!(text, "use crate::operation::{{{}}};\n", wanted.join(", "))?;
    text.push_str(&body);
    Ok(text)
}

fn r#type(operation: &Operation, text: &mut String) -> anyhow::Result<()> {
    let name = &operation.name;
    let rust = |reference: Option<&Reference>| match reference {
        Some(reference) => format!("shape::{}", names::type_name(&reference.shape)),
        None => "()".to_owned(),
    };
    let (input, output) = (rust(operation.input.as_ref()), rust(operation.output.as_ref()));
    let deprecated = if operation.deprecated { " AWS advises against it." } else { "" };
    writeln!(text, "/// `{name}`.{deprecated}\n#[derive(Clone, Copy, Debug)]\npub struct {name};\n")?;
    writeln!(
        text,
        "impl Operation for {name} {{\ntype Input = {input};\ntype Output = {output};\n\
         const META: &'static OperationMeta = &{};\n}}\n",
        names::constant(name)
    )?;
    Ok(())
}

fn meta(service: &Service<'_>, operation: &Operation, text: &mut String) -> anyhow::Result<()> {
    let errors: Vec<String> =
        operation.errors.iter().map(|error| format!("&error::{}", errors::constant(&error.shape))).collect();
    let wrapper = operation.output.as_ref().and_then(|output| output.result_wrapper.as_ref());
    let is_anonymous = operation.authtype.as_deref() == Some("none")
        || operation.auth.iter().any(|auth| auth == "smithy.api#noAuth");
    write!(
        text,
        "static {}: OperationMeta = OperationMeta {{\nservice: &SERVICE,\nname: {:?},\ninput: {:?},\noutput: {:?},\n\
         result_wrapper: {wrapper:?},\nerrors: &[{}],\ncaller: Caller::{},\nreadonly: {},\nidempotent: {},\n\
         deprecated: {},\nhttp: {},\n}};\n\n",
        names::constant(&operation.name),
        operation.name,
        operation.input.as_ref().map(|input| &input.shape),
        operation.output.as_ref().map(|output| &output.shape),
        errors.join(", "),
        if is_anonymous { "Anonymous" } else { "Signed" },
        operation.readonly,
        operation.idempotent,
        operation.deprecated,
        http(service, operation)?,
    )?;
    Ok(())
}

fn http(service: &Service<'_>, operation: &Operation) -> anyhow::Result<String> {
    let (path, query) =
        operation.http.request_uri.split_once('?').unwrap_or((&operation.http.request_uri, ""));
    let path = path.strip_prefix('/').context("a path that does not begin with a slash")?;
    let segments =
        path.split('/').filter(|piece| !piece.is_empty()).map(segment).collect::<Result<Vec<_>, _>>()?;
    let query: Vec<(&str, &str)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .collect();
    let Http { method, response_code, .. } = &operation.http;
    let (status, payload) = (response_code.unwrap_or(200), payload(service, operation)?);
    let segments = segments.join(", ");
    if (method.as_str(), segments.as_str(), query.len(), status, payload) == ("POST", "", 0, 200, "Document")
    {
        return Ok("HttpMeta::POST".to_owned());
    }
    Ok(format!(
        "HttpMeta {{ method: {method:?}, path: &[{segments}], query: &{query:?}, status: {status}, \
         payload: Payload::{payload} }}"
    ))
}

fn segment(piece: &str) -> anyhow::Result<String> {
    let Some(label) = piece.strip_prefix('{') else {
        ensure!(!piece.contains('{'), "a label within `{piece}`");
        return Ok(format!("Segment::Literal({piece:?})"));
    };
    let label = label.strip_suffix('}').with_context(|| format!("`{piece}` does not close"))?;
    Ok(match label.strip_suffix('+') {
        Some(label) => format!("Segment::Rest({label:?})"),
        None => format!("Segment::Label({label:?})"),
    })
}

/// What a REST request's body is.
fn payload(service: &Service<'_>, operation: &Operation) -> anyhow::Result<&'static str> {
    let Some(input) = &operation.input else { return Ok("Document") };
    let input = service.shape(&input.shape)?;
    let Some(name) = &input.payload else { return Ok("Document") };
    let member = input.members.get(name).with_context(|| format!("no member `{name}`"))?;
    let kind = service.shape(&member.shape)?.kind;
    Ok(if matches!(kind, Kind::Blob | Kind::String) { "Raw" } else { "Document" })
}

/// The module with the enum of all operations.
pub(super) fn enumeration(service: &Service<'_>) -> anyhow::Result<String> {
    let name = &service.model.metadata.service_full_name;
    let mut text = format!("//! The operations of `{name}`, as values.\n\n");
    text.push_str("use super::op;\nuse crate::operation::{self, OperationMeta, Visitor};\n\n");
    writeln!(text, "/// An operation of `{name}`.")?;
    text.push_str(
        "#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum Operation {\n",
    );
    let operations: Vec<&str> = service.operations().map(|operation| operation.name.as_str()).collect();
    for operation in &operations {
        writeln!(text, "/// `{operation}`.\n{operation},")?;
    }
    text.push_str("}\n\nimpl Operation {\n/// Every operation, in the model's order.\npub const ALL: &'static [Self] = &[");
    let all: Vec<String> = operations.iter().map(|operation| format!("Self::{operation}")).collect();
    writeln!(text, "{}];\n", all.join(", "))?;
    from_name(&operations, &mut text)?;
    text.push_str("/// The name.\npub fn name(self) -> &'static str {\nself.meta().name\n}\n\n");
    text.push_str("/// What the model says about it.\npub fn meta(self) -> &'static OperationMeta {\n");
    text.push_str("struct Meta;\n\nimpl Visitor for Meta {\ntype Result = &'static OperationMeta;\n\n");
    text.push_str(
        "fn visit<O: operation::Operation>(self) -> Self::Result {\nO::META\n}\n}\n\nself.visit(Meta)\n}\n\n",
    );
    text.push_str("/// Calls the visitor with the operation's type.\n");
    text.push_str("pub fn visit<V: Visitor>(self, visitor: V) -> V::Result {\nmatch self {\n");
    for operation in &operations {
        writeln!(text, "Self::{operation} => visitor.visit::<op::{operation}>(),")?;
    }
    text.push_str("}\n}\n}\n");
    Ok(text)
}

/// A match by length first: names of one length differ early.
fn from_name(operations: &[&str], text: &mut String) -> anyhow::Result<()> {
    let mut by_length: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for operation in operations {
        by_length.entry(operation.len()).or_default().push(operation);
    }
    text.push_str(
        "/// The operation of that name. Case counts.\npub fn from_name(name: &str) -> Option<Self> {\n",
    );
    text.push_str("match name.len() {\n");
    for (length, operations) in by_length {
        writeln!(text, "{length} => match name {{")?;
        for operation in operations {
            writeln!(text, "{operation:?} => Some(Self::{operation}),")?;
        }
        text.push_str("_ => None,\n},\n");
    }
    text.push_str("_ => None,\n}\n}\n\n");
    Ok(())
}
