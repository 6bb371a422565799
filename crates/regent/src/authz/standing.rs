//! What kinds of credentials may call what at all, before any policy is asked.
//!
//! These are rules of the APIs, not of policies: no policy can grant what they refuse.
//!
//! AWS: IAM User Guide, "Compare AWS STS credentials".

use regent_wire::Fault;

use crate::caller::{Caller, Principal};

/// Kinds of credentials, as the rules tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    LongTerm,
    UserSession { has_mfa: bool },
    RoleSession,
    FederatedUser { is_console: bool },
}

impl Kind {
    fn of(caller: &Caller) -> Self {
        match &caller.principal {
            Principal::Federated(_) => Self::FederatedUser { is_console: caller.is_console() },
            Principal::Role(_) => Self::RoleSession,
            Principal::Root | Principal::User(_) if caller.is_temporary() => {
                Self::UserSession { has_mfa: caller.mfa().is_some() }
            }
            Principal::Root | Principal::User(_) => Self::LongTerm,
        }
    }
}

/// Refuses credentials of a kind that may not call the operation.
pub(crate) fn check(service: &str, operation: &str, caller: &Caller) -> Result<(), Fault> {
    let kind = Kind::of(caller);
    if service == "iam" {
        return check_iam(kind);
    }
    let is_open = match kind {
        Kind::LongTerm => true,
        Kind::RoleSession => !matches!(operation, "GetSessionToken" | "GetFederationToken"),
        Kind::UserSession { .. } => matches!(operation, "AssumeRole" | "GetCallerIdentity"),
        Kind::FederatedUser { .. } => operation == "GetCallerIdentity",
    };
    if is_open {
        Ok(())
    } else {
        Err(Fault::access_denied(format!("Cannot call {operation} with session credentials")))
    }
}

/// IAM does not know these credentials at all, and says so in these words rather than in those of a denial.
///
/// A federated user in the console is spared: what its policies allow, it may.
fn check_iam(kind: Kind) -> Result<(), Fault> {
    match kind {
        Kind::LongTerm
        | Kind::RoleSession
        | Kind::UserSession { has_mfa: true }
        | Kind::FederatedUser { is_console: true } => Ok(()),
        Kind::FederatedUser { is_console: false } | Kind::UserSession { has_mfa: false } => {
            Err(Fault::invalid_session_token())
        }
    }
}
