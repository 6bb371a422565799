//! The two requests of a sign-in.

use std::fmt;

use serde::Serialize;
use url::Url;
use url::form_urlencoded::Serializer;
use zeroize::Zeroizing;

use super::{ConsoleSite, DestinationError};

/// The credentials of a session, lent for the exchange.
#[derive(Clone, Copy, Serialize)]
pub struct SessionCredentials<'a> {
    /// `ASIA…`.
    #[serde(rename = "sessionId")]
    pub access_key_id: &'a str,
    /// The secret key.
    #[serde(rename = "sessionKey")]
    pub secret_access_key: &'a str,
    /// The token.
    #[serde(rename = "sessionToken")]
    pub session_token: &'a str,
}

impl fmt::Debug for SessionCredentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionCredentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// The request that exchanges credentials for a sign-in token: a `POST` of a form.
///
/// The endpoint takes a `GET` as well, but an address ends up in logs.
pub struct SigninTokenRequest {
    /// Where to.
    pub endpoint: Url,
    form: Zeroizing<String>,
}

impl SigninTokenRequest {
    /// The type of the body.
    pub const CONTENT_TYPE: &'static str = "application/x-www-form-urlencoded";

    /// The body: it holds the credentials.
    pub fn form(&self) -> &str {
        &self.form
    }
}

impl fmt::Debug for SigninTokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigninTokenRequest")
            .field("endpoint", &self.endpoint.as_str())
            .finish_non_exhaustive()
    }
}

/// The link that signs a browser in. Whoever opens it first has the session.
pub struct LoginUrl(Zeroizing<String>);

impl LoginUrl {
    /// The link, for the one person that it is meant for.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for LoginUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoginUrl(…)")
    }
}

impl ConsoleSite {
    /// The exchange of credentials for a sign-in token. `seconds` is what [`super::session_duration`] says may be sent.
    ///
    /// AWS: "Enable custom identity broker access to the AWS console", `getSigninToken`.
    pub fn signin_token_request(
        &self,
        region: Option<&str>,
        credentials: &SessionCredentials<'_>,
        seconds: Option<u32>,
    ) -> Result<SigninTokenRequest, DestinationError> {
        let endpoint = self.federation_endpoint(region)?;
        let session =
            Zeroizing::new(serde_json::to_string(credentials).map_err(|_| DestinationError::Malformed)?);
        // What is written never grows beyond this, so that no part of it is left behind in memory.
        let mut form = Serializer::new(String::with_capacity(3 * session.len() + 128));
        form.append_pair("Action", "getSigninToken");
        if let Some(seconds) = seconds {
            form.append_pair("SessionDuration", &seconds.to_string());
        }
        form.append_pair("Session", &session);
        Ok(SigninTokenRequest { endpoint, form: Zeroizing::new(form.finish()) })
    }

    /// The link that signs a browser in and leads it to `destination`. A console session that is over leads back to
    /// `issuer`.
    ///
    /// AWS: "Enable custom identity broker access to the AWS console", `login`.
    pub fn login_url(
        &self,
        region: Option<&str>,
        issuer: &Url,
        destination: &Url,
        signin_token: &str,
    ) -> Result<LoginUrl, DestinationError> {
        let endpoint = self.federation_endpoint(region)?;
        let length = issuer.as_str().len() + destination.as_str().len() + signin_token.len();
        let mut link = String::with_capacity(endpoint.as_str().len() + 3 * length + 64);
        link.push_str(endpoint.as_str());
        link.push('?');
        let from = link.len();
        let mut link = Serializer::for_suffix(link, from);
        link.append_pair("Action", "login")
            .append_pair("Issuer", issuer.as_str())
            .append_pair("Destination", destination.as_str())
            .append_pair("SigninToken", signin_token);
        Ok(LoginUrl(Zeroizing::new(link.finish())))
    }
}
