//! What a policy wants, as written and with its variables resolved. For people: nothing here decides.

use super::{Explanation, Source};
use crate::context::{Context, Key, Values};
use crate::decision::StatementRef;
use crate::document::{Condition, Document, Element, Version};
use crate::operator::Family;
use crate::pool::Reading;
use crate::variable::{self, Piece};

/// One value of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenValue<'a> {
    /// The value as written, and where.
    pub element: Element<'a>,
    /// What it says once its variables are put in place: `home/${aws:username}/*` is `home/ana/*`. `None` where it has no
    /// variables, or where one has no value.
    pub resolved: Option<String>,
    /// The variables that have no value. With one of them the value matches nothing at all, not even an empty text.
    pub unresolved: Vec<&'a str>,
    /// Can it be read as what the operator compares? If not, nothing equals it.
    pub is_readable: bool,
}

/// A condition as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenCondition<'a> {
    /// The operator.
    pub operator: Element<'a>,
    /// The key.
    pub key: Element<'a>,
    /// The values.
    pub values: Vec<WrittenValue<'a>>,
}

impl WrittenValue<'_> {
    /// What it says to this request: with its variables put in place, where that can be done.
    pub fn meaning(&self) -> &str {
        self.resolved.as_deref().unwrap_or(self.element.value())
    }
}

impl Explanation<'_> {
    /// A condition of a statement as its source has it.
    pub fn written_condition<'s>(
        &self,
        source: Source<'s>,
        at: StatementRef,
        condition: u32,
    ) -> Option<WrittenCondition<'s>> {
        let statement = source.document.statement(at.statement as usize)?;
        let condition = statement.conditions().nth(condition as usize)?;
        Some(WrittenCondition::new(source.document, &condition, self.request().context))
    }

    /// The resources that a statement lists, as its source has them.
    pub fn written_resources<'s>(&self, source: Source<'s>, at: StatementRef) -> Vec<WrittenValue<'s>> {
        let statement = source.document.statement(at.statement as usize);
        let resources = statement.and_then(|statement| statement.resources());
        let elements = resources.into_iter().flat_map(|resources| resources.elements());
        let reading = reading(source.document);
        elements.map(|element| WrittenValue::resource(element, reading, self.request().context)).collect()
    }
}

impl<'a> WrittenCondition<'a> {
    fn new(document: &'a Document, condition: &Condition<'a>, context: &Context<'_>) -> Self {
        let family = condition.operator().comparison.row().family;
        let reading = if family.takes_variables() { reading(document) } else { Reading::Plain };
        let values = condition.values().map(|element| {
            let value = WrittenValue::new(element, 0, reading, context);
            // What a variable brings is not known to be readable until it is there.
            let is_readable = !value.unresolved.is_empty() || family.reads_written(value.meaning());
            WrittenValue { is_readable, ..value }
        });
        Self { operator: condition.operator_element(), key: condition.key(), values: values.collect() }
    }
}

impl<'a> WrittenValue<'a> {
    /// A value whose text may have variables from a byte on.
    fn new(element: Element<'a>, from: usize, reading: Reading, context: &Context<'_>) -> Self {
        let mut unresolved = Vec::new();
        let text = element.value();
        let (plain, rest) = text.split_at_checked(from).unwrap_or((text, ""));
        if reading == Reading::Plain || !variable::has_variables(rest) {
            return Self { element, resolved: None, unresolved, is_readable: true };
        }
        let mut resolved = plain.to_owned();
        let mut is_whole = true;
        for piece in variable::pieces(rest) {
            match piece {
                Piece::Text(text) | Piece::Escaped(text) => resolved.push_str(text),
                Piece::Broken => is_whole = false,
                Piece::Variable { key, default } => match (context.get(Key::new(key)), default) {
                    (Some(Values::One(value)), _) => resolved.push_str(value),
                    (_, Some(default)) => resolved.push_str(default),
                    (_, None) => unresolved.push(key),
                },
            }
        }
        let is_resolved = is_whole && unresolved.is_empty();
        Self { element, resolved: is_resolved.then_some(resolved), unresolved, is_readable: is_whole }
    }

    /// A resource: variables are read after its fifth colon.
    fn resource(element: Element<'a>, reading: Reading, context: &Context<'_>) -> Self {
        let text = element.value();
        let colons = text.bytes().enumerate().filter(|(_, byte)| *byte == b':');
        let from = colons.map(|(at, _)| at + 1).nth(4).unwrap_or(text.len());
        Self::new(element, from, reading, context)
    }
}

pub(super) fn reading(document: &Document) -> Reading {
    if document.version() == Version::V2012 { Reading::Variables } else { Reading::Plain }
}

impl Family {
    /// Can a policy's value be read? Networks are no addresses, and ARNs in policies hold wildcards.
    fn reads_written(self, value: &str) -> bool {
        match self {
            Self::Address => crate::network::Network::parse(value).is_some(),
            Self::Arn => value == "*" || self.reads(value),
            Self::Null
            | Self::Literal
            | Self::Folded
            | Self::Glob
            | Self::Number
            | Self::Date
            | Self::Bool
            | Self::Binary => self.reads(value),
        }
    }
}
