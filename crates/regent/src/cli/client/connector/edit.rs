//! Changing a connector.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use clap::Args;
use http::Method;
use serde_json::Value;

use super::{CONNECTORS, id_of};
use crate::cli::client::api::Ask;
use crate::cli::client::refusal::Refusal;
use crate::cli::client::table::plain;
use crate::cli::client::{Session, document, environment};

/// What the server says about a connector, and nobody else does.
const NOT_OURS: [&str; 9] = [
    "id",
    "revision",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "health",
    "last_used_at",
    "grants",
];

#[derive(Debug, Args)]
pub(super) struct Edit {
    /// Its id, slug or name
    name: String,
    /// YAML or JSON with the fields that change, `null` for those that go (RFC 7396); `-` is standard input
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Edit {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<()> {
        let found = CONNECTORS.find(session, &self.name).await?;
        let id = id_of(&found)?;
        let path = [CONNECTORS.path, &id];
        let current = session.api.ask(Ask::get(&path)).await?.json()?;
        let ask = match self.file {
            Some(file) => Ask::new(Method::PATCH, &path)
                .body("application/merge-patch+json", document::object(&file)?.to_string().into_bytes()),
            None => Ask::new(Method::PUT, &path).json(&edited(&current)?),
        };
        // Whoever was faster is not overwritten: the server compares the revision.
        session.api.ask(ask.if_match(current.get("revision"))).await?;
        say!("changed the connector {}", plain(&self.name));
        Ok(())
    }
}

/// The connector as the person's editor left it.
fn edited(current: &Value) -> anyhow::Result<Value> {
    let mut shown = current.clone();
    if let Some(fields) = shown.as_object_mut() {
        fields.retain(|name, _| !NOT_OURS.contains(&name.as_str()));
    }
    let before = serde_json::to_string_pretty(&shown)?;
    let file = Draft::write(&before)?;
    let editor = environment::text("VISUAL").or_else(|| environment::text("EDITOR"));
    let editor = editor.unwrap_or_else(|| "vi".to_owned());
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let ended = Command::new(program).args(words).arg(file.path()).status();
    let ended = ended.with_context(|| format!("cannot run `{program}`: `EDITOR` names an editor"))?;
    if !ended.success() {
        anyhow::bail!(Refusal::failed("the editor was left with an error: nothing was changed"));
    }
    let after = document::object(file.path())?;
    if after == shown {
        anyhow::bail!(Refusal::failed("nothing was changed"));
    }
    Ok(after)
}

/// A file to edit, gone when it has been.
struct Draft(PathBuf);

impl Draft {
    fn write(text: &str) -> anyhow::Result<Self> {
        use crate::cli::client::places::{Places, private_folder, replace};
        let places = Places::find()?;
        let name = data_encoding::HEXLOWER.encode(&crate::entropy::bytes::<8>()?);
        let path = places.cache.join(format!("connector-{name}.json"));
        private_folder(&places.cache)
            .and_then(|()| replace(&path, 0o600, text.as_bytes()))
            .with_context(|| format!("cannot write `{}`", path.display()))?;
        Ok(Self(path))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // There is nothing secret in it.
        let _ = std::fs::remove_file(&self.0);
    }
}
