//! Groups of now, for who is signed in by a provider: asked for when what it told is too old to count.
//!
//! A provider that does not answer, or says that its session is over, leaves the groups as old as they are, and nothing is
//! issued meanwhile. Nobody is asked twice at once, nor again and again.

use std::sync::Arc;

use regent_broker::{IdentitySource, Origin, Person, Stored};
use regent_wire::secret::SecretAccessKey;

use super::openid::{Provider, Told};
use crate::broker::caller::{BrokerCaller, Circumstances, Subject};
use crate::broker::change::Actor;
use crate::rest::caller::Known;
use crate::rest::problem::Problem;
use crate::seal::place;
use crate::server::Server;
use crate::signin::oidc::OidcError;
use crate::signin::web::WebError;

/// The same caller, with groups of now if they can be had.
pub(in crate::rest) async fn groups(known: Known) -> Result<Known, Problem> {
    let (Some(login), Subject::Person(person)) = (&known.caller.login, &known.caller.subject) else {
        return Ok(known);
    };
    let Origin::Oidc { source, .. } = &person.value.origin else { return Ok(known) };
    let Some(source) = known.directory.broker().identity_sources.get(source.as_str()) else {
        return Ok(known);
    };
    let (server, now) = (&known.asked.server, known.asked.now);
    let work = || ask(Arc::clone(server), Arc::clone(source), Arc::clone(person), now);
    let is_fresh = server.sign_in.refreshing.run(person.id.clone(), work).await.unwrap_or(false);
    let directory = known.asked.directory()?;
    if directory.broker().logins.get(login.id.as_str()).is_none() {
        return Err(Problem::login_expired());
    }
    if !is_fresh {
        return Ok(known);
    }
    let around = Circumstances {
        source_ip: Arc::clone(&known.caller.source_ip),
        user_agent: known.caller.user_agent.clone(),
        now: known.caller.now,
    };
    let caller = BrokerCaller::of_login(&directory, login, around).ok_or_else(Problem::login_required)?;
    Ok(Known { caller, directory, ..known })
}

/// Asks the provider, and keeps what it tells. Says whether it told anything.
async fn ask(
    server: Arc<Server>,
    source: Arc<Stored<IdentitySource>>,
    person: Arc<Stored<Person>>,
    now: jiff::Timestamp,
) -> bool {
    if server.sign_in.refreshes.take(person.id.as_str(), now).is_err() {
        return false;
    }
    match told(&server, &source, &person, now.as_second()).await {
        Ok(is_told) => is_told,
        Err(problem) => {
            tracing::warn!(
                person.id = person.id.as_str(),
                code = problem.code(),
                detail = problem.detail(),
                "groups could not be refreshed"
            );
            false
        }
    }
}

async fn told(
    server: &Server,
    source: &Stored<IdentitySource>,
    person: &Stored<Person>,
    now: i64,
) -> Result<bool, Problem> {
    let Origin::Oidc { subject, .. } = &person.value.origin else { return Ok(false) };
    let sealed = person.value.claimed_groups.as_ref().and_then(|told| told.sealed_refresh_token.clone());
    let Some(sealed) = sealed else { return Ok(false) };
    let place = place::person_refresh_token(&person.id);
    let token: SecretAccessKey = server.sealer.open_text(&place, &sealed).map_err(Problem::internal)?;
    let provider = Provider::of(server, source)?;
    let asked =
        server.sign_in.openid.refresh(&provider.web, provider.client(""), (&token, subject), now).await;
    let signed_in = match asked {
        Ok(signed_in) => signed_in,
        Err(error) => {
            if is_over(&error) {
                forget(server, person, sealed, now).await?;
            }
            return Err(error.into());
        }
    };
    let renewed = signed_in.refresh_token.map(|token| server.sealer.seal(&place, token.reveal().as_bytes()));
    let told = Told {
        identity: signed_in.identity,
        at: now,
        sealed_refresh_token: renewed.transpose().map_err(Problem::internal)?.map(Into::into),
    };
    let id = person.id.clone();
    server
        .change_broker(Actor::silent(&id.clone(), now), move |change| {
            let old = change.current::<Person>(id.as_str(), None)?;
            let mut value = old.value.clone();
            if renew(&mut value, &told, &sealed) {
                change.put(Stored { value, ..Stored::clone(&old) });
            }
            Ok(())
        })
        .await?;
    Ok(true)
}

