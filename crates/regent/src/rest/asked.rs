//! What is known of a request before anybody is.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::header::HOST;
use http::request::Parts;
use http::uri::Authority;
use jiff::Timestamp;
use regent_broker::Settings;
use regent_store::Snapshot;
use regent_store::directory::{Broker, Directory};
use url::Url;

use super::problem::Problem;
use crate::http::listener::Peer;
use crate::server::Server;

/// The server, the moment, and where the request came from.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The server it came to.
    pub(crate) server: Arc<Server>,
    /// When.
    pub(crate) now: Timestamp,
    /// From where.
    pub(crate) source_ip: Arc<str>,
    /// Whether the connection was encrypted.
    pub(crate) is_secure: bool,
    /// The host and port it was asked by, as a browser calls this server.
    authority: Box<str>,
    /// Its id.
    pub(crate) request_id: Box<str>,
}

impl Asked {
    pub(crate) fn new(server: &Arc<Server>, peer: &Peer, parts: &Parts, request_id: &str) -> Self {
        Self {
            server: Arc::clone(server),
            now: server.clock.now(),
            source_ip: Arc::clone(&peer.source_ip),
            is_secure: peer.is_secure,
            authority: authority(parts).into(),
            request_id: request_id.into(),
        }
    }

    /// Everything there is, unless this node has not been able to look for too long.
    pub(crate) fn directory(&self) -> Result<Arc<Snapshot<Directory>>, Problem> {
        Ok(self.server.store.current(self.now.as_microsecond())?)
    }

    /// The host and port it was asked by; empty if the client names none.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// This server as the client has asked for it, with nothing but `/` behind the host.
    pub(crate) fn origin(&self) -> Option<Url> {
        let scheme = if self.is_secure { "https" } else { "http" };
        let url = Url::parse(&format!("{scheme}://{}/", self.authority)).ok()?;
        let is_plain = url.username().is_empty() && url.password().is_none() && url.path() == "/";
        (is_plain && url.query().is_none() && url.fragment().is_none()).then_some(url)
    }

    /// Where people reach this server, if anybody has said so: in the settings, or else at its start.
    pub(crate) fn external_url(&self, settings: &Settings) -> Option<String> {
        let told = settings.external_url.as_ref().or(self.server.config.external_url.as_ref())?;
        Some(told.trim_end_matches('/').to_owned())
    }

    /// Whether a browser calls this server by this origin: as it was asked for here, or as somebody has said.
    pub(crate) fn is_own_origin(&self, origin: &str, settings: &Settings) -> bool {
        let said = [&settings.external_url, &self.server.config.external_url];
        self.origin().is_some_and(|own| own.origin().ascii_serialization() == origin)
            || said.into_iter().flatten().any(|url| url.trim_end_matches('/') == origin)
    }

    /// Where this server is, as the client has asked for it.
    pub(crate) fn own_url(&self, broker: &Broker) -> String {
        let asked = || self.origin().map(|url| url.origin().ascii_serialization());
        self.external_url(&broker.settings()).or_else(asked).unwrap_or_else(|| "http://localhost".to_owned())
    }

    /// When it came, in seconds.
    pub(crate) fn seconds(&self) -> i64 {
        self.now.as_second()
    }
}

/// The authority of the target, which is all that HTTP/2 has, or else the `Host`.
fn authority(parts: &Parts) -> &str {
    let host = || parts.headers.get(HOST)?.to_str().ok();
    parts.uri.authority().map(Authority::as_str).or_else(host).unwrap_or_default()
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::internal("a request without a server"))
    }
}
