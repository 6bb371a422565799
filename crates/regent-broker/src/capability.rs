//! What each kind of session can do and be given, and what a connector must not ask of it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::PrincipalType;

mod base;
mod refusal;

pub use base::check_base;
pub use refusal::{Field, Refusal, RefusalCode, Wanted, refusals};

use Answer::{No, Yes};

/// Something a session may be able to do, or may be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// A policy that narrows the session, inline or by the ARNs of managed policies.
    SessionPolicy,
    /// Session tags.
    SessionTags,
    /// Session tags that stay through role chaining.
    TransitiveTags,
    /// A source identity, which no later role changes.
    SourceIdentity,
    /// An external id for the role's trust policy.
    ExternalId,
    /// A one-time code of the base user's MFA device.
    Mfa,
    /// The person is seen in CloudTrail.
    Person,
    /// The console can be opened with it.
    Console,
    /// It may call IAM.
    IamCalls,
    /// It may call STS.
    StsCalls,
}

impl Capability {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::SessionPolicy,
        Self::SessionTags,
        Self::TransitiveTags,
        Self::SourceIdentity,
        Self::ExternalId,
        Self::Mfa,
        Self::Person,
        Self::Console,
        Self::IamCalls,
        Self::StsCalls,
    ];
}

/// Whether a kind of session has a capability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "possible", rename_all = "snake_case")]
pub enum Answer {
    /// It has.
    Yes {
        /// What there is to know; empty where a yes is a yes.
        #[serde(skip_serializing_if = "str::is_empty")]
        note: &'static str,
    },
    /// It has not.
    No {
        /// Why.
        reason: &'static str,
        /// What to choose instead.
        fix: &'static str,
    },
}

impl Answer {
    /// Whether it is a yes, with whatever note.
    pub const fn is_yes(self) -> bool {
        matches!(self, Self::Yes { .. })
    }
}

const YES: Answer = Yes { note: "" };
const ASSUME_ROLE: &str = "choose assume_role";

/// Whether sessions of a type have a capability.
///
/// AWS: IAM User Guide, "Compare AWS STS credentials", and the STS API reference's parameters of each operation.
///
/// ```
/// use regent_broker::PrincipalType;
/// use regent_broker::capability::{Answer, Capability, capability};
///
/// let answer = capability(PrincipalType::IamUserSession, Capability::Console);
/// let Answer::No { reason, fix } = answer else { panic!("AWS makes no console of it") };
/// assert_eq!(reason, "AWS opens no console with the credentials of `GetSessionToken`");
/// assert_eq!(fix, "choose assume_role or federated_user");
/// ```
pub const fn capability(principal_type: PrincipalType, capability: Capability) -> Answer {
    match principal_type {
        PrincipalType::AssumeRole => of_role(capability),
        PrincipalType::FederatedUser => of_federated_user(capability),
        PrincipalType::IamUserSession => of_user_session(capability),
        PrincipalType::Provided => of_provided(capability),
    }
}

const fn of_role(capability: Capability) -> Answer {
    match capability {
        Capability::SessionPolicy
        | Capability::SessionTags
        | Capability::TransitiveTags
        | Capability::SourceIdentity
        | Capability::ExternalId
        | Capability::Mfa
        | Capability::Console => YES,
        Capability::Person => Yes { note: "by session name, source identity and tags" },
        Capability::IamCalls => Yes { note: "if its policies allow it" },
        Capability::StsCalls => Yes { note: "all but GetFederationToken and GetSessionToken" },
    }
}

const fn of_federated_user(capability: Capability) -> Answer {
    match capability {
        Capability::SessionPolicy => Yes { note: "needed, unless resource policies name the federated user" },
        Capability::SessionTags | Capability::Console => YES,
        Capability::TransitiveTags => No {
            reason: "a federated user cannot assume a role, so no tag is carried on",
            fix: "choose assume_role, or make the tags not transitive",
        },
        Capability::SourceIdentity => No {
            reason: "`GetFederationToken` takes no source identity",
            fix: "choose assume_role; the federated user's name shows the person",
        },
        Capability::ExternalId => No {
            reason: "`GetFederationToken` takes no external id: there is no trust policy that could ask for it",
            fix: ASSUME_ROLE,
        },
        Capability::Mfa => No {
            reason: "`GetFederationToken` takes no one-time code",
            fix: "choose assume_role, or ask for MFA at the sign-in",
        },
        Capability::Person => Yes { note: "by the federated user's name and tags" },
        Capability::IamCalls => No {
            reason: "AWS refuses federated users at the IAM API; the console is not bound by that",
            fix: ASSUME_ROLE,
        },
        Capability::StsCalls => Yes { note: "GetCallerIdentity alone" },
    }
}

const fn of_user_session(capability: Capability) -> Answer {
    match capability {
        Capability::SessionPolicy => No {
            reason: "`GetSessionToken` takes no policy: the session can do what the IAM user can",
            fix: "choose assume_role or federated_user",
        },
        Capability::SessionTags | Capability::TransitiveTags => {
            No { reason: "`GetSessionToken` takes no tags", fix: ASSUME_ROLE }
        }
        Capability::SourceIdentity => {
            No { reason: "`GetSessionToken` takes no source identity", fix: ASSUME_ROLE }
        }
        Capability::ExternalId => No {
            reason: "`GetSessionToken` takes no external id: there is no trust policy that could ask for it",
            fix: ASSUME_ROLE,
        },
        Capability::Mfa => YES,
        Capability::Person => No {
            reason: "CloudTrail shows the base IAM user, whoever asked",
            fix: "choose assume_role or federated_user",
        },
        Capability::Console => No {
            reason: "AWS opens no console with the credentials of `GetSessionToken`",
            fix: "choose assume_role or federated_user",
        },
        Capability::IamCalls => Yes { note: "only with a one-time code" },
        Capability::StsCalls => Yes { note: "AssumeRole and GetCallerIdentity alone" },
    }
}

const fn of_provided(capability: Capability) -> Answer {
    match capability {
        Capability::SessionPolicy => {
            No { reason: "the host's credentials are handed on as they are", fix: ASSUME_ROLE }
        }
        Capability::SessionTags | Capability::TransitiveTags => {
            No { reason: "the host's credentials are handed on as they are, with no tags", fix: ASSUME_ROLE }
        }
        Capability::SourceIdentity => No {
            reason: "the host's credentials are handed on as they are, with no source identity",
            fix: ASSUME_ROLE,
        },
        Capability::ExternalId => {
            No { reason: "no role is assumed, so nothing asks for an external id", fix: ASSUME_ROLE }
        }
        Capability::Mfa => No {
            reason: "no call is made that a one-time code could go with",
            fix: "choose assume_role, or ask for MFA at the sign-in",
        },
        Capability::Person => {
            No { reason: "CloudTrail shows the host's role, whoever asked", fix: ASSUME_ROLE }
        }
        Capability::Console => Yes { note: "AWS does not document it" },
        Capability::IamCalls | Capability::StsCalls => Yes { note: "as the host's role" },
    }
}
