//! Who may use a connector: every condition of grants and connectors, held and not held.

use std::collections::BTreeSet;
use std::sync::Arc;

use regent_broker::{Group, Login, LoginKind, Person, Status, SystemAuth, SystemCaller, Who};
use serde_json::{Value, json};

use super::*;
use crate::broker::caller::Subject;
use crate::broker::change::{Actor, BrokerChange};
use crate::upstream::tests::server;

mod table;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asker {
    /// A person in the group.
    Ana,
    /// A person in no group.
    Ben,
    /// A system caller.
    Build,
    /// A system caller that is in the group, as none should be.
    GroupedBuild,
    /// An administrator without a second factor.
    Admin,
    /// An administrator who has one.
    SafeAdmin,
}

use Asker::{Admin, Ana, Ben, Build, GroupedBuild, SafeAdmin};

/// A question: who, with a second factor of which age, from where, when.
#[derive(Debug, Clone, Copy)]
struct Asked {
    by: Asker,
    mfa_age: Option<i64>,
    from: &'static str,
    at: &'static str,
    admins_use_all: bool,
}

/// On a Sunday.
const NOON: &str = "2026-11-22T12:00:00Z";

const fn by(by: Asker) -> Asked {
    Asked { by, mfa_age: None, from: "203.0.113.7", at: NOON, admins_use_all: true }
}

impl Asked {
    const fn mfa(self, age: i64) -> Self {
        Self { mfa_age: Some(age), ..self }
    }

    const fn from(self, from: &'static str) -> Self {
        Self { from, ..self }
    }

    const fn at(self, at: &'static str) -> Self {
        Self { at, ..self }
    }

    const fn unless_granted(self) -> Self {
        Self { admins_use_all: false, ..self }
    }
}

fn id(prefix: &str, number: u8) -> Id {
    Id::new(prefix, 0, [number; 10])
}

fn stored<T>(id: Id, value: T) -> Arc<Stored<T>> {
    let nobody: Box<str> = "test".into();
    let (created, updated) = (0, 0);
    Arc::new(Stored { id, created, created_by: nobody.clone(), updated, updated_by: nobody, value })
}

fn seconds(at: &str) -> i64 {
    at.parse::<jiff::Timestamp>().unwrap().as_second()
}

impl Asked {
    fn caller(self) -> BrokerCaller {
        let now = seconds(self.at);
        let subject = match self.by {
            Ana => Subject::Person(stored(id("usr", 1), Person::new("ana"))),
            Ben => Subject::Person(stored(id("usr", 2), Person::new("ben"))),
            Admin => Subject::Person(stored(id("usr", 3), Person::new("admin"))),
            SafeAdmin => {
                let person = Person { sealed_totp: Some("sealed".into()), ..Person::new("safe-admin") };
                Subject::Person(stored(id("usr", 4), person))
            }
            Build | GroupedBuild => {
                let auth = SystemAuth::Token { hash: "".into(), prefix: "".into(), expires_at: i64::MAX };
                let build = SystemCaller {
                    name: "build".into(),
                    description: "".into(),
                    owner_group: None,
                    auth,
                    status: Status::Active,
                };
                Subject::SystemCaller(stored(id("sys", 1), build))
            }
        };
        let group: Group = serde_json::from_value(json!({ "name": "readers" })).unwrap();
        let group = stored(id("grp", 1), group);
        let login = self.mfa_age.map(|age| Login {
            hash: "".into(),
            kind: LoginKind::Browser,
            who: Who::Person(id("usr", 1)),
            via: "password".into(),
            mfa_at: Some(now - age),
            began: 0,
            seen: now,
            expires: i64::MAX,
            source_ip: self.from.into(),
            user_agent: None,
            continues: None,
            sealed_id_token: None,
        });
        let login = login.map(|login| stored(id("login", 1), login));
        BrokerCaller {
            subject,
            login,
            groups: if matches!(self.by, Ana | GroupedBuild) { vec![group] } else { Vec::new() },
            has_stale_groups: false,
            shares_email: false,
            roles: if matches!(self.by, Admin | SafeAdmin) {
                [BrokerRole::Administrator].into()
            } else {
                BTreeSet::new()
            },
            source_ip: self.from.into(),
            user_agent: None,
            now,
        }
    }
}

