//! `Principal` and `NotPrincipal`, compiled, and what a match is worth.

use crate::arn;
use crate::caller::{Caller, Issuer};
use crate::document::PrincipalType;
use crate::pool::{Pool, PoolBuilder};
use crate::span::Span;

/// How a `Principal` entry came to mean the caller, weakest first.
///
/// It decides what a resource's `Allow` is worth within an account: naming the account only hands the decision
/// to the account's own policies, naming a role stays inside its boundary, and naming the very caller is
/// enough by itself.
///
/// AWS: "Policy evaluation for requests within a single account".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GrantKind {
    /// The entry names the account: a delegation, not a grant.
    Account,
    /// The entry names the user who issued this federated session.
    Issuer,
    /// The entry names the role of this session.
    Role,
    /// The entry names the identity provider.
    Federated,
    /// The entry names the service.
    Service,
    /// The entry names exactly this session.
    Session,
    /// The entry names exactly this user.
    User,
    /// The entry is `*`: anyone, anonymous callers too.
    Everyone,
}

impl GrantKind {
    /// Is such a grant enough by itself, past missing identity policies, boundaries and session policies?
    pub(crate) fn is_direct(self) -> bool {
        match self {
            Self::Everyone | Self::User | Self::Session | Self::Service | Self::Federated => true,
            Self::Role | Self::Issuer | Self::Account => false,
        }
    }
}

/// Which unique id a user or role ARN meant when the policy was stored.
///
/// IAM keeps the id, not the name: when the user is deleted and another is made under the same name, the
/// policy does not trust the newcomer. An ARN that is bound here matches by its id alone; one that is not
/// (an account that is not ours) matches by name.
///
/// ```
/// use regent_policy::{Bindings, Document, Program};
///
/// let trust = Document::parse(
///     r#"{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
///         "Principal": {"AWS": "arn:aws:iam::111122223333:user/ana"}}}"#,
/// )?;
/// let bound = [("arn:aws:iam::111122223333:user/ana", "AIDAEXAMPLEANA000000A")];
/// let program = Program::compile(&trust, &Bindings::new(&bound));
/// assert!(program.bound_principals().eq(bound));
/// # Ok::<(), regent_policy::ParsePolicyError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Bindings<'a> {
    pairs: &'a [(&'a str, &'a str)],
}

impl<'a> Bindings<'a> {
    /// No ARN is bound: everything matches by name. Right for policies that name no principals.
    pub const NONE: Bindings<'static> = Bindings { pairs: &[] };

    /// Bindings from pairs of ARN and unique id.
    pub fn new(pairs: &'a [(&'a str, &'a str)]) -> Self {
        Self { pairs }
    }

    fn id(&self, arn: &str) -> Option<&'a str> {
        self.pairs.iter().find(|(bound, _)| *bound == arn).map(|(_, id)| *id)
    }
}

/// A user or role: its ARN as written, and the id that the ARN was bound to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    pub(crate) arn: Span,
    pub(crate) id: Option<Span>,
}

/// One entry of a `Principal` element.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Entry {
    Everyone,
    Account(Span),
    User(Named),
    Role(Named),
    /// A role session or a federated user, by ARN.
    Session(Span),
    /// `AIDA…`, `AROA…` or `AROA…:SESSION`.
    UniqueId(Span),
    Service(Span),
    Provider(Span),
    CanonicalUser(Span),
    /// Something that names nobody: a group, a pattern, a typing error.
    Nobody,
}

impl Entry {
    pub(crate) fn compile(
        r#type: PrincipalType,
        value: &str,
        bindings: &Bindings<'_>,
        pool: &mut PoolBuilder,
    ) -> Self {
        match r#type {
            PrincipalType::Everyone => Self::Everyone,
            PrincipalType::Aws => Self::compile_aws(value, bindings, pool),
            PrincipalType::Service => Self::Service(pool.text(value)),
            PrincipalType::Federated => Self::Provider(pool.text(value)),
            PrincipalType::CanonicalUser => Self::CanonicalUser(pool.text(value)),
        }
    }

    fn compile_aws(value: &str, bindings: &Bindings<'_>, pool: &mut PoolBuilder) -> Self {
        if value == "*" {
            return Self::Everyone;
        }
        if arn::is_account(value) {
            return Self::Account(pool.text(value));
        }
        if is_unique_id(value) {
            return Self::UniqueId(pool.text(value));
        }
        let Some(identity) = arn::identity(value) else { return Self::Nobody };
        let named = |pool: &mut PoolBuilder| Named {
            arn: pool.text(value),
            id: bindings.id(value).map(|id| pool.text(id)),
        };
        match (identity.service, identity.resource.split_once('/')) {
            ("iam", None) if identity.resource == "root" => Self::Account(pool.text(identity.account)),
            ("iam", Some(("user", _))) => Self::User(named(pool)),
            ("iam", Some(("role", _))) => Self::Role(named(pool)),
            ("sts", Some(("assumed-role" | "federated-user", _))) => Self::Session(pool.text(value)),
            _ => Self::Nobody,
        }
    }

    /// Does the entry mean the caller, and in which way?
    pub(crate) fn meets(
        &self,
        caller: &Caller<'_>,
        canonical_user: Option<&str>,
        pool: &Pool,
    ) -> Option<GrantKind> {
        match *self {
            Self::Everyone => Some(GrantKind::Everyone),
            Self::Account(account) => (caller.account()? == pool.str(account)).then_some(GrantKind::Account),
            Self::CanonicalUser(id) => (canonical_user? == pool.str(id)).then_some(GrantKind::Account),
            Self::User(user) => meets_user(caller, |arn, id| user.is(arn, id, pool)),
            Self::Role(role) => meets_role(caller, |arn, id| role.is(arn, id, pool)),
            Self::Session(session) => {
                let is_session = matches!(caller, Caller::RoleSession { .. } | Caller::FederatedUser { .. });
                (is_session && caller.display_name() == pool.str(session)).then_some(GrantKind::Session)
            }
            Self::UniqueId(id) => meets_unique_id(pool.str(id), caller),
            Self::Service(name) => {
                let Caller::Service { names } = caller else { return None };
                names.contains(&pool.str(name)).then_some(GrantKind::Service)
            }
            Self::Provider(name) => {
                let Caller::FederatedIdentity { provider } = caller else { return None };
                (*provider == pool.str(name)).then_some(GrantKind::Federated)
            }
            Self::Nobody => None,
        }
    }

    /// Does the entry name one user, role or session of this account, as opposed to the account?
    fn is_within(&self, account: &str, pool: &Pool) -> bool {
        let of_account = |arn| arn::identity(pool.str(arn)).is_some_and(|named| named.account == account);
        match *self {
            Self::User(named) | Self::Role(named) => of_account(named.arn),
            Self::Session(arn) => of_account(arn),
            // An id does not tell its account.
            Self::UniqueId(_) => true,
            Self::Everyone
            | Self::Account(_)
            | Self::Service(_)
            | Self::Provider(_)
            | Self::CanonicalUser(_)
            | Self::Nobody => false,
        }
    }
}

