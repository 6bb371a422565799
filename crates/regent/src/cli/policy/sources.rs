//! Policies from files, folders and standard input.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use regent_policy::{Document, ParsePolicyError};

use crate::policy::bundle::{Named, Resources, missing_element};
use crate::policy::excerpt::Excerpt;

/// The longest file read: several times what IAM takes.
const MAX_FILE_BYTES: u64 = 4 << 20;
/// Stands for standard input.
const STDIN: &str = "-";

/// A policy's text and what to call it.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) name: String,
    pub(super) text: String,
}

impl Text {
    /// Reads one file; `-` is standard input.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        if path == Path::new(STDIN) {
            let text = bounded(std::io::stdin().lock()).context("cannot read standard input")?;
            return Ok(Self { name: "<stdin>".to_owned(), text });
        }
        let shown = || format!("cannot read `{}`", path.display());
        let file = fs::File::open(path).with_context(shown)?;
        let text = bounded(file).with_context(shown)?;
        Ok(Self { name: path.display().to_string(), text })
    }

    /// Reads files, and of folders every file that ends in `.json`, in the order of their names.
    pub(super) fn read_all(paths: &[PathBuf]) -> anyhow::Result<Vec<Self>> {
        let mut texts = Vec::new();
        for path in paths {
            for file in files(path)? {
                texts.push(Self::read(&file)?);
            }
        }
        Ok(texts)
    }

    /// The policy it holds, or the place where it stops being one.
    pub(super) fn parse(self) -> anyhow::Result<(String, Document)> {
        match Document::parse_up_to(self.text.len(), &self.text) {
            Ok(document) => Ok((self.name, document)),
            Err(error) => Err(self.excerpt(&error).into()),
        }
    }

    /// Draws what is wrong with it.
    pub(super) fn excerpt(&self, error: &ParsePolicyError) -> Excerpt {
        Excerpt::error(&self.name, &self.text, error.span(), &error.to_string())
    }
}

impl TryFrom<Text> for Named {
    type Error = anyhow::Error;

    fn try_from(text: Text) -> anyhow::Result<Self> {
        let (name, document) = text.parse()?;
        if let Some((span, wanted)) = missing_element(&document, Resources::Required) {
            return Err(Excerpt::error(&name, document.text(), span, wanted).into());
        }
        Ok(Self::new(name, document))
    }
}

fn bounded(from: impl std::io::Read) -> anyhow::Result<String> {
    let mut text = String::new();
    from.take(MAX_FILE_BYTES + 1).read_to_string(&mut text)?;
    anyhow::ensure!(text.len() as u64 <= MAX_FILE_BYTES, "it is longer than {MAX_FILE_BYTES} bytes");
    Ok(text)
}

/// A file is itself; a folder is what it holds.
fn files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    let is_policy = |path: &Path| path.extension().is_some_and(|extension| extension == "json");
    gather(path, &is_policy, &mut found)?;
    anyhow::ensure!(
        !found.is_empty(),
        "`{}` holds no policy: expected files that end in `.json`",
        path.display()
    );
    found.sort();
    Ok(found)
}

/// Finds the wanted files of a folder and of the folders in it.
pub(super) fn gather(
    folder: &Path,
    is_wanted: &dyn Fn(&Path) -> bool,
    found: &mut Vec<PathBuf>,
) -> anyhow::Result<()> {
    let shown = || format!("cannot read the folder `{}`", folder.display());
    for entry in fs::read_dir(folder).with_context(shown)? {
        let entry = entry.with_context(shown)?;
        let path = entry.path();
        // A link to a folder is not followed: it may lead back here.
        if entry.file_type().with_context(shown)?.is_dir() {
            gather(&path, is_wanted, found)?;
        } else if is_wanted(&path) {
            found.push(path);
        }
    }
    Ok(())
}
