//! Conditions, as they are written on the command line: `StringEquals:aws:PrincipalTag/team=dev`.

use regent_policy::catalogue::{Catalogue, CatalogueAction, ConditionKey, KeyType};
use regent_policy::{Comparison, Operator, Qualifier};

use super::GenerateError;
use crate::policy::nearest::did_you_mean;

/// A condition, with all the values that will do.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// In AWS's spelling, with a qualifier and `IfExists` if there are any.
    pub(crate) operator: String,
    /// As it was given: a placeholder is filled in.
    pub(crate) name: String,
    pub(crate) key: ConditionKey<'static>,
    pub(crate) values: Vec<String>,
}

/// Reads conditions. Values of one operator and key come together.
pub(crate) fn read_all(texts: &[String]) -> Result<Vec<Wanted>, GenerateError> {
    Ok(together(texts.iter().map(|text| Wanted::read(text)).collect::<Result<_, _>>()?))
}

/// Makes one condition of those that share an operator and a key.
pub(crate) fn together(read: Vec<Wanted>) -> Vec<Wanted> {
    let mut conditions: Vec<Wanted> = Vec::new();
    for wanted in read {
        let same = |other: &&mut Wanted| {
            other.operator == wanted.operator && other.name.eq_ignore_ascii_case(&wanted.name)
        };
        match conditions.iter_mut().find(same) {
            Some(other) => other.values.extend(wanted.values),
            None => conditions.push(wanted),
        }
    }
    conditions
}

impl Wanted {
    pub(crate) fn read(text: &str) -> Result<Self, GenerateError> {
        let parts = split(text).ok_or_else(|| GenerateError::NotACondition(text.to_owned()))?;
        let (operator, name, value) = parts;
        Self::new(operator, name, vec![value.to_owned()])
    }

    /// A condition of an operator, a key and the values that will do.
    pub(crate) fn new(operator: &str, name: &str, values: Vec<String>) -> Result<Self, GenerateError> {
        let no_operator = || GenerateError::Condition(format!("`{operator}` is no condition operator"));
        let operator = Operator::parse(operator).ok_or_else(no_operator)?;
        let catalogue = Catalogue::bundled();
        let key = catalogue.key(name).ok_or_else(|| GenerateError::Unknown(unknown(catalogue, name)))?;
        if name.contains("${") || name.contains('<') {
            return Err(GenerateError::Condition(format!("`{name}` has a placeholder: fill it in")));
        }
        check(operator, key, name)?;
        // A key without a placeholder is written as AWS writes it.
        let name = if key.has_placeholder() { name } else { key.name() };
        Ok(Self { operator: spelled(operator), name: name.to_owned(), key, values })
    }

    /// Does an action set the key? A condition on one that is never there never holds, or always.
    pub(crate) fn suits(&self, action: CatalogueAction<'_>) -> bool {
        // These are global by name, and still only some actions set them.
        let is_by_action = ["aws:RequestTag/", "aws:ResourceTag/", "aws:TagKeys"]
            .iter()
            .any(|beginning| self.key.name().starts_with(beginning));
        (self.key.is_global() && !is_by_action)
            || (self.key.is_of_provider() && action.service().prefix() == "sts")
            || action.lists(self.key)
    }
}

/// The operator, the key and the value.
fn split(text: &str) -> Option<(&str, &str, &str)> {
    let (front, value) = text.split_once('=')?;
    let first = front.find(':')?;
    let word = front.get(..first)?.to_ascii_lowercase();
    let has_qualifier = word == "forallvalues" || word == "foranyvalue";
    let end = if has_qualifier { first + 1 + front.get(first + 1..)?.find(':')? } else { first };
    let (operator, name) = front.split_at_checked(end)?;
    Some((operator, name.strip_prefix(':')?, value))
}

/// Refuses what would read as a condition and be none.
fn check(operator: Operator, key: ConditionKey<'_>, name: &str) -> Result<(), GenerateError> {
    let refused = |text: String| Err(GenerateError::Condition(text));
    let comparison = operator.comparison;
    if comparison == Comparison::Null {
        return match operator.qualifier {
            Qualifier::Single => Ok(()),
            Qualifier::ForAllValues | Qualifier::ForAnyValue => {
                refused("`Null` asks for the key, not for its values".to_owned())
            }
        };
    }
    if !compares(comparison, key) {
        return refused(format!(
            "`{}` does not compare what `{name}` holds: its type is {}",
            comparison.name(),
            key.key_type().as_str()
        ));
    }
    match (operator.qualifier, key.is_multivalued()) {
        (Qualifier::Single, true) => refused(format!(
            "`{name}` can hold several values: put `ForAnyValue:` or `ForAllValues:` before `{}`",
            comparison.name()
        )),
        (Qualifier::ForAllValues | Qualifier::ForAnyValue, false) => {
            refused(format!("`{name}` holds one value: leave `ForAllValues:` and `ForAnyValue:` out"))
        }
        (Qualifier::Single, false) | (Qualifier::ForAllValues | Qualifier::ForAnyValue, true) => Ok(()),
    }
}

/// Do the operator's values and the key's have one type? String operators also take ARNs, as text.
fn compares(comparison: Comparison, key: ConditionKey<'_>) -> bool {
    let name = comparison.name();
    match key.key_type() {
        KeyType::String => name.starts_with("String"),
        KeyType::Arn => name.starts_with("Arn") || name.starts_with("String"),
        KeyType::Bool => name == "Bool",
        KeyType::Numeric => name.starts_with("Numeric"),
        // `aws:EpochTime` is a number as well.
        KeyType::Date => name.starts_with("Date") || name.starts_with("Numeric"),
        KeyType::IpAddress => name.ends_with("IpAddress"),
        KeyType::Binary => name.starts_with("Binary"),
    }
}

fn spelled(operator: Operator) -> String {
    let qualifier = match operator.qualifier {
        Qualifier::Single => "",
        Qualifier::ForAllValues => "ForAllValues:",
        Qualifier::ForAnyValue => "ForAnyValue:",
    };
    let if_exists = if operator.if_exists { "IfExists" } else { "" };
    format!("{qualifier}{}{if_exists}", operator.comparison.name())
}

fn unknown(catalogue: &Catalogue, name: &str) -> String {
    let nearest: Vec<_> = catalogue.nearest_keys(name).iter().map(|key| key.name().to_owned()).collect();
    match did_you_mean(&nearest) {
        Some(question) => format!("`{name}` is no condition key: {question}"),
        None => format!("`{name}` is no condition key"),
    }
}
