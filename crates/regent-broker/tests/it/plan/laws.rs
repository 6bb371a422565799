//! What holds for all terms.

use proptest::option;
use proptest::prelude::*;
use regent_broker::plan::{Base, Bound, LEAST_SECONDS, PlanError, Purpose, Terms, plan, range};
use regent_broker::{PrincipalKind, PrincipalType};

/// A length around the bounds that there are.
fn seconds() -> impl Strategy<Value = u32> {
    prop_oneof![
        prop::sample::select(vec![
            0,
            1,
            899,
            900,
            901,
            3599,
            3600,
            3601,
            43_199,
            43_200,
            43_201,
            129_600,
            129_601,
            u32::MAX
        ]),
        0..140_000_u32,
    ]
}

fn base() -> impl Strategy<Value = Base> {
    let kinds = [
        PrincipalKind::Root,
        PrincipalKind::IamUser,
        PrincipalKind::Role,
        PrincipalKind::Federated,
        PrincipalKind::Unknown,
    ];
    (prop::sample::select(kinds.to_vec()), any::<bool>(), option::of(seconds()), any::<bool>()).prop_map(
        |(kind, is_temporary, remaining_seconds, is_endless)| Base {
            kind,
            is_temporary,
            remaining_seconds,
            is_endless,
        },
    )
}

prop_compose! {
    fn terms()(
        principal_type in prop::sample::select(PrincipalType::ALL.to_vec()),
        base in base(),
        bounds in prop::array::uniform6(option::of(seconds())),
        is_console in any::<bool>(),
        strict in any::<bool>(),
    ) -> Terms {
        let [role_max, connector_max, connector_default, requested, login_left, grant_left] = bounds;
        let purpose = if is_console { Purpose::Console } else { Purpose::Credentials };
        Terms {
            role_max, connector_max, connector_default, requested, purpose, login_left, grant_left, strict,
            ..Terms::new(principal_type, base)
        }
    }
}

/// Every bound on the length, from AWS's pages and not from the planner.
fn bounds(terms: &Terms) -> Vec<(u32, Bound)> {
    let is_root = terms.base.kind == PrincipalKind::Root;
    let is_temporary =
        terms.base.is_temporary || matches!(terms.base.kind, PrincipalKind::Role | PrincipalKind::Federated);
    let mut all = match terms.principal_type {
        PrincipalType::AssumeRole if is_temporary => vec![(3600, Bound::DurationChained)],
        PrincipalType::AssumeRole => vec![(43_200, Bound::TypeMax)],
        PrincipalType::FederatedUser | PrincipalType::IamUserSession if is_root => vec![(3600, Bound::Root)],
        PrincipalType::FederatedUser | PrincipalType::IamUserSession => vec![(129_600, Bound::TypeMax)],
        PrincipalType::Provided if terms.base.is_endless => vec![(900, Bound::BaseEndless)],
        PrincipalType::Provided => match terms.base.remaining_seconds {
            Some(left) => vec![(left, Bound::BaseLeft)],
            None => vec![(43_200, Bound::TypeMax)],
        },
    };
    if terms.principal_type == PrincipalType::AssumeRole {
        all.extend(terms.role_max.map(|seconds| (seconds, Bound::DurationRoleMax)));
    }
    all.extend(terms.connector_max.map(|seconds| (seconds, Bound::ConnectorMax)));
    all.extend(terms.login_left.map(|seconds| (seconds, Bound::LoginLeft)));
    all.extend(terms.grant_left.map(|seconds| (seconds, Bound::GrantLeft)));
    all
}

