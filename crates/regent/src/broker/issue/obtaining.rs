//! From base credentials to a session: who they are, how long it may last, and the call.

use regent_broker::plan::{self, HOUR_SECONDS, Plan, PlanError, Terms};

use super::super::session_request::SessionRequest;
use super::super::{base, identity};
use super::calling::{self, Called, call};
use super::{Asking, refusal};
use crate::rest::problem::Problem;
use crate::upstream::Upstream;
use crate::upstream::credentials::Credentials;
use crate::upstream::error::CallError;

/// Asks the upstream: first whose the base credentials are, where nobody has asked yet.
pub(super) async fn obtain(
    asking: &Asking<'_>,
    rendered: &SessionRequest,
) -> Result<(Called, Plan), Problem> {
    let Asking { known, account, .. } = *asking;
    let server = &known.asked.server;
    let upstream = base::upstream(server, known.directory.broker(), &account.entity.value)
        .map_err(|error| refusal::from_base(&error))?;
    let held = base::credentials(server, account, asking.purpose(), known.asked.now)
        .await
        .map_err(|error| refusal::from_base(&error))?;
    let account = &identity::known(server, account, &upstream, &held)
        .await
        .map_err(|error| refusal::from_identity(&error))?;
    let asking = &Asking { account, via: asking.via.clone(), ..*asking };
    asking.check_root()?;
    let terms = asking.terms_with(&held);
    let plan = plan::plan(&terms).map_err(|error| refusal::from_plan(&error))?;
    match call(asking, &upstream, &held, &plan, rendered).await {
        Err(error) if calling::says_role_max(&error) => {
            let refused = Refused { error, plan, terms };
            shorter(asking, &upstream, &held, rendered, refused).await
        }
        Err(error) => {
            if calling::says_expired(&error) {
                server.bases.forget(&account.entity);
            }
            Err(refusal::from_call(&error, &plan))
        }
        Ok(called) => Ok((called, plan)),
    }
}

/// A length that a role has refused.
struct Refused {
    error: CallError,
    plan: Plan,
    terms: Terms,
}

/// Asks once more with what the role allows, or with the hour that every role does where nobody says what that is.
async fn shorter(
    asking: &Asking<'_>,
    upstream: &Upstream,
    held: &Credentials,
    rendered: &SessionRequest,
    Refused { error, plan, mut terms }: Refused,
) -> Result<(Called, Plan), Problem> {
    let refused = plan.seconds;
    let told = calling::role_max(asking, upstream, held, refused).await;
    match told {
        Some(most) => calling::learn_role_max(asking, most).await,
        None if refused > HOUR_SECONDS => {}
        None => return Err(refusal::from_call(&error, &plan)),
    }
    terms.role_max = Some(told.unwrap_or(HOUR_SECONDS));
    let plan = match plan::plan(&terms) {
        Ok(plan) if told.is_some() => plan,
        Ok(plan) => plan.of_silent_role(refused),
        Err(PlanError::AboveMaximum { .. }) if told.is_none() => {
            return Err(refusal::above_role_max(&error, &plan));
        }
        Err(error) => return Err(refusal::from_plan(&error)),
    };
    if calling::sends_code(asking) {
        // The upstream may have spent the code before it looked at the length.
        return Err(refusal::shorter_with_next_code(&error, refused, &plan));
    }
    let called = call(asking, upstream, held, &plan, rendered).await;
    Ok((called.map_err(|error| refusal::from_call(&error, &plan))?, plan))
}
