//! Rotations against Regent itself, in which every step can fail and every crash is taken up again.

use std::sync::Arc;
use std::time::Duration;

use regent_broker::{Account, AccountTerms, Health, Id, RotationStep};
use regent_wire::iam::{CreateUserRequest, PutUserPolicyRequest, op};
use serde_json::json;

use super::lease::TURN_SECS;
use super::{Occasion, Patience, Progress, Rotating, RotationError, Wrote};
use crate::Server;
use crate::broker::change::Actor;
use crate::broker::journal::Question;
use crate::clock::Clock;
use crate::seal::place;
use crate::upstream::Upstream;
use crate::upstream::credentials::Credentials;
use crate::upstream::tests::{Say, Stranger, http, must, root, server, upstream_at, within};

mod back;
mod nodes;

/// Regent with a user whose key an account has.
struct World {
    server: Arc<Server>,
    clock: Clock,
    upstream: Upstream,
    account: Id,
    first: Credentials,
    actor: Actor,
}

impl World {
    /// The user may do this with keys.
    async fn with(actions: &[&str]) -> Self {
        let (server, clock) = server().await;
        let upstream = within(&server, &clock);
        let user = CreateUserRequest { user_name: "broker".to_owned(), ..CreateUserRequest::default() };
        must::<op::CreateUser>(&upstream, &root(), user).await;
        let world = Self {
            account: Id::new("acct", 0, [7; 10]),
            first: upstream.create_access_key(&root(), Some("broker")).await.unwrap().value,
            actor: Actor::server(server.seconds()),
            server,
            clock,
            upstream,
        };
        world.allow(actions).await;
        let terms =
            json!({ "name": "Base", "kind": "access_key", "access_key_id": world.first.access_key_id });
        let mut account = Account::new(serde_json::from_value::<AccountTerms>(terms).unwrap());
        account.sealed_secret = Some(world.sealed(&world.first));
        let id = world.account.clone();
        let create = move |at: &mut super::BrokerChange<'_>| at.create(&id, account.clone());
        assert!(world.server.change_broker(world.actor.clone(), create).await.is_ok());
        world
    }

    async fn new() -> Self {
        Self::with(&["iam:*"]).await
    }

    async fn allow(&self, actions: &[&str]) {
        let policy = json!({ "Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Action": actions, "Resource": "*" } });
        let policy = PutUserPolicyRequest {
            user_name: "broker".to_owned(),
            policy_name: "keys".to_owned(),
            policy_document: policy.to_string(),
        };
        must::<op::PutUserPolicy>(&self.upstream, &root(), policy).await;
    }

    fn sealed(&self, key: &Credentials) -> Box<str> {
        let place = place::broker_account(&self.account);
        self.server.sealer.seal(&place, key.secret.reveal().as_bytes()).unwrap().into()
    }

    fn rotating<'a>(&'a self, upstream: &'a Upstream) -> Rotating<'a> {
        let patience = Patience { tries: 2, wait: Duration::from_millis(1) };
        Rotating {
            server: &self.server,
            upstream,
            account: &self.account,
            actor: &self.actor,
            patience,
            occasion: Occasion::Asked,
            wrote: Wrote::default(),
        }
    }

    async fn advance(&self) -> Result<Progress, RotationError> {
        self.rotating(&self.upstream).advance().await
    }

    fn record(&self) -> Account {
        self.rotating(&self.upstream).stored().unwrap().value.clone()
    }

    fn step(&self) -> Option<RotationStep> {
        self.record().rotation.map(|rotation| rotation.step)
    }

    /// The account's key works, whatever has happened, and it is the recorded one.
    async fn works(&self) -> String {
        let stored = self.rotating(&self.upstream).stored().unwrap();
        let keys = self.rotating(&self.upstream).keys(&stored).unwrap().credentials;
        let identity = self.upstream.get_caller_identity(&keys).await.unwrap().value;
        assert!(identity.arn.ends_with(":user/broker"), "{}", identity.arn);
        keys.access_key_id
    }

    /// The user's keys by id, and whether each is on.
    async fn keys(&self) -> Vec<(String, bool)> {
        let keys = self.upstream.list_access_keys(&root(), Some("broker")).await.unwrap().value;
        keys.into_iter().map(|key| (key.access_key_id, key.is_active)).collect()
    }
}

