//! People: `/users`.

use std::collections::BTreeMap;

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderMap, StatusCode};
use regent_broker::{BrokerRole, Id, Origin, Person, Status, Stored, Who};
use regent_policy::action;
use regent_store::directory::{Broker, Directory, Versioned};
use regent_wire::secret::Secret;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use zeroize::Zeroizing;

use super::body::{JsonBody, OptionalBody, take};
use super::caller::Known;
use super::crud::{self, Edit, Resource};
use super::in_use;
use super::list::{List, Page};
use super::me::GroupName;
use super::parameters::{Path, Query};
use super::problem::Problem;
use super::resource::{Shown, without_read_only};
use crate::broker::change::{BrokerChange, NotChanged};
use crate::broker::check::{self, Findings};
use crate::broker::journal::{Action, Event, Target};
use crate::broker::{leaving, usage};
use crate::signin::password::choice;
use crate::{entropy, time};

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_users, create_user))
        .routes(routes!(get_user, replace_user, change_user, delete_user))
        .routes(routes!(reset_password))
}

/// What an administrator says of a person.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserTerms {
    /// Stable and unique: 1 to 64 letters, digits and any of `_+=,.@-`.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// For people to read; the name if there is none.
    #[serde(default)]
    #[schema(value_type = String, max_length = 128, default = "")]
    display_name: Option<String>,
    /// An address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// Attributes for templates, `user.attr.<name>`.
    #[serde(default)]
    #[schema(default = json!({}))]
    attributes: BTreeMap<String, String>,
    /// Suspended people do nothing, and their sign-ins end at once.
    #[serde(default)]
    #[schema(default = Status::default)]
    status: Status,
    /// What they may do in the broker, besides what their groups give them.
    #[serde(default)]
    #[schema(default = json!([]))]
    roles: Vec<BrokerRole>,
}

/// A person as they are to be.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "it describes the body, of which the password is taken out before the rest is read"
)]
struct NewUser {
    #[serde(flatten)]
    terms: UserTerms,
    /// A password for the first sign-in, at which it has to be changed. Only for local people; left out of a change, it
    /// stays.
    #[schema(write_only, min_length = 12, max_length = 1024)]
    password: Option<String>,
}

/// What there is to see of a person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserView {
    #[serde(flatten)]
    terms: UserTerms,
    /// Who vouches for them: `local` or `oidc:` and the identity source.
    source: String,
    /// What the identity source calls them.
    #[serde(skip_serializing_if = "Option::is_none")]
    external_subject: Option<String>,
    /// The groups that list them.
    groups: Vec<GroupName>,
    /// Their second factors.
    mfa_methods: Vec<&'static str>,
    /// Their password is one-time and must be changed.
    must_change_password: bool,
    /// When they last signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    last_login_at: Option<String>,
}

/// A password for somebody who has lost theirs; made up if none is given.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct NewPassword {
    #[schema(write_only, min_length = 12, max_length = 1024)]
    password: Option<String>,
}

/// The password that was made up, shown this once.
#[derive(Serialize, ToSchema)]
struct OneTimePassword {
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
}

impl UserTerms {
    fn of(person: &Person) -> Self {
        Self {
            name: person.name.to_string(),
            display_name: Some(person.display_name.to_string()),
            email: person.email.as_deref().map(str::to_owned),
            attributes: person.attributes.clone(),
            status: person.status,
            roles: person.roles.clone(),
        }
    }

    /// What these terms make of somebody.
    fn person(self, old: &Person) -> Person {
        let Self { name, display_name, email, attributes, status, mut roles } = self;
        roles.sort_unstable();
        roles.dedup();
        let display_name = display_name.filter(|text| !text.is_empty()).unwrap_or_else(|| name.clone());
        Person {
            name: name.into(),
            display_name: display_name.into(),
            email: email.filter(|email| !email.is_empty()).map(Into::into),
            status,
            roles,
            ..old.with_attributes(attributes)
        }
    }
}

impl Resource for Person {
    type View = UserView;

