//! Credentials of the host that Regent runs on: from the environment, a container's endpoint, or the instance's metadata.
//!
//! Only where a setting permits it: who may use these is whoever the host trusts, which an administrator of Regent is not
//! asked about. Sources are looked for in the order in which AWS's SDKs do; the first that is configured is the one, and
//! when it fails no other stands in for it.
//!
//! AWS: AWS SDKs and Tools reference guide, "Container credential provider", "IMDS credential provider".

use std::path::PathBuf;

use jiff::Timestamp;
use regent_wire::secret::{Secret, SecretAccessKey};
use serde::Deserialize;

use super::client::{ClientError, Reply, TransportError, shown};
use super::credentials::Credentials;
use super::guard::GuardError;

mod container;
mod instance;

/// What the host's environment says of its credentials. `Debug` tells no secret.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// They stand in the environment.
    Environment(Credentials),
    /// An endpoint gives them out.
    Container {
        /// Where.
        endpoint: Endpoint,
        /// What it wants to see.
        authorization: Option<Authorization>,
    },
    /// The instance's metadata service gives them out.
    Instance {
        /// Where the service is, if not at its usual address.
        endpoint: Option<String>,
    },
}

/// Where a container's credentials are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// A path at the agent's fixed address.
    Relative(String),
    /// A URL.
    Full(String),
}

/// What an endpoint wants to see.
#[derive(Debug, Clone)]
pub(crate) enum Authorization {
    /// This.
    Text(Secret<String>),
    /// What stands in the file at the time.
    File(PathBuf),
}

/// Why the host gives no credentials.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AmbientError {
    /// The environment says half of it.
    #[error("`{0}` is set and `{1}` is not; set both or neither")]
    Half(&'static str, &'static str),
    /// The metadata service is switched off, and nothing else is there.
    #[error(
        "the host has no credentials: no variables, no container endpoint, and `AWS_EC2_METADATA_DISABLED` is set"
    )]
    Disabled,
    /// An endpoint is not one that credentials come from.
    #[error(
        "`{0}` is no endpoint for credentials; expected https, or http on this machine or at the agent's address"
    )]
    Endpoint(String),
    /// The token cannot be read, or cannot be sent.
    #[error("the authorization token for the container endpoint cannot be used: {0}")]
    Token(String),
    /// The URL is refused.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// There is no client.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The endpoint did not answer.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The endpoint said no.
    #[error("the endpoint for the host's credentials answers {status}{}", if said.is_empty() { String::new() } else { format!(": {said}") })]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What it said.
        said: String,
    },
    /// The answer holds no credentials.
    #[error("the endpoint's answer holds no credentials: expected {0}")]
    Unreadable(&'static str),
}

impl Source {
    /// Finds the source that the environment names; `variable` is the door to it.
    pub(crate) fn find(variable: impl Fn(&str) -> Option<String>) -> Result<Self, AmbientError> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        match (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY").map(SecretAccessKey::new)) {
            (Some(id), Some(secret)) => return Ok(Self::Environment(in_environment(id, secret, variable))),
            (Some(_), None) => return Err(AmbientError::Half("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")),
            (None, Some(_)) => return Err(AmbientError::Half("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID")),
            (None, None) => {}
        }
        let relative = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").map(Endpoint::Relative);
        let full = || variable("AWS_CONTAINER_CREDENTIALS_FULL_URI").map(Endpoint::Full);
        if let Some(endpoint) = relative.or_else(full) {
            let file = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
            let text = || variable("AWS_CONTAINER_AUTHORIZATION_TOKEN").map(Secret::new);
            let authorization =
                file.map(|path| Authorization::File(path.into())).or_else(|| text().map(Authorization::Text));
            return Ok(Self::Container { endpoint, authorization });
        }
        if variable("AWS_EC2_METADATA_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return Err(AmbientError::Disabled);
        }
        let ipv6 = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
            .filter(|mode| mode.eq_ignore_ascii_case("ipv6"))
            .map(|_| instance::ENDPOINT_V6.to_owned());
        Ok(Self::Instance { endpoint: variable("AWS_EC2_METADATA_SERVICE_ENDPOINT").or(ipv6) })
    }

    /// The credentials, as they are now.
    pub(crate) async fn credentials(&self) -> Result<Credentials, AmbientError> {
        match self {
            Self::Environment(credentials) => Ok(credentials.clone()),
            Self::Container { endpoint, authorization } => {
                container::credentials(endpoint, authorization.as_ref()).await
            }
            Self::Instance { endpoint } => instance::credentials(endpoint.as_deref()).await,
        }
    }
}

fn in_environment(
    access_key_id: String,
    secret: SecretAccessKey,
    variable: impl Fn(&str) -> Option<String>,
) -> Credentials {
    Credentials {
        access_key_id,
        secret,
        session_token: variable("AWS_SESSION_TOKEN").map(Secret::new),
        expires_at: variable("AWS_CREDENTIAL_EXPIRATION").and_then(|at| at.parse().ok()),
    }
}

/// Credentials as both endpoints give them out.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Given {
    code: Option<String>,
    access_key_id: Option<String>,
    secret_access_key: Option<String>,
    token: Option<String>,
    expiration: Option<String>,
}

/// Reads an answer. The metadata service reports a failure with status 200 and a code.
fn read(reply: &Reply) -> Result<Credentials, AmbientError> {
    if reply.status != 200 {
        return Err(AmbientError::Refused { status: reply.status, said: String::new() });
    }
    let given: Given = serde_json::from_slice(&reply.body)
        .map_err(|_| AmbientError::Unreadable("JSON with `AccessKeyId`, `SecretAccessKey`, `Token`"))?;
    let secret = given.secret_access_key.map(SecretAccessKey::new);
    let token = given.token.map(Secret::new);
    if let Some(code) = given.code.filter(|code| code != "Success") {
        return Err(AmbientError::Refused { status: 200, said: shown(&code) });
    }
    Ok(Credentials {
        access_key_id: given.access_key_id.ok_or(AmbientError::Unreadable("`AccessKeyId`"))?,
        secret: secret.ok_or(AmbientError::Unreadable("`SecretAccessKey`"))?,
        session_token: Some(token.ok_or(AmbientError::Unreadable("`Token`"))?),
        expires_at: Some(
            given
                .expiration
                .and_then(|at| at.parse::<Timestamp>().ok())
                .ok_or(AmbientError::Unreadable("`Expiration`"))?,
        ),
    })
}

#[cfg(test)]
mod tests;
