use super::{Bound, in_words};
use crate::PrincipalType;

/// Why there is no session of such terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// AWS lets no root user assume a role.
    #[error("the base credentials are the root user's, and AWS lets no root user assume a role")]
    RootCannotAssume,
    /// `GetFederationToken` and `GetSessionToken` take no session's credentials.
    #[error("`{}` needs a long-term access key, and the base credentials are temporary", .0.name())]
    NeedsLongTermKey(PrincipalType),
    /// Only a session's credentials are handed on: a long-term key would never expire.
    #[error("`provided` hands on what the host has, and that is a long-term key, which would never expire")]
    NeedsTemporaryBase,
    /// The session would have to be shorter than any that AWS issues.
    #[error("less than 15 minutes are left: {}", .what.words(*.left))]
    TooLittleTimeLeft {
        /// How much is left.
        left: u32,
        /// Of what.
        what: Bound,
    },
    /// The session has one length, and a bound is shorter.
    #[error("the session would last {}, which cannot be shortened, and {}", in_words(*.length), .because.words(*.cap))]
    CannotShorten {
        /// How long it would last.
        length: u32,
        /// What is allowed.
        cap: u32,
        /// By what.
        because: Bound,
    },
    /// Less was asked for than is possible.
    #[error("{} were asked for, and the shortest session is {}", in_words(*.asked), in_words(*.least))]
    BelowMinimum {
        /// What was asked for.
        asked: u32,
        /// The shortest there is.
        least: u32,
    },
    /// More was asked for than is possible.
    #[error("{} were asked for, and {}", in_words(*.asked), .because.words(*.cap))]
    AboveMaximum {
        /// What was asked for.
        asked: u32,
        /// The longest there is.
        cap: u32,
        /// What bounds it.
        because: Bound,
    },
    /// AWS makes no console of `GetSessionToken`.
    #[error(
        "the console cannot be opened with a session of an IAM user: AWS makes none of `GetSessionToken`"
    )]
    ConsoleNotPossible,
}

impl PlanError {
    /// For a program.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::RootCannotAssume => "root_cannot_assume",
            Self::NeedsLongTermKey(_) => "needs_long_term_key",
            Self::NeedsTemporaryBase => "needs_temporary_base",
            Self::TooLittleTimeLeft { .. } => "too_little_time_left",
            Self::CannotShorten { .. } => "cannot_shorten",
            Self::BelowMinimum { .. } => "below_minimum",
            Self::AboveMaximum { .. } => "above_maximum",
            Self::ConsoleNotPossible => "console_not_possible",
        }
    }

    /// What to do about it.
    pub const fn fix(&self) -> &'static str {
        match self {
            Self::RootCannotAssume => "use an account with an IAM user's access key or a role",
            Self::NeedsLongTermKey(_) => "choose assume_role, or an account with an IAM user's access key",
            Self::NeedsTemporaryBase => "give the host a role instead of a key, or choose assume_role",
            Self::TooLittleTimeLeft { what, .. } | Self::CannotShorten { because: what, .. } => what.fix(),
            Self::BelowMinimum { .. } => "ask for that or more, or do not insist on the length",
            Self::AboveMaximum { because, .. } => because.fix(),
            Self::ConsoleNotPossible => "choose assume_role or federated_user",
        }
    }
}
