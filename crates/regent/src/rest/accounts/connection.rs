//! Trying an account, and rotating its key: `/accounts/{id}/test`, `/accounts/{id}/rotate`.

use std::sync::Arc;

use axum::Json;
use axum::response::Response;
use http::StatusCode;
use regent_broker::{Account, Stored};
use regent_policy::action;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AccountView;
use crate::broker::base;
use crate::broker::issue::from_base;
use crate::broker::rotation::{Occasion, Patience, Rotating, RotationError, Wrote};
use crate::broker::trial::Trial;
use crate::rest::body::OptionalBody;
use crate::rest::caller::Known;
use crate::rest::connectors::TestResult;
use crate::rest::crud;
use crate::rest::parameters::Path;
use crate::rest::problem::Problem;
use crate::rest::resource::Shown;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(test_account))
        .routes(routes!(rotate_account))
        .routes(routes!(roll_back_account))
}

/// How an account is tried.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct AccountTest {
    /// The AWS account that the credentials are of from now on, where they were of another.
    #[schema(pattern = "^[0-9]{12}$")]
    confirm_account: Option<String>,
}

/// Tries an account: whether its credentials work, whose they are, and how far the clocks are apart.
#[utoipa::path(post, path = "/accounts/{id}/test", operation_id = "testAccount", tag = "Accounts",
    params(("id" = String, Path)), request_body = Option<AccountTest>,
    responses((status = 200, body = TestResult), (status = "default", body = Problem)))]
async fn test_account(
    known: Known,
    Path(id): Path<String>,
    OptionalBody(request): OptionalBody<AccountTest>,
) -> Result<Json<TestResult>, Problem> {
    known.must(&action!("regent:TestAccount"), "account", &id)?;
    let mut account = crud::find::<Account>(&known.directory, &id)?.clone();
    let confirmed = request.confirm_account;
    if let Some(number) = confirmed.clone() {
        known.must(&action!("regent:UpdateAccount"), "account", &id)?;
        if number.len() != 12 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            let detail = "expected `confirm_account` to be the twelve digits of an AWS account";
            return Err(Problem::bad_request("malformed_account", detail));
        }
        let value = Account { aws_account_id: Some(number.into()), ..account.entity.value.clone() };
        account.entity = Arc::new(Stored { value, ..Stored::clone(&account.entity) });
    }
    let caller = &known.caller;
    let trial =
        Trial { account: &account, confirmed, connector: None, caller, question: None, mfa_code: None };
    Ok(Json(trial.run(&known).await?.into()))
}

/// Rotates an account's access key: makes a second one, tries it, switches to it and turns the old one off. The old one is
/// deleted a day later, by the server itself, or when this is asked again.
#[utoipa::path(post, path = "/accounts/{id}/rotate", operation_id = "rotateAccount", tag = "Accounts",
    params(("id" = String, Path)),
    responses((status = 200, body = Shown<AccountView>), (status = "default", body = Problem)))]
async fn rotate_account(known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    rotate(&known, &id, Way::On).await
}

/// Brings the old key of a rotation back, as long as it is not deleted, and deletes the new one.
#[utoipa::path(post, path = "/accounts/{id}/rotate/rollback", operation_id = "rollBackAccount", tag = "Accounts",
    params(("id" = String, Path)),
    responses((status = 200, body = Shown<AccountView>), (status = "default", body = Problem)))]
async fn roll_back_account(known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    rotate(&known, &id, Way::Back).await
}

/// Which way a rotation goes.
enum Way {
    On,
    Back,
}

async fn rotate(known: &Known, id: &str, way: Way) -> Result<Response, Problem> {
    known.must(&action!("regent:RotateAccount"), "account", id)?;
    let held = crud::find::<Account>(&known.directory, id)?;
    let server = &known.asked.server;
    let upstream = base::upstream(server, known.directory.broker(), &held.entity.value)
        .map_err(|error| from_base(&error))?;
    let actor = known.actor()?;
    let (server, stored) = (Arc::clone(server), Arc::clone(&held.entity));
    // Whoever hangs up in the middle does not leave a rotation that nobody is at and nobody may take up.
    let task = tokio::spawn(async move {
        let _turn = server.bases.rotating.take(&stored.id).ok_or(RotationError::UnderWay)?;
        let rotating = Rotating {
            server: &server,
            upstream: &upstream,
            account: &stored.id,
            actor: &actor,
            patience: Patience::default(),
            occasion: Occasion::Asked,
            wrote: Wrote::default(),
        };
        let is_done = match way {
            Way::On => rotating.advance().await.map(|_| true)?,
            Way::Back => rotating.roll_back().await?,
        };
        if is_done {
            // What the server could not do by itself may be what this was asked for.
            server.note_rotation(&stored, None).await;
        }
        Ok(())
    });
    task.await.map_err(Problem::internal)?.map_err(refused)?;
    crud::answer::<Account>(known, &held.entity.id, StatusCode::OK)
}

fn refused(error: RotationError) -> Problem {
    let text = error.told();
    match error {
        RotationError::NoAccount(_) => Problem::not_found(text),
        RotationError::UnderWay => Problem::conflict("rotation_under_way", text)
            .fix("look at the account again in a moment; what was cut off can be taken up after ten minutes"),
        RotationError::NoKey | RotationError::SecondKey(_) | RotationError::Stranger { .. } => {
            Problem::conflict("rotation_not_possible", text)
        }
        RotationError::Undone(_) | RotationError::Left { .. } | RotationError::Interrupted(_) => {
            Problem::new(StatusCode::BAD_GATEWAY, "rotation_failed", text)
                .fix("allow the user to manage its own access keys; the gallery has the policy")
        }
        RotationError::Seal(_) => Problem::internal(text),
        RotationError::Record(problem) => *problem,
    }
}
