//! The session planner: the table of lifetimes, then its laws.

use regent_broker::plan::{Base, Bound, PlanError, Purpose, Terms, plan, range};
use regent_broker::{PrincipalKind, PrincipalType};

mod laws;

use PrincipalType::{AssumeRole, FederatedUser, IamUserSession, Provided};

const MINUTE: u32 = 60;
const HOUR: u32 = 3600;

const USER: Base =
    Base { kind: PrincipalKind::IamUser, is_temporary: false, remaining_seconds: None, is_endless: false };
const ROOT: Base = Base { kind: PrincipalKind::Root, ..USER };
const ROLE: Base =
    Base { kind: PrincipalKind::Role, is_temporary: true, remaining_seconds: Some(6 * HOUR), ..USER };
const USER_SESSION: Base = Base { is_temporary: true, ..USER };

const fn of(principal_type: PrincipalType, base: Base) -> Terms {
    Terms::new(principal_type, base)
}

/// The words of a plan: its length, what decided it, and the codes of its warnings.
fn told(terms: &Terms) -> String {
    match plan(terms) {
        Ok(plan) => {
            let warnings = plan.warnings.iter().map(|warning| format!(" +{}", warning.code));
            format!("{} {}{}", plan.seconds, plan.because, warnings.collect::<String>())
        }
        Err(error) => error.code().to_owned(),
    }
}

#[track_caller]
fn check(terms: Terms, lenient: &str, strict: &str) {
    assert_eq!(told(&terms), lenient, "lenient: {terms:?}");
    let terms = Terms { strict: true, ..terms };
    assert_eq!(told(&terms), strict, "strict: {terms:?}");
}

#[track_caller]
fn check_both(terms: Terms, expected: &str) {
    check(terms, expected, expected);
}

#[test]
fn a_role_lasts_as_long_as_the_role_itself_allows() {
    let terms = Terms { role_max: Some(12 * HOUR), ..of(AssumeRole, USER) };
    check_both(Terms { requested: Some(12 * HOUR), ..terms }, "43200 requested");
    check_both(Terms { requested: Some(15 * MINUTE), ..terms }, "900 requested");
    check_both(terms, "3600 default");
    check(
        Terms { requested: Some(13 * HOUR), ..terms },
        "43200 duration_role_max +duration_role_max",
        "above_maximum",
    );
    check(
        Terms { requested: Some(4 * HOUR), role_max: Some(HOUR), ..terms },
        "3600 duration_role_max +duration_role_max",
        "above_maximum",
    );
    // Nobody knows the role's own maximum, so AWS's is tried.
    check_both(Terms { requested: Some(12 * HOUR), role_max: None, ..terms }, "43200 requested");
    check(
        Terms { requested: Some(13 * HOUR), role_max: None, ..terms },
        "43200 type_max +type_max",
        "above_maximum",
    );
}

#[test]
fn a_role_assumed_with_a_session_lasts_an_hour() {
    for base in [ROLE, USER_SESSION] {
        let terms = Terms { role_max: Some(12 * HOUR), ..of(AssumeRole, base) };
        check_both(terms, "3600 default");
        check(
            Terms { requested: Some(4 * HOUR), ..terms },
            "3600 duration_chained +duration_chained",
            "above_maximum",
        );
        check_both(Terms { requested: Some(15 * MINUTE), ..terms }, "900 requested");
    }
}

#[test]
fn federation_and_session_tokens_last_up_to_36_hours() {
    for principal_type in [FederatedUser, IamUserSession] {
        let terms = of(principal_type, USER);
        check_both(terms, "43200 default");
        check_both(Terms { requested: Some(36 * HOUR), ..terms }, "129600 requested");
        check_both(Terms { requested: Some(15 * MINUTE), ..terms }, "900 requested");
        check(Terms { requested: Some(37 * HOUR), ..terms }, "129600 type_max +type_max", "above_maximum");
        check(Terms { requested: Some(899), ..terms }, "900 minimum +minimum", "below_minimum");
        check_both(of(principal_type, ROLE), "needs_long_term_key");
        check_both(of(principal_type, USER_SESSION), "needs_long_term_key");
    }
}

#[test]
fn the_root_user_is_held_to_an_hour_and_warned_of() {
    for principal_type in [FederatedUser, IamUserSession] {
        let terms = of(principal_type, ROOT);
        check_both(terms, "3600 default +root_user");
        check(Terms { requested: Some(2 * HOUR), ..terms }, "3600 root +root_user +root", "above_maximum");
        check_both(Terms { requested: Some(15 * MINUTE), ..terms }, "900 requested +root_user");
    }
    check_both(of(AssumeRole, ROOT), "root_cannot_assume");
}

