//! Grants as policy: what a connector's grants and its own terms say, in statements that the engine decides.
//!
//! Nothing else decides who may use a connector. So «why can she use this?» is the engine's own explanation.

use serde_json::{Map, Value, json};

use crate::connector::{AccessMode, Connector, RequireMfa, Scope};
use crate::grant::{Day, Grant, GrantEffect, Hours, Subject};
use crate::id::Id;
use crate::person::BrokerRole;

/// Condition keys of the broker, beside those of AWS.
pub mod key {
    /// The groups the caller is in, by id.
    pub const GROUP_ID: &str = "regent:GroupId";
    /// The caller's id.
    pub const CALLER_ID: &str = "regent:CallerId";
    /// `user` or `system_caller`.
    pub const CALLER_TYPE: &str = "regent:CallerType";
    /// Whether the caller has a second factor at all.
    pub const MFA_ENROLLED: &str = "regent:MfaEnrolled";
    /// The day of the week in a time zone, `regent:Weekday/Europe/Berlin`.
    pub const WEEKDAY: &str = "regent:Weekday/";
    /// Minutes since midnight in a time zone.
    pub const MINUTE_OF_DAY: &str = "regent:MinuteOfDay/";
}

/// How old a second factor may be where nobody said, in minutes.
const FRESH_MINUTES: u32 = 10;

/// Why a statement is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A grant lets somebody in.
    Grant(Id),
    /// The connector is for others: people, or system callers.
    Scope,
    /// The connector is disabled.
    Disabled,
    /// The connector wants a network the caller is not in.
    Network,
    /// The connector wants a second factor.
    Mfa,
    /// The connector wants an approval.
    Request,
}

/// A statement of a connector's policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Why it is there.
    pub origin: Origin,
    /// As a policy has it.
    pub json: Value,
}

/// The ARN of something the broker keeps: `arn:aws:regent:::connector/conn_…`.
pub fn arn(noun: &str, id: &str) -> String {
    format!("arn:aws:regent:::{noun}/{id}")
}

/// The statements of a connector's policy: first what its own terms forbid, then what its grants allow.
pub fn statements(id: &Id, connector: &Connector) -> Vec<Statement> {
    let resource = arn("connector", id.as_str());
    let mut statements = denials(connector, &resource);
    for grant in &connector.grants {
        for (part, condition) in grant_conditions(grant).into_iter().enumerate() {
            let json = json!({
                "Sid": sid(&grant.id, part),
                "Effect": "Allow",
                "Action": action(grant.effect),
                "Resource": resource,
                "Condition": condition,
            });
            statements.push(Statement { origin: Origin::Grant(grant.id.clone()), json });
        }
    }
    statements
}

/// The policy of a connector.
pub fn policy(id: &Id, connector: &Connector) -> String {
    let statements: Vec<Value> =
        statements(id, connector).into_iter().map(|statement| statement.json).collect();
    json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}

/// The action a grant allows.
pub const fn action(effect: GrantEffect) -> &'static str {
    match effect {
        GrantEffect::Use => "regent:UseConnector",
        GrantEffect::Request => "regent:RequestConnector",
        GrantEffect::Approve => "regent:ApproveConnector",
    }
}

fn sid(id: &Id, part: usize) -> String {
    let plain: String = id.as_str().chars().filter(char::is_ascii_alphanumeric).collect();
    if part == 0 { plain } else { format!("{plain}Next") }
}

fn denials(connector: &Connector, resource: &str) -> Vec<Statement> {
    let terms = &connector.terms;
    let mut statements = Vec::new();
    let mut deny = |origin, sid: &str, condition: Option<Value>| {
        let mut json = json!({
            "Sid": sid, "Effect": "Deny", "Action": "regent:UseConnector", "Resource": resource,
        });
        if let (Some(condition), Some(members)) = (condition, json.as_object_mut()) {
            members.insert("Condition".to_owned(), condition);
        }
        statements.push(Statement { origin, json });
    };
    if connector.disabled.is_some() {
        deny(Origin::Disabled, "Disabled", None);
    }
    // Kinds of callers that nobody has thought of are nobody's, also where both that there are may come.
    let kinds = match terms.scope {
        Scope::User => json!("user"),
        Scope::System => json!("system_caller"),
        Scope::Both => json!(["user", "system_caller"]),
    };
    deny(Origin::Scope, "Scope", Some(json!({ "StringNotEquals": { key::CALLER_TYPE: kinds } })));
    if let Some(network) = &terms.network {
        let condition = json!({ "NotIpAddress": { "aws:SourceIp": network.cidrs } });
        deny(Origin::Network, "Network", Some(condition));
    }
    match terms.access_mode {
        AccessMode::Standing => {}
        AccessMode::Request | AccessMode::BreakGlass => deny(Origin::Request, "RequestRequired", None),
    }
    match terms.require_mfa {
        RequireMfa::No | RequireMfa::Upstream => {}
        RequireMfa::Login => {
            let condition = json!({ "BoolIfExists": { "aws:MultiFactorAuthPresent": "false" } });
            deny(Origin::Mfa, "MfaRequired", Some(condition));
        }
        RequireMfa::Fresh => {
            let seconds = u64::from(terms.mfa_minutes.unwrap_or(FRESH_MINUTES)) * 60;
            let condition =
                json!({ "NumericGreaterThanIfExists": { "aws:MultiFactorAuthAge": seconds.to_string() } });
            deny(Origin::Mfa, "FreshMfaRequired", Some(condition));
        }
    }
    statements
}

