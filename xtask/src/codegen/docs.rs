//! Doc comments made of facts. The models' prose is not ours to copy.

use std::fmt::Write as _;

use crate::codegen::names;
use crate::codegen::service::Service;
use crate::codegen::types::is_secret;
use crate::model::{Kind, Reference, Shape};

/// What a structure is for.
pub(super) fn structure(service: &Service<'_>, name: &str) -> String {
    let takers = service.takers(name);
    let givers = service.givers(name);
    match (takers.is_empty(), givers.is_empty()) {
        (false, _) => format!("What {} takes.", listed(&takers)),
        (true, false) => format!("What {} gives.", listed(&givers)),
        (true, true) => format!("`{name}`, a part of other structures."),
    }
}

fn listed(operations: &[&str]) -> String {
    let quoted: Vec<String> = operations.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [first, second, third, _, ..] => {
            format!("each of {first}, {second}, {third} and {} more", quoted.len() - 3)
        }
        [] | [_] => quoted.concat(),
        _ => format!("each of {}", quoted.join(", ")),
    }
}

/// What the model says about a member: its shape and its limits.
pub(super) fn member(service: &Service<'_>, member: &Reference) -> anyhow::Result<String> {
    let shape = service.shape(&member.shape)?;
    let has_type = shape.kind == Kind::Structure && !shape.document || !shape.values.is_empty();
    let mut text = if has_type {
        format!("[`{}`]", names::type_name(&member.shape))
    } else {
        format!("`{}`", member.shape)
    };
    if let Some(bounds) = bounds(shape) {
        write!(text, ": {bounds}")?;
    }
    if let Some(pattern) = &shape.pattern {
        write!(text, "{} `{pattern}`", if bounds(shape).is_some() { "," } else { ":" })?;
    }
    text.push('.');
    if is_secret(service, &member.shape)? {
        text.push_str(" A secret.");
    }
    if member.deprecated || shape.deprecated {
        text.push_str(" AWS advises against it.");
    }
    Ok(text)
}

fn bounds(shape: &Shape) -> Option<String> {
    let unit = match shape.kind {
        Kind::String => " characters",
        Kind::List => " elements",
        Kind::Map => " entries",
        Kind::Blob => " bytes",
        Kind::Structure
        | Kind::Integer
        | Kind::Long
        | Kind::Float
        | Kind::Double
        | Kind::Boolean
        | Kind::Timestamp => "",
    };
    match (shape.min, shape.max) {
        (Some(min), Some(max)) if min == max => Some(format!("{min}{unit}")),
        (Some(min), Some(max)) => Some(format!("{min} to {max}{unit}")),
        (None, Some(max)) => Some(format!("at most {max}{unit}")),
        (Some(0) | None, None) => None,
        (Some(min), None) => Some(format!("at least {min}{unit}")),
    }
}
