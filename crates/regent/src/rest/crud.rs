//! What every resource does alike: list, show, make, change, delete.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use regent_broker::{Id, Stored};
use regent_policy::Action;
use regent_store::directory::{Broker, Directory, Versioned};
use regent_store::entity::BrokerEntity;
use serde::Serialize;
use serde_json::Value;

use super::body::{if_match, merge, must_match};
use super::caller::Known;
use super::list::Page;
use super::problem::Problem;
use super::resource::{Shown, without_read_only};
use crate::broker::administrators;
use crate::broker::change::{BrokerChange, Kept, NotChanged, revision_conflict};

/// Members of which null says that there is none. Left out, they have a default, so a patch must not leave them out.
const NULL_IS_NONE: [&str; 1] = ["source_identity_template"];

/// A noun of the broker as the API has it.
pub(super) trait Resource: Kept {
    /// What there is to see of one.
    type View: Serialize;
    /// Members that only the server writes, besides those of everything.
    const READ_ONLY: &'static [&'static str];
    /// Whether a change of one can take away the last administrator.
    const BEARS_ADMINISTRATORS: bool = false;

    /// What there is to see of one.
    fn show(known: &Known, directory: &Directory, held: &Versioned<Stored<Self>>) -> Self::View;

    /// The texts that a search looks into.
    fn texts(&self) -> Vec<&str>;

    /// Whether it has this label. Most things have none.
    fn has_label(&self, _key: &str, _value: &str) -> bool {
        false
    }

    /// Whether it may be kept, as the newest picture is.
    fn check(broker: &Broker, id: &Id, value: &Self) -> Result<(), Problem>;

    /// Whether one may become another, as the newest picture is. A kind that can be right when it is written and wrong
    /// later, because of what others became, says here what still goes.
    fn check_change(broker: &Broker, old: &Stored<Self>, value: &Self) -> Result<(), Problem> {
        Self::check(broker, &old.id, value)
    }

    /// Whether it may go: not while something else names it.
    fn check_unused(broker: &Broker, stored: &Stored<Self>) -> Result<(), Problem>;

    /// What else changes with one, in the same command; `now` is what became of it, none once it is gone.
    fn follow(_change: &mut BrokerChange<'_>, _id: &Id, _now: Option<&Self>) -> Result<(), NotChanged> {
        Ok(())
    }
}

/// The thing with this id, or with this name.
pub(super) fn find<'a, T: Kept>(
    directory: &'a Directory,
    id_or_name: &str,
) -> Result<&'a Versioned<Stored<T>>, Problem> {
    let table = T::table(directory);
    table
        .versioned(id_or_name)
        .or_else(|| table.versioned(table.named(id_or_name)?.id.as_str()))
        .ok_or_else(|| Problem::not_found(format!("there is no {} `{id_or_name}`", T::WORD)))
}

/// One, shown.
pub(super) fn show<T: Resource>(
    known: &Known,
    directory: &Directory,
    held: &Versioned<Stored<T>>,
) -> Shown<T::View> {
    Shown::of(held, T::show(known, directory, held))
}

/// A page of them, in the order of their names.
pub(super) fn list<T: Resource>(
    known: &Known,
    page: &Page,
    action: &Action<'_>,
) -> Result<Response, Problem> {
    known.must(action, T::NOUN, "*")?;
    let label = page.label.as_deref().map(|label| label.split_once('=').unwrap_or((label, "")));
    let found = T::table(&known.directory).after(page.after()?).filter(|held| {
        let value = &held.entity.value;
        page.finds(&value.texts()) && label.is_none_or(|(key, wanted)| value.has_label(key, wanted))
    });
    let shown = found.map(|held| (held.entity.value.name().to_owned(), show(known, &known.directory, held)));
    Ok(Json(page.take(shown)?).into_response())
}

/// One, by id or name.
pub(super) fn get<T: Resource>(known: &Known, id: &str, action: &Action<'_>) -> Result<Response, Problem> {
    known.must(action, T::NOUN, id)?;
    let held = find::<T>(&known.directory, id)?;
    Ok(show(known, &known.directory, held).answer(StatusCode::OK))
}

/// One as it is now, after a change.
pub(super) fn answer<T: Resource>(known: &Known, id: &Id, status: StatusCode) -> Result<Response, Problem> {
    let now = known.asked.server.store.picture();
    Ok(show(known, &now, find::<T>(&now, id.as_str())?).answer(status))
}

/// Makes one under a new id.
pub(super) async fn create<T: Resource>(known: &Known, id: Id, value: T) -> Result<Response, Problem>
where
    BrokerEntity: From<Stored<T>>,
{
    let made = id.clone();
    let change = move |change: &mut BrokerChange<'_>| {
        T::check(change.draft.broker(), &made, &value)?;
        change.create(&made, value.clone())
    };
    known.asked.server.change_broker(known.actor()?, change).await?;
    answer::<T>(known, &id, StatusCode::CREATED)
}

