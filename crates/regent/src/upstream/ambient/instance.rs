//! The instance's metadata service, version 2 only: version 1 gives credentials to whoever can make the host fetch a URL.

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::HeaderValue;
use http::{Method, Request};
use regent_wire::secret::Secret;
use url::{Host, Url};

use super::{AmbientError, read};
use crate::upstream::client::{Client, Limits, Reply, Route, Trust};
use crate::upstream::credentials::Credentials;
use crate::upstream::guard::Reach;

const ENDPOINT: &str = "http://169.254.169.254";
pub(super) const ENDPOINT_V6: &str = "http://[fd00:ec2::254]";
const LIMITS: Limits = Limits { time: Duration::from_secs(2), body_bytes: 64 * 1024 };
const ROLES: &str = "latest/meta-data/iam/security-credentials/";
/// The token is for one look; an hour would do as well as six.
const TTL_SECS: &str = "60";

pub(super) async fn credentials(endpoint: Option<&str>) -> Result<Credentials, AmbientError> {
    let given = endpoint.unwrap_or(ENDPOINT);
    let refused = || AmbientError::Endpoint(given.to_owned());
    let mut base = Url::parse(given).map_err(|_| refused())?;
    if !base.path().ends_with('/') {
        base.set_path(&format!("{}/", base.path()));
    }
    let reach = match base.host() {
        Some(Host::Domain("localhost")) => Reach::Loopback,
        Some(Host::Ipv4(address)) => Reach::Only(vec![IpAddr::from(address)]),
        Some(Host::Ipv6(address)) => Reach::Only(vec![IpAddr::from(address)]),
        Some(Host::Domain(_)) | None => return Err(refused()),
    };
    let client = Client::with(&Route { reach, trust: Trust::Nobody, proxy: None }, LIMITS)?;
    let service = Service { client, base };
    let token = service.token().await?;
    let role = service.get(ROLES, &token).await?;
    let role = role_name(&role)?;
    read(&service.get(&format!("{ROLES}{role}"), &token).await?)
}

struct Service {
    client: Client,
    base: Url,
}

impl Service {
    async fn token(&self) -> Result<Secret<String>, AmbientError> {
        let ttl = ("x-aws-ec2-metadata-token-ttl-seconds", HeaderValue::from_static(TTL_SECS));
        let reply = self.ask(Method::PUT, "latest/api/token", ttl).await?;
        Ok(Secret::new(text(&reply)?.trim_ascii().to_owned()))
    }

    async fn get(&self, path: &str, token: &Secret<String>) -> Result<Reply, AmbientError> {
        let mut value = HeaderValue::from_str(token.reveal())
            .map_err(|_| AmbientError::Unreadable("a token that can stand in a header"))?;
        value.set_sensitive(true);
        self.ask(Method::GET, path, ("x-aws-ec2-metadata-token", value)).await
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        (name, value): (&'static str, HeaderValue),
    ) -> Result<Reply, AmbientError> {
        let refused = || AmbientError::Endpoint(self.base.to_string());
        let url = self.base.join(path).map_err(|_| refused())?;
        let request = Request::builder().method(method).uri(url.as_str()).header(name, value);
        let reply = self.client.send(&url, request.body(Bytes::new()).map_err(|_| refused())?).await?;
        if reply.status == 200 {
            Ok(reply)
        } else {
            Err(AmbientError::Refused { status: reply.status, said: String::new() })
        }
    }
}

fn text(reply: &Reply) -> Result<&str, AmbientError> {
    std::str::from_utf8(&reply.body).map_err(|_| AmbientError::Unreadable("text"))
}

/// The name of the instance's one role. It becomes part of a path, so it must look like a name.
fn role_name(reply: &Reply) -> Result<&str, AmbientError> {
    let name = text(reply)?.lines().next().unwrap_or_default().trim_ascii();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    let is_name = (1..=64).contains(&name.len()) && name.chars().all(is_plain) && name != "." && name != "..";
    is_name.then_some(name).ok_or(AmbientError::Unreadable("the name of a role"))
}
