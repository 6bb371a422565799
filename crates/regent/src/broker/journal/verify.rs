//! Walks the chain and names the first event that is not as it was written.

use jiff::Timestamp;
use regent_store::directory::Directory;
use regent_store::entity::{ChainHead, ChainLink};
use regent_store::{Archived, Draft, Order, Range, StoreError};
use serde::{Serialize, Serializer};

use super::KIND;
use super::chain::{self, Signers, Told, day_of, is_ahead};
use crate::server::Server;

/// How many events are read at once.
const PAGE: usize = 500;

/// What a walk along the chain has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    /// How many events are as they were written, up to the first that is not.
    pub(crate) events: u64,
    /// The number of the first event that is kept.
    pub(crate) first: u64,
    /// How many signed days were among them.
    pub(crate) anchors: u64,
    /// The first event that is not as it was written.
    pub(crate) broken: Option<Broken>,
}

/// An event that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Broken {
    /// Its number.
    pub(crate) seq: u64,
    /// Its id, if there is one to be read.
    pub(crate) id: Option<Box<str>>,
    /// What is wrong.
    #[serde(serialize_with = "in_words")]
    pub(crate) why: Why,
}

/// What is wrong with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Why {
    /// It is not there.
    #[error("the event is missing")]
    Missing,
    /// It is not there, and nothing after it.
    #[error("the event is missing, and all after it")]
    CutOff,
    /// It does not have the form of an event.
    #[error("the event cannot be read")]
    Unreadable,
    /// Its hash is another.
    #[error("the event was changed: its hash does not fit what it says")]
    Changed,
    /// It is an event, but another one.
    #[error("another event stands in its place")]
    Swapped,
    /// It follows another event than the one before it.
    #[error("the event does not follow the one before it")]
    Unlinked,
    /// The day before was not signed, or not by us.
    #[error("the event should carry the signed end of the day before, and does not")]
    Unanchored,
    /// Something else stands before it.
    #[error("something was put before the event that is no event of the chain")]
    Inserted,
    /// There is no such event, and yet there it is.
    #[error("the event was put after the end of the chain")]
    Surplus,
    /// The chain goes on from an end that this server did not make.
    #[error("the end of the chain had been changed when the event was appended")]
    Unproven,
    /// Nobody can say where the chain ends.
    #[error("the end of the chain was changed or is missing; the event is the last one it names")]
    Headless,
    /// The chain ends before an event that left traces elsewhere.
    #[error("the chain has lost the event: an older end of it was put back")]
    PutBack,
    /// The chain is not the one that was copied.
    #[error(
        "the copy of the chain has another event in its place: the chain was changed, or an older state put back"
    )]
    NotCopied,
    /// The copy cannot be asked.
    #[error(
        "the copy of the chain cannot be read, and so does not confirm that the chain ends with this event"
    )]
    NoCopy,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes what it serializes by reference")]
fn in_words<S: Serializer>(why: &Why, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(why)
}

/// Somewhere on the way along the chain.
struct Walk<'a> {
    signers: &'a Signers,
    /// The event before.
    before: ChainLink,
    /// The newest day so far.
    day: i64,
    /// Whether the day before is known, so that an anchor must be there when it ends.
    knows_day: bool,
    anchors: u64,
}

impl<'a> Walk<'a> {
    fn new(signers: &'a Signers, head: &ChainHead) -> Self {
        let before = head.forgotten.clone();
        Self { signers, before, day: 0, knows_day: false, anchors: 0 }
    }

    fn expected(&self) -> u64 {
        self.before.number.saturating_add(1)
    }

