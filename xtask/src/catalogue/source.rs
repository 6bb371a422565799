//! The package as it is: a JSON file for every service and kind of thing, lower-case names as keys.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Everything that is taken from the package and from our own table of global keys.
pub(super) struct Source {
    pub(super) version: String,
    /// The day of the data, `2026-09-26`.
    pub(super) date: String,
    pub(super) services: BTreeMap<String, Service>,
    pub(super) global_keys: GlobalKeys,
}

/// Things are found by their lower-case names, and so they are in order.
pub(super) struct Service {
    pub(super) title: String,
    pub(super) supports_rcps: bool,
    pub(super) actions: BTreeMap<String, Action>,
    pub(super) resource_types: BTreeMap<String, ResourceType>,
    pub(super) condition_keys: BTreeMap<String, ConditionKey>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Action {
    pub(super) name: String,
    pub(super) access_level: String,
    pub(super) resource_types: Vec<ResourceUse>,
    pub(super) condition_keys: BTreeSet<String>,
    dependent_actions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResourceUse {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) condition_keys: BTreeSet<String>,
    dependent_actions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResourceType {
    pub(super) key: String,
    /// One pattern, or several with commas between.
    pub(super) arn: String,
    #[serde(default)]
    pub(super) condition_keys: BTreeSet<String>,
}

#[derive(Deserialize)]
pub(super) struct ConditionKey {
    pub(super) key: String,
    #[serde(rename = "type")]
    pub(super) key_type: String,
}

/// `data/global-keys.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GlobalKeys {
    pub(super) global: BTreeMap<String, String>,
    pub(super) federation: BTreeMap<String, String>,
    pub(super) differs: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    version: String,
    updated_at: String,
}

impl Source {
    pub(super) fn read(package: &Path, global_keys: &Path) -> Result<Self> {
        let data = package.join("data");
        let manifest: Manifest = json(&package.join("package.json"))?;
        let date = manifest.updated_at.get(..10).context("the package has no date")?.to_owned();
        let global_keys: GlobalKeys = toml::from_str(&fs::read_to_string(global_keys)?)?;
        let script = fs::read_to_string(package.join("dist/cjs/globalConditionKeys.js"))?;
        check_global_keys(&script, &global_keys)?;

        let titles: BTreeMap<String, String> = json(&data.join("serviceNames.json"))?;
        let with_rcps: BTreeSet<String> = json(&data.join("rcpSupportedServices.json"))?;
        let prefixes: BTreeSet<String> = json(&data.join("services.json"))?;
        ensure!(with_rcps.is_subset(&prefixes), "an unknown service supports resource control policies");
        let mut services = BTreeMap::new();
        for prefix in prefixes {
            let of_service = |kind: &str| data.join(kind).join(format!("{prefix}.json"));
            let service = Service {
                title: titles.get(&prefix).with_context(|| format!("{prefix} has no name"))?.clone(),
                supports_rcps: with_rcps.contains(&prefix),
                actions: json(&of_service("actions"))?,
                resource_types: json(&of_service("resourceTypes"))?,
                condition_keys: json(&of_service("conditionKeys"))?,
            };
            service.check().with_context(|| prefix.clone())?;
            services.insert(prefix, service);
        }
        Ok(Self { version: manifest.version, date, services, global_keys })
    }
}

impl Service {
    /// Things are filed under their names, and whatever an action names exists.
    fn check(&self) -> Result<()> {
        for (filed, name) in self
            .actions
            .iter()
            .map(|(filed, action)| (filed, &action.name))
            .chain(self.resource_types.iter().map(|(filed, resource_type)| (filed, &resource_type.key)))
            .chain(self.condition_keys.iter().map(|(filed, key)| (filed, &key.key)))
        {
            ensure!(*filed == name.to_ascii_lowercase(), "`{name}` is filed under `{filed}`");
        }
        for action in self.actions.values() {
            // The package has the field and fills it nowhere. When it does, it deserves to be taken.
            ensure!(action.dependent_actions.is_empty(), "{} has dependent actions now", action.name);
            for resource in &action.resource_types {
                ensure!(resource.dependent_actions.is_empty(), "{} has dependent actions now", action.name);
            }
        }
        Ok(())
    }
}

impl ResourceUse {
    /// The same type, of which nothing is known yet.
    pub(super) fn without_keys(&self) -> Self {
        Self {
            name: self.name.clone(),
            required: false,
            condition_keys: BTreeSet::new(),
            dependent_actions: Vec::new(),
        }
    }
}

/// Compares the package's list of global keys, a script, with ours.
fn check_global_keys(script: &str, ours: &GlobalKeys) -> Result<()> {
    let mut found = 0;
    for piece in script.split("key: '").skip(1) {
        let (name, rest) = piece.split_once('\'').context("a global key without a name")?;
        let (_, rest) = rest.split_once("type: '").context("a global key without a type")?;
        let (key_type, _) = rest.split_once('\'').context("a global key without a type")?;
        let name = name.replace("/tag-key", "/${TagKey}");
        let known = ours.global.get(&name).with_context(|| format!("global-keys.toml lacks `{name}`"))?;
        let is_meant = known == key_type || ours.differs.get(&name).is_some_and(|theirs| theirs == key_type);
        ensure!(is_meant, "`{name}` is {known} in global-keys.toml and {key_type} in the package");
        found += 1;
    }
    ensure!(found > 50, "the package's list of global keys has another form");
    Ok(())
}

fn json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()))
}
