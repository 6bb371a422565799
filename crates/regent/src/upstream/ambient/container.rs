//! The endpoint of a container: ECS, Fargate, EKS Pod Identity, or anything that speaks like them.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderValue};
use http::{HeaderMap, Request};
use regent_wire::secret::Secret;
use tokio::io::AsyncReadExt as _;
use url::{Host, Url};

use super::{AmbientError, Authorization, Endpoint, read};
use crate::upstream::client::{Client, Limits, Route, Trust};
use crate::upstream::credentials::Credentials;
use crate::upstream::guard::{AddressKind, Reach};

/// Where the agent of ECS answers to relative paths.
const AGENT: &str = "http://169.254.170.2";
/// Addresses that may be asked without encryption, besides this machine: the agents of ECS and of EKS.
const AGENTS: [&str; 3] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];
const LIMITS: Limits = Limits { time: Duration::from_secs(2), body_bytes: 64 * 1024 };
const ATTEMPTS: u32 = 3;
const MAX_TOKEN_BYTES: u64 = 64 * 1024;

pub(super) async fn credentials(
    endpoint: &Endpoint,
    authorization: Option<&Authorization>,
) -> Result<Credentials, AmbientError> {
    let url = url(endpoint)?;
    let client = Client::with(&route(&url)?, LIMITS)?;
    let mut headers = HeaderMap::new();
    if let Some(authorization) = authorization {
        headers.insert(AUTHORIZATION, header(authorization).await?);
    }
    let mut made = 0;
    loop {
        made += 1;
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = url.as_str().parse().map_err(|_| AmbientError::Endpoint(url.to_string()))?;
        request.headers_mut().clone_from(&headers);
        match client.send(&url, request).await {
            Ok(reply) if reply.status >= 500 && made < ATTEMPTS => {}
            Ok(reply) => return read(&reply),
            Err(_) if made < ATTEMPTS => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn url(endpoint: &Endpoint) -> Result<Url, AmbientError> {
    let (text, given) = match endpoint {
        Endpoint::Relative(path) if path.starts_with('/') => (format!("{AGENT}{path}"), path),
        Endpoint::Relative(path) => return Err(AmbientError::Endpoint(path.clone())),
        Endpoint::Full(url) => (url.clone(), url),
    };
    Url::parse(&text).map_err(|_| AmbientError::Endpoint(given.clone()))
}

/// Encrypted anywhere; plain only where nobody is in between.
fn route(url: &Url) -> Result<Route, AmbientError> {
    let refused = || AmbientError::Endpoint(url.to_string());
    if url.scheme() == "https" {
        return Ok(Route { reach: Reach::Private, trust: Trust::System, proxy: None });
    }
    let address = match url.host().ok_or_else(refused)? {
        Host::Domain("localhost") => None,
        Host::Domain(_) => return Err(refused()),
        Host::Ipv4(address) => Some(IpAddr::from(address)),
        Host::Ipv6(address) => Some(IpAddr::from(address)),
    };
    let is_agent = |address: &IpAddr| AGENTS.iter().any(|agent| agent.parse() == Ok(*address));
    let reach = match address {
        None => Reach::Loopback,
        Some(address) if AddressKind::of(address) == AddressKind::Loopback => Reach::Loopback,
        Some(address) if is_agent(&address) => Reach::Only(vec![address]),
        Some(_) => return Err(refused()),
    };
    Ok(Route { reach, trust: Trust::Nobody, proxy: None })
}

async fn header(authorization: &Authorization) -> Result<HeaderValue, AmbientError> {
    let text = match authorization {
        Authorization::Text(text) => text.clone(),
        Authorization::File(path) => file(path).await?,
    };
    // A line break would begin another header.
    let mut value = HeaderValue::from_str(text.reveal())
        .map_err(|_| AmbientError::Token("expected one line of plain text".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Reads the token anew each time: whoever writes it replaces it now and then.
async fn file(path: &Path) -> Result<Secret<String>, AmbientError> {
    let failed = |error: std::io::Error| AmbientError::Token(format!("`{}`: {error}", path.display()));
    let file = tokio::fs::File::open(path).await.map_err(failed)?;
    let mut text = String::new();
    let read = file.take(MAX_TOKEN_BYTES + 1).read_to_string(&mut text).await.map_err(failed)?;
    let text = Secret::new(text);
    if u64::try_from(read).is_ok_and(|read| read > MAX_TOKEN_BYTES) {
        return Err(AmbientError::Token(format!("`{}` is larger than 64 KiB", path.display())));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_endpoints_are_on_this_machine_or_at_the_agents() {
        let full = |text: &str| Endpoint::Full(text.to_owned());
        let relative = |text: &str| Endpoint::Relative(text.to_owned());
        let only = |address: &str| Some(Reach::Only(vec![address.parse().unwrap()]));
        for (endpoint, expected) in [
            (relative("/v2/credentials/id"), only("169.254.170.2")),
            (relative("v2"), None),
            (relative("@evil.example/"), None),
            (relative("//evil.example/"), only("169.254.170.2")),
            (full("http://169.254.170.2/a"), only("169.254.170.2")),
            (full("http://169.254.170.23/v1/credentials"), only("169.254.170.23")),
            (full("http://[fd00:ec2::23]/v1/credentials"), only("fd00:ec2::23")),
            (full("http://localhost:8080/x"), Some(Reach::Loopback)),
            (full("http://127.0.0.7/x"), Some(Reach::Loopback)),
            (full("http://[::1]/x"), Some(Reach::Loopback)),
            (full("https://credentials.example/x"), Some(Reach::Private)),
            (full("http://credentials.example/x"), None),
            (full("http://localhost.evil.example/x"), None),
            (full("http://169.254.169.254/x"), None),
            (full("http://10.0.0.1/x"), None),
            (full("file:///etc/passwd"), None),
            (full("not a url"), None),
        ] {
            let found = url(&endpoint).and_then(|url| route(&url)).map(|route| route.reach).ok();
            assert_eq!(found, expected, "{endpoint:?}");
        }
    }
}
