//! Signing in with a browser on this machine: an authorization code with PKCE, brought back to a port on loopback.
//!
//! OAuth 2.0 for Native Apps (RFC 8252), Proof Key for Code Exchange (RFC 7636).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;
use http::{Method, StatusCode};
use serde_json::json;
use tokio::sync::oneshot;
use url::Url;
use zeroize::Zeroizing;

use super::{Login, host_name, tell, token, too_late};
use crate::cli::client::api::Api;
use crate::cli::client::loopback::{Answers, Asked, Told, listen, serve};
use crate::cli::client::refusal::{Refusal, Status};
use crate::cli::client::table::plain;
use crate::entropy;

/// How long a person may take.
const PATIENCE: Duration = Duration::from_mins(10);

/// Signs a person in; `opens` a browser, or leaves that to the person.
pub(super) async fn sign_in(api: &Api, opens: bool) -> anyhow::Result<Login> {
    let (listener, address) = listen(0).await?;
    let redirect_uri = format!("http://127.0.0.1:{}/callback", address.port());
    let verifier = Zeroizing::new(BASE64URL_NOPAD.encode(&*Zeroizing::new(entropy::bytes::<32>()?)));
    let state = BASE64URL_NOPAD.encode(&entropy::bytes::<16>()?);
    let url = page(&api.base, &redirect_uri, &verifier, &state);
    let (sender, code) = oneshot::channel();
    let callback = Arc::new(Callback { state, waiting: Mutex::new(Some(sender)) });
    let answering = tokio::spawn(serve(listener, callback));
    if opens && crate::cli::client::browser::open(url.as_str()) {
        tell(&format!("a browser opens; if it does not, open this page:\n  {url}"));
    } else {
        tell(&format!("open this page in a browser on this machine:\n  {url}"));
    }
    let code = tokio::time::timeout(PATIENCE, code).await;
    let signed_in = match code {
        Err(_) | Ok(Err(_)) => Err(too_late().into()),
        Ok(Ok(Err(refusal))) => Err(refusal.into()),
        Ok(Ok(Ok(code))) => {
            let grant = json!({
                "grant_type": "authorization_code",
                "code": &*code,
                "code_verifier": &*verifier,
                "redirect_uri": redirect_uri,
            });
            token(api, &grant).await
        }
    };
    // The page that says so has been asked for; it leaves before the port does.
    tokio::time::sleep(Duration::from_millis(100)).await;
    answering.abort();
    signed_in
}

/// The page on which the person signs in and consents. The verifier stays here; its hash alone goes along.
fn page(base: &Url, redirect_uri: &str, verifier: &str, state: &str) -> Url {
    let challenge = BASE64URL_NOPAD.encode(digest(&SHA256, verifier.as_bytes()).as_ref());
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(["console", "authorize"]);
    }
    url.query_pairs_mut()
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256")
        .append_pair("state", state)
        .append_pair("client", &host_name());
    url
}

type Code = Result<Zeroizing<String>, Refusal>;

/// Waits for the browser to come back.
struct Callback {
    state: String,
    waiting: Mutex<Option<oneshot::Sender<Code>>>,
}

impl Answers for Callback {
    async fn answer(&self, asked: Asked) -> Told {
        if asked.method != Method::GET || asked.path != "/callback" {
            return Told::page(StatusCode::NOT_FOUND, "There is nothing here.");
        }
        let (mut code, mut state, mut error) = (None, String::new(), None);
        for (name, value) in url::form_urlencoded::parse(asked.query.as_bytes()) {
            match &*name {
                "code" => code = Some(Zeroizing::new(value.into_owned())),
                "state" => state = value.into_owned(),
                "error" => error = Some(value.into_owned()),
                _ => {}
            }
        }
        // A page that somebody else made the browser open: the real one is still to come.
        if verify_slices_are_equal(state.as_bytes(), self.state.as_bytes()).is_err() {
            return Told::page(
                StatusCode::BAD_REQUEST,
                "This is not the sign-in that the command line waits for.",
            );
        }
        let (outcome, told) = match (code, error) {
            (Some(code), None) => {
                let text = "You are signed in. The command line goes on, and you may close this page.";
                (Ok(code), Told::page(StatusCode::OK, text))
            }
            (_, error) => {
                let why = error.as_deref().unwrap_or("no code came back");
                let text = format!("the sign-in was refused in the browser: {}", plain(why));
                let refusal = Refusal::new(Status::LoginNeeded, text).fix("`regent login` begins another");
                (
                    Err(refusal),
                    Told::page(StatusCode::OK, "The sign-in was refused. You may close this page."),
                )
            }
        };
        let sender = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(sender) = sender {
            // Nobody waits any more: then there is nothing to tell.
            let _ = sender.send(outcome);
        }
        told
    }
}
