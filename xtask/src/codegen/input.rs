//! Inputs, as an authorizer looks at them.

use std::fmt::Write as _;

use crate::codegen::names;
use crate::codegen::service::Service;
use crate::codegen::shapes::Field;
use crate::codegen::types::{Type, of_reference};
use crate::model::Kind;

/// The implementation of `Input` for a structure.
pub(super) fn text(
    service: &Service<'_>,
    name: &str,
    fields: &[Field<'_>],
    text: &mut String,
) -> anyhow::Result<()> {
    let scalars: Vec<String> = fields.iter().filter_map(scalar).collect();
    let texts: Vec<String> = fields.iter().filter_map(|field| texts(service, field)).collect();
    let tags = fields.iter().find_map(|field| tags(service, field));
    writeln!(text, "impl Input for {} {{", names::type_name(name))?;
    if !scalars.is_empty() {
        let arms = scalars.concat();
        writeln!(
            text,
            "fn scalar(&self, member: &str) -> Option<Scalar<'_>> {{\nmatch member {{\n{arms}_ => None,\n}}\n}}\n"
        )?;
    }
    if !texts.is_empty() {
        let arms = texts.concat();
        writeln!(
            text,
            "fn texts(&self, member: &str) -> &[String] {{\nmatch member {{\n{arms}_ => &[],\n}}\n}}\n"
        )?;
    }
    if let Some(tags) = tags {
        writeln!(text, "fn tags(&self) -> Vec<(&str, &str)> {{\n{tags}.collect()\n}}")?;
    }
    text.push_str("}\n\n");
    Ok(())
}

fn scalar(field: &Field<'_>) -> Option<String> {
    let Field { name, rust, is_required, .. } = field;
    let value = match (&field.r#type, is_required) {
        (Type::Text { is_secret: false }, true) => format!("Some(Scalar::Text(&self.{rust}))"),
        (Type::Text { is_secret: false }, false) => format!("self.{rust}.as_deref().map(Scalar::Text)"),
        (Type::Enum(_), true) => format!("Some(Scalar::Text(self.{rust}.name()))"),
        (Type::Enum(_), false) => format!("self.{rust}.map(|value| Scalar::Text(value.name()))"),
        (Type::Integer { .. }, true) => format!("Some(Scalar::Integer(self.{rust}.into()))"),
        (Type::Integer { .. }, false) => format!("self.{rust}.map(|value| Scalar::Integer(value.into()))"),
        (Type::Boolean, true) => format!("Some(Scalar::Boolean(self.{rust}))"),
        (Type::Boolean, false) => format!("self.{rust}.map(Scalar::Boolean)"),
        (Type::Timestamp, true) => format!("Some(Scalar::Timestamp(self.{rust}))"),
        (Type::Timestamp, false) => format!("self.{rust}.map(Scalar::Timestamp)"),
        _ => return None,
    };
    Some(format!("{name:?} => {value},\n"))
}

fn texts(service: &Service<'_>, field: &Field<'_>) -> Option<String> {
    let Type::List(item) = &field.r#type else { return None };
    let Ok(Type::Text { is_secret: false }) = of_reference(service, item) else { return None };
    let Field { name, rust, is_required, .. } = field;
    Some(if *is_required {
        format!("{name:?} => &self.{rust},\n")
    } else {
        format!("{name:?} => self.{rust}.as_deref().unwrap_or_default(),\n")
    })
}

/// An iterator over the pairs of a member called `Tags`, if it is a list of keys and values or a map.
fn tags(service: &Service<'_>, field: &Field<'_>) -> Option<String> {
    if !field.name.eq_ignore_ascii_case("tags") {
        return None;
    }
    let all = if field.is_required {
        format!("self.{}.iter()", field.rust)
    } else {
        format!("self.{}.iter().flatten()", field.rust)
    };
    match &field.r#type {
        Type::Map(value) if matches!(of_reference(service, value), Ok(Type::Text { is_secret: false })) => {
            Some(format!("{all}.map(|(key, value)| (key.as_str(), value.as_str()))"))
        }
        Type::List(item) => {
            let tag = service.shape(&item.shape).ok().filter(|shape| shape.kind == Kind::Structure)?;
            let part = |wanted: &str| {
                let (name, reference) =
                    tag.members.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
                let is_text = matches!(of_reference(service, reference), Ok(Type::Text { is_secret: false }));
                let access = if tag.required.iter().any(|required| required == name) {
                    ".as_str()"
                } else {
                    ".as_deref().unwrap_or_default()"
                };
                is_text.then(|| format!("tag.{}{access}", names::field(name)))
            };
            Some(format!("{all}.map(|tag| ({}, {}))", part("key")?, part("value")?))
        }
        Type::Text { .. }
        | Type::Enum(_)
        | Type::Integer { .. }
        | Type::Float
        | Type::Boolean
        | Type::Timestamp
        | Type::Blob { .. }
        | Type::Document
        | Type::Structure(_)
        | Type::Map(_) => None,
    }
}
