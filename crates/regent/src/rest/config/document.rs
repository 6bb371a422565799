//! The document: a section for each kind of thing, each thing by its name.

use regent_broker::{Account, Connector, Group, IdentitySource, SystemCaller, Upstream};
use regent_store::directory::Broker;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::declared::Declared;
use super::names::Names;
use crate::rest::problem::Problem;
use crate::yaml;

/// The version of the form.
const VERSION: u32 = 1;
/// How many things a document may have.
const MAX_THINGS: usize = 2000;

/// A document as it was read. A section that is not there is not about anything.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = ConfigDocument)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Document {
    version: u32,
    pub(super) upstreams: Option<Vec<Value>>,
    pub(super) identity_sources: Option<Vec<Value>>,
    pub(super) accounts: Option<Vec<Value>>,
    pub(super) groups: Option<Vec<Value>>,
    pub(super) system_callers: Option<Vec<Value>>,
    pub(super) connectors: Option<Vec<Value>>,
}

impl Document {
    /// Reads YAML.
    pub(super) fn read(text: &str) -> Result<Self, Problem> {
        yaml::read(text).map_err(|told| {
            Problem::bad_request("malformed_document", format!("the document cannot be read: {told}"))
        })
    }

    /// Whether it is of the form that is known, and not too large.
    pub(super) fn check(&self) -> Result<(), Problem> {
        if self.version != VERSION {
            let detail = format!("expected a document of version {VERSION}, not {}", self.version);
            return Err(Problem::bad_request("malformed_document", detail).fix("begin it with `version: 1`"));
        }
        let sections = [
            &self.upstreams,
            &self.identity_sources,
            &self.accounts,
            &self.groups,
            &self.system_callers,
            &self.connectors,
        ];
        let things: usize = sections.into_iter().flatten().map(Vec::len).sum();
        if things > MAX_THINGS {
            let detail = format!("expected at most {MAX_THINGS} things in a document, not {things}");
            return Err(Problem::bad_request("malformed_document", detail));
        }
        Ok(())
    }
}

/// Whether a document tells the ids of access keys, which not everybody sees whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyIds {
    /// It does.
    Told,
    /// It does not: applied, it leaves them as they are.
    LeftOut,
}

/// The document that says what there is.
pub(super) fn of(broker: &Broker, keys: KeyIds) -> serde_json::Result<Value> {
    let names = Names::of(broker);
    let mut accounts = section::<Account>(broker, &names)?;
    if keys == KeyIds::LeftOut {
        for members in accounts.iter_mut().filter_map(Value::as_object_mut) {
            members.remove("access_key_id");
        }
    }
    Ok(json!({
        "version": VERSION,
        "upstreams": section::<Upstream>(broker, &names)?,
        "identity_sources": section::<IdentitySource>(broker, &names)?,
        "accounts": accounts,
        "groups": section::<Group>(broker, &names)?,
        "system_callers": section::<SystemCaller>(broker, &names)?,
        "connectors": section::<Connector>(broker, &names)?,
    }))
}

fn section<T: Declared>(broker: &Broker, names: &Names) -> serde_json::Result<Vec<Value>> {
    T::of(broker).iter().map(|held| held.entity.value.written(names)).collect()
}
