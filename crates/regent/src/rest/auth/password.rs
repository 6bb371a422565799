//! Changing one's password: `/me/password`.

use http::StatusCode;
use regent_broker::{Origin, Person, Stored, Who};
use regent_wire::secret::Secret;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::door::Door;
use super::factor::{must_be_fresh, sign_in_failed};
use crate::broker::change::Actor;
use crate::broker::journal::Action;
use crate::rest::body::JsonBody;
use crate::rest::caller::Known;
use crate::rest::problem::Problem;
use crate::signin::password::{Verdict, choice};

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(change_password))
}

/// A password and the one that is to be in its place.
#[derive(Deserialize, ToSchema)]
#[schema(as = PasswordChange)]
#[serde(deny_unknown_fields)]
struct Change {
    /// The one there is.
    #[schema(max_length = 1024, write_only)]
    current: String,
    /// The one to be.
    #[schema(min_length = 12, max_length = 1024, write_only)]
    new: String,
}

/// Changes the caller's password. Every other sign-in of theirs ends.
#[utoipa::path(post, path = "/me/password", operation_id = "changeMyPassword", tag = "Me", request_body = Change,
    responses((status = 204), (status = "default", body = Problem)))]
async fn change_password(
    known: Known,
    door: Door,
    JsonBody(change): JsonBody<Change>,
) -> Result<StatusCode, Problem> {
    // Whoever knows the one may be told that it is the other.
    let is_same = change.current == change.new;
    let (current, new) = (Secret::new(change.current), Secret::new(change.new));
    let person = must_be_fresh(&known)?;
    if person.value.origin != Origin::Local {
        let detail = "an identity provider vouches for you, and keeps your password";
        return Err(Problem::conflict("not_local", detail).fix("change it there"));
    }
    let server = &known.asked.server;
    let name = person.value.name.to_lowercase();
    server.sign_in.throttle.begin(&name, door.address(), door.now())?;
    if server.passwords.verify(current, person.value.password.as_deref()).await? == Verdict::Wrong {
        return Err(sign_in_failed());
    }
    server.sign_in.throttle.succeeded(&name, door.address());
    let who = choice::Person { name: &person.value.name, email: person.value.email.as_deref() };
    choice::acceptable(new.reveal(), who)?;
    if is_same {
        return Err(Problem::bad_request("password_unchanged", "the new password is the one there is")
            .fix("choose another one"));
    }
    let hash = server.passwords.hash(new).await?;
    let event = server.event_of(&known.caller, Action::PASSWORD_CHANGE).map_err(Problem::internal)?;
    let (id, held) = (person.id.clone(), person.value.password.clone());
    let own = known.caller.login.as_ref().map(|login| login.id.clone());
    server
        .change_broker(Actor::silent(known.caller.id(), known.asked.seconds()), move |change| {
            let old = change.current::<Person>(id.as_str(), None)?;
            if old.value.password != held {
                return Err(
                    Problem::conflict("password_changed", "the password was changed meanwhile").into()
                );
            }
            let value =
                Person { password: Some(hash.clone()), must_change_password: false, ..old.value.clone() };
            change.replace(&old, value)?;
            let logins = &change.draft.broker().logins;
            let whose = Who::Person(id.clone());
            let others: Vec<_> = logins
                .iter()
                .filter(|held| held.entity.value.who == whose && Some(&held.entity.id) != own.as_ref())
                .map(|held| Stored::clone(&held.entity))
                .collect();
            for other in &others {
                change.remove(other);
            }
            change.journal.append(change.draft, &event);
            Ok(())
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
