//! A node at work: its listener, and what it does besides answering.

use std::future::Future;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use regent_store::entity::Seconds;
use regent_store::{Seq, StoreError};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::{Interval, MissedTickBehavior};

use crate::broker::journal::copy::Copy;
use crate::http::listener::{self, Limits};
use crate::http::tls;
use crate::server::Server;

/// How often a node looks whether a key is due, or a record of no more use.
const KEY_CHECK: Duration = Duration::from_hours(1);
/// The longest session there is, and an hour more.
const LONGEST_SESSION_SECS: Seconds = 37 * 3600;

/// Ticks now and every hour. A tick that comes late puts the next ones off: a host that has slept does not make up for
/// what it missed, all at once, and what was there a tick ago was there an hour ago.
fn hourly() -> Interval {
    let mut ticks = tokio::time::interval(KEY_CHECK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

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
        let mut chores = JoinSet::new();
        if let Some(path) = &config.audit_chain_file {
            match Copy::open(path) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    chores.spawn(Arc::clone(&self).take_over_copy(path.clone()));
                }
                opened => {
                    let copy = opened.with_context(|| {
                        format!("cannot open the copy of the audit chain at `{}`", path.display())
                    })?;
                    chores.spawn(Arc::clone(&self).keep_copying(copy));
                }
            }
        }
        chores.spawn(Arc::clone(&self).look_after_keys());
        chores.spawn(Arc::clone(&self).look_after_records());
        chores.spawn(Arc::clone(&self).look_after_accounts());
        let server = Arc::clone(&self);
        let answer = move |request, peer| Arc::clone(&server).serve(request, peer);
        listener::run(listener, tls, limits, answer, stop).await;
        chores.shutdown().await;
        self.store.shutdown().await.context("closing the store")
    }

    async fn look_after_keys(self: Arc<Self>) {
        let mut ticks = hourly();
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

    /// Removes what is kept for a time only.
    async fn look_after_records(self: Arc<Self>) {
        let mut ticks = hourly();
        let mut seen = None;
        loop {
            ticks.tick().await;
            // What was in the log an hour ago, every node that is there has seen since.
            if let Some(seen) = seen.replace(self.store.picture().seq())
                && let Err(error) = self.trim_log(seen).await
            {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "old changes could not be removed from the log"
                );
            }
            if let Err(error) = self.prune_revocations().await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "revocations of sessions that are over could not be removed"
                );
            }
            let Some(age) = self.config.audit_chain_age else { continue };
            if let Err(error) = self.forget_records(age).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "old events and records of sessions could not be removed"
                );
            }
        }
    }

    /// Rotates what is due.
    async fn look_after_accounts(self: Arc<Self>) {
        let mut ticks = hourly();
        loop {
            ticks.tick().await;
            self.rotate_due_keys().await;
        }
    }

    /// Removes the changes of the log up to this one: what they hold was replaced or deleted since, and is nobody's to keep.
    pub(crate) async fn trim_log(&self, seen: Seq) -> Result<u64, StoreError> {
        let mut changes = 0;
        loop {
            let step = self.store.trim(seen).await?;
            changes += step.changes;
            if step.is_done {
                return Ok(changes);
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

#[cfg(test)]
pub(crate) mod tests {
    use std::net::SocketAddr;

    use bytes::Bytes;
    use http_body_util::BodyExt as _;
    use regent_wire::secret::SecretAccessKey;
    use regent_wire::sigv4::{Body, Signer};

    use super::*;
    use crate::clock::Clock;
    use crate::config::{Config, Settings};

    pub(crate) const ROOT: &str = "AKIAROOTROOTROOTROOT";
    pub(crate) const IDENTITY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

    /// Access key, secret, and token of a session.
    pub(crate) type Keys = (String, String, Option<String>);

    pub(crate) async fn ask(server: &Arc<Server>, keys: &Keys, form: &str) -> (u16, String) {
        let request = http::Request::post("http://localhost/")
            .header("host", "localhost")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(form.to_owned()))
            .unwrap();
        let (mut parts, body) = request.into_parts();
        let secret = SecretAccessKey::new(keys.1.clone());
        let mut signer = Signer::new(&keys.0, &secret, "us-east-1", "sts");
        signer.session_token = keys.2.as_deref();
        signer.sign(&mut parts, Body::Bytes(&body), server.clock.now().as_second()).unwrap();
        let peer = SocketAddr::from(([127, 0, 0, 1], 40_000));
        let answer = server.answer(http::Request::from_parts(parts, body), peer).await;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    /// A session of an hour.
    pub(crate) async fn open(server: &Arc<Server>, root: &Keys) -> Keys {
        let (_, body) = ask(server, root, "Action=GetSessionToken&Version=2011-06-15").await;
        let text = |element: &str| {
            let (_, rest) = body.split_once(&format!("<{element}>")).unwrap();
            rest.split_once('<').unwrap().0.to_owned()
        };
        (text("AccessKeyId"), text("SecretAccessKey"), Some(text("SessionToken")))
    }

    #[tokio::test]
    async fn chores_that_were_missed_are_not_made_up_for() {
        assert_eq!(hourly().missed_tick_behavior(), MissedTickBehavior::Delay);
    }

    #[tokio::test]
    async fn a_session_goes_on_when_session_keys_are_rotated() {
        let settings = Settings {
            ephemeral: Some(true),
            root_access_key_id: Some(ROOT.to_owned()),
            root_secret_access_key: Some("s".repeat(40)),
            max_staleness_secs: Some(u64::from(u32::MAX)),
            ..Settings::default()
        };
        let config = Config::resolve(settings, Settings::default()).unwrap();
        let clock = Clock::manual("2026-11-21T12:00:00Z".parse().unwrap());
        let server = Server::start(config, clock.clone()).await.unwrap().server;
        let root: Keys = (ROOT.to_owned(), "s".repeat(40), None);
        let before = open(&server, &root).await;
        let rotation = server.rotate_session_keys(true).await.unwrap();
        assert_eq!((rotation.added, rotation.removed), (Some(2), vec![]));
        clock.advance(120);
        let after = open(&server, &root).await;
        for session in [&before, &after] {
            assert_eq!(ask(&server, session, IDENTITY).await.0, 200);
        }
        // Once no session under it can be alive, the old key goes; it is the new one that sealed the second.
        clock.advance(LONGEST_SESSION_SECS);
        let rotation = server.rotate_session_keys(false).await.unwrap();
        assert_eq!((rotation.added, rotation.removed), (None, vec![1]));
        for (session, code) in [(&before, "InvalidClientTokenId"), (&after, "ExpiredToken")] {
            let (status, body) = ask(&server, session, IDENTITY).await;
            assert!(status == 403 && body.contains(&format!("<Code>{code}</Code>")), "{body}");
        }
    }
}
