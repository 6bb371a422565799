//! A closure on its way through the committer, and the answer on its way back.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use tokio::sync::oneshot;

use crate::draft::Draft;
use crate::error::StoreError;
use crate::picture::Picture;

/// What the committer knows of a command. Its types are the caller's business.
pub(crate) trait Command<P: Picture>: Send {
    /// Whether the caller has stopped waiting.
    fn is_abandoned(&self) -> bool;

    /// Runs it and keeps what it returned; it may be run again on another draft.
    fn run(&mut self, draft: &mut Draft<P>) -> Verdict;

    /// Replaces what it returned.
    fn fail(&mut self, error: StoreError);

    /// Tells the caller what the last run returned: only once that is true.
    fn answer(self: Box<Self>);
}

/// Whether the changes of a command are to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Keep,
    Drop,
}

/// How a run ended.
enum Outcome<T, E> {
    Returned(Result<T, E>),
    Failed(StoreError),
    Panicked(Box<dyn Any + Send>),
}

struct Job<F, T, E> {
    work: F,
    outcome: Outcome<T, E>,
    caller: oneshot::Sender<Outcome<T, E>>,
}

impl<P, F, T, E> Command<P> for Job<F, T, E>
where
    P: Picture,
    F: Fn(&mut Draft<P>) -> Result<T, E> + Send,
    T: Send,
    E: Send,
{
    fn is_abandoned(&self) -> bool {
        self.caller.is_closed()
    }

    fn run(&mut self, draft: &mut Draft<P>) -> Verdict {
        // A command that panics is the caller's panic, not the committer's. Its draft is dropped,
        // so nothing of a half-done change can be seen.
        let (outcome, verdict) = match catch_unwind(AssertUnwindSafe(|| (self.work)(draft))) {
            Ok(Ok(value)) => (Outcome::Returned(Ok(value)), Verdict::Keep),
            Ok(Err(error)) => (Outcome::Returned(Err(error)), Verdict::Drop),
            Err(payload) => (Outcome::Panicked(payload), Verdict::Drop),
        };
        self.outcome = outcome;
        verdict
    }

    fn fail(&mut self, error: StoreError) {
        self.outcome = Outcome::Failed(error);
    }

    fn answer(self: Box<Self>) {
        // A caller that has gone away meanwhile cannot be told.
        let _gone = self.caller.send(self.outcome);
    }
}

/// The caller's end of a command.
pub(crate) struct Answer<T, E>(oneshot::Receiver<Outcome<T, E>>);

impl<T, E: From<StoreError>> Answer<T, E> {
    /// Waits until the command is durable, or has failed. A panic of the command continues here.
    pub(crate) async fn wait(self) -> Result<T, E> {
        match self.0.await {
            Ok(Outcome::Returned(result)) => result,
            Ok(Outcome::Failed(error)) => Err(error.into()),
            Ok(Outcome::Panicked(payload)) => resume_unwind(payload),
            // The committer is gone without an answer, which nothing but a bug makes it do.
            Err(_) => Err(StoreError::OutcomeUnknown.into()),
        }
    }
}

/// Makes a command of a closure.
pub(crate) fn command<P, F, T, E>(work: F) -> (Box<dyn Command<P>>, Answer<T, E>)
where
    P: Picture,
    F: Fn(&mut Draft<P>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let (caller, answer) = oneshot::channel();
    let outcome = Outcome::Failed(StoreError::Closed); // until it has run
    (Box::new(Job { work, outcome, caller }), Answer(answer))
}