    /// Goes on to this row, and tells what it says.
    fn step(&mut self, row: &Archived) -> Result<Told, Broken> {
        let seq = self.expected();
        let broken = |id: Option<&str>, why| Err(Broken { seq, id: id.map(Into::into), why });
        if *row.key != *chain::key(seq) {
            let is_number = row.key.parse().is_ok_and(|number| *row.key == *chain::key(number));
            return broken(None, if is_number { Why::Missing } else { Why::Inserted });
        }
        let Some((text, hash)) = chain::split(&row.body) else { return broken(None, Why::Unreadable) };
        let Ok(told) = serde_json::from_str::<Told>(&text) else { return broken(None, Why::Unreadable) };
        let id = told.id.as_deref();
        if told.seq != seq {
            return broken(id, Why::Swapped);
        }
        if chain::hash(&told.prev_hash, &text) != hash {
            return broken(id, Why::Changed);
        }
        if told.prev_hash != self.before.hash {
            return broken(id, Why::Unlinked);
        }
        if told.follows_unproven {
            return broken(id, Why::Unproven);
        }
        if !self.is_anchored(&told) {
            return broken(id, Why::Unanchored);
        }
        self.anchors += u64::from(told.anchor.is_some());
        // With its day before signed, a day counts for itself: that one may have been years ahead.
        let goes_on = self.knows_day && told.anchor.is_none();
        self.day = if goes_on { self.day.max(day_of(told.at)) } else { day_of(told.at) };
        self.knows_day = true;
        self.before = ChainLink { number: seq, hash: hash.into() };
        Ok(told)
    }

    /// The walk goes no further, and the head is not reached.
    fn cut_off(&self) -> Broken {
        Broken { seq: self.expected(), id: None, why: Why::CutOff }
    }

    /// Whether the walk has come to the head.
    fn ends_at(&self, head: &ChainHead) -> Result<(), Broken> {
        if self.before == head.last {
            return Ok(());
        }
        Err(Broken { seq: head.last.number, id: None, why: Why::Changed })
    }

    /// Whether the event carries the signed end of a day if one has ended, and a true one if it carries any.
    fn is_anchored(&self, told: &Told) -> bool {
        match &told.anchor {
            None => !(self.knows_day && day_of(told.at) > self.day),
            Some(anchor) => {
                let is_of_before = anchor.seq == self.before.number && anchor.hash == self.before.hash;
                is_of_before && self.signers.have_signed(anchor)
            }
        }
    }
}

/// The part of the chain that may be forgotten.
#[derive(Debug, Default)]
pub(super) struct OldPart {
    /// Its last event.
    pub(super) last: Option<ChainLink>,
    /// What keeps the rest, however old.
    pub(super) broken: Option<Broken>,
}

impl Server {
    /// Walks the whole chain, a page at a time, and names the first event that is not as it was written.
    pub(crate) async fn verify_chain(&self) -> Result<Report, StoreError> {
        loop {
            let report = self.walk_chain().await?;
            let Some(broken) = &report.broken else { return Ok(report) };
            // What was forgotten during the walk is not there, and need not be.
            let forgotten = self.chain_head().await?.map_or(0, |head| head.forgotten.number);
            let is_of_an_event =
                !matches!(broken.why, Why::Headless | Why::PutBack | Why::NotCopied | Why::NoCopy);
            if broken.seq > forgotten || !is_of_an_event {
                return Ok(report);
            }
        }
    }

    async fn walk_chain(&self) -> Result<Report, StoreError> {
        let signers = self.journal.signers();
        // Before the head: what is there now must be in a chain that is looked at later.
        let witnesses = self.chain_witnesses().await?;
        let head = self.chain_head().await?.unwrap_or_default();
        let is_proven = signers.have_tagged(&head);
        let mut walk = Walk::new(signers, &head);
        let first = walk.expected();
        let broken = if is_proven {
            self.walk_to(&mut walk, &head).await?
        } else {
            Some(Broken { seq: head.last.number, id: None, why: Why::Headless })
        };
        let broken = match broken {
            None => self.surplus(&head).await?,
            found => found,
        };
        let broken = match broken {
            None => self.contradiction(&witnesses, &head).await?,
            found => found,
        };
        Ok(Report { events: walk.expected() - first, first, anchors: walk.anchors, broken })
    }