#[tokio::test]
async fn a_key_is_replaced_and_the_old_one_goes_a_day_later() {
    let world = World::new().await;
    let begun = world.server.seconds();
    assert_eq!(world.advance().await.unwrap(), Progress::WaitingUntil(begun + 86_400));
    let second = world.works().await;
    assert_ne!(second, world.first.access_key_id);
    assert_eq!(world.record().secret_set, Some(begun));
    let mut expected = vec![(world.first.access_key_id.clone(), false), (second.clone(), true)];
    let mut keys = world.keys().await;
    keys.sort();
    expected.sort();
    assert_eq!(keys, expected);
    world.clock.advance(86_399);
    assert_eq!(world.advance().await.unwrap(), Progress::WaitingUntil(begun + 86_400));
    world.clock.advance(1);
    assert_eq!(world.advance().await.unwrap(), Progress::Done);
    assert_eq!(world.keys().await, [(second, true)]);
    assert_eq!(world.step(), None);
    // And again.
    world.advance().await.unwrap();
    assert_eq!(world.step(), Some(RotationStep::Deactivated));
}

#[tokio::test]
async fn what_the_upstream_refuses_is_undone() {
    for (allowed, error) in [
        (&["iam:ListAccessKeys", "iam:UpdateAccessKey", "iam:DeleteAccessKey"][..], "in use as before"),
        (&["iam:ListAccessKeys", "iam:CreateAccessKey", "iam:DeleteAccessKey"][..], "in use as before"),
        (&["iam:CreateAccessKey", "iam:DeleteAccessKey"][..], "did not do its part"),
    ] {
        let world = World::with(allowed).await;
        let found = world.advance().await.unwrap_err().to_string();
        assert!(found.contains(error), "{allowed:?}: {found}");
        assert_eq!(world.keys().await, [(world.first.access_key_id.clone(), true)], "{allowed:?}");
        assert_eq!((world.works().await, world.step()), (world.first.access_key_id.clone(), None));
    }
}

#[tokio::test]
async fn a_second_key_that_was_there_before_is_nobodys_to_delete() {
    let world = World::new().await;
    let other = world.upstream.create_access_key(&root(), Some("broker")).await.unwrap().value;
    let found = world.advance().await.unwrap_err();
    assert!(matches!(&found, RotationError::SecondKey(id) if *id == other.access_key_id), "{found}");
    assert_eq!((world.keys().await.len(), world.step()), (2, None));
}

#[tokio::test]
async fn a_rotation_goes_on_where_a_crash_has_left_it() {
    let world = World::new().await;
    // It was recorded that a key is being made, it was made, and nobody has its secret any more.
    let stored = world.rotating(&world.upstream).stored().unwrap();
    world.rotating(&world.upstream).begin(&stored).await.unwrap();
    let lost = world.upstream.create_access_key(&world.first, None).await.unwrap().value;
    assert_eq!(world.works().await, world.first.access_key_id);
    // Whoever was at it may still be.
    world.clock.advance(TURN_SECS - 1);
    assert!(matches!(world.advance().await, Err(RotationError::UnderWay)));
    assert!(matches!(world.rotating(&world.upstream).roll_back().await, Err(RotationError::UnderWay)));
    world.clock.advance(1);
    world.advance().await.unwrap();
    assert!(world.keys().await.iter().all(|(id, _)| *id != lost.access_key_id));
    assert_eq!(world.keys().await.len(), 2);

    // The old key was switched off, and the record does not know.
    let stored = world.rotating(&world.upstream).stored().unwrap();
    let rotating = world.rotating(&world.upstream);
    let set = rotating.write(&stored, |account| {
        if let Some(rotation) = &mut account.rotation {
            rotation.step = RotationStep::Switched;
        }
    });
    set.await.unwrap();
    assert!(matches!(world.advance().await.unwrap(), Progress::WaitingUntil(_)));
    // The old key was deleted, and the record does not know.
    world.clock.advance(86_400);
    world.upstream.delete_access_key(&root(), Some("broker"), &world.first.access_key_id).await.unwrap();
    assert_eq!(world.advance().await.unwrap(), Progress::Done);
    assert_eq!((world.keys().await.len(), world.step()), (1, None));
}

