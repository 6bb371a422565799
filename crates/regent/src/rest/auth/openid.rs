//! Signing in with an OpenID provider: `/auth/oidc`.

use axum::response::{IntoResponse as _, Response};
use http::header::{HeaderValue, LOCATION, SET_COOKIE};
use http::{HeaderMap, StatusCode};
use regent_broker::{ClaimedGroups, CreatePeople, Id, IdentitySource, Origin, Person, Status, Stored, Who};
use regent_store::directory::Broker;
use regent_wire::secret::{Secret, SecretAccessKey};
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::door::{Door, Proved};
use crate::broker::change::Actor;
use crate::broker::check;
use crate::broker::journal::{self, Action};
use crate::rest::caller::cookie;
use crate::rest::cookie;
use crate::rest::parameters::Query;
use crate::rest::problem::Problem;
use crate::seal::place;
use crate::server::Server;
use crate::signin::oidc::exchange::{Callback, SignedIn};
use crate::signin::oidc::identity::Identity;
use crate::signin::oidc::start::Pending;
use crate::signin::oidc::{Client, OidcError};
use crate::signin::ticket::{self, Purpose};
use crate::signin::web::Web;

/// The cookie that holds a sign-in while its browser is at the provider.
const COOKIE: &str = "__Host-regent-oidc";
const PATIENCE_SECS: i64 = 600;
/// Where providers send browsers back to.
const CALLBACK: &str = "/api/v1/auth/oidc/callback";
const SIGN_IN_PAGE: &str = "/console/sign-in";
const MAX_RETURN: usize = 1024;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(start)).routes(routes!(callback))
}

/// Which provider to go to, and where to come back to.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Start {
    /// The identity source.
    source: String,
    /// The page to come back to, a path below `/console` or `/go`.
    return_to: Option<String>,
}

/// What the browser comes back with.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Back {
    /// Which sign-in it is.
    state: Option<String>,
    /// What is worth tokens.
    code: Option<String>,
    /// Who sends it back.
    iss: Option<String>,
    /// Why there is no code.
    error: Option<String>,
}

/// A sign-in that is under way, in the browser's cookie.
#[derive(Serialize, Deserialize)]
struct Kept {
    source: Id,
    pending: Pending,
    return_to: String,
}

/// A provider, and what this server is there.
pub(super) struct Provider<'a> {
    source: &'a Stored<IdentitySource>,
    secret: Option<SecretAccessKey>,
    pub(super) web: Web,
}

impl<'a> Provider<'a> {
    /// The provider of a source that people may sign in with.
    pub(super) fn of(server: &Server, source: &'a Stored<IdentitySource>) -> Result<Self, Problem> {
        let terms = &source.value.terms;
        if terms.disabled {
            return Err(unknown_source());
        }
        let web = server.sign_in.ways.to(&terms.issuer, terms.ca_pem.as_deref());
        let web = web.map_err(|error| Problem::from(OidcError::from(error)))?;
        Ok(Self { source, secret: super::client_secret(server, source)?, web })
    }

    pub(super) fn client<'b>(&'b self, redirect_uri: &'b str) -> Client<'b> {
        let terms = &self.source.value.terms;
        Client {
            issuer: &terms.issuer,
            id: &terms.client_id,
            secret: self.secret.as_ref(),
            scopes: &terms.scopes,
            claims: &terms.claims,
            redirect_uri,
        }
    }
}

/// Sends the browser to the provider.
#[utoipa::path(get, path = "/auth/oidc/start", operation_id = "startOidc", tag = "Sign in", params(Start),
    responses((status = 303), (status = "default", body = Problem)))]
