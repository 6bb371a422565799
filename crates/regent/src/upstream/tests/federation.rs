use regent_wire::secret::Secret;
use url::Url;

use super::rig::{key, patient};
use super::{Say, Stranger, http};
use crate::upstream::credentials::Credentials;
use crate::upstream::federation::{self, FederationError, SessionDuration, SigninToken};

const TOKEN: &str = "{\"SigninToken\":\"sign-in\"}";

fn session() -> Credentials {
    Credentials { session_token: Some(Secret::new("canary-token+/=".to_owned())), ..key() }
}

async fn ask(script: Vec<Say>, secs: Option<u32>) -> (Result<SigninToken, FederationError>, Vec<String>) {
    let stranger = Stranger::who_says(script).await;
    let endpoint = stranger.url().join("federation").unwrap();
    let found = federation::signin_token(&patient(), &endpoint, &session(), secs).await;
    (found, stranger.heard())
}

#[tokio::test]
async fn a_session_becomes_a_token_and_a_refused_duration_is_dropped_once() {
    let (yes, no) = (http(200, "", TOKEN), http(400, "", "<html>bad</html>"));
    for (script, secs, expected, requests) in [
        (vec![yes.clone()], None, Some(SessionDuration::NotAsked), 1),
        (vec![yes.clone()], Some(3600), Some(SessionDuration::Taken), 1),
        (vec![no.clone(), yes.clone()], Some(3600), Some(SessionDuration::Dropped), 2),
        (vec![no.clone(), no.clone(), yes.clone()], Some(3600), None, 2),
        (vec![no, yes.clone()], None, None, 1),
        (vec![http(403, "", ""), yes.clone()], Some(3600), None, 1),
        (vec![http(200, "", "{}")], None, None, 1),
        (vec![http(200, "", "{\"SigninToken\":\"\"}")], None, None, 1),
        (vec![http(200, "", "<html></html>")], None, None, 1),
        (vec![http(302, "location: /signin\r\n", "")], None, None, 1),
    ] {
        let (found, heard) = ask(script, secs).await;
        assert_eq!(heard.len(), requests);
        assert_eq!(
            heard.iter().filter(|request| request.contains("SessionDuration=3600")).count(),
            usize::from(secs.is_some())
        );
        match (found, expected) {
            (Ok(token), Some(duration)) => {
                assert_eq!((token.token.reveal().as_str(), token.duration), ("sign-in", duration));
            }
            (Err(error), None) => {
                assert!(!format!("{error:?}{error}").contains("canary"), "{error:?}");
            }
            (found, expected) => panic!("{found:?}, expected {expected:?}"),
        }
    }
}

#[tokio::test]
async fn the_request_is_the_documented_one() {
    let (_, heard) = ask(vec![http(200, "", TOKEN)], Some(900)).await;
    let target = heard[0].split(' ').nth(1).unwrap();
    let url = Url::parse("https://x").unwrap().join(target).unwrap();
    let pairs: Vec<(String, String)> =
        url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    let [action, duration, session] = &pairs[..] else { panic!("{pairs:?}") };
    assert_eq!((action.0.as_str(), action.1.as_str()), ("Action", "getSigninToken"));
    assert_eq!((duration.0.as_str(), duration.1.as_str()), ("SessionDuration", "900"));
    assert_eq!(session.0, "Session");
    let session: serde_json::Value = serde_json::from_str(&session.1).unwrap();
    assert_eq!(session["sessionId"], "AKIAIOSFODNN7EXAMPLE");
    assert_eq!(session["sessionToken"], "canary-token+/=");
    assert!(!heard[0].to_lowercase().contains("authorization"), "no signature");
}

#[tokio::test]
async fn a_refusal_is_repeated_without_our_secrets_and_long_term_keys_open_no_console() {
    let said = "{\"error\":\"expired: canary-token+/=\"}";
    let (found, _) = ask(vec![http(403, "", said)], None).await;
    assert_eq!(found.unwrap_err().to_string(), "the federation endpoint answers 403: expired: [secret]");
    let endpoint = Url::parse("http://127.0.0.1:9/federation").unwrap();
    let refused = federation::signin_token(&patient(), &endpoint, &key(), None).await.unwrap_err();
    assert!(matches!(refused, FederationError::NoSession), "{refused}");
}

#[test]
fn the_login_url_carries_what_it_is_given_and_nothing_breaks_out_of_it() {
    let endpoint = Url::parse("https://signin.aws.amazon.com/federation").unwrap();
    let token = SigninToken { token: Secret::new("t&=?#".to_owned()), duration: SessionDuration::NotAsked };
    let url = federation::login_url(
        &endpoint,
        "https://regent.example/app/expired",
        "https://console.aws.amazon.com/s3?a=b&c=d#e",
        &token,
    );
    assert_eq!(
        url.reveal(),
        "https://signin.aws.amazon.com/federation?Action=login&Issuer=https%3A%2F%2Fregent.example%2Fapp%2Fexpired\
         &Destination=https%3A%2F%2Fconsole.aws.amazon.com%2Fs3%3Fa%3Db%26c%3Dd%23e&SigninToken=t%26%3D%3F%23"
    );
}
