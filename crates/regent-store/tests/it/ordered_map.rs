//! The persistent map against the standard library's.

use std::collections::BTreeMap;
use std::ops::Bound;

use proptest::collection::vec;
use proptest::prelude::*;
use regent_store::OrderedMap;

#[derive(Debug, Clone)]
enum Step {
    Insert(u16, u32),
    Remove(u16),
    /// Keeps a clone, which nothing that follows may change.
    Keep,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..1500u16, any::<u32>()).prop_map(|(key, value)| Step::Insert(key, value)),
        3 => (0..1500u16).prop_map(Step::Remove),
        1 => Just(Step::Keep),
    ]
}

/// The one place that compares: every entry, the count, each lookup, and pages from several bounds.
#[track_caller]
fn check(map: &OrderedMap<u16, u32>, model: &BTreeMap<u16, u32>) {
    assert!(map.iter().eq(model.iter()), "{map:?}\nshould be\n{model:?}");
    assert_eq!(map.len(), model.len());
    assert_eq!(map.is_empty(), model.is_empty());
    for key in (0..1500).step_by(7) {
        assert_eq!(map.get(&key), model.get(&key), "key {key}");
        for from in [Bound::Included(&key), Bound::Excluded(&key)] {
            let page = map.range(from).take(40);
            assert!(page.eq(model.range((from, Bound::Unbounded)).take(40)), "from {from:?}");
        }
    }
}

fn apply(map: &mut OrderedMap<u16, u32>, model: &mut BTreeMap<u16, u32>, steps: &[Step]) {
    let mut kept = Vec::new();
    for step in steps {
        match *step {
            Step::Insert(key, value) => assert_eq!(map.insert(key, value), model.insert(key, value)),
            Step::Remove(key) => assert_eq!(map.remove(&key), model.remove(&key)),
            Step::Keep => kept.push((map.clone(), model.clone())),
        }
    }
    check(map, model);
    for (map, model) in kept.iter().rev().take(5) {
        check(map, model);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn it_behaves_like_a_btreemap(steps in vec(step(), 0..3000)) {
        apply(&mut OrderedMap::new(), &mut BTreeMap::new(), &steps);
    }

    #[test]
    fn what_was_built_in_one_go_can_be_changed(
        entries in vec((0..1500u16, any::<u32>()), 0..4000),
        steps in vec(step(), 0..500),
    ) {
        let mut model: BTreeMap<u16, u32> = entries.iter().copied().collect();
        let mut map: OrderedMap<u16, u32> = entries.into_iter().collect();
        check(&map, &model);
        apply(&mut map, &mut model, &steps);
    }
}

#[test]
fn it_can_be_emptied_from_either_end_and_filled_again() {
    for keys in [(0..3000).collect::<Vec<u16>>(), (0..3000).rev().collect()] {
        let mut map: OrderedMap<u16, u32> = (0..3000).map(|key| (key, 1)).collect();
        for key in &keys {
            assert_eq!(map.remove(key), Some(1));
            assert_eq!(map.remove(key), None);
        }
        check(&map, &BTreeMap::new());
        map.insert(7, 7);
        check(&map, &BTreeMap::from([(7, 7)]));
    }
}

#[test]
fn of_entries_with_one_key_the_last_one_counts() {
    let map: OrderedMap<u16, u32> = [(2, 1), (1, 1), (2, 2), (2, 3), (1, 4)].into_iter().collect();
    check(&map, &BTreeMap::from([(1, 4), (2, 3)]));
}
