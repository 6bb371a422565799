//! `regent policy context-keys`.

use std::path::PathBuf;

use clap::Args;
use regent_policy::{Document, simulate};

use super::sources::Text;
use crate::cli::{Outcome, hand_out};

/// Say which context keys policies ask for, in conditions and as variables: what a simulation needs values of.
///
/// Exit status: 0 done, 1 a policy is broken or a file cannot be read, 2 the arguments are not understood.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct ContextKeys {
    /// Files, and folders of files that end in `.json`; `-` is standard input
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// Answer as `iam:GetContextKeysForCustomPolicy` does, in JSON
    #[arg(long)]
    json: bool,
}

impl ContextKeys {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let read = Text::read_all(&self.paths)?.into_iter().map(Text::parse);
        let documents: Vec<Document> =
            read.map(|parsed| parsed.map(|(_, document)| document)).collect::<anyhow::Result<_>>()?;
        let keys = simulate::context_keys(&documents);
        if self.json {
            hand_out(&serde_json::to_string_pretty(&serde_json::json!({ "ContextKeyNames": keys }))?)?;
        } else {
            for key in keys {
                say!("{key}");
            }
        }
        Ok(Outcome::Done)
    }
}
