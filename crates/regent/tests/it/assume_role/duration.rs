//! How long a session may be.

use super::{ROLE, assume, with_ana};
use crate::support::{ACCOUNT, Client, trusting};

const BEYOND_ROLE: &str =
    "400 ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
const BEYOND_CHAIN: &str = "400 ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";

/// What asking for this long comes to: when the session ends, or the refusal.
async fn check(client: &Client, secs: Option<&str>, expected: &str) {
    let more: Vec<(&str, &str)> = secs.map(|secs| ("DurationSeconds", secs)).into_iter().collect();
    let answer = assume(client, ROLE, &more).await;
    assert_eq!(answer.find("Expiration").unwrap_or_else(|| answer.shape()), expected, "{secs:?}");
}

#[tokio::test]
async fn a_session_lasts_as_long_as_its_role_allows_and_an_hour_if_nobody_says() {
    let (_, root, ana) = with_ana().await;
    root.create_role("deploy").await;
    let bound = |value: &str, rule: &str| {
        format!(
            "400 ValidationError: 1 validation error detected: Value '{value}' at 'durationSeconds' failed to satisfy constraint: Member must have value {rule}"
        )
    };
    for (secs, expected) in [
        (None, "2026-11-21T13:00:00Z"),
        (Some("900"), "2026-11-21T12:15:00Z"),
        (Some("3600"), "2026-11-21T13:00:00Z"),
        (Some("3601"), BEYOND_ROLE),
        (Some("43200"), BEYOND_ROLE),
        (Some("43201"), &bound("43201", "less than or equal to 43200")),
        (Some("899"), &bound("899", "greater than or equal to 900")),
    ] {
        check(&ana, secs, expected).await;
    }
    root.must("UpdateRole", &[("RoleName", "deploy"), ("MaxSessionDuration", "43200")]).await;
    check(&ana, Some("43200"), "2026-11-22T00:00:00Z").await;
    check(&ana, None, "2026-11-21T13:00:00Z").await;
}

#[tokio::test]
async fn a_session_opened_with_temporary_credentials_lasts_an_hour_at_most() {
    let (server, root, ana) = with_ana().await;
    let trust = trusting(ACCOUNT);
    root.must(
        "CreateRole",
        &[("RoleName", "deploy"), ("AssumeRolePolicyDocument", &trust), ("MaxSessionDuration", "43200")],
    )
    .await;
    root.allow_role("deploy", &crate::support::allowing("sts:AssumeRole")).await;
    let chained = ana.assume(ROLE, "session", &[]).await.unwrap();
    let token = ana.sts("GetSessionToken", &[]).await.credentials(&server).unwrap();
    for client in [chained, token] {
        check(&client, Some("3600"), "2026-11-21T13:00:00Z").await;
        check(&client, None, "2026-11-21T13:00:00Z").await;
        check(&client, Some("3601"), BEYOND_CHAIN).await;
    }
}
