//! `regent creds`, `regent env` and `regent unset`.

use std::io::IsTerminal as _;

use clap::Args;
use regent_broker::output::{Form, Style, unset};

use super::issue::{Caching, Wish, issue, request};
use super::issued::Issued;
use super::login::tell;
use super::refusal::Refusal;
use super::table::plain;
use super::{Reach, Session, hand_out, shell, span};

/// What is asked of a connector.
#[derive(Debug, Args)]
pub(in crate::cli) struct Of {
    /// The connector
    #[arg(value_name = "CONNECTOR")]
    slug: String,
    /// For how long, like `4h` [default: the connector's]
    #[arg(short, long, value_name = "DURATION", value_parser = span::parse)]
    duration: Option<u32>,
    /// Rather fail than get less time than asked for
    #[arg(long, requires = "duration")]
    strict: bool,
    /// Why, for the records
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    pub(super) caching: Caching,
    #[command(flatten)]
    pub(super) reach: Reach,
}

impl Of {
    /// All that a connector gives, as it gives it.
    pub(super) fn whole(slug: String, reach: Reach) -> Self {
        Self { slug, duration: None, strict: false, reason: None, caching: Caching::default(), reach }
    }

    pub(super) fn wish(&self) -> Wish {
        let Self { slug, duration, strict, reason, .. } = self;
        Wish { slug: slug.clone(), seconds: *duration, strict: *strict, reason: reason.clone() }
    }

    /// Gets them.
    pub(super) async fn issue(&self) -> anyhow::Result<Issued> {
        let session = Session::open(&self.reach).await?;
        let issued = issue(&session, &self.wish(), &self.caching).await?;
        warn(&issued);
        Ok(issued)
    }
}

/// Tells the person what the server had to say about them.
pub(super) fn warn(issued: &Issued) {
    for warning in &issued.warnings {
        tell(&format!("note: {}", plain(&warning.text)));
    }
}

/// Print short-lived credentials of a connector.
///
/// Not onto a terminal, where they would stay in its history: `--show` insists.
#[derive(Debug, Args)]
pub(in crate::cli) struct Creds {
    #[command(flatten)]
    of: Of,
    /// How they are written: json, aws, credential_process, container, env, shell, fish, powershell, cmd, tcsh, dotenv,
    /// ini or bamboo
    #[arg(long, default_value_t = Form::Json)]
    format: Form,
    /// The section of an `ini` file
    #[arg(long, value_name = "NAME", default_value = Style::default().profile)]
    profile: String,
    /// What the names of `bamboo` variables begin with
    #[arg(long, value_name = "NAME", default_value = Style::default().namespace)]
    namespace: String,
    /// Print them onto a terminal too
    #[arg(long)]
    show: bool,
}

impl Creds {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let fix = format!(
            "`regent exec {slug} -- COMMAND` runs a command with them, `eval \"$(regent env {slug})\"` sets them in \
             this shell, `--show` prints them all the same",
            slug = self.of.slug
        );
        refuse_terminal(self.show, fix)?;
        if self.format == Form::Aws {
            // It has ids in it that only STS knows.
            let session = Session::open(&self.of.reach).await?;
            let answer = request(&session, &self.of.wish(), Form::Aws).await?;
            return hand_out(answer.text()?.trim_end());
        }
        let style = Style { profile: &self.profile, namespace: &self.namespace, caller_identity: false };
        hand_out(&self.of.issue().await?.write(self.format, &style)?)
    }
}

/// Print the commands that put a connector's credentials into this shell: `eval "$(regent env CONNECTOR)"`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Env {
    #[command(flatten)]
    of: Of,
    /// The shell, like `bash` or `fish` [default: the one that this runs in]
    #[arg(long, value_name = "SHELL")]
    shell: Option<Form>,
    /// Print them onto a terminal too
    #[arg(long)]
    show: bool,
}

impl Env {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let form = self.shell.unwrap_or_else(shell::detect);
        // What sets nothing in a shell is told before anything is issued.
        unset(form)?;
        let way = shell::evaluated(form, &format!("regent env {}", self.of.slug));
        refuse_terminal(
            self.show,
            format!("`{way}` sets them in this shell, `--show` prints them all the same"),
        )?;
        hand_out(&self.of.issue().await?.write(form, &Style::default())?)
    }
}

/// Print the commands that take credentials out of this shell: `eval "$(regent unset)"`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Unset {
    /// The shell, like `bash` or `fish` [default: the one that this runs in]
    #[arg(long, value_name = "SHELL")]
    shell: Option<Form>,
}

impl Unset {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        hand_out(unset(self.shell.unwrap_or_else(shell::detect))?.trim_end())
    }
}

fn refuse_terminal(show: bool, fix: String) -> anyhow::Result<()> {
    if !show && std::io::stdout().is_terminal() {
        anyhow::bail!(Refusal::failed("secrets are not printed onto a terminal").fix(fix));
    }
    Ok(())
}
