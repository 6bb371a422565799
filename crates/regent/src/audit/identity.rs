//! A caller as CloudTrail's `userIdentity`.

use regent_store::directory::Directory;

use super::record::{Common, Identity, Issuer, SessionContext};
use crate::caller::{Caller, Principal};
use crate::server::Server;

/// The texts of an identity, kept while the record borrows them.
#[derive(Debug)]
pub(crate) struct IdentityTexts {
    issuer_arn: String,
    issuer_id: String,
    alias: Option<String>,
}

impl IdentityTexts {
    /// Writes them down for one caller.
    pub(crate) fn of(server: &Server, caller: &Caller) -> Self {
        let snapshot = server.store.picture();
        let directory: &Directory = &snapshot;
        let account = directory.account(caller.account).and_then(|view| view.account());
        let root = || (server.partition.root(caller.account), caller.account.to_string());
        let (issuer_arn, issuer_id) = match &caller.principal {
            Principal::Role(role) => (caller.principal_arn().to_owned(), role.id.to_string()),
            Principal::Federated(Some(user)) => {
                (caller.source_arn.clone().unwrap_or_default(), user.id.to_string())
            }
            Principal::Federated(None) => root(),
            Principal::Root | Principal::User(_) => Default::default(),
        };
        let is_root = matches!(caller.principal, Principal::Root);
        let alias =
            account.filter(|_| is_root).and_then(|account| account.alias.as_deref().map(str::to_owned));
        Self { issuer_arn, issuer_id, alias }
    }

    /// The caller as a record has it.
    pub(crate) fn identity<'a>(&'a self, caller: &'a Caller) -> Identity<'a> {
        let session = caller.session.as_deref().map(|open| SessionContext {
            created: open.session.issued,
            has_mfa: open.session.mfa.is_some(),
            source_identity: open.session.source_identity.as_deref(),
        });
        let common = Common {
            principal_id: &caller.user_id,
            arn: &caller.arn,
            account: caller.account,
            access_key_id: &caller.access_key_id,
            session,
        };
        let issuer = |kind, name| Issuer {
            kind,
            principal_id: self.issuer_id.as_str(),
            arn: self.issuer_arn.as_str(),
            account: caller.account,
            name,
        };
        match &caller.principal {
            Principal::Root => Identity::Root { alias: self.alias.as_deref(), common },
            Principal::User(user) => Identity::User { name: &user.name, common },
            Principal::Role(role) => {
                Identity::AssumedRole { issuer: issuer("Role", Some(&role.name)), common }
            }
            Principal::Federated(Some(user)) => {
                Identity::FederatedUser { issuer: issuer("IAMUser", Some(&user.name)), common }
            }
            Principal::Federated(None) => Identity::FederatedUser { issuer: issuer("Root", None), common },
        }
    }
}
