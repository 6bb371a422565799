//! The first run: somebody makes themselves the administrator, with the code that the server has printed.

use aws_lc_rs::constant_time;
use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use regent_broker::{BrokerRole, LoginKind, Person, Who};
use regent_wire::secret::Secret;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::Asked;
use super::body::JsonBody;
use super::caller::{csrf, user_agent};
use super::cookie;
use super::me::Me;
use super::problem::Problem;
use crate::broker::caller::{BrokerCaller, Circumstances};
use crate::broker::change::Actor;
use crate::broker::journal::{self, Action, Client, Event, Target};
use crate::broker::login::NewLogin;
use crate::signin::password::choice;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(set_up))
}

/// The first administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FirstAdministrator {
    /// What the server printed at its start.
    code: String,
    /// The name to sign in with.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// What to call them.
    #[serde(default)]
    display_name: Option<String>,
    /// Their address.
    #[serde(default)]
    email: Option<String>,
    /// Their password.
    #[schema(min_length = 12, max_length = 1024, write_only)]
    password: String,
}

/// Makes the first administrator and signs them in. Only as long as there is nobody.
#[utoipa::path(post, path = "/setup", operation_id = "setUp", tag = "Public", request_body = FirstAdministrator,
    responses((status = 200, body = Me), (status = "default", body = Problem)))]
async fn set_up(
    asked: Asked,
    headers: HeaderMap,
    JsonBody(first): JsonBody<FirstAdministrator>,
) -> Result<Response, Problem> {
    let server = &asked.server;
    if !server.store.picture().broker().people.is_empty() {
        return Err(done());
    }
    let code = first.code.trim();
    let is_right = server.setup_code().is_some_and(|expected| {
        constant_time::verify_slices_are_equal(expected.as_bytes(), code.as_bytes()).is_ok()
    });
    if !is_right {
        return Err(Problem::new(StatusCode::FORBIDDEN, "setup_code_wrong", "this is not the setup code")
            .fix("copy the code that `regent serve` printed when it started"));
    }
    let password = Secret::new(first.password);
    let who = choice::Person { name: &first.name, email: first.email.as_deref() };
    choice::acceptable(password.reveal(), who)
        .map_err(|error| Problem::bad_request("password_refused", error.to_string()))?;
    let hash = server.passwords.hash(password).await;
    let hash = hash.map_err(|error| Problem::bad_request("password_refused", error.to_string()))?;
    let person = Person {
        display_name: first.display_name.unwrap_or_else(|| first.name.clone()).into(),
        email: first.email.filter(|email| !email.is_empty()).map(Into::into),
        roles: vec![BrokerRole::Administrator],
        password: Some(hash),
        ..Person::new(&first.name)
    };
    crate::broker::check::person(&person)?;
    let id = server.broker_id::<Person>()?;
    let made = id.clone();
    let who = journal::Actor::anonymous(&person.name);
    let user_agent = user_agent(&headers);
    let event = Event {
        client: Some(Client::new(&asked.source_ip, user_agent.as_deref())),
        ..server.event(who, Action::SETUP).map_err(Problem::internal)?
    };
    let target = Target { kind: "user".into(), id: (&id).into(), name: (&*person.name).into() };
    let set_up = Event { target: Some(target), ..event.clone() };
    let actor = Actor { id: id.as_str().into(), now: asked.seconds(), event: Some(Box::new(event)) };
    server
        .change_broker(actor, move |change| {
            if !change.draft.broker().people.is_empty() {
                return Err(done().into());
            }
            change.create(&made, person.clone())?;
            change.append(&set_up);
            Ok(())
        })
        .await?;
    let login = NewLogin {
        who: Who::Person(id),
        kind: LoginKind::Browser,
        via: "password".into(),
        mfa_at: None,
        at_most_secs: None,
        source_ip: asked.source_ip.clone(),
        user_agent,
        continues: None,
        sealed_id_token: None,
    };
    signed_in(&asked, login).await
}

fn done() -> Problem {
    Problem::conflict("setup_done", "there is an administrator already").fix("sign in instead")
}

/// Begins a browser's sign-in and answers with its cookie and who they are.
pub(crate) async fn signed_in(asked: &Asked, login: NewLogin) -> Result<Response, Problem> {
    let begun = asked.server.begin_login(login).await?;
    let picture = asked.server.store.picture();
    let login = picture.broker().logins.get(begun.id.as_str()).ok_or_else(Problem::login_required)?;
    let around = Circumstances { source_ip: asked.source_ip.clone(), user_agent: None, now: asked.seconds() };
    let caller = BrokerCaller::of_login(&picture, login, around).ok_or_else(Problem::login_required)?;
    let me = Me::of(&caller, &picture.broker().settings(), Some(csrf(&begun.token)));
    let mut response = Json(me).into_response();
    cookie::set(response.headers_mut(), &begun.token);
    Ok(response)
}