/// Writes down what this token was told; says whether there is anything to write.
///
/// Who has signed in anew meanwhile has newer groups, and perhaps a newer token, that a slow answer must not replace. As long
/// as the token is the one that was asked with, it is used up by now if there is another.
fn renew(person: &mut Person, told: &Told, asked_with: &str) -> bool {
    let Some(kept) = person.claimed_groups.as_mut().filter(|kept| kept.is_asked_by(asked_with)) else {
        return false;
    };
    if kept.at <= told.at {
        told.describe(person);
        return true;
    }
    let Some(renewed) = &told.sealed_refresh_token else { return false };
    kept.sealed_refresh_token = Some(renewed.clone());
    true
}

/// Whether the provider says that it will never answer to this token again.
fn is_over(error: &OidcError) -> bool {
    matches!(error, OidcError::Web(WebError::Status { code: Some(code), .. }) if code == "invalid_grant")
}

/// Forgets a token that is no use any more. Nothing is issued to its person then until they sign in again.
///
/// Their sign-ins stay: a provider that gives a new token each time answers so to whichever of two nodes comes second.
async fn forget(server: &Server, person: &Stored<Person>, sealed: Box<str>, now: i64) -> Result<(), Problem> {
    let id = person.id.clone();
    server
        .change_broker(Actor::silent(&id.clone(), now), move |change| {
            let old = change.current::<Person>(id.as_str(), None)?;
            let mut value = old.value.clone();
            // Another node, or a sign-in, may have got a newer one in the meantime.
            let Some(told) = value.claimed_groups.as_mut().filter(|told| told.is_asked_by(&sealed)) else {
                return Ok(());
            };
            told.sealed_refresh_token = None;
            change.put(Stored { value, ..Stored::clone(&old) });
            Ok(())
        })
        .await
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use regent_broker::ClaimedGroups;

    use super::*;
    use crate::signin::oidc::identity::Identity;

    #[test]
    fn a_slow_answer_replaces_nothing_newer() {
        for (kept, at, renewed, expected) in [
            (Some("asked"), 900, None, (true, "told", Some("asked"))),
            (Some("asked"), 1000, Some("renewed"), (true, "told", Some("renewed"))),
            (Some("asked"), 1001, Some("renewed"), (true, "kept", Some("renewed"))),
            (Some("asked"), 1001, None, (false, "kept", Some("asked"))),
            (Some("newer"), 900, Some("renewed"), (false, "kept", Some("newer"))),
            (None, 900, Some("renewed"), (false, "kept", None)),
        ] {
            let claimed = ClaimedGroups {
                values: vec!["kept".into()],
                at,
                attributes: vec![],
                sealed_refresh_token: kept.map(Into::into),
            };
            let mut person = Person { claimed_groups: Some(claimed), ..Person::new("ana") };
            let identity = Identity {
                subject: "1".to_owned(),
                name: None,
                display_name: None,
                email: None,
                groups: vec!["told".to_owned()],
                attributes: BTreeMap::new(),
                is_multi_factor: false,
                authenticated_at: None,
            };
            let told = Told { identity, at: 1000, sealed_refresh_token: renewed.map(Into::into) };
            let is_written = renew(&mut person, &told, "asked");
            let claimed = person.claimed_groups.unwrap();
            let found = (is_written, &*claimed.values[0], claimed.sealed_refresh_token.as_deref());
            assert_eq!(found, expected, "{kept:?} at {at}, {renewed:?}");
        }
    }
}
