//! What holds policies: users, groups and roles. AWS calls them identities.
//!
//! Inline policies, attachments and boundaries follow the same rules in all three. What differs stands here.

use std::sync::Arc;

use regent_store::directory::{AccountView, Named, NamedEntity};
use regent_store::entity::{Group, InlinePolicy, Role, User};
use regent_wire::Fault;
use regent_wire::iam::error;

use super::quota;
use crate::change::Change;
use crate::fault::{self, Noun};

/// A user, a group or a role, as its policies see it.
pub(super) trait Identity: NamedEntity + Clone + Send + Sync + 'static {
    /// What messages call it.
    const NOUN: Noun;
    /// The most that its inline policies may come to together.
    const INLINE_SIZE: usize;
    /// AWS's name of the quota on its attached policies.
    const ATTACHED_QUOTA: &'static str;

    /// All of the kind in an account.
    fn all(account: &AccountView) -> &Named<Self>;

    /// Writes it.
    fn put(self, change: &mut Change<'_>);

    /// Its path.
    fn path(&self) -> &str;

    /// Policies that live in it.
    fn inline(&self) -> &[InlinePolicy];

    /// The same, to change them.
    fn inline_mut(&mut self) -> &mut Vec<InlinePolicy>;

    /// ARNs of the managed policies attached to it.
    fn attached(&self) -> &[Arc<str>];

    /// The same, to change them.
    fn attached_mut(&mut self) -> &mut Vec<Arc<str>>;

    /// ARN of the managed policy that bounds it. A group never has one.
    fn boundary(&self) -> Option<&str>;

    /// Whether it is a service's own, which nobody else may change.
    fn is_protected(&self) -> bool {
        false
    }
}

/// What is written alike in all three because their fields are.
macro_rules! fields {
    () => {
        fn path(&self) -> &str {
            &self.path
        }

        fn inline(&self) -> &[InlinePolicy] {
            &self.inline
        }

        fn inline_mut(&mut self) -> &mut Vec<InlinePolicy> {
            &mut self.inline
        }

        fn attached(&self) -> &[Arc<str>] {
            &self.attached
        }

        fn attached_mut(&mut self) -> &mut Vec<Arc<str>> {
            &mut self.attached
        }
    };
}

impl Identity for User {
    const NOUN: Noun = Noun::User;
    const INLINE_SIZE: usize = quota::USER_POLICY_SIZE;
    const ATTACHED_QUOTA: &'static str = "PoliciesPerUser";

    fields!();

    fn all(account: &AccountView) -> &Named<Self> {
        &account.users
    }

    fn put(self, change: &mut Change<'_>) {
        change.put_user(&Arc::new(self));
    }

    fn boundary(&self) -> Option<&str> {
        self.boundary.as_deref()
    }
}

impl Identity for Group {
    const NOUN: Noun = Noun::Group;
    const INLINE_SIZE: usize = quota::GROUP_POLICY_SIZE;
    const ATTACHED_QUOTA: &'static str = "PoliciesPerGroup";

    fields!();

    fn all(account: &AccountView) -> &Named<Self> {
        &account.groups
    }

    fn put(self, change: &mut Change<'_>) {
        change.put_group(&Arc::new(self));
    }

    fn boundary(&self) -> Option<&str> {
        None
    }
}

impl Identity for Role {
    const NOUN: Noun = Noun::Role;
    const INLINE_SIZE: usize = quota::ROLE_POLICY_SIZE;
    const ATTACHED_QUOTA: &'static str = "PoliciesPerRole";

    fields!();

    fn all(account: &AccountView) -> &Named<Self> {
        &account.roles
    }

    fn put(self, change: &mut Change<'_>) {
        change.put_role(&Arc::new(self));
    }

    fn boundary(&self) -> Option<&str> {
        self.boundary.as_deref()
    }

    fn is_protected(&self) -> bool {
        self.is_service_linked()
    }
}

/// The identity of that name.
pub(super) fn find<'a, T: Identity>(account: &'a AccountView, name: &str) -> Result<&'a Arc<T>, Fault> {
    T::all(account).get(name).ok_or_else(|| fault::no_such(T::NOUN, name))
}

/// A copy of the identity of that name, to change it and put it back. A service-linked role is not given out.
pub(super) fn to_change<T: Identity>(change: &Change<'_>, name: &str) -> Result<T, Fault> {
    let identity = find::<T>(change.account()?, name)?;
    if identity.is_protected() {
        let message = format!(
            "Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"
        );
        return Err(Fault::new(&error::UNMODIFIABLE_ENTITY, message));
    }
    Ok(T::clone(identity))
}

#[cfg(test)]
mod tests {
    use regent_store::entity::{AccountId, PolicyDocument};

    use super::*;
    use crate::clock::Clock;
    use crate::config::{Config, Settings};
    use crate::server::Server;

    #[tokio::test]
    async fn a_service_linked_role_is_not_given_out_to_be_changed() {
        let account = AccountId::new(123_456_789_012).unwrap();
        let settings =
            Settings { ephemeral: Some(true), account_id: Some(account.to_string()), ..Settings::default() };
        let config = Config::resolve(settings, Settings::default()).unwrap();
        let server =
            Server::start(config, Clock::manual("2026-11-21T12:00:00Z".parse().unwrap())).await.unwrap();
        for (path, refusal) in [
            ("/service-role/", None),
            (
                "/aws-service-role/ecs.amazonaws.com/",
                Some(
                    "UnmodifiableEntity: Cannot perform the operation on the protected role 'x' - this role is only \
                     modifiable by AWS",
                ),
            ),
        ] {
            let role = Arc::new(Role {
                id: "AROAJQABLZS4A3QDU576Q".parse().unwrap(),
                name: "x".into(),
                path: path.into(),
                created: 0,
                description: None,
                max_session_secs: 3600,
                trust: Arc::new(PolicyDocument::new("", Vec::new())),
                inline: Vec::new(),
                attached: Vec::new(),
                boundary: None,
                tags: Vec::new(),
            });
            let given = server.server.write(account, move |change| {
                change.put_role(&role);
                to_change::<Role>(change, "x").map(drop)
            });
            assert_eq!(given.await.err().map(|fault| fault.to_string()).as_deref(), refusal);
        }
    }
}
