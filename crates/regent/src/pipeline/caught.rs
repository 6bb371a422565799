//! A panic on the way of a request, caught: one request's mistake stops neither its connection nor its record.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

/// A panic, by what it said.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a panic: {0}")]
pub(super) struct Panicked(String);

/// Awaits `future`; a panic in it comes back as an error.
///
/// What it had borrowed is as it left it: whoever looks at that afterwards must be content with anything a type
/// permits. It is pinned by the caller, because a future that takes another by value is twice as large.
pub(super) async fn caught<T>(mut future: Pin<&mut impl Future<Output = T>>) -> Result<T, Panicked> {
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
        Err(said) => Poll::Ready(Err(Panicked(text(&*said)))),
    })
    .await
}

/// What `panic!` was given: a text, unless somebody panics with something of their own.
fn text(said: &(dyn Any + Send)) -> String {
    let text =
        said.downcast_ref::<&str>().copied().or_else(|| said.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("without a text").to_owned()
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_before_and_after_waiting() {
        let mut seen = 0;
        let at_once = pin!(async {
            seen += 1;
            panic!("at once")
        });
        assert_eq!(caught(at_once).await, Err::<(), _>(Panicked("at once".to_owned())));
        assert_eq!(seen, 1);
        let later = pin!(async {
            tokio::task::yield_now().await;
            panic!("{} later", 1)
        });
        assert_eq!(caught(later).await, Err::<(), _>(Panicked("1 later".to_owned())));
        let odd = pin!(async { std::panic::panic_any(7) });
        assert_eq!(caught(odd).await, Err::<(), _>(Panicked("without a text".to_owned())));
        assert_eq!(caught(pin!(async { 7 })).await, Ok(7));
    }
}
