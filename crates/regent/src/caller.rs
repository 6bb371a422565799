//! The caller: who a verified request comes from, in the words of everything that must know.

use std::sync::Arc;

use regent_policy as policy;
use regent_store::entity::{AccountId, KeyOwner, Role, Tag, User};

use crate::arn::Partition;
use crate::authn::OpenSession;

/// Who a request comes from. Only [`authn`](crate::authn) makes one, after the signature was right.
#[derive(Debug)]
pub(crate) struct Caller {
    /// The account it belongs to.
    pub(crate) account: AccountId,
    /// Who it is.
    pub(crate) principal: Principal,
    /// The access key that signed.
    pub(crate) access_key_id: Box<str>,
    /// Its session, if the credentials are temporary.
    pub(crate) session: Option<Arc<OpenSession>>,
    /// Its ARN as messages show it: of a role session the session's.
    pub(crate) arn: String,
    /// What its policies hang on, where that is something else: of a role session the role's ARN, of a federated
    /// user that of the user who issued it.
    pub(crate) source_arn: Option<String>,
    /// `aws:userid`
    pub(crate) user_id: String,
}

/// Who somebody is.
#[derive(Debug)]
pub(crate) enum Principal {
    /// The account's root user.
    Root,
    /// A user, by a long-term key or through `GetSessionToken`.
    User(Arc<User>),
    /// A session of a role.
    Role(Arc<Role>),
    /// A federated user; of root where there is no user.
    Federated(Option<Arc<User>>),
}

impl Caller {
    /// The caller in the engine's terms. `digits` are those of its account.
    pub(crate) fn for_policy<'a>(&'a self, digits: &'a str) -> policy::Caller<'a> {
        let (account, arn) = (digits, self.arn.as_str());
        let source_arn = self.source_arn.as_deref().unwrap_or(arn);
        match &self.principal {
            Principal::Root => policy::Caller::Root { account, arn },
            Principal::User(user) => policy::Caller::User { account, arn, id: user.id.as_str() },
            Principal::Role(role) => policy::Caller::RoleSession {
                account,
                arn,
                role_arn: source_arn,
                role_id: role.id.as_str(),
                is_service_linked: role.is_service_linked(),
            },
            Principal::Federated(issuer) => policy::Caller::FederatedUser {
                account,
                arn,
                issuer: issuer.as_ref().map_or(policy::Issuer::Root, |user| policy::Issuer::User {
                    arn: source_arn,
                    id: user.id.as_str(),
                }),
            },
        }
    }

    /// The user whose own credentials these are: long-term, or through `GetSessionToken`.
    pub(crate) fn user(&self) -> Option<&Arc<User>> {
        match &self.principal {
            Principal::User(user) => Some(user),
            Principal::Root | Principal::Role(_) | Principal::Federated(_) => None,
        }
    }

    /// Whose long-term keys and devices the caller may mean without naming anybody.
    pub(crate) fn owner(&self) -> Option<KeyOwner> {
        match &self.principal {
            Principal::Root => Some(KeyOwner::Root),
            Principal::User(user) => Some(KeyOwner::User(user.id)),
            Principal::Role(_) | Principal::Federated(_) => None,
        }
    }

    /// Whether the credentials are temporary.
    pub(crate) fn is_temporary(&self) -> bool {
        self.session.is_some()
    }

    /// Whether it is a browser's session, opened by signing in to the console.
    pub(crate) fn is_console(&self) -> bool {
        self.session.as_deref().is_some_and(|open| open.session.is_console)
    }

    /// When a one-time password was checked for the caller's session.
    pub(crate) fn mfa(&self) -> Option<i64> {
        self.session.as_ref()?.session.mfa
    }

    /// The tags that a role assumed by the caller inherits.
    pub(crate) fn transitive_tags(&self) -> impl Iterator<Item = &Tag> {
        let tags = self.session.as_deref().map_or(&[][..], |open| &open.session.tags);
        tags.iter().filter(|tag| tag.is_transitive).map(|tag| &tag.tag)
    }

    /// The source identity that the caller carries along its chain of roles.
    pub(crate) fn source_identity(&self) -> Option<&str> {
        self.session.as_deref()?.session.source_identity.as_deref()
    }

    /// `aws:PrincipalArn`: of a role session the role's, path included.
    pub(crate) fn principal_arn(&self) -> &str {
        match &self.principal {
            Principal::Role(_) => self.source_arn.as_deref().unwrap_or(&self.arn),
            Principal::Root | Principal::User(_) | Principal::Federated(_) => &self.arn,
        }
    }

    /// `aws:PrincipalType`
    pub(crate) fn principal_type(&self) -> &'static str {
        match &self.principal {
            Principal::Root => "Account",
            Principal::User(_) => "User",
            Principal::Role(_) => "AssumedRole",
            Principal::Federated(_) => "FederatedUser",
        }
    }

    /// The root user, with this access key.
    pub(crate) fn root(partition: &Partition, account: AccountId, access_key_id: &str) -> Self {
        Self {
            account,
            principal: Principal::Root,
            access_key_id: access_key_id.into(),
            session: None,
            arn: partition.root(account),
            source_arn: None,
            user_id: account.to_string(),
        }
    }

    /// A user, with this access key.
    pub(crate) fn of_user(
        partition: &Partition,
        account: AccountId,
        user: &Arc<User>,
        access_key_id: &str,
    ) -> Self {
        Self {
            account,
            principal: Principal::User(Arc::clone(user)),
            access_key_id: access_key_id.into(),
            session: None,
            arn: partition.user(account, user),
            source_arn: None,
            user_id: user.id.to_string(),
        }
    }
}