#[test]
fn the_connector_gives_its_default_and_not_more_than_its_maximum() {
    let terms = Terms { connector_max: Some(2 * HOUR), ..of(FederatedUser, USER) };
    check_both(terms, "7200 connector_max");
    check_both(Terms { connector_default: Some(HOUR), ..terms }, "3600 connector_default");
    check(Terms { requested: Some(3 * HOUR), ..terms }, "7200 connector_max +connector_max", "above_maximum");
}

#[test]
fn a_session_ends_with_the_sign_in_and_the_window() {
    let terms = Terms { requested: Some(8 * HOUR), ..of(AssumeRole, USER) };
    check(
        Terms { login_left: Some(2 * HOUR), grant_left: Some(3 * HOUR), ..terms },
        "7200 login_left +login_left",
        "above_maximum",
    );
    check(
        Terms { login_left: Some(3 * HOUR), grant_left: Some(2 * HOUR), ..terms },
        "7200 grant_left +grant_left",
        "above_maximum",
    );
    check_both(Terms { login_left: Some(899), ..terms }, "too_little_time_left");
    check_both(Terms { grant_left: Some(0), ..terms }, "too_little_time_left");
    check(Terms { login_left: Some(900), ..terms }, "900 login_left +login_left", "above_maximum");
}

#[test]
fn what_is_handed_on_lasts_as_long_as_it_lasts() {
    let terms = of(Provided, ROLE);
    check_both(terms, "21600 base_left");
    check(Terms { requested: Some(HOUR), ..terms }, "21600 base_left +base_left", "below_minimum");
    check(Terms { requested: Some(12 * HOUR), ..terms }, "21600 base_left +base_left", "above_maximum");
    // Nobody can shorten it, so a bound that is shorter refuses it.
    check_both(Terms { grant_left: Some(HOUR), ..terms }, "cannot_shorten");
    check_both(Terms { connector_max: Some(HOUR), ..terms }, "cannot_shorten");
    let base = Base { remaining_seconds: Some(899), ..ROLE };
    check_both(of(Provided, base), "too_little_time_left");
    let base = Base { remaining_seconds: None, ..ROLE };
    check_both(of(Provided, base), "43200 type_max");
    let endless = of(Provided, Base { is_endless: true, ..base });
    check_both(endless, "900 base_endless");
    check(Terms { requested: Some(HOUR), ..endless }, "900 base_endless +base_endless", "above_maximum");
    check_both(of(Provided, USER), "needs_temporary_base");
    check_both(of(Provided, ROOT), "needs_temporary_base");
}

/// What a console is opened with: the length, whether `DurationSeconds` is sent, and `SessionDuration`.
#[track_caller]
fn check_console(terms: Terms, expected: (u32, bool, Option<u32>)) {
    let plan = plan(&Terms { purpose: Purpose::Console, ..terms }).unwrap();
    assert_eq!((plan.seconds, plan.send_duration, plan.console_session_duration), expected, "{terms:?}");
}

#[test]
fn a_console_is_sent_no_duration_that_the_federation_endpoint_refuses() {
    let role = Terms { requested: Some(4 * HOUR), ..of(AssumeRole, USER) };
    check_console(role, (4 * HOUR, true, Some(4 * HOUR)));
    check_console(Terms { role_max: Some(HOUR), ..role }, (HOUR, true, Some(HOUR)));
    check_console(Terms { base: ROLE, ..role }, (HOUR, false, None));
    check_console(Terms { principal_type: FederatedUser, ..role }, (4 * HOUR, true, None));
    check_console(of(Provided, ROLE), (6 * HOUR, false, None));

    let session = Terms { purpose: Purpose::Console, ..of(IamUserSession, USER) };
    check_both(session, "console_not_possible");
    // The call goes without a duration and lasts an hour, which a bound may forbid.
    let chained = Terms { purpose: Purpose::Console, ..of(AssumeRole, ROLE) };
    check_both(Terms { login_left: Some(30 * MINUTE), ..chained }, "cannot_shorten");
    check(
        Terms { requested: Some(30 * MINUTE), ..chained },
        "3600 duration_chained +duration_chained",
        "below_minimum",
    );
}

