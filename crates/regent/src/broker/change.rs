//! Changes of what the broker keeps: checked on the newest picture, written with the record of who did it.

use std::sync::Arc;

use regent_broker::{Id, Noun, Stored};
use regent_store::directory::{Directory, Table, Versioned};
use regent_store::entity::{BrokerEntity, Entity};
use regent_store::{Draft, StoreError};
use serde_json::Value;

use super::journal::{Action, Event, Journal, Target};
use crate::entropy;
use crate::rest::problem::Problem;
use crate::server::Server;

mod parts;

pub(crate) use parts::{Part, PartChange};

/// Why nothing was changed.
pub(crate) enum NotChanged {
    /// It may not be.
    Problem(Box<Problem>),
    /// The store could not.
    Store(StoreError),
}

impl From<StoreError> for NotChanged {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Problem> for NotChanged {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

/// Who changes something, and when.
#[derive(Debug, Clone)]
pub(crate) struct Actor {
    /// The id of a person or a system caller, or a word for the server itself.
    pub(crate) id: Box<str>,
    /// When.
    pub(crate) now: i64,
    /// What the journal tells of it, but for what was done and to what; none for what nobody has to be told, such as
    /// that a sign-in was used.
    pub(crate) event: Option<Box<Event>>,
}

impl Actor {
    /// The server, for what the journal need not tell.
    pub(crate) fn server(now: i64) -> Self {
        Self { id: "regent".into(), now, event: None }
    }

    /// Somebody, for what the journal is told in other words.
    pub(crate) fn silent(id: &Id, now: i64) -> Self {
        Self { id: id.as_str().into(), now, event: None }
    }
}

/// A noun of the broker as the store holds it.
pub(crate) trait Kept: Noun {
    /// What the journal tells of a change besides that there was one: parts of it that count by themselves.
    fn parts(_change: &PartChange<'_, Self>) -> Vec<Part> {
        Vec::new()
    }

    /// All of its kind.
    fn table(directory: &Directory) -> &Table<Self>;
    /// What it is called to people: `connector`.
    const WORD: &'static str;
    /// What actions of the journal begin with: `system_caller`.
    const NOUN: &'static str;
}

macro_rules! kept {
    ($($kind:ident $table:ident $word:literal $noun:literal $($parts:path)?),+ $(,)?) => { $(
        impl Kept for regent_broker::$kind {
            const WORD: &'static str = $word;
            const NOUN: &'static str = $noun;

            fn table(directory: &Directory) -> &Table<Self> {
                &directory.broker().$table
            }

            $(
                fn parts(change: &PartChange<'_, Self>) -> Vec<Part> {
                    $parts(change)
                }
            )?
        }
    )+ };
}

kept! {
    Upstream upstreams "upstream" "upstream",
    Account accounts "account" "account" parts::keys,
    Connector connectors "connector" "connector" parts::grants,
    Person people "user" "user",
    Group groups "group" "group" parts::mapping,
    SystemCaller system_callers "system caller" "system_caller",
    IdentitySource identity_sources "identity source" "identity_source",
    Login logins "sign-in" "login",
}

/// A command at work on what the broker keeps.
pub(crate) struct BrokerChange<'a> {
    pub(crate) draft: &'a mut Draft<Directory>,
    pub(crate) actor: &'a Actor,
    pub(crate) journal: &'a Journal,
}

impl BrokerChange<'_> {
    /// Writes something new under this id. Its name must be free.
    pub(crate) fn create<T>(&mut self, id: &Id, value: T) -> Result<(), NotChanged>
    where
        T: Kept,
        BrokerEntity: From<Stored<T>>,
    {
        if let Some(taken) = T::table(self.draft).named(value.name()) {
            return Err(name_taken::<T>(value.name(), &taken.id).into());
        }
        let Actor { id: by, now, .. } = self.actor;
        let stored = Stored {
            id: id.clone(),
            created: *now,
            created_by: by.clone(),
            updated: *now,
            updated_by: by.clone(),
            value,
        };
        self.tell("create", &stored, (None, Some(&stored.value)));
        self.put(stored);
        Ok(())
    }

    /// What there is under this id, if it is still the revision that the change is one of.
    pub(crate) fn current<T: Kept>(
        &self,
        id: &str,
        revision: Option<u64>,
    ) -> Result<Arc<Stored<T>>, NotChanged> {
        let held = T::table(self.draft)
            .versioned(id)
            .ok_or_else(|| Problem::not_found(format!("there is no {} `{id}`", T::WORD)))?;
        if revision.is_some_and(|revision| revision != held.version.number()) {
            return Err(revision_conflict(held).into());
        }
        Ok(Arc::clone(&held.entity))
    }

