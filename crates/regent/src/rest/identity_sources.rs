//! OpenID providers that people sign in with: `/identity-sources`.

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use regent_broker::{Id, IdentitySource, IdentitySourceTerms, Stored};
use regent_policy::action;
use regent_store::directory::{Broker, Directory, Versioned};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use zeroize::Zeroizing;

use super::accounts::UsedBy;
use super::body::{JsonBody, take};
use super::caller::Known;
use super::crud::{self, Edit, Resource};
use super::in_use;
use super::list::{List, Page};
use super::parameters::{Path, Query};
use super::problem::Problem;
use super::resource::{Shown, without_read_only};
use crate::broker::change::{BrokerChange, NotChanged};
use crate::broker::{check_identity_source, leaving};
use crate::seal::place;

mod test;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_identity_sources, create_identity_source))
        .routes(routes!(
            get_identity_source,
            replace_identity_source,
            change_identity_source,
            delete_identity_source
        ))
        .merge(test::routes())
}

/// What there is to see of an identity source. Its client secret is not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IdentitySourceView {
    #[serde(flatten)]
    terms: IdentitySourceTerms,
    /// What it is: an OpenID provider.
    kind: &'static str,
    /// Whether there is a client secret.
    client_secret_set: bool,
}

/// An identity source as it is to be.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "it describes the body, of which the secret is taken out before the rest is read"
)]
struct NewIdentitySource {
    #[serde(flatten)]
    terms: IdentitySourceTerms,
    /// The client's secret. Only ever written: left out of a change it stays, and null removes it.
    #[schema(write_only, max_length = 1024)]
    client_secret: Option<String>,
}

/// What a body does to the client secret.
#[derive(Debug, Clone)]
enum SecretChange {
    Keep,
    Remove,
    Set(Box<str>),
}

impl Resource for IdentitySource {
    type View = IdentitySourceView;

    const READ_ONLY: &'static [&'static str] = &["kind", "client_secret_set"];
    const BEARS_ADMINISTRATORS: bool = true;

    fn show(_: &Known, _: &Directory, held: &Versioned<Stored<Self>>) -> IdentitySourceView {
        let source = &held.entity.value;
        let client_secret_set = source.sealed_client_secret.is_some();
        IdentitySourceView { terms: source.terms.clone(), kind: "oidc", client_secret_set }
    }

    fn texts(&self) -> Vec<&str> {
        vec![&self.terms.name, &self.terms.issuer]
    }

    fn check(_: &Broker, _: &Id, value: &Self) -> Result<(), Problem> {
        check_identity_source::identity_source(value)
    }

    fn check_unused(broker: &Broker, stored: &Stored<Self>) -> Result<(), Problem> {
        let groups = broker.groups.iter().map(|held| &held.entity);
        let groups = groups
            .filter(|group| group.value.mapped.as_ref().is_some_and(|mapping| mapping.source == stored.id))
            .map(|group| UsedBy { id: group.id.clone(), name: group.value.name.clone() });
        let people = broker.people.iter().map(|held| &held.entity);
        let people = people
            .filter(|person| person.value.origin.is_from(&stored.id))
            .map(|person| UsedBy { id: person.id.clone(), name: person.value.name.to_string() });
        let users: Vec<UsedBy> = groups.chain(people).collect();
        in_use::refuse("identity_source_in_use", "identity source", &users)
    }

    fn follow(change: &mut BrokerChange<'_>, id: &Id, now: Option<&Self>) -> Result<(), NotChanged> {
        // Otherwise they would go on once it is enabled again.
        if now.is_none_or(|source| source.terms.disabled) {
            leaving::end_logins_from(change, id);
        }
        Ok(())
    }
}

/// Takes the client secret out of a body, and seals it.
fn take_secret(known: &Known, id: &Id, body: &mut Value) -> Result<SecretChange, Problem> {
    let secret = match body.as_object_mut().and_then(|members| members.remove("client_secret")) {
        None => return Ok(SecretChange::Keep),
        Some(Value::Null) => return Ok(SecretChange::Remove),
        Some(Value::String(secret)) if secret.is_empty() => return Ok(SecretChange::Keep),
        Some(Value::String(secret)) if secret.len() <= 1024 => Zeroizing::new(secret),
        Some(_) => {
            let detail = "expected `client_secret` to be a text of at most 1024 bytes";
            return Err(Problem::bad_request("malformed_body", detail));
        }
    };
    let sealed = known.asked.server.sealer.seal(&place::identity_source(id), secret.as_bytes());
    Ok(SecretChange::Set(sealed.map_err(Problem::internal)?.into()))
}

