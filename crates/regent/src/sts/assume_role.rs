//! AssumeRole.

use regent_wire::sts::{self as wire, op};
use regent_wire::{Fault, Operation};

use super::grant::{Opening, grant};
use super::{mfa, session_policy, session_tag};
use crate::authz::{Authorized, Evidence, find_role};
use crate::call::Call;
use crate::session::Subject;

/// The longest session that temporary credentials may open, whatever the role allows.
const CHAINING_SECS: i64 = 3600;
const DEFAULT_SECS: i64 = 3600;

/// Checks what must be right before anybody's policies are asked: the role's ARN, the tags, the one-time password.
pub(crate) async fn prepare(
    call: &Call<'_>,
    input: &<op::AssumeRole as Operation>::Input,
) -> Result<Evidence, Fault> {
    check_arn(&input.role_arn)?;
    let transitive = input.transitive_tag_keys.as_deref().unwrap_or_default();
    session_tag::of_session(call.caller, input.tags.as_deref(), transitive)?;
    check_source_identity(call, input)?;
    if input.provided_contexts.as_ref().is_some_and(|contexts| !contexts.is_empty()) {
        // CHOICE: only assertions of a context provider that Regent runs could be accepted, and it runs none yet.
        return Err(Fault::invalid_parameter_value("The provided contexts cannot be validated."));
    }
    let has_mfa = mfa::check(call, input.serial_number.as_deref(), input.token_code.as_deref()).await?;
    Ok(Evidence { has_mfa })
}

/// Exchanges the caller for a session of the role.
///
/// The dispatcher has weighed the caller's policies and the role's trust policy. What is left is how long: no longer
/// than the role's limit, and no longer than an hour when the caller is a session itself (role chaining).
///
/// The one-time password counted while the trust policy was asked. The session does not carry it.
///
/// AWS: STS API reference, AssumeRole.
pub(crate) fn assume_role(
    call: &Call<'_>,
    input: &Authorized<op::AssumeRole>,
) -> Result<wire::AssumeRoleResponse, Fault> {
    let (account, role) =
        find_role(call, &input.role_arn).ok_or_else(|| Fault::bug("a role vanished from its picture"))?;
    let duration_secs = duration(call, input.duration_seconds, i64::from(role.max_session_secs))?;
    let transitive = input.transitive_tag_keys.as_deref().unwrap_or_default();
    let tags = session_tag::of_session(call.caller, input.tags.as_deref(), transitive)?;
    let packed =
        session_policy::pack(call, account, input.policy.as_deref(), input.policy_arns.as_deref(), tags)?;
    let percent = packed.percent;
    let source_identity = input.source_identity.as_deref().or(call.caller.source_identity());
    let opening = Opening {
        account: account.id(),
        subject: Subject::Role { id: role.id, session_name: input.role_session_name.as_str().into() },
        duration_secs,
        packed,
        source_identity: source_identity.map(Into::into),
        mfa: None,
        minimum_token_size: input.minimum_session_token_size,
    };
    let granted = grant(call, opening)?;
    Ok(wire::AssumeRoleResponse {
        credentials: Some(granted.credentials),
        assumed_role_user: Some(wire::AssumedRoleUser {
            assumed_role_id: format!("{}:{}", role.id, input.role_session_name),
            arn: call.arns().assumed_role(account.id(), &role.name, &input.role_session_name),
        }),
        packed_policy_size: percent,
        source_identity: source_identity.map(str::to_owned),
        session_token_utilization: Some(granted.token_percent),
        session_token_size: Some(granted.token_bytes),
    })
}

/// A text that cannot be the ARN of anything is refused before anybody looks for it.
fn check_arn(arn: &str) -> Result<(), Fault> {
    let mut fields = arn.splitn(6, ':');
    let is_arn = fields.next() == Some("arn")
        && fields.by_ref().take(2).filter(|field| !field.is_empty()).count() == 2
        && fields.nth(2).is_some_and(|resource| !resource.is_empty());
    if is_arn { Ok(()) } else { Err(Fault::validation(format!("{arn} is invalid"))) }
}

/// A source identity is set once in a chain of roles: it may be repeated, not changed.
fn check_source_identity(call: &Call<'_>, input: &wire::AssumeRoleRequest) -> Result<(), Fault> {
    let Some(asked) = input.source_identity.as_deref() else { return Ok(()) };
    if asked.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:")) {
        // CHOICE: the text was not recorded.
        return Err(Fault::validation("Source identity cannot begin with the reserved prefix aws:."));
    }
    match call.caller.source_identity() {
        Some(held) if held != asked => {
            // CHOICE: the code was not recorded.
            let caller = &call.caller.arn;
            Err(Fault::access_denied(format!(
                "User: {caller} is not authorized to perform: sts:SetSourceIdentity on resource: {}",
                input.role_arn
            )))
        }
        _ => Ok(()),
    }
}

fn duration(call: &Call<'_>, asked: Option<i32>, role_max: i64) -> Result<i64, Fault> {
    let asked = asked.map_or(DEFAULT_SECS, i64::from);
    if call.caller.is_temporary() && asked > CHAINING_SECS {
        return Err(Fault::validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ));
    }
    if asked > role_max {
        return Err(Fault::validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    Ok(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_be_an_arn_is_invalid() {
        for arn in ["arn:aws:iam::123456789012:role/x", "arn:aws:iam:::x", "arn:x:y:a:b:c:d"] {
            assert!(check_arn(arn).is_ok(), "{arn}");
        }
        for arn in [
            "",
            "role/x",
            "arn:aws:iam::123456789012",
            "arn::iam::1:role/x",
            "arn:aws:::1:x",
            "arn:aws:iam::1:",
        ] {
            assert_eq!(check_arn(arn).unwrap_err().to_string(), format!("ValidationError: {arn} is invalid"));
        }
    }
}
