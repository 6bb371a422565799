//! Signing in with an OpenID provider: the authorization code flow with PKCE, and nothing else.
//!
//! A sign-in begins with [`start`](OpenId::start), which says where to send the browser and what to keep, sealed, until it comes
//! back; it ends with [`finish`](OpenId::finish), which trades the code for an ID token, checks it, and tells who that is.
//! [`refresh`](OpenId::refresh) asks again later, for the groups of now.
//!
//! OpenID Connect Core 1.0. RFC 9700, "Best Current Practice for OAuth 2.0 Security". RFC 9207, "Issuer Identification".

use regent_broker::Claims as ClaimNames;
use regent_wire::secret::SecretAccessKey;

use super::algorithm::Algorithm;
use super::key_set::KeySet;
use super::remembered::Remembered;
use super::token::{Claims, TokenError, Unverified};
use super::web::{Authorization, Web, WebError};

pub(crate) mod discovery;
pub(crate) mod exchange;
mod id_token;
pub(crate) mod identity;
pub(crate) mod logout;
pub(crate) mod start;

#[cfg(test)]
pub(crate) mod provider;
#[cfg(test)]
mod tests;

use discovery::Metadata;

/// Why nobody was signed in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OidcError {
    /// The provider did not answer.
    #[error("the identity provider cannot be asked")]
    Web(#[from] WebError),
    /// The provider's document about itself is not of the issuer it was asked about.
    #[error("the provider calls itself `{0}`; set the issuer to exactly that, if it is right")]
    Issuer(String),
    /// The provider's document lacks something that is needed, or has it where it may not be.
    #[error("the provider's discovery document has no usable `{0}`")]
    Metadata(&'static str),
    /// The answer is not to a sign-in this browser began.
    #[error("the sign-in was not begun in this browser, or is over; begin again")]
    State,
    /// It took too long.
    #[error("the sign-in took too long; begin again")]
    Lapsed,
    /// The provider said no, with OAuth's code.
    #[error("the identity provider refused: `{0}`")]
    Refused(String),
    /// The ID token does not count.
    #[error("the identity provider's token does not count")]
    Token(#[from] TokenError),
    /// The ID token is of another sign-in, or of another person than before.
    #[error("the identity provider's token is of another sign-in")]
    Mismatch(&'static str),
    /// The groups are somewhere else, or not of a form that is known.
    #[error(
        "the groups cannot be read from the claim `{0}`; let the provider put them into the token as a list"
    )]
    Groups(String),
    /// No chance to draw a state from.
    #[error("a sign-in cannot be begun")]
    Unavailable,
}

/// What this server is at a provider.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Client<'a> {
    /// The issuer, exactly as its tokens have it.
    pub(crate) issuer: &'a str,
    /// The id it was given there.
    pub(crate) id: &'a str,
    /// The secret it was given; none for a public client.
    pub(crate) secret: Option<&'a SecretAccessKey>,
    /// What to ask for. `openid` is asked for in any case.
    pub(crate) scopes: &'a [String],
    /// Which claims to read.
    pub(crate) claims: &'a ClaimNames,
    /// Where the provider sends browsers back to, exactly as it is registered there.
    pub(crate) redirect_uri: &'a str,
}

/// A client of OpenID providers, with what they publish about themselves.
#[derive(Debug, Default)]
pub(crate) struct OpenId {
    documents: Remembered<Metadata>,
    key_sets: Remembered<KeySet>,
}

impl OpenId {
    /// The claims of a token that a key of the set at `jwks_uri` signed. A key that is not known may be new: then the set
    /// is fetched again, though not at will.
    pub(crate) async fn verify(
        &self,
        web: &Web,
        jwks_uri: &url::Url,
        (token, now): (&Unverified<'_>, i64),
    ) -> Result<(Claims, Algorithm), OidcError> {
        let fetch = || async { web.get(jwks_uri, Authorization::None).await.map_err(OidcError::from) };
        let keys = self.key_sets.get(jwks_uri.as_str(), now, fetch).await?;
        let verified = match token.verify(&keys) {
            Err(TokenError::UnknownKey) => {
                match self.key_sets.newer((jwks_uri.as_str(), &keys), now, fetch).await {
                    Some(newer) => token.verify(&newer),
                    None => Err(TokenError::UnknownKey),
                }
            }
            other => other,
        };
        Ok(verified?)
    }
}
