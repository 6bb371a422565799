//! Structures: their types, and the straight-line code that reads and writes them.

use std::fmt::Write as _;

use anyhow::ensure;

use crate::codegen::limits::Limits;
use crate::codegen::members::Members;
use crate::codegen::service::Service;
use crate::codegen::types::{Type, of_reference};
use crate::codegen::{docs, enums, input, names, order};
use crate::model::{Kind, Reference, Shape};

/// A member of a structure, with everything the generator needs to know of it.
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    pub(super) rust: String,
    pub(super) reference: &'a Reference,
    pub(super) r#type: Type<'a>,
    pub(super) is_required: bool,
    /// The path of the member's constant.
    constant: String,
}

/// Every structure and enum of the service, in the model's order.
pub(super) fn text(
    service: &Service<'_>,
    limits: &mut Limits,
    members: &mut Members,
) -> anyhow::Result<String> {
    let mut text = String::new();
    for (name, shape) in service.shapes() {
        if !shape.values.is_empty() && shape.kind == Kind::String {
            enums::text(service, name, shape, &mut text)?;
        } else if shape.kind == Kind::Structure && !shape.document {
            let fields = fields(service, shape, members)?;
            let generator = Generator { service, limits };
            if shape.union {
                generator.union(name, &fields, &mut text)?;
            } else {
                generator.structure(name, &fields, &mut text)?;
            }
            if !service.takers(name).is_empty() {
                input::text(service, name, &fields, &mut text)?;
            }
        }
    }
    Ok(text)
}

fn fields<'a>(
    service: &'a Service<'_>,
    shape: &'a Shape,
    members: &mut Members,
) -> anyhow::Result<Vec<Field<'a>>> {
    let field = |(name, reference): (&'a str, &'a Reference)| {
        Ok(Field {
            name,
            rust: names::field(name),
            reference,
            r#type: of_reference(service, reference)?,
            is_required: shape.required.iter().any(|required| required == name),
            constant: members.constant(service, shape, name, reference)?,
        })
    };
    shape.members.iter().map(field).collect()
}

struct Generator<'a, 's> {
    service: &'a Service<'s>,
    limits: &'a mut Limits,
}

/// The derives of a type, and its `Debug` if that must not show what is inside.
fn derives(type_name: &str, shape: &Shape) -> (&'static str, String) {
    if !shape.sensitive {
        return ("#[derive(Clone, Debug, Default, PartialEq)]", String::new());
    }
    let debug = format!(
        "impl std::fmt::Debug for {type_name} {{\n\
         fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {{\nf.write_str({type_name:?})\n}}\n}}\n\n"
    );
    ("#[derive(Clone, Default, PartialEq)]", debug)
}

