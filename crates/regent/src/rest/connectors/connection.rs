//! Trying a connector: `/connectors/{id}/test`, and `/connectors/test` for one that is not saved.

use axum::Json;
use regent_broker::{Account, Connector};
use regent_policy::action;
use regent_wire::secret::Secret;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::preview::{asker, unsaved};
use crate::broker::check::{Findings, check_code};
use crate::broker::test_connection::Question;
use crate::broker::test_connection::report::{Outcome, Report, Step};
use crate::broker::trial::Trial;
use crate::rest::body::JsonBody;
use crate::rest::caller::Known;
use crate::rest::crud;
use crate::rest::parameters::Path;
use crate::rest::problem::Problem;

const MAX_ACTION: usize = 128;
const MAX_ARN: usize = 2048;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(test_connector)).routes(routes!(test_unsaved_connector))
}

/// For whom, and what they should be able to do.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TestRequest {
    /// Whose session is tried, by id or name; the caller's if nobody is named.
    user_id: Option<String>,
    /// An action that the session should be allowed: `s3:ListBucket`.
    #[schema(max_length = 128)]
    action: Option<String>,
    /// On what.
    #[schema(max_length = 2048)]
    resource: Option<String>,
    /// A one-time password, where the connector passes it on.
    #[schema(pattern = "^[0-9]{6}$")]
    mfa_code: Option<String>,
}

/// A connector that is not saved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UnsavedTest {
    /// The connector as it would be.
    #[schema(value_type = Object)]
    connector: Value,
    /// Whose session is tried.
    #[serde(default)]
    user_id: Option<String>,
    /// A one-time password, where the connector passes it on.
    #[serde(default)]
    #[schema(pattern = "^[0-9]{6}$")]
    mfa_code: Option<String>,
}

/// How a test went.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TestResult {
    /// Whether every step that could be taken went well enough.
    ok: bool,
    /// The twelve steps.
    steps: Vec<Step>,
    /// Who the account is.
    #[serde(skip_serializing_if = "Option::is_none")]
    arn: Option<String>,
    /// The AWS account that answered, also where it is not the one that was known.
    #[serde(skip_serializing_if = "Option::is_none")]
    aws_account_id: Option<String>,
}

impl From<Report> for TestResult {
    fn from(report: Report) -> Self {
        let ok = report.steps.iter().all(|step| step.status != Outcome::Fail);
        Self { ok, steps: report.steps, arn: report.learned.principal_arn, aws_account_id: report.answered }
    }
}

impl TestRequest {
    fn question(&self) -> Result<Option<Question>, Problem> {
        let mut findings = Findings::default();
        for (name, text, most) in
            [("action", &self.action, MAX_ACTION), ("resource", &self.resource, MAX_ARN)]
        {
            if text.as_ref().is_some_and(|text| text.len() > most) {
                findings.add(name, "malformed", format!("expected at most {most} bytes"));
            }
        }
        findings.settle()?;
        let resource = || self.resource.clone().unwrap_or_else(|| "*".to_owned());
        Ok(self.action.clone().map(|action| Question { action, resource: resource() }))
    }
}

/// A one-time password, if it can be one.
fn code(code: Option<String>) -> Result<Option<Secret<String>>, Problem> {
    let code = code.map(Secret::new);
    let mut findings = Findings::default();
    check_code(code.as_ref(), &mut findings);
    findings.settle()?;
    Ok(code)
}

/// Tries a connector: makes the calls that issuing makes, says how each went, and throws away what it got.
#[utoipa::path(post, path = "/connectors/{id}/test", operation_id = "testConnector", tag = "Connectors",
    params(("id" = String, Path)), request_body = TestRequest,
    responses((status = 200, body = TestResult), (status = "default", body = Problem)))]
async fn test_connector(
    known: Known,
    Path(id): Path<String>,
    JsonBody(request): JsonBody<TestRequest>,
) -> Result<Json<TestResult>, Problem> {
    known.must(&action!("regent:TestConnector"), "connector", &id)?;
    let held = crud::find::<Connector>(&known.directory, &id)?;
    let terms = &held.entity.value.terms;
    let trial = Trial {
        confirmed: None,
        account: crud::find::<Account>(&known.directory, terms.account_id.as_str())?,
        connector: Some((terms, Some(&held.entity))),
        caller: &asker(&known, request.user_id.as_deref())?,
        question: request.question()?,
        mfa_code: code(request.mfa_code)?,
    };
    Ok(Json(trial.run(&known).await?.into()))
}

/// Tries a connector before it is saved.
#[utoipa::path(post, path = "/connectors/test", operation_id = "testUnsavedConnector", tag = "Connectors",
    request_body = UnsavedTest,
    responses((status = 200, body = TestResult), (status = "default", body = Problem)))]
async fn test_unsaved_connector(
    known: Known,
    JsonBody(UnsavedTest { connector, user_id, mfa_code }): JsonBody<UnsavedTest>,
) -> Result<Json<TestResult>, Problem> {
    // It tries any account on any role, which is for those who could save it.
    known.must(&action!("regent:CreateConnector"), "connector", "*")?;
    let connector = unsaved(&known, connector)?;
    crate::broker::check_connector::connector(known.directory.broker(), &connector)?;
    let trial = Trial {
        confirmed: None,
        account: crud::find::<Account>(&known.directory, connector.terms.account_id.as_str())?,
        connector: Some((&connector.terms, None)),
        caller: &asker(&known, user_id.as_deref())?,
        question: None,
        mfa_code: code(mfa_code)?,
    };
    Ok(Json(trial.run(&known).await?.into()))
}
