//! Servers that are no upstream, or are not well.

use super::*;

/// Tests an account alone against a stranger.
async fn against(upstream: &Upstream, base: Result<Credentials, NoBase>) -> Report {
    let account = account("access_key");
    let test = TestConnection {
        upstream,
        account: &account,
        base: base.map(Arc::new),
        connector: None,
        signin: None,
        question: None,
        mfa: Mfa::default(),
    };
    let report = test.run().await;
    without_secrets(&report, &key());
    report
}

#[tokio::test]
async fn a_stranger_is_told_from_an_upstream_and_a_wrong_clock_from_a_wrong_key() {
    let refused = "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Signature expired: canary-secret-canary-secret-canary-secret</Message></Error></ErrorResponse>";
    let identity = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/a</Arn><UserId>u</UserId>\
        <Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
    let late = |minutes: u32| format!("date: Sun, 22 Nov 2026 12:{minutes:02}:00 GMT\r\n");
    let refusal = |code: &str| format!("<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>");
    for (name, say, at, status, code) in [
        ("a web page", http(200, "", "<html></html>"), StepName::Reach, Outcome::Fail, "upstream_refused"),
        ("nothing", Say::Nothing, StepName::Reach, Outcome::Fail, "upstream_unreachable"),
        (
            "elsewhere",
            http(301, "location: https://evil.example/\r\n", ""),
            StepName::Reach,
            Outcome::Fail,
            "upstream_unreachable",
        ),
        ("7 minutes", http(403, &late(7), refused), StepName::Clock, Outcome::Fail, "clock_skew"),
        ("2 minutes", http(200, &late(2), identity), StepName::Clock, Outcome::Warn, "clock_skew"),
        ("no minute", http(200, &late(0), identity), StepName::Clock, Outcome::Ok, ""),
        (
            "expired",
            http(403, "", &refusal("ExpiredToken")),
            StepName::Base,
            Outcome::Fail,
            "base_key_expired",
        ),
        (
            "region",
            http(403, "", &refusal("RegionDisabledException")),
            StepName::Base,
            Outcome::Fail,
            "region_disabled",
        ),
        ("busy", http(400, "", &refusal("Throttling")), StepName::Base, Outcome::Fail, "upstream_busy"),
    ] {
        let is_slow = say.keeps_waiting();
        let stranger = Stranger::who_says(vec![say]).await;
        let mut upstream = upstream_at(&stranger.url());
        if is_slow {
            upstream.transport = impatient();
        }
        let report = against(&upstream, Ok(key())).await;
        let found = step(&report, at);
        assert_eq!((found.0, found.1), (status, code), "{name}: {report:#?}");
    }
    let none =
        NoBase { code: "no_base".to_owned(), text: "no secret".to_owned(), fix: "enter it".to_owned() };
    let report = against(&upstream_at(&Url::parse("http://127.0.0.1:9/").unwrap()), Err(none)).await;
    assert_eq!(step(&report, StepName::Base), (Outcome::Fail, "no_base", "no secret"));
    assert_eq!(step(&report, StepName::Call).0, Outcome::Skipped);
}
