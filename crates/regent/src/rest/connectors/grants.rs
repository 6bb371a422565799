//! Who may use a connector: `/connectors/{id}/grants`.

use std::collections::BTreeSet;

use axum::response::Response;
use http::HeaderMap;
use regent_broker::{Conditions, Connector, Grant, GrantEffect, Hours, Id, Subject};
use regent_policy::action;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{ConnectorView, Shown};
use crate::broker::check::MAX_MFA_MINUTES;
use crate::rest::body::{JsonBody, must_match};
use crate::rest::caller::Known;
use crate::rest::crud;
use crate::rest::list::moment;
use crate::rest::parameters::Path;
use crate::rest::problem::Problem;
use crate::time;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list_grants, replace_grants))
}

/// All grants of a connector.
#[derive(Debug, Serialize, ToSchema)]
struct Grants {
    #[schema(value_type = Vec<KeptGrant>)]
    grants: Vec<GrantView>,
}

/// All grants of a connector, as they are to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewGrants {
    #[schema(max_items = 1000)]
    grants: Vec<GrantView>,
}

/// Lets somebody use a connector.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrantView {
    /// Its id; made by the server. One with the id of a grant there is keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<Id>,
    /// Who.
    pub(crate) subject: Subject,
    /// To do what.
    #[serde(default)]
    #[schema(default = GrantEffect::default)]
    effect: GrantEffect,
    /// Under which conditions.
    #[serde(default)]
    #[schema(default = ConditionsView::default)]
    conditions: ConditionsView,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// A grant there is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "says what the API shows: only a grant that is to be made has no id yet")]
pub(super) struct KeptGrant {
    /// Its id.
    id: Id,
    #[serde(flatten)]
    grant: GrantView,
}

/// Under which conditions a grant counts.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConditionsView {
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hours: Option<Hours>,
    /// From which networks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    cidrs: Vec<String>,
    /// With a second factor: of this sign-in, or no older than so many minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mfa: Option<Mfa>,
}

/// Which second factor a grant wants.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
enum Mfa {
    /// True: of this sign-in. False: none.
    OfSignIn(bool),
    /// No older than so many minutes.
    Minutes(u32),
}

impl GrantView {
    /// A grant as the API shows it.
    pub(crate) fn of(grant: &Grant) -> Self {
        let Conditions { hours, cidrs, mfa_minutes } = grant.conditions.clone();
        let mfa = mfa_minutes.map(|minutes| match minutes {
            MAX_MFA_MINUTES => Mfa::OfSignIn(true),
            minutes => Mfa::Minutes(minutes),
        });
        Self {
            id: Some(grant.id.clone()),
            subject: grant.subject.clone(),
            effect: grant.effect,
            conditions: ConditionsView { hours, cidrs, mfa },
            expires_at: grant.expires_at.map(time::iso_text),
        }
    }

    /// A grant as it is kept, under this id.
    pub(crate) fn grant(&self, id: Id) -> Result<Grant, Problem> {
        let expires_at = self.expires_at.as_deref().map(moment).transpose()?;
        let (subject, conditions) = (self.subject.clone(), self.conditions());
        Ok(Grant { id, subject, effect: self.effect, conditions, expires_at })
    }

    fn conditions(&self) -> Conditions {
        let ConditionsView { hours, cidrs, mfa } = self.conditions.clone();
        // As old as a sign-in can be is as good as of this one.
        let mfa_minutes = match mfa {
            None | Some(Mfa::OfSignIn(false)) => None,
            Some(Mfa::OfSignIn(true)) => Some(MAX_MFA_MINUTES),
            Some(Mfa::Minutes(minutes)) => Some(minutes),
        };
        Conditions { hours, cidrs, mfa_minutes }
    }
}

/// Grants as they are to be kept: those that are there already keep their ids.
pub(crate) fn made(known: &Known, grants: &[GrantView], old: &[Grant]) -> Result<Vec<Grant>, Problem> {
    let mut seen = BTreeSet::new();
    let mut made = Vec::with_capacity(grants.len());
    for grant in grants {
        let kept = grant.id.clone().filter(|id| old.iter().any(|grant| grant.id == *id));
        let id = match kept.filter(|id| seen.insert(id.clone())) {
            Some(id) => id,
            None => known.asked.server.new_id("grnt")?,
        };
        made.push(grant.grant(id)?);
    }
    Ok(made)
}

/// Lists who may use a connector.
#[utoipa::path(get, path = "/connectors/{id}/grants", operation_id = "listGrants", tag = "Connectors",
    params(("id" = String, Path)),
    responses((status = 200, body = Grants), (status = "default", body = Problem)))]
async fn list_grants(known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    known.must(&action!("regent:GetConnector"), "connector", &id)?;
    let held = crud::find::<Connector>(&known.directory, &id)?;
    let grants = Grants { grants: held.entity.value.grants.iter().map(GrantView::of).collect() };
    let tag = format!("\"{}\"", held.version.number());
    Ok(axum::response::IntoResponse::into_response(([(http::header::ETAG, tag)], axum::Json(grants))))
}

/// Says anew who may use a connector.
#[utoipa::path(put, path = "/connectors/{id}/grants", operation_id = "replaceGrants", tag = "Connectors",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = NewGrants,
    responses((status = 200, body = Shown<ConnectorView>), (status = "default", body = Problem)))]
async fn replace_grants(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(NewGrants { grants }): JsonBody<NewGrants>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:UpdateGrants"), "connector", &id)?;
    let revision = must_match(&headers)?;
    let held = crud::find::<Connector>(&known.directory, &id)?;
    let id = held.entity.id.clone();
    let made = made(&known, &grants, &held.entity.value.grants)?;
    let make = move |old: &Connector| Ok(Connector { grants: made.clone(), ..old.clone() });
    crud::change(&known, &id, Some(revision), make).await
}
