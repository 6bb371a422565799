//! What providers publish, remembered for a while: discovery documents and key sets.
//!
//! A thing is fetched by one caller while the others wait or go on with what is remembered. A provider that cannot be reached
//! is not asked again at once, whoever wants something of it; what was fetched before goes on to count for some hours.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use regent_store::entity::Seconds;

use super::web::WebError;

/// How long a thing is taken as it is.
const FRESH_SECS: Seconds = 600;
/// How long it counts when there is no newer one to be had.
const STALE_SECS: Seconds = 6 * 3600;
/// The shortest time between two tries, whatever they are for.
const PAUSE_SECS: Seconds = 10;
/// Things that are remembered: one for each provider somebody configured.
const MAX_THINGS: usize = 256;

/// Things by the URL they come from.
#[derive(Debug)]
pub(crate) struct Remembered<T>(Mutex<HashMap<Box<str>, Arc<Slot<T>>>>);

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

#[derive(Debug)]
struct Slot<T> {
    kept: Mutex<Kept<T>>,
    /// Held by whoever fetches.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Kept<T> {
    thing: Option<(Arc<T>, Seconds)>,
    /// When it was last tried to fetch it.
    tried: Option<Seconds>,
}

impl<T> Remembered<T> {
    /// The thing at `url`, remembered or fetched.
    pub(crate) async fn get<E: From<WebError>, F: Future<Output = Result<T, E>>>(
        &self,
        url: &str,
        now: Seconds,
        fetch: impl FnOnce() -> F,
    ) -> Result<Arc<T>, E> {
        let slot = self.slot(url);
        match slot.within(FRESH_SECS, now) {
            Some(thing) => Ok(thing),
            None => slot.fetch(now, fetch).await,
        }
    }

    /// A newer thing than `known`, which lacks something. None when it is too early to ask, or there is none.
    pub(crate) async fn newer<E: From<WebError>, F: Future<Output = Result<T, E>>>(
        &self,
        (url, known): (&str, &Arc<T>),
        now: Seconds,
        fetch: impl FnOnce() -> F,
    ) -> Option<Arc<T>> {
        let fetched = self.slot(url).fetch(now, fetch).await.ok()?;
        (!Arc::ptr_eq(&fetched, known)).then_some(fetched)
    }

    fn slot(&self, url: &str) -> Arc<Slot<T>> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(url) {
            return Arc::clone(slot);
        }
        if slots.len() >= MAX_THINGS {
            slots.clear();
        }
        let slot = Arc::new(Slot {
            kept: Mutex::new(Kept { thing: None, tried: None }),
            fetching: tokio::sync::Mutex::default(),
        });
        slots.insert(url.into(), Arc::clone(&slot));
        slot
    }
}

impl<T> Slot<T> {
    fn within(&self, age: Seconds, now: Seconds) -> Option<Arc<T>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (thing, at) = kept.thing.as_ref()?;
        (0..age).contains(&(now - at)).then(|| Arc::clone(thing))
    }

    /// Whether it may be tried now; if so, this is the try.
    fn may_try(&self, now: Seconds) -> bool {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let is_early = kept.tried.is_some_and(|tried| (0..PAUSE_SECS).contains(&(now - tried)));
        if !is_early {
            kept.tried = Some(now);
        }
        !is_early
    }

    async fn fetch<E: From<WebError>, F: Future<Output = Result<T, E>>>(
        &self,
        now: Seconds,
        fetch: impl FnOnce() -> F,
    ) -> Result<Arc<T>, E> {
        let _fetching = self.fetching.lock().await;
        if !self.may_try(now) {
            return self.within(STALE_SECS, now).ok_or_else(|| WebError::TooSoon.into());
        }
        match fetch().await {
            Ok(thing) => {
                let thing = Arc::new(thing);
                let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.thing = Some((Arc::clone(&thing), now));
                Ok(thing)
            }
            Err(error) => self.within(STALE_SECS, now).ok_or(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const URL: &str = "https://idp.example/keys";

    /// A provider that counts how often it is asked and answers with the count, or fails.
    #[derive(Default)]
    struct Provider {
        asked: AtomicUsize,
        is_down: bool,
    }

    impl Provider {
        async fn answer(&self) -> Result<usize, WebError> {
            tokio::task::yield_now().await;
            let count = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
            if self.is_down { Err(WebError::Slow("idp.example".to_owned())) } else { Ok(count) }
        }
    }

    #[tokio::test]
    async fn a_thing_is_fetched_once_while_it_is_fresh() {
        let (remembered, provider) = (Remembered::default(), Provider::default());
        let get = |now| remembered.get(URL, now, || provider.answer());
        for (now, expected) in [(0, 1), (FRESH_SECS - 1, 1), (FRESH_SECS, 2), (2 * FRESH_SECS - 1, 2)] {
            assert_eq!(*get(now).await.unwrap(), expected, "{now}");
        }
        let all = (get(10_000), get(10_000), get(10_000));
        let all = tokio::join!(all.0, all.1, all.2);
        assert_eq!((*all.0.unwrap(), *all.1.unwrap(), *all.2.unwrap()), (3, 3, 3), "together they ask once");
    }

    #[tokio::test]
    async fn whoever_lacks_something_gets_a_newer_one_but_not_at_will() {
        let (remembered, provider) = (Remembered::default(), Provider::default());
        let known = remembered.get(URL, 0, || provider.answer()).await.unwrap();
        let newer = |now| remembered.newer((URL, &known), now, || provider.answer());
        assert_eq!(newer(1).await, None);
        assert_eq!(newer(PAUSE_SECS).await.as_deref(), Some(&2));
        for now in PAUSE_SECS..2 * PAUSE_SECS {
            assert_eq!(newer(now).await.as_deref(), Some(&2), "another one's, and no new question");
        }
        assert_eq!(provider.asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn what_was_fetched_outlives_its_provider_for_some_hours_and_no_longer() {
        let remembered = Remembered::default();
        let (up, down) = (Provider::default(), Provider { is_down: true, ..Provider::default() });
        remembered.get(URL, 0, || up.answer()).await.unwrap();
        for now in FRESH_SECS..FRESH_SECS + 100 {
            assert_eq!(remembered.get(URL, now, || down.answer()).await.as_deref(), Ok(&1));
        }
        assert_eq!(down.asked.load(Ordering::Relaxed), 10, "every ten seconds");
        let gone = remembered.get(URL, STALE_SECS, || down.answer()).await;
        assert_eq!(gone, Err(WebError::Slow("idp.example".to_owned())));
        assert_eq!(remembered.get(URL, STALE_SECS, || down.answer()).await, Err(WebError::TooSoon));
        assert_eq!(remembered.get(URL, STALE_SECS + PAUSE_SECS, || up.answer()).await.as_deref(), Ok(&2));
    }
}
