//! The window around now, to the second, and what `X-Amz-Expires` does to it.

use regent_wire::sigv4::{Form, PathStyle, PresignedLife, RequestTime, Rules};

use super::draft::{Draft, NOW, STS, outcome};

const MINUTE: i64 = 60;

/// The answer to `text`, signed at [`NOW`], when the server's clock is `late` seconds ahead.
#[track_caller]
fn check(text: &str, late: i64, rules: &Rules<'_>, expected: &str) {
    let said = outcome(text, NOW + late, rules);
    assert!(said.starts_with(expected), "{late} seconds late: {said}");
}

const EXPIRED: &str = "403 SignatureDoesNotMatch: Signature expired: ";
const FUTURE: &str = "403 SignatureDoesNotMatch: Signature not yet current: ";

#[test]
fn exactly_fifteen_minutes_is_in_time_on_either_side() {
    for text in [Draft::signed().text(&Draft::signed().authorization()), Draft::presigned().text("")] {
        check(&text, 0, &STS, "holds");
        check(&text, 15 * MINUTE, &STS, "holds");
        check(&text, 15 * MINUTE + 1, &STS, EXPIRED);
        check(&text, -15 * MINUTE, &STS, "holds");
        check(&text, -15 * MINUTE - 1, &STS, FUTURE);
    }
}

#[test]
fn the_messages_give_both_times_and_the_bound() {
    let text = Draft::signed().text(&Draft::signed().authorization());
    let said = outcome(&text, NOW + 901, &STS);
    assert_eq!(
        said,
        "403 SignatureDoesNotMatch: Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z \
         (20150830T125101Z - 15 min.)"
    );
    let five = Rules { window_minutes: 5, ..STS };
    let said = outcome(&text, NOW - 301, &five);
    assert_eq!(
        said,
        "403 SignatureDoesNotMatch: Signature not yet current: 20150830T123600Z is still later than \
         20150830T123559Z (20150830T123059Z + 5 min.)"
    );
}

#[test]
fn other_services_allow_five_minutes() {
    let rules = Rules { window_minutes: 5, ..STS };
    let text = Draft::signed().text(&Draft::signed().authorization());
    check(&text, 300, &rules, "holds");
    check(&text, 301, &rules, EXPIRED);
    check(&text, -300, &rules, "holds");
    check(&text, -301, &rules, FUTURE);
}

#[test]
fn a_clock_far_off_is_an_answer_like_any_other() {
    let text = Draft::signed().text(&Draft::signed().authorization());
    for now in [i64::MIN, -1, 0] {
        assert!(outcome(&text, now, &STS).starts_with(FUTURE), "{now}");
    }
    assert!(outcome(&text, i64::MAX, &STS).starts_with(EXPIRED));
}

fn presigned_for(expires: &str) -> String {
    let mut draft = Draft::presigned();
    draft.query.retain(|piece| !piece.starts_with("X-Amz-Signature"));
    let place = draft.query.iter_mut().find(|piece| piece.starts_with("X-Amz-Expires")).unwrap();
    *place = format!("X-Amz-Expires={expires}");
    let signature = draft.clone().sign(Form::Query, PathStyle::AWS).signature;
    draft.query.push(format!("X-Amz-Signature={signature}"));
    draft.text("")
}

#[test]
fn sts_does_not_read_expires() {
    for expires in ["1", "604800", "0", "-5", "soon", ""] {
        check(&presigned_for(expires), 15 * MINUTE, &STS, "holds");
        check(&presigned_for(expires), 15 * MINUTE + 1, &STS, EXPIRED);
    }
}

#[test]
fn a_stricter_server_heeds_a_shorter_expiry() {
    let rules = Rules { presigned: PresignedLife::Shorter, ..STS };
    check(&presigned_for("60"), 60, &rules, "holds");
    check(
        &presigned_for("60"),
        61,
        &rules,
        "403 SignatureDoesNotMatch: Signature expired: 20150830T123700Z is now earlier than 20150830T123701Z",
    );
    check(&presigned_for("3600"), 15 * MINUTE, &rules, "holds");
    check(&presigned_for("3600"), 15 * MINUTE + 1, &rules, EXPIRED);
    check(&presigned_for("60"), -15 * MINUTE - 1, &rules, FUTURE);
    let text = Draft::signed().text(&Draft::signed().authorization());
    check(&text, 15 * MINUTE, &rules, "holds");
}

#[test]
fn where_expiry_governs_a_url_may_live_a_week() {
    let rules = Rules { presigned: PresignedLife::Expires, ..STS };
    check(&presigned_for("604800"), 604_800, &rules, "holds");
    check(&presigned_for("604800"), 604_801, &rules, EXPIRED);
    check(&presigned_for("1"), 2, &rules, EXPIRED);
    check(&presigned_for("604800"), -15 * MINUTE - 1, &rules, FUTURE);
    for expires in ["0", "604801", "-1", "+1", "1.5", "", "99999999999999999999"] {
        let expected = format!(
            "400 IncompleteSignature: 'X-Amz-Expires' must be a number of seconds between 1 and 604800. Got \
             '{}'.",
            expires.replace('+', " ")
        );
        check(&presigned_for(expires), 0, &rules, &expected);
    }
    let text = presigned_for("1").replace("X-Amz-Expires", "X-Amz-Other");
    let expected = "400 IncompleteSignature: AWS query-string parameters must include 'X-Amz-Expires'.";
    check(&text, 0, &rules, expected);
}

/// Every spelling of the date that a header may have is signed over in its basic form.
#[test]
fn a_header_may_spell_the_date_in_several_ways() {
    for (name, value) in [
        ("X-Amz-Date", "2015-08-30T12:36:00Z"),
        ("Date", "20150830T123600Z"),
        ("Date", "2015-08-30T12:36:00Z"),
        ("Date", "Sun, 30 Aug 2015 12:36:00 GMT"),
        ("Date", "Sun, 30 Aug 2015 12:36:00 -0000"),
    ] {
        let mut draft = Draft::new();
        draft.headers.retain(|(name, _)| name != "X-Amz-Date");
        let mut draft = draft.header(name, value);
        draft.signed_headers = format!("{};host", name.to_lowercase());
        assert_eq!(draft.sign(Form::Header, PathStyle::AWS).outcome(NOW, &STS), "holds", "{name}: {value}");
    }
}

#[test]
fn the_exact_header_comes_before_date_and_no_other_way_round() {
    let draft = Draft::signed().header("Date", "Sat, 29 Aug 2015 12:36:00 GMT");
    assert_eq!(draft.outcome(NOW, &STS), "holds");
    let draft = Draft::signed().header("X-Amz-Date", "Sun, 30 Aug 2015 12:36:00 GMT");
    assert!(draft.outcome(NOW, &STS).starts_with("400 IncompleteSignature: Date must be in ISO-8601"));
}

#[test]
fn the_claim_tells_its_time() {
    assert_eq!(RequestTime::from_seconds(NOW).basic(), "20150830T123600Z");
}