impl SecretChange {
    fn of(self, old: Option<Box<str>>) -> Option<Box<str>> {
        match self {
            Self::Keep => old,
            Self::Remove => None,
            Self::Set(sealed) => Some(sealed),
        }
    }
}

/// Lists identity sources by name.
#[utoipa::path(get, path = "/identity-sources", operation_id = "listIdentitySources", tag = "Settings", params(Page),
    responses((status = 200, body = List<Shown<IdentitySourceView>>), (status = "default", body = Problem)))]
async fn list_identity_sources(known: Known, Query(page): Query<Page>) -> Result<Response, Problem> {
    crud::list::<IdentitySource>(&known, &page, &action!("regent:ListIdentitySources"))
}

/// Makes an identity source. Its client secret is sealed, and never told again.
#[utoipa::path(post, path = "/identity-sources", operation_id = "createIdentitySource", tag = "Settings",
    request_body = NewIdentitySource,
    responses((status = 201, body = Shown<IdentitySourceView>), (status = "default", body = Problem)))]
async fn create_identity_source(
    known: Known,
    JsonBody(mut body): JsonBody<Value>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:CreateIdentitySource"), "identity_source", "*")?;
    let id = known.asked.server.broker_id::<IdentitySource>()?;
    let secret = take_secret(&known, &id, &mut body)?;
    check_oidc(&body)?;
    without_read_only(&mut body, IdentitySource::READ_ONLY);
    let source = IdentitySource { terms: take(body)?, sealed_client_secret: secret.of(None) };
    crud::create(&known, id, source).await
}

/// There is one kind.
fn check_oidc(body: &Value) -> Result<(), Problem> {
    match body.get("kind") {
        None => Ok(()),
        Some(kind) if kind == "oidc" => Ok(()),
        Some(_) => Err(Problem::bad_request("malformed_body", "expected `kind` to be `oidc`")),
    }
}

/// Shows an identity source, by id or name.
#[utoipa::path(get, path = "/identity-sources/{id}", operation_id = "getIdentitySource", tag = "Settings",
    params(("id" = String, Path)),
    responses((status = 200, body = Shown<IdentitySourceView>), (status = "default", body = Problem)))]
async fn get_identity_source(known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    crud::get::<IdentitySource>(&known, &id, &action!("regent:GetIdentitySource"))
}

/// Replaces what is said of an identity source. Without a client secret, the one it has stays.
#[utoipa::path(put, path = "/identity-sources/{id}", operation_id = "replaceIdentitySource", tag = "Settings",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = NewIdentitySource,
    responses((status = 200, body = Shown<IdentitySourceView>), (status = "default", body = Problem)))]
async fn replace_identity_source(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(mut body): JsonBody<Value>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:UpdateIdentitySource"), "identity_source", &id)?;
    let held = crud::find::<IdentitySource>(&known.directory, &id)?.entity.id.clone();
    let secret = take_secret(&known, &held, &mut body)?;
    check_oidc(&body)?;
    save(&known, Edit::replacing::<IdentitySource>(&known, &id, &headers, body)?, secret).await
}

/// Changes what a merge patch names, and nothing else.
#[utoipa::path(patch, path = "/identity-sources/{id}", operation_id = "changeIdentitySource", tag = "Settings",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = Object,
    responses((status = 200, body = Shown<IdentitySourceView>), (status = "default", body = Problem)))]
async fn change_identity_source(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(mut patch): JsonBody<Value>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:UpdateIdentitySource"), "identity_source", &id)?;
    let held = crud::find::<IdentitySource>(&known.directory, &id)?.entity.id.clone();
    let secret = take_secret(&known, &held, &mut patch)?;
    check_oidc(&patch)?;
    let terms = |source: &IdentitySource| serde_json::to_value(&source.terms);
    save(&known, Edit::merging(&known, &id, &headers, patch, terms)?, secret).await
}

async fn save(known: &Known, edit: Edit, secret: SecretChange) -> Result<Response, Problem> {
    let terms: IdentitySourceTerms = take(edit.terms)?;
    let make = move |old: &IdentitySource| {
        let sealed_client_secret = secret.clone().of(old.sealed_client_secret.clone());
        Ok(IdentitySource { terms: terms.clone(), sealed_client_secret })
    };
    crud::change(known, &edit.id, Some(edit.revision), make).await
}

/// Deletes an identity source that vouches for nobody and maps no group.
#[utoipa::path(delete, path = "/identity-sources/{id}", operation_id = "deleteIdentitySource", tag = "Settings",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 204), (status = "default", body = Problem)))]
async fn delete_identity_source(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    known.must(&action!("regent:DeleteIdentitySource"), "identity_source", &id)?;
    crud::delete::<IdentitySource>(&known, &id, &headers).await
}
