//! The handle everybody holds.

use std::error::Error;
use std::fmt;
use std::fs::OpenOptions;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;

use crate::archive::{self, Archived, Forgotten, Page, Range};
use crate::command::{Command, command};
use crate::committer::Committer;
use crate::draft::Draft;
use crate::error::StoreError;
use crate::facts::{self, Facts, Keeper};
use crate::follower::{self, Follower, Source};
use crate::link::{Lifetime, Link, SharedLink};
use crate::location::Location;
use crate::log::{self, Head};
use crate::migrate::migrate;
use crate::options::Options;
use crate::picture::Picture;
use crate::seq::Seq;
use crate::snapshot::{Freshness, Published, Snapshot};
use crate::sql::Database;
use crate::trim::{self, Trimmed};

/// Every entity, in memory to read, in a database to keep.
///
/// Clones are one store. Reads never touch the database; writes go through one committer. When the
/// last clone is dropped the background tasks end by themselves, but only [`shutdown`] waits for
/// them, writes the last facts and leaves SQLite's file in one piece.
///
/// [`shutdown`]: Store::shutdown
pub struct Store<P: Picture> {
    inner: Arc<Inner<P>>,
}

type Queue<P> = mpsc::Sender<Box<dyn Command<P>>>;

struct Inner<P: Picture> {
    published: Arc<Published<P>>,
    /// Gone once the store is closed.
    queue: ArcSwapOption<Queue<P>>,
    facts: Facts,
    options: Options,
    links: Links,
    tasks: Mutex<Option<Tasks>>,
}

/// One way to the database for each kind of work.
struct Links {
    writer: SharedLink,
    reader: SharedLink,
    chores: SharedLink,
    /// For reading the archive, so that nobody's long search keeps the follower from the log.
    archive: SharedLink,
}

struct Tasks {
    committer: JoinHandle<()>,
    others: Vec<JoinHandle<()>>,
    /// Dropping it tells the others to end.
    stop: watch::Sender<()>,
}

impl Links {
    fn new(database: &Arc<Database>, lifetime: Lifetime) -> Self {
        let link = || Arc::new(tokio::sync::Mutex::new(Link::new(Arc::clone(database), lifetime)));
        let writer = link();
        let another = || match lifetime {
            Lifetime::Lasting => link(),
            Lifetime::WithConnection => Arc::clone(&writer),
        };
        let (reader, archive) = (another(), another());
        let chores = if database.dialect().has_one_writer() { Arc::clone(&writer) } else { link() };
        Self { writer, reader, chores, archive }
    }
}

impl<P: Picture> Store<P> {
    /// Opens the database, brings its tables up to date, reads everything, and starts to follow it.
    ///
    /// Needs a tokio runtime with time; the background tasks run on it.
    pub async fn open(location: &Location, options: Options) -> Result<Self, StoreError> {
        let (database, lifetime) = match location {
            Location::Memory => (Database::memory(), Lifetime::WithConnection),
            Location::File(path) => {
                make_private(path)?;
                (Database::file(path), Lifetime::Lasting)
            }
            Location::Postgres(url) => (Database::postgres(url)?, Lifetime::Lasting),
        };
        let database = Arc::new(database);
        let links = Links::new(&database, lifetime);
        let facts = Facts::new(options.clock.clone());
        let asked_us = options.clock.now_us();
        let first = {
            let mut link = links.writer.lock().await;
            migrate(&mut link, &options).await?;
            let nothing = Snapshot::new(P::default(), Head::default());
            let first = follower::fetch(&mut link, &nothing, Source::Records).await?;
            facts::load(link.open().await?, &facts).await?;
            first
        };
        tracing::info!(seq = %first.seq(), "the store is open");
        let published = Arc::new(Published::new(first, asked_us));
        let (queue, tasks) = start(&database, &links, &published, &facts, &options);
        let queue = ArcSwapOption::from_pointee(queue);
        let tasks = Mutex::new(Some(tasks));
        Ok(Self { inner: Arc::new(Inner { published, queue, facts, options, links, tasks }) })
    }

