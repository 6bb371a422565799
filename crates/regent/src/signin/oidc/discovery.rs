//! What a provider says about itself.
//!
//! OpenID Connect Discovery 1.0.

use std::sync::Arc;

use regent_store::entity::Seconds;
use serde::Deserialize;
use url::Url;

use super::{OidcError, OpenId};
use crate::signin::web::{Authorization, Web, WebError, is_safe};

const MAX_ISSUER_BYTES: usize = 1024;

/// Where a provider does what, once it was found to be the one that was meant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Metadata {
    /// Where browsers are sent.
    pub(super) authorization: Url,
    /// Where codes are traded.
    pub(super) token: Url,
    /// Where its keys are.
    pub(crate) jwks: Url,
    /// Where to ask about a person.
    pub(super) userinfo: Option<Url>,
    /// Where browsers are sent to sign out.
    pub(super) end_session: Option<Url>,
    /// How clients prove themselves at the token endpoint.
    pub(super) authentication: Authentication,
    /// Whether it names itself when it sends browsers back.
    pub(super) names_itself: bool,
}

/// How a client with a secret proves itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Authentication {
    /// In the `Authorization` header.
    Basic,
    /// In the form.
    Post,
}

/// The document.
#[derive(Debug, Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    jwks_uri: Option<String>,
    userinfo_endpoint: Option<String>,
    end_session_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl OpenId {
    /// What the provider says about itself, remembered or fetched.
    pub(crate) async fn metadata(
        &self,
        web: &Web,
        issuer: &str,
        now: Seconds,
    ) -> Result<Arc<Metadata>, OidcError> {
        let fetch = || async {
            let document: Document = web.get(&document_url(issuer)?, Authorization::None).await?;
            Metadata::of(document, issuer)
        };
        self.documents.get(issuer, now, fetch).await
    }
}

/// Where an issuer's document is: below the issuer, whatever its path.
fn document_url(issuer: &str) -> Result<Url, OidcError> {
    let refused = || OidcError::Web(WebError::Scheme(issuer.chars().take(200).collect()));
    if issuer.len() > MAX_ISSUER_BYTES {
        return Err(refused());
    }
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let url = Url::parse(&url).map_err(|_| refused())?;
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if is_plain && is_safe(&url) { Ok(url) } else { Err(refused()) }
}

impl Metadata {
    fn of(document: Document, issuer: &str) -> Result<Self, OidcError> {
        // To the letter, or one provider could speak for another.
        if document.issuer != issuer {
            return Err(OidcError::Issuer(document.issuer.chars().take(MAX_ISSUER_BYTES).collect()));
        }
        let is_local = issuer.starts_with("http://");
        let endpoint = |name, written: Option<String>| {
            let Some(written) = written else { return Ok(None) };
            let url = Url::parse(&written).map_err(|_| OidcError::Metadata(name))?;
            // An issuer on the network does not send anybody to this machine.
            let is_fine = is_safe(&url) && (is_local || url.scheme() == "https") && url.fragment().is_none();
            if is_fine { Ok(Some(url)) } else { Err(OidcError::Metadata(name)) }
        };
        let needed = |name, written| endpoint(name, written)?.ok_or(OidcError::Metadata(name));
        let methods = document.token_endpoint_auth_methods_supported;
        let takes = |method: &str| methods.as_ref().is_some_and(|all| all.iter().any(|each| each == method));
        let authentication = if !takes("client_secret_basic") && takes("client_secret_post") {
            Authentication::Post
        } else {
            Authentication::Basic
        };
        Ok(Self {
            authorization: needed("authorization_endpoint", document.authorization_endpoint)?,
            token: needed("token_endpoint", document.token_endpoint)?,
            jwks: needed("jwks_uri", document.jwks_uri)?,
            userinfo: endpoint("userinfo_endpoint", document.userinfo_endpoint)?,
            end_session: endpoint("end_session_endpoint", document.end_session_endpoint)?,
            authentication,
            names_itself: document.authorization_response_iss_parameter_supported,
        })
    }
}
