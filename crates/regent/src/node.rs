//! A node at work: its listener, and what it does besides answering.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use regent_store::entity::Seconds;
use tokio::net::TcpListener;

use crate::http::listener::{self, Limits};
use crate::http::tls;
use crate::server::Server;

/// How often a node looks whether a session key is due.
const KEY_CHECK: Duration = Duration::from_hours(1);
/// The longest session there is, and an hour more.
const LONGEST_SESSION_SECS: Seconds = 37 * 3600;

impl Server {
    /// Serves connections until `stop` resolves; then finishes what is in flight and closes the store.
    pub async fn run(
        self: Arc<Self>,
        listener: TcpListener,
        stop: impl Future<Output = ()>,
    ) -> anyhow::Result<()> {
        let config = &self.config;
        let tls = match &config.tls {
            Some((certificate, key)) => Some(tls::acceptor(certificate, key)?),
            None => None,
        };
        let limits = Limits {
            connections: config.connection_limit,
            header_patience: config.client_patience,
            header_bytes: config.header_limit_bytes,
            drain: config.drain,
        };
        let keys = tokio::spawn(Arc::clone(&self).look_after_keys());
        let server = Arc::clone(&self);
        let answer = move |request, peer| Arc::clone(&server).serve(request, peer);
        listener::run(listener, tls, limits, answer, stop).await;
        keys.abort();
        self.store.shutdown().await.context("closing the store")
    }

    async fn look_after_keys(self: Arc<Self>) {
        let mut ticks = tokio::time::interval(KEY_CHECK);
        loop {
            ticks.tick().await;
            if let Err(error) = self.rotate_session_keys(false).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "session keys could not be looked after"
                );
            }
        }
    }

    /// Adds a session key if the newest is old enough, or now if that is asked for; removes those that no living
    /// session can have been sealed with. Returns the numbers added and removed.
    pub(crate) async fn rotate_session_keys(&self, at_once: bool) -> Result<Rotation, crate::StartError> {
        let now = self.clock.now().as_second();
        let snapshot = self.store.picture();
        let keys: Vec<(u32, Seconds)> = snapshot.session_keys().map(|key| (key.id, key.created)).collect();
        let age = Seconds::try_from(self.config.session_key_age.as_secs()).unwrap_or(Seconds::MAX);
        let is_due = keys.last().is_none_or(|(_, created)| now - created >= age);
        let added = if is_due || at_once { Some(self.add_session_key(now).await?) } else { None };
        // A key seals until its successor has settled; what it sealed then lives for a session's length.
        let successors = keys.iter().skip(1).map(|(_, created)| *created);
        let gone: Vec<u32> = keys
            .iter()
            .zip(successors)
            .filter(|(_, successor)| now - successor > LONGEST_SESSION_SECS)
            .map(|((id, _), _)| *id)
            .collect();
        if !gone.is_empty() {
            self.remove_session_keys(gone.clone()).await?;
        }
        if added.is_some() || !gone.is_empty() {
            tracing::info!(key.added = ?added, key.removed = ?gone, "session keys were rotated");
        }
        Ok(Rotation { added, removed: gone })
    }
}

/// What a rotation did, by the keys' numbers.
#[derive(Debug)]
pub(crate) struct Rotation {
    pub(crate) added: Option<u32>,
    pub(crate) removed: Vec<u32>,
}
