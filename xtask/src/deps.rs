//! `cargo xtask deps`: which crate may use which, what nobody may use, under which licences, and what is not used.
//!
//! The rules stand in `deny.toml`. Everything is read from `cargo metadata` and the sources, so that the check runs
//! in a second on a machine without a network.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    direction: BTreeMap<String, BTreeSet<String>>,
    banned: BTreeMap<String, String>,
    licences: Licences,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Licences {
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    manifest_path: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

pub(crate) fn check(root: &Path) -> Result<()> {
    let rules: Rules =
        toml::from_str(&fs::read_to_string(root.join("deny.toml"))?).context("reading deny.toml")?;
    let metadata = metadata(root)?;
    let mut faults = BTreeSet::new();
    for package in metadata.packages.iter().filter(|package| metadata.workspace_members.contains(&package.id))
    {
        check_direction(package, &metadata, &rules, &mut faults);
        check_used(package, &mut faults)?;
    }
    for line in cargo(root, &TREE)?.lines().filter(|line| !line.is_empty() && !line.contains("(/")) {
        let (package, licence) = line.split_once('|').context("a line of cargo tree has no licence")?;
        check_foreign(package.trim_end_matches(" (proc-macro)"), licence, &rules, &mut faults);
    }
    if faults.is_empty() {
        return Ok(());
    }
    bail!("dependencies that may not be:\n  {}", faults.into_iter().collect::<Vec<_>>().join("\n  "))
}

/// The packages that are built on this platform, each once; `cargo metadata` would list features nobody turns on.
const TREE: [&str; 9] = [
    "tree",
    "--locked",
    "--workspace",
    "--edges=normal,build,dev",
    "--target=x86_64-unknown-linux-gnu",
    "--prefix=none",
    "--no-dedupe",
    "--format={p}|{l}",
    "--color=never",
];

fn metadata(root: &Path) -> Result<Metadata> {
    let text = cargo(root, &["metadata", "--format-version=1", "--locked", "--no-deps"])?;
    serde_json::from_str(&text).context("reading cargo metadata")
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<String> {
    let output =
        Command::new("cargo").args(arguments).current_dir(root).output().context("starting cargo")?;
    if !output.status.success() {
        bail!("cargo {} failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn check_direction(package: &Package, metadata: &Metadata, rules: &Rules, faults: &mut BTreeSet<String>) {
    let ours: BTreeSet<&str> = metadata
        .packages
        .iter()
        .filter(|package| metadata.workspace_members.contains(&package.id))
        .map(|package| package.name.as_str())
        .collect();
    let allowed = rules.direction.get(&package.name);
    for dependency in package.dependencies.iter().filter(|dependency| ours.contains(dependency.name.as_str()))
    {
        if !allowed.is_some_and(|allowed| allowed.contains(&dependency.name)) {
            faults.insert(format!("{} uses {}: deny.toml has no such arrow", package.name, dependency.name));
        }
    }
}

fn check_foreign(package: &str, licence: &str, rules: &Rules, faults: &mut BTreeSet<String>) {
    let name = package.split(' ').next().unwrap_or_default();
    if let Some(reason) = rules.banned.get(name) {
        faults.insert(format!("{package} is banned: {reason}"));
    }
    // An expression is a choice of alternatives, each of which may demand several licences.
    let is_allowed = licence.replace('/', " OR ").split(" OR ").any(|alternative| {
        let mut demanded = alternative.split(" AND ").map(|licence| licence.trim_matches(['(', ')', ' ']));
        demanded.all(|licence| rules.licences.allow.contains(licence))
    });
    if !is_allowed {
        faults.insert(format!("{package} is under `{licence}`, which deny.toml does not allow"));
    }
}

/// A dependency whose name no source of the package mentions is not used.
fn check_used(package: &Package, faults: &mut BTreeSet<String>) -> Result<()> {
    let folder = Path::new(&package.manifest_path).parent().context("a manifest lies in a folder")?;
    let mut sources = String::new();
    read_sources(folder, &mut sources)?;
    for dependency in package.dependencies.iter().filter(|dependency| dependency.kind.is_none()) {
        if !sources.contains(&dependency.name.replace('-', "_")) {
            faults.insert(format!("{} does not use {}", package.name, dependency.name));
        }
    }
    Ok(())
}

fn read_sources(folder: &Path, sources: &mut String) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read_sources(&path, sources)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push_str(&fs::read_to_string(&path)?);
        }
    }
    Ok(())
}
