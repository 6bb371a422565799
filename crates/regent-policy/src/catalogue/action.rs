//! An action, and the resources it takes.

use std::fmt;

use super::{ConditionKey, ResourceType, Service};
use crate::span::Span;

#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: Span,
    pub(super) access_level: AccessLevel,
    pub(super) keys: Span,
    /// Its rows among all uses of resource types.
    pub(super) uses: Span,
}

#[derive(Debug)]
pub(super) struct UseRow {
    /// Its row among all resource types.
    pub(super) resource_type: u32,
    pub(super) is_required: bool,
    pub(super) keys: Span,
}

/// How far an action reaches, as AWS classifies it.
///
/// A level is a rough guide and no promise: `s3:GetObject` only reads, and reads everything there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Finds out what exists, without its contents.
    List,
    /// Reads contents and attributes.
    Read,
    /// Changes tags and nothing else. Where conditions look at tags, that can be a way to more.
    Tagging,
    /// Creates, changes or deletes.
    Write,
    /// Grants or changes permissions.
    PermissionsManagement,
}

impl AccessLevel {
    /// All levels, from the least to the most.
    pub const ALL: [Self; 5] =
        [Self::List, Self::Read, Self::Tagging, Self::Write, Self::PermissionsManagement];

    /// As AWS's tables write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::List => "List",
            Self::Read => "Read",
            Self::Tagging => "Tagging",
            Self::Write => "Write",
            Self::PermissionsManagement => "Permissions management",
        }
    }
}

impl fmt::Display for AccessLevel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// An action as the catalogue knows it. Its `Display` is the full name, `s3:GetObject`.
#[derive(Clone, Copy)]
pub struct CatalogueAction<'a> {
    pub(super) service: Service<'a>,
    pub(super) row: &'a Row,
}

impl<'a> CatalogueAction<'a> {
    /// The service that has it.
    pub fn service(self) -> Service<'a> {
        self.service
    }

    /// Its name without the service, `GetObject`.
    pub fn name(self) -> &'a str {
        self.row.name.of(&self.service.catalogue.text)
    }

    /// How far it reaches.
    pub fn access_level(self) -> AccessLevel {
        self.row.access_level
    }

    /// The types of resources it takes.
    ///
    /// Where none is required, one of them is enough: `s3:GetObject` takes an object, by its bucket or by an access
    /// point.
    pub fn resources(self) -> impl ExactSizeIterator<Item = ResourceUse<'a>> {
        let range = self.row.uses.start as usize..self.row.uses.end as usize;
        let rows = self.service.catalogue.uses.get(range).unwrap_or_default();
        rows.iter().map(move |row| ResourceUse { service: self.service, row })
    }

    /// Does it take no type of resource at all? Then a statement about it has to say `"Resource": "*"`, or it
    /// matches nothing.
    pub fn is_wildcard_only(self) -> bool {
        self.row.uses.start == self.row.uses.end
    }

    /// The condition keys that it sets whatever the resource. Those of its resources come on top; see [`Self::lists`].
    pub fn condition_keys(self) -> impl ExactSizeIterator<Item = ConditionKey<'a>> {
        self.service.catalogue.listed_keys(self.row.keys)
    }

    /// Is the key listed for this action, for a resource it takes, or for the type of one?
    ///
    /// Most global keys are listed nowhere: they do not depend on the action. See [`ConditionKey::is_global`].
    pub fn lists(self, key: ConditionKey<'_>) -> bool {
        self.condition_keys().any(|listed| listed == key)
            || self.resources().any(|resource| {
                resource.condition_keys().any(|listed| listed == key)
                    || resource.resource_type().condition_keys().any(|listed| listed == key)
            })
    }
}

impl fmt::Display for CatalogueAction<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.service.prefix(), self.name())
    }
}

impl fmt::Debug for CatalogueAction<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CatalogueAction({self})")
    }
}

/// A type of resource in the row of an action.
#[derive(Clone, Copy)]
pub struct ResourceUse<'a> {
    service: Service<'a>,
    row: &'a UseRow,
}

impl<'a> ResourceUse<'a> {
    /// The type.
    pub fn resource_type(self) -> ResourceType<'a> {
        // INVARIANT: the reader has checked the number. `NONE` keeps this from failing.
        let row = self.service.catalogue.resource_types.get(self.row.resource_type as usize);
        ResourceType { service: self.service, row: row.unwrap_or(&super::resource_type::Row::NONE) }
    }

    /// Must a request name a resource of this type? AWS's tables mark it with a star.
    pub fn is_required(self) -> bool {
        self.row.is_required
    }

    /// The condition keys that the action sets when it is about a resource of this type, beyond those of the type.
    pub fn condition_keys(self) -> impl ExactSizeIterator<Item = ConditionKey<'a>> {
        self.service.catalogue.listed_keys(self.row.keys)
    }
}

impl fmt::Debug for ResourceUse<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = if self.is_required() { "*" } else { "" };
        write!(formatter, "ResourceUse({}{star})", self.resource_type().name())
    }
}