/// The conditions of a grant. Hours that go past midnight are two of them.
fn grant_conditions(grant: &Grant) -> Vec<Value> {
    let mut base = Map::new();
    let mut add = |operator: &str, name: String, value: Value| {
        let block = base.entry(operator).or_insert_with(|| json!({}));
        if let Some(block) = block.as_object_mut() {
            block.insert(name, value);
        }
    };
    match &grant.subject {
        Subject::Group(id) => {
            add("ForAnyValue:StringEquals", key::GROUP_ID.to_owned(), json!(id));
            add("StringEquals", key::CALLER_TYPE.to_owned(), json!("user"));
        }
        Subject::User(id) | Subject::SystemCaller(id) => {
            add("StringEquals", key::CALLER_ID.to_owned(), json!(id));
        }
    }
    let conditions = &grant.conditions;
    if !conditions.cidrs.is_empty() {
        add("IpAddress", "aws:SourceIp".to_owned(), json!(conditions.cidrs));
    }
    if let Some(minutes) = conditions.mfa_minutes {
        let seconds = (u64::from(minutes) * 60).to_string();
        add("NumericLessThanEquals", "aws:MultiFactorAuthAge".to_owned(), json!(seconds));
    }
    if let Some(expires) = grant.expires_at {
        add("NumericLessThan", "aws:EpochTime".to_owned(), json!(expires.to_string()));
    }
    let Some(hours) = &conditions.hours else { return vec![Value::Object(base)] };
    hours_conditions(hours)
        .into_iter()
        .map(|(days, from, to)| {
            let mut condition = base.clone();
            let weekday = format!("{}{}", key::WEEKDAY, hours.timezone);
            let minute = format!("{}{}", key::MINUTE_OF_DAY, hours.timezone);
            let equals = condition.entry("StringEquals").or_insert_with(|| json!({}));
            if let Some(equals) = equals.as_object_mut() {
                equals.insert(weekday, json!(days));
            }
            condition.insert("NumericGreaterThanEquals".to_owned(), json!({ (&minute): from.to_string() }));
            let less = condition.entry("NumericLessThan").or_insert_with(|| json!({}));
            if let Some(less) = less.as_object_mut() {
                less.insert(minute, json!(to.to_string()));
            }
            Value::Object(condition)
        })
        .collect()
}

const DAY_MINUTES: u32 = 24 * 60;

fn hours_conditions(hours: &Hours) -> Vec<(Vec<Day>, u32, u32)> {
    // A time that cannot be read lets nobody in at any hour; saving refuses it.
    let (Some(from), Some(to)) = (minute_of_day(&hours.from), minute_of_day(&hours.to)) else {
        return vec![(Vec::new(), DAY_MINUTES, 0)];
    };
    if from < to {
        return vec![(hours.days.clone(), from, to)];
    }
    let next = hours.days.iter().map(|day| day.next()).collect();
    vec![(hours.days.clone(), from, DAY_MINUTES), (next, 0, to)]
}

/// `08:30` as minutes since midnight; `24:00` is the end of the day.
pub fn minute_of_day(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    if hour.len() != 2 || minute.len() != 2 || !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
    {
        return None;
    }
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    let at = hour * 60 + minute;
    (minute < 60 && at <= DAY_MINUTES).then_some(at)
}

impl Day {
    const fn next(self) -> Self {
        match self {
            Self::Mon => Self::Tue,
            Self::Tue => Self::Wed,
            Self::Wed => Self::Thu,
            Self::Thu => Self::Fri,
            Self::Fri => Self::Sat,
            Self::Sat => Self::Sun,
            Self::Sun => Self::Mon,
        }
    }
}

impl BrokerRole {
    /// The ARN of its managed policy.
    pub const fn policy_arn(self) -> &'static str {
        match self {
            Self::Administrator => "arn:aws:iam::aws:policy/RegentAdministrator",
            Self::Auditor => "arn:aws:iam::aws:policy/RegentAuditor",
            Self::Approver => "arn:aws:iam::aws:policy/RegentApprover",
            Self::Operator => "arn:aws:iam::aws:policy/RegentOperator",
        }
    }

    /// Its managed policy.
    pub const fn policy(self) -> &'static str {
        match self {
            Self::Administrator => include_str!("../data/roles/administrator.json"),
            Self::Auditor => include_str!("../data/roles/auditor.json"),
            Self::Approver => include_str!("../data/roles/approver.json"),
            Self::Operator => include_str!("../data/roles/operator.json"),
        }
    }
}

/// What everybody may do who is signed in: their own affairs.
pub const EVERYBODY: &str = include_str!("../data/roles/everybody.json");

/// What lets administrators use every connector, where the settings say so.
pub const ADMINISTRATORS_USE_ALL: &str = include_str!("../data/roles/administrators-use-all.json");
