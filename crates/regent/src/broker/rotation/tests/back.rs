//! Ways back that are cut off, or lead nowhere.

use regent_wire::iam::StatusType;

use super::super::LISTED_SECS;
use super::*;

/// A world in which the new key is in use, and nobody has switched the old one off.
async fn switched() -> (World, String) {
    let world = World::new().await;
    let new = switch(&world).await;
    (world, new)
}

async fn switch(world: &World) -> String {
    let rotating = world.rotating(&world.upstream);
    rotating.begin(&rotating.stored().unwrap()).await.unwrap();
    let stored = rotating.stored().unwrap();
    rotating.create(&stored, stored.value.rotation.as_ref().unwrap()).await.unwrap();
    assert_eq!(world.step(), Some(RotationStep::Switched));
    world.clock.advance(TURN_SECS);
    world.works().await
}

/// A world in which the old key is back, and the new one could not be deleted.
async fn rolled_back() -> (World, String) {
    let world = World::with(&["iam:ListAccessKeys", "iam:CreateAccessKey", "iam:UpdateAccessKey"]).await;
    world.advance().await.unwrap();
    let new = world.works().await;
    world.rotating(&world.upstream).roll_back().await.unwrap_err();
    assert_eq!(world.step(), Some(RotationStep::RolledBack));
    (world, new)
}

#[tokio::test]
async fn an_old_key_that_somebody_has_deleted_is_out_of_use() {
    let (world, new) = switched().await;
    world.upstream.delete_access_key(&root(), Some("broker"), &world.first.access_key_id).await.unwrap();
    assert_eq!(world.advance().await.unwrap(), Progress::Done);
    assert_eq!((world.works().await, world.step()), (new.clone(), None));
    assert_eq!(world.keys().await, [(new, true)]);
}

#[tokio::test]
async fn an_old_key_that_does_not_work_never_comes_back() {
    let (world, new) = switched().await;
    world.allow(&["iam:ListAccessKeys", "iam:CreateAccessKey", "iam:DeleteAccessKey"]).await;
    let (iam, first) = (&world.upstream, &world.first.access_key_id);
    iam.update_access_key(&root(), Some("broker"), first, StatusType::Inactive).await.unwrap();
    let refused = world.advance().await.unwrap_err();
    assert!(matches!(refused, RotationError::Interrupted(_)), "{refused:?}");
    assert_eq!((world.works().await, world.step()), (new.clone(), Some(RotationStep::Switched)));
    world.allow(&["iam:*"]).await;
    assert!(matches!(world.advance().await.unwrap(), Progress::WaitingUntil(_)));
    assert_eq!(world.works().await, new);
}

#[tokio::test]
async fn a_new_key_that_cannot_be_deleted_after_a_rollback_is_not_forgotten() {
    let world = World::with(&["iam:ListAccessKeys", "iam:CreateAccessKey", "iam:UpdateAccessKey"]).await;
    world.advance().await.unwrap();
    let new = world.works().await;
    for _ in 0..2 {
        let refused = world.rotating(&world.upstream).roll_back().await.unwrap_err();
        assert!(refused.told().contains("DeleteAccessKey"), "{}", refused.told());
        let first = world.first.access_key_id.clone();
        assert_eq!((world.works().await, world.step()), (first, Some(RotationStep::RolledBack)));
    }
    assert!(world.keys().await.contains(&(new, true)));
    // The server goes on by itself, and says what the upstream says.
    world.server.rotate_due_keys().await;
    let question = Question { actor: Some("server".into()), ..Question::default() };
    let events = world.server.find_events(question, None, 100).await.unwrap().events;
    let told = events.iter().find(|event| event.contains("rotation_failed")).unwrap();
    assert!(told.contains("AccessDenied") && told.contains("DeleteAccessKey"), "{told}");
    world.allow(&["iam:*"]).await;
    world.server.rotate_due_keys().await;
    assert_eq!(world.keys().await, [(world.first.access_key_id.clone(), true)]);
    assert_eq!((world.step(), world.record().health), (None, Health::Ok));
}

#[tokio::test]
async fn a_key_that_somebody_has_deleted_is_gone_although_this_one_may_delete_none() {
    let (world, new) = rolled_back().await;
    world.upstream.delete_access_key(&root(), Some("broker"), &new).await.unwrap();
    world.rotating(&world.upstream).roll_back().await.unwrap_err();
    world.clock.advance(LISTED_SECS);
    assert!(world.rotating(&world.upstream).roll_back().await.unwrap());
    assert_eq!((world.works().await, world.step()), (world.first.access_key_id.clone(), None));
    assert!(!world.rotating(&world.upstream).roll_back().await.unwrap(), "there is nothing to do");
}

#[tokio::test]
async fn whoever_asks_for_a_rotation_gets_one_after_what_was_left_of_the_last() {
    let (world, left) = rolled_back().await;
    world.allow(&["iam:*"]).await;
    assert!(matches!(world.advance().await.unwrap(), Progress::WaitingUntil(_)));
    let new = world.works().await;
    assert!(new != left && new != world.first.access_key_id);
    assert_eq!(world.keys().await.len(), 2);
}

#[tokio::test]
async fn a_rotation_that_the_upstream_undid_is_still_due() {
    let world = World::new().await;
    set_days(&world, 30).await;
    world.clock.advance(30 * 86_400);
    let new = switch(&world).await;
    world.allow(&["iam:ListAccessKeys", "iam:CreateAccessKey"]).await;
    world.server.rotate_due_keys().await;
    assert_eq!(world.step(), Some(RotationStep::RolledBack), "the new key could not be deleted either");
    assert_eq!(world.works().await, world.first.access_key_id);
    let question = Question { actor: Some("server".into()), ..Question::default() };
    let events = world.server.find_events(question, None, 100).await.unwrap().events;
    let told = events.iter().find(|event| event.contains("rotation_failed")).unwrap();
    for said in ["UpdateAccessKey", "DeleteAccessKey", &new] {
        assert!(told.contains(said), "{said}: {told}");
    }
    // What was left is no rotation: once it is gone, the key is as old as it was.
    world.allow(&["iam:*"]).await;
    world.server.rotate_due_keys().await;
    assert_eq!((world.step(), world.record().health), (Some(RotationStep::Deactivated), Health::Ok));
    assert_ne!(world.works().await, world.first.access_key_id);
}

#[tokio::test]
async fn a_rotation_can_be_rolled_back_until_the_old_key_is_gone() {
    let world = World::new().await;
    world.rotating(&world.upstream).roll_back().await.unwrap();
    let stored = world.rotating(&world.upstream).stored().unwrap();
    world.rotating(&world.upstream).begin(&stored).await.unwrap();
    world.clock.advance(TURN_SECS);
    world.rotating(&world.upstream).roll_back().await.unwrap();
    assert_eq!(world.step(), None);
    world.advance().await.unwrap();
    world.rotating(&world.upstream).roll_back().await.unwrap();
    assert_eq!(world.works().await, world.first.access_key_id);
    assert_eq!(world.keys().await, [(world.first.access_key_id.clone(), true)]);
    assert_eq!(world.step(), None);
}

#[tokio::test]
async fn a_recorded_key_that_is_gone_does_not_keep_the_old_one_from_coming_back() {
    let (world, new) = switched().await;
    world.upstream.delete_access_key(&root(), Some("broker"), &new).await.unwrap();
    world.rotating(&world.upstream).roll_back().await.unwrap();
    assert_eq!((world.works().await, world.step()), (world.first.access_key_id.clone(), None));
}
