//! Rotations that two nodes come upon.

use super::*;

#[tokio::test]
async fn what_another_node_is_at_is_left_to_it() {
    let world = World::new().await;
    set_days(&world, 1).await;
    world.clock.advance(86_400);
    let rotating = world.rotating(&world.upstream);
    rotating.begin(&rotating.stored().unwrap()).await.unwrap();
    let theirs = world.upstream.create_access_key(&world.first, None).await.unwrap().value;
    world.server.rotate_due_keys().await;
    assert!(world.keys().await.iter().any(|(id, _)| *id == theirs.access_key_id));
    assert_eq!((world.keys().await.len(), world.step()), (2, Some(RotationStep::Creating)));
    assert_eq!(world.record().health, Health::Untested);
}

#[tokio::test]
async fn what_another_node_has_done_meanwhile_is_not_done_again() {
    let world = World::new().await;
    set_days(&world, 30).await;
    world.clock.advance(30 * 86_400);
    let rotating = Rotating { occasion: Occasion::Due, ..world.rotating(&world.upstream) };
    let seen = rotating.stored().unwrap();
    // It is rotated and rolled back: the key is the same, and a new one of no age.
    world.advance().await.unwrap();
    world.rotating(&world.upstream).roll_back().await.unwrap();
    for _ in 0..2 {
        assert_eq!(world.server.rotate_due_key(&world.account).await, Ok(None));
        assert_eq!(world.keys().await, [(world.first.access_key_id.clone(), true)]);
        // This node had seen it due, and comes to write only now.
        let late = rotating.begin(&seen).await.unwrap_err();
        assert!(late.is_overtaken(), "{late}");
        assert_eq!(world.step(), None);
        world.clock.advance(86_400);
    }
}

#[tokio::test]
async fn a_key_that_is_not_to_be_rotated_any_more_is_left_alone() {
    let world = World::new().await;
    set_days(&world, 1).await;
    world.clock.advance(86_400);
    let rotating = Rotating { occasion: Occasion::Due, ..world.rotating(&world.upstream) };
    let seen = rotating.stored().unwrap();
    rotating.write(&seen, |account| account.terms.disabled = true).await.unwrap();
    let late = rotating.begin(&seen).await.unwrap_err();
    assert!(late.is_overtaken(), "{late}");
    assert_eq!(world.server.rotate_due_key(&world.account).await, Ok(None));
    assert_eq!((world.keys().await.len(), world.step()), (1, None));
    // Whoever asks for it has it all the same.
    world.advance().await.unwrap();
    assert_eq!(world.step(), Some(RotationStep::Deactivated));
}

/// A rotation whose old key is to be deleted, and the keys there are.
async fn ending() -> (World, Vec<(String, bool)>) {
    let world = World::new().await;
    world.advance().await.unwrap();
    world.clock.advance(86_400);
    let keys = world.keys().await;
    assert_eq!(keys.len(), 2);
    (world, keys)
}

#[tokio::test]
async fn an_old_key_is_brought_back_or_deleted_and_never_both() {
    let (world, keys) = ending().await;
    let one = world.rotating(&world.upstream);
    let seen = one.stored().unwrap();
    let lease = one.take_up(&seen, seen.value.rotation.as_ref().unwrap()).await.unwrap();
    let other = world.rotating(&world.upstream);
    assert!(matches!(other.advance().await, Err(RotationError::UnderWay)));
    assert!(matches!(other.roll_back().await, Err(RotationError::UnderWay)));
    // Nor by a node that has not seen that it is taken.
    let late = other.take_up(&seen, seen.value.rotation.as_ref().unwrap()).await.unwrap_err();
    assert!(late.is_overtaken(), "{late}");
    assert_eq!(world.keys().await, keys);
    one.let_go(&lease).await;
    other.roll_back().await.unwrap();
    assert_eq!(world.works().await, world.first.access_key_id);
    assert_eq!(world.keys().await, [(world.first.access_key_id.clone(), true)]);
}

#[tokio::test]
async fn whoever_is_late_leaves_the_turn_to_whom_it_is() {
    let (world, keys) = ending().await;
    let (one, other) = (world.rotating(&world.upstream), world.rotating(&world.upstream));
    let taken = async |by: &Rotating<'_>| {
        let stored = by.stored().unwrap();
        by.take_up(&stored, stored.value.rotation.as_ref().unwrap()).await
    };
    let lease = taken(&one).await.unwrap();
    world.clock.advance(TURN_SECS);
    let theirs = taken(&other).await.unwrap();
    let record = world.record();
    for outcome in [one.go_on(&lease).await.map(|_| ()), one.take_back(&lease).await] {
        assert!(outcome.unwrap_err().is_overtaken());
    }
    one.let_go(&lease).await;
    assert_eq!((world.record(), world.keys().await), (record, keys));
    other.let_go(&theirs).await;
    assert_eq!(world.record().rotation.unwrap().taken, None);
    assert_eq!(world.advance().await.unwrap(), Progress::Done);
}

#[tokio::test]
async fn a_turn_from_a_clock_that_is_ahead_ends_as_well() {
    let (world, _) = ending().await;
    let rotating = world.rotating(&world.upstream);
    let stored = rotating.stored().unwrap();
    rotating.take_up(&stored, stored.value.rotation.as_ref().unwrap()).await.unwrap();
    let stored = rotating.stored().unwrap();
    for (behind, is_taken) in [(1, true), (TURN_SECS - 1, true), (TURN_SECS, false)] {
        world.clock.advance(-behind);
        let taken = rotating.take_up(&stored, stored.value.rotation.as_ref().unwrap()).await;
        assert_eq!(matches!(taken, Err(RotationError::UnderWay)), is_taken, "{behind}");
        world.clock.advance(behind);
    }
}

#[tokio::test]
async fn what_another_node_has_finished_is_not_told_as_failed() {
    let (world, _) = ending().await;
    let seen = world.rotating(&world.upstream).stored().unwrap();
    let wrote = Wrote::default();
    assert!(!world.server.is_elsewhere(&seen, &wrote).await);
    // The key stays as it is, and there is no rotation any more.
    assert_eq!(world.advance().await.unwrap(), Progress::Done);
    assert!(world.server.is_elsewhere(&seen, &wrote).await);
    // What this node has left as it is, nobody else has.
    let own = world.rotating(&world.upstream);
    let stored = own.stored().unwrap();
    let lease = own.begin(&stored).await.unwrap();
    assert!(!world.server.is_elsewhere(&stored, &own.wrote).await);
    own.let_go(&lease).await;
    assert!(!world.server.is_elsewhere(&stored, &own.wrote).await);
    world.advance().await.unwrap();
    assert!(world.server.is_elsewhere(&stored, &own.wrote).await);
}
