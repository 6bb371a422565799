//! Tokens that a build system or a cluster signs for each of its jobs: a job shows one and needs no secret.
//!
//! An issuer signs for all its customers, so the issuer alone proves nothing: the claims must say whose job it is.

use std::collections::BTreeMap;

use regent_broker::JobToken;
use regent_store::entity::Seconds;
use serde_json::Value;
use url::Url;

use super::oidc::{OidcError, OpenId};
use super::token::{Claims, TokenError, Unverified};
use super::web::{Web, WebError};

/// Why a job is not let in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JobTokenError {
    /// The token does not count.
    #[error("the job's token does not count")]
    Token(#[from] TokenError),
    /// The issuer's keys cannot be had.
    #[error("the issuer's keys cannot be had")]
    Keys(#[source] OidcError),
    /// A claim is not what is asked for.
    #[error("the claim `{0}` of the job's token is not what this system caller asks for")]
    Matcher(String),
    /// Nothing is asked for, and so everybody's jobs would be let in.
    #[error("this system caller asks for no claim of a job's token; name at least one, such as `sub`")]
    Unbound,
}

/// The issuer that a token names: to find which system callers it might be for, and for nothing else.
pub(crate) fn said_issuer(token: &str) -> Option<String> {
    Unverified::read(token).ok()?.said_issuer().map(str::to_owned)
}

impl OpenId {
    /// The claims of a job's token, if its issuer signed it for this audience and for now, and they match.
    pub(crate) async fn job(
        &self,
        web: &Web,
        (token, terms): (&str, &JobToken),
        now: Seconds,
    ) -> Result<Claims, JobTokenError> {
        if terms.matchers.is_empty() || terms.audience.is_empty() {
            return Err(JobTokenError::Unbound);
        }
        let token = Unverified::read(token)?;
        // Before anybody is asked for keys: what says it is of another issuer is not worth the question.
        if token.said_issuer() != Some(&terms.issuer) {
            return Err(TokenError::Issuer.into());
        }
        let keys = match &terms.jwks_url {
            Some(url) => Url::parse(url).map_err(|_| unavailable(WebError::Scheme(url.clone()).into()))?,
            None => self.metadata(web, &terms.issuer, now).await.map_err(unavailable)?.jwks.clone(),
        };
        let (claims, _) = self.verify(web, &keys, (&token, now)).await.map_err(unavailable)?;
        claims.verify(&terms.issuer, &terms.audience, now)?;
        match mismatch(&claims, &terms.matchers) {
            Some(claim) => Err(JobTokenError::Matcher(claim.to_owned())),
            None => Ok(claims),
        }
    }
}

fn unavailable(error: OidcError) -> JobTokenError {
    if let OidcError::Token(error) = error { error.into() } else { JobTokenError::Keys(error) }
}

/// The first claim that is not what is asked for.
fn mismatch<'a>(claims: &Claims, matchers: &'a BTreeMap<String, String>) -> Option<&'a str> {
    let fits =
        |(path, pattern): &(&String, &String)| claims.at(path).is_some_and(|value| is_like(value, pattern));
    matchers.iter().find(|matcher| !fits(matcher)).map(|(path, _)| path.as_str())
}

/// Whether a value, or one of a list, is like the pattern.
fn is_like(value: &Value, pattern: &str) -> bool {
    match value {
        Value::String(text) => is_text_like(text, pattern),
        Value::Number(number) => is_text_like(&number.to_string(), pattern),
        Value::Bool(said) => is_text_like(if *said { "true" } else { "false" }, pattern),
        Value::Array(values) => {
            values.iter().any(|value| value.as_str().is_some_and(|text| is_text_like(text, pattern)))
        }
        Value::Null | Value::Object(_) => false,
    }
}

/// `*` stands for any run of characters, `?` for exactly one, and case counts, as in a policy's `StringLike`.
fn is_text_like(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut in_pattern) = (0, 0);
    // The last star and where its run ends so far: on a mismatch the run grows by one.
    let mut star: Option<(usize, usize)> = None;
    while let Some(letter) = text.get(at) {
        match pattern.get(in_pattern) {
            Some('*') => {
                star = Some((in_pattern, at));
                in_pattern += 1;
            }
            Some(expected) if *expected == '?' || expected == letter => {
                at += 1;
                in_pattern += 1;
            }
            _ => {
                let Some((star_at, run)) = star else { return false };
                star = Some((star_at, run + 1));
                (in_pattern, at) = (star_at + 1, run + 1);
            }
        }
    }
    pattern.iter().skip(in_pattern).all(|letter| *letter == '*')
}
