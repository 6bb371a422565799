//! How long a session may last, and which bound says so.
//!
//! The planner is one pure function. It runs when credentials are issued, when a connector is saved, and behind every
//! keystroke in an editor, so that all three agree.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{PrincipalKind, PrincipalType};

mod bound;
mod error;
mod limit;
mod words;

pub use bound::Bound;
pub use error::PlanError;
pub(crate) use words::in_words;

use limit::{Ceiling, Fit};

/// The shortest session that AWS issues.
pub const LEAST_SECONDS: u32 = 900;
/// The longest session of a role, whatever the role itself allows.
pub const ROLE_MOST_SECONDS: u32 = 43_200;
/// The longest session by `GetFederationToken` and `GetSessionToken`.
pub const TOKEN_MOST_SECONDS: u32 = 129_600;
/// What role chaining and the root user are held to; also what `AssumeRole` gives where no duration is sent.
pub const HOUR_SECONDS: u32 = 3600;
/// What `GetFederationToken` and `GetSessionToken` give where no duration is sent.
const TOKEN_DEFAULT_SECONDS: u32 = 43_200;

/// What the planner knows of base credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Base {
    /// Who stands behind them.
    pub kind: PrincipalKind,
    /// Whether they are a session's; a session of a user says so here alone.
    pub is_temporary: bool,
    /// How long they still work, where that is known.
    pub remaining_seconds: Option<u32>,
    /// Whether they are in hand and do not tell when they end: it may be any moment.
    pub is_endless: bool,
}

impl Base {
    const fn is_temporary(self) -> bool {
        self.is_temporary || self.kind.is_temporary()
    }
}

/// What the session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Keys for a program.
    #[default]
    Credentials,
    /// The console, by the federation endpoint.
    Console,
}

/// All that bears on how long a session lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Terms {
    /// How the session is made.
    pub principal_type: PrincipalType,
    /// What it is made from.
    pub base: Base,
    /// The role's own maximum session duration, where it is known.
    pub role_max: Option<u32>,
    /// What the connector allows at most.
    pub connector_max: Option<u32>,
    /// What the connector gives where nothing is asked for.
    pub connector_default: Option<u32>,
    /// What was asked for.
    pub requested: Option<u32>,
    /// What it is for.
    pub purpose: Purpose,
    /// What is left of the sign-in; nothing where sessions may outlive it.
    pub login_left: Option<u32>,
    /// What is left of the window that was approved.
    pub grant_left: Option<u32>,
    /// Whether to refuse rather than to give another length than the one that was asked for. Where nothing was asked
    /// for there is nothing to hold to: a default is moved into what is possible.
    pub strict: bool,
}

impl Terms {
    /// Terms that say nothing but how and from what.
    pub const fn new(principal_type: PrincipalType, base: Base) -> Self {
        Self {
            principal_type,
            base,
            role_max: None,
            connector_max: None,
            connector_default: None,
            requested: None,
            purpose: Purpose::Credentials,
            login_left: None,
            grant_left: None,
            strict: false,
        }
    }

    /// What to plan when a connector is saved: its longest session, and no other length will do.
    ///
    /// Sign-ins and windows are left out: they are somebody's, and nobody asks yet.
    #[must_use]
    pub const fn at_save(self) -> Self {
        Self { requested: self.connector_max, strict: true, login_left: None, grant_left: None, ..self }
    }

    /// Whether `AssumeRole` is called with a session's credentials.
    const fn is_chained(&self) -> bool {
        matches!(self.principal_type, PrincipalType::AssumeRole) && self.base.is_temporary()
    }
}

/// How long a session will last, and how to ask for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Plan {
    /// How long it will last.
    pub seconds: u32,
    /// What decided that.
    pub because: Bound,
    /// Whether `DurationSeconds` goes with the call.
    ///
    /// A console session from a chained role must not carry it: the federation endpoint then answers 400. Nor does it
    /// go where nothing is called.
    pub send_duration: bool,
    /// What goes to `getSigninToken` as `SessionDuration`; nothing must be sent where this is empty.
    pub console_session_duration: Option<u32>,
    /// What the person should know.
    pub warnings: Vec<Warning>,
}

/// Something that did not stop the session, for a program and for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Warning {
    /// For a program: a bound's name, or `root_user`.
    #[schema(value_type = String)]
    pub code: Cow<'static, str>,
    /// For a person.
    pub text: String,
}