const WISHES: [Bound; 3] = [Bound::Requested, Bound::ConnectorDefault, Bound::Default];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn a_session_is_within_all_its_bounds(terms in terms()) {
        if let Ok(plan) = plan(&terms) {
            prop_assert!(plan.seconds >= LEAST_SECONDS);
            for (most, bound) in bounds(&terms) {
                prop_assert!(plan.seconds <= most, "{} is above {most}, {bound}", plan.seconds);
            }
        }
    }

    #[test]
    fn strict_terms_give_the_length_that_was_asked_for_or_none(terms in terms(), seconds in seconds()) {
        let terms = Terms { strict: true, requested: Some(seconds), ..terms };
        if let Ok(plan) = plan(&terms) {
            prop_assert_eq!(plan.seconds, seconds);
            prop_assert_eq!(plan.because, Bound::Requested);
        }
    }

    #[test]
    fn lenient_terms_are_refused_for_bounds_alone(terms in terms()) {
        let lenient = plan(&Terms { strict: false, ..terms });
        let strict = plan(&Terms { strict: true, ..terms });
        match (lenient, strict) {
            (Ok(lenient), Ok(strict)) => prop_assert_eq!(lenient, strict),
            (Ok(lenient), Err(PlanError::BelowMinimum { asked, least })) => {
                prop_assert!(asked < least && lenient.seconds == least);
            }
            (Ok(lenient), Err(PlanError::AboveMaximum { asked, cap, because })) => {
                prop_assert!(asked > cap);
                prop_assert_eq!((lenient.seconds, lenient.because), (cap, because));
            }
            (Err(lenient), Err(strict)) => prop_assert_eq!(lenient, strict),
            (lenient, strict) => prop_assert!(false, "{lenient:?} and {strict:?}"),
        }
    }

    #[test]
    fn what_is_said_to_bind_is_the_least_bound(terms in terms()) {
        let Ok(plan) = plan(&terms) else { return Ok(()) };
        let bounds = bounds(&terms);
        if let Some((most, _)) = bounds.iter().find(|(_, bound)| *bound == plan.because) {
            prop_assert_eq!(*most, plan.seconds, "{}", plan.because);
            // The connector's maximum stands in for a default, too.
            prop_assert!(bounds.iter().all(|(other, _)| other >= most));
        } else {
            prop_assert!(WISHES.contains(&plan.because) || plan.because == Bound::Minimum, "{}", plan.because);
        }
    }

    #[test]
    fn a_wider_bound_never_gives_less(terms in terms(), more in seconds(), which in 0..4_usize) {
        // A session of a length that nobody can choose gets longer with what the role allows, and is then no longer the
        // one that was asked for to the second, nor within the other bounds.
        let has_one_length = match terms.principal_type {
            PrincipalType::Provided => true,
            PrincipalType::AssumeRole => terms.purpose == Purpose::Console,
            PrincipalType::FederatedUser | PrincipalType::IamUserSession => false,
        };
        let terms = Terms { strict: terms.strict && !has_one_length, ..terms };
        let mut wider = terms;
        let bound = match which {
            0 if has_one_length => return Ok(()),
            0 => &mut wider.role_max,
            1 => &mut wider.connector_max,
            2 => &mut wider.login_left,
            _ => &mut wider.grant_left,
        };
        *bound = bound.map(|seconds| seconds.saturating_add(more));
        let (narrow, wide) = (plan(&terms), plan(&wider));
        if let Ok(narrow) = narrow {
            prop_assert!(wide.is_ok_and(|wide| wide.seconds >= narrow.seconds));
        }
    }

    #[test]
    fn asking_for_more_never_gives_less(terms in terms(), (less, more) in (seconds(), seconds())) {
        let (less, more) = (less.min(more), less.max(more));
        let ask = |seconds| plan(&Terms { requested: Some(seconds), strict: false, ..terms });
        match (ask(less), ask(more)) {
            (Ok(less), Ok(more)) => prop_assert!(less.seconds <= more.seconds),
            (less, more) => prop_assert_eq!(less, more),
        }
    }

    #[test]
    fn another_length_is_never_given_in_silence(terms in terms(), seconds in seconds()) {
        let terms = Terms { requested: Some(seconds), ..terms };
        if let Ok(plan) = plan(&terms) {
            let is_told = plan.warnings.iter().any(|warning| warning.code == plan.because.name());
            prop_assert_eq!(plan.seconds != seconds, is_told);
        }
    }

    #[test]
    fn what_could_be_saved_can_be_issued(terms in terms()) {
        if let Ok(saved) = plan(&terms.at_save()) {
            let asked = Terms { requested: terms.connector_max, login_left: None, grant_left: None, ..terms };
            prop_assert_eq!(plan(&asked), Ok(saved));
        }
    }

    #[test]
    fn the_range_is_what_can_be_had(terms in terms(), seconds in seconds()) {
        let asked = Terms { requested: Some(seconds), strict: true, ..terms };
        match (range(&terms), plan(&asked)) {
            (Ok(range), planned) => {
                let is_inside = (range.min_seconds..=range.max_seconds).contains(&seconds);
                prop_assert_eq!(planned.is_ok(), is_inside);
                prop_assert!((range.min_seconds..=range.max_seconds).contains(&range.default_seconds));
            }
            (Err(error), planned) => prop_assert_eq!(planned, Err(error)),
        }
    }
}