/// The connector of a row.
fn connector(number: usize, terms: &Value, grant: Option<&Value>) -> Connector {
    let mut members = json!({
        "name": "Test", "slug": format!("test-{number}"), "account_id": id("acct", 1),
        "principal_type": "assume_role", "role_arn": "arn:aws:iam::123456789012:role/reader",
    });
    members.as_object_mut().unwrap().extend(terms.as_object().unwrap().clone());
    let is_disabled = members.as_object_mut().unwrap().remove("disabled").is_some();
    let mut connector = Connector::new(serde_json::from_value(members).unwrap());
    connector.grants =
        grant.map(|grant| serde_json::from_value(grant.clone()).unwrap()).into_iter().collect();
    connector.disabled =
        is_disabled.then(|| regent_broker::Disabled { reason: String::new(), at: 0, by: "test".to_owned() });
    connector
}

/// A condition of a statement: why the statement is there, the operator and the key, without the time zone.
type Named = (String, String, String);

/// The policy of a connector without one condition each.
fn without_one(connector: &Stored<Connector>) -> Vec<(Named, PolicyDocument)> {
    let statements = statement::statements(&connector.id, &connector.value);
    let mut found = Vec::new();
    for (at, statement) in statements.iter().enumerate() {
        let origin = format!("{:?}", statement.origin).split('(').next().unwrap().to_owned();
        let operators = statement.json["Condition"].as_object().cloned().unwrap_or_default();
        for (operator, keys) in &operators {
            for key in keys.as_object().unwrap().keys() {
                let mut json: Vec<Value> =
                    statements.iter().map(|statement| statement.json.clone()).collect();
                let conditions = json[at]["Condition"].as_object_mut().unwrap();
                let block = conditions[operator].as_object_mut().unwrap();
                block.remove(key);
                if block.is_empty() {
                    conditions.remove(operator);
                }
                let text = json!({ "Version": "2012-10-17", "Statement": json }).to_string();
                let plain = key.split('/').next().unwrap().to_owned();
                found.push((
                    (origin.clone(), operator.clone(), plain),
                    PolicyDocument::new(&text, Vec::new()),
                ));
            }
        }
    }
    found
}

#[tokio::test]
async fn every_condition_decides_who_may_use_a_connector() {
    let (server, _) = server().await;
    let (mut seen, mut decisive) = (BTreeSet::new(), BTreeSet::new());
    for (number, (terms, grant, rows)) in table::table().iter().enumerate() {
        let made = id("conn", u8::try_from(number).unwrap());
        let (of, value) = (made.clone(), connector(number, terms, grant.as_ref()));
        let create = move |change: &mut BrokerChange<'_>| change.create(&of, value.clone());
        assert!(server.change_broker(Actor::server(0), create).await.is_ok());
        let picture = server.store.picture();
        let broker = picture.broker();
        let connector = broker.connectors.get(made.as_str()).unwrap();
        let mutants = without_one(connector);
        seen.extend(mutants.iter().map(|(named, _)| named.clone()));
        for (asked, expected) in rows {
            let caller = asked.caller();
            let mut access = Access::new(broker, &caller);
            access.admins_use_all = asked.admins_use_all;
            let answer = match access.may_use(connector) {
                Ok(Via::Grant(_)) => "grant".to_owned(),
                Ok(Via::Admin) => "admin".to_owned(),
                Err(refusal) => format!("{refusal:?}"),
            };
            assert_eq!(answer, *expected, "{terms} {grant:?} {asked:?}");
            let is_allowed = matches!(*expected, "grant" | "admin");
            let decided = mutants
                .iter()
                .filter(|(_, policy)| access.ask(connector, policy).0.is_allowed() != is_allowed);
            decisive.extend(decided.map(|(named, _)| named.clone()));
        }
    }
    // Without any one of them some row would be answered otherwise.
    assert_eq!(decisive, seen);
    assert!(seen.len() >= 12, "{seen:?}");
}