/// Which lengths a connector's sessions may have, for an editor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Range {
    /// The shortest.
    pub min_seconds: u32,
    /// The longest.
    pub max_seconds: u32,
    /// What bounds the longest.
    pub max_because: Bound,
    /// The same in words.
    pub max_text: String,
    /// What is given where nothing is asked for.
    pub default_seconds: u32,
    /// What decides that.
    pub default_because: Bound,
}

/// Plans one session.
///
/// What was asked for is a wish: it is moved into what is possible and a warning names the bound, or refused if the
/// terms are strict. The bounds are not wishes. A session whose length nobody can choose (credentials that are handed
/// on; the console from a chained role, which lasts an hour) is refused where a bound is shorter than that length.
///
/// AWS: IAM User Guide, "Methods to assume a role" and "Enable custom identity broker access to the AWS console"; STS
/// API reference, `AssumeRole`, `GetFederationToken`, `GetSessionToken`.
pub fn plan(terms: &Terms) -> Result<Plan, PlanError> {
    let fit = Fit::of(terms)?;
    let (want, wanted_by) = terms.wish(fit.ceiling.most);
    let mut warnings = Vec::new();
    if terms.principal_type != PrincipalType::AssumeRole && terms.base.kind == PrincipalKind::Root {
        warnings.push(Warning {
            code: Cow::Borrowed("root_user"),
            text:
                "the base credentials are the root user's: nothing limits what they can do, and AWS advises \
                   against them; use an IAM user's key"
                    .to_owned(),
        });
    }

    let holds_to_it = terms.strict && terms.requested.is_some();
    let (seconds, because) = if want < fit.least {
        if holds_to_it {
            return Err(PlanError::BelowMinimum { asked: want, least: fit.least });
        }
        (fit.least, if fit.is_fixed { fit.ceiling.most_by } else { Bound::Minimum })
    } else if want > fit.cap {
        if holds_to_it {
            return Err(PlanError::AboveMaximum { asked: want, cap: fit.cap, because: fit.because });
        }
        (fit.cap, fit.because)
    } else {
        (want, wanted_by)
    };
    if seconds != want {
        warnings.push(because.warning(want, seconds));
    }

    let is_console = terms.purpose == Purpose::Console;
    let is_called = terms.principal_type != PrincipalType::Provided;
    let has_duration = terms.principal_type == PrincipalType::AssumeRole && !terms.is_chained();
    Ok(Plan {
        seconds,
        because,
        send_duration: is_called && !(is_console && terms.is_chained()),
        console_session_duration: (is_console && has_duration).then_some(seconds),
        warnings,
    })
}

impl Plan {
    /// The same plan where the role refused so many seconds and nobody says what it allows: nothing is stated as its own.
    #[must_use]
    pub fn of_silent_role(mut self, refused: u32) -> Self {
        for warning in &mut self.warnings {
            if warning.code == Bound::DurationRoleMax.name() {
                let (given, refused) = (in_words(self.seconds), in_words(refused));
                warning.text = format!(
                    "{given} instead of {refused}: the role refuses that length, and nobody says what it allows"
                );
            }
        }
        self
    }
}

/// Which lengths are possible, whatever was asked for.
pub fn range(terms: &Terms) -> Result<Range, PlanError> {
    let fit = Fit::of(terms)?;
    let unasked = Terms { requested: None, strict: false, ..*terms };
    let by_default = plan(&unasked)?;
    Ok(Range {
        min_seconds: fit.least,
        max_seconds: fit.cap,
        max_because: fit.because,
        max_text: fit.because.words(fit.cap),
        default_seconds: by_default.seconds,
        default_because: by_default.because,
    })
}

impl Terms {
    /// The length that is wished for, and by whom.
    fn wish(&self, most: u32) -> (u32, Bound) {
        if let Some(seconds) = self.requested {
            return (seconds, Bound::Requested);
        }
        if let Some(seconds) = self.connector_default {
            return (seconds, Bound::ConnectorDefault);
        }
        let usual = match self.principal_type {
            PrincipalType::AssumeRole => HOUR_SECONDS,
            PrincipalType::FederatedUser | PrincipalType::IamUserSession => TOKEN_DEFAULT_SECONDS.min(most),
            PrincipalType::Provided => return (most, Ceiling::of_provided(self.base).most_by),
        };
        match self.connector_max {
            Some(max) if max < usual => (max, Bound::ConnectorMax),
            _ => (usual, Bound::Default),
        }
    }
}
