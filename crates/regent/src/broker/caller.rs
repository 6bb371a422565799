//! Who uses the broker: a person or a system caller, with what they proved and what follows from it.

use std::collections::BTreeSet;
use std::sync::Arc;

use regent_broker::{
    BrokerRole, Group, Id, Login, Origin, Person, Status, Stored, SystemCaller, Who, statement,
};
use regent_store::directory::{Broker, Directory};

/// Who uses the broker. What they belong to is looked up anew for every request.
#[derive(Debug, Clone)]
pub(crate) struct BrokerCaller {
    /// Who.
    pub(crate) subject: Subject,
    /// The sign-in it came by; none for a system caller's own token.
    pub(crate) login: Option<Arc<Stored<Login>>>,
    /// The groups they are in, by id, as far as they are known.
    pub(crate) groups: Vec<Arc<Stored<Group>>>,
    /// Groups were told by a provider too long ago to count.
    pub(crate) has_stale_groups: bool,
    /// Somebody else has the same e-mail address.
    pub(crate) shares_email: bool,
    /// What they may do in the broker.
    pub(crate) roles: BTreeSet<BrokerRole>,
    /// From where they ask.
    pub(crate) source_ip: Arc<str>,
    /// With what.
    pub(crate) user_agent: Option<Box<str>>,
    /// When, in seconds.
    pub(crate) now: i64,
}

/// A person or a system caller.
#[derive(Debug, Clone)]
pub(crate) enum Subject {
    /// A person.
    Person(Arc<Stored<Person>>),
    /// A system caller.
    SystemCaller(Arc<Stored<SystemCaller>>),
}

/// From where somebody asks, and when.
#[derive(Debug, Clone)]
pub(crate) struct Circumstances {
    pub(crate) source_ip: Arc<str>,
    pub(crate) user_agent: Option<Box<str>>,
    pub(crate) now: i64,
}

/// Why somebody may do nothing at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Barred {
    /// An administrator has suspended them.
    Suspended,
    /// Nobody vouches for them any more.
    NotVouchedFor,
}

impl Barred {
    /// For programs.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Suspended => "suspended",
            Self::NotVouchedFor => "identity_source_disabled",
        }
    }

    /// For people.
    pub(crate) fn told(self, name: &str) -> String {
        match self {
            Self::Suspended => format!("{name} is suspended and may do nothing"),
            Self::NotVouchedFor => {
                format!("the identity source of {name} is disabled, and its people may do nothing")
            }
        }
    }
}

impl BrokerCaller {
    /// The caller behind a sign-in. None if they are gone or suspended, or nobody vouches for them any more.
    pub(crate) fn of_login(
        directory: &Directory,
        login: &Arc<Stored<Login>>,
        around: Circumstances,
    ) -> Option<Self> {
        let broker = directory.broker();
        let mut caller = match &login.value.who {
            Who::Person(id) => Self::of_person(broker, broker.people.get(id.as_str())?, around).ok()?,
            Who::SystemCaller(id) => {
                Self::of_system_caller(broker.system_callers.get(id.as_str())?, around).ok()?
            }
        };
        caller.login = Some(Arc::clone(login));
        Some(caller)
    }

    /// A person, unless suspended, or nobody vouches for them any more.
    pub(crate) fn of_person(
        broker: &Broker,
        person: &Arc<Stored<Person>>,
        around: Circumstances,
    ) -> Result<Self, Barred> {
        if person.value.status == Status::Suspended {
            return Err(Barred::Suspended);
        }
        if !is_vouched_for(broker, &person.value.origin) {
            return Err(Barred::NotVouchedFor);
        }
        let (groups, has_stale_groups) = groups_of(broker, person, around.now);
        let mut roles: BTreeSet<BrokerRole> = person.value.roles.iter().copied().collect();
        roles.extend(groups.iter().flat_map(|group| group.value.roles.iter().copied()));
        let Circumstances { source_ip, user_agent, now } = around;
        let subject = Subject::Person(Arc::clone(person));
        Ok(Self {
            subject,
            login: None,
            groups,
            has_stale_groups,
            shares_email: broker.shares_email(person),
            roles,
            source_ip,
            user_agent,
            now,
        })
    }

