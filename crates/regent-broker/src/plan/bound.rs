use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

use super::{Warning, in_words};

/// What decides how long a session lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// The role's own maximum session duration.
    DurationRoleMax,
    /// Role chaining: the base credentials are a session's.
    DurationChained,
    /// The base credentials are the root user's.
    Root,
    /// What AWS allows sessions of this kind.
    TypeMax,
    /// What is left of credentials that are handed on.
    BaseLeft,
    /// Credentials that are handed on do not tell when they end.
    BaseEndless,
    /// The connector's maximum.
    ConnectorMax,
    /// What is left of the sign-in.
    LoginLeft,
    /// What is left of the approved window.
    GrantLeft,
    /// What was asked for.
    Requested,
    /// The connector's default.
    ConnectorDefault,
    /// What AWS gives where nothing is asked for.
    Default,
    /// The shortest session that AWS issues.
    Minimum,
}

impl Bound {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::DurationRoleMax,
        Self::DurationChained,
        Self::Root,
        Self::TypeMax,
        Self::BaseLeft,
        Self::BaseEndless,
        Self::ConnectorMax,
        Self::LoginLeft,
        Self::GrantLeft,
        Self::Requested,
        Self::ConnectorDefault,
        Self::Default,
        Self::Minimum,
    ];

    /// As the API writes it; also the code of the warning.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DurationRoleMax => "duration_role_max",
            Self::DurationChained => "duration_chained",
            Self::Root => "root",
            Self::TypeMax => "type_max",
            Self::BaseLeft => "base_left",
            Self::BaseEndless => "base_endless",
            Self::ConnectorMax => "connector_max",
            Self::LoginLeft => "login_left",
            Self::GrantLeft => "grant_left",
            Self::Requested => "requested",
            Self::ConnectorDefault => "connector_default",
            Self::Default => "default",
            Self::Minimum => "minimum",
        }
    }

    /// The bound in a sentence, given the length it comes to.
    pub fn words(self, seconds: u32) -> String {
        let length = in_words(seconds);
        match self {
            Self::DurationRoleMax => format!("this role allows {length}"),
            Self::DurationChained => {
                format!("the base credentials are temporary, and AWS allows {length} then")
            }
            Self::Root => {
                format!("the base credentials are the root user's, and AWS allows {length} then")
            }
            Self::TypeMax => format!("AWS allows sessions of this type {length} at most"),
            Self::BaseLeft => format!("the credentials handed on expire in {length}"),
            Self::BaseEndless => {
                format!(
                    "the credentials handed on do not tell when they end: {length} is the shortest session"
                )
            }
            Self::ConnectorMax => format!("the connector allows {length}"),
            Self::LoginLeft => format!("the sign-in ends in {length}"),
            Self::GrantLeft => format!("the approved window ends in {length}"),
            Self::Requested => format!("{length} were asked for"),
            Self::ConnectorDefault => format!("the connector gives {length} where nothing is asked for"),
            Self::Default => format!("AWS gives {length} where nothing is asked for"),
            Self::Minimum => format!("AWS issues no session shorter than {length}"),
        }
    }

    /// What could be done about it.
    pub const fn fix(self) -> &'static str {
        match self {
            Self::DurationRoleMax => "raise the role's maximum session duration, or ask for less",
            Self::DurationChained => "use an account with an IAM user's access key, or ask for less",
            Self::Root => "use an IAM user's access key instead of the root user's",
            Self::TypeMax | Self::Requested => "ask for less",
            Self::BaseLeft => "wait until the host has renewed its credentials",
            Self::BaseEndless => "give the host a role, whose credentials tell when they end",
            Self::ConnectorMax => "ask for less, or have an administrator raise the connector's maximum",
            Self::LoginLeft => "sign in again",
            Self::GrantLeft => "ask for an extension of the request",
            Self::ConnectorDefault | Self::Default => "ask for the length you want",
            Self::Minimum => "ask for 15 minutes or more",
        }
    }

    /// What a person is told who gets another length than the one that was wished for.
    pub(super) fn warning(self, wanted: u32, given: u32) -> Warning {
        let text = format!("{} instead of {}: {}", in_words(given), in_words(wanted), self.words(given));
        Warning { code: Cow::Borrowed(self.name()), text }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
