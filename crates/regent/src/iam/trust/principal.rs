//! Whom a principal of a trust policy means.
//!
//! The engine has seen to the form. Here is settled whether there is such a principal.

use regent_policy::{Principal, PrincipalType};
use regent_store::directory::{AccountView, Directory};
use regent_store::entity::{AccountId, Binding, UniqueId};

use crate::arn::{IamArn, Noun, Partition};
use crate::mint;

/// There is no such principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nobody;

/// The user or role that a principal names, if it names one whose id is known here.
pub(super) fn find(
    directory: &Directory,
    arns: &Partition,
    principal: &Principal<'_>,
) -> Result<Option<UniqueId>, Nobody> {
    let value = principal.value();
    match principal.r#type() {
        PrincipalType::Everyone => Ok(None),
        PrincipalType::Aws => find_aws(directory, arns, value),
        PrincipalType::Service => unbound(is_service(arns, value)),
        PrincipalType::Federated => unbound(is_provider(arns, value)),
        // S3 alone knows these, and the engine lets none through.
        PrincipalType::CanonicalUser => Err(Nobody),
    }
}

/// How a bound principal stands in the document now: under its ARN while it exists, then under its id.
pub(super) fn shown(directory: &Directory, arns: &Partition, binding: &Binding) -> String {
    let owner = principal_arn(&binding.arn).and_then(|arn| arn.account);
    let view = owner.and_then(|owner| directory.account(owner));
    let arn = view.and_then(|view| {
        let user = view.users.by_id(binding.id).map(|user| arns.user(view.id(), user));
        user.or_else(|| view.roles.by_id(binding.id).map(|role| arns.role(view.id(), role)))
    });
    arn.unwrap_or_else(|| binding.id.to_string())
}

fn unbound(is_known: bool) -> Result<Option<UniqueId>, Nobody> {
    if is_known { Ok(None) } else { Err(Nobody) }
}

fn find_aws(directory: &Directory, arns: &Partition, value: &str) -> Result<Option<UniqueId>, Nobody> {
    if value == "*" || value.parse::<AccountId>().is_ok() {
        return Ok(None);
    }
    if !value.starts_with("arn:") {
        // An id stands for itself. That of somebody who is gone is refused: whoever writes the document again means
        // somebody who is not there.
        return unbound(is_alive(directory, value));
    }
    let arn = principal_arn(value).filter(|arn| arn.partition == arns.name()).ok_or(Nobody)?;
    let owner = arn.account.ok_or(Nobody)?;
    let Some(view) = directory.account(owner) else { return of_elsewhere() };
    match (arn.service, arn.resource.split_once('/')) {
        // An account is known by its number; a federated user exists as long as somebody makes one.
        ("iam", None) | ("sts", Some(("federated-user", _))) => Ok(None),
        ("iam", Some(("user" | "role", _))) => named(arns, view, value).map(Some).ok_or(Nobody),
        // CHOICE: a session need not exist yet, its role must.
        ("sts", Some(("assumed-role", name))) => {
            let role = name.split_once('/').and_then(|(role, _)| view.roles.get(role));
            unbound(role.is_some())
        }
        _ => Err(Nobody),
    }
}

/// A principal of an account that is not hosted here: nobody can say whether it exists.
// CHOICE: it is believed, and compared by its ARN, as there is no id to bind it to. AWS asks the other account.
#[expect(clippy::unnecessary_wraps, reason = "the one place to change if strangers are to be refused")]
fn of_elsewhere() -> Result<Option<UniqueId>, Nobody> {
    Ok(None)
}

/// The user or role with exactly this ARN.
fn named(arns: &Partition, view: &AccountView, arn: &str) -> Option<UniqueId> {
    let arn: IamArn<'_> = arns.parse(arn)?;
    let (path, name) = arn.path_and_name();
    if arn.word == Noun::User.word() {
        view.users.get(name).filter(|user| *user.path == *path).map(|user| user.id)
    } else {
        view.roles.get(name).filter(|role| *role.path == *path).map(|role| role.id)
    }
}

/// Whether a user or role has this id, which may be followed by the name of a session.
fn is_alive(directory: &Directory, value: &str) -> bool {
    let id = value.split_once(':').map_or(value, |(id, _)| id);
    let Ok(id) = id.parse::<UniqueId>() else { return false };
    let view = mint::account_of(&id).and_then(|account| directory.account(account));
    view.is_some_and(|view| view.users.by_id(id).is_some() || view.roles.by_id(id).is_some())
}

/// The parts of a principal's ARN, of IAM or of STS.
struct PrincipalArn<'a> {
    partition: &'a str,
    service: &'a str,
    account: Option<AccountId>,
    resource: &'a str,
}

fn principal_arn(text: &str) -> Option<PrincipalArn<'_>> {
    let mut fields = text.splitn(6, ':').skip(1);
    let (partition, service) = (fields.next()?, fields.next()?);
    let (account, resource) = (fields.nth(1)?, fields.next()?);
    Some(PrincipalArn { partition, service, account: account.parse().ok(), resource })
}

/// A service of AWS is known by a host name of AWS's.
// CHOICE: AWS refuses names it has no service for. There is no list of them here: it would be out of date with every
// service that AWS adds, and refuse documents that are right. A name that belongs to nobody lets nobody in.
fn is_service(arns: &Partition, name: &str) -> bool {
    name.ends_with(".amazonaws.com") || (arns.name() == "aws-cn" && name.ends_with(".amazonaws.com.cn"))
}

/// An identity provider: one of those that AWS knows by name, or one with an ARN.
// CHOICE: a provider need not exist. Deleting one leaves the roles that trust it as they are, and they could not be
// written again otherwise.
fn is_provider(arns: &Partition, value: &str) -> bool {
    !value.starts_with("arn:") || principal_arn(value).is_some_and(|arn| arn.partition == arns.name())
}
