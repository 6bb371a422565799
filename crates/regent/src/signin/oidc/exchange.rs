//! The end of a sign-in: the code is traded for tokens; and later, the groups of now.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use regent_store::entity::Seconds;
use regent_wire::secret::{Secret, SecretAccessKey};
use serde::{Deserialize, Deserializer};
use serde_json::Map;

use super::discovery::{Authentication, Metadata};
use super::id_token::{self, Expected};
use super::identity::{Identity, is_complete};
use super::start::Pending;
use super::{Client, OidcError, OpenId};
use crate::signin::token::{Claims, Unverified};
use crate::signin::web::{Authorization, Web};

const MAX_CODE_BYTES: usize = 4096;

/// What the browser comes back with: the query of the redirect.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Callback {
    /// Which sign-in it is.
    pub(crate) state: Option<String>,
    /// The code that is worth tokens.
    #[serde(default, deserialize_with = "secret")]
    pub(crate) code: Option<SecretAccessKey>,
    /// Who sends it back, if the provider says so.
    pub(crate) iss: Option<String>,
    /// Why there is no code.
    pub(crate) error: Option<String>,
}

/// Who signed in, and what the provider gave.
#[derive(Debug)]
pub(crate) struct SignedIn {
    /// Who that is.
    pub(crate) identity: Identity,
    /// The token itself, by which the provider knows the session at sign-out.
    pub(crate) id_token: Option<SecretAccessKey>,
    /// What fetches the groups anew, if the provider gives one.
    pub(crate) refresh_token: Option<SecretAccessKey>,
}

/// What the token endpoint answers with.
#[derive(Debug, Deserialize)]
struct Tokens {
    #[serde(default, deserialize_with = "secret")]
    access_token: Option<SecretAccessKey>,
    token_type: Option<String>,
    #[serde(default, deserialize_with = "secret")]
    id_token: Option<SecretAccessKey>,
    #[serde(default, deserialize_with = "secret")]
    refresh_token: Option<SecretAccessKey>,
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretAccessKey>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Secret::new))
}

impl OpenId {
    /// Trades what the browser came back with for who that is.
    ///
    /// `pending` is what this very browser was given at the start; it is used up, whatever comes of it.
    pub(crate) async fn finish(
        &self,
        web: &Web,
        client: Client<'_>,
        (pending, callback): (Pending, Callback),
        now: Seconds,
    ) -> Result<SignedIn, OidcError> {
        let metadata = self.metadata(web, client.issuer, now).await?;
        let code = judge(&pending, callback, (client.issuer, metadata.names_itself), now)?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.reveal()),
            ("redirect_uri", &pending.redirect_uri),
            ("code_verifier", &pending.verifier),
        ];
        let tokens = trade(web, client, &metadata, &form).await?;
        let id_token = tokens.id_token.as_ref().ok_or(OidcError::Mismatch("no ID token"))?;
        let expected = Expected {
            issuer: client.issuer,
            client_id: client.id,
            nonce: Some(&pending.nonce),
            access_token: tokens.access_token.as_ref(),
        };
        let claims = self.id_token(web, &metadata, (id_token, expected), now).await?;
        let identity = identity(web, client, &metadata, (claims, &tokens)).await?;
        Ok(SignedIn { identity, id_token: tokens.id_token, refresh_token: tokens.refresh_token })
    }

    /// Asks about a person again, who must still be `subject`. The provider may give another refresh token; if it gives
    /// none, the old one goes on to count.
    pub(crate) async fn refresh(
        &self,
        web: &Web,
        client: Client<'_>,
        (refresh_token, subject): (&SecretAccessKey, &str),
        now: Seconds,
    ) -> Result<SignedIn, OidcError> {
        let metadata = self.metadata(web, client.issuer, now).await?;
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.reveal().as_str())];
        let tokens = trade(web, client, &metadata, &form).await?;
        let claims = match &tokens.id_token {
            Some(id_token) => {
                let expected = Expected {
                    issuer: client.issuer,
                    client_id: client.id,
                    nonce: None,
                    access_token: tokens.access_token.as_ref(),
                };
                self.id_token(web, &metadata, (id_token, expected), now).await?
            }
            // No ID token the second time is allowed; then the provider is asked about the person.
            None => Claims(Map::from_iter([("sub".to_owned(), subject.into())])),
        };
        if claims.text("sub") != Some(subject) {
            return Err(OidcError::Mismatch("another subject"));
        }
        if tokens.id_token.is_none() && metadata.userinfo.is_none() {
            return Err(OidcError::Metadata("userinfo_endpoint"));
        }
        let identity = identity(web, client, &metadata, (claims, &tokens)).await?;
        Ok(SignedIn { identity, id_token: tokens.id_token, refresh_token: tokens.refresh_token })
    }

    async fn id_token(
        &self,
        web: &Web,
        metadata: &Metadata,
        (text, expected): (&SecretAccessKey, Expected<'_>),
        now: Seconds,
    ) -> Result<Claims, OidcError> {
        let token = Unverified::read(text.reveal())?;
        let (claims, algorithm) = self.verify(web, &metadata.jwks, (&token, now)).await?;
        id_token::verify(&claims, algorithm, &expected, now)?;
        Ok(claims)
    }
}