    const READ_ONLY: &'static [&'static str] =
        &["source", "external_subject", "groups", "mfa_methods", "must_change_password", "last_login_at"];
    const BEARS_ADMINISTRATORS: bool = true;

    fn show(known: &Known, directory: &Directory, held: &Versioned<Stored<Self>>) -> UserView {
        let (id, person) = (&held.entity.id, &held.entity.value);
        let (source, external_subject) = match &person.origin {
            Origin::Local => ("local".to_owned(), None),
            Origin::Oidc { source, subject } => (format!("oidc:{source}"), Some(subject.to_string())),
        };
        let mut groups: Vec<GroupName> =
            directory.broker().groups_of(id.as_str()).map(|group| GroupName::of(group)).collect();
        groups.sort_by(|one, other| one.name.cmp(&other.name));
        let mut mfa_methods = Vec::new();
        mfa_methods.extend(person.sealed_totp.as_ref().map(|_| "totp"));
        mfa_methods.extend((!person.passkeys.is_empty()).then_some("passkey"));
        let last_login = usage::of_caller(&known.asked.server, &Who::Person(id.clone()));
        UserView {
            terms: UserTerms::of(person),
            source,
            external_subject,
            groups,
            mfa_methods,
            must_change_password: person.must_change_password,
            last_login_at: last_login.map(time::iso_text),
        }
    }

    fn texts(&self) -> Vec<&str> {
        vec![&self.name, &self.display_name, self.email.as_deref().unwrap_or_default()]
    }

    fn check(_: &Broker, _: &Id, value: &Self) -> Result<(), Problem> {
        check::person(value)
    }

    fn check_unused(broker: &Broker, stored: &Stored<Self>) -> Result<(), Problem> {
        in_use::refuse("user_in_use", "user", &in_use::granting(broker, &stored.id))
    }

    fn follow(change: &mut BrokerChange<'_>, id: &Id, now: Option<&Self>) -> Result<(), NotChanged> {
        if now.is_none_or(|person| person.status == Status::Suspended) {
            leaving::end_logins(change, &Who::Person(id.clone()));
        }
        if now.is_none() {
            leaving::leave_groups(change, id)?;
        }
        Ok(())
    }
}

/// Takes the password out of a body.
fn take_password(body: &mut Value) -> Result<Option<Secret<String>>, Problem> {
    match body.as_object_mut().and_then(|members| members.remove("password")) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(password)) if password.is_empty() => Ok(None),
        Some(Value::String(password)) => Ok(Some(Secret::new(password))),
        Some(_) => Err(Problem::bad_request("malformed_body", "expected `password` to be a text")),
    }
}

/// The hash of a password, if somebody with this name may have it.
async fn hashed(
    known: &Known,
    terms: &UserTerms,
    password: Option<Secret<String>>,
) -> Result<Option<Box<str>>, Problem> {
    let Some(password) = password else { return Ok(None) };
    let refused = |error: crate::signin::password::PasswordError| {
        let mut findings = Findings::default();
        findings.add("password", "password_refused", error.to_string());
        findings.settle().err().unwrap_or_else(|| Problem::internal(error))
    };
    let who = choice::Person { name: &terms.name, email: terms.email.as_deref() };
    choice::acceptable(password.reveal(), who).map_err(refused)?;
    known.asked.server.passwords.hash(password).await.map(Some).map_err(refused)
}

/// Gives somebody a password that must be changed at the next sign-in.
fn with_password(person: Person, hash: Option<&str>) -> Result<Person, Problem> {
    let Some(hash) = hash else { return Ok(person) };
    if person.origin != Origin::Local {
        let mut findings = Findings::default();
        let detail = "an identity source vouches for this person, who has no password here";
        findings.fix(
            "password",
            "not_possible",
            detail,
            "leave the password out; it is changed at the provider",
        );
        findings.settle()?;
    }
    Ok(Person { password: Some(hash.into()), must_change_password: true, ..person })
}

/// Lists people by name.
#[utoipa::path(get, path = "/users", operation_id = "listUsers", tag = "People", params(Page),
    responses((status = 200, body = List<Shown<UserView>>), (status = "default", body = Problem)))]
async fn list_users(known: Known, Query(page): Query<Page>) -> Result<Response, Problem> {
    crud::list::<Person>(&known, &page, &action!("regent:ListUsers"))
}

/// Makes a local person. People of an identity source are made when they first sign in.
#[utoipa::path(post, path = "/users", operation_id = "createUser", tag = "People", request_body = NewUser,
    responses((status = 201, body = Shown<UserView>), (status = "default", body = Problem)))]
async fn create_user(known: Known, JsonBody(mut body): JsonBody<Value>) -> Result<Response, Problem> {
    known.must(&action!("regent:CreateUser"), "user", "*")?;
    let password = take_password(&mut body)?;
    without_read_only(&mut body, Person::READ_ONLY);
    let terms: UserTerms = take(body)?;
    let hash = hashed(&known, &terms, password).await?;
    let person = terms.clone().person(&Person::new(&terms.name));
    let person = with_password(person, hash.as_deref())?;
    crud::create(&known, known.asked.server.broker_id::<Person>()?, person).await
}

/// Shows a person, by id or name.
#[utoipa::path(get, path = "/users/{id}", operation_id = "getUser", tag = "People", params(("id" = String, Path)),
    responses((status = 200, body = Shown<UserView>), (status = "default", body = Problem)))]
async fn get_user(known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    crud::get::<Person>(&known, &id, &action!("regent:GetUser"))
}

/// Replaces what is said of a person. Without a password, the one they have stays.
#[utoipa::path(put, path = "/users/{id}", operation_id = "replaceUser", tag = "People",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = NewUser,
    responses((status = 200, body = Shown<UserView>), (status = "default", body = Problem)))]
