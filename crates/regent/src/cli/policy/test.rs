//! `regent policy test`: a team's own expectations of its policies.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use super::sources::{Text, gather};
use crate::cli::{Outcome, hand_out};

mod report;
mod run;
mod suite;

/// What the names of suites end in.
const ENDINGS: [&str; 2] = [".test.yaml", ".test.yml"];

/// Hold policies to what is expected of them: tables of allowed and denied requests in `*.test.yaml` beside them.
///
/// Says too which statements no test ever decided. Exit status: 0 all as expected, 3 something is not (or less is covered
/// than --min-coverage), 1 a file is broken, 2 the arguments are not understood.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Test {
    /// Folders with suites, or suites
    #[arg(default_value = ".", value_name = "DIR|FILE")]
    paths: Vec<PathBuf>,
    /// How to report
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
    /// Where to put the report, in place of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The share of statements, in percent, that tests have to decide
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    min_coverage: Option<u8>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// For a person
    Text,
    /// JUnit's XML, for build servers
    Junit,
    /// For machines
    Json,
}

impl Test {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let suites = self.suites()?;
        let report = run::run(&suites)?;
        let text = match self.format {
            Form::Text => report::text(&report),
            Form::Junit => report::junit(&report)?,
            Form::Json => serde_json::to_string_pretty(&report)?,
        };
        match &self.output {
            None => hand_out(text.trim_end())?,
            Some(path) => {
                fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
            }
        }
        let is_covered =
            self.min_coverage.is_none_or(|least| report.coverage.percent() >= usize::from(least));
        Ok(if report.unmet() == 0 && is_covered { Outcome::Done } else { Outcome::No })
    }

    fn suites(&self) -> anyhow::Result<Vec<Text>> {
        let mut files = Vec::new();
        for path in &self.paths {
            if !path.is_dir() {
                files.push(path.clone());
                continue;
            }
            let known = files.len();
            gather(path, &is_suite, &mut files)?;
            anyhow::ensure!(
                files.len() > known,
                "`{}` holds no suite: expected files that end in `.test.yaml`",
                path.display()
            );
        }
        files.sort();
        files.dedup();
        files.iter().map(|file| Text::read(file)).collect()
    }
}

fn is_suite(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}