async fn start(door: Door, Query(start): Query<Start>) -> Result<Response, Problem> {
    door.allow()?;
    let source = door.directory.broker().identity_sources.get(&start.source).ok_or_else(unknown_source)?;
    let provider = Provider::of(&door.asked.server, source)?;
    let redirect_uri = redirect_uri(&door.public_url()?)?;
    let server = &door.asked.server;
    let client = provider.client(&redirect_uri);
    let (url, pending) = server.sign_in.openid.start(&provider.web, client, door.now()).await?;
    let return_to =
        start.return_to.filter(|path| is_own_page(path)).unwrap_or_else(|| "/console/".to_owned());
    let kept = Kept { source: source.id.clone(), pending, return_to };
    let sealed = ticket::seal(&server.sealer, Purpose::OpenId, (&kept, door.now() + PATIENCE_SECS));
    let mut response = see_other(url.as_str())?;
    cookie::keep(response.headers_mut(), (COOKIE, &sealed.map_err(Problem::internal)?), PATIENCE_SECS);
    Ok(response)
}

/// Takes the browser back from the provider and signs it in. What goes wrong is told on the sign-in page.
#[utoipa::path(get, path = "/auth/oidc/callback", operation_id = "finishOidc", tag = "Sign in", params(Back),
    responses((status = 303), (status = "default", body = Problem)))]
async fn callback(door: Door, Query(back): Query<Back>) -> Result<Response, Problem> {
    let back =
        Callback { state: back.state, code: back.code.map(Secret::new), iss: back.iss, error: back.error };
    let mut response = match come_back(&door, back).await {
        Ok(response) => response,
        Err(Refused { claimed, problem, detail }) => {
            tracing::info!(code = problem.code(), detail, "a sign-in with a provider failed");
            door.turned_away(&claimed, (problem.code(), &detail)).await?;
            see_other(&format!("{SIGN_IN_PAGE}?error={}", problem.code()))?
        }
    };
    cookie::keep(response.headers_mut(), (COOKIE, ""), 0);
    Ok(response)
}

/// Somebody whom the provider sent back and who was not let in.
struct Refused {
    /// Who, as far as anybody said.
    claimed: String,
    problem: Problem,
    /// Why, for the records.
    detail: String,
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self { claimed: String::new(), detail: problem.detail().to_owned(), problem }
    }
}

impl From<OidcError> for Refused {
    fn from(error: OidcError) -> Self {
        let source = std::error::Error::source(&error).map(ToString::to_string);
        let detail = source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"));
        Self { claimed: String::new(), problem: error.into(), detail }
    }
}

async fn come_back(door: &Door, back: Callback) -> Result<Response, Refused> {
    let sealed = cookie(&door.headers, COOKIE).ok_or(OidcError::State)?;
    let kept: Kept = door.open(Purpose::OpenId, &sealed).ok_or(OidcError::State)?;
    let sources = &door.directory.broker().identity_sources;
    let source = sources.get(kept.source.as_str()).ok_or_else(unknown_source)?;
    let provider = Provider::of(&door.asked.server, source)?;
    let redirect_uri = redirect_uri(&door.public_url()?)?;
    let openid = &door.asked.server.sign_in.openid;
    let client = provider.client(&redirect_uri);
    let signed_in = openid.finish(&provider.web, client, (kept.pending, back), door.now()).await?;
    let claimed = format!("{}:{}", source.id, signed_in.identity.subject);
    let refused = |problem: Problem| Refused { claimed: claimed.clone(), ..problem.into() };
    let (person, sealed_id_token) = admit(door, source, &signed_in).await.map_err(&refused)?;
    let proved = Proved {
        who: Who::Person(person),
        via: format!("oidc:{}", source.id).into(),
        mfa_at: signed_in.identity.mfa_at(door.now()),
        at_most_secs: None,
        sealed_id_token,
    };
    let let_in = door.let_in(proved).await.map_err(&refused)?;
    let mut response = see_other(&kept.return_to)?;
    for cookie in let_in.headers().get_all(SET_COOKIE) {
        response.headers_mut().append(SET_COOKIE, cookie.clone());
    }
    Ok(response)
}

