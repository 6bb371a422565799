//! What else knows where the chain ends: the log of changes, the records of sessions, the copy in a file.
//!
//! A tag proves that an end was the end, not that it still is. An older end with its old tag can be put back, and events
//! after it removed. Each witness here has to be put back as well then; the copy lies where the database does not.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use regent_store::entity::{ChainHead, ChainLink, Entity};
use regent_store::{Order, Range, StoreError};

use super::KIND;
use super::chain::{self, Told};
use super::copy::MAX_LINE_BYTES;
use super::verify::{Broken, Why};
use crate::broker::issued::IssuedSession;
use crate::server::Server;

/// How many of the newest records of sessions are asked.
const SESSIONS: usize = 100;
/// By how much a session may be newer than its event: clocks of nodes differ.
const SLACK_SECS: i64 = 600;
/// How far back a line of the copy may tell an event again.
const REPEATED: usize = 10_000;

/// What the witnesses knew at some moment.
#[derive(Debug, Default)]
pub(super) struct Witnesses {
    /// The newest end of the chain in the log of changes.
    logged: Option<ChainHead>,
    /// The newest records of sessions.
    sessions: Vec<IssuedSession>,
    /// What was copied.
    copied: Copied,
}

/// How far a copy goes.
#[derive(Debug, Default)]
enum Copied {
    /// There is to be none.
    #[default]
    Unwanted,
    /// It cannot be read.
    Unread,
    /// Its last event; none as long as it has none.
    UpTo(Option<ChainLink>),
    /// The event of this number follows no event that was copied before.
    TornAt(u64),
}

impl Server {
    /// What is known of the chain's end now, besides the end itself.
    pub(super) async fn chain_witnesses(&self) -> Result<Witnesses, StoreError> {
        let logged = self.store.logged(Entity::CHAIN_HEAD, ChainHead::KEY).await?;
        Ok(Witnesses {
            logged: logged.and_then(|body| serde_json::from_str(&body).ok()),
            sessions: self.issued_sessions(None, None, SESSIONS).await?.sessions,
            copied: match self.config.audit_chain_file.clone() {
                Some(path) => copied(path).await,
                None => Copied::Unwanted,
            },
        })
    }

    /// What the witnesses know, and a chain that is whole and ends here does not.
    pub(super) async fn contradiction(
        &self,
        witnesses: &Witnesses,
        head: &ChainHead,
    ) -> Result<Option<Broken>, StoreError> {
        let broken = |seq, why| Ok(Some(Broken { seq, id: None, why }));
        if let Some(logged) = &witnesses.logged {
            let (last, known) = (&head.last, &logged.last);
            let is_same = last.number != known.number || last.hash == known.hash;
            if known.number > last.number || logged.forgotten.number > head.forgotten.number || !is_same {
                return broken(known.number, Why::PutBack);
            }
        }
        if self.lacks_event_of_any(&witnesses.sessions).await? {
            return broken(head.last.number.saturating_add(1), Why::PutBack);
        }
        match &witnesses.copied {
            Copied::Unwanted | Copied::UpTo(None) => Ok(None),
            Copied::Unread if head.last.number == 0 => Ok(None),
            Copied::Unread => broken(head.last.number, Why::NoCopy),
            Copied::TornAt(number) => broken(*number, Why::NotCopied),
            Copied::UpTo(Some(last)) if last.number <= head.forgotten.number => Ok(None),
            Copied::UpTo(Some(last)) => {
                let row = self.store.archived_row(KIND, &chain::key(last.number)).await?;
                let hash = row.as_ref().and_then(|row| Some(chain::split(&row.body)?.1));
                let forgotten = self.chain_head().await?.map_or(0, |head| head.forgotten.number);
                if hash == Some(&*last.hash) || last.number <= forgotten {
                    return Ok(None);
                }
                broken(last.number, Why::NotCopied)
            }
        }
    }

    /// Whether any of these sessions has left no event, although its event is not so old that it may have gone.
    async fn lacks_event_of_any(&self, sessions: &[IssuedSession]) -> Result<bool, StoreError> {
        for session in sessions {
            let label = Some(("session", session.id.as_str()));
            let events = self.store.archived(KIND, &Range { label, ..Range::default() }, 1).await?;
            // Asked after it was missed, not before: events are forgotten in the meantime.
            if events.rows.is_empty()
                && self.events_kept_from().await?.is_none_or(|from| session.issued_at >= from)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The second from which on a session has its event now; none if there are no events.
    async fn events_kept_from(&self) -> Result<Option<i64>, StoreError> {
        let range = Range { order: Order::OldestFirst, ..Range::default() };
        let first = self.store.archived(KIND, &range, 1).await?;
        let first = first.rows.first().and_then(|row| serde_json::from_str::<Told>(&row.body).ok());
        Ok(first.map(|told| told.at.as_second().saturating_add(SLACK_SECS)))
    }
}

async fn copied(path: PathBuf) -> Copied {
    let read = tokio::task::spawn_blocking(move || read(&path).map_err(|error| (path, error))).await;
    match read {
        Ok(Ok(copied)) => copied,
        Ok(Err((path, error))) => {
            tracing::error!(path = %path.display(), %error, "the copy of the audit chain cannot be read");
            Copied::Unread
        }
        Err(error) => {
            tracing::error!(%error, "the copy of the audit chain cannot be read");
            Copied::Unread
        }
    }
}

/// Reads a copy from its first line to its last, and holds each to the one before.
///
/// Two processes that shared the file for a moment have both copied what came then. An event that is there already, with
/// the same hash, is the same event.
fn read(path: &Path) -> io::Result<Copied> {
    let mut file = BufReader::new(File::open(path)?);
    let (mut known, mut line) = (VecDeque::new(), Vec::new());
    loop {
        line.clear();
        file.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line)?;
        let Some(whole) = line.strip_suffix(b"\n") else {
            // The last line is being written.
            let is_too_long = line.len() as u64 == MAX_LINE_BYTES;
            return Ok(if is_too_long { Copied::Unread } else { Copied::UpTo(known.pop_back()) });
        };
        match link(whole, &known) {
            Some(Line::Next(next)) => {
                if known.len() == REPEATED {
                    known.pop_front();
                }
                known.push_back(next);
            }
            Some(Line::Again) => {}
            None => {
                let number = known.back().map_or(0, |last| last.number);
                return Ok(Copied::TornAt(number.saturating_add(1)));
            }
        }
    }
}

/// What a line of a copy is, to those before it.
enum Line {
    /// The event that follows.
    Next(ChainLink),
    /// An event that is known.
    Again,
}

/// The event of a line, if it is one, and follows. Events that were forgotten before they could be copied are left out.
fn link(line: &[u8], known: &VecDeque<ChainLink>) -> Option<Line> {
    let (text, hash) = chain::split(std::str::from_utf8(line).ok()?)?;
    let told: Told = serde_json::from_str(&text).ok()?;
    if chain::hash(&told.prev_hash, &text) != hash {
        return None;
    }
    let next = ChainLink { number: told.seq, hash: hash.into() };
    let follows = match known.back() {
        None => true,
        Some(last) if next.number <= last.number => {
            let at = known.binary_search_by_key(&next.number, |link| link.number).ok()?;
            return (known.get(at) == Some(&next)).then_some(Line::Again);
        }
        Some(last) => next.number - last.number > 1 || told.prev_hash == last.hash,
    };
    follows.then_some(Line::Next(next))
}
