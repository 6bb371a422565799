//! Limits and patterns as constants: each shape's once.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, bail, ensure};

use crate::codegen::service::Service;
use crate::codegen::unicode::Tables;
use crate::codegen::{members, names};
use crate::model::{Kind, Reference, Shape};
use crate::pattern::{Automaton, Matcher};

/// The shapes whose limits are used, by the name of their constant.
#[derive(Debug, Default)]
pub(super) struct Limits(BTreeMap<String, String>);

impl Limits {
    /// A reference to the limit of a shape, as source. What demands nothing shares one constant.
    pub(super) fn reference(&mut self, service: &Service<'_>, name: &str) -> anyhow::Result<String> {
        let shape = service.shape(name)?;
        let is_free = shape.min.is_none() && shape.max.is_none() && shape.pattern.is_none();
        let kind = match shape.kind {
            Kind::String => Some("Text"),
            Kind::Integer | Kind::Long => Some("Number"),
            Kind::Blob => Some("Blob"),
            Kind::Structure
            | Kind::List
            | Kind::Map
            | Kind::Float
            | Kind::Double
            | Kind::Boolean
            | Kind::Timestamp => None,
        };
        if let Some(kind) = kind.filter(|_| is_free) {
            return Ok(format!("&limit::{kind}::ANY"));
        }
        let constant = names::constant(name);
        let known = self.0.insert(constant.clone(), name.to_owned());
        ensure!(known.is_none_or(|known| known == name), "two shapes would have the constant `{constant}`");
        Ok(format!("&l::{constant}"))
    }

    pub(super) fn text(&self, service: &Service<'_>, tables: &mut Tables) -> anyhow::Result<String> {
        let mut patterns = Patterns::default();
        let mut limits = String::new();
        for (constant, name) in &self.0 {
            let shape = service.shape(name)?;
            let (kind, source) = source(service, shape, constant, &mut patterns)?;
            writeln!(limits, "pub(super) static {constant}: limit::{kind} = {source};")?;
        }
        let mut body = limits;
        for (text, constant) in &patterns.0 {
            let matcher = matcher(service, text, tables).with_context(|| format!("the pattern `{text}`"))?;
            let words = service.overrides.wording(service.name(), text);
            let words = words.map_or("None".to_owned(), |words| format!("Some({})", names::literal(words)));
            let text = names::literal(text);
            write!(
                body,
                "\nstatic {constant}: Pattern = Pattern {{ text: {text}, words: {words}, matcher: {matcher} }};\n"
            )?;
        }
        Ok(format!("{}\n{body}", imports(&body)))
    }
}

fn imports(body: &str) -> String {
    let mut text = String::from("//! What the model demands of values.\n\n");
    for (used, import) in [("unicode", "generated::unicode"), ("limit", "limit")] {
        if names::uses(body, used) {
            _ = writeln!(text, "use crate::{import};");
        }
    }
    let wanted = ["Automaton", "Class", "Matcher", "Pattern", "function"];
    let used: Vec<&str> = wanted.into_iter().filter(|name| names::uses(body, name)).collect();
    if !used.is_empty() {
        _ = writeln!(text, "use crate::pattern::{{{}}};", used.join(", "));
    }
    for (used, import) in [("Member", "shape::Member"), ("TimestampFormat", "timestamp::TimestampFormat")] {
        if names::uses(body, used) {
            _ = writeln!(text, "use crate::{import};");
        }
    }
    text
}

/// Patterns by their text, each with the constant named after the first shape that has it.
#[derive(Debug, Default)]
struct Patterns(BTreeMap<String, String>);

impl Patterns {
    fn constant(&mut self, text: &str, shape: &str) -> String {
        self.0.entry(text.to_owned()).or_insert_with(|| format!("{shape}_PATTERN")).clone()
    }
}

/// The kind of a limit and its source.
fn source(
    service: &Service<'_>,
    shape: &Shape,
    constant: &str,
    patterns: &mut Patterns,
) -> anyhow::Result<(&'static str, String)> {
    let bounds = bounds(shape);
    Ok(match shape.kind {
        Kind::String => ("Text", text_source(shape, constant, patterns)),
        Kind::Blob => ("Blob", format!("limit::Blob {{ {bounds} }}")),
        Kind::List => {
            let item = shape.member.as_ref().context("a list without elements")?;
            let item = part(service, "member", item)?;
            ("List", format!("limit::List {{ {bounds}, item: {item} }}"))
        }
        Kind::Map => {
            let key = shape.key.as_ref().context("a map without keys")?;
            let value = shape.value.as_ref().context("a map without values")?;
            let keys = text_source(service.shape(&key.shape)?, &names::constant(&key.shape), patterns);
            let (key, value) = (part(service, "key", key)?, part(service, "value", value)?);
            ("Map", format!("limit::Map {{ {bounds}, key: {key}, keys: {keys}, value: {value} }}"))
        }
        Kind::Integer | Kind::Long => ("Number", format!("limit::Number {{ {bounds} }}")),
        Kind::Structure | Kind::Float | Kind::Double | Kind::Boolean | Kind::Timestamp => {
            bail!("a limit of a {:?}", shape.kind)
        }
    })
}

fn part(service: &Service<'_>, usual: &str, reference: &Reference) -> anyhow::Result<String> {
    let wire = reference.location_name.as_deref().unwrap_or(usual);
    members::element(service, usual, wire, None, reference)
}

fn text_source(shape: &Shape, constant: &str, patterns: &mut Patterns) -> String {
    let pattern = match &shape.pattern {
        Some(text) => format!("Some(&{})", patterns.constant(text, constant)),
        None => "None".to_owned(),
    };
    format!("limit::Text {{ {}, pattern: {pattern} }}", bounds(shape))
}

fn bounds(shape: &Shape) -> String {
    let bound = |bound: Option<i64>| {
        bound.map_or("None".to_owned(), |bound| format!("Some({})", names::number(bound)))
    };
    format!("least: {}, most: {}", bound(shape.min), bound(shape.max))
}

fn matcher(service: &Service<'_>, text: &str, tables: &mut Tables) -> anyhow::Result<String> {
    let mut pattern = text;
    if let Some(row) = service.overrides.pattern(text) {
        if let Some(function) = &row.function {
            return Ok(format!("Matcher::Function(function::{function})"));
        }
        pattern = row.equivalent.as_deref().context("an override of a pattern that overrides nothing")?;
    }
    Ok(match crate::pattern::compile(pattern)? {
        Matcher::Run { class, least, most } => {
            let most = most.map_or("u32::MAX".to_owned(), |most| most.to_string());
            let wide = tables.reference(&class)?;
            let ascii = names::hexadecimal(class.ascii());
            format!(
                "Matcher::Run {{ class: Class {{ ascii: {ascii}, wide: {wide} }}, least: {least}, most: {most} }}"
            )
        }
        Matcher::Automaton(automaton) => automaton_source(&automaton),
    })
}

fn automaton_source(automaton: &Automaton) -> String {
    let Automaton { ascii, wide, width, next, start, accepting } = automaton;
    let wide: Vec<String> = wide
        .iter()
        .map(|(first, last, column)| {
            format!("({}, {}, {column})", names::hexadecimal(*first), names::hexadecimal(*last))
        })
        .collect();
    format!(
        "Matcher::Automaton(Automaton {{ ascii: &{ascii:?}, wide: &[{}], width: {width}, next: &{next:?}, \
         start: {start}, accepting: {accepting} }})",
        wide.join(", ")
    )
}