    /// A system caller, unless suspended.
    pub(crate) fn of_system_caller(
        caller: &Arc<Stored<SystemCaller>>,
        around: Circumstances,
    ) -> Result<Self, Barred> {
        if caller.value.status == Status::Suspended {
            return Err(Barred::Suspended);
        }
        let Circumstances { source_ip, user_agent, now } = around;
        Ok(Self {
            subject: Subject::SystemCaller(Arc::clone(caller)),
            login: None,
            groups: Vec::new(),
            has_stale_groups: false,
            shares_email: false,
            roles: BTreeSet::new(),
            source_ip,
            user_agent,
            now,
        })
    }

    /// Whether groups of ours hang on what their provider told, and it told too long ago: then nobody knows what they are
    /// in, and what anything else would allow them does not count.
    pub(crate) fn lacks_groups(&self, broker: &Broker) -> bool {
        let Subject::Person(person) = &self.subject else { return false };
        let Origin::Oidc { source, .. } = &person.value.origin else { return false };
        let is_of_source =
            |group: &Group| group.mapped.as_ref().is_some_and(|mapping| mapping.source == *source);
        self.has_stale_groups && broker.groups.iter().any(|held| is_of_source(&held.entity.value))
    }

    /// Their id.
    pub(crate) fn id(&self) -> &Id {
        match &self.subject {
            Subject::Person(person) => &person.id,
            Subject::SystemCaller(caller) => &caller.id,
        }
    }

    /// Their name.
    pub(crate) fn name(&self) -> &str {
        match &self.subject {
            Subject::Person(person) => &person.value.name,
            Subject::SystemCaller(caller) => &caller.value.name,
        }
    }

    /// `user` or `system_caller`
    pub(crate) fn kind(&self) -> &'static str {
        match &self.subject {
            Subject::Person(_) => "user",
            Subject::SystemCaller(_) => "system_caller",
        }
    }

    /// `arn:aws:regent:::user/usr_…`
    pub(crate) fn arn(&self) -> String {
        statement::arn(self.kind(), self.id().as_str())
    }

    /// Whether they have a second factor at all.
    pub(crate) fn has_second_factor(&self) -> bool {
        match &self.subject {
            Subject::Person(person) => {
                person.value.sealed_totp.is_some() || !person.value.passkeys.is_empty()
            }
            Subject::SystemCaller(_) => false,
        }
    }

    /// When they last gave a second factor.
    pub(crate) fn mfa_at(&self) -> Option<i64> {
        self.login.as_ref()?.value.mfa_at
    }

    /// Whether they have a role in the broker.
    pub(crate) fn has(&self, role: BrokerRole) -> bool {
        self.roles.contains(&role)
    }
}

/// Whether a person's identity source is still one: when it is disabled or gone, what its people have begun ends.
fn is_vouched_for(broker: &Broker, origin: &Origin) -> bool {
    match origin {
        Origin::Local => true,
        Origin::Oidc { source, .. } => {
            broker.identity_sources.get(source.as_str()).is_some_and(|source| !source.value.terms.disabled)
        }
    }
}

/// A person's groups: those that list them, and those that their provider's claims are mapped to, if it told lately.
///
/// Says also whether some may be missing because the provider has not told for too long.
fn groups_of(broker: &Broker, person: &Stored<Person>, now: i64) -> (Vec<Arc<Stored<Group>>>, bool) {
    let mut groups: Vec<_> = broker.groups_of(person.id.as_str()).cloned().collect();
    let (Some(claimed), Origin::Oidc { source, .. }) = (&person.value.claimed_groups, &person.value.origin)
    else {
        return (groups, false);
    };
    let Some(known) = broker.identity_sources.get(source.as_str()) else { return (groups, true) };
    let age = now.saturating_sub(claimed.at);
    if known.value.terms.disabled || age > i64::from(known.value.terms.group_max_age_seconds) {
        return (groups, true);
    }
    let mapped = broker.groups.iter().filter(|held| {
        held.entity.value.mapped.as_ref().is_some_and(|mapping| {
            mapping.source == *source && claimed.values.iter().any(|value| **value == *mapping.value)
        })
    });
    groups.extend(mapped.map(|held| Arc::clone(&held.entity)));
    groups.sort_by(|one, other| one.id.cmp(&other.id));
    groups.dedup_by(|one, other| one.id == other.id);
    (groups, false)
}
