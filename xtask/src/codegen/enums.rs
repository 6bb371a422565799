//! Enums.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::ensure;

use crate::codegen::names;
use crate::codegen::service::Service;
use crate::model::Shape;

/// The type of an enum shape.
pub(super) fn text(
    service: &Service<'_>,
    name: &str,
    shape: &Shape,
    text: &mut String,
) -> anyhow::Result<()> {
    let type_name = names::type_name(name);
    let wires: Vec<&str> =
        shape.values.iter().map(|value| service.overrides.wire_value(service.name(), name, value)).collect();
    let variants: Vec<String> = shape.values.iter().map(|value| names::variant(value)).collect();
    let distinct: BTreeSet<&String> = variants.iter().collect();
    ensure!(distinct.len() == variants.len(), "two values of `{name}` would be one variant");

    writeln!(text, "/// `{name}`.")?;
    writeln!(text, "#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]\npub enum {type_name} {{")?;
    for (at, (variant, wire)) in variants.iter().zip(&wires).enumerate() {
        let default = if at == 0 { "#[default]\n" } else { "" };
        writeln!(text, "/// `{wire}`.\n{default}{variant},")?;
    }
    writeln!(text, "}}\n\nimpl Enumeration for {type_name} {{")?;
    writeln!(text, "const NAMES: &'static [&'static str] = &{wires:?};\n")?;
    writeln!(text, "fn from_name(name: &str) -> Option<Self> {{\nmatch name {{")?;
    for (variant, wire) in variants.iter().zip(&wires) {
        writeln!(text, "{wire:?} => Some(Self::{variant}),")?;
    }
    writeln!(text, "_ => None,\n}}\n}}\n\nfn name(self) -> &'static str {{\nmatch self {{")?;
    for (variant, wire) in variants.iter().zip(&wires) {
        writeln!(text, "Self::{variant} => {wire:?},")?;
    }
    text.push_str("}\n}\n}\n\n");
    Ok(())
}
