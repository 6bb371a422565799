//! `regent credential-process`.

use clap::Args;
use regent_broker::output::{Form, Style};

use super::creds::Of;
use super::identity;
use super::issue::issue;
use super::issued::Issued;
use super::login::{Way, sign_in};
use super::places::Places;
use super::refusal::{Refusal, Status};
use super::vault::Vault;
use super::{Session, hand_out};

/// For `credential_process` in ~/.aws/config: print credentials as SDKs want them, and nothing else.
///
/// Quiet and cached; as many processes at once as there may be make one request. When a login is needed it ends with exit
/// status 2 and one line on standard error, and opens no browser.
#[derive(Debug, Args)]
pub(in crate::cli) struct CredentialProcess {
    #[command(flatten)]
    of: Of,
    /// When a login is needed, open a browser for it
    #[arg(long)]
    auto_login: bool,
}

impl CredentialProcess {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let issued = match self.issue().await {
            Err(error) if self.auto_login && needs_login(&error) => {
                let places = Places::find()?;
                let server = identity::server(&self.of.reach, &places)?;
                sign_in(&server, &Vault::open(&places)?, Way::Browser).await?;
                self.issue().await?
            }
            issued => issued?,
        };
        hand_out(&issued.write(Form::CredentialProcess, &Style::default())?)
    }

    async fn issue(&self) -> anyhow::Result<Issued> {
        let session = Session::open(&self.of.reach).await?;
        issue(&session, &self.of.wish(), &self.of.caching).await
    }
}

fn needs_login(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Refusal>().is_some_and(|refusal| refusal.status == Status::LoginNeeded)
}
