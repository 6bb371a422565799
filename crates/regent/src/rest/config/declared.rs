//! How each kind of thing is written in a document: as the API has it, with names in the places of ids.

use regent_broker::{
    Account, AccountTerms, Connector, ConnectorTerms, Grant, Group, Id, IdentitySource, IdentitySourceTerms,
    JobToken, Noun as _, Status, Stored, SystemAuth, SystemCaller, Upstream,
};
use regent_store::directory::{Broker, Table};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::key;
use super::names::Names;
use crate::broker::check;
use crate::rest::body::take;
use crate::rest::connectors::GrantView;
use crate::rest::crud::Resource;
use crate::rest::problem::Problem;
use crate::server::Server;

/// A kind of thing that a document has a section for.
pub(super) trait Declared: Resource {
    /// The section.
    const SECTION: &'static str;
    /// The member that names a thing.
    const KEY: &'static str = "name";

    /// All of its kind.
    fn of(broker: &Broker) -> &Table<Self>;

    /// A thing as a document has it.
    fn written(&self, names: &Names) -> serde_json::Result<Value>;

    /// What a document makes of a thing, new or old.
    fn read(value: Value, names: &Names, old: Option<&Self>, server: &Server) -> Result<Self, Problem>;

    /// Whether it may be kept, as far as a document can see to that.
    fn check_declared(broker: &Broker, id: &Id, value: &Self) -> Result<(), Problem> {
        Self::check(broker, id, value)
    }

    /// Whether one may become another, likewise.
    fn check_declared_change(broker: &Broker, old: &Stored<Self>, value: &Self) -> Result<(), Problem> {
        Self::check_change(broker, old, value)
    }

    /// What somebody has to do by hand.
    fn warning(&self) -> Option<&'static str> {
        None
    }
}

/// A member taken out of an object.
fn take_member(value: &mut Value, name: &str) -> Option<Value> {
    value.as_object_mut()?.remove(name).filter(|member| !member.is_null())
}

fn put_member(value: &mut Value, name: &str, member: Value) {
    if let Some(members) = value.as_object_mut() {
        members.insert(name.to_owned(), member);
    }
}

/// Puts a name in the place of an id.
fn name_in(value: &mut Value, (from, to): (&str, &str), names: &Names) {
    if let Some(Value::String(id)) = take_member(value, from) {
        put_member(value, to, names.name(&id));
    }
}

/// Puts an id in the place of a name.
fn id_in(
    value: &mut Value,
    (from, to): (&str, &str),
    prefix: &'static str,
    names: &Names,
) -> Result<(), Problem> {
    if let Some(name) = take_member(value, from) {
        put_member(value, to, names.resolve(prefix, from, &name)?);
    }
    Ok(())
}

impl Declared for Upstream {
    const SECTION: &'static str = "upstreams";

    fn of(broker: &Broker) -> &Table<Self> {
        &broker.upstreams
    }

    fn written(&self, _: &Names) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }

    fn read(value: Value, _: &Names, _: Option<&Self>, _: &Server) -> Result<Self, Problem> {
        take(value)
    }
}

impl Declared for IdentitySource {
    const SECTION: &'static str = "identity_sources";

    fn of(broker: &Broker) -> &Table<Self> {
        &broker.identity_sources
    }

    fn written(&self, _: &Names) -> serde_json::Result<Value> {
        serde_json::to_value(&self.terms)
    }

    fn read(value: Value, _: &Names, old: Option<&Self>, _: &Server) -> Result<Self, Problem> {
        let terms: IdentitySourceTerms = take(value)?;
        Ok(Self { terms, sealed_client_secret: old.and_then(|old| old.sealed_client_secret.clone()) })
    }

    fn warning(&self) -> Option<&'static str> {
        self.sealed_client_secret
            .is_none()
            .then_some("it has no client secret: enter one, unless it is a public client")
    }
}

impl Declared for Account {
    const SECTION: &'static str = "accounts";

    fn of(broker: &Broker) -> &Table<Self> {
        &broker.accounts
    }