/// Whether the answer is to this sign-in; its code, if the provider gave one.
fn judge(
    pending: &Pending,
    callback: Callback,
    (issuer, names_itself): (&str, bool),
    now: Seconds,
) -> Result<SecretAccessKey, OidcError> {
    let state = callback.state.unwrap_or_default();
    if verify_slices_are_equal(state.as_bytes(), pending.state.as_bytes()).is_err() {
        return Err(OidcError::State);
    }
    if pending.issuer != issuer || now > pending.expires {
        return Err(OidcError::Lapsed);
    }
    // One provider's answer must not be taken for another's.
    let is_theirs = callback.iss.as_deref().map_or(!names_itself, |named| named == issuer);
    if !is_theirs {
        return Err(OidcError::Mismatch("another issuer"));
    }
    if let Some(error) = callback.error {
        let is_code = error.len() <= 64 && error.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        return Err(OidcError::Refused(if is_code { error } else { "unknown".to_owned() }));
    }
    callback.code.filter(|code| (1..=MAX_CODE_BYTES).contains(&code.reveal().len())).ok_or(OidcError::State)
}

async fn trade(
    web: &Web,
    client: Client<'_>,
    metadata: &Metadata,
    form: &[(&str, &str)],
) -> Result<Tokens, OidcError> {
    let mut form = form.to_vec();
    let authorization = match (client.secret, metadata.authentication) {
        (Some(secret), Authentication::Basic) => Authorization::Basic(client.id, secret),
        (Some(secret), Authentication::Post) => {
            form.extend([("client_id", client.id), ("client_secret", secret.reveal())]);
            Authorization::None
        }
        (None, Authentication::Basic | Authentication::Post) => {
            form.push(("client_id", client.id));
            Authorization::None
        }
    };
    let tokens: Tokens = web.post(&metadata.token, &form, authorization).await?;
    let is_bearer = tokens.token_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
    if is_bearer { Ok(tokens) } else { Err(OidcError::Mismatch("another token type")) }
}

/// Reads who that is from the ID token and, for what it does not say, from what the provider tells when asked.
async fn identity(
    web: &Web,
    client: Client<'_>,
    metadata: &Metadata,
    (mut claims, tokens): (Claims, &Tokens),
) -> Result<Identity, OidcError> {
    if let (false, Some(url), Some(token)) =
        (is_complete(&claims, client.claims), &metadata.userinfo, &tokens.access_token)
    {
        let told: Map<String, serde_json::Value> = web.get(url, Authorization::Bearer(token)).await?;
        // Whoever is asked with a token that was swapped tells of somebody else.
        if told.get("sub") != claims.0.get("sub") {
            return Err(OidcError::Mismatch("another subject"));
        }
        for (name, value) in told {
            claims.0.entry(name).or_insert(value);
        }
    }
    Identity::of(&claims, client.claims)
}
