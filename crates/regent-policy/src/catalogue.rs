//! The catalogue of AWS's services: their actions, resource types and condition keys.
//!
//! It knows names and relations, not meanings: which actions a service has and how far they reach, which resources
//! each takes and how their ARNs look, and which condition keys it sets. The engine decides without it, since a
//! policy may speak of actions that did not exist yesterday. Validation, completion and generation need it.
//!
//! ```
//! use regent_policy::catalogue::{AccessLevel, Catalogue};
//!
//! let catalogue = Catalogue::bundled();
//! let action = catalogue.action("IAM:passrole").unwrap();
//! assert_eq!(action.to_string(), "iam:PassRole");
//! assert_eq!(action.access_level(), AccessLevel::Write);
//!
//! let role = action.resources().next().unwrap();
//! assert!(role.is_required());
//! assert_eq!(role.resource_type().name(), "role");
//! assert_eq!(
//!     role.resource_type().arns().next(),
//!     Some("arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}"),
//! );
//! assert!(action.condition_keys().any(|key| key.name() == "iam:PassedToService"));
//! ```
//!
//! The data is a snapshot, and says of which day ([`Catalogue::date`]). A newer one can be read from a file at run
//! time ([`Catalogue::read`]), without a new build.
//!
//! AWS: "Service Authorization Reference".

mod action;
mod condition_key;
mod matching;
mod nearest;
mod overlap;
mod read;
mod resource_type;
mod service;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::fmt;
use std::sync::OnceLock;

pub use action::{AccessLevel, CatalogueAction, ResourceUse};
pub use condition_key::{ConditionKey, KeyType};
pub use read::ReadCatalogueError;
pub use resource_type::ResourceType;
pub use service::Service;

use crate::span::Span;

/// The catalogue that is part of this crate: `data/`.
const BUNDLED: &[u8] = include_bytes!("../data/catalogue.gz");

/// All services, in one immutable table.
///
/// Every name is a piece of one text, so that 22,000 actions are a handful of allocations.
#[derive(Default)]
pub struct Catalogue {
    text: String,
    version: Span,
    date: Span,
    services: Vec<service::Row>,
    actions: Vec<action::Row>,
    uses: Vec<action::UseRow>,
    resource_types: Vec<resource_type::Row>,
    keys: Vec<condition_key::Row>,
    /// Which keys have a placeholder: few, and looked through one by one.
    templates: Vec<u16>,
    /// Numbers of keys. What lists keys has a range of this.
    listed: Vec<u16>,
}

impl Catalogue {
    /// The catalogue of this build. It is unpacked when it is first asked for, which takes some milliseconds.
    pub fn bundled() -> &'static Self {
        static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
        // INVARIANT: the data can be read. A test reads it, and a build cannot change it.
        CATALOGUE.get_or_init(|| Self::read(BUNDLED).unwrap_or_default())
    }

    /// Reads a catalogue, as `data/catalogue.gz` of another version of this crate holds it.
    ///
    /// The size is bounded, and everything is checked first: a catalogue that could be read has no reference that
    /// leads nowhere.
    pub fn read(packed: &[u8]) -> Result<Self, ReadCatalogueError> {
        read::catalogue(packed)
    }

    /// The day of the data, as `2026-09-26`. AWS may have added actions since.
    pub fn date(&self) -> &str {
        self.date.of(&self.text)
    }

    /// The version of the package that the data comes from.
    pub fn version(&self) -> &str {
        self.version.of(&self.text)
    }

    /// All services, in the order of their prefixes.
    pub fn services(&self) -> impl ExactSizeIterator<Item = Service<'_>> {
        self.services.iter().map(|row| Service { catalogue: self, row })
    }

    /// The service with a prefix such as `s3`, in any case.
    pub fn service(&self, prefix: &str) -> Option<Service<'_>> {
        let at = self.services.binary_search_by(|row| compare(row.prefix.of(&self.text), prefix)).ok()?;
        self.services.get(at).map(|row| Service { catalogue: self, row })
    }

    /// The action with a name such as `s3:GetObject`, in any case. Wildcards are for [`Self::actions_matching`].
    pub fn action(&self, name: &str) -> Option<CatalogueAction<'_>> {
        let (prefix, name) = name.split_once(':')?;
        self.service(prefix)?.action(name)
    }

    /// All condition keys, of services and global, in the order of their names.
    pub fn condition_keys(&self) -> impl ExactSizeIterator<Item = ConditionKey<'_>> {
        self.keys.iter().map(|row| ConditionKey { catalogue: self, row })
    }

    /// The keys that every service sees: those under `aws:`, and a few that credentials bring with them.
    ///
    /// That AWS knows a global key does not mean that a request carries it. Three of them, `aws:RequestTag`,
    /// `aws:ResourceTag` and `aws:TagKeys`, are set only by actions that list them.
    pub fn global_keys(&self) -> impl Iterator<Item = ConditionKey<'_>> {
        self.condition_keys().filter(|key| key.is_global())
    }

    /// The global key with a name such as `aws:PrincipalTag/team`, in any case.
    pub fn global_key(&self, name: &str) -> Option<ConditionKey<'_>> {
        self.key(name).filter(|key| key.is_global())
    }

    fn listed_keys(&self, range: Span) -> impl ExactSizeIterator<Item = ConditionKey<'_>> {
        let numbers = self.listed.get(range.start as usize..range.end as usize).unwrap_or_default();
        // INVARIANT: the reader has checked every number. `NONE` keeps this from failing.
        numbers.iter().map(|number| {
            let row = self.keys.get(usize::from(*number)).unwrap_or(&condition_key::Row::NONE);
            ConditionKey { catalogue: self, row }
        })
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Catalogue")
            .field("version", &self.version())
            .field("date", &self.date())
            .finish_non_exhaustive()
    }
}

/// The order of names: by bytes, without regard to ASCII case. No name of AWS's is beyond ASCII.
fn compare(one: &str, other: &str) -> Ordering {
    let lowered = |byte: u8| byte.to_ascii_lowercase();
    one.bytes().map(lowered).cmp(other.bytes().map(lowered))
}
