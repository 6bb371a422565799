//! From one snapshot to a newer one: by the log if it reaches back far enough, else from scratch.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::error::StoreError;
use crate::log::{self, Head, Logged};
use crate::picture::{Entity as _, Loaded, Picture, Record};
use crate::scan::{self, Line, Lines, RECORDS};
use crate::seq::Seq;
use crate::snapshot::Snapshot;
use crate::sql::Connection;

/// The snapshot at this head, starting from an older one.
///
/// The connection must be in a transaction that sees one state, the one the head was read in.
pub(crate) async fn catch_up<P: Picture>(
    connection: &mut Connection,
    base: &Arc<Snapshot<P>>,
    head: Head,
) -> Result<Arc<Snapshot<P>>, StoreError> {
    if base.head() == head {
        return Ok(Arc::clone(base));
    }
    if let Some(next) = replay(connection, base, head).await? {
        return Ok(next);
    }
    tracing::info!(at = %base.seq(), head = %head.seq, "the log does not lead from here to the head; reading all records");
    load(connection, head).await
}

/// Applies the log; none if it does not continue the base without a gap.
///
/// It does not when it was trimmed past the base, or when the database was restored from a backup:
/// then the base's own seq is missing or was written by another commit.
async fn replay<P: Picture>(
    connection: &mut Connection,
    base: &Snapshot<P>,
    head: Head,
) -> Result<Option<Arc<Snapshot<P>>>, StoreError> {
    let base_commit = log::commit_of(connection, base.seq()).await?;
    if base.seq() > Seq::ZERO && base_commit != Some(base.head().commit) {
        return Ok(None);
    }
    let mut picture = P::clone(base);
    let mut reached = base.head();
    let mut changes = log::changes_from(connection, base.seq().next())?;
    while let Some(change) = changes.next().await? {
        let at = change.at()?;
        if at.seq > reached.seq.next() {
            return Ok(None);
        }
        reached = at;
        apply(&mut picture, &change, at.seq)?;
    }
    Ok((reached == head).then(|| Snapshot::new(picture, head)))
}

fn apply<P: Picture>(picture: &mut P, change: &Logged, seq: Seq) -> Result<(), StoreError> {
    let [account, kind, key] = change.name()?;
    let Some(body) = change.body()? else {
        picture.remove(account, kind, key);
        return Ok(());
    };
    if let Some(entity) = decode::<P>(&Record { account, kind, key, body })? {
        picture.put(account, entity, seq);
    } else {
        tracing::warn!(kind, "a newer node has written a record of a kind unknown here");
    }
    Ok(())
}

fn decode<P: Picture>(record: &Record<'_>) -> Result<Option<Arc<P::Entity>>, StoreError> {
    P::Entity::decode(record).map(|entity| entity.map(Arc::new)).map_err(|error| {
        let name = format!("{}/{}/{}", record.account, record.kind, record.key);
        StoreError::Undecodable { name, source: Arc::new(error) }
    })
}

/// The snapshot at this head, from all records.
///
/// The connection must be in a transaction that sees one state, the one the head was read in.
pub(crate) async fn load<P: Picture>(
    connection: &mut Connection,
    head: Head,
) -> Result<Arc<Snapshot<P>>, StoreError> {
    let picture = scan::scan(connection, &RECORDS, build::<P>).await??;
    Ok(Snapshot::new(picture, head))
}

fn build<P: Picture>(lines: Lines) -> Result<P, StoreError> {
    let mut records =
        Decoded::<P> { lines, account: "".into(), unknown: 0, failure: None, picture: PhantomData };
    let picture = P::load(&mut records);
    if let Some(error) = records.failure {
        return Err(error);
    }
    if records.unknown > 0 {
        tracing::warn!(count = records.unknown, "records of kinds unknown here were left out");
    }
    Ok(picture)
}

/// Decodes records as they arrive; ends early at the first that cannot be decoded.
struct Decoded<P> {
    lines: Lines,
    /// The last record's account: neighbours share it.
    account: Arc<str>,
    unknown: u64,
    failure: Option<StoreError>,
    picture: PhantomData<fn() -> P>,
}

impl<P: Picture> Iterator for Decoded<P> {
    type Item = Loaded<P::Entity>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let decoded = self.lines.next()?.and_then(|line| {
                let Line { account, kind, key, number, text: body } = line;
                let Some(entity) = decode::<P>(&Record { account, kind, key, body })? else {
                    return Ok(None);
                };
                if *self.account != *account {
                    self.account = account.into();
                }
                let version = Seq::from_column(number);
                Ok(Some(Loaded { account: Arc::clone(&self.account), version, entity }))
            });
            match decoded {
                Ok(Some(loaded)) => return Some(loaded),
                Ok(None) => self.unknown += 1,
                Err(error) => {
                    self.failure = Some(error);
                    return None;
                }
            }
        }
    }
}
