//! Condition keys, as the catalogue lists them.

use regent_policy::catalogue::{CatalogueAction, ConditionKey};

/// Every key that the action is listed with, for itself, for a resource or for the type of one.
pub(crate) fn of_action(action: CatalogueAction<'_>) -> Vec<&str> {
    let mut keys: Vec<_> = action.condition_keys().map(ConditionKey::name).collect();
    for used in action.resources() {
        keys.extend(
            used.condition_keys().chain(used.resource_type().condition_keys()).map(ConditionKey::name),
        );
    }
    keys.sort_unstable_by_key(|key| key.to_ascii_lowercase());
    keys.dedup();
    keys
}
