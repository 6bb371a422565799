//! The policies in force for a caller, gathered from the picture.

use std::sync::Arc;

use regent_policy::{Decision, PolicyKind, Program};
use regent_store::directory::AccountView;
use regent_store::entity::{InlinePolicy, PolicyDocument, User};

use crate::arn::Owner;
use crate::call::Call;
use crate::caller::Principal;
use crate::server::Server;

/// The documents in force for a caller. Compiled forms live in the documents; this only says which.
#[derive(Debug, Default)]
pub(crate) struct Documents<'a> {
    identity: Vec<Source<'a>>,
    boundary: Option<Source<'a>>,
    session: Option<Vec<Source<'a>>>,
}

/// A document, and the ARN of the managed policy it is of; an inline one has none.
#[derive(Debug, Clone)]
struct Source<'a> {
    document: &'a PolicyDocument,
    arn: Option<Arc<str>>,
}

impl<'a> Documents<'a> {
    /// Gathers them for the caller of this request.
    pub(crate) fn of(call: &Call<'a>) -> Self {
        let caller = call.caller;
        let mut documents = Self::default();
        let Some(account) = call.directory.account(caller.account) else { return documents };
        let sources = Sources { server: call.server, account };
        match &caller.principal {
            Principal::Root | Principal::Federated(None) => {}
            Principal::User(user) | Principal::Federated(Some(user)) => {
                sources.of_user(user, &mut documents.identity);
                documents.boundary = sources.boundary(user.boundary.as_ref());
            }
            Principal::Role(role) => {
                sources.of_entity(&role.inline, &role.attached, &mut documents.identity);
                documents.boundary = sources.boundary(role.boundary.as_ref());
            }
        }
        documents.session = caller.session.as_deref().and_then(|open| {
            let policies = &open.session.policies;
            let managed = policies.managed.iter().map(|arn| sources.managed(arn));
            let inline = policies.inline.as_deref().map(|document| Source { document, arn: None });
            (!policies.is_empty()).then(|| inline.into_iter().chain(managed).collect())
        });
        documents
    }

    /// Identity-based policies.
    pub(crate) fn identity(&self) -> Vec<&'a Program> {
        self.identity.iter().map(Source::program).collect()
    }

    /// The permissions boundary, if there is one.
    pub(crate) fn boundary(&self) -> Option<&'a Program> {
        self.boundary.as_ref().map(Source::program)
    }

    /// Session policies; none if none were passed, which is not the same as a set that allows nothing.
    pub(crate) fn session(&self) -> Option<Vec<&'a Program>> {
        let session = self.session.as_ref()?;
        Some(session.iter().map(Source::program).collect())
    }

    /// The ARN of the managed policy whose statement settled a decision, if one did.
    pub(crate) fn deciding_arn(&self, decision: &Decision) -> Option<&str> {
        let (kind, at) = decision.deciding_statement()?;
        let (_, arn) = self.of_kind(kind).nth(usize::try_from(at.program).ok()?)?;
        arn
    }

    /// The documents of a kind, in the order of their programs, each with its ARN if it is of a managed policy.
    pub(super) fn of_kind(
        &self,
        kind: PolicyKind,
    ) -> impl Iterator<Item = (&'a PolicyDocument, Option<&str>)> {
        let sources = match kind {
            PolicyKind::Identity => &*self.identity,
            PolicyKind::Session => self.session.as_deref().unwrap_or_default(),
            PolicyKind::PermissionsBoundary => self.boundary.as_slice(),
            PolicyKind::Resource
            | PolicyKind::RoleTrust
            | PolicyKind::ServiceControl
            | PolicyKind::ResourceControl
            | PolicyKind::Endpoint => &[],
        };
        sources.iter().map(|source| (source.document, source.arn.as_deref()))
    }
}

impl<'a> Source<'a> {
    fn program(&self) -> &'a Program {
        self.document.program()
    }
}

/// Where documents are found.
struct Sources<'a> {
    server: &'a Arc<Server>,
    account: &'a AccountView,
}

impl<'a> Sources<'a> {
    fn of_user(&self, user: &'a User, into: &mut Vec<Source<'a>>) {
        self.of_entity(&user.inline, &user.attached, into);
        for group in user.groups.iter().filter_map(|id| self.account.groups.by_id(*id)) {
            self.of_entity(&group.inline, &group.attached, into);
        }
    }

    fn of_entity(&self, inline: &'a [InlinePolicy], attached: &[Arc<str>], into: &mut Vec<Source<'a>>) {
        into.extend(inline.iter().map(|policy| Source { document: &policy.document, arn: None }));
        into.extend(attached.iter().map(|arn| self.managed(arn)));
    }

    fn boundary(&self, arn: Option<&Arc<str>>) -> Option<Source<'a>> {
        arn.map(|arn| self.managed(arn))
    }

    /// A managed policy. One that is not there any more (it narrowed a session and was deleted, or a newer pack of AWS's
    /// policies lacks it) must not be as if it had never been: it might have denied what is asked.
    fn managed(&self, arn: &Arc<str>) -> Source<'a> {
        let document = self.server.managed_policy(self.account, arn).unwrap_or(&self.server.lost);
        Source { document, arn: Some(Arc::clone(arn)) }
    }
}

impl Server {
    /// The document that counts of a managed policy, AWS's or the account's own.
    pub(crate) fn managed_policy<'a>(
        &'a self,
        account: &'a AccountView,
        arn: &str,
    ) -> Option<&'a PolicyDocument> {
        let arn = self.partition.parse(arn).filter(|arn| arn.word == "policy")?;
        match arn.owner {
            Owner::Aws => {
                let policy = self.managed_policies.get(arn.path_and_name)?;
                self.managed_policies.document(policy)
            }
            Owner::Account(owner) => {
                let policy = account.policies.get(arn.name()).filter(|_| owner == account.id())?;
                let is_same = *policy.path == *arn.path_and_name().0;
                policy.default_document().filter(|_| is_same).map(|document| &**document)
            }
        }
    }
}
