//! Forgets the old end of the log, a bounded piece at a time.

use std::time::Duration;

use crate::error::StoreError;
use crate::link::{Link, SharedLink, limited};
use crate::log;
use crate::seq::Seq;

/// How many commands one statement forgets, and how many statements one call runs.
const STEP_COMMANDS: u64 = 2000;
const STEPS: u32 = 50;
const STEP_LIMIT: Duration = Duration::from_secs(30);

/// What a trim has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trimmed {
    /// How many changes were removed.
    pub changes: u64,
    /// Whether nothing is left to remove.
    pub is_done: bool,
}

/// Removes the commands up to this one. The newest one always stays: it is what followers compare
/// themselves with.
pub(crate) async fn trim(link: &SharedLink, head: Seq, up_to: Seq) -> Result<Trimmed, StoreError> {
    let last = up_to.min(head.back(1));
    let mut changes = 0;
    for _ in 0..STEPS {
        let mut link = link.lock().await; // anew for each step: others must get their turn
        match limited(STEP_LIMIT, step(&mut link, last)).await {
            Ok(0) => return Ok(Trimmed { changes, is_done: true }),
            Ok(removed) => changes += removed,
            Err(error) => {
                link.abandon().await;
                return Err(error);
            }
        }
    }
    Ok(Trimmed { changes, is_done: false })
}

async fn step(link: &mut Link, last: Seq) -> Result<u64, StoreError> {
    let connection = link.open().await?;
    match log::oldest(connection).await? {
        Some(oldest) if oldest <= last => {
            let up_to = oldest.forward(STEP_COMMANDS).min(last);
            log::forget(connection, up_to).await
        }
        Some(_) | None => Ok(0),
    }
}
