//! However a directory came about, it answers the same: changed step by step, or loaded at once.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::entity::{
    Assignment, Group, InstanceProfile, KeyOwner, KeyStatus, MfaDevice, Role, Tag, UniqueId, User,
};
use crate::picture::Entity as _;

fn account() -> AccountId {
    AccountId::new(123_456_789_012).unwrap()
}

fn id(prefix: &str, number: usize) -> UniqueId {
    format!("{prefix}{number:017}").parse().unwrap()
}

fn arn(number: usize) -> Arc<str> {
    format!("arn:aws:iam::123456789012:policy/p{number}").into()
}

fn user(
    number: usize,
    name: &str,
    groups: Vec<usize>,
    attached: Vec<usize>,
    boundary: Option<usize>,
) -> Entity {
    Entity::User(Arc::new(User {
        id: id("AIDA", number),
        name: name.into(),
        path: "/".into(),
        created: 0,
        groups: groups.into_iter().map(|group| id("AGPA", group)).collect(),
        inline: Vec::new(),
        attached: attached.into_iter().map(arn).collect(),
        boundary: boundary.map(arn),
        tags: vec![Tag { key: "k".into(), value: "v".into() }],
    }))
}

fn group(number: usize, attached: Vec<usize>) -> Entity {
    Entity::Group(Arc::new(Group {
        id: id("AGPA", number),
        name: format!("Group{number}").into(),
        path: "/".into(),
        created: 0,
        inline: Vec::new(),
        attached: attached.into_iter().map(arn).collect(),
    }))
}

fn role(number: usize) -> Entity {
    Entity::Role(Arc::new(Role {
        id: id("AROA", number),
        name: format!("Role{number}").into(),
        path: "/".into(),
        created: 0,
        description: None,
        max_session_secs: 3600,
        trust: Arc::new(crate::entity::PolicyDocument::new("{}", Vec::new())),
        inline: Vec::new(),
        attached: Vec::new(),
        boundary: None,
        tags: Vec::new(),
    }))
}

fn owner(number: usize) -> KeyOwner {
    if number == 0 { KeyOwner::Root } else { KeyOwner::User(id("AIDA", number)) }
}

fn access_key(number: usize, of: usize) -> Entity {
    Entity::AccessKey(Arc::new(AccessKey {
        id: format!("AKIA{number:016}").into(),
        owner: owner(of),
        status: KeyStatus::Active,
        created: 0,
        rotated: 0,
        sealed_secret: "1.AAAA".into(),
    }))
}

fn mfa_device(number: usize, of: Option<usize>) -> Entity {
    let assignment = of.map(|of| Assignment { owner: owner(of), enabled: 0, last_step: 0, drift: 0 });
    Entity::MfaDevice(Arc::new(MfaDevice {
        name: format!("device{number}").into(),
        path: "/".into(),
        created: 0,
        sealed_seed: "1.AAAA".into(),
        assignment,
        spent_step: 0,
        tags: Vec::new(),
    }))
}

fn instance_profile(number: usize, role: Option<usize>) -> Entity {
    Entity::InstanceProfile(Arc::new(InstanceProfile {
        id: id("AIPA", number),
        name: format!("Profile{number}").into(),
        path: "/".into(),
        created: 0,
        role: role.map(|role| id("AROA", role)),
        tags: Vec::new(),
    }))
}

fn entity() -> impl Strategy<Value = Entity> {
    let few = || prop::collection::vec(0..4_usize, 0..3);
    prop_oneof![
        (0..6_usize, "[ab]{1,2}", few(), few(), prop::option::of(0..4_usize)).prop_map(
            |(number, name, groups, attached, boundary)| {
                user(number, &format!("{name}{number}"), groups, attached, boundary)
            }
        ),
        (0..4_usize, few()).prop_map(|(number, attached)| group(number, attached)),
        (0..4_usize).prop_map(role),
        (0..6_usize, 0..4_usize).prop_map(|(number, of)| access_key(number, of)),
        (0..4_usize, prop::option::of(0..4_usize)).prop_map(|(number, of)| mfa_device(number, of)),
        (0..4_usize, prop::option::of(0..4_usize)).prop_map(|(number, role)| instance_profile(number, role)),
    ]
}

#[derive(Debug, Clone)]
enum Step {
    Put(Entity),
    Remove(Entity),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![3 => entity().prop_map(Step::Put), 1 => entity().prop_map(Step::Remove)];
    prop::collection::vec(step, 0..60)
}

/// Everything a directory can be asked, as one text.
fn answers(directory: &Directory) -> String {
    let Some(view) = directory.account(account()) else { return "no account".to_owned() };
    let names: Vec<_> = view.users.iter().map(|user| user.name.to_string()).collect();
    let members: Vec<Vec<_>> =
        (0..4).map(|group| view.members(id("AGPA", group)).map(|user| user.id).collect()).collect();
    let keys: Vec<Vec<_>> = (0..4).map(|of| view.key_ids(owner(of)).copied().collect()).collect();
    let devices: Vec<Vec<_>> =
        (0..4).map(|of| view.mfa_devices_of(owner(of)).map(|device| device.key()).collect()).collect();
    let device_counts = (view.mfa_device_count(), view.mfa_devices_in_use());
    let later: Vec<_> = view.mfa_devices_after("/device1").map(|device| device.key()).collect();
    let carriers: Vec<Vec<_>> =
        (0..4).map(|role| view.profiles_of(id("AROA", role)).map(|profile| profile.id).collect()).collect();
    let uses: Vec<_> = view.policy_uses().map(|(arn, policy_use)| (arn.to_string(), policy_use)).collect();
    let found: Vec<_> = (0..6)
        .map(|number| directory.access_key(&format!("AKIA{number:016}")).map(|known| known.version))
        .collect();
    format!(
        "{names:?} {members:?} {keys:?} {devices:?} {device_counts:?} {later:?} {carriers:?} {uses:?} {found:?} {}",
        view.roles.len()
    )
}