impl Generator<'_, '_> {
    fn structure(mut self, name: &str, fields: &[Field<'_>], text: &mut String) -> anyhow::Result<()> {
        let type_name = names::type_name(name);
        let (derive, debug) = derives(&type_name, self.service.shape(name)?);
        writeln!(text, "/// {}\n{derive}\npub struct {type_name} {{", docs::structure(self.service, name))?;
        for field in fields {
            let rust = field.r#type.rust(self.service)?;
            ensure!(rust != type_name, "`{name}` contains itself without a list between");
            let rust = if field.is_required { rust } else { format!("Option<{rust}>") };
            writeln!(
                text,
                "/// {}\npub {}: {rust},",
                docs::member(self.service, field.reference)?,
                field.rust
            )?;
        }
        writeln!(text, "}}\n\n{debug}impl Shape for {type_name} {{")?;
        if fields.is_empty() {
            text.push_str("fn read(_: Node<'_>, _: &mut Checker) -> Self {\nSelf {}\n}\n}\n\n");
            writeln!(text, "impl Emitted for {type_name} {{\nfn emit(&self, _: &mut dyn Emit) {{}}\n}}\n")?;
            return Ok(());
        }
        text.push_str("fn read(node: Node<'_>, check: &mut Checker) -> Self {\n");
        let mut ordered: Vec<&Field<'_>> = fields.iter().collect();
        ordered.sort_by_key(|field| order::bucket(field.name));
        for field in ordered {
            writeln!(text, "let {} = {};", field.rust, self.read_member(field)?)?;
            if field.is_required {
                writeln!(text, "let {0} = check.required(&{1}, {0});", field.rust, field.constant)?;
            }
        }
        let names: Vec<&str> = fields.iter().map(|field| field.rust.as_str()).collect();
        writeln!(text, "Self {{ {} }}\n}}\n}}\n", names.join(", "))?;
        writeln!(text, "impl Emitted for {type_name} {{\nfn emit(&self, out: &mut dyn Emit) {{")?;
        for field in fields {
            if field.is_required {
                let path = format!("self.{}", field.rust);
                writeln!(text, "{}", self.emit_value(field, &format!("&{path}"), &path)?)?;
            } else {
                let emit = self.emit_value(field, "value", "*value")?;
                writeln!(text, "if let Some(value) = &self.{} {{\n{emit}\n}}", field.rust)?;
            }
        }
        text.push_str("}\n}\n\n");
        Ok(())
    }

    fn union(mut self, name: &str, fields: &[Field<'_>], text: &mut String) -> anyhow::Result<()> {
        let type_name = names::type_name(name);
        let (derive, debug) = derives(&type_name, self.service.shape(name)?);
        writeln!(text, "/// `{name}`: exactly one of several.\n{derive}\npub enum {type_name} {{")?;
        text.push_str("/// None of them. No request that was accepted has it, and no answer should.\n#[default]\nUnset,\n");
        for field in fields {
            let rust = field.r#type.rust(self.service)?;
            ensure!(rust != type_name, "`{name}` contains itself without a list between");
            let doc = docs::member(self.service, field.reference)?;
            writeln!(text, "/// {doc}\n{}({rust}),", names::variant(field.name))?;
        }
        writeln!(
            text,
            "}}\n\n{debug}impl Shape for {type_name} {{\nfn read(node: Node<'_>, check: &mut Checker) -> Self {{"
        )?;
        text.push_str("let mut found = Self::Unset;\nlet mut seen = 0;\n");
        for field in fields {
            let (read, variant) = (self.read_member(field)?, names::variant(field.name));
            writeln!(
                text,
                "if let Some(value) = {read} {{\nfound = Self::{variant}(value);\nseen += 1;\n}}"
            )?;
        }
        text.push_str("check.union(seen);\nfound\n}\n}\n\n");
        writeln!(
            text,
            "impl Emitted for {type_name} {{\nfn emit(&self, out: &mut dyn Emit) {{\nmatch self {{"
        )?;
        text.push_str("Self::Unset => {}\n");
        for field in fields {
            let emit = self.emit_value(field, "value", "*value")?;
            writeln!(text, "Self::{}(value) => {{ {emit} }}", names::variant(field.name))?;
        }
        text.push_str("}\n}\n}\n\n");
        Ok(())
    }

    /// The expression that reads a member.
    fn read_member(&mut self, field: &Field<'_>) -> anyhow::Result<String> {
        let Field { constant, reference, .. } = field;
        let limit = |limits: &mut Limits| limits.reference(self.service, &reference.shape);
        Ok(match &field.r#type {
            Type::Text { is_secret: false } => {
                format!("check.text(node, &{constant}, {})", limit(self.limits)?)
            }
            Type::Text { is_secret: true } => {
                format!("check.secret(node, &{constant}, {})", limit(self.limits)?)
            }
            Type::Enum(_) => format!("check.choice(node, &{constant})"),
            Type::Integer { .. } => format!("check.integer(node, &{constant}, {})", limit(self.limits)?),
            Type::Float => format!("check.float(node, &{constant})"),
            Type::Boolean => format!("check.boolean(node, &{constant})"),
            Type::Timestamp => format!("check.timestamp(node, &{constant})"),
            Type::Blob { is_secret: false } => {
                format!("check.blob(node, &{constant}, {})", limit(self.limits)?)
            }
            Type::Blob { is_secret: true } => {
                format!("check.secret_blob(node, &{constant}, {})", limit(self.limits)?)
            }
            Type::Document => format!("check.document(node, &{constant})"),
            Type::Structure(_) => format!("check.structure(node, &{constant})"),
            Type::List(item) => {
                let limit = limit(self.limits)?;
                let read = self.read_element(item, &limit, "item")?;
                format!("check.list(node, &{constant}, {limit}, |item, check| {read})")
            }
            Type::Map(value) => {
                let limit = limit(self.limits)?;
                let read = self.read_element(value, &limit, "value")?;
                format!("check.map(node, &{constant}, {limit}, |item, check| {read})")
            }
        })
    }

    /// The expression that reads an element, called `item`, of the list or map with the limit `outer`.
    fn read_element(&mut self, element: &Reference, outer: &str, part: &str) -> anyhow::Result<String> {
        let limit = |limits: &mut Limits| limits.reference(self.service, &element.shape);
        Ok(match of_reference(self.service, element)? {
            Type::Text { is_secret: false } => format!("check.text_element(item, {})", limit(self.limits)?),
            Type::Text { is_secret: true } => {
                format!("check.text_element(item, {}).map(Sensitive::new)", limit(self.limits)?)
            }
            Type::Enum(_) => "check.choice_element(item)".to_owned(),
            Type::Integer { .. } => format!("check.integer_element(item, {})", limit(self.limits)?),
            Type::Float => "check.float_element(item)".to_owned(),
            Type::Boolean => "check.boolean_element(item)".to_owned(),
            Type::Timestamp => format!("check.timestamp_element(item, {outer}.{part})"),
            Type::Blob { is_secret: false } => format!("check.blob_element(item, {})", limit(self.limits)?),
            Type::Blob { is_secret: true } => {
                format!("check.blob_element(item, {}).map(Sensitive::new)", limit(self.limits)?)
            }
            Type::Document => "check.document_element(item)".to_owned(),
            Type::Structure(_) => "check.structure_element(item)".to_owned(),
            Type::List(inner) => {
                let limit = limit(self.limits)?;
                let read = self.read_element(inner, &limit, "item")?;
                format!("check.list_element(item, {limit}, |item, check| {read})")
            }
            Type::Map(inner) => {
                let limit = limit(self.limits)?;
                let read = self.read_element(inner, &limit, "value")?;
                format!("check.map_element(item, {limit}, |item, check| {read})")
            }
        })
    }

    /// The statement that writes a member. `value` is a reference to it, `copy` its value.
    fn emit_value(&mut self, field: &Field<'_>, value: &str, copy: &str) -> anyhow::Result<String> {
        self.emit(&format!("&{}", field.constant), field.reference, value, copy)
    }

    /// The statement that writes a value under the member or element `name`.
    fn emit(&mut self, name: &str, reference: &Reference, value: &str, copy: &str) -> anyhow::Result<String> {
        Ok(match of_reference(self.service, reference)? {
            Type::Text { is_secret: false } => format!("out.text({name}, {value});"),
            Type::Text { is_secret: true } => format!("out.text({name}, {}.reveal());", plain(value)),
            Type::Enum(_) => format!("out.text({name}, {}.name());", plain(value)),
            Type::Integer { is_long: false } => format!("out.integer({name}, i64::from({copy}));"),
            Type::Integer { is_long: true } => format!("out.integer({name}, {copy});"),
            Type::Float => format!("out.float({name}, {copy});"),
            Type::Boolean => format!("out.boolean({name}, {copy});"),
            Type::Timestamp => format!("out.timestamp({name}, {copy});"),
            Type::Blob { is_secret: false } => format!("out.blob({name}, {value});"),
            Type::Blob { is_secret: true } => format!("out.blob({name}, {}.reveal());", plain(value)),
            Type::Document => format!("out.document({name}, {value});"),
            Type::Structure(_) => format!("out.structure({name}, {value});"),
            Type::List(item) => {
                let limit = self.limits.reference(self.service, &reference.shape)?;
                // What a flattened list contains has the list's own name.
                let is_flattened = self.service.flattens()
                    && (reference.flattened || self.service.shape(&reference.shape)?.flattened);
                let item_name = if is_flattened { name.to_owned() } else { format!("{limit}.item") };
                let emit = self.emit(&item_name, item, "item", "*item")?;
                format!("out.list({name}, {limit}, &|out| for item in {value} {{\n{emit}\n}});")
            }
            Type::Map(inner) => {
                let limit = self.limits.reference(self.service, &reference.shape)?;
                let emit = self.emit(&format!("{limit}.value"), inner, "value", "*value")?;
                format!(
                    "out.map({name}, {limit}, &|out| for (key, value) in {value} {{\n\
                     out.entry({name}, {limit}, key, &|out| {{ {emit} }});\n}});"
                )
            }
        })
    }
}

/// The place behind a reference, to call a method on.
fn plain(value: &str) -> &str {
    value.strip_prefix('&').unwrap_or(value)
}