/// Finds or makes the person that a provider tells of, and keeps what it told. Tells also the ID token, sealed.
async fn admit(
    door: &Door,
    source: &Stored<IdentitySource>,
    signed_in: &SignedIn,
) -> Result<(Id, Option<Box<str>>), Problem> {
    let server = &door.asked.server;
    let identity = signed_in.identity.clone();
    let broker = door.directory.broker();
    let known = broker.person_by_subject(source.id.as_str(), &identity.subject);
    let was_known = known.is_some();
    let id = match known {
        Some(person) if person.value.status == Status::Suspended => return Err(suspended()),
        Some(person) => person.id.clone(),
        None if may_be_made(broker, source, &identity) => server.broker_id::<Person>()?,
        None => return Err(no_group()),
    };
    let seal = |place: String, token: &Option<SecretAccessKey>| {
        let sealed = token.as_ref().map(|token| server.sealer.seal(&place, token.reveal().as_bytes()));
        sealed.transpose().map(|sealed| sealed.map(Box::<str>::from)).map_err(Problem::internal)
    };
    let sealed_id_token = seal(place::id_token(&id), &signed_in.id_token)?;
    let told = Told {
        sealed_refresh_token: seal(place::person_refresh_token(&id), &signed_in.refresh_token)?,
        identity,
        at: door.now(),
    };
    let (made, source) = (id.clone(), source.id.clone());
    let event = server.event(journal::Actor::server(), Action::on("", "")).map_err(Problem::internal)?;
    let actor = Actor { event: Some(Box::new(event)), ..Actor::silent(&id, door.now()) };
    server
        .change_broker(actor, move |change| {
            match change.draft.broker().person_by_subject(source.as_str(), &told.identity.subject).cloned() {
                Some(old) if old.id == made => {
                    let mut value = old.value.clone();
                    told.describe(&mut value);
                    change.put(Stored { value, ..Stored::clone(&old) });
                    Ok(())
                }
                // Somebody came with the same subject at the same time.
                Some(_) => Err(again().into()),
                // Whoever was deleted in the meantime stays so.
                None if was_known => Err(again().into()),
                None => {
                    let value = new_person(&source, &told)?;
                    change.create(&made, value)
                }
            }
        })
        .await?;
    Ok((id, sealed_id_token))
}

/// Whether somebody who was never here becomes a person: if one of their groups is one of ours.
fn may_be_made(broker: &Broker, source: &Stored<IdentitySource>, identity: &Identity) -> bool {
    match source.value.terms.create_people {
        CreatePeople::Never => false,
        CreatePeople::MappedGroup => broker.groups.iter().any(|held| {
            held.entity.value.mapped.as_ref().is_some_and(|mapping| {
                mapping.source == source.id && identity.groups.contains(&mapping.value)
            })
        }),
    }
}

fn new_person(source: &Id, told: &Told) -> Result<Person, Problem> {
    let identity = &told.identity;
    let name = identity.name.as_deref().or(identity.email.as_deref()).unwrap_or(&identity.subject);
    let origin = Origin::Oidc { source: source.clone(), subject: identity.subject.as_str().into() };
    let mut person = Person { origin, ..Person::new(name) };
    told.describe(&mut person);
    check::person(&person)?;
    Ok(person)
}

/// What a provider told of somebody.
pub(super) struct Told {
    pub(super) identity: Identity,
    /// When.
    pub(super) at: i64,
    /// What fetches it anew.
    pub(super) sealed_refresh_token: Option<Box<str>>,
}

