//! Signing out at the provider as well.
//!
//! OpenID Connect RP-Initiated Logout 1.0.

use regent_store::entity::Seconds;
use regent_wire::secret::SecretAccessKey;
use url::Url;

use super::{Client, OidcError, OpenId};
use crate::signin::web::Web;

impl OpenId {
    /// Where to send the browser so that the provider ends its session too; none if it has no such place.
    ///
    /// The ID token is in the URL, because the standard puts it there: it is shown to the provider that issued it and
    /// signs nobody in.
    pub(crate) async fn end_session_url(
        &self,
        web: &Web,
        client: Client<'_>,
        (id_token, after): (Option<&SecretAccessKey>, &Url),
        now: Seconds,
    ) -> Result<Option<Url>, OidcError> {
        let metadata = self.metadata(web, client.issuer, now).await?;
        let Some(mut url) = metadata.end_session.clone() else { return Ok(None) };
        let mut query = url.query_pairs_mut();
        query.append_pair("client_id", client.id).append_pair("post_logout_redirect_uri", after.as_str());
        if let Some(id_token) = id_token {
            query.append_pair("id_token_hint", id_token.reveal());
        }
        drop(query);
        Ok(Some(url))
    }
}
