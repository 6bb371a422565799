//! Signing in with a code that is typed in a browser anywhere: OAuth 2.0 Device Authorization Grant (RFC 8628).

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{Login, host_name, tell, token, too_late};
use crate::cli::client::api::{Api, Ask};
use crate::cli::client::refusal::{Refusal, Status};
use crate::cli::client::table::plain;

/// What the standard adds to the interval when the server asks for patience, in seconds.
const SLOWER: u64 = 5;

#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
struct Started {
    device_code: String,
    user_code: String,
    verification_uri: String,
    #[serde(default)]
    verification_uri_complete: Option<String>,
    expires_in: u64,
    #[serde(default)]
    interval: Option<u64>,
}

/// Signs a person in.
pub(super) async fn sign_in(api: &Api) -> anyhow::Result<Login> {
    let begin = json!({ "client": host_name() });
    let started: Started = api.ask(Ask::post(&["auth", "device"], &begin)).await?.read()?;
    let mut text = format!(
        "open this page in any browser:\n  {}\nand type this code:\n  {}",
        plain(&started.verification_uri),
        plain(&started.user_code)
    );
    if let Some(complete) = &started.verification_uri_complete {
        text.push_str("\nor open the page with the code in it:\n  ");
        text.push_str(&plain(complete));
    }
    tell(&text);
    let until = tokio::time::sleep(Duration::from_secs(started.expires_in.clamp(1, 3600)));
    tokio::pin!(until);
    let grant = json!({
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "device_code": started.device_code,
    });
    let mut interval = started.interval.unwrap_or(SLOWER).clamp(1, 60);
    loop {
        tokio::select! {
            () = &mut until => anyhow::bail!(too_late()),
            () = tokio::time::sleep(Duration::from_secs(interval)) => {}
        }
        let error = match token(api, &grant).await {
            Ok(login) => return Ok(login),
            Err(error) => error,
        };
        match error.downcast_ref::<Refusal>().map(|refusal| refusal.code.as_str()) {
            Some("authorization_pending") => {}
            Some("slow_down") => interval = interval.saturating_add(SLOWER).min(60),
            Some("expired_token") => anyhow::bail!(too_late()),
            Some("access_denied") => {
                let refusal = Refusal::new(Status::LoginNeeded, "the sign-in was refused in the browser");
                anyhow::bail!(refusal.fix("`regent login --device` begins another"));
            }
            Some(_) | None => return Err(error),
        }
    }
}
