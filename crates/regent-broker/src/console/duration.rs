//! How long a console session is asked to last.

use crate::PrincipalType;

const MIN_SECONDS: u32 = 900;
const MAX_SECONDS: u32 = 43_200;

/// What may be sent as `SessionDuration` when credentials are exchanged for a sign-in token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionDuration {
    /// These seconds.
    Send(u32),
    /// Nothing: the console session lasts as long as the credentials. With a duration the exchange would fail.
    Omit,
    /// Such credentials open no console. The connector needs another principal type.
    NoConsole,
}

/// What to send for credentials of a principal type.
///
/// A duration can only be chosen for a role that was assumed with a long-term key. `role_max` is the longest session
/// the role allows, as far as it is known; without a wish nothing is sent.
///
/// AWS: "Enable custom identity broker access to the AWS console", `SessionDuration`.
pub fn session_duration(
    principal_type: PrincipalType,
    base_is_temporary: bool,
    role_max: Option<u32>,
    wanted: Option<u32>,
) -> SessionDuration {
    match principal_type {
        PrincipalType::IamUserSession => SessionDuration::NoConsole,
        PrincipalType::FederatedUser | PrincipalType::Provided => SessionDuration::Omit,
        PrincipalType::AssumeRole if base_is_temporary => SessionDuration::Omit,
        PrincipalType::AssumeRole => match wanted {
            None => SessionDuration::Omit,
            Some(seconds) => {
                let most = role_max.unwrap_or(MAX_SECONDS).clamp(MIN_SECONDS, MAX_SECONDS);
                SessionDuration::Send(seconds.clamp(MIN_SECONDS, most))
            }
        },
    }
}