#[test]
fn keys_are_asked_for_with_their_duration() {
    for (terms, is_sent) in
        [(of(AssumeRole, ROLE), true), (of(FederatedUser, USER), true), (of(Provided, ROLE), false)]
    {
        let plan = plan(&terms).unwrap();
        assert_eq!((plan.send_duration, plan.console_session_duration), (is_sent, None), "{terms:?}");
    }
}

#[test]
fn a_maximum_that_can_never_be_had_is_refused_when_the_connector_is_saved() {
    let terms = Terms { connector_max: Some(4 * HOUR), login_left: Some(60), ..of(AssumeRole, USER) };
    check_both(terms.at_save(), "14400 requested");
    check_both(Terms { base: ROLE, ..terms }.at_save(), "above_maximum");
    check_both(Terms { role_max: Some(HOUR), ..terms }.at_save(), "above_maximum");
    check_both(of(AssumeRole, ROLE).at_save(), "3600 default");
    check_both(of(FederatedUser, ROLE).at_save(), "needs_long_term_key");
}

#[test]
fn strict_terms_hold_to_what_was_asked_for_and_to_no_default() {
    let terms = Terms { grant_left: Some(HOUR), ..of(FederatedUser, USER) };
    check_both(terms, "3600 grant_left +grant_left");
    check_both(Terms { connector_max: Some(HOUR + 1), ..terms }, "3600 grant_left +grant_left");
    check_both(Terms { connector_default: Some(2 * HOUR), ..terms }, "3600 grant_left +grant_left");
    check(Terms { requested: Some(2 * HOUR), ..terms }, "3600 grant_left +grant_left", "above_maximum");
}

#[test]
fn errors_and_warnings_say_the_bound_and_the_way_out() {
    let terms = Terms { requested: Some(4 * HOUR), strict: true, ..of(AssumeRole, ROLE) };
    let error = plan(&terms).unwrap_err();
    assert_eq!(
        error.to_string(),
        "4 hours were asked for, and the base credentials are temporary, and AWS allows 1 hour then"
    );
    assert_eq!(error.fix(), "use an account with an IAM user's access key, or ask for less");

    let terms = Terms { strict: false, role_max: Some(HOUR), base: USER, ..terms };
    assert_eq!(plan(&terms).unwrap().warnings[0].text, "1 hour instead of 4 hours: this role allows 1 hour");

    let error = plan(&Terms { login_left: Some(60), ..terms }).unwrap_err();
    assert_eq!(error.to_string(), "less than 15 minutes are left: the sign-in ends in 1 minute");
    assert_eq!(error.fix(), "sign in again");

    let error = PlanError::CannotShorten { length: HOUR, cap: 1800, because: Bound::GrantLeft };
    assert_eq!(
        error.to_string(),
        "the session would last 1 hour, which cannot be shortened, and the approved window ends in 30 minutes"
    );
}

#[test]
fn an_editor_is_told_the_range() {
    let terms =
        Terms { connector_max: Some(8 * HOUR), requested: Some(1), strict: true, ..of(AssumeRole, USER) };
    insta::assert_json_snapshot!(range(&terms).unwrap(), @r#"
    {
      "min_seconds": 900,
      "max_seconds": 28800,
      "max_because": "connector_max",
      "max_text": "the connector allows 8 hours",
      "default_seconds": 3600,
      "default_because": "default"
    }
    "#);
    let fixed = range(&of(Provided, ROLE)).unwrap();
    assert_eq!((fixed.min_seconds, fixed.default_seconds, fixed.max_seconds), (21600, 21600, 21600));
    assert_eq!(range(&of(AssumeRole, ROOT)), Err(PlanError::RootCannotAssume));
}

/// What a role refused says less than what it allows.
#[test]
fn a_guess_is_not_told_as_what_the_role_allows() {
    let terms = Terms { requested: Some(4 * HOUR), role_max: Some(HOUR), ..of(AssumeRole, USER) };
    let known = plan(&terms).unwrap();
    assert_eq!(known.warnings[0].text, "1 hour instead of 4 hours: this role allows 1 hour");
    let guessed = known.clone().of_silent_role(4 * HOUR);
    let text = "1 hour instead of 4 hours: the role refuses that length, and nobody says what it allows";
    assert_eq!(guessed.warnings[0].text, text);
    assert_eq!((guessed.seconds, &guessed.warnings[0].code), (known.seconds, &known.warnings[0].code));
}

#[test]
fn bounds_have_one_name_each() {
    for bound in Bound::ALL {
        assert_eq!(serde_json::to_value(bound).unwrap(), bound.name());
        assert!(!bound.words(900).is_empty() && !bound.fix().is_empty());
    }
}
