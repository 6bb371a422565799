//! Which actions go together: those that take the same of the resources.

use std::collections::{BTreeMap, BTreeSet};

use regent_policy::catalogue::{Catalogue, CatalogueAction, ResourceUse};

use super::{Chosen, Effect, GenerateError, Kind, Wish};

/// A statement's actions and resources.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) actions: Vec<String>,
    /// Nothing in a trust policy.
    pub(crate) resources: Vec<String>,
}

/// Why an action is in no statement.
enum Misfit {
    /// None of the resources can be one of its.
    Resources,
    /// It takes no resource, and would have to be allowed on `*`.
    WildcardOnly,
    /// It never sets a key that a condition asks for.
    Key(String),
}

/// Sorts the actions of a wish into statements, and notes what is left out or will not suffice.
pub(crate) fn groups(wish: &Wish, notes: &mut Vec<String>) -> Result<Vec<Group>, GenerateError> {
    let mut places: BTreeMap<Vec<&str>, BTreeSet<String>> = BTreeMap::new();
    let mut left_out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    // What is named comes first: it has to be told when it does not fit.
    let (named, covered): (Vec<&Chosen>, Vec<&Chosen>) =
        wish.actions.iter().partition(|chosen| chosen.is_named);
    for chosen in named.into_iter().chain(covered) {
        if !seen.insert(chosen.action.to_string()) {
            continue;
        }
        match place(chosen, wish) {
            Ok(resources) => {
                notes.extend(lacking(chosen.action, &resources, wish));
                places.entry(resources).or_default().insert(chosen.action.to_string());
            }
            Err(misfit) if chosen.is_named => {
                return Err(GenerateError::Misfit(complaint(chosen.action, &misfit)));
            }
            Err(misfit) => left_out.entry(reason(&misfit)).or_default().push(chosen.action.to_string()),
        }
    }
    notes.extend(
        left_out.iter().map(|(reason, actions)| format!("left out, {reason}: {}", actions.join(", "))),
    );
    if places.is_empty() {
        return Err(GenerateError::NothingLeft(notes.join("; ")));
    }
    Ok(places
        .into_iter()
        .map(|(resources, actions)| Group {
            actions: compact(&actions, &wish.patterns),
            resources: resources.into_iter().map(str::to_owned).collect(),
        })
        .collect())
}

/// The resources that an action can be about.
fn place<'a>(chosen: &Chosen, wish: &'a Wish) -> Result<Vec<&'a str>, Misfit> {
    let action = chosen.action;
    if let Some(unset) = wish.conditions.iter().find(|wanted| !wanted.suits(action)) {
        return Err(Misfit::Key(unset.name.clone()));
    }
    if wish.kind == Kind::Trust {
        return Ok(Vec::new());
    }
    let is_everything = wish.resources.is_empty() || wish.resources.iter().any(|resource| resource == "*");
    if is_everything || (action.is_wildcard_only() && chosen.is_named) {
        return Ok(vec!["*"]);
    }
    if action.is_wildcard_only() {
        return Err(Misfit::WildcardOnly);
    }
    let fits = |resource: &&str| action.resources().any(|used| used.resource_type().fits(resource));
    let fitting: Vec<_> = wish.resources.iter().map(String::as_str).filter(fits).collect();
    if fitting.is_empty() { Err(Misfit::Resources) } else { Ok(fitting) }
}

/// What an action also needs before it is allowed at all.
fn lacking(action: CatalogueAction<'_>, resources: &[&str], wish: &Wish) -> Option<String> {
    if wish.effect == Effect::Deny || wish.kind == Kind::Trust {
        return None;
    }
    let lacking: Vec<_> = action
        .resources()
        .filter(|used| used.is_required())
        .map(ResourceUse::resource_type)
        .filter(|required| !resources.iter().any(|resource| required.fits(resource)))
        .map(|required| format!("{} ({})", required.name(), required.arns().collect::<Vec<_>>().join(" or ")))
        .collect();
    (!lacking.is_empty()).then(|| format!("{action} also needs {}", lacking.join(", ")))
}

fn complaint(action: CatalogueAction<'_>, misfit: &Misfit) -> String {
    match misfit {
        Misfit::Key(name) => format!("`{action}` never sets `{name}`: the condition would not hold"),
        Misfit::Resources | Misfit::WildcardOnly => {
            let arns: Vec<_> = action
                .resources()
                .flat_map(|used| used.resource_type().arns())
                .map(|arn| format!("`{arn}`"))
                .collect();
            format!("`{action}` is about none of the resources: it takes {}", arns.join(", "))
        }
    }
}

fn reason(misfit: &Misfit) -> String {
    match misfit {
        Misfit::Key(name) => format!("never set `{name}`"),
        Misfit::Resources => "are about other resources".to_owned(),
        Misfit::WildcardOnly => "work on `*` alone".to_owned(),
    }
}

/// Writes patterns for actions where all that they cover are there.
fn compact(actions: &BTreeSet<String>, patterns: &[String]) -> Vec<String> {
    let mut rest = actions.clone();
    let mut written = BTreeSet::new();
    for pattern in patterns {
        let covered: Vec<_> =
            Catalogue::bundled().actions_matching(pattern).map(|action| action.to_string()).collect();
        if covered.iter().all(|action| actions.contains(action)) {
            rest.retain(|action| !covered.contains(action));
            written.insert(pattern.clone());
        }
    }
    written.extend(rest);
    written.into_iter().collect()
}
