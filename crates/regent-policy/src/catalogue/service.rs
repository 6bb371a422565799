//! A service.

use std::fmt;

use super::{Catalogue, CatalogueAction, ConditionKey, ResourceType, compare};
use crate::span::Span;

#[derive(Debug)]
pub(super) struct Row {
    pub(super) prefix: Span,
    pub(super) title: Span,
    pub(super) supports_rcps: bool,
    /// Its rows among all actions.
    pub(super) actions: Span,
    /// Its rows among all resource types.
    pub(super) resource_types: Span,
    pub(super) keys: Span,
}

/// A service: what stands before the colon of an action.
///
/// Not every prefix is a product of its own, and some products have several: `es`, `aoss` and `opensearch` are
/// three services here.
#[derive(Clone, Copy)]
pub struct Service<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) row: &'a Row,
}

impl<'a> Service<'a> {
    /// What actions begin with, `s3`. Always in lower case.
    pub fn prefix(self) -> &'a str {
        self.row.prefix.of(&self.catalogue.text)
    }

    /// What people call it, `Amazon S3`.
    pub fn title(self) -> &'a str {
        self.row.title.of(&self.catalogue.text)
    }

    /// Do resource control policies reach its resources? For most services they do nothing at all.
    ///
    /// AWS: "Resource control policies (RCPs)", List of AWS services that support RCPs.
    pub fn supports_rcps(self) -> bool {
        self.row.supports_rcps
    }

    /// Its actions, in the order of their names.
    pub fn actions(self) -> impl ExactSizeIterator<Item = CatalogueAction<'a>> {
        let range = self.row.actions.start as usize..self.row.actions.end as usize;
        let rows = self.catalogue.actions.get(range).unwrap_or_default();
        rows.iter().map(move |row| CatalogueAction { service: self, row })
    }

    /// The action with a name such as `GetObject`, in any case.
    pub fn action(self, name: &str) -> Option<CatalogueAction<'a>> {
        let range = self.row.actions.start as usize..self.row.actions.end as usize;
        let rows = self.catalogue.actions.get(range)?;
        let at = rows.binary_search_by(|row| compare(row.name.of(&self.catalogue.text), name)).ok()?;
        rows.get(at).map(|row| CatalogueAction { service: self, row })
    }

    /// Its resource types, in the order of their names.
    pub fn resource_types(self) -> impl ExactSizeIterator<Item = ResourceType<'a>> {
        let range = self.row.resource_types.start as usize..self.row.resource_types.end as usize;
        let rows = self.catalogue.resource_types.get(range).unwrap_or_default();
        rows.iter().map(move |row| ResourceType { service: self, row })
    }

    /// The resource type with a name such as `bucket`, in any case.
    pub fn resource_type(self, name: &str) -> Option<ResourceType<'a>> {
        self.resource_types().find(|found| found.name().eq_ignore_ascii_case(name))
    }

    /// The keys that its actions and resource types list, global ones among them.
    pub fn condition_keys(self) -> impl ExactSizeIterator<Item = ConditionKey<'a>> {
        self.catalogue.listed_keys(self.row.keys)
    }
}

impl fmt::Debug for Service<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Service({})", self.prefix())
    }
}
