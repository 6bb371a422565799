//! The beginning of a sign-in: where to send the browser, and what to keep until it comes back.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regent_store::entity::Seconds;
use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{Client, OidcError, OpenId};
use crate::entropy;
use crate::signin::web::Web;

/// How long a person may take at the provider.
const PATIENCE_SECS: Seconds = 600;
/// How old a session at the provider may be. It is there less to limit it than to be told when it began: whoever is asked for
/// an age has to say so.
///
/// OpenID Connect Core 1.0, section 3.1.2.1, "Authentication Request".
const MAX_AGE_SECS: &str = "2592000";

/// A sign-in that is under way. It goes to the browser sealed, and comes back with it: nobody else can finish it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pending {
    /// The issuer that was asked, as it was written then.
    pub(super) issuer: String,
    pub(super) state: String,
    pub(super) nonce: String,
    /// What the code's challenge was made from.
    pub(super) verifier: String,
    pub(super) redirect_uri: String,
    pub(super) expires: Seconds,
}

impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pending at {}", self.issuer)
    }
}

impl OpenId {
    /// Where to send the browser, and what to keep, sealed, until it comes back.
    pub(crate) async fn start(
        &self,
        web: &Web,
        client: Client<'_>,
        now: Seconds,
    ) -> Result<(Url, Pending), OidcError> {
        let metadata = self.metadata(web, client.issuer, now).await?;
        let pending = Pending {
            issuer: client.issuer.to_owned(),
            state: random()?,
            nonce: random()?,
            verifier: random()?,
            redirect_uri: client.redirect_uri.to_owned(),
            expires: now.saturating_add(PATIENCE_SECS),
        };
        let mut url = metadata.authorization.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", client.id)
            .append_pair("redirect_uri", client.redirect_uri)
            .append_pair("scope", &scope(client.scopes))
            .append_pair("state", &pending.state)
            .append_pair("nonce", &pending.nonce)
            .append_pair("max_age", MAX_AGE_SECS)
            .append_pair("code_challenge", &code_challenge(&pending.verifier))
            .append_pair("code_challenge_method", "S256");
        Ok((url, pending))
    }
}

/// The scopes as OAuth writes them, with the one that makes it a sign-in.
fn scope(scopes: &[String]) -> String {
    let others = scopes.iter().map(String::as_str).filter(|scope| *scope != "openid");
    std::iter::once("openid").chain(others).collect::<Vec<_>>().join(" ")
}

/// What shows that one knows a verifier without telling it.
///
/// RFC 7636, "Proof Key for Code Exchange", method S256.
pub(crate) fn code_challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
}

/// 256 bits that nobody can guess.
fn random() -> Result<String, OidcError> {
    let bytes = entropy::bytes::<32>().map_err(|_| OidcError::Unavailable)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
