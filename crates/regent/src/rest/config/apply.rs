//! Makes things what a document says: first all of them, then the checks, so that they may name each other.

use std::sync::Arc;

use regent_broker::{Account, Connector, Group, Id, IdentitySource, Stored, SystemCaller, Upstream};
use regent_store::entity::BrokerEntity;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::declared::Declared;
use super::document::Document;
use super::names::Names;
use crate::broker::administrators;
use crate::broker::change::{BrokerChange, NotChanged};
use crate::rest::problem::{FieldProblem, Problem};
use crate::server::Server;

/// A document to be applied.
pub(super) struct Applying {
    pub(super) server: Arc<Server>,
    pub(super) document: Document,
    pub(super) prune: bool,
}

/// What a document has changed.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) changes: Vec<Change>,
    pub(super) warnings: Vec<Warning>,
}

/// What becomes of one thing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConfigChange)]
pub(super) struct Change {
    /// Its kind.
    kind: &'static str,
    /// Its name.
    name: String,
    /// What is done.
    action: Verb,
    /// The members that differ.
    fields: Vec<FieldChange>,
}

impl Change {
    /// Whether nothing is done.
    pub(super) fn is_kept(&self) -> bool {
        self.action == Verb::Keep
    }
}

/// What is done to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Verb {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It goes.
    Delete,
    /// It is that already.
    Keep,
}

/// A member that differs.
#[derive(Debug, Serialize, ToSchema)]
struct FieldChange {
    /// Which.
    name: String,
    /// What it was; absent if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Value>,
    /// What it becomes; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Value>,
}

/// Something that somebody has to do by hand.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConfigWarning)]
pub(super) struct Warning {
    /// The kind of the thing.
    kind: &'static str,
    /// Its name.
    name: String,
    /// What is missing, and what to do.
    text: &'static str,
}

/// The things of one section. What was made of them is checked once everything is there.
type Written<T> = Vec<One<T>>;

struct One<T> {
    id: Id,
    name: String,
    old: Option<Arc<Stored<T>>>,
    is_kept: bool,
}

impl Applying {
    /// Does it, or finds out what would be done.
    pub(super) fn run(&self, change: &mut BrokerChange<'_>) -> Result<Outcome, NotChanged> {
        let had = administrators::is_any(change.draft.broker());
        let document = &self.document;
        let mut names = Names::of(change.draft.broker());
        self.name_new::<Upstream>(document.upstreams.as_deref(), &mut names)?;
        self.name_new::<IdentitySource>(document.identity_sources.as_deref(), &mut names)?;
        self.name_new::<Account>(document.accounts.as_deref(), &mut names)?;
        self.name_new::<Group>(document.groups.as_deref(), &mut names)?;
        self.name_new::<SystemCaller>(document.system_callers.as_deref(), &mut names)?;
        self.name_new::<Connector>(document.connectors.as_deref(), &mut names)?;

        let mut outcome = Outcome::default();
        let upstreams =
            self.write::<Upstream>(change, document.upstreams.as_deref(), &names, &mut outcome)?;
        let sources =
            self.write::<IdentitySource>(change, document.identity_sources.as_deref(), &names, &mut outcome)?;
        let accounts = self.write::<Account>(change, document.accounts.as_deref(), &names, &mut outcome)?;
        let groups = self.write::<Group>(change, document.groups.as_deref(), &names, &mut outcome)?;
        let callers =
            self.write::<SystemCaller>(change, document.system_callers.as_deref(), &names, &mut outcome)?;
        let connectors =
            self.write::<Connector>(change, document.connectors.as_deref(), &names, &mut outcome)?;
        check::<Upstream>(change, &upstreams)?;
        check::<IdentitySource>(change, &sources)?;
        check::<Account>(change, &accounts)?;
        check::<Group>(change, &groups)?;
        check::<SystemCaller>(change, &callers)?;
        check::<Connector>(change, &connectors)?;
        if self.prune {
            // Whoever names others goes before them.
            prune::<Connector>(change, document.connectors.is_some(), &connectors, &mut outcome)?;
            prune::<SystemCaller>(change, document.system_callers.is_some(), &callers, &mut outcome)?;
            prune::<Group>(change, document.groups.is_some(), &groups, &mut outcome)?;
            prune::<Account>(change, document.accounts.is_some(), &accounts, &mut outcome)?;
            prune::<IdentitySource>(change, document.identity_sources.is_some(), &sources, &mut outcome)?;
            prune::<Upstream>(change, document.upstreams.is_some(), &upstreams, &mut outcome)?;
        }
        if had && !administrators::is_any(change.draft.broker()) {
            return Err(administrators::last().into());
        }
        Ok(outcome)
    }

    /// Gives ids to the names that are new.
    fn name_new<T: Declared>(&self, section: Option<&[Value]>, names: &mut Names) -> Result<(), NotChanged> {
        let mut seen = std::collections::BTreeSet::new();
        for (at, value) in section.unwrap_or_default().iter().enumerate() {
            let name = name_of::<T>(value, at)?;
            if !seen.insert(name.to_lowercase()) {
                return Err(finding::<T>(name, T::KEY, "repeated", "the document names this twice").into());
            }
            if names.id(T::PREFIX, name).is_none() {
                names.add(T::PREFIX, name, &self.server.broker_id::<T>()?);
            }
        }
        Ok(())
    }