impl Named {
    fn is(self, arn: &str, id: &str, pool: &Pool) -> bool {
        match self.id {
            Some(bound) => pool.str(bound) == id,
            None => pool.str(self.arn) == arn,
        }
    }
}

/// Is it a user's or a role's unique id, or a role's with a session name?
pub(crate) fn is_unique_id(value: &str) -> bool {
    let (id, session) = value.split_once(':').map_or((value, None), |(id, session)| (id, Some(session)));
    let is_id = id.len() >= 16 && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    is_id && (id.starts_with("AROA") || (id.starts_with("AIDA") && session.is_none()))
}

/// A user is met as itself or through a federated session it issued.
fn meets_user(caller: &Caller<'_>, is_named: impl Fn(&str, &str) -> bool) -> Option<GrantKind> {
    if let Caller::User { arn, id, .. } = caller {
        return is_named(arn, id).then_some(GrantKind::User);
    }
    let Caller::FederatedUser { issuer: Issuer::User { arn, id }, .. } = caller else { return None };
    is_named(arn, id).then_some(GrantKind::Issuer)
}

fn meets_role(caller: &Caller<'_>, is_named: impl Fn(&str, &str) -> bool) -> Option<GrantKind> {
    let Caller::RoleSession { role_arn, role_id, .. } = caller else { return None };
    is_named(role_arn, role_id).then_some(GrantKind::Role)
}

fn meets_unique_id(wanted: &str, caller: &Caller<'_>) -> Option<GrantKind> {
    if let Some((role, session)) = wanted.split_once(':') {
        let Caller::RoleSession { arn, role_id, .. } = caller else { return None };
        let is_session = *role_id == role && arn.rsplit_once('/').is_some_and(|(_, name)| name == session);
        return is_session.then_some(GrantKind::Session);
    }
    let is_wanted = |_: &str, id: &str| id == wanted;
    meets_user(caller, is_wanted).or_else(|| meets_role(caller, is_wanted))
}

/// The strongest way in which any of the entries means the caller.
pub(crate) fn strongest(
    entries: &[Entry],
    caller: &Caller<'_>,
    canonical_user: Option<&str>,
    pool: &Pool,
) -> Option<GrantKind> {
    entries.iter().filter_map(|entry| entry.meets(caller, canonical_user, pool)).max()
}

/// Does a `Deny` with `NotPrincipal` spare the caller?
///
/// AWS checks the account first, then the role, then the session, and denies at the first one that is not
/// listed: to spare Bob, list Bob *and* his account. Listing the account does not spare Alice, who is in it
/// too.
///
/// AWS: "AWS JSON policy elements: `NotPrincipal`".
// CHOICE: an account listed without any user, role or session of its own shields everybody in it.
pub(crate) fn spares(
    entries: &[Entry],
    caller: &Caller<'_>,
    canonical_user: Option<&str>,
    pool: &Pool,
) -> bool {
    let lists = |kind| entries.iter().any(|entry| entry.meets(caller, canonical_user, pool) == Some(kind));
    if lists(GrantKind::Everyone) {
        return true;
    }
    let whole_account = |account: &str| !entries.iter().any(|entry| entry.is_within(account, pool));
    match caller {
        Caller::Root { .. } | Caller::RootSession { .. } => lists(GrantKind::Account),
        Caller::User { account, .. } => {
            lists(GrantKind::Account) && (lists(GrantKind::User) || whole_account(account))
        }
        Caller::RoleSession { account, .. } => {
            let chain = lists(GrantKind::Session) && lists(GrantKind::Role);
            lists(GrantKind::Account) && (chain || whole_account(account))
        }
        Caller::FederatedUser { account, issuer, .. } => {
            let chain = lists(GrantKind::Session) && (*issuer == Issuer::Root || lists(GrantKind::Issuer));
            lists(GrantKind::Account) && (chain || whole_account(account))
        }
        Caller::FederatedIdentity { .. } => lists(GrantKind::Federated),
        Caller::Service { .. } => lists(GrantKind::Service),
        Caller::Anonymous => false,
    }
}
