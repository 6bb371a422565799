//! Tries an identity source without signing anybody in: its document, its keys, and what has to be registered there.

use axum::Json;
use regent_broker::IdentitySource;
use regent_policy::action;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::broker::test_connection::report::Outcome;
use crate::rest::caller::Known;
use crate::rest::crud;
use crate::rest::parameters::Path;
use crate::rest::problem::Problem;
use crate::rest::step::{Step, Steps};
use crate::signin::key_set::KeySet;
use crate::signin::oidc::{OidcError, OpenId};
use crate::signin::web::{Authorization, Ways, WebError};

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(test_identity_source))
}

/// What came of a test.
#[derive(Debug, Serialize, ToSchema)]
struct TestReport {
    /// Whether people can sign in, as far as that can be known before somebody tries.
    ok: bool,
    /// What was looked at.
    steps: Vec<Step>,
    /// Where the provider has to send browsers back to: register it there, exactly so.
    #[schema(required)]
    redirect_uri: Option<String>,
}

/// Tries an identity source: its discovery document, its keys, and what has to be registered there.
#[utoipa::path(post, path = "/identity-sources/{id}/test", operation_id = "testIdentitySource", tag = "Settings",
    params(("id" = String, Path)),
    responses((status = 200, body = TestReport), (status = "default", body = Problem)))]
async fn test_identity_source(known: Known, Path(id): Path<String>) -> Result<Json<TestReport>, Problem> {
    known.must(&action!("regent:TestIdentitySource"), "identity_source", &id)?;
    let source = crud::find::<IdentitySource>(&known.directory, &id)?.entity.value.clone();
    let external = known.asked.external_url(&known.directory.broker().settings());
    let redirect_uri = external.map(|url| format!("{url}/api/v1/auth/oidc/callback"));
    let mut steps = Steps::default();
    discover(&source, known.asked.seconds(), &mut steps).await;
    if let Some(uri) = &redirect_uri {
        steps.add("redirect", Outcome::Ok, format!("register `{uri}` at the provider"));
    } else {
        let text = "the address of this server is not set, and a provider sends browsers back to one address";
        steps.add("redirect", Outcome::Warn, text.to_owned());
        steps.fix("set `external_url` in the settings, or start with `--external-url`");
    }
    if source.sealed_client_secret.is_none() {
        let text = "there is no client secret: the provider must know this server as a public client";
        steps.add("client", Outcome::Warn, text.to_owned());
        steps.fix("enter the client secret, or allow public clients at the provider");
    } else {
        steps.add("client", Outcome::Ok, "there is a client secret".to_owned());
    }
    if source.terms.disabled {
        steps.add("enabled", Outcome::Warn, "nobody signs in with it while it is disabled".to_owned());
    }
    Ok(Json(TestReport { ok: steps.is_ok(), steps: steps.into_list(), redirect_uri }))
}

async fn discover(source: &IdentitySource, now: i64, steps: &mut Steps) {
    let terms = &source.terms;
    let skip = |steps: &mut Steps| {
        steps.add("keys", Outcome::Skipped, "where the keys are is not known".to_owned());
    };
    let web = match Ways::default().to(&terms.issuer, terms.ca_pem.as_deref()) {
        Ok(web) => web,
        Err(error) => {
            steps.add("discovery", Outcome::Fail, error.to_string());
            steps.fix(web_fix(&error));
            return skip(steps);
        }
    };
    let metadata = match OpenId::default().metadata(&web, &terms.issuer, now).await {
        Ok(metadata) => metadata,
        Err(error) => {
            let (text, fix) = refused(&error);
            steps.add("discovery", Outcome::Fail, text);
            steps.fix(fix);
            return skip(steps);
        }
    };
    steps.add("discovery", Outcome::Ok, format!("`{}` describes itself", terms.issuer));
    match web.get::<KeySet>(&metadata.jwks, Authorization::None).await {
        Ok(keys) if keys.is_empty() => {
            steps.add("keys", Outcome::Fail, "the provider publishes no key that can be used".to_owned());
            steps.fix("let the provider sign with RS256, ES256 or EdDSA");
        }
        Ok(_) => steps.add("keys", Outcome::Ok, "the provider's keys can be read".to_owned()),
        Err(error) => {
            steps.add("keys", Outcome::Fail, error.to_string());
            steps.fix(web_fix(&error));
        }
    }
}

fn refused(error: &OidcError) -> (String, &'static str) {
    match error {
        OidcError::Web(error) => (error.to_string(), web_fix(error)),
        OidcError::Issuer(_) => (error.to_string(), "enter the issuer exactly as the provider writes it"),
        OidcError::Metadata(_)
        | OidcError::State
        | OidcError::Lapsed
        | OidcError::Refused(_)
        | OidcError::Token(_)
        | OidcError::Mismatch(_)
        | OidcError::Groups(_)
        | OidcError::Unavailable => (error.to_string(), "check that the issuer is an OpenID provider"),
    }
}

const fn web_fix(error: &WebError) -> &'static str {
    match error {
        WebError::Unreachable { .. } => {
            "check the issuer's name and the way to it; a private authority goes into `ca_pem`"
        }
        WebError::Slow(_) => "check the way to the provider",
        WebError::Moved(_) => "enter the address that it leads to",
        WebError::Status { .. } | WebError::Large(_) | WebError::Form(_) => {
            "check the issuer: its document is at `/.well-known/openid-configuration` below it"
        }
        WebError::Scheme(_) => "enter an `https` address",
        WebError::TooSoon => "try again in a few seconds",
    }
}