    fn write<T: Declared>(
        &self,
        change: &mut BrokerChange<'_>,
        section: Option<&[Value]>,
        names: &Names,
        outcome: &mut Outcome,
    ) -> Result<Written<T>, NotChanged>
    where
        BrokerEntity: From<Stored<T>>,
    {
        let mut written = Vec::new();
        for (at, value) in section.unwrap_or_default().iter().enumerate() {
            let name = name_of::<T>(value, at)?;
            let Some(id) = names.id(T::PREFIX, name) else { continue };
            let old = T::of(change.draft.broker()).get(id.as_str()).map(Arc::clone);
            let was = old.as_ref().map(|old| &old.value);
            let new = T::read(value.clone(), names, was, &self.server)
                .map_err(|problem| problem.within(&place::<T>(name)))?;
            let before = was.map(|was| was.written(names)).transpose().map_err(Problem::internal)?;
            let after = new.written(names).map_err(Problem::internal)?;
            let fields = differences(before.as_ref(), Some(&after));
            let action = match (&old, fields.is_empty()) {
                (None, _) => Verb::Create,
                (Some(_), true) => Verb::Keep,
                (Some(_), false) => Verb::Update,
            };
            let warning = new.warning();
            outcome.warnings.extend(warning.map(|text| Warning {
                kind: T::NOUN,
                name: name.to_owned(),
                text,
            }));
            outcome.changes.push(Change { kind: T::NOUN, name: name.to_owned(), action, fields });
            match (&old, action) {
                (None, _) => change.create(id, new)?,
                (Some(old), Verb::Create | Verb::Update | Verb::Delete) => {
                    change.replace(old, new.clone())?;
                    T::follow(change, id, Some(&new))?;
                }
                (Some(_), Verb::Keep) => {}
            }
            written.push(One { id: id.clone(), name: name.to_owned(), old, is_kept: action == Verb::Keep });
        }
        Ok(written)
    }
}

/// Checks what was made or changed. What stays as it is nobody has to set right before the rest can be applied.
fn check<T: Declared>(change: &BrokerChange<'_>, written: &Written<T>) -> Result<(), NotChanged> {
    let broker = change.draft.broker();
    for One { id, name, old, .. } in written.iter().filter(|one| !one.is_kept) {
        let Some(stored) = T::of(broker).get(id.as_str()) else { continue };
        match old {
            None => T::check_declared(broker, id, &stored.value),
            Some(old) => T::check_declared_change(broker, old, &stored.value),
        }
        .map_err(|problem| problem.within(&place::<T>(name)))?;
    }
    Ok(())
}

/// Deletes what a section does not name.
fn prune<T: Declared>(
    change: &mut BrokerChange<'_>,
    is_there: bool,
    written: &Written<T>,
    outcome: &mut Outcome,
) -> Result<(), NotChanged> {
    if !is_there {
        return Ok(());
    }
    let left = T::of(change.draft.broker()).iter().map(|held| Arc::clone(&held.entity));
    let mut left: Vec<Arc<Stored<T>>> =
        left.filter(|stored| !written.iter().any(|one| one.id == stored.id)).collect();
    // Accounts may stand behind each other: whoever is in front goes first.
    while !left.is_empty() {
        let broker = change.draft.broker();
        let free = left.iter().position(|stored| T::check_unused(broker, stored).is_ok());
        let stored = left.swap_remove(free.unwrap_or(0));
        let name = stored.value.name().to_owned();
        crate::rest::crud::remove(change, &stored)?;
        outcome.changes.push(Change { kind: T::NOUN, name, action: Verb::Delete, fields: Vec::new() });
    }
    Ok(())
}

fn name_of<T: Declared>(value: &Value, at: usize) -> Result<&str, Problem> {
    let name = value.get(T::KEY).and_then(Value::as_str).filter(|name| !name.is_empty());
    name.ok_or_else(|| finding::<T>(&at.to_string(), T::KEY, "required", "expected a name"))
}

fn finding<T: Declared>(name: &str, member: &str, code: &str, detail: &str) -> Problem {
    let finding =
        FieldProblem { name: member.to_owned(), code: code.to_owned(), detail: detail.to_owned(), fix: None };
    Problem::invalid(vec![finding]).within(&place::<T>(name))
}

fn place<T: Declared>(name: &str) -> String {
    format!("{}[{name}]", T::SECTION)
}

/// The members that differ, by name.
fn differences(before: Option<&Value>, after: Option<&Value>) -> Vec<FieldChange> {
    let members = |value: Option<&Value>| value.and_then(Value::as_object).cloned().unwrap_or_default();
    let (before, after) = (members(before), members(after));
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| FieldChange {
            name: name.clone(),
            before: before.get(name).cloned(),
            after: after.get(name).cloned(),
        })
        .collect()
}
