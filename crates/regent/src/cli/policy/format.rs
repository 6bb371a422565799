//! `regent policy format`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use regent_policy::format::{Style, format};

use super::sources::Text;
use crate::cli::{Outcome, hand_out};

/// Lay policies out, all in one way. What they mean does not change.
///
/// Without --write or --check the policies go to standard output. Exit status: 0 done, 3 with --check if a file is laid
/// out otherwise, 1 a file is no policy or cannot be read, 2 the arguments are not understood.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Format {
    /// Files, and folders of files that end in `.json`; `-` is standard input
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// Put the new text into the files
    #[arg(long, short, conflicts_with = "check")]
    write: bool,
    /// Change nothing, and name the files that are laid out otherwise
    #[arg(long)]
    check: bool,
    /// Blanks a level
    #[arg(long, default_value_t = Style::default().indent, value_parser = clap::value_parser!(u8).range(0..=16))]
    indent: u8,
    /// The longest line that a list may stay on
    #[arg(long, default_value_t = Style::default().width)]
    width: u16,
}

impl Format {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let style = Style { indent: self.indent, width: self.width };
        let mut outcome = Outcome::Done;
        for file in Text::read_all(&self.paths)? {
            let formatted = format(&file.text, style).map_err(|error| file.excerpt(&error))?;
            if self.check {
                if formatted != file.text {
                    say!("{}", file.name);
                    outcome = Outcome::No;
                }
            } else if self.write {
                if formatted != file.text {
                    replace(Path::new(&file.name), &formatted)?;
                    say!("{}", file.name);
                }
            } else {
                hand_out(formatted.trim_end_matches('\n'))?;
            }
        }
        Ok(outcome)
    }
}

/// Puts a new text in the place of a file: all of it, or nothing.
fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let shown = || format!("cannot write `{}`", path.display());
    // A link stays a link: what it leads to is replaced.
    let path = fs::canonicalize(path).with_context(shown)?;
    let mut beside = path.clone().into_os_string();
    beside.push(".new");
    fs::write(&beside, text).with_context(shown)?;
    let permissions = fs::metadata(&path).with_context(shown)?.permissions();
    fs::set_permissions(&beside, permissions).with_context(shown)?;
    fs::rename(&beside, &path).with_context(shown)
}
