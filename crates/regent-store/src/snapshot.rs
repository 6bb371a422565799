//! The picture everybody reads, and how it is replaced.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{Notify, watch};

use crate::error::StoreError;
use crate::log::Head;
use crate::picture::Picture;
use crate::seq::Seq;

/// A picture and the moment it shows.
///
/// A request takes one and uses it from start to end, so that it sees one state. It dereferences
/// to the picture.
#[derive(Debug)]
pub struct Snapshot<P> {
    picture: P,
    head: Head,
}

impl<P> Snapshot<P> {
    pub(crate) fn new(picture: P, head: Head) -> Arc<Self> {
        Arc::new(Self { picture, head })
    }

    /// The newest command it shows, and with it all before.
    pub fn seq(&self) -> Seq {
        self.head.seq
    }

    pub(crate) fn head(&self) -> Head {
        self.head
    }
}

impl<P> Deref for Snapshot<P> {
    type Target = P;

    fn deref(&self) -> &P {
        &self.picture
    }
}

/// How old the newest picture may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freshness {
    /// Since when nothing is known about the head of the log.
    pub age: Duration,
    /// From what age on the picture must not be used.
    pub bound: Duration,
}

impl Freshness {
    /// Whether the picture must not be used.
    pub fn is_stale(&self) -> bool {
        self.age > self.bound
    }
}

/// The current snapshot, and who waits for the next.
pub(crate) struct Published<P> {
    current: ArcSwap<Snapshot<P>>,
    reached: watch::Sender<Seq>,
    /// When it was last known that nothing newer was in the log.
    confirmed_us: AtomicI64,
    /// Somebody wants the head to be looked at now.
    pub(crate) look: Notify,
}

impl<P: Picture> Published<P> {
    pub(crate) fn new(first: Arc<Snapshot<P>>, confirmed_us: i64) -> Self {
        Self {
            reached: watch::Sender::new(first.seq()),
            current: ArcSwap::new(first),
            confirmed_us: AtomicI64::new(confirmed_us),
            look: Notify::new(),
        }
    }

    pub(crate) fn load(&self) -> Arc<Snapshot<P>> {
        self.current.load_full()
    }

    /// Replaces the snapshot that this one was made from.
    ///
    /// The committer and the follower both make snapshots, at the same time and from the same log.
    /// If the other one was first, the newer snapshot stays: the picture never goes back, unless
    /// the database did.
    pub(crate) fn publish(&self, base: &Arc<Snapshot<P>>, next: &Arc<Snapshot<P>>) {
        self.current.rcu(|current| {
            let replaces = Arc::ptr_eq(current, base) || next.seq() > current.seq();
            Arc::clone(if replaces { next } else { current })
        });
        self.reached.send_replace(self.load().seq());
    }

    /// Notes that at this moment the current snapshot showed everything there was.
    pub(crate) fn confirm(&self, at_us: i64) {
        self.confirmed_us.fetch_max(at_us, Ordering::AcqRel);
    }

    pub(crate) fn freshness(&self, now_us: i64, bound: Duration) -> Freshness {
        let age_us = now_us.saturating_sub(self.confirmed_us.load(Ordering::Acquire));
        Freshness { age: Duration::from_micros(u64::try_from(age_us).unwrap_or_default()), bound }
    }

    /// Waits for a snapshot that shows this command.
    pub(crate) async fn wait_for(
        &self,
        wanted: Seq,
        limit: Duration,
    ) -> Result<Arc<Snapshot<P>>, StoreError> {
        let mut reached = self.reached.subscribe();
        if *reached.borrow_and_update() < wanted {
            self.look.notify_one();
            let arrived = reached.wait_for(|reached| *reached >= wanted);
            let _timeout = tokio::time::timeout(limit, arrived).await;
        }
        let snapshot = self.load();
        if snapshot.seq() < wanted {
            return Err(StoreError::Behind { wanted, reached: snapshot.seq() });
        }
        Ok(snapshot)
    }
}
