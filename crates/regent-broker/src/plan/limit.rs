//! What is possible: the least bound, and the length below which nothing is issued.

use super::{
    Base, Bound, HOUR_SECONDS, LEAST_SECONDS, PlanError, Purpose, ROLE_MOST_SECONDS, TOKEN_MOST_SECONDS,
    Terms,
};
use crate::{PrincipalKind, PrincipalType};

/// What the kind of session allows by itself.
#[derive(Clone, Copy)]
pub(super) struct Ceiling {
    pub(super) most: u32,
    pub(super) most_by: Bound,
}

/// What all bounds together allow.
pub(super) struct Fit {
    pub(super) ceiling: Ceiling,
    pub(super) least: u32,
    pub(super) cap: u32,
    pub(super) because: Bound,
    /// There is one length and no other.
    pub(super) is_fixed: bool,
}

impl Ceiling {
    const fn new(most: u32, most_by: Bound) -> Self {
        Self { most, most_by }
    }

    fn of(terms: &Terms) -> Result<Self, PlanError> {
        let is_root = terms.base.kind == PrincipalKind::Root;
        match terms.principal_type {
            PrincipalType::AssumeRole if is_root => Err(PlanError::RootCannotAssume),
            PrincipalType::AssumeRole => Ok(Self::of_role(terms)),
            PrincipalType::FederatedUser | PrincipalType::IamUserSession if terms.base.is_temporary() => {
                Err(PlanError::NeedsLongTermKey(terms.principal_type))
            }
            PrincipalType::FederatedUser | PrincipalType::IamUserSession if is_root => {
                Ok(Self::new(HOUR_SECONDS, Bound::Root))
            }
            PrincipalType::FederatedUser | PrincipalType::IamUserSession => {
                Ok(Self::new(TOKEN_MOST_SECONDS, Bound::TypeMax))
            }
            PrincipalType::Provided if !terms.base.is_temporary() => Err(PlanError::NeedsTemporaryBase),
            PrincipalType::Provided => Ok(Self::of_provided(terms.base)),
        }
    }

    fn of_role(terms: &Terms) -> Self {
        let by_aws = if terms.is_chained() {
            Self::new(HOUR_SECONDS, Bound::DurationChained)
        } else {
            Self::new(ROLE_MOST_SECONDS, Bound::TypeMax)
        };
        match terms.role_max {
            // A role at AWS's own maximum is named all the same: it is the role where one could change something.
            Some(max) if max < by_aws.most || (max == by_aws.most && by_aws.most_by == Bound::TypeMax) => {
                Self::new(max, Bound::DurationRoleMax)
            }
            _ => by_aws,
        }
    }

    /// What is left of credentials that are handed on. Before anybody has them in hand they may be as good as new: a
    /// role's. Those that do not tell their end are asked for again as soon as possible.
    pub(super) fn of_provided(base: Base) -> Self {
        if base.is_endless {
            return Self::new(LEAST_SECONDS, Bound::BaseEndless);
        }
        base.remaining_seconds
            .map_or(Self::new(ROLE_MOST_SECONDS, Bound::TypeMax), |left| Self::new(left, Bound::BaseLeft))
    }
}

impl Fit {
    pub(super) fn of(terms: &Terms) -> Result<Self, PlanError> {
        if terms.purpose == Purpose::Console && terms.principal_type == PrincipalType::IamUserSession {
            return Err(PlanError::ConsoleNotPossible);
        }
        let ceiling = Ceiling::of(terms)?;
        // The first of equal bounds is named, and AWS's come first: they are the ones that no administrator lifts.
        let (cap, because) = [
            (terms.connector_max, Bound::ConnectorMax),
            (terms.login_left, Bound::LoginLeft),
            (terms.grant_left, Bound::GrantLeft),
        ]
        .into_iter()
        .filter_map(|(bound, name)| Some((bound?, name)))
        .fold((ceiling.most, ceiling.most_by), |least, bound| if bound.0 < least.0 { bound } else { least });

        if cap < LEAST_SECONDS {
            return Err(PlanError::TooLittleTimeLeft { left: cap, what: because });
        }
        let is_fixed = match terms.principal_type {
            PrincipalType::Provided => true,
            PrincipalType::AssumeRole => terms.purpose == Purpose::Console && terms.is_chained(),
            PrincipalType::FederatedUser | PrincipalType::IamUserSession => false,
        };
        let least = if is_fixed { ceiling.most } else { LEAST_SECONDS };
        if cap < least {
            return Err(PlanError::CannotShorten { length: least, cap, because });
        }
        Ok(Self { ceiling, least, cap, because, is_fixed })
    }
}
