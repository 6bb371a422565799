use std::time::Duration;

use regent_wire::secret::Secret;
use regent_wire::sts::AssumeRoleRequest;
use url::Url;

use super::rig::{impatient, key};
use super::{Say, Stranger, http, upstream_at};
use crate::upstream::client::{Client, Limits, Route, Trust};
use crate::upstream::credentials::Credentials;
use crate::upstream::error::CallError;
use crate::upstream::guard::Reach;
use crate::upstream::transport::Transport;

const IDENTITY: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
    <Arn>arn:aws:iam::123456789012:user/ana</Arn><UserId>AIDAANA</UserId><Account>123456789012</Account>\
    </GetCallerIdentityResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>";

fn refusal(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         <RequestId>r-2</RequestId></ErrorResponse>"
    )
}

/// The whole chain of an error, as a log would have it.
fn chain(error: &CallError) -> String {
    let first: &dyn std::error::Error = error;
    let causes = std::iter::successors(Some(first), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Asks who we are, and expects an error with these words after so many requests.
#[track_caller]
fn check(
    name: &'static str,
    say: Vec<Say>,
    requests: usize,
    expected: &'static str,
) -> impl Future<Output = ()> {
    let at = std::panic::Location::caller();
    async move {
        let is_slow = say.iter().any(Say::keeps_waiting);
        let stranger = Stranger::who_says(say).await;
        let mut upstream = upstream_at(&stranger.url());
        if is_slow {
            upstream.transport = impatient();
        }
        let key = key();
        let asking = tokio::time::timeout(Duration::from_mins(1), upstream.get_caller_identity(&key));
        let found = asking.await.expect("a client that gives up");
        let text = chain(&found.expect_err(name)).replace(&stranger.address.to_string(), "stranger");
        assert!(text.contains(expected), "{name} at {at}: {text}");
        assert_eq!(stranger.heard().len(), requests, "{name} at {at}");
        assert!(!text.contains("canary"), "{name} at {at}: {text}");
        assert!(text.len() < 5000, "{name} at {at}");
    }
}

#[tokio::test]
async fn a_stranger_that_does_not_answer_well_is_an_error_that_says_how() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\n";
    let bytes = |text: String| Say::Bytes(text.into_bytes());
    let deep = format!("{}{}", "<a>".repeat(50_000), "</a>".repeat(50_000));
    check("never answers", vec![Say::Nothing], 1, "`stranger` did not answer within 2000 ms").await;
    let slow = format!("{head}content-length: {}\r\n\r\n{IDENTITY}", IDENTITY.len());
    check("byte by byte", vec![Say::Slowly(slow.into())], 1, "did not answer within 2000 ms").await;
    let huge = format!("{head}content-length: 1073741824\r\n\r\n");
    check("a gigabyte, announced", vec![Say::Endlessly(huge.into())], 1, "more than 1048576 bytes").await;
    let endless = format!("{head}connection: close\r\n\r\n");
    check("no end", vec![Say::Endlessly(endless.into())], 1, "more than 1048576 bytes").await;
    let header = format!("{head}x-long: ");
    check("a head without end", vec![Say::Endlessly(header.into())], 1, "broke off").await;
    check("not HTTP", vec![bytes("SSH-2.0-OpenSSH_9.2\r\n".to_owned())], 1, "broke off").await;
    check("not XML", vec![http(200, "", "hello")], 1, "expected one element").await;
    check("JSON", vec![http(200, "", "{\"ok\":true}")], 1, "expected one element").await;
    check("a web page", vec![http(200, "", "<!doctype html><html></html>")], 1, "document type").await;
    check("deep XML", vec![http(200, "", &deep)], 1, "nested at most 32 deep").await;
    check(
        "another answer",
        vec![http(200, "", "<ListUsersResponse/>")],
        1,
        "expected `GetCallerIdentityResponse`",
    )
    .await;
    let empty = "<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>";
    check("nothing in it", vec![http(200, "", empty)], 1, "holds no account").await;
    let short = format!("{head}content-length: 9999\r\n\r\n{IDENTITY}");
    check("less than announced", vec![bytes(short)], 1, "broke off").await;
    check("half an answer", vec![http(200, "", IDENTITY.split_at(120).0)], 1, "expected one element").await;
    check("closes at once", vec![bytes(String::new())], 1, "broke off").await;
    let elsewhere = "location: http://evil.example/?Session=canary\r\n";
    check("redirect", vec![http(302, elsewhere, "")], 1, "redirects to `evil.example`").await;
    check("redirect to itself", vec![http(307, "location: /\r\n", "")], 1, "redirects to `stranger`").await;
    check("not gzip", vec![http(200, "content-encoding: gzip\r\n", "\u{1f}")], 1, "expected one element")
        .await;
}

#[tokio::test]
async fn patience_is_asked_for_twice_and_a_refusal_once() {
    let (busy, done) = (http(400, "", &refusal("Throttling", "Rate exceeded")), http(200, "", IDENTITY));
    let broken = http(500, "", "<html>oops</html>");
    check("throttled for ever", vec![busy.clone()], 3, "answers 400 Throttling: Rate exceeded").await;
    check("broken for ever", vec![broken.clone()], 3, "answers 500").await;
    check(
        "denied",
        vec![http(403, "", &refusal("AccessDenied", "no")), done.clone()],
        1,
        "403 AccessDenied: no",
    )
    .await;
    check("expired", vec![http(403, "", &refusal("ExpiredToken", "no")), done.clone()], 1, "ExpiredToken")
        .await;
    for (name, script) in [
        ("broken once", vec![broken.clone(), done.clone()]),
        ("busy twice", vec![busy.clone(), busy, done.clone()]),
        ("busy behind a balancer", vec![http(503, "", ""), done.clone()]),
    ] {
        let stranger = Stranger::who_says(script.clone()).await;
        let answer = upstream_at(&stranger.url()).get_caller_identity(&key()).await.expect(name);
        assert_eq!(answer.value.arn, "arn:aws:iam::123456789012:user/ana", "{name}");
        assert_eq!(answer.request_id.as_deref(), Some("r-1"));
        assert_eq!(stranger.heard().len(), script.len(), "{name}");
    }
    // A key may have been made all the same.
    let stranger = Stranger::who_says(vec![broken, done]).await;
    upstream_at(&stranger.url()).create_access_key(&key(), None).await.unwrap_err();
    assert_eq!(stranger.heard().len(), 1);
}

#[tokio::test]
async fn the_strangers_clock_is_told_with_answer_and_refusal_alike() {
    for (date, expected) in [
        ("date: Sun, 22 Nov 2026 12:00:00 GMT\r\n", Some(0)),
        ("date: Sun, 22 Nov 2026 12:07:00 GMT\r\n", Some(420)),
        ("date: Sun, 22 Nov 2026 11:59:58 GMT\r\n", Some(-2)),
        ("date: soon\r\n", None),
        ("", None),
    ] {
        let refused = http(403, date, &refusal("SignatureDoesNotMatch", "Signature expired"));
        let stranger = Stranger::who_says(vec![http(200, date, IDENTITY), refused]).await;
        let upstream = upstream_at(&stranger.url());
        assert_eq!(upstream.get_caller_identity(&key()).await.unwrap().skew_secs, expected, "{date}");
        let error = upstream.get_caller_identity(&key()).await.unwrap_err();
        assert_eq!(error.refusal().unwrap().skew_secs, expected, "{date}");
        assert_eq!(error.refusal().unwrap().request_id.as_deref(), Some("r-2"));
    }
}

#[tokio::test]
async fn what_a_stranger_says_is_one_line_without_our_secrets() {
    let session = Credentials { session_token: Some(Secret::new("canary-token".to_owned())), ..key() };
    let said = format!("bad\r\nrequest: x-amz-security-token:canary-token\u{7}{}", "y".repeat(10_000));
    let stranger = Stranger::who_says(vec![http(403, "", &refusal("SignatureDoesNotMatch", &said))]).await;
    let error = upstream_at(&stranger.url()).get_caller_identity(&session).await.unwrap_err();
    let refusal = error.refusal().unwrap();
    assert!(
        refusal.message.starts_with("bad request: x-amz-security-token:[secret] yyy"),
        "{}",
        refusal.message
    );
    assert_eq!(refusal.message.len(), 2048);
    assert!(!format!("{error:?}{session:?}").contains("canary"));
}

#[tokio::test]
async fn a_request_is_signed_and_says_what_it_should() {
    let stranger = Stranger::who_says(vec![http(403, "", &refusal("AccessDenied", "no"))]).await;
    let session = Credentials { session_token: Some(Secret::new("token".to_owned())), ..key() };
    let input = AssumeRoleRequest {
        role_arn: "arn:aws:iam::123456789012:role/a b".to_owned(),
        role_session_name: "ana@example.com".to_owned(),
        transitive_tag_keys: Some(vec!["team".to_owned()]),
        duration_seconds: Some(900),
        ..AssumeRoleRequest::default()
    };
    upstream_at(&stranger.url()).assume_role(&session, &input).await.unwrap_err();
    let heard = stranger.heard().pop().unwrap();
    let (head, body) = heard.split_once("\r\n\r\n").unwrap();
    assert_eq!(
        body,
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fa%20b&\
         RoleSessionName=ana%40example.com&DurationSeconds=900&TransitiveTagKeys.member.1=team"
    );
    for line in [
        "POST / HTTP/1.1",
        "x-amz-date: 20261122T120000Z",
        "x-amz-security-token: token",
        "Credential=AKIAIOSFODNN7EXAMPLE/20261122/us-east-1/sts/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date;x-amz-security-token",
    ] {
        assert!(head.contains(line), "{line} in {head}");
    }
    assert!(!heard.contains("canary"), "{heard}");
}

#[tokio::test]
async fn what_the_guard_refuses_is_not_asked() {
    let stranger = Stranger::who_says(vec![http(200, "", IDENTITY)]).await;
    let route = |reach| Route { reach, trust: Trust::Nobody, proxy: None };
    for (reach, url, expected) in [
        (Reach::Internet, stranger.url(), "is not asked"),
        (
            Reach::Internet,
            Url::parse(&format!("https://localhost:{}/", stranger.address.port())).unwrap(),
            "is not asked",
        ),
        (
            Reach::Private,
            Url::parse(&format!("https://localhost:{}/", stranger.address.port())).unwrap(),
            "is not asked",
        ),
        (Reach::Loopback, Url::parse("http://169.254.169.254/").unwrap(), "is not asked"),
        (Reach::Only(vec![]), stranger.url(), "is not asked"),
        (Reach::Internet, Url::parse("https://sts.invalid/").unwrap(), "does not resolve"),
    ] {
        let mut upstream = upstream_at(&url);
        upstream.transport = Transport::Http(Client::new(&route(reach.clone())).unwrap());
        let text = chain(&upstream.get_caller_identity(&key()).await.unwrap_err());
        assert!(text.contains(expected), "{reach:?} {url}: {text}");
    }
    assert_eq!(stranger.heard().len(), 0);
    // A name that leads to this machine is asked where that is meant.
    let url = Url::parse(&format!("http://localhost:{}/", stranger.address.port())).unwrap();
    upstream_at(&url).get_caller_identity(&key()).await.unwrap();
}

#[tokio::test]
async fn nobody_at_the_address_and_a_proxy_that_is_not_there_are_told_apart() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let gone = Url::parse(&format!("http://{free}/")).unwrap();
    let text = upstream_at(&gone).get_caller_identity(&key()).await.unwrap_err().to_string();
    assert!(text.starts_with(&format!("`{free}` cannot be reached: ")), "{text}");
    let mut upstream = upstream_at(&Url::parse("https://sts.example/").unwrap());
    let route = Route { reach: Reach::Internet, trust: Trust::Nobody, proxy: Some(gone) };
    upstream.transport = Transport::Http(Client::with(&route, Limits::default()).unwrap());
    let text = upstream.get_caller_identity(&key()).await.unwrap_err().to_string();
    assert!(text.starts_with(&format!("`sts.example` by the proxy `{free}` cannot be reached")), "{text}");
    assert!(!format!("{upstream:?}{text}").contains("canary"), "{upstream:?}");
}
