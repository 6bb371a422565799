//! Who is told of a connector when they want something of it.

use http::StatusCode;
use regent_broker::{Connector, Stored};
use regent_store::directory::Versioned;

use crate::broker::caller::Subject;
use crate::broker::issue;
use crate::broker::journal::{Action, Ending};
use crate::rest::caller::Known;
use crate::rest::crud;
use crate::rest::problem::Problem;

/// A connector, and the write that made it what it is.
pub(super) type Held = Versioned<Stored<Connector>>;

/// The connector, if the caller may know of it: who may not even list connectors is told nothing of those that are not
/// theirs.
fn visible<'a>(known: &'a Known, id: &str) -> Result<&'a Held, Problem> {
    let missing = || Problem::not_found(format!("there is no connector `{id}`, or none that you may see"));
    let held = crud::find::<Connector>(&known.directory, id).map_err(|_| missing())?;
    if issue::may_know(known, held) { Ok(held) } else { Err(missing()) }
}

/// The same for who wants something issued. Whoever's groups nobody knows is refused before anybody looks what there
/// is, whatever else would allow it.
pub(super) async fn usable<'a>(known: &'a Known, id: &str) -> Result<&'a Held, Problem> {
    let broker = known.directory.broker();
    if !known.caller.lacks_groups(broker) {
        return visible(known, id);
    }
    let (server, caller) = (&known.asked.server, known.caller.id().as_str());
    let per_minute = broker.settings().issue_per_minute;
    let limited = server.issue_limits.take(per_minute, (caller, ""), "", known.asked.now);
    limited.map_err(|error| Problem::rate_limited(error.to_string(), u64::from(error.after_secs)))?;
    let problem = groups_unavailable(known);
    let event = server.event_of(&known.caller, Action::CREDENTIALS_ISSUE).map_err(Problem::internal)?;
    server.journal(event.ended(Ending::Denied, problem.code())).await?;
    Err(problem)
}

/// The same for who wants to see who they would be.
pub(super) fn previewable<'a>(known: &'a Known, id: &str) -> Result<&'a Held, Problem> {
    if known.caller.lacks_groups(known.directory.broker()) {
        return Err(groups_unavailable(known));
    }
    visible(known, id)
}

fn groups_unavailable(known: &Known) -> Problem {
    let detail = "your groups were told too long ago to count, and your identity provider does not tell them";
    let fix = if can_be_asked(known) {
        "try again in a moment, or sign in again"
    } else {
        "sign in again; the provider is asked in between if the source's scopes include what gives a refresh token, often `offline_access`"
    };
    Problem::new(StatusCode::FORBIDDEN, "groups_unavailable", detail).fix(fix)
}

/// Whether the provider has given a token to ask it by.
fn can_be_asked(known: &Known) -> bool {
    let Subject::Person(person) = &known.caller.subject else { return false };
    person.value.claimed_groups.as_ref().is_some_and(|told| told.sealed_refresh_token.is_some())
}
