//! Which Rust type a shape is.

use anyhow::{Context, bail};

use crate::codegen::names;
use crate::codegen::service::Service;
use crate::model::{Kind, Reference, Shape};

/// What the generator does with a shape.
#[derive(Debug)]
pub(super) enum Type<'a> {
    Text {
        is_secret: bool,
    },
    Enum(String),
    Integer {
        is_long: bool,
    },
    Float,
    Boolean,
    Timestamp,
    Blob {
        is_secret: bool,
    },
    Document,
    Structure(String),
    List(&'a Reference),
    /// A map by its values; keys are texts.
    Map(&'a Reference),
}

impl Type<'_> {
    pub(super) fn of<'a>(name: &str, shape: &'a Shape) -> anyhow::Result<Type<'a>> {
        Ok(match shape.kind {
            _ if shape.document => Type::Document,
            Kind::Structure => Type::Structure(names::type_name(name)),
            Kind::List => Type::List(shape.member.as_ref().context("a list without elements")?),
            Kind::Map => Type::Map(shape.value.as_ref().context("a map without values")?),
            Kind::String if !shape.values.is_empty() => Type::Enum(names::type_name(name)),
            Kind::String => Type::Text { is_secret: shape.sensitive },
            Kind::Integer => Type::Integer { is_long: false },
            Kind::Long => Type::Integer { is_long: true },
            Kind::Float | Kind::Double => Type::Float,
            Kind::Boolean => Type::Boolean,
            Kind::Timestamp => Type::Timestamp,
            Kind::Blob if shape.streaming => bail!("`{name}` streams, which nobody has written"),
            Kind::Blob => Type::Blob { is_secret: shape.sensitive },
        })
    }

    /// The type in Rust.
    pub(super) fn rust(&self, service: &Service<'_>) -> anyhow::Result<String> {
        Ok(match self {
            Type::Text { is_secret: false } => "String".to_owned(),
            Type::Text { is_secret: true } => "Sensitive<String>".to_owned(),
            Type::Enum(name) | Type::Structure(name) => name.clone(),
            Type::Integer { is_long: false } => "i32".to_owned(),
            Type::Integer { is_long: true } => "i64".to_owned(),
            Type::Float => "f64".to_owned(),
            Type::Boolean => "bool".to_owned(),
            Type::Timestamp => "Timestamp".to_owned(),
            Type::Blob { is_secret: false } => "Vec<u8>".to_owned(),
            Type::Blob { is_secret: true } => "Sensitive<Vec<u8>>".to_owned(),
            Type::Document => "serde_json::Value".to_owned(),
            Type::List(item) => format!("Vec<{}>", of_reference(service, item)?.rust(service)?),
            Type::Map(value) => format!("BTreeMap<String, {}>", of_reference(service, value)?.rust(service)?),
        })
    }
}

pub(super) fn of_reference<'a>(service: &'a Service<'_>, reference: &Reference) -> anyhow::Result<Type<'a>> {
    Type::of(&reference.shape, service.shape(&reference.shape)?)
}

/// Whether the shape is a secret, or a list or map of secrets.
pub(super) fn is_secret(service: &Service<'_>, name: &str) -> anyhow::Result<bool> {
    any_part(service, name, &|shape| shape.sensitive)
}

/// Whether records leave out the shape, or what a list or map is made of.
pub(super) fn is_unlogged(service: &Service<'_>, name: &str) -> anyhow::Result<bool> {
    if service.overrides.is_unlogged(service.name(), name) {
        return Ok(true);
    }
    let shape = service.shape(name)?;
    match shape.member.as_ref().or(shape.value.as_ref()) {
        Some(part) => is_unlogged(service, &part.shape),
        None => Ok(false),
    }
}

fn any_part(service: &Service<'_>, name: &str, test: &dyn Fn(&Shape) -> bool) -> anyhow::Result<bool> {
    let shape = service.shape(name)?;
    if test(shape) {
        return Ok(true);
    }
    match shape.member.as_ref().or(shape.value.as_ref()) {
        Some(part) => any_part(service, &part.shape, test),
        None => Ok(false),
    }
}