/// Changes one. `make` says what becomes of what there was; it runs on the newest picture, perhaps several times.
pub(super) async fn change<T: Resource>(
    known: &Known,
    id: &Id,
    revision: Option<u64>,
    make: impl Fn(&T) -> Result<T, Problem> + Send + 'static,
) -> Result<Response, Problem>
where
    BrokerEntity: From<Stored<T>>,
{
    let changed = id.clone();
    let change = move |change: &mut BrokerChange<'_>| {
        let old = change.current::<T>(changed.as_str(), revision)?;
        let value = make(&old.value)?;
        replace(change, &old, &value)
    };
    let changed = known.asked.server.change_broker(known.actor()?, change).await;
    changed.map_err(|problem| with_current::<T>(known, id, problem))?;
    answer::<T>(known, id, StatusCode::OK)
}

/// Writes what became of one, as far as it may be, and what follows from that.
pub(super) fn replace<T: Resource>(
    change: &mut BrokerChange<'_>,
    old: &Stored<T>,
    value: &T,
) -> Result<(), NotChanged>
where
    BrokerEntity: From<Stored<T>>,
{
    T::check_change(change.draft.broker(), old, value)?;
    guarded::<T>(change, |change| {
        change.replace(old, value.clone())?;
        T::follow(change, &old.id, Some(value))
    })
}

/// Removes one that nothing names, and what goes with it.
pub(super) fn remove<T: Resource>(change: &mut BrokerChange<'_>, old: &Stored<T>) -> Result<(), NotChanged> {
    T::check_unused(change.draft.broker(), old)?;
    guarded::<T>(change, |change| {
        change.remove(old);
        T::follow(change, &old.id, None)
    })
}

/// Refuses what would take away the last administrator.
fn guarded<T: Resource>(
    change: &mut BrokerChange<'_>,
    work: impl FnOnce(&mut BrokerChange<'_>) -> Result<(), NotChanged>,
) -> Result<(), NotChanged> {
    let had = T::BEARS_ADMINISTRATORS && administrators::is_any(change.draft.broker());
    work(change)?;
    if had && !administrators::is_any(change.draft.broker()) {
        return Err(administrators::last().into());
    }
    Ok(())
}

/// Whoever was late is shown what there is now.
pub(super) fn with_current<T: Resource>(known: &Known, id: &Id, problem: Problem) -> Problem {
    if problem.code() != "revision_conflict" {
        return problem;
    }
    let now = known.asked.server.store.picture();
    let shown = find::<T>(&now, id.as_str()).map(|held| serde_json::to_value(show(known, &now, held)));
    match shown {
        Ok(Ok(current)) => problem.current(current),
        Ok(Err(_)) | Err(_) => problem,
    }
}

/// Deletes one that nothing names.
pub(super) async fn delete<T: Resource>(
    known: &Known,
    id: &str,
    headers: &HeaderMap,
) -> Result<StatusCode, Problem> {
    let revision = if_match(headers)?;
    let id = find::<T>(&known.directory, id)?.entity.id.clone();
    let change = move |change: &mut BrokerChange<'_>| {
        let old = change.current::<T>(id.as_str(), revision)?;
        remove(change, &old)
    };
    known.asked.server.change_broker(known.actor()?, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a `PUT` or a `PATCH` makes of one: its id, the revision it is a change of, and its terms as they are to be.
pub(super) struct Edit {
    pub(super) id: Id,
    pub(super) revision: u64,
    pub(super) terms: Value,
}

impl Edit {
    /// The body stands for the whole.
    pub(super) fn replacing<T: Resource>(
        known: &Known,
        id: &str,
        headers: &HeaderMap,
        mut body: Value,
    ) -> Result<Self, Problem> {
        let revision = must_match(headers)?;
        without_read_only(&mut body, T::READ_ONLY);
        let id = find::<T>(&known.directory, id)?.entity.id.clone();
        Ok(Self { id, revision, terms: body })
    }

    /// The body is a merge patch of `terms`.
    pub(super) fn merging<T: Resource>(
        known: &Known,
        id: &str,
        headers: &HeaderMap,
        mut body: Value,
        terms: impl FnOnce(&T) -> serde_json::Result<Value>,
    ) -> Result<Self, Problem> {
        let revision = must_match(headers)?;
        without_read_only(&mut body, T::READ_ONLY);
        let held = find::<T>(&known.directory, id)?;
        // Merged with anything else, the patch would take back what others have changed.
        if held.version.number() != revision {
            let id = &held.entity.id;
            return Err(with_current::<T>(known, id, revision_conflict(held)));
        }
        let mut merged = terms(&held.entity.value).map_err(Problem::internal)?;
        let nulls = NULL_IS_NONE.into_iter().filter(|name| body.get(name).is_some_and(Value::is_null));
        let nulls: Vec<&str> = nulls.collect();
        merge(&mut merged, body);
        if let Some(members) = merged.as_object_mut() {
            members.extend(nulls.into_iter().map(|name| (name.to_owned(), Value::Null)));
        }
        Ok(Self { id: held.entity.id.clone(), revision, terms: merged })
    }
}
