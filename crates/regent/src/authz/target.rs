//! The resource an operation is about, found by what its input names.
//!
//! An entity is looked up first and authorized under its real path. One that does not exist is authorized under
//! path `/`: only who may look at it learns that it is not there.

use std::borrow::Cow;

use regent_store::directory::AccountView;
use regent_store::entity::{AccountId, KeyOwner, PolicyDocument, Tag, User};
use regent_wire::Fault;
use regent_wire::shape::Input;

use super::table::{Entity, On};
use crate::arn::{IamArn, Noun, Owner};
use crate::call::Call;

/// A resource, and what conditions may ask about it.
#[derive(Debug)]
pub(crate) struct Target<'a> {
    /// Its ARN, or `*`.
    pub(crate) arn: String,
    /// Whose it is; none if that is nobody here.
    pub(crate) account: Option<AccountId>,
    /// Its tags.
    pub(crate) tags: Cow<'a, [Tag]>,
    /// Whether `iam:ResourceTag` sees them too: users and roles.
    pub(crate) has_iam_tags: bool,
    /// Its permissions boundary.
    pub(crate) boundary: Option<&'a str>,
    /// Whether it is a role whose trust policy has a say.
    pub(super) role: RoleTarget<'a>,
}

/// A role that somebody wants to assume, as authorization sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RoleTarget<'a> {
    /// The question is about something else.
    NotOne,
    /// It has this trust policy.
    Trusting(&'a PolicyDocument),
    /// There is none, which nobody must learn from the answer.
    Absent,
}

impl<'a> Target<'a> {
    fn new(arn: String, account: AccountId) -> Self {
        Self {
            arn,
            account: Some(account),
            tags: Cow::Borrowed(&[]),
            has_iam_tags: false,
            boundary: None,
            role: RoleTarget::NotOne,
        }
    }

    /// Finds what a row says, in this input.
    pub(crate) fn find(call: &Call<'a>, on: On, input: &impl Input) -> Result<Self, Fault> {
        let own = call.caller.account;
        let text = |member: &str| input.text(member).unwrap_or_default();
        Ok(match on {
            On::Nothing | On::Any => Self::new("*".to_owned(), own),
            On::Named(entity, member) => Self::named(call, entity, text(member))?,
            On::UserOrCaller(member) => match input.text(member) {
                Some(name) => Self::named(call, Noun::User, name)?,
                None => Self::caller(call)?,
            },
            On::New(entity, member) => {
                let path = input.text("Path").unwrap_or("/");
                Self::new(call.arns().iam(own, entity, path, text(member)), own)
            }
            On::All(entity) => {
                let prefix = input.text("PathPrefix").unwrap_or("/");
                Self::new(call.arns().iam(own, entity, prefix, ""), own)
            }
            On::Identity(member) => Self::identity(call, text(member))?,
            On::Policy(member) => Self::policy(call, text(member))?,
            On::Mfa(member) => Self::mfa(call, text(member))?,
            On::KeyOwner(member) => Self::key_owner(call, text(member))?,
            On::TrustingRole(member) => Self::trusting_role(call, text(member)),
            On::FederatedUser(member) => Self::new(call.arns().federated_user(own, text(member)), own),
        })
    }

    fn named(call: &Call<'a>, entity: Entity, name: &str) -> Result<Self, Fault> {
        let account = call.account()?;
        let id = account.id();
        let bare = || Self::new(call.arns().iam(id, entity, "/", name), id);
        let found = match entity {
            Noun::User => account.users.get(name).map(|user| Self::user(call, user)),
            Noun::Group => account.groups.get(name).map(|group| Self::new(call.arns().group(id, group), id)),
            Noun::Role => account.roles.get(name).map(|role| Self {
                tags: Cow::Borrowed(&role.tags),
                has_iam_tags: true,
                boundary: role.boundary.as_deref(),
                ..Self::new(call.arns().role(id, role), id)
            }),
            Noun::Policy => account.policies.get(name).map(|policy| Self {
                tags: Cow::Borrowed(&policy.tags),
                ..Self::new(call.arns().policy(id, policy), id)
            }),
            Noun::InstanceProfile => account.instance_profiles.get(name).map(|profile| Self {
                tags: Cow::Borrowed(&profile.tags),
                ..Self::new(call.arns().instance_profile(id, profile), id)
            }),
            Noun::Mfa => None,
        };
        Ok(found.unwrap_or_else(bare))
    }

    fn user(call: &Call<'a>, user: &'a User) -> Self {
        let account = call.caller.account;
        Self {
            tags: Cow::Borrowed(&user.tags),
            has_iam_tags: true,
            boundary: user.boundary.as_deref(),
            ..Self::new(call.arns().user(account, user), account)
        }
    }

    /// The caller itself, where a user may leave out its own name.
    fn caller(call: &Call<'a>) -> Result<Self, Fault> {
        match call.caller.owner() {
            Some(KeyOwner::Root) => Ok(Self::new(call.caller.arn.clone(), call.caller.account)),
            Some(KeyOwner::User(id)) => {
                let user = call.account()?.users.by_id(id);
                user.map(|user| Self::user(call, user)).ok_or_else(|| Fault::bug("the caller is not there"))
            }
            None => Err(Fault::validation("Must specify userName when calling with non-User credentials")),
        }
    }

