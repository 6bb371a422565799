//! The task that looks at the head and fetches what other nodes wrote.
//!
//! Looking often is what guarantees that changes arrive. Where the database can send
//! notifications, they only make the next look come sooner; nothing depends on them.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::sleep;

use crate::catch_up::{catch_up, load};
use crate::error::StoreError;
use crate::link::{Link, SharedLink, limited};
use crate::log::{self, Head};
use crate::options::{Options, ticks};
use crate::picture::Picture;
use crate::snapshot::{Published, Snapshot};
use crate::sql::{Database, SqlError, Value};

/// How long one look at the head may take.
const LOOK_LIMIT: Duration = Duration::from_secs(5);
/// How long fetching may take: perhaps everything, perhaps from far away.
const FETCH_LIMIT: Duration = Duration::from_mins(5);
/// How long to wait before trying again to listen for notifications.
const LISTEN_PAUSE: Duration = Duration::from_mins(1);
const CHANNEL: &str = "regent_change";

/// Where the next snapshot comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// From the one before and the log.
    Log,
    /// From all records, because the one before is not to be trusted.
    Records,
}

/// See the [module](self).
pub(crate) struct Follower<P> {
    pub(crate) published: Arc<Published<P>>,
    pub(crate) link: SharedLink,
    pub(crate) options: Options,
    /// Tells that this node has committed something, so that the others can be told.
    pub(crate) committed: Arc<Notify>,
    /// This node's name on the notification channel: its own voice is not news.
    pub(crate) node: Arc<str>,
}

impl<P: Picture> Follower<P> {
    /// Works until the other end of `stop` is gone.
    pub(crate) async fn run(self, mut stop: watch::Receiver<()>) {
        let mut ticks = ticks(self.options.poll_interval);
        let (mut is_failing, mut is_heard) = (false, true);
        loop {
            tokio::select! {
                _ = stop.changed() => return,
                () = self.committed.notified(), if is_heard => {
                    is_heard = self.tell().await;
                    continue;
                }
                _ = ticks.tick() => {}
                () = self.published.look.notified() => {}
            }
            is_failing = match self.look().await {
                Ok(()) => {
                    if is_failing {
                        tracing::info!("the log can be followed again");
                    }
                    false
                }
                Err(error) => {
                    if !is_failing {
                        tracing::warn!(error = &error as &dyn Error, "the log cannot be followed");
                    }
                    true
                }
            };
        }
    }

    /// Asks for the head and fetches what is new.
    async fn look(&self) -> Result<(), StoreError> {
        let asked_us = self.options.clock.now_us();
        let head = self.head().await?;
        if head != self.published.load().head() {
            refresh(&self.published, &self.link, Source::Log).await?;
        }
        self.published.confirm(asked_us);
        Ok(())
    }

    async fn head(&self) -> Result<Head, StoreError> {
        let mut link = self.link.lock().await;
        let head = limited(LOOK_LIMIT, read_head(&mut link)).await;
        if head.is_err() {
            link.abandon().await;
        }
        head
    }

    /// Says on the notification channel that there is something to read; whether that is of any use.
    async fn tell(&self) -> bool {
        let mut link = self.link.lock().await;
        let Some(statement) = link.dialect().notify() else { return false };
        let values = vec![Value::from(CHANNEL), Value::from(&self.node)];
        let said = async {
            let connection = link.open().await?;
            Ok(connection.execute(statement, values).await.map(drop)?)
        };
        let Err(error) = limited(LOOK_LIMIT, said).await else { return true };
        tracing::debug!(error = &error as &dyn Error, "other nodes were not notified");
        link.abandon().await;
        error.is_transient()
    }
}

async fn read_head(link: &mut Link) -> Result<Head, StoreError> {
    log::head(link.open().await?).await
}

/// Replaces the snapshot with the newest one there is.
pub(crate) async fn refresh<P: Picture>(
    published: &Published<P>,
    link: &SharedLink,
    source: Source,
) -> Result<(), StoreError> {
    let mut link = link.lock().await;
    let base = published.load();
    match limited(FETCH_LIMIT, fetch(&mut link, &base, source)).await {
        Ok(next) => {
            published.publish(&base, &next);
            Ok(())
        }
        Err(error) => {
            link.abandon().await;
            Err(error)
        }
    }
}

/// The newest snapshot there is, starting from one that may be empty.
pub(crate) async fn fetch<P: Picture>(
    link: &mut Link,
    base: &Arc<Snapshot<P>>,
    source: Source,
) -> Result<Arc<Snapshot<P>>, StoreError> {
    let begin = link.dialect().begin_read();
    let connection = link.open().await?;
    connection.run(begin).await?;
    let head = log::head(connection).await?;
    let snapshot = match source {
        Source::Log => catch_up(connection, base, head).await?,
        Source::Records => load(connection, head).await?,
    };
    connection.run("ROLLBACK").await?;
    Ok(snapshot)
}

/// Wakes the follower when another node says that it has written. Works until the other end of
/// `stop` is gone, or for a moment only where the database has no notifications.
pub(crate) async fn listen<P: Picture>(
    database: Arc<Database>,
    published: Arc<Published<P>>,
    node: Arc<str>,
    mut stop: watch::Receiver<()>,
) {
    loop {
        let listened = tokio::select! {
            _ = stop.changed() => return,
            listened = hear(&database, &published, &node) => listened,
        };
        match listened {
            Ok(()) => return,
            Err(error) => tracing::debug!(error = &error as &dyn Error, "no notifications; polling only"),
        }
        tokio::select! {
            _ = stop.changed() => return,
            () = sleep(LISTEN_PAUSE) => {}
        }
    }
}

async fn hear<P: Picture>(database: &Database, published: &Published<P>, node: &str) -> Result<(), SqlError> {
    let Some(mut listener) = database.listen(CHANNEL).await? else { return Ok(()) };
    loop {
        if listener.hear().await? != node {
            published.look.notify_one();
        }
    }
}
