//! From JSON to a policy without giving up: what is wrong is reported and left out, and reading goes on.

use super::issue::IssueCode;
use super::policy::{List, Policy, Principals, Statement, Text};
use super::report::{Report, Spot};
use super::spelling;
use crate::document::{DOCUMENT_ELEMENTS, Effect, Polarity, PrincipalType, STATEMENT_ELEMENTS, Version};
use crate::json::{Shape, Tape};

mod condition;

const PRINCIPAL_TYPES: [&str; 4] = ["AWS", "Service", "Federated", "CanonicalUser"];

/// Reads what can be read.
pub(super) fn read<'t>(tape: &'t Tape, report: &mut Report<'t>) -> Policy<'t> {
    Reader { tape, report }.policy()
}

struct Reader<'r, 't> {
    tape: &'t Tape,
    report: &'r mut Report<'t>,
}

impl<'t> Reader<'_, 't> {
    fn policy(&mut self) -> Policy<'t> {
        let tape = self.tape;
        let mut policy = Policy { version: Version::V2008, statements: Vec::new() };
        if self.shape(0) != Shape::Object {
            self.wrong_type(0, "The policy", "an object");
            return policy;
        }
        let (mut version, mut statement) = (None, None);
        for (name, value) in tape.members(0) {
            match tape.str(name) {
                "Version" => version = Some(value),
                "Statement" => statement = Some(value),
                "Id" => {
                    self.string(value, "`Id`");
                }
                other => self.unknown_element(other, value - 1, &DOCUMENT_ELEMENTS),
            }
        }
        policy.version = self.version(version);
        match statement.map(|value| (value, self.shape(value))) {
            Some((value, Shape::Object)) => policy.statements.push(self.statement(value)),
            Some((value, Shape::Array)) => {
                for item in tape.items(value) {
                    if self.shape(item) == Shape::Object {
                        let statement = self.statement(item);
                        policy.statements.push(statement);
                    } else {
                        self.wrong_type(item, "A statement", "an object");
                    }
                }
                if tape.items(value).next().is_none() {
                    let details = "The policy has no statement and does nothing. Add a statement.";
                    self.report.add(IssueCode::MissingStatement, Spot::Value(value), details);
                }
            }
            Some((value, _)) => self.wrong_type(value, "`Statement`", "an object or an array of objects"),
            None => {
                let details = "The policy has no `Statement`. Add one.";
                self.report.add(IssueCode::MissingStatement, Spot::Value(0), details);
            }
        }
        policy
    }

    fn version(&mut self, value: Option<u32>) -> Version {
        let Some(value) = value else {
            let details = "The policy does not name its version, so the old one holds, in which `${…}` is \
                           plain text. Add `\"Version\": \"2012-10-17\"`.";
            self.report.add(IssueCode::MissingVersion, Spot::Value(0), details);
            return Version::V2008;
        };
        match self.string(value, "`Version`").map(|text| text.str) {
            Some("2008-10-17") => Version::V2008,
            Some("2012-10-17") | None => Version::V2012,
            Some(other) => {
                let details = format!(
                    "There is no version `{other}` of the policy language. Write `2012-10-17`; it is the \
                     version of the language, not of your policy."
                );
                self.report.add(IssueCode::InvalidVersion, Spot::Value(value), details);
                Version::V2012
            }
        }
    }

    fn statement(&mut self, node: u32) -> Statement<'t> {
        let mut statement = Statement {
            node,
            sid: None,
            effect: None,
            principals: None,
            actions: None,
            resources: None,
            conditions: Vec::new(),
            unknown: Vec::new(),
        };
        let mut has_effect = false;
        for (name, value) in self.tape.members(node) {
            let name_node = value - 1;
            let full_name = self.tape.str(name);
            let (element, polarity) = match full_name.strip_prefix("Not") {
                Some(plain) => (plain, Polarity::Excluded),
                None => (full_name, Polarity::Listed),
            };
            match (element, polarity) {
                ("Sid", Polarity::Listed) => statement.sid = self.string(value, "`Sid`"),
                ("Effect", Polarity::Listed) => {
                    has_effect = true;
                    statement.effect = self.effect(value);
                }
                ("Condition", Polarity::Listed) => statement.conditions = self.conditions(value),
                ("Principal", _) => {
                    let list = self.principals(name_node, value, polarity);
                    self.once(&mut statement.principals, list, "Principal", name_node);
                }
                ("Action", _) => {
                    let list = self.list(name_node, value, polarity);
                    self.once(&mut statement.actions, list, "Action", name_node);
                }
                ("Resource", _) => {
                    let list = self.list(name_node, value, polarity);
                    self.once(&mut statement.resources, list, "Resource", name_node);
                }
                _ => {
                    statement.unknown.push(full_name);
                    self.unknown_element(full_name, name_node, &STATEMENT_ELEMENTS);
                }
            }
        }
        if !has_effect && !statement.misspells("Effect") {
            let details =
                "The statement does not say what it does. Add `\"Effect\": \"Allow\"` or `\"Deny\"`.";
            self.report.add(IssueCode::MissingEffect, Spot::Value(node), details);
        }
        statement
    }

    fn effect(&mut self, value: u32) -> Option<Effect> {
        let text = self.string(value, "`Effect`")?;
        match text.str {
            "Allow" => Some(Effect::Allow),
            "Deny" => Some(Effect::Deny),
            other => {
                let details = format!("There is no effect `{other}`. Write `Allow` or `Deny`, in this case.");
                self.report.add(IssueCode::InvalidEffect, Spot::Value(value), details);
                None
            }
        }
    }

    fn list(&mut self, name: u32, node: u32, polarity: Polarity) -> List<'t> {
        let element = self.str(name);
        let mut items = Vec::new();
        if self.shape(node) == Shape::Array {
            for item in self.tape.items(node) {
                items.extend(self.string(item, &format!("An item of `{element}`")));
            }
        } else if self.shape(node) == Shape::String {
            items.push(self.text(node));
        } else {
            self.wrong_type(node, &format!("`{element}`"), "a string or an array of strings");
        }
        let is_empty_array = self.shape(node) == Shape::Array && self.tape.items(node).next().is_none();
        List { polarity, name, node, items, is_empty_array }
    }

    fn principals(&mut self, name: u32, node: u32, polarity: Polarity) -> Principals<'t> {
        let mut principals = Principals { polarity, name, entries: Vec::new() };
        let element = self.str(name);
        match self.shape(node) {
            Shape::String if self.str(node) == "*" => {
                principals.entries.push((PrincipalType::Everyone, self.text(node)));
            }
            Shape::Object => {
                for (kind, value) in self.tape.members(node) {
                    let kind_name = self.tape.str(kind);
                    if let Some(kind) = PrincipalType::from_name(kind_name) {
                        self.principal_entries(kind, value, &mut principals.entries);
                        continue;
                    }
                    let hint = spelling::hint(kind_name, &PRINCIPAL_TYPES);
                    let details = format!(
                        "There is no type of principal `{kind_name}`{hint}. Write `AWS`, `Service`, \
                         `Federated` or `CanonicalUser`."
                    );
                    self.report.add(IssueCode::InvalidPrincipalKey, Spot::Key(value - 1), details);
                }
                if self.tape.members(node).next().is_none() {
                    let details = format!("`{element}` names nobody, so the statement does nothing.");
                    self.report.add(IssueCode::EmptyObjectPrincipal, Spot::Value(node), details);
                }
            }
            Shape::String | Shape::Array => {
                let details = format!(
                    "`{element}` is `\"*\"`, or an object that says which type of principal it names: \
                     `{{\"AWS\": \"111122223333\"}}`."
                );
                self.report.add(IssueCode::InvalidPrincipalFormat, Spot::Value(node), details);
            }
            Shape::Name | Shape::Number | Shape::Bool | Shape::Null => {
                self.wrong_type(node, &format!("`{element}`"), "`\"*\"` or an object");
            }
        }
        principals
    }

    fn principal_entries(
        &mut self,
        kind: PrincipalType,
        node: u32,
        entries: &mut Vec<(PrincipalType, Text<'t>)>,
    ) {
        match self.shape(node) {
            Shape::String => entries.push((kind, self.text(node))),
            Shape::Array => {
                for item in self.tape.items(node) {
                    entries.extend(self.string(item, "A principal").map(|text| (kind, text)));
                }
                if self.tape.items(node).next().is_none() {
                    let details = "Nobody is listed here. List principals, or leave the type out.";
                    self.report.add(IssueCode::EmptyArrayPrincipal, Spot::Value(node), details);
                }
            }
            Shape::Object | Shape::Name | Shape::Number | Shape::Bool | Shape::Null => {
                self.wrong_type(node, "A principal", "a string or an array of strings");
            }
        }
    }

    /// Keeps the first of a pair of elements that exclude one another.
    fn once<T>(&mut self, slot: &mut Option<T>, list: T, element: &str, name: u32) {
        if slot.is_none() {
            *slot = Some(list);
            return;
        }
        let details = format!(
            "A statement has `{element}` or `Not{element}`, not both. Leave one out, or make two statements."
        );
        self.report.add(IssueCode::UnsupportedElementCombination, Spot::Key(name), details);
    }

    fn unknown_element(&mut self, element: &str, name: u32, known: &[&'static str]) {
        let hint = spelling::hint(element, known);
        let details = format!("There is no element `{element}` here{hint}. Remove it or correct its name.");
        self.report.add(IssueCode::InvalidPolicyElement, Spot::Key(name), details);
    }

    fn wrong_type(&mut self, node: u32, what: &str, wanted: &str) {
        let found = match self.shape(node) {
            Shape::Object => "an object",
            Shape::Array => "an array",
            Shape::String | Shape::Name => "a string",
            Shape::Number => "a number",
            Shape::Bool => "a boolean",
            Shape::Null => "null",
        };
        let details = format!("{what} has to be {wanted}, not {found}.");
        self.report.add(IssueCode::DataTypeMismatch, Spot::Value(node), details);
    }

    fn string(&mut self, node: u32, what: &str) -> Option<Text<'t>> {
        if self.shape(node) == Shape::String {
            return Some(self.text(node));
        }
        self.wrong_type(node, what, "a string");
        None
    }

    fn text(&self, node: u32) -> Text<'t> {
        Text { str: self.str(node), node }
    }

    fn shape(&self, node: u32) -> Shape {
        self.tape.node(node).map_or(Shape::Null, |node| node.shape)
    }

    fn str(&self, node: u32) -> &'t str {
        self.tape.node(node).map_or("", |node| self.tape.str(node))
    }
}
