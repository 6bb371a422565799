//! Names for ids, and ids for names: those of what there is, and of what a document is about to make.

use std::collections::HashMap;

use regent_broker::{Id, Noun, Upstream};
use regent_store::directory::{Broker, Table};
use regent_store::entity::folded;
use serde_json::Value;

use crate::rest::problem::{FieldProblem, Problem};
use crate::upstream::connect;

/// The names of everything that a document can name.
#[derive(Debug, Default)]
pub(super) struct Names {
    ids: HashMap<(&'static str, Box<str>), Id>,
    names: HashMap<Id, String>,
}

impl Names {
    /// Those of what there is.
    pub(super) fn of(broker: &Broker) -> Self {
        let mut names = Self::default();
        for id in [Upstream::AWS, Upstream::EMBEDDED] {
            let id = Id::built_in(id);
            let record = connect::record(broker, &id);
            names.add("upst", &record.map(|record| record.name).unwrap_or_default(), &id);
        }
        names.add_all(&broker.upstreams);
        names.add_all(&broker.identity_sources);
        names.add_all(&broker.accounts);
        names.add_all(&broker.people);
        names.add_all(&broker.groups);
        names.add_all(&broker.system_callers);
        names.add_all(&broker.connectors);
        names
    }

    fn add_all<T: Noun>(&mut self, table: &Table<T>) {
        for held in table.iter() {
            self.add(T::PREFIX, held.entity.value.name(), &held.entity.id);
        }
    }

    /// One more; the prefix of its ids tells its kind.
    pub(super) fn add(&mut self, prefix: &'static str, name: &str, id: &Id) {
        self.ids.insert((prefix, folded(name)), id.clone());
        self.names.insert(id.clone(), name.to_owned());
    }

    /// The id of this name.
    pub(super) fn id(&self, prefix: &'static str, name: &str) -> Option<&Id> {
        self.ids.get(&(prefix, folded(name)))
    }

    /// The name of this id; of something that is gone, the id.
    pub(super) fn name(&self, id: &str) -> Value {
        let known = id.parse::<Id>().ok().and_then(|id| self.names.get(&id).cloned());
        Value::String(known.unwrap_or_else(|| id.to_owned()))
    }

    /// Puts the id in the place of a name.
    pub(super) fn resolve(&self, prefix: &'static str, member: &str, name: &Value) -> Result<Value, Problem> {
        let text = name.as_str().unwrap_or_default();
        match self.id(prefix, text) {
            Some(id) => Ok(Value::String(id.to_string())),
            None => Err(Problem::invalid(vec![FieldProblem {
                name: member.to_owned(),
                code: "unknown".to_owned(),
                detail: format!("there is nothing called {name} here"),
                fix: Some("name something that is there, or that the document has".to_owned()),
            }])),
        }
    }
}