proptest! {
    #[test]
    fn changed_step_by_step_or_loaded_at_once_it_answers_the_same(steps in steps()) {
        let digits = account().to_string();
        let mut stepped = Directory::default();
        let mut records = BTreeMap::new();
        let mut version = Seq::ZERO;
        for step in steps {
            version = version.next();
            match step {
                Step::Put(entity) => {
                    let entity = Arc::new(entity);
                    let place = (entity.kind().to_owned(), entity.key().into_owned());
                    let before = stepped.put(&digits, Arc::clone(&entity), version);
                    let held = records.insert(place, (entity, version));
                    prop_assert_eq!(before, held.map(|(_, version)| version));
                }
                Step::Remove(entity) => {
                    let place = (entity.kind().to_owned(), entity.key().into_owned());
                    let before = stepped.remove(&digits, &place.0, &place.1);
                    prop_assert_eq!(before, records.remove(&place).map(|(_, version)| version));
                }
            }
        }
        let mut rows = records.into_values().rev().map(|(entity, version)| {
            Loaded { account: digits.as_str().into(), version, entity }
        });
        let loaded = Directory::load(&mut rows);
        prop_assert_eq!(answers(&loaded), answers(&stepped));
    }

    #[test]
    fn an_entity_survives_its_body(entity in entity()) {
        let body = entity.encode().unwrap();
        let record = crate::picture::Record {
            account: "123456789012",
            kind: entity.kind(),
            key: &entity.key(),
            body: &body,
        };
        let read = Entity::decode(&record).unwrap().unwrap();
        prop_assert_eq!(read.encode().unwrap(), body);
    }
}

#[test]
fn names_are_one_whatever_their_case_and_found_only_in_their_own() {
    let mut directory = Directory::default();
    directory.put(
        &account().to_string(),
        Arc::new(user(1, "Ana", Vec::new(), Vec::new(), None)),
        Seq::ZERO.next(),
    );
    let view = directory.account(account()).unwrap();
    assert!(view.users.get("Ana").is_some());
    assert!(view.users.get("ana").is_none());
    assert!(view.users.clash("aNA").is_some());
}

#[test]
fn a_key_is_removed_from_its_own_account_only() {
    let mut directory = Directory::default();
    let key = access_key(1, 1);
    directory.put(&account().to_string(), Arc::new(key.clone()), Seq::ZERO.next());
    assert_eq!(directory.remove("000000000099", Entity::ACCESS_KEY, &key.key()), None);
    assert!(directory.access_key(&key.key()).is_some());
    assert_eq!(
        directory.remove(&account().to_string(), Entity::ACCESS_KEY, &key.key()),
        Some(Seq::ZERO.next())
    );
    assert!(directory.access_key(&key.key()).is_none());
}

#[test]
fn a_kind_nobody_knows_is_left_alone() {
    let record = crate::picture::Record { account: "1", kind: "unheard-of", key: "k", body: "{}" };
    assert!(Entity::decode(&record).unwrap().is_none());
}

#[test]
fn a_body_that_cannot_be_read_is_an_error_that_quotes_nothing() {
    let record =
        crate::picture::Record { account: "1", kind: Entity::USER, key: "k", body: "{\"secret\":1}" };
    let error = Entity::decode(&record).unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn what_belongs_to_the_chain_of_events_comes_and_goes_with_its_version() {
    use crate::entity::{ChainHead, ChainKey, Revocation};

    let entities = [
        Entity::ChainHead(Arc::new(ChainHead { day: 7, ..ChainHead::default() })),
        Entity::ChainKey(Arc::new(ChainKey { id: 1, created: 0, sealed: "1.".into() })),
        Entity::Revocation(Arc::new(Revocation { access_key_id: "ASIA1".into(), revoked: 1, expires: 2 })),
    ];
    let [one, two] = ["1", "2"].map(|seq| seq.parse::<Seq>().unwrap());
    let mut directory = Directory::default();
    for entity in &entities {
        let entity = Arc::new(entity.clone());
        assert_eq!(directory.put("", Arc::clone(&entity), one), None);
        assert_eq!(directory.put("", Arc::clone(&entity), two), Some(one));
    }
    assert_eq!(directory.chain_head().map(|head| head.day), Some(7));
    assert_eq!(directory.chain_keys().count(), 1);
    assert_eq!(directory.revocation("ASIA1").map(|revocation| revocation.expires), Some(2));
    assert!(directory.revocation("ASIA2").is_none());
    for entity in &entities {
        assert_eq!(directory.remove("", entity.kind(), &entity.key()), Some(two), "{entity:?}");
        assert_eq!(directory.remove("", entity.kind(), &entity.key()), None, "{entity:?}");
        let record = crate::picture::Record {
            account: "",
            kind: entity.kind(),
            key: &entity.key(),
            body: &entity.encode().unwrap(),
        };
        let read = Entity::decode(&record).unwrap().unwrap();
        assert_eq!(read.encode().unwrap(), entity.encode().unwrap());
    }
    assert!(directory.chain_head().is_none() && directory.revocations().next().is_none());
}
