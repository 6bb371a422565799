//! What to set up on the other side of a connector: `/connectors/{id}/snippets`.

use axum::Json;
use regent_broker::snippet::{Derivation, Snippet, Snippets};
use regent_broker::{Account, AccountKind, Connector, Partition, PrincipalType, RequireMfa};
use regent_policy::action;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::preview::unsaved;
use crate::rest::body::JsonBody;
use crate::rest::caller::Known;
use crate::rest::crud;
use crate::rest::parameters::Path;
use crate::rest::problem::Problem;

const NOT_TESTED: &str = "Nobody has asked yet who the base credentials are: test the account, or put their ARN in the \
                          place of the example's.";

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(get_snippets)).routes(routes!(preview_snippets))
}

/// A connector, saved or not.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SnippetsRequest {
    /// The connector as it would be.
    #[schema(value_type = Object)]
    connector: Value,
}

/// What to set up on the other side.
#[derive(Debug, Serialize, ToSchema)]
struct SnippetsView {
    /// The role's trust policy; none where no role is assumed.
    #[serde(skip_serializing_if = "Option::is_none")]
    trust: Option<SnippetView>,
    /// The least policy for the base credentials; none where nothing is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<SnippetView>,
    /// What a policy cannot say.
    notes: Vec<&'static str>,
}

/// A policy in the forms that people paste.
#[derive(Debug, Serialize, ToSchema)]
struct SnippetView {
    /// The document.
    json: String,
    /// A Terraform resource.
    terraform: String,
    /// Commands of the AWS CLI.
    cli: String,
}

impl From<Snippet> for SnippetView {
    fn from(Snippet { json, terraform, cli }: Snippet) -> Self {
        Self { json, terraform, cli }
    }
}

/// Shows the policies that a connector needs on the other side.
#[utoipa::path(get, path = "/connectors/{id}/snippets", operation_id = "getSnippets", tag = "Connectors",
    params(("id" = String, Path)),
    responses((status = 200, body = SnippetsView), (status = "default", body = Problem)))]
async fn get_snippets(known: Known, Path(id): Path<String>) -> Result<Json<SnippetsView>, Problem> {
    known.must(&action!("regent:GetConnector"), "connector", &id)?;
    let held = crud::find::<Connector>(&known.directory, &id)?;
    snippets(&known, &held.entity.value)
}

/// Shows the policies that an unsaved connector would need on the other side.
#[utoipa::path(post, path = "/connectors/snippets", operation_id = "previewSnippets", tag = "Connectors",
    request_body = SnippetsRequest,
    responses((status = 200, body = SnippetsView), (status = "default", body = Problem)))]
async fn preview_snippets(
    known: Known,
    JsonBody(SnippetsRequest { connector }): JsonBody<SnippetsRequest>,
) -> Result<Json<SnippetsView>, Problem> {
    known.must(&action!("regent:PreviewConnector"), "connector", "*")?;
    snippets(&known, &unsaved(&known, connector)?)
}

fn snippets(known: &Known, connector: &Connector) -> Result<Json<SnippetsView>, Problem> {
    let terms = &connector.terms;
    let account = known.directory.broker().accounts.get(terms.account_id.as_str());
    let account = &account.ok_or_else(|| Problem::not_found("the connector's account is not there"))?.value;
    let base = base_arn(account);
    let example = example(account.terms.partition);
    let derivation = Derivation {
        principal_type: terms.principal_type,
        base_arn: base.unwrap_or(&example),
        role_arn: terms.role_arn.as_deref(),
        external_id: terms.external_id.as_deref(),
        has_tags: !terms.session_tags.is_empty(),
        has_source_identity: terms.source_identity_template.is_some(),
        requires_mfa: terms.require_mfa == RequireMfa::Upstream,
    };
    let found = Snippets::of(&derivation).map_err(|error| {
        Problem::new(http::StatusCode::UNPROCESSABLE_ENTITY, "no_snippets", error.to_string())
    })?;
    let mut notes = found.notes;
    let needs_base = matches!(terms.principal_type, PrincipalType::AssumeRole | PrincipalType::FederatedUser);
    if base.is_none() && needs_base {
        notes.push(NOT_TESTED);
    }
    Ok(Json(SnippetsView { trust: found.trust.map(Into::into), base: found.base.map(Into::into), notes }))
}

/// Who the base credentials are, as far as that is known.
fn base_arn(account: &Account) -> Option<&str> {
    let by_terms = match account.terms.kind {
        AccountKind::RegentRole => account.terms.regent_role_arn.as_deref(),
        AccountKind::Hop => account.terms.hop.as_ref().map(|hop| hop.role_arn.as_str()),
        AccountKind::AccessKey | AccountKind::Ambient => None,
    };
    by_terms.or(account.principal_arn.as_deref())
}

fn example(partition: Partition) -> String {
    let partition = match partition {
        Partition::Regent => "aws",
        partition @ (Partition::Aws
        | Partition::AwsCn
        | Partition::AwsUsGov
        | Partition::AwsIso
        | Partition::AwsIsoB) => partition.name(),
    };
    format!("arn:{partition}:iam::111122223333:user/regent-broker")
}
