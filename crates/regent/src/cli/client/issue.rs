//! Getting credentials: from the cache while they are good for long enough, else from the server, one process at a time.

use clap::Args;
use http::Method;
use jiff::Timestamp;
use regent_broker::output::Form;
use serde_json::{Map, Value};

use super::api::{Answer, Ask};
use super::issued::{self, Issued, Kept};
use super::places::Lock;
use super::refusal::Refusal;
use super::vault;
use super::{Session, now, span};

/// Credentials with less left than this, in seconds, are not handed out even when the server is gone.
const LAST_RESORT: i64 = 60;
/// SDKs begin to ask for new ones when this much is left, in seconds; what is older helps them for a moment only.
const WINDOW: u32 = 15 * 60;

/// What is wished of a connector.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) slug: String,
    pub(super) seconds: Option<u32>,
    pub(super) strict: bool,
    pub(super) reason: Option<String>,
}

/// Whether to keep what was got, and for how long it is good.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Caching {
    /// Neither use the cache nor write to it
    #[arg(long)]
    no_cache: bool,
    /// Get new credentials when this much is left of the old ones, or a tenth of their life [default: 15m]
    #[arg(long, value_name = "DURATION", env = "REGENT_REFRESH_WINDOW", value_parser = span::parse)]
    refresh_window: Option<u32>,
}

impl Caching {
    /// What must be left of credentials, in seconds, to hand them out: the window, or half the life of those that live too
    /// short for it, or a tenth of the life of those that live very long.
    pub(super) fn window(&self, life: u32) -> i64 {
        let window = self.refresh_window.unwrap_or(WINDOW).min(life / 2).max(life / 10);
        i64::from(window)
    }
}

/// Issues credentials, or hands out those of before.
pub(super) async fn issue(session: &Session, wish: &Wish, caching: &Caching) -> anyhow::Result<Issued> {
    let Some(vault) = session.vault.as_ref().filter(|_| !caching.no_cache) else {
        return ask(session, wish).await;
    };
    let name = name(session, wish);
    let fresh = |kept: &Issued, at: Timestamp| kept.left(at) > caching.window(kept.seconds);
    let begun = now();
    if let Some(Kept::Issued(kept)) = Kept::read(vault, &name)
        && fresh(&kept, begun)
    {
        return Ok(kept);
    }
    let _lock = Lock::take(vault.lock_path(&name)).await?;
    // Somebody else may have been here meanwhile.
    let old = match Kept::read(vault, &name) {
        Some(Kept::Issued(kept)) if fresh(&kept, begun) => return Ok(kept),
        Some(Kept::Issued(kept)) => Some(kept),
        Some(Kept::Refused { at, refusal }) if at >= begun => anyhow::bail!(refusal),
        Some(Kept::Refused { .. }) | None => None,
    };
    match ask(session, wish).await {
        Ok(issued) => {
            // Without a place to keep them they are good all the same.
            let _ = issued::keep(vault, &name, &issued);
            Ok(issued)
        }
        Err(error) => {
            let Some(refusal) = error.downcast_ref::<Refusal>() else { return Err(error) };
            if let Some(old) = old.filter(|old| refusal.is_outage && old.left(now()) > LAST_RESORT) {
                return Ok(old);
            }
            // Without a place to keep it the next one asks again.
            let _ = issued::keep_refusal(vault, &name, refusal, now());
            Err(error)
        }
    }
}

/// Forgets the credentials of a session, wherever they are kept.
pub(super) fn forget(session: &Session, session_id: &str) {
    let Some(vault) = &session.vault else { return };
    for name in vault.names(&format!("cred-{}", session.whose)) {
        if let Some(Kept::Issued(kept)) = Kept::read(vault, &name)
            && kept.session_id == session_id
        {
            // It is revoked in any case; kept, it would only fail later.
            let _ = vault.remove(&name);
        }
    }
}

/// Where the outcome of a wish is kept: everything that makes the answer another is in the name.
fn name(session: &Session, wish: &Wish) -> String {
    let Wish { slug, seconds, strict, reason } = wish;
    let seconds = seconds.map(|seconds| seconds.to_string()).unwrap_or_default();
    let parts = [
        session.server.as_str(),
        slug,
        &seconds,
        if *strict { "strict" } else { "" },
        reason.as_deref().unwrap_or_default(),
    ];
    format!("cred-{}-{}", session.whose, vault::name(&parts))
}

async fn ask(session: &Session, wish: &Wish) -> anyhow::Result<Issued> {
    Issued::of_answer(request(session, wish, Form::Json).await?.text()?, now())
}

/// Asks the server for credentials in a form. They are nowhere kept.
pub(super) async fn request(session: &Session, wish: &Wish, form: Form) -> anyhow::Result<Answer> {
    let mut body = Map::new();
    body.insert("format".to_owned(), form.name().into());
    if let Some(seconds) = wish.seconds {
        body.insert("duration_seconds".to_owned(), seconds.into());
    }
    if wish.strict {
        body.insert("strict".to_owned(), true.into());
    }
    if let Some(reason) = &wish.reason {
        body.insert("reason".to_owned(), reason.as_str().into());
    }
    let path = ["connectors", &wish.slug, "credentials"];
    session.api.ask(Ask::new(Method::POST, &path).json(&Value::Object(body))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_lives_are_cached_too_and_long_ones_refreshed_early() {
        for (given, life, window) in [
            (None, 3600, 900),
            (None, 900, 450),
            (None, 43_200, 4320),
            (Some(60), 3600, 360),
            (Some(60), 120, 60),
            (Some(7200), 3600, 1800),
        ] {
            let caching = Caching { no_cache: false, refresh_window: given };
            assert_eq!(caching.window(life), window, "{given:?} {life}");
        }
    }
}
