//! Members as constants: each distinct one once per service.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::bail;

use crate::codegen::names;
use crate::codegen::service::Service;
use crate::codegen::types::{is_secret, is_unlogged};
use crate::model::{Kind, Reference, Shape};

/// The members seen so far: their source, by the name of their constant.
#[derive(Debug, Default)]
pub(super) struct Members(BTreeMap<String, String>);

impl Members {
    /// The path of the constant for a member of a structure.
    pub(super) fn constant(
        &mut self,
        service: &Service<'_>,
        owner: &Shape,
        name: &str,
        member: &Reference,
    ) -> anyhow::Result<String> {
        let source = source(service, owner, name, member)?;
        let base = names::constant(name);
        let mut constant = base.clone();
        let mut number = 1;
        // A name that travels in two ways gets two constants.
        while self.0.get(&constant).is_some_and(|known| *known != source) {
            number += 1;
            constant = format!("{base}_{number}");
        }
        self.0.insert(constant.clone(), source);
        Ok(format!("m::{constant}"))
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::from("//! The members of the service's structures.\n\n");
        text.push_str("use crate::shape::Member;\n");
        let all: String = self.0.values().map(String::as_str).collect();
        if names::uses(&all, "Part") {
            text.push_str("use crate::shape::Part;\n");
        }
        if names::uses(&all, "TimestampFormat") {
            text.push_str("use crate::timestamp::TimestampFormat;\n");
        }
        text.push('\n');
        for (constant, source) in &self.0 {
            _ = writeln!(text, "pub(super) static {constant}: Member = {source};");
        }
        text
    }
}

/// The source of a member of a structure.
fn source(service: &Service<'_>, owner: &Shape, name: &str, member: &Reference) -> anyhow::Result<String> {
    let shape = service.shape(&member.shape)?;
    let is_payload = owner.payload.as_deref() == Some(name);
    let part = match (is_payload, member.location.as_deref(), shape.kind) {
        (true, None, _) => Some("Payload"),
        (false, None, _) => None,
        (false, Some("header"), _) => Some("Header"),
        (false, Some("headers"), Kind::Map) => Some("Headers"),
        (false, Some("uri"), _) => Some("Label"),
        (false, Some("querystring"), Kind::Map) => {
            bail!("`{name}`: maps in query strings, nobody has written that")
        }
        (false, Some("querystring"), _) => Some("Query"),
        (false, Some("statusCode"), _) => Some("Status"),
        (_, Some(other), _) => bail!("`{name}` travels as `{other}`, which nobody has written"),
    };
    if member.jsonvalue || member.streaming {
        bail!("`{name}` is a JSON value or streams, which nobody has written");
    }
    let wire = member.location_name.as_deref().unwrap_or(name);
    let mut source = element(service, name, wire, part, member)?;
    if service.flattens() && (shape.flattened || member.flattened) {
        source.push_str(".flattened()");
    }
    Ok(source)
}

/// The source of a member or element, by its names.
pub(super) fn element(
    service: &Service<'_>,
    name: &str,
    wire: &str,
    part: Option<&str>,
    reference: &Reference,
) -> anyhow::Result<String> {
    let shape = service.shape(&reference.shape)?;
    let mut source = format!("Member::new({name:?})");
    if wire != name {
        write!(source, ".wire({wire:?})")?;
    }
    if let Some(part) = part {
        write!(source, ".part(Part::{part})")?;
    }
    if is_secret(service, &reference.shape)? {
        source.push_str(".secret()");
    } else if is_unlogged(service, &reference.shape)? {
        source.push_str(".unlogged()");
    }
    if let Some(format) = reference.timestamp_format.as_ref().or(shape.timestamp_format.as_ref()) {
        write!(source, ".timestamp(TimestampFormat::{})", timestamp_format(format)?)?;
    }
    Ok(source)
}

fn timestamp_format(name: &str) -> anyhow::Result<&'static str> {
    match name {
        "iso8601" => Ok("Iso8601"),
        "unixTimestamp" => Ok("EpochSeconds"),
        "rfc822" => Ok("HttpDate"),
        other => bail!("the timestamp format `{other}` is not known"),
    }
}
