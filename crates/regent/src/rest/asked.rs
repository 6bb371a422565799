//! What is known of a request before anybody is.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::HOST;
use http::request::Parts;
use jiff::Timestamp;
use regent_store::Snapshot;
use regent_store::directory::{Broker, Directory};

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
    /// Its id.
    pub(crate) request_id: Box<str>,
}

impl Asked {
    pub(crate) fn new(server: &Arc<Server>, peer: &Peer, request_id: &str) -> Self {
        Self {
            server: Arc::clone(server),
            now: server.clock.now(),
            source_ip: Arc::clone(&peer.source_ip),
            is_secure: peer.is_secure,
            request_id: request_id.into(),
        }
    }

    /// Everything there is, unless this node has not been able to look for too long.
    pub(crate) fn directory(&self) -> Result<Arc<Snapshot<Directory>>, Problem> {
        Ok(self.server.store.current(self.now.as_microsecond())?)
    }

    /// Where this server is, as the client has asked for it.
    pub(crate) fn own_url(&self, broker: &Broker, headers: &HeaderMap) -> String {
        if let Some(url) = broker.settings().external_url {
            return url.trim_end_matches('/').to_owned();
        }
        let scheme = if self.is_secure { "https" } else { "http" };
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        format!("{scheme}://{}", host.unwrap_or("localhost"))
    }

    /// When it came, in seconds.
    pub(crate) fn seconds(&self) -> i64 {
        self.now.as_second()
    }
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::internal("a request without a server"))
    }
}
