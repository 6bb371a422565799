//! Reading `Condition`: operators, keys, values.

use super::super::issue::IssueCode;
use super::super::policy::{Condition, Text, Value};
use super::super::report::Spot;
use super::super::spelling;
use super::Reader;
use crate::json::Shape;
use crate::operator::{Comparison, Operator, Qualifier, Spelling};

const IF_EXISTS: &str = "IfExists";

impl<'t> Reader<'_, 't> {
    pub(super) fn conditions(&mut self, node: u32) -> Vec<Condition<'t>> {
        let tape = self.tape;
        let mut conditions = Vec::new();
        if self.shape(node) != Shape::Object {
            self.wrong_type(node, "`Condition`", "an object");
            return conditions;
        }
        self.reject_empty_object(node);
        for (_, block) in tape.members(node) {
            let name = self.text(block - 1);
            let operator = self.operator(name);
            if self.shape(block) != Shape::Object {
                self.wrong_type(block, "What follows an operator", "an object of condition keys");
                continue;
            }
            self.reject_empty_object(block);
            for (_, node) in tape.members(block) {
                let key = self.text(node - 1);
                let values = self.values(node);
                if let (Some(operator), Some(values)) = (operator, values) {
                    self.reject_empty_list(operator, name, node, &values);
                    conditions.push(Condition { operator_name: name, operator, key, node, values });
                }
            }
        }
        conditions
    }

    fn reject_empty_object(&mut self, node: u32) {
        if self.tape.members(node).next().is_none() {
            let details = "This block is empty and asks for nothing. Remove it, or add a condition.";
            self.report.add(IssueCode::EmptyObjectCondition, Spot::Value(node), details);
        }
    }

    fn operator(&mut self, name: Text<'t>) -> Option<Operator> {
        if let Some((operator, spelling)) = Operator::read(name.str) {
            if spelling == Spelling::OtherCase {
                let details = format!(
                    "Operators are written in one case alone: `{}`, not `{}`.",
                    spelled(operator),
                    name.str
                );
                self.report.add(IssueCode::InvalidConditionOperator, Spot::Key(name.node), details);
            }
            return Some(operator);
        }
        if let Some(head) = name.str.strip_suffix(IF_EXISTS)
            && let Some((operator, _)) = Operator::read(head)
            && operator.comparison == Comparison::Null
        {
            let details = "`Null` asks whether a key exists, so `IfExists` makes no sense with it. Write \
                           `Null`, or another operator.";
            self.report.add(IssueCode::NullWithIfExists, Spot::Key(name.node), details);
            return None;
        }
        let known: Vec<_> = Comparison::all().map(Comparison::name).collect();
        let bare = name.str.rsplit(':').next().unwrap_or(name.str);
        let hint = spelling::hint(bare.strip_suffix(IF_EXISTS).unwrap_or(bare), &known);
        let details = format!("There is no condition operator `{}`{hint}.", name.str);
        self.report.add(IssueCode::InvalidConditionOperator, Spot::Key(name.node), details);
        None
    }

    /// The values, or `None` if they are no strings, numbers or booleans.
    fn values(&mut self, node: u32) -> Option<Vec<Value<'t>>> {
        let tape = self.tape;
        let mut values = Vec::new();
        if self.shape(node) == Shape::Array {
            for item in tape.items(node) {
                if self.is_scalar(item) {
                    values.push(Value { text: self.text(item), shape: self.shape(item) });
                } else {
                    self.wrong_type(item, "A condition value", "a string, a number or a boolean");
                }
            }
            let first = values.first().map(|value| value.shape);
            if values.iter().any(|value| Some(value.shape) != first) {
                let details = "The values are of different JSON types. Write all of them as strings.";
                self.report.add(IssueCode::InvalidConditionDataType, Spot::Value(node), details);
            }
        } else if self.is_scalar(node) {
            values.push(Value { text: self.text(node), shape: self.shape(node) });
        } else {
            self.wrong_type(
                node,
                "A condition value",
                "a string, a number or a boolean, or an array of them",
            );
            return None;
        }
        Some(values)
    }

    fn is_scalar(&self, node: u32) -> bool {
        matches!(self.shape(node), Shape::String | Shape::Number | Shape::Bool)
    }

    /// An empty list means something else under each kind of operator, and seldom what its author thinks.
    fn reject_empty_list(&mut self, operator: Operator, name: Text<'t>, node: u32, values: &[Value<'t>]) {
        let is_empty_array = values.is_empty() && self.tape.items(node).next().is_none();
        if !is_empty_array {
            return;
        }
        let (code, details) = match operator.qualifier {
            Qualifier::ForAllValues => (
                IssueCode::EmptyArrayConditionForAllValues,
                "`ForAllValues` without values holds only when the request does not carry the key. If that \
                 is meant, write `\"Null\": {\"key\": \"true\"}`."
                    .to_owned(),
            ),
            Qualifier::ForAnyValue => (
                IssueCode::EmptyArrayConditionForAnyValue,
                "`ForAnyValue` without values never holds, so the statement never applies. Add values."
                    .to_owned(),
            ),
            Qualifier::Single if operator.if_exists => (
                IssueCode::EmptyArrayConditionIfExists,
                "`IfExists` without values holds only when the request does not carry the key. If that is \
                 meant, write `\"Null\": {\"key\": \"true\"}`."
                    .to_owned(),
            ),
            Qualifier::Single => (
                IssueCode::EmptyArrayCondition,
                format!("`{}` has nothing to compare with. Add values.", name.str),
            ),
        };
        self.report.add(code, Spot::Value(node), details);
    }
}

/// The operator as AWS writes it.
fn spelled(operator: Operator) -> String {
    let qualifier = match operator.qualifier {
        Qualifier::Single => "",
        Qualifier::ForAllValues => "ForAllValues:",
        Qualifier::ForAnyValue => "ForAnyValue:",
    };
    let suffix = if operator.if_exists { IF_EXISTS } else { "" };
    format!("{qualifier}{}{suffix}", operator.comparison.name())
}