    /// Writes another value under the id of what there was.
    pub(crate) fn replace<T>(&mut self, old: &Stored<T>, value: T) -> Result<(), NotChanged>
    where
        T: Kept,
        BrokerEntity: From<Stored<T>>,
    {
        if let Some(taken) = T::table(self.draft).named(value.name()).filter(|taken| taken.id != old.id) {
            return Err(name_taken::<T>(value.name(), &taken.id).into());
        }
        let Actor { id: by, now, .. } = self.actor;
        let stored = Stored { value, updated: *now, updated_by: by.clone(), ..Stored::clone(old) };
        self.tell("update", &stored, (Some(&old.value), Some(&stored.value)));
        self.put(stored);
        Ok(())
    }

    /// Removes what there was.
    pub(crate) fn remove<T: Kept>(&mut self, old: &Stored<T>) {
        self.tell("delete", old, (Some(&old.value), None));
        self.draft.remove("", T::KIND, old.id.as_str());
    }

    /// Tells the journal what was done to something, from what it was to what it is.
    fn tell<T: Kept>(&mut self, verb: &str, stored: &Stored<T>, (old, new): (Option<&T>, Option<&T>)) {
        let Some(event) = &self.actor.event else { return };
        let event = Event {
            action: Action::on(T::NOUN, verb),
            target: Some(Target::of(T::WORD, stored)),
            ..Event::clone(event)
        };
        self.append(&event);
        let parts = T::parts(&PartChange { stored, old, new, broker: self.draft.broker() });
        for Part { action, connector, detail } in parts {
            let detail = Some(detail.as_str().into());
            self.append(&Event { action, connector, detail, ..event.clone() });
        }
    }

    /// Appends one of the events of this command; each has an id of its own.
    pub(crate) fn append(&mut self, event: &Event) {
        let number = self.draft.chain_head().map_or(0, |head| head.last.number);
        self.journal.append(self.draft, &event.numbered(number));
    }

    /// Writes a record as it is.
    pub(crate) fn put<T>(&mut self, stored: Stored<T>)
    where
        BrokerEntity: From<Stored<T>>,
    {
        self.draft.put("", Entity::Broker(BrokerEntity::from(stored)));
    }
}

/// The change is not one of what there is now.
pub(crate) fn revision_conflict<T: Kept>(held: &Versioned<Stored<T>>) -> Problem {
    Problem::new(
        http::StatusCode::PRECONDITION_FAILED,
        "revision_conflict",
        format!("somebody has changed this {} in the meantime", T::WORD),
    )
    .fix("look at what there is now, and change that")
    .with("current_revision", held.version.number())
}

fn name_taken<T: Kept>(name: &str, by: &Id) -> Problem {
    Problem::conflict("name_taken", format!("there is a {} called `{name}` already: {by}", T::WORD))
        .fix("choose another name")
        .with("taken_by", Value::from(by.as_str()))
}

impl Server {
    /// A new id of this kind.
    pub(crate) fn broker_id<T: Noun>(&self) -> Result<Id, Problem> {
        self.new_id(T::PREFIX)
    }

    /// A new id with this prefix.
    pub(crate) fn new_id(&self, prefix: &str) -> Result<Id, Problem> {
        let now_ms = u64::try_from(self.clock.now().as_millisecond()).unwrap_or_default();
        let random = entropy::bytes().map_err(Problem::internal)?;
        Ok(Id::new(prefix, now_ms, random))
    }

    /// Changes what the broker keeps. Answers once the change is durable and this node's picture has it.
    pub(crate) async fn change_broker<T: Send + 'static>(
        &self,
        actor: Actor,
        command: impl Fn(&mut BrokerChange<'_>) -> Result<T, NotChanged> + Send + 'static,
    ) -> Result<T, Problem> {
        let journal = self.journal.clone();
        let work = move |draft: &mut Draft<Directory>| {
            command(&mut BrokerChange { draft, actor: &actor, journal: &journal })
        };
        let written = self.store.write(work).await;
        written.map_err(|error| match error {
            NotChanged::Problem(problem) => *problem,
            NotChanged::Store(error) => error.into(),
        })
    }

    /// Brings the picture of this node to what all nodes have done by now: a command that changes nothing sees it.
    pub(crate) async fn catch_up(&self) -> Result<(), StoreError> {
        self.store.write(|_| Ok(())).await
    }

    /// Now, to the second.
    pub(crate) fn seconds(&self) -> i64 {
        self.clock.now().as_second()
    }
}
