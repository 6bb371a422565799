//! A condition key, and finding the one that a name means.

use std::fmt;

use super::{Catalogue, compare};
use crate::fold;
use crate::span::Span;

#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: Span,
    pub(super) key_type: KeyType,
    pub(super) is_multivalued: bool,
    pub(super) reach: Reach,
}

/// Whose key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// A service's.
    Service,
    /// Every request's.
    Global,
    /// An identity provider's: the placeholder in front is the provider's name.
    Federation,
}

impl Row {
    pub(super) const NONE: Self = Self {
        name: Span { start: 0, end: 0 },
        key_type: KeyType::String,
        is_multivalued: false,
        reach: Reach::Service,
    };
}

/// What the values of a key are, and so which operators make sense with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// Text.
    String,
    /// An ARN. String operators work too, and treat it as text.
    Arn,
    /// `true` or `false`.
    Bool,
    /// A number.
    Numeric,
    /// A point in time.
    Date,
    /// An IP address.
    IpAddress,
    /// Bytes.
    Binary,
}

impl KeyType {
    /// As AWS's tables write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::Arn => "ARN",
            Self::Bool => "Bool",
            Self::Numeric => "Numeric",
            Self::Date => "Date",
            Self::IpAddress => "IPAddress",
            Self::Binary => "Binary",
        }
    }

    /// Reads a type as AWS's tables write it.
    pub(super) fn read(name: &str) -> Option<Self> {
        [Self::String, Self::Arn, Self::Bool, Self::Numeric, Self::Date, Self::IpAddress, Self::Binary]
            .into_iter()
            .find(|key_type| key_type.as_str() == name)
    }
}

/// A condition key.
#[derive(Clone, Copy)]
pub struct ConditionKey<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) row: &'a Row,
}

impl<'a> ConditionKey<'a> {
    /// Its name in AWS's spelling, `s3:prefix` or `aws:RequestTag/${TagKey}`.
    ///
    /// A placeholder stands for what a policy writes there. S3 has a spelling of its own,
    /// `s3:ExistingObjectTag/<key>`.
    pub fn name(self) -> &'a str {
        self.row.name.of(&self.catalogue.text)
    }

    /// What its values are.
    pub fn key_type(self) -> KeyType {
        self.row.key_type
    }

    /// Can it have several values? Then a condition needs `ForAnyValue` or `ForAllValues`.
    pub fn is_multivalued(self) -> bool {
        self.row.is_multivalued
    }

    /// Does every service see it?
    pub fn is_global(self) -> bool {
        self.row.reach == Reach::Global
    }

    /// Does an identity provider bring it? Then the placeholder in front stands for the provider's name, and
    /// `sts:AssumeRoleWithWebIdentity` sees it without listing it.
    pub fn is_of_provider(self) -> bool {
        self.row.reach == Reach::Federation
    }

    /// Has the name a part that a policy fills in, such as a tag's key?
    pub fn has_placeholder(self) -> bool {
        split(self.name()).is_some()
    }

    /// Does a name mean this key, when the placeholder is filled in?
    fn covers(self, name: &str) -> bool {
        let Some((before, after)) = split(self.name()) else { return false };
        let Some(rest) = fold::strip_prefix(name, before) else { return false };
        let Some(at) = rest.len().checked_sub(after.len()) else { return false };
        let Some((filled, end)) = rest.split_at_checked(at) else { return false };
        // Without a host's name in front, `s3:sub` would be a key of the provider `s3`.
        let is_filled = !filled.is_empty() && (self.row.reach != Reach::Federation || filled.contains('.'));
        is_filled && fold::equal(end, after)
    }

    /// How much of the name is not the placeholder.
    fn literal_len(self) -> usize {
        split(self.name()).map_or(usize::MAX, |(before, after)| before.len() + after.len())
    }
}

impl Catalogue {
    /// The key that a name means, in any case: `aws:requesttag/team` is `aws:RequestTag/${TagKey}`.
    ///
    /// Keys of identity providers are known for every host name (`login.example.com/oidc:sub`), since anybody can
    /// be a provider.
    ///
    /// ```
    /// # use regent_policy::catalogue::{Catalogue, KeyType};
    /// let catalogue = Catalogue::bundled();
    /// let key = catalogue.key("iam:resourcetag/team").unwrap();
    /// assert_eq!(key.name(), "iam:ResourceTag/${TagKey}");
    /// assert_eq!(catalogue.key("aws:SourceIp").unwrap().key_type(), KeyType::IpAddress);
    /// assert!(catalogue.key("aws:TagKeys").unwrap().is_multivalued());
    /// assert!(catalogue.key("s3:prefixes").is_none());
    /// ```
    pub fn key(&self, name: &str) -> Option<ConditionKey<'_>> {
        let whole = self.keys.binary_search_by(|row| compare(row.name.of(&self.text), name));
        if let Some(row) = whole.ok().and_then(|at| self.keys.get(at)) {
            return Some(ConditionKey { catalogue: self, row });
        }
        self.templates
            .iter()
            .filter_map(|number| self.keys.get(usize::from(*number)))
            .map(|row| ConditionKey { catalogue: self, row })
            .filter(|key| key.covers(name))
            .max_by_key(|key| key.literal_len())
    }
}

/// What stands before and after a placeholder, `${…}` or `<…>`.
pub(super) fn split(name: &str) -> Option<(&str, &str)> {
    let (before, rest, end) = match name.split_once("${") {
        Some((before, rest)) => (before, rest, '}'),
        None => name.split_once('<').map(|(before, rest)| (before, rest, '>'))?,
    };
    Some((before, rest.split_once(end)?.1))
}

impl PartialEq for ConditionKey<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for ConditionKey<'_> {}

impl fmt::Debug for ConditionKey<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ConditionKey({})", self.name())
    }
}