    /// Runs a command and writes what it changes; answers when that is durable and
    /// [`picture`](Store::picture) shows it.
    ///
    /// The command runs on the committer's task, between all others, on the newest state there
    /// is. So it must be quick and must not wait; what it needs from outside, it captures. It may
    /// be run several times, each time on a fresh draft, so it must come to its result from the
    /// draft alone. If it returns an error, nothing of it is written.
    ///
    /// A caller that stops waiting does not undo a command that has begun.
    ///
    /// # Panics
    ///
    /// If the command does. Nothing of it is written.
    pub async fn write<T, E>(
        &self,
        work: impl Fn(&mut Draft<P>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let Some(queue) = self.inner.queue.load_full() else { return Err(StoreError::Closed.into()) };
        let (command, answer) = command(work);
        if queue.send(command).await.is_err() {
            return Err(StoreError::Closed.into());
        }
        answer.wait().await
    }

    /// The newest snapshot this node has, however old.
    ///
    /// Decide about access with [`current`](Store::current).
    pub fn picture(&self) -> Arc<Snapshot<P>> {
        self.inner.published.load()
    }

    /// The newest snapshot, unless the log could not be confirmed for too long.
    pub fn current(&self, now_us: i64) -> Result<Arc<Snapshot<P>>, StoreError> {
        let freshness = self.freshness(now_us);
        if freshness.is_stale() {
            return Err(StoreError::Stale { age: freshness.age });
        }
        Ok(self.picture())
    }

    /// For how long this node has not been able to make sure that it has seen everything.
    pub fn freshness(&self, now_us: i64) -> Freshness {
        self.inner.published.freshness(now_us, self.inner.options.staleness_bound)
    }

    /// Waits until this node shows a command that another node may have written.
    pub async fn wait_for(&self, seq: Seq, limit: Duration) -> Result<Arc<Snapshot<P>>, StoreError> {
        self.inner.published.wait_for(seq, limit).await
    }

    /// Forgets old changes, up to this command and with it, but never the newest.
    ///
    /// One call removes a bounded number; ask again while [`Trimmed::is_done`] says no. A node that
    /// was away for longer than the log reaches back reads all records instead.
    pub async fn trim(&self, up_to: Seq) -> Result<Trimmed, StoreError> {
        let link = Arc::clone(&self.inner.links.chores);
        let head = self.picture().seq();
        apart(async move { trim::trim(&link, head, up_to).await }).await
    }

    /// What the log last says of a deployment's record, in its stored form: none if the log does not reach back that far,
    /// or says that it was removed. This asks the database.
    pub async fn logged(&self, kind: &str, key: &str) -> Result<Option<Box<str>>, StoreError> {
        if self.inner.queue.load().is_none() {
            return Err(StoreError::Closed); // or else the connection would be made anew
        }
        let link = Arc::clone(&self.inner.links.archive);
        let (kind, key) = (kind.to_owned(), key.to_owned());
        apart(async move { log::newest(&link, &kind, &key).await }).await
    }

    /// The first rows of a range of the archive: at most so many, at most 1,000, at most about 4 MiB.
    ///
    /// This asks the database. What was archived by a write that was answered is among them, on whichever node.
    pub async fn archived(&self, kind: &str, range: &Range<'_>, limit: usize) -> Result<Page, StoreError> {
        let limit = limit.clamp(1, archive::MAX_PAGE_ROWS);
        self.search(archive::Query::page(kind, range, limit), limit).await
    }

    /// One row of the archive. This asks the database.
    pub async fn archived_row(&self, kind: &str, key: &str) -> Result<Option<Archived>, StoreError> {
        Ok(self.search(archive::Query::row(kind, key), 1).await?.rows.pop())
    }

    async fn search(&self, query: archive::Query, limit: usize) -> Result<Page, StoreError> {
        if self.inner.queue.load().is_none() {
            return Err(StoreError::Closed); // or else the connection would be made anew
        }
        let link = Arc::clone(&self.inner.links.archive);
        apart(async move { archive::page(&link, query, limit).await }).await
    }

    /// Removes the rows of a kind from the archive whose keys are lower than this one, lowest first, at most so many.
    ///
    /// One call removes at most 100,000; ask again while [`Forgotten::is_done`] says no.
    pub async fn forget_archived(
        &self,
        kind: &str,
        before: &str,
        limit: u64,
    ) -> Result<Forgotten, StoreError> {
        let link = Arc::clone(&self.inner.links.chores);
        let (kind, before) = (kind.to_owned(), before.to_owned());
        apart(async move { archive::forget(&link, &kind, &before, limit).await }).await
    }

    /// What was last seen of things, past the log.
    pub fn facts(&self) -> &Facts {
        &self.inner.facts
    }

    /// Ends in good order: commands that wait are still written, then the last facts.
    ///
    /// Later writes answer [`StoreError::Closed`]; the picture can still be read. It takes as long as
    /// the database does, so give it a limit of its own where a database may hang.
    pub async fn shutdown(&self) -> Result<(), StoreError> {
        self.inner.queue.store(None);
        let tasks = self.inner.tasks.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Tasks { committer, others, stop }) = tasks else { return Ok(()) };
        ended(committer).await;
        drop(stop);
        for task in others {
            ended(task).await;
        }
        let Links { writer, reader, chores, archive } = &self.inner.links;
        for link in [archive, reader, chores, writer] {
            link.lock().await.close().await?; // the second time there is nothing left to close
        }
        tracing::info!(seq = %self.picture().seq(), "the store is closed");
        Ok(())
    }
}

