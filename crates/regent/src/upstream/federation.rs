//! Console sign-in at an upstream: credentials into a sign-in token, and a token into the URL that a browser opens.
//!
//! AWS: "Enable custom identity broker access to the AWS console".

use bytes::Bytes;
use http::Request;
use regent_wire::secret::Secret;
use serde::Deserialize;
use url::Url;
use zeroize::Zeroizing;

use super::client::{Reply, TransportError, shown};
use super::credentials::Credentials;
use super::transport::Transport;

/// A token that signs a browser in, for about fifteen minutes.
#[derive(Debug, Clone)]
pub(crate) struct SigninToken {
    /// The token.
    pub(crate) token: Secret<String>,
    /// What became of the wish for a length of the console session.
    pub(crate) duration: SessionDuration,
}

/// What became of the wish for a length of the console session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionDuration {
    /// There was none: the console session lasts as long as the credentials.
    NotAsked,
    /// It was taken.
    Taken,
    /// It was refused, and a second request without it was not: as if there had been none. The person is to be told.
    Dropped,
}

/// Why there is no sign-in token.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FederationError {
    /// The endpoint did not answer, or nobody asked it.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The endpoint said no.
    #[error("the federation endpoint answers {status}{}", if message.is_empty() { String::new() } else { format!(": {message}") })]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What it said, if it said so in JSON.
        message: String,
    },
    /// The answer holds no token.
    #[error("the federation endpoint's answer holds no sign-in token; check the URL")]
    Unreadable,
    /// Long-term keys open no console.
    #[error("only credentials of a session open a console")]
    NoSession,
    /// The request cannot be made.
    #[error("the request to the federation endpoint cannot be made")]
    Request(#[from] http::Error),
}

/// Exchanges credentials for a sign-in token.
///
/// With `session_secs` a refusal with status 400 is answered by one more request without it: AWS refuses the parameter for
/// some credentials, and now and then for no reason.
pub(crate) async fn signin_token(
    transport: &Transport,
    endpoint: &Url,
    credentials: &Credentials,
    session_secs: Option<u32>,
) -> Result<SigninToken, FederationError> {
    let reply = ask(transport, endpoint, credentials, session_secs).await?;
    let (reply, duration) = match session_secs {
        Some(_) if reply.status == 400 => {
            (ask(transport, endpoint, credentials, None).await?, SessionDuration::Dropped)
        }
        Some(_) => (reply, SessionDuration::Taken),
        None => (reply, SessionDuration::NotAsked),
    };
    Ok(SigninToken { token: read(&reply, credentials)?, duration })
}

/// The URL that signs a browser in and leads on to `destination`. Whoever has it is signed in, so it is a secret.
///
/// `issuer` is where the browser is sent when the console session has ended.
pub(crate) fn login_url(
    endpoint: &Url,
    issuer: &str,
    destination: &str,
    token: &SigninToken,
) -> Secret<String> {
    let mut url = endpoint.clone();
    url.query_pairs_mut()
        .append_pair("Action", "login")
        .append_pair("Issuer", issuer)
        .append_pair("Destination", destination)
        .append_pair("SigninToken", token.token.reveal());
    Secret::new(url.into())
}

async fn ask(
    transport: &Transport,
    endpoint: &Url,
    credentials: &Credentials,
    session_secs: Option<u32>,
) -> Result<Reply, FederationError> {
    let token = credentials.session_token.as_ref().ok_or(FederationError::NoSession)?;
    let session = serde_json::json!({
        "sessionId": credentials.access_key_id,
        "sessionKey": credentials.secret.reveal(),
        "sessionToken": token.reveal(),
    });
    let session = Zeroizing::new(session.to_string());
    // The way that is documented. The URL is told to nobody but the endpoint: no error and no log repeats it.
    let mut url = endpoint.clone();
    {
        let mut query = url.query_pairs_mut();
        query.append_pair("Action", "getSigninToken");
        if let Some(secs) = session_secs {
            query.append_pair("SessionDuration", &secs.to_string());
        }
        query.append_pair("Session", &session);
    }
    let url = Zeroizing::new(String::from(url));
    let request = Request::get(url.as_str()).body(Bytes::new())?;
    Ok(transport.send(endpoint, request).await?)
}

fn read(reply: &Reply, credentials: &Credentials) -> Result<Secret<String>, FederationError> {
    #[derive(Deserialize)]
    struct Given {
        #[serde(rename = "SigninToken")]
        token: String,
    }
    #[derive(Deserialize)]
    struct Refused {
        error: String,
    }
    if reply.status != 200 {
        let refused = serde_json::from_slice::<Refused>(&reply.body);
        let message = refused.map(|refused| shown(&credentials.redact(refused.error))).unwrap_or_default();
        return Err(FederationError::Refused { status: reply.status, message });
    }
    let given: Given = serde_json::from_slice(&reply.body).map_err(|_| FederationError::Unreadable)?;
    let token = Secret::new(given.token);
    if token.reveal().is_empty() { Err(FederationError::Unreadable) } else { Ok(token) }
}
