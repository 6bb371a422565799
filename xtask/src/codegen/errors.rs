//! The catalogue of a service's errors.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::ensure;

use crate::codegen::names;
use crate::codegen::service::Service;
use crate::model::Shape;

/// The name of an error's constant.
pub(super) fn constant(shape: &str) -> String {
    names::constant(shape.strip_suffix("Exception").unwrap_or(shape))
}

/// The module with the errors that operations name.
pub(super) fn text(service: &Service<'_>) -> anyhow::Result<String> {
    let mut named = BTreeMap::new();
    for operation in service.operations() {
        for error in &operation.errors {
            let known = named.insert(constant(&error.shape), error.shape.as_str());
            ensure!(known.is_none_or(|known| known == error.shape), "two errors like `{}`", error.shape);
        }
    }
    let mut text = format!("//! The errors of `{}`.\n\n", service.model.metadata.service_full_name);
    text.push_str("use crate::fault::{Blame, ErrorMeta};\n\n");
    for (constant, name) in &named {
        let error = ErrorFacts::of(name, service.shape(name)?);
        writeln!(text, "/// `{}`, {}.", error.code, error.status)?;
        writeln!(
            text,
            "pub static {constant}: ErrorMeta = ErrorMeta {{ shape: {name:?}, code: {:?}, status: {}, blame: Blame::{} }};",
            error.code, error.status, error.blame
        )?;
    }
    let all: Vec<String> = named.keys().map(|constant| format!("&{constant}")).collect();
    writeln!(
        text,
        "\n/// Every error that an operation names.\npub static ALL: &[&ErrorMeta] = &[{}];",
        all.join(", ")
    )?;
    Ok(text)
}

struct ErrorFacts<'a> {
    code: &'a str,
    status: u16,
    blame: &'static str,
}

impl<'a> ErrorFacts<'a> {
    /// What the model says, or else what its protocols make of a model that says nothing.
    fn of(name: &'a str, shape: &'a Shape) -> Self {
        let error = shape.error.as_ref();
        let status =
            error.and_then(|error| error.http_status_code).unwrap_or(if shape.fault { 500 } else { 400 });
        let is_senders = error.is_some_and(|error| error.sender_fault) || (!shape.fault && status < 500);
        Self {
            code: error.and_then(|error| error.code.as_deref()).unwrap_or(name),
            status,
            blame: if is_senders { "Sender" } else { "Receiver" },
        }
    }
}
