//! The smallest picture worth testing with: items, by name.

use std::borrow::Cow;
use std::sync::Arc;

use regent_store::{Entity, Loaded, OrderedMap, Picture, Record, Seq, StoreError};
use serde::{Deserialize, Serialize};

/// What tests store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) key: String,
    pub(crate) number: u64,
    pub(crate) text: String,
}

impl Item {
    pub(crate) fn new(key: impl Into<String>, number: u64) -> Self {
        Self { key: key.into(), number, text: String::new() }
    }
}

impl Entity for Item {
    type Error = serde_json::Error;

    fn kind(&self) -> &'static str {
        "item"
    }

    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.key)
    }

    fn encode(&self) -> Result<String, Self::Error> {
        serde_json::to_string(self)
    }

    fn decode(record: &Record<'_>) -> Result<Option<Self>, Self::Error> {
        match record.kind {
            "item" => serde_json::from_str(record.body).map(Some),
            _ => Ok(None),
        }
    }
}

/// All items, by account, kind and key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shelf {
    items: OrderedMap<Arc<str>, (Seq, Arc<Item>)>,
}

fn name(account: &str, kind: &str, key: &str) -> Arc<str> {
    format!("{account}/{kind}/{key}").into()
}

impl Shelf {
    /// The item of account `a` with this key.
    pub(crate) fn item(&self, key: &str) -> Option<&Item> {
        self.items.get(&*name("a", "item", key)).map(|(_, item)| &**item)
    }

    pub(crate) fn number(&self, key: &str) -> Option<u64> {
        self.item(key).map(|item| item.number)
    }

    /// Everything, as comparable text.
    pub(crate) fn listing(&self) -> Vec<String> {
        self.items.iter().map(|(name, (version, item))| format!("{name}@{version}={}", item.number)).collect()
    }

    pub(crate) fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().map(|(_, (_, item))| &**item)
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }
}

impl Picture for Shelf {
    type Entity = Item;

    fn put(&mut self, account: &str, entity: Arc<Item>, version: Seq) -> Option<Seq> {
        let replaced = self.items.insert(name(account, "item", &entity.key), (version, entity));
        replaced.map(|(version, _)| version)
    }

    fn remove(&mut self, account: &str, kind: &str, key: &str) -> Option<Seq> {
        self.items.remove(&*name(account, kind, key)).map(|(version, _)| version)
    }

    fn load(records: &mut dyn Iterator<Item = Loaded<Item>>) -> Self {
        let named = |loaded: Loaded<Item>| {
            (name(&loaded.account, "item", &loaded.entity.key), (loaded.version, loaded.entity))
        };
        Self { items: records.map(named).collect() }
    }
}

/// Why a test's command says no.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("it is there already")]
    Exists,
    #[error(transparent)]
    Store(#[from] StoreError),
}