async fn replace_user(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(mut body): JsonBody<Value>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:UpdateUser"), "user", &id)?;
    let password = take_password(&mut body)?;
    save(&known, Edit::replacing::<Person>(&known, &id, &headers, body)?, password).await
}

/// Changes what a merge patch names, and nothing else.
#[utoipa::path(patch, path = "/users/{id}", operation_id = "changeUser", tag = "People",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = Object,
    responses((status = 200, body = Shown<UserView>), (status = "default", body = Problem)))]
async fn change_user(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(mut patch): JsonBody<Value>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:UpdateUser"), "user", &id)?;
    let password = take_password(&mut patch)?;
    let terms = |person: &Person| serde_json::to_value(UserTerms::of(person));
    save(&known, Edit::merging(&known, &id, &headers, patch, terms)?, password).await
}

async fn save(known: &Known, edit: Edit, password: Option<Secret<String>>) -> Result<Response, Problem> {
    let Edit { id, revision, terms } = edit;
    if password.is_some() {
        known.must(&action!("regent:ResetPassword"), "user", id.as_str())?;
    }
    let terms: UserTerms = take(terms)?;
    let hash = hashed(known, &terms, password).await?;
    let (changed, event) = (id.clone(), password_reset(known)?);
    let change = move |change: &mut BrokerChange<'_>| {
        let old = change.current::<Person>(changed.as_str(), Some(revision))?;
        let value = with_password(terms.clone().person(&old.value), hash.as_deref())?;
        crud::replace(change, &old, &value)?;
        if hash.is_some() {
            follow_reset(change, &old, &event);
        }
        Ok(())
    };
    let changed = known.asked.server.change_broker(known.actor()?, change).await;
    changed.map_err(|problem| crud::with_current::<Person>(known, &id, problem))?;
    crud::answer::<Person>(known, &id, StatusCode::OK)
}

/// What the journal is told of a password that somebody else has set.
fn password_reset(known: &Known) -> Result<Event, Problem> {
    known.asked.server.event_of(&known.caller, Action::PASSWORD_RESET).map_err(Problem::internal)
}

/// Whoever came in by the old password is out, and the journal knows why.
fn follow_reset(change: &mut BrokerChange<'_>, person: &Stored<Person>, event: &Event) {
    leaving::end_logins(change, &Who::Person(person.id.clone()));
    let event = Event { target: Some(Target::of("user", person)), ..event.clone() };
    change.journal.append(change.draft, &event);
}

/// Deletes a person whom no grant names, and takes them out of their groups.
#[utoipa::path(delete, path = "/users/{id}", operation_id = "deleteUser", tag = "People",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 204), (status = "default", body = Problem)))]
async fn delete_user(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    known.must(&action!("regent:DeleteUser"), "user", &id)?;
    crud::delete::<Person>(&known, &id, &headers).await
}

/// Gives a local person a one-time password, and ends their sign-ins.
#[utoipa::path(post, path = "/users/{id}/reset-password", operation_id = "resetPassword", tag = "People",
    params(("id" = String, Path)), request_body = Option<NewPassword>,
    responses((status = 200, body = OneTimePassword), (status = "default", body = Problem)))]
async fn reset_password(
    known: Known,
    Path(id): Path<String>,
    OptionalBody(body): OptionalBody<NewPassword>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:ResetPassword"), "user", &id)?;
    let held = crud::find::<Person>(&known.directory, &id)?;
    let (id, terms) = (held.entity.id.clone(), UserTerms::of(&held.entity.value));
    let given = body.password.filter(|password| !password.is_empty());
    let made = if given.is_none() { Some(one_time_password()?) } else { None };
    let password = given.or_else(|| made.as_ref().map(|made| made.to_string())).map(Secret::new);
    let hash = hashed(&known, &terms, password).await?;
    let event = password_reset(&known)?;
    let actor = crate::broker::change::Actor { event: None, ..known.actor()? };
    let change = move |change: &mut BrokerChange<'_>| {
        let old = change.current::<Person>(id.as_str(), None)?;
        change.replace(&old, with_password(old.value.clone(), hash.as_deref())?)?;
        follow_reset(change, &old, &event);
        Ok(())
    };
    known.asked.server.change_broker(actor, change).await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(OneTimePassword { password: made.map(|made| made.to_string()) }))
        .into_response())
}

/// A hundred bits, in groups that a person can type.
fn one_time_password() -> Result<Zeroizing<String>, Problem> {
    let random = Zeroizing::new(entropy::bytes::<15>().map_err(Problem::internal)?);
    let text = Zeroizing::new(data_encoding::BASE32.encode(&*random).to_lowercase());
    let mut password = Zeroizing::new(String::with_capacity(32));
    for (at, character) in text.chars().enumerate() {
        if at > 0 && at % 6 == 0 {
            password.push('-');
        }
        password.push(character);
    }
    Ok(password)
}