    fn written(&self, names: &Names) -> serde_json::Result<Value> {
        let mut value = serde_json::to_value(&self.terms)?;
        name_in(&mut value, ("upstream_id", "upstream"), names);
        if let Some(hop) = value.get_mut("hop") {
            name_in(hop, ("base", "base"), names);
        }
        Ok(value)
    }

    fn read(mut value: Value, names: &Names, old: Option<&Self>, _: &Server) -> Result<Self, Problem> {
        id_in(&mut value, ("upstream", "upstream_id"), Upstream::PREFIX, names)?;
        if let Some(hop) = value.get_mut("hop") {
            id_in(hop, ("base", "base"), Self::PREFIX, names)?;
        }
        let terms: AccountTerms = take(value)?;
        match old {
            None => Ok(Self::new(terms)),
            Some(old) => key::keeping(old, terms),
        }
    }

    /// A document has no secrets: of one that is missing people are warned, and nothing is issued until it is there.
    fn check_declared(broker: &Broker, id: &Id, value: &Self) -> Result<(), Problem> {
        let sealed_secret = value.sealed_secret.clone().or_else(|| Some(Box::default()));
        Self::check(broker, id, &Self { sealed_secret, ..value.clone() })
    }

    fn check_declared_change(broker: &Broker, old: &Stored<Self>, value: &Self) -> Result<(), Problem> {
        Self::check_declared(broker, &old.id, value)
    }

    fn warning(&self) -> Option<&'static str> {
        self.lacks_secret().then_some("it has no secret, and issues nothing until somebody enters it")
    }
}

impl Declared for Group {
    const SECTION: &'static str = "groups";

    fn of(broker: &Broker) -> &Table<Self> {
        &broker.groups
    }

    fn written(&self, names: &Names) -> serde_json::Result<Value> {
        let mut value = serde_json::to_value(self)?;
        let mut members: Vec<Value> = self.members.iter().map(|id| names.name(id.as_str())).collect();
        members.sort_by_key(|name| name.as_str().map(str::to_owned));
        put_member(&mut value, "members", Value::Array(members));
        if let Some(mapped) = value.get_mut("mapped") {
            name_in(mapped, ("source", "source"), names);
        }
        Ok(value)
    }

    fn read(mut value: Value, names: &Names, old: Option<&Self>, _: &Server) -> Result<Self, Problem> {
        // Whoever does not say who is in a group leaves that to others.
        let members = match take_member(&mut value, "members") {
            Some(Value::Array(members)) => {
                let ids: Result<Vec<Value>, Problem> = members
                    .iter()
                    .map(|name| names.resolve(regent_broker::Person::PREFIX, "members", name))
                    .collect();
                Value::Array(ids?)
            }
            Some(other) => other,
            None => json!(old.map(|old| old.members.clone()).unwrap_or_default()),
        };
        put_member(&mut value, "members", members);
        if let Some(mapped) = value.get_mut("mapped") {
            id_in(mapped, ("source", "source"), IdentitySource::PREFIX, names)?;
        }
        Ok(check::tidy_group(take(value)?))
    }
}

/// A system caller as a document has it. Of one with a token nothing is told that the token could be known by.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCaller {
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner_group: Option<Id>,
    auth: WrittenAuth,
    #[serde(default)]
    status: Status,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum WrittenAuth {
    Token,
    Jwt(JobToken),
}

impl Declared for SystemCaller {
    const SECTION: &'static str = "system_callers";

    fn of(broker: &Broker) -> &Table<Self> {
        &broker.system_callers
    }

    fn written(&self, names: &Names) -> serde_json::Result<Value> {
        let auth = match &self.auth {
            SystemAuth::Token { .. } => WrittenAuth::Token,
            SystemAuth::Jwt(token) => WrittenAuth::Jwt(token.clone()),
        };
        let mut value = serde_json::to_value(WrittenCaller {
            name: self.name.to_string(),
            description: self.description.to_string(),
            owner_group: self.owner_group.clone(),
            auth,
            status: self.status,
        })?;
        name_in(&mut value, ("owner_group", "owner_group"), names);
        Ok(value)
    }

