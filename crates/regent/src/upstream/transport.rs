//! The two ways to an upstream: over the wire, or into this very process.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt as _;
use url::Url;
use zeroize::Zeroizing;

use super::client::{Client, Reply, TransportError};
use crate::server::Server;

/// How requests get to an upstream.
#[derive(Debug, Clone)]
pub(crate) enum Transport {
    /// Over HTTP.
    Http(Client),
    /// To Regent itself, the whole way of a request with its signature, its decision and its record, without a socket.
    InProcess {
        /// Who answers.
        server: Arc<Server>,
        /// Who the request comes from: the address that policies and records see.
        from: SocketAddr,
    },
}

impl Transport {
    /// Sends a request and reads its answer.
    pub(super) async fn send(&self, url: &Url, request: Request<Bytes>) -> Result<Reply, TransportError> {
        match self {
            Self::Http(client) => client.send(url, request).await,
            Self::InProcess { server, from } => {
                let response = Box::pin(server.answer(request, *from)).await;
                let (parts, body) = response.into_parts();
                let Ok(body) = body.collect().await;
                let body = Zeroizing::new(body.to_bytes().to_vec());
                Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, body })
            }
        }
    }
}
