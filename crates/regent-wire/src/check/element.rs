//! Lists and maps: their bounds, and their elements'.
//!
//! AWS reports an element that is a text or a number at the list, with everything demanded of it in brackets:
//! `Value at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have …]`.
//! An element that is a structure is reported member by member: `tags.1.member.key`.

use std::collections::BTreeMap;

use super::Checker;
use super::text::{Requirement, Requirements, length_violated};
use crate::limit;
use crate::node::{Malformed, Node};
use crate::shape::{Enumeration, Member, Shape};
use crate::timestamp::Timestamp;

impl Checker {
    /// A list; `read` reads one element, with one of the methods below.
    pub fn list<T>(
        &mut self,
        node: Node<'_>,
        member: &'static Member,
        limit: &'static limit::List,
        read: impl Fn(Node<'_>, &mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let items = self.converted(member, node.member(member)?.list(member, limit))?;
        for requirement in violated(items.len(), limit.least, limit.most) {
            self.violation(member, echo(&items).as_deref(), &requirement);
        }
        let before = self.failed_element.take();
        self.path.push_member(member);
        let values = self.items(&items, read);
        self.path.pop();
        if let Some(failed) = std::mem::replace(&mut self.failed_element, before) {
            self.violation(member, echo(&items).as_deref(), &Requirement::Items(failed));
        }
        Some(values)
    }

    /// A map; `read` reads one value, with one of the methods below.
    pub fn map<T>(
        &mut self,
        node: Node<'_>,
        member: &'static Member,
        limit: &'static limit::Map,
        read: impl Fn(Node<'_>, &mut Self) -> Option<T>,
    ) -> Option<BTreeMap<String, T>> {
        let entries = self.converted(member, node.member(member)?.map(member, limit))?;
        for requirement in violated(entries.len(), limit.least, limit.most) {
            self.violation(member, None, &requirement);
        }
        if entries.iter().any(|(key, _)| limit.keys.is_violated(key)) {
            self.violation(member, None, &Requirement::Keys(Requirements::Text(&limit.keys)));
        }
        let before = self.failed_element.take();
        self.path.push_member(member);
        let values = self.entries(&entries, read);
        self.path.pop();
        if let Some(failed) = std::mem::replace(&mut self.failed_element, before) {
            self.violation(member, None, &Requirement::Values(failed));
        }
        Some(values)
    }

    /// An element that is a list itself.
    pub fn list_element<T>(
        &mut self,
        node: Node<'_>,
        limit: &'static limit::List,
        read: impl Fn(Node<'_>, &mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let items = self.element(node.list(&limit.item, limit))?;
        self.check_element_length(items.len(), limit.least, limit.most);
        Some(self.items(&items, read))
    }

    /// An element that is a map itself.
    pub fn map_element<T>(
        &mut self,
        node: Node<'_>,
        limit: &'static limit::Map,
        read: impl Fn(Node<'_>, &mut Self) -> Option<T>,
    ) -> Option<BTreeMap<String, T>> {
        let entries = self.element(node.map(&limit.value, limit))?;
        self.check_element_length(entries.len(), limit.least, limit.most);
        if entries.iter().any(|(key, _)| limit.keys.is_violated(key)) {
            self.failed_element.get_or_insert(Requirements::Text(&limit.keys));
        }
        Some(self.entries(&entries, read))
    }

    /// An element that is a structure.
    pub fn structure_element<S: Shape>(&mut self, node: Node<'_>) -> Option<S> {
        let inside = self.element(node.structure())?;
        Some(S::read(inside, self))
    }

    /// An element that is a text.
    pub fn text_element(&mut self, node: Node<'_>, limit: &'static limit::Text) -> Option<String> {
        let value = self.element(node.text())?;
        if limit.is_violated(value) {
            self.failed_element.get_or_insert(Requirements::Text(limit));
        }
        Some(value.to_owned())
    }

    /// An element that is one of an enum's names.
    pub fn choice_element<E: Enumeration>(&mut self, node: Node<'_>) -> Option<E> {
        let value = E::from_name(self.element(node.text())?);
        if value.is_none() {
            self.failed_element.get_or_insert(Requirements::Enum(E::NAMES));
        }
        Some(value.unwrap_or_default())
    }

    /// An element that is a whole number.
    pub fn integer_element<N: TryFrom<i64>>(
        &mut self,
        node: Node<'_>,
        limit: &'static limit::Number,
    ) -> Option<N> {
        let value = self.element(node.integer())?;
        if limit.violated(value).next().is_some() {
            self.failed_element.get_or_insert(Requirements::Number(limit));
        }
        self.element(N::try_from(value).map_err(|_| Malformed::INTEGER))
    }

    /// An element that is a number with a fraction.
    pub fn float_element(&mut self, node: Node<'_>) -> Option<f64> {
        self.element(node.float())
    }

    /// An element that is a truth value.
    pub fn boolean_element(&mut self, node: Node<'_>) -> Option<bool> {
        self.element(node.boolean())
    }

    /// An element that is a point in time.
    pub fn timestamp_element(&mut self, node: Node<'_>, item: &Member) -> Option<Timestamp> {
        self.element(node.timestamp(item))
    }

    /// An element that is bytes.
    pub fn blob_element(&mut self, node: Node<'_>, limit: &'static limit::Blob) -> Option<Vec<u8>> {
        let value = self.element(node.blob())?;
        self.check_element_length(value.len(), limit.least, limit.most);
        Some(value)
    }

    /// An element that is anything JSON can say.
    pub fn document_element(&mut self, node: Node<'_>) -> Option<serde_json::Value> {
        self.element(node.document())
    }

    fn items<T>(&mut self, items: &[Node<'_>], read: impl Fn(Node<'_>, &mut Self) -> Option<T>) -> Vec<T> {
        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            self.path.push_item(index + 1);
            values.extend(read(*item, self));
            self.path.pop();
        }
        values
    }

    fn entries<T>(
        &mut self,
        entries: &[(&str, Node<'_>)],
        read: impl Fn(Node<'_>, &mut Self) -> Option<T>,
    ) -> BTreeMap<String, T> {
        let mut values = BTreeMap::new();
        for (key, value) in entries {
            self.path.push_value(key);
            if let Some(value) = read(*value, self)
                && values.insert((*key).to_owned(), value).is_some()
            {
                self.element::<()>(Err(Malformed::DUPLICATE_KEY));
            }
            self.path.pop();
        }
        values
    }

    fn element<T>(&mut self, value: Result<T, Malformed>) -> Option<T> {
        value
            .map_err(|malformed| {
                let place = self.path.text();
                self.malformed.get_or_insert_with(|| malformed.message(&place));
            })
            .ok()
    }

    fn check_element_length(&mut self, length: usize, least: Option<u32>, most: Option<u32>) {
        if violated(length, least, most).next().is_some() {
            self.failed_element.get_or_insert(Requirements::Length { least, most });
        }
    }
}

fn violated(length: usize, least: Option<u32>, most: Option<u32>) -> impl Iterator<Item = Requirement> {
    let (most, least) = length_violated(length, least, most);
    most.into_iter().chain(least)
}

/// A list of texts as Java prints it. A list of anything else has no text worth repeating.
fn echo(items: &[Node<'_>]) -> Option<String> {
    let texts = items.iter().map(|item| item.text().ok()).collect::<Option<Vec<_>>>()?;
    Some(format!("[{}]", texts.join(", ")))
}
