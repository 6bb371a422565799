//! One flight a key: who asks for the same at the same time waits for one answer.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// The work ended without an answer, because it panicked or the process is going down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the work ended without an answer; try again")]
pub(crate) struct FlightLost;

type Flights<K, V> = Mutex<HashMap<K, watch::Receiver<Option<V>>>>;

/// Work under way, by key. Answers are handed to those who wait and not kept.
#[derive(Debug)]
pub(crate) struct SingleFlight<K, V> {
    flights: Arc<Flights<K, V>>,
}

impl<K, V> Default for SingleFlight<K, V> {
    fn default() -> Self {
        Self { flights: Arc::default() }
    }
}

impl<K, V> SingleFlight<K, V>
where
    K: Eq + Hash + Clone + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// The answer of `work`, or of the same work that is under way already.
    ///
    /// The work is a task of its own: when the caller that began it goes away, the others still get their answer.
    pub(crate) async fn run<F>(&self, key: K, work: impl FnOnce() -> F) -> Result<V, FlightLost>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let mut answer = self.join(key, work);
        let answer = answer.wait_for(Option::is_some).await.map_err(|_| FlightLost)?;
        answer.clone().ok_or(FlightLost)
    }

    fn join<F>(&self, key: K, work: impl FnOnce() -> F) -> watch::Receiver<Option<V>>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let mut flights = lock(&self.flights);
        if let Some(answer) = flights.get(&key) {
            return answer.clone();
        }
        let (tell, answer) = watch::channel(None);
        flights.insert(key.clone(), answer.clone());
        let landing = Landing { flights: Arc::clone(&self.flights), key };
        let work = work();
        tokio::spawn(async move {
            let value = work.await;
            // Who comes from here on begins anew; who came before has a receiver.
            drop(landing);
            tell.send_replace(Some(value));
        });
        answer
    }
}

/// Takes a flight off the list, also when its work panics.
struct Landing<K: Eq + Hash, V> {
    flights: Arc<Flights<K, V>>,
    key: K,
}

impl<K: Eq + Hash, V> Drop for Landing<K, V> {
    fn drop(&mut self) {
        lock(&self.flights).remove(&self.key);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn fifty_callers_make_one_flight() {
        let flights = Arc::new(SingleFlight::<&str, u32>::default());
        let (begun, go) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
        let ask = |key: &'static str| {
            let (flights, begun, go) = (Arc::clone(&flights), Arc::clone(&begun), Arc::clone(&go));
            tokio::spawn(async move {
                flights
                    .run(key, || async move {
                        go.notified().await;
                        begun.fetch_add(1, Ordering::SeqCst)
                    })
                    .await
            })
        };
        let first = ask("a");
        tokio::task::yield_now().await;
        let others: Vec<_> = (0..49).map(|_| ask("a")).collect();
        let another = ask("b");
        // The one that began it goes away; the others do not notice.
        first.abort();
        tokio::task::yield_now().await;
        go.notify_waiters();
        for caller in others {
            caller.await.unwrap().unwrap();
        }
        another.await.unwrap().unwrap();
        assert_eq!(begun.load(Ordering::SeqCst), 2, "one for each key");
        assert!(lock(&flights.flights).is_empty());
        // What has landed is not remembered.
        assert_eq!(flights.run("a", || async { 7 }).await, Ok(7));
    }

    #[tokio::test]
    async fn work_that_panics_is_lost_and_can_be_begun_again() {
        let flights = SingleFlight::<u8, u8>::default();
        assert_eq!(flights.run(1, || async { panic!("on purpose") }).await, Err(FlightLost));
        assert_eq!(flights.run(1, || async { 2 }).await, Ok(2));
    }
}