/// Makes the file for its owner alone, if it is not there. SQLite gives the files beside it the
/// same rights.
fn make_private(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|error| StoreError::Database(Arc::new(error)))
}

/// Does it on a task of its own, so that a caller that goes away leaves nothing open on the connection.
async fn apart<T: Send + 'static>(
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::spawn(work).await.map_err(|error| StoreError::Database(Arc::new(error)))?
}

async fn ended(task: JoinHandle<()>) {
    if let Err(error) = task.await {
        tracing::error!(error = &error as &dyn Error, "a task of the store has failed");
    }
}

fn start<P: Picture>(
    database: &Arc<Database>,
    links: &Links,
    published: &Arc<Published<P>>,
    facts: &Facts,
    options: &Options,
) -> (Queue<P>, Tasks) {
    let (queue, commands) = mpsc::channel(options.queue_commands.max(1));
    let (stop, stopped) = watch::channel(());
    let committed = Arc::new(Notify::new());
    let node: Arc<str> = options.entropy.number().to_string().into();
    let committer = Committer {
        published: Arc::clone(published),
        link: Arc::clone(&links.writer),
        options: options.clone(),
        committed: Arc::clone(&committed),
    };
    let follower = Follower {
        published: Arc::clone(published),
        link: Arc::clone(&links.reader),
        options: options.clone(),
        committed,
        node: Arc::clone(&node),
    };
    let keeper = Keeper {
        facts: facts.clone(),
        writer: Arc::clone(&links.chores),
        reader: Arc::clone(&links.reader),
        options: options.clone(),
    };
    let mut others =
        vec![tokio::spawn(follower.run(stopped.clone())), tokio::spawn(keeper.run(stopped.clone()))];
    if options.is_listening {
        let published = Arc::clone(published);
        others.push(tokio::spawn(follower::listen(Arc::clone(database), published, node, stopped)));
    }
    (queue, Tasks { committer: tokio::spawn(committer.run(commands)), others, stop })
}

impl<P: Picture> Clone for Store<P> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<P: Picture> fmt::Debug for Store<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("seq", &self.picture().seq()).finish_non_exhaustive()
    }
}