impl Told {
    /// Writes it down, each time anew. Their name here stays as it is. What could not be kept of somebody whom an
    /// administrator describes is left out: nobody could change them afterwards.
    pub(super) fn describe(&self, person: &mut Person) {
        let Self { identity, at, sealed_refresh_token } = self;
        if let Some(display_name) = &identity.display_name {
            person.display_name = display_name.chars().take(128).collect::<String>().into();
        }
        person.email = identity.email.as_deref().filter(|email| check::is_address(email)).map(Into::into);
        let old = person.claimed_groups.take();
        // What it has told before and does not tell now is gone, also where nobody asks it for that any more.
        let old_names = old.iter().flat_map(|old| &old.attributes).map(|name| &**name);
        let asked = identity.attributes.keys().map(String::as_str);
        for name in old_names.chain(asked) {
            person.attributes.remove(name);
        }
        let mut attributes = Vec::new();
        for (name, value) in &identity.attributes {
            if let Some(value) = value
                && person.attributes.len() < check::MAX_ATTRIBUTES
            {
                person.attributes.insert(name.clone(), value.clone());
                attributes.push(name.as_str().into());
            }
        }
        let kept = old.and_then(|old| old.sealed_refresh_token);
        person.claimed_groups = Some(ClaimedGroups {
            values: identity.groups.iter().map(|group| group.as_str().into()).collect(),
            at: *at,
            attributes,
            sealed_refresh_token: sealed_refresh_token.clone().or(kept),
        });
    }
}

fn redirect_uri(here: &Url) -> Result<String, Problem> {
    here.join(CALLBACK).map(String::from).map_err(Problem::internal)
}

/// Whether a path is a page of this server that one may be sent to.
fn is_own_page(path: &str) -> bool {
    let is_below = ["/console", "/go"].iter().any(|prefix| {
        path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    });
    let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    is_below && is_plain && path.len() <= MAX_RETURN
}

fn see_other(to: &str) -> Result<Response, Problem> {
    let location = HeaderValue::from_str(to).map_err(Problem::internal)?;
    Ok((StatusCode::SEE_OTHER, HeaderMap::from_iter([(LOCATION, location)])).into_response())
}

fn unknown_source() -> Problem {
    Problem::not_found("there is no such identity source to sign in with")
}

fn suspended() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "suspended", "this person is suspended").fix("ask an administrator")
}

fn no_group() -> Problem {
    let detail = "the provider knows you, and you are in no group that has access here";
    Problem::new(StatusCode::FORBIDDEN, "no_group", detail)
        .fix("ask an administrator to map one of your groups")
}

fn again() -> Problem {
    Problem::conflict("sign_in_again", "somebody signed in at the same time").fix("sign in again")
}

impl From<OidcError> for Problem {
    fn from(error: OidcError) -> Self {
        let (status, code) = match &error {
            OidcError::Web(_) | OidcError::Issuer(_) | OidcError::Metadata(_) => {
                (StatusCode::BAD_GATEWAY, "provider_unreachable")
            }
            OidcError::State | OidcError::Lapsed => (StatusCode::BAD_REQUEST, "sign_in_lapsed"),
            OidcError::Refused(_) => (StatusCode::FORBIDDEN, "provider_refused"),
            OidcError::Token(_) | OidcError::Mismatch(_) => (StatusCode::FORBIDDEN, "provider_token_refused"),
            OidcError::Groups(_) => (StatusCode::FORBIDDEN, "groups_unavailable"),
            OidcError::Unavailable => return Self::internal(error),
        };
        let source = std::error::Error::source(&error).map(|source| format!(": {source}"));
        Self::new(status, code, format!("{error}{}", source.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_sent_to_pages_of_this_server_alone() {
        for (path, expected) in [
            ("/console", true),
            ("/console/connectors?x=1", true),
            ("/go/prod-ro", true),
            ("/", false),
            ("/consolex", false),
            ("//evil.example/console", false),
            ("/console\\..\\evil", false),
            ("/console/\r\nset-cookie: x=y", false),
            ("https://evil.example/console", false),
            ("/api/v1/auth/logout", false),
            ("/console/ü", false),
        ] {
            assert_eq!(is_own_page(path), expected, "{path}");
        }
    }
}
