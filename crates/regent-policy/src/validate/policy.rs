//! A policy as far as it can be read: what has no meaning is left out, and has been reported.

use super::spelling;
use crate::document::{Effect, Polarity, PrincipalType, STATEMENT_ELEMENTS, Version};
use crate::json::Shape;
use crate::operator::Operator;

/// A document whose parts are nodes of its tape.
pub(super) struct Policy<'t> {
    /// The version that holds, named or not.
    pub(super) version: Version,
    pub(super) statements: Vec<Statement<'t>>,
}

/// A statement. Elements that are missing or cannot be read are `None`.
pub(super) struct Statement<'t> {
    pub(super) node: u32,
    pub(super) sid: Option<Text<'t>>,
    pub(super) effect: Option<Effect>,
    pub(super) principals: Option<Principals<'t>>,
    pub(super) actions: Option<List<'t>>,
    pub(super) resources: Option<List<'t>>,
    pub(super) conditions: Vec<Condition<'t>>,
    /// The names of members that are no elements.
    pub(super) unknown: Vec<&'t str>,
}

/// A string and the node it stands at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'t> {
    pub(super) str: &'t str,
    pub(super) node: u32,
}

/// The strings of an `Action`, a `Resource` or their `Not` forms.
pub(super) struct List<'t> {
    pub(super) polarity: Polarity,
    /// The element's name.
    pub(super) name: u32,
    /// Its value.
    pub(super) node: u32,
    pub(super) items: Vec<Text<'t>>,
    /// Is it an array without anything in it?
    pub(super) is_empty_array: bool,
}

/// A `Principal` or `NotPrincipal`.
pub(super) struct Principals<'t> {
    pub(super) polarity: Polarity,
    /// The element's name.
    pub(super) name: u32,
    pub(super) entries: Vec<(PrincipalType, Text<'t>)>,
}

/// The values that one operator compares one key with.
pub(super) struct Condition<'t> {
    /// The operator's name.
    pub(super) operator_name: Text<'t>,
    pub(super) operator: Operator,
    /// The key's name.
    pub(super) key: Text<'t>,
    /// The value of the key: a scalar or an array.
    pub(super) node: u32,
    pub(super) values: Vec<Value<'t>>,
}

/// One value of a condition; a number or a boolean is its own text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'t> {
    pub(super) text: Text<'t>,
    pub(super) shape: Shape,
}

impl List<'_> {
    pub(super) fn is_excluded(&self) -> bool {
        self.polarity == Polarity::Excluded
    }
}

impl<'t> Statement<'t> {
    pub(super) fn allows(&self) -> bool {
        self.effect == Some(Effect::Allow)
    }

    /// Has it a member whose name is nearly that of the element? Then one finding is enough.
    pub(super) fn misspells(&self, element: &str) -> bool {
        self.unknown.iter().any(|name| spelling::nearest(name, &STATEMENT_ELEMENTS) == Some(element))
    }

    /// The actions that `Action` lists; none for `NotAction`.
    pub(super) fn listed_actions(&self) -> &[Text<'t>] {
        self.actions.as_ref().filter(|list| !list.is_excluded()).map_or(&[], |list| &list.items)
    }

    /// Whom `Principal` names; nobody for `NotPrincipal`.
    pub(super) fn listed_principals(&self) -> &[(PrincipalType, Text<'t>)] {
        let listed = self.principals.as_ref().filter(|list| list.polarity == Polarity::Listed);
        listed.map_or(&[], |list| &list.entries)
    }

    /// Does any condition ask for the key, whatever its case?
    pub(super) fn has_key(&self, key: &str) -> bool {
        self.conditions.iter().any(|condition| condition.key.str.eq_ignore_ascii_case(key))
    }
}
