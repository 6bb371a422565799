//! The one task that writes: commands in, one transaction for all that wait, answers out.
//!
//! ```text
//! queue ─► batch ─► lock the head ─► catch up ─► run commands ─► records, log, head ─► COMMIT
//!                        ▲               (others' writes)  (drafts)                        │
//!                        └── again, if it failed and nothing is in                         ▼
//!                                                           answers ◄── publish the picture
//! ```
//!
//! Commands run inside the transaction, on the newest picture there is, so they are serializable
//! by construction: nothing they have read can change before they are in. A command that says no
//! costs its neighbours nothing; its draft is dropped.
//!
//! INVARIANT: a command is answered after it is durable and after this node's picture shows it.
//! One that failed was not written, unless the answer is [`StoreError::OutcomeUnknown`].

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::archive;
use crate::batch::Batch;
use crate::catch_up::catch_up;
use crate::command::Command;
use crate::error::StoreError;
use crate::follower::{Source, refresh};
use crate::link::{Link, SharedLink, limited};
use crate::log::{self, Head};
use crate::options::Options;
use crate::picture::Picture;
use crate::record;
use crate::snapshot::{Published, Snapshot};
use crate::sql::Connection;

/// How often a transaction is tried.
const ATTEMPTS: u32 = 8;
/// How often we ask whether a commit is in whose answer was lost: about half a minute.
const ATTEMPTS_IN_DOUBT: u32 = 24;
/// How long one attempt may take.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(30);
const FEW_TURNS: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(1500);

/// Commands whose callers wait.
pub(crate) type Waiting<P> = Vec<Box<dyn Command<P>>>;

/// See the [module](self).
pub(crate) struct Committer<P: Picture> {
    pub(crate) published: Arc<Published<P>>,
    pub(crate) link: SharedLink,
    pub(crate) options: Options,
    /// Told after each commit, so that other nodes can be told.
    pub(crate) committed: Arc<Notify>,
}

/// A commit that was asked for and not answered.
#[derive(Debug, Clone, Copy)]
struct Doubt {
    /// The first seq it wrote, if it is in, and its name.
    first: Head,
    /// How many commands it settles.
    commands: usize,
}

/// What is known after some attempts at one transaction.
#[derive(Debug, Default)]
struct Trial {
    attempts: u32,
    /// When the newest attempt began: what it publishes shows everything from before.
    asked_us: i64,
    doubt: Option<Doubt>,
    failure: Option<StoreError>,
}

impl Trial {
    /// Why the commands must not be run again; none as long as they may.
    fn refusal(&self) -> Option<&StoreError> {
        self.failure.as_ref().filter(|failure| self.attempts >= ATTEMPTS || !failure.is_transient())
    }

    /// What to tell the callers, once there is nothing left to try.
    fn verdict(&self) -> Option<StoreError> {
        match self.doubt {
            None => self.refusal().cloned(),
            Some(_) if self.attempts < ATTEMPTS_IN_DOUBT => None,
            Some(_) => Some(StoreError::OutcomeUnknown),
        }
    }

    fn pause(&self) -> Duration {
        FIRST_PAUSE.saturating_mul(1 << self.attempts.min(16)).min(LONGEST_PAUSE)
    }
}

/// How an attempt ended to which the database answered to the end.
enum Attempted<P> {
    /// So many commands are settled; this snapshot shows it.
    Settled { commands: usize, snapshot: Arc<Snapshot<P>> },
    /// The commit in doubt is not in and must not be repeated.
    NotIn { because: StoreError, snapshot: Arc<Snapshot<P>> },
}

impl<P: Picture> Committer<P> {
    /// Works until the last sender of commands is gone and the queue is empty.
    pub(crate) async fn run(self, mut queue: mpsc::Receiver<Box<dyn Command<P>>>) {
        let mut waiting = Vec::new();
        let mut answered = 0;
        loop {
            // Callers just answered often ask again at once. A few turns for them, and they share
            // this transaction instead of waiting for the next.
            for _ in 0..FEW_TURNS {
                if queue.len() >= answered {
                    break;
                }
                yield_now().await;
            }
            let is_idle = waiting.is_empty();
            if is_idle && queue.recv_many(&mut waiting, self.options.batch_commands.max(1)).await == 0 {
                return;
            }
            waiting.retain(|command| !command.is_abandoned());
            answered = waiting.len();
            if !waiting.is_empty() {
                self.settle(&mut waiting).await;
            }
        }
    }