#[tokio::test]
async fn a_leftover_key_is_known_by_an_upstream_whose_clock_is_behind() {
    let world = World::new().await;
    let rotating = world.rotating(&world.upstream);
    world.clock.advance(200); // which is no time at the upstream, whose clock is that much behind
    rotating.begin(&rotating.stored().unwrap()).await.unwrap();
    world.clock.advance(-200);
    let lost = world.upstream.create_access_key(&world.first, None).await.unwrap().value;
    world.clock.advance(200 + TURN_SECS);
    world.advance().await.unwrap();
    assert!(world.keys().await.iter().all(|(id, _)| *id != lost.access_key_id));
}

/// The account's key is to be rotated every so many days.
async fn set_days(world: &World, days: u32) {
    let (id, now) = (world.account.clone(), world.server.seconds());
    let set = move |at: &mut super::BrokerChange<'_>| {
        let old = at.current::<Account>(id.as_str(), None)?;
        let mut account = old.value.clone();
        account.terms.rotate_every_days = Some(days);
        account.secret_set = Some(now);
        at.replace(&old, account)
    };
    assert!(world.server.change_broker(world.actor.clone(), set).await.is_ok());
}

#[tokio::test]
async fn a_key_that_is_old_enough_is_rotated_without_being_asked() {
    let world = World::new().await;
    set_days(&world, 30).await;
    world.clock.advance(30 * 86_400 - 1);
    world.server.rotate_due_keys().await;
    assert_eq!((world.works().await, world.step()), (world.first.access_key_id.clone(), None));

    world.clock.advance(1);
    world.server.rotate_due_keys().await;
    assert_eq!(world.step(), Some(RotationStep::Deactivated));
    let second = world.works().await;
    assert_ne!(second, world.first.access_key_id);
    // An hour later there is nothing to do; a day later the old key goes.
    world.clock.advance(3600);
    world.server.rotate_due_keys().await;
    assert_eq!((world.works().await, world.keys().await.len()), (second.clone(), 2));
    world.clock.advance(86_400);
    world.server.rotate_due_keys().await;
    assert_eq!((world.keys().await, world.step()), (vec![(second, true)], None));

    // It is told as what the server did.
    let question = Question { actor: Some("server".into()), ..Question::default() };
    let events = world.server.find_events(question, None, 100).await.unwrap().events;
    assert!(events.len() >= 4, "{events:?}");
    assert!(events.iter().all(|event| event.contains(r#""action":"account.update""#)), "{events:?}");
}

#[tokio::test]
async fn a_rotation_that_fails_is_noted_and_tried_again() {
    let world = World::with(&["iam:ListAccessKeys"]).await;
    set_days(&world, 1).await;
    world.clock.advance(86_400);
    for _ in 0..3 {
        world.server.rotate_due_keys().await;
        let record = world.record();
        assert!(
            matches!(&record.health, Health::Failing { code, .. } if code == "rotation_failed"),
            "{:?}",
            record.health
        );
        assert_eq!((world.works().await, world.step()), (world.first.access_key_id.clone(), None));
    }
    let question = Question { actor: Some("server".into()), ..Question::default() };
    let events = world.server.find_events(question, None, 100).await.unwrap().events;
    let failed = events.iter().filter(|event| event.contains(r#""error_code":"rotation_failed""#));
    assert_eq!(failed.count(), 1, "{events:?}");
    world.allow(&["iam:*"]).await;
    world.server.rotate_due_keys().await;
    assert_eq!((world.step(), world.record().health), (Some(RotationStep::Deactivated), Health::Ok));
}

#[tokio::test]
async fn a_key_that_does_not_work_is_deleted_and_never_used() {
    let world = World::new().await;
    let answer = |name: &str, inside: &str| {
        http(200, "", &format!("<{name}Response><{name}Result>{inside}</{name}Result></{name}Response>"))
    };
    let listed = answer("ListAccessKeys", "<AccessKeyMetadata/>");
    let identity = |arn: &str| {
        answer("GetCallerIdentity", &format!("<Arn>{arn}</Arn><UserId>u</UserId><Account>1</Account>"))
    };
    let made = answer(
        "CreateAccessKey",
        "<AccessKey><UserName>b</UserName><AccessKeyId>AKIANEWNEWNEWNEWNEW0</AccessKeyId>\
        <Status>Active</Status><SecretAccessKey>canary</SecretAccessKey></AccessKey>",
    );
    let refused =
        http(403, "", "<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>");
    let deleted = http(200, "", "<DeleteAccessKeyResponse/>");
    let on = http(200, "", "<UpdateAccessKeyResponse/>");
    let ours = || identity("arn:aws:iam::1:user/broker");
    for (script, requests, expected) in [
        (
            vec![
                listed.clone(),
                on.clone(),
                listed.clone(),
                ours(),
                made.clone(),
                refused.clone(),
                refused,
                deleted.clone(),
            ],
            8,
            "in use as before",
        ),
        (
            vec![
                listed.clone(),
                on.clone(),
                listed.clone(),
                ours(),
                made.clone(),
                identity("arn:aws:iam::1:user/other"),
                deleted,
            ],
            7,
            "`arn:aws:iam::1:user/other`",
        ),
    ] {
        let stranger = Stranger::who_says(script).await;
        let upstream = Upstream { clock: world.clock.clone(), ..upstream_at(&stranger.url()) };
        let found = world.rotating(&upstream).advance().await.unwrap_err();
        assert!(
            found.to_string().contains(expected) && !format!("{found:?}").contains("canary"),
            "{found:?}"
        );
        let heard = stranger.heard();
        assert_eq!(heard.len(), requests, "{heard:#?}");
        assert!(
            heard.last().unwrap().contains("Action=DeleteAccessKey")
                && heard.last().unwrap().contains("AKIANEW")
        );
        assert_eq!((world.works().await, world.step()), (world.first.access_key_id.clone(), None));
    }
    // Whether a key was made is not known: the record says that it may be, and the next try looks.
    let script = vec![listed.clone(), on, listed, ours(), Say::Bytes(Vec::new())];
    let stranger = Stranger::who_says(script).await;
    let upstream = Upstream { clock: world.clock.clone(), ..upstream_at(&stranger.url()) };
    let found = world.rotating(&upstream).advance().await.unwrap_err();
    assert!(matches!(found, RotationError::Interrupted(_)), "{found:?}");
    assert_eq!(
        (world.works().await, world.step()),
        (world.first.access_key_id.clone(), Some(RotationStep::Creating))
    );
    assert!(matches!(world.advance().await.unwrap(), Progress::WaitingUntil(_)));
    assert_eq!(world.keys().await.iter().filter(|(_, is_active)| *is_active).count(), 1);
}

#[tokio::test]
async fn only_accounts_with_keys_are_rotated() {
    let world = World::new().await;
    let nobody = Id::new("acct", 1, [1; 10]);
    let rotating = Rotating { account: &nobody, ..world.rotating(&world.upstream) };
    assert!(matches!(rotating.advance().await, Err(RotationError::NoAccount(_))));
    let stored = world.rotating(&world.upstream).stored().unwrap();
    let rotating = world.rotating(&world.upstream);
    let emptied = rotating.write(&stored, |account| account.sealed_secret = None);
    emptied.await.unwrap();
    assert!(matches!(world.advance().await, Err(RotationError::NoKey)));
}