    /// A user, group or role by its ARN. What is no such ARN is the handler's to refuse, once it may look.
    fn identity(call: &Call<'a>, arn: &str) -> Result<Self, Fault> {
        let own = call.caller.account;
        let parsed = IamArn::parse(arn);
        let owner = match parsed.map(|arn| arn.owner) {
            Some(Owner::Account(owner)) => owner,
            Some(Owner::Aws) | None => own,
        };
        let bare = Self::new(arn.to_owned(), owner);
        let noun = match parsed.map(|arn| arn.word) {
            Some("user") => Noun::User,
            Some("group") => Noun::Group,
            Some("role") => Noun::Role,
            Some(_) | None => return Ok(bare),
        };
        let name = parsed.map_or("", |arn| arn.name());
        let found = Self::named(call, noun, name)?;
        Ok(if found.arn == arn { found } else { bare })
    }

    /// A managed policy by its ARN. What is no ARN of a policy is the handler's to refuse, once it may look.
    ///
    /// Of AWS's policies and those of other accounts the caller's own policies decide too. Whoever may ask learns
    /// only that they cannot be changed from here, or that there is no such policy.
    fn policy(call: &Call<'a>, arn: &str) -> Result<Self, Fault> {
        let own = call.account()?;
        let name = IamArn::parse(arn).filter(|arn| arn.word == "policy").map(|arn| arn.name());
        let held = name.and_then(|name| own.policies.get(name));
        let held = held.filter(|policy| call.arns().policy(own.id(), policy) == arn);
        let tags = held.map_or(&[][..], |policy| &policy.tags);
        Ok(Self { tags: Cow::Borrowed(tags), ..Self::new(arn.to_owned(), own.id()) })
    }

    /// A virtual MFA device by its serial number. What names none has no tags, and is the handler's to miss.
    fn mfa(call: &Call<'a>, serial: &str) -> Result<Self, Fault> {
        let own = call.account()?;
        let parsed = call.arns().parse(serial).filter(|arn| arn.word == "mfa");
        let device = parsed
            .filter(|arn| arn.owner == Owner::Account(own.id()))
            .and_then(|arn| own.mfa_device(arn.path_and_name));
        let owner = match parsed.map(|arn| arn.owner) {
            Some(Owner::Account(owner)) => owner,
            Some(Owner::Aws) | None => own.id(),
        };
        let tags = device.map_or(&[][..], |device| &device.tags);
        Ok(Self { tags: Cow::Borrowed(tags), ..Self::new(serial.to_owned(), owner) })
    }

    /// The user whose key this is. A key nobody here knows is refused in words of its own.
    fn key_owner(call: &Call<'a>, key: &str) -> Result<Self, Fault> {
        let own = call.account()?;
        let known = call.directory.access_key(key).filter(|known| known.account == own.id());
        match known.map(|known| known.key.owner) {
            Some(KeyOwner::Root) => Ok(Self::new(call.arns().root(own.id()), own.id())),
            Some(KeyOwner::User(id)) => {
                let user = own.users.by_id(id);
                user.map(|user| Self::user(call, user))
                    .ok_or_else(|| Fault::bug("a key's owner is not there"))
            }
            // AWS leaves out the colon after "perform" here.
            None => Err(Fault::access_denied(format!(
                "User: {} is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key {key}",
                call.caller.arn
            ))),
        }
    }

    /// A role of any account. Tags that the caller hands on stand over the role's own while it is asked.
    fn trusting_role(call: &Call<'a>, arn: &str) -> Self {
        let found = find_role(call, arn);
        let Some((account, role)) = found else {
            let owner = IamArn::parse(arn).and_then(|arn| match arn.owner {
                Owner::Account(account) => Some(account),
                Owner::Aws => None,
            });
            return Self {
                account: owner,
                role: RoleTarget::Absent,
                ..Self::new(arn.to_owned(), call.caller.account)
            };
        };
        let mut tags = Cow::Borrowed(role.tags.as_slice());
        for inherited in call.caller.transitive_tags() {
            tags.to_mut().retain(|tag| !tag.key.eq_ignore_ascii_case(&inherited.key));
            tags.to_mut().push(inherited.clone());
        }
        Self {
            tags,
            has_iam_tags: true,
            role: RoleTarget::Trusting(&role.trust),
            ..Self::new(arn.to_owned(), account.id())
        }
    }

    /// What this entity would be under another path or name. Its tags stay.
    pub(super) fn renamed(
        &self,
        call: &Call<'_>,
        entity: Entity,
        path: Option<&str>,
        name: Option<&str>,
    ) -> Self {
        let (old_path, old_name) = IamArn::parse(&self.arn).map_or(("/", ""), |arn| arn.path_and_name());
        let account = call.caller.account;
        let arn = call.arns().iam(account, entity, path.unwrap_or(old_path), name.unwrap_or(old_name));
        Self {
            tags: self.tags.clone(),
            has_iam_tags: self.has_iam_tags,
            boundary: self.boundary,
            ..Self::new(arn, account)
        }
    }
}

/// The role with this ARN, whichever account's it is. The ARN must have the role's real path.
pub(crate) fn find_role<'a>(
    call: &Call<'a>,
    arn: &str,
) -> Option<(&'a AccountView, &'a std::sync::Arc<regent_store::entity::Role>)> {
    let arn = IamArn::parse(arn).filter(|arn| arn.word == "role" && arn.partition == call.arns().name())?;
    let Owner::Account(owner) = arn.owner else { return None };
    let account = call.directory.account(owner)?;
    let role = account.roles.get(arn.name())?;
    (*role.path == *arn.path_and_name().0).then_some((account, role))
}