    /// Brings the first commands that wait, at least one, to an end.
    async fn settle(&self, waiting: &mut Waiting<P>) {
        let mut trial = Trial::default();
        let verdict = loop {
            let base = self.published.load();
            match self.attempt(&base, waiting, &mut trial).await {
                Ok(Attempted::Settled { commands, snapshot }) => {
                    self.published.publish(&base, &snapshot);
                    self.published.confirm(trial.asked_us);
                    self.committed.notify_one();
                    return waiting.drain(..commands).for_each(Command::answer);
                }
                Ok(Attempted::NotIn { because, snapshot }) => {
                    self.published.publish(&base, &snapshot);
                    break because;
                }
                Err(error) => self.note(&mut trial, error).await,
            }
            if let Some(verdict) = trial.verdict() {
                break verdict;
            }
            sleep(self.options.entropy.jitter(trial.pause())).await;
        };
        tracing::error!(commands = waiting.len(), error = &verdict as &dyn Error, "a batch has failed");
        for mut command in waiting.drain(..) {
            command.fail(verdict.clone());
            command.answer();
        }
    }

    async fn note(&self, trial: &mut Trial, error: StoreError) {
        trial.attempts += 1;
        let in_doubt = trial.doubt.is_some();
        tracing::warn!(attempt = trial.attempts, in_doubt, error = &error as &dyn Error, "a commit failed");
        if matches!(error, StoreError::Diverged { .. })
            && let Err(error) = refresh(&self.published, &self.link, Source::Records).await
        {
            tracing::error!(error = &error as &dyn Error, "the picture cannot be read anew");
        }
        trial.failure = Some(error);
    }

    async fn attempt(
        &self,
        base: &Arc<Snapshot<P>>,
        waiting: &mut Waiting<P>,
        trial: &mut Trial,
    ) -> Result<Attempted<P>, StoreError> {
        let mut link = self.link.lock().await;
        trial.asked_us = self.options.clock.now_us();
        let outcome = limited(ATTEMPT_LIMIT, self.transact(&mut link, base, waiting, trial)).await;
        if outcome.is_err() {
            link.abandon().await;
        }
        outcome
    }

    async fn transact(
        &self,
        link: &mut Link,
        base: &Arc<Snapshot<P>>,
        waiting: &mut Waiting<P>,
        trial: &mut Trial,
    ) -> Result<Attempted<P>, StoreError> {
        let begin = link.dialect().begin_write();
        let connection = link.open().await?;
        connection.run(begin).await?;
        let head = log::lock_head(connection).await?;
        let base = catch_up(connection, base, head).await?;
        if let Some(doubt) = trial.doubt {
            if is_in(connection, doubt, head).await? {
                connection.run("ROLLBACK").await?; // if this fails, the doubt stays
                return Ok(Attempted::Settled { commands: doubt.commands, snapshot: base });
            }
            trial.doubt = None;
            if let Some(because) = trial.refusal().cloned() {
                connection.run("ROLLBACK").await?;
                return Ok(Attempted::NotIn { because, snapshot: base });
            }
        }
        let (batch, commands) = run(&base, waiting);
        if batch.changes.is_empty() {
            connection.run("ROLLBACK").await?;
            return Ok(Attempted::Settled { commands, snapshot: base });
        }
        let head = Head { seq: batch.seq, commit: self.options.entropy.number() };
        let Batch { picture, changes, effects, shelved, .. } = batch;
        record::write(connection, effects).await?;
        archive::write(connection, shelved).await?;
        log::append(connection, changes, head.commit).await?;
        log::advance(connection, head).await?;
        let first = Head { seq: base.seq().next(), ..head };
        trial.doubt = Some(Doubt { first, commands });
        connection.run("COMMIT").await?;
        trial.doubt = None;
        tracing::debug!(seq = %head.seq, commands, "committed");
        Ok(Attempted::Settled { commands, snapshot: Snapshot::new(picture, head) })
    }
}

/// Runs the commands that fit into one transaction; says how many these are.
fn run<P: Picture>(base: &Snapshot<P>, waiting: &mut Waiting<P>) -> (Batch<P>, usize) {
    let mut batch = Batch::new(base);
    let mut commands = 0;
    for command in waiting {
        if batch.is_full() {
            break;
        }
        batch.run(&mut **command);
        commands += 1;
    }
    (batch, commands)
}

/// Whether a commit is in whose answer was lost.
///
/// The head is locked, so that commit's transaction has ended one way or the other. If it is in,
/// the log has its first seq under its name, unless the log was trimmed past it meanwhile.
async fn is_in(connection: &mut Connection, doubt: Doubt, head: Head) -> Result<bool, StoreError> {
    match log::commit_of(connection, doubt.first.seq).await? {
        Some(commit) => Ok(commit == doubt.first.commit),
        None if head.seq < doubt.first.seq => Ok(false),
        None => Err(StoreError::OutcomeUnknown),
    }
}