    /// Goes from event to event until the head, or until one is not as it was written.
    async fn walk_to(&self, walk: &mut Walk<'_>, head: &ChainHead) -> Result<Option<Broken>, StoreError> {
        while walk.before.number < head.last.number {
            let rows = self.rows_after(walk, head).await?;
            if rows.is_empty() {
                return Ok(Some(walk.cut_off()));
            }
            for row in rows {
                if let Err(broken) = walk.step(&row) {
                    return Ok(Some(broken));
                }
            }
        }
        Ok(walk.ends_at(head).err())
    }

    /// The next rows on the way to the head, a page of them.
    async fn rows_after(&self, walk: &Walk<'_>, head: &ChainHead) -> Result<Vec<Archived>, StoreError> {
        let (after, end) = (chain::key(walk.before.number), chain::key(head.last.number));
        let range = Range { after: Some(&after), order: Order::OldestFirst, ..Range::default() };
        let mut rows = self.store.archived(KIND, &range, PAGE).await?.rows;
        rows.retain(|row| *row.key <= *end);
        Ok(rows)
    }

    /// The events that the chain begins with and that are all from before this time; never the newest event of all.
    ///
    /// What an event says of its time counts as little as the rest of it until it is proved. So the walk goes on to the
    /// next signed end of a day, or to the head; if something on the way is broken, what was signed before it is proved
    /// nevertheless. An event of a clock that was ahead says nothing of its age: it is as old as what follows.
    pub(super) async fn old_events(
        &self,
        head: &ChainHead,
        before: Timestamp,
    ) -> Result<OldPart, StoreError> {
        let today = day_of(self.clock.now());
        let mut walk = Walk::new(self.journal.signers(), head);
        let (mut old, mut signed, mut is_past) = (None, None, false);
        while walk.before.number < head.last.number {
            let rows = self.rows_after(&walk, head).await?;
            if rows.is_empty() {
                return Ok(OldPart { last: signed, broken: Some(walk.cut_off()) });
            }
            for row in rows {
                let told = match walk.step(&row) {
                    Ok(told) => told,
                    Err(broken) => return Ok(OldPart { last: signed, broken: Some(broken) }),
                };
                if told.anchor.is_some() {
                    signed.clone_from(&old);
                }
                is_past |= told.at >= before && !is_ahead(day_of(told.at), today);
                is_past |= walk.before.number == head.last.number;
                if is_past {
                    if old.is_none() || told.anchor.is_some() {
                        return Ok(OldPart { last: old, broken: None });
                    }
                } else if !is_ahead(walk.day, today) {
                    old = Some(walk.before.clone());
                }
            }
        }
        Ok(match walk.ends_at(head) {
            Ok(()) => OldPart { last: old, broken: None },
            Err(broken) => OldPart { last: signed, broken: Some(broken) },
        })
    }

    /// A row after the end of the chain.
    async fn surplus(&self, known: &ChainHead) -> Result<Option<Broken>, StoreError> {
        let newest = self.store.archived(KIND, &Range::default(), 1).await?;
        let Some(row) = newest.rows.first().filter(|row| *row.key > *chain::key(known.last.number)) else {
            return Ok(None);
        };
        // It may have been appended since the walk began: then the chain ends there by now, or after it.
        let head = self.chain_head().await?.unwrap_or_default();
        if *row.key <= *chain::key(head.last.number) {
            return Ok(None);
        }
        let seq = row.key.parse().unwrap_or(u64::MAX);
        Ok(Some(Broken { seq, id: None, why: Why::Surplus }))
    }

    /// Where the chain ends now, on whichever node it was moved last.
    pub(super) async fn chain_head(&self) -> Result<Option<ChainHead>, StoreError> {
        let head = |draft: &mut Draft<Directory>| Ok(draft.chain_head().map(|head| ChainHead::clone(head)));
        self.store.write(head).await
    }
}
