//! What a policy is for, judged by what it says.

use regent_policy::PolicyKind;
use serde_json::Value;

/// A policy that names principals is a resource's; without resources, and about assuming roles, a role's. Any other,
/// and what cannot be read, is taken for an identity-based one.
pub(super) fn kind(text: &str) -> PolicyKind {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) => statements.as_slice(),
        Some(statement) => std::slice::from_ref(statement),
        None => &[],
    };
    let has = |names: [&str; 2]| {
        statements.iter().any(|statement| names.iter().any(|name| statement.get(*name).is_some()))
    };
    if !has(["Principal", "NotPrincipal"]) {
        return PolicyKind::Identity;
    }
    let mut actions = statements.iter().filter_map(|statement| statement.get("Action")).flat_map(strings);
    let is_about_roles = actions.any(|action| action.to_ascii_lowercase().starts_with("sts:"));
    if is_about_roles && !has(["Resource", "NotResource"]) {
        PolicyKind::RoleTrust
    } else {
        PolicyKind::Resource
    }
}

fn strings(value: &Value) -> Vec<&str> {
    let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    items.iter().filter_map(Value::as_str).collect()
}
