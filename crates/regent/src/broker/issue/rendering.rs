//! A connector's templates, filled in for one caller.

use regent_broker::template::{Asker, Subject, System, User};

use super::super::caller::{self, BrokerCaller};
use super::super::session_request::{NotRendered, SessionRequest};
use super::Asking;
use crate::rest::problem::Problem;

/// Fills in all templates, and looks whether what comes of them can be sent.
pub(super) fn render(asking: &Asking<'_>) -> Result<SessionRequest, Problem> {
    let caller = &asking.known.caller;
    let groups: Vec<&str> = caller.groups.iter().map(|group| group.value.name.as_str()).collect();
    let asker = asker(caller, &groups);
    let terms = &asking.connector.entity.value.terms;
    let now = asking.known.asked.now;
    let subject = Subject {
        connector_slug: &terms.slug,
        session_id: &asking.known.asked.request_id,
        date: Some(now.to_zoned(jiff::tz::TimeZone::UTC).date()),
        ..Subject::new(asker)
    };
    Ok(SessionRequest::render(terms, &subject, asking.wish.extra_policy.as_deref())?)
}

/// A caller as templates see one; `groups` are the names of theirs.
pub(crate) fn asker<'a>(caller: &'a BrokerCaller, groups: &'a [&'a str]) -> Asker<'a> {
    match &caller.subject {
        caller::Subject::Person(person) => Asker::User(User {
            id: person.id.as_str(),
            name: &person.value.name,
            email: person.value.email.as_deref(),
            shares_email: caller.shares_email,
            display_name: Some(&person.value.display_name),
            groups,
            attributes: Some(&person.value.attributes),
        }),
        caller::Subject::SystemCaller(system) => {
            Asker::System(System { id: system.id.as_str(), name: &system.value.name })
        }
    }
}

impl From<NotRendered> for Problem {
    fn from(error: NotRendered) -> Self {
        Self::new(http::StatusCode::UNPROCESSABLE_ENTITY, error.code, error.to_string()).fix(error.fix)
    }
}