    fn read(mut value: Value, names: &Names, old: Option<&Self>, _: &Server) -> Result<Self, Problem> {
        id_in(&mut value, ("owner_group", "owner_group"), Group::PREFIX, names)?;
        let WrittenCaller { name, description, owner_group, auth, status } = take(value)?;
        let auth = match (auth, old.map(|old| &old.auth)) {
            (WrittenAuth::Jwt(token), _) => SystemAuth::Jwt(token),
            (WrittenAuth::Token, Some(kept @ SystemAuth::Token { .. })) => kept.clone(),
            // Nothing hashes to nothing: until a token is made, nobody is this caller.
            (WrittenAuth::Token, Some(SystemAuth::Jwt(_)) | None) => {
                SystemAuth::Token { hash: Box::default(), prefix: Box::default(), expires_at: 0 }
            }
        };
        Ok(Self { name: name.into(), description: description.into(), owner_group, auth, status })
    }

    fn warning(&self) -> Option<&'static str> {
        match &self.auth {
            SystemAuth::Token { hash, .. } => {
                hash.is_empty().then_some("it has no token: make one by rotating it")
            }
            SystemAuth::Jwt(_) => None,
        }
    }
}

impl Declared for Connector {
    const SECTION: &'static str = "connectors";
    const KEY: &'static str = "slug";

    fn of(broker: &Broker) -> &Table<Self> {
        &broker.connectors
    }

    /// Whether it is disabled is not told: that is for the moment, and no document shall let somebody in again.
    fn written(&self, names: &Names) -> serde_json::Result<Value> {
        let mut value = serde_json::to_value(&self.terms)?;
        name_in(&mut value, ("account_id", "account"), names);
        let grants = self.grants.iter().map(|grant| written_grant(grant, names));
        put_member(&mut value, "grants", Value::Array(grants.collect::<Result<_, _>>()?));
        Ok(value)
    }

    fn read(mut value: Value, names: &Names, old: Option<&Self>, server: &Server) -> Result<Self, Problem> {
        id_in(&mut value, ("account", "account_id"), Account::PREFIX, names)?;
        let kept = old.map(|old| old.grants.clone()).unwrap_or_default();
        let grants = match take_member(&mut value, "grants") {
            Some(grants) => read_grants(take(grants)?, names, &kept, server)?,
            None => kept,
        };
        let terms: ConnectorTerms = take(value)?;
        let connector = old.map_or_else(|| Self::new(terms.clone()), |old| old.with(terms.clone()));
        Ok(Self { grants, ..connector })
    }
}

fn written_grant(grant: &Grant, names: &Names) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(GrantView::of(grant))?;
    drop(take_member(&mut value, "id"));
    if let Some(members) = value.get_mut("subject").and_then(Value::as_object_mut) {
        for id in members.values_mut() {
            *id = names.name(id.as_str().unwrap_or_default());
        }
    }
    if value.get("conditions").and_then(Value::as_object).is_some_and(Map::is_empty) {
        drop(take_member(&mut value, "conditions"));
    }
    Ok(value)
}

/// Grants of a document. One that says what one there is says keeps its id.
fn read_grants(
    grants: Vec<Value>,
    names: &Names,
    old: &[Grant],
    server: &Server,
) -> Result<Vec<Grant>, Problem> {
    let mut left: Vec<&Grant> = old.iter().collect();
    let mut read = Vec::with_capacity(grants.len());
    for mut value in grants {
        if let Some(members) = value.get_mut("subject").and_then(Value::as_object_mut) {
            for (kind, name) in members.iter_mut() {
                let prefix = match kind.as_str() {
                    "group" => Group::PREFIX,
                    "user" => regent_broker::Person::PREFIX,
                    _ => SystemCaller::PREFIX,
                };
                *name = names.resolve(prefix, "grants.subject", name)?;
            }
        }
        let grant = take::<GrantView>(value)?.grant(server.new_id("grnt")?)?;
        let same = left.iter().position(|old| Grant { id: old.id.clone(), ..grant.clone() } == **old);
        match same.map(|at| left.swap_remove(at)) {
            Some(old) => read.push(old.clone()),
            None => read.push(grant),
        }
    }
    Ok(read)
}
