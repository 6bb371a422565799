//! GetSessionToken and GetFederationToken: how long, for whom, and in which form they answer.

use serde_json::json;

use crate::support::{ACCOUNT, Client, TestServer, allowing};

/// What asking for this long comes to: when the session ends, or the refusal.
#[track_caller]
fn check<'a>(
    client: &'a Client,
    action: &'a str,
    secs: Option<&'a str>,
    expected: &'a str,
) -> impl Future<Output = ()> {
    let place = std::panic::Location::caller();
    async move {
        let name = (action == "GetFederationToken").then_some(("Name", "bob"));
        let secs = secs.map(|secs| ("DurationSeconds", secs));
        let params: Vec<(&str, &str)> = name.into_iter().chain(secs).collect();
        let answer = client.sts(action, &params).await;
        let ends = answer.find("Expiration").unwrap_or_else(|| answer.shape());
        assert_eq!(ends, expected, "{place}: {action} {secs:?}");
    }
}

#[tokio::test]
async fn a_user_gets_twelve_hours_unless_it_says_otherwise_and_root_one_at_most() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    root.allow("ana", &allowing("sts:GetFederationToken")).await;
    let bound = |value: &str, rule: &str| {
        format!(
            "400 ValidationError: 1 validation error detected: Value '{value}' at 'durationSeconds' failed to \
             satisfy constraint: Member must have value {rule}"
        )
    };
    let (short, long) =
        (bound("899", "greater than or equal to 900"), bound("129601", "less than or equal to 129600"));
    for action in ["GetSessionToken", "GetFederationToken"] {
        for (secs, of_user, of_root) in [
            (None, "2026-11-22T00:00:00Z", "2026-11-21T13:00:00Z"),
            (Some("900"), "2026-11-21T12:15:00Z", "2026-11-21T12:15:00Z"),
            (Some("3600"), "2026-11-21T13:00:00Z", "2026-11-21T13:00:00Z"),
            (Some("3601"), "2026-11-21T13:00:01Z", "2026-11-21T13:00:00Z"),
            (Some("129600"), "2026-11-23T00:00:00Z", "2026-11-21T13:00:00Z"),
            (Some("899"), &*short, &*short),
            (Some("129601"), &*long, &*long),
        ] {
            check(&ana, action, secs, of_user).await;
            check(&root, action, secs, of_root).await;
        }
    }
}

#[tokio::test]
async fn a_federated_user_needs_leave_to_be_made_and_may_do_what_it_was_given() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    let make = async |more: &[(&str, &str)]| {
        ana.sts("GetFederationToken", &[&[("Name", "bob")], more].concat()).await
    };
    let refused = |action: &str| {
        format!(
            "403 AccessDenied: User: arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: {action} on \
             resource: arn:aws:sts::{ACCOUNT}:federated-user/bob because no identity-based policy allows the \
             {action} action"
        )
    };
    assert_eq!(make(&[]).await.shape(), refused("sts:GetFederationToken"));
    root.allow("ana", &allowing("sts:GetFederationToken")).await;
    let plain = make(&[]).await;
    assert_eq!(plain.text("PackedPolicySize"), "0");
    assert_eq!(plain.text("FederatedUserId"), format!("{ACCOUNT}:bob"));
    let tag = [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "blue")];
    assert_eq!(make(&tag).await.shape(), refused("sts:TagSession"));
    root.allow("ana", &allowing("sts:GetFederationToken sts:TagSession")).await;
    assert_eq!(make(&tag).await.shape(), "200");
    let twice = [&tag[..], &[("Tags.member.2.Key", "TEAM"), ("Tags.member.2.Value", "red")]].concat();
    assert_eq!(
        make(&twice).await.shape(),
        "400 InvalidParameterValue: Duplicate tag keys found. Please note that Tag keys are case insensitive."
    );
}

#[tokio::test]
async fn who_accepts_json_gets_it_with_times_as_numbers_and_refusals_too() {
    let server = TestServer::new().await;
    let root = server.root();
    let ask = async |form: &str| {
        let mut request = root.sign("sts", form);
        request.headers_mut().insert("accept", "application/json".parse().unwrap());
        let answer = server.send(request).await;
        assert_eq!(answer.headers["content-type"], "application/json");
        let id = answer.headers["x-amzn-requestid"].to_str().unwrap().to_owned();
        (answer.status, serde_json::from_str::<serde_json::Value>(&answer.body).unwrap(), id)
    };
    let (status, body, id) = ask("Action=GetSessionToken&Version=2011-06-15").await;
    assert_eq!(status, 200);
    let response = &body["GetSessionTokenResponse"];
    assert_eq!(response["ResponseMetadata"]["RequestId"], id);
    // An hour after the clock of the tests.
    let ends = server.now().as_second() + 3600;
    assert_eq!(
        response["GetSessionTokenResult"]["Credentials"]["Expiration"].as_f64(),
        Some(f64::from(u32::try_from(ends).unwrap()))
    );
    let (status, body, id) = ask("Action=GetSessionTokens&Version=2011-06-15").await;
    let text = "Could not find operation GetSessionTokens for version 2011-06-15";
    let error = json!({ "Code": "InvalidAction", "Message": text, "Type": "Sender" });
    assert_eq!((status, body), (400, json!({ "Error": error, "RequestId": id })));
}
