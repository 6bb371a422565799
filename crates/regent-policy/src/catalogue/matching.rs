//! The actions that a pattern covers.

use super::{Catalogue, CatalogueAction};
use crate::pattern::glob;
use crate::scope::Meter;

/// Bound on the work for one action. No pattern of an honest policy comes near.
const WORK: u32 = 1 << 16;

impl Catalogue {
    /// The actions that a pattern of an `Action` element covers, in the order of their names: `s3:Get*`, `*`, or a
    /// plain name. Case does not matter.
    ///
    /// ```
    /// # use regent_policy::catalogue::Catalogue;
    /// let catalogue = Catalogue::bundled();
    /// let matched: Vec<_> = catalogue.actions_matching("sts:get*identity").map(|a| a.name()).collect();
    /// assert_eq!(matched, ["GetCallerIdentity"]);
    /// ```
    pub fn actions_matching<'a>(
        &'a self,
        pattern: &str,
    ) -> impl Iterator<Item = CatalogueAction<'a>> + use<'a> {
        let pattern = pattern.to_ascii_lowercase();
        // Most patterns say which service they are about, and then the others need no look.
        let named = pattern.split_once(':').map(|(prefix, _)| prefix).filter(|prefix| !is_wild(prefix));
        let named = named.map(str::to_owned);
        let mut name = String::new();
        self.services()
            .filter(move |service| named.as_deref().is_none_or(|named| named == service.prefix()))
            .flat_map(super::Service::actions)
            .filter(move |action| {
                name.clear();
                name.push_str(action.service().prefix());
                name.push(':');
                name.push_str(action.name());
                name.make_ascii_lowercase();
                glob::covers(pattern.as_bytes(), name.as_bytes(), &mut Meter::new(WORK))
            })
    }
}

fn is_wild(text: &str) -> bool {
    text.contains(['*', '?'])
}
