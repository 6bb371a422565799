//! What happened in the broker: who did what, to what, on whose behalf, and how it ended.
//!
//! Texts come from strangers, so they are clipped; JSON escapes what a terminal would obey. Nothing here can hold a
//! secret: the types of secrets neither print nor serialize, and no member is made for one.

use std::borrow::Cow;
use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use regent_broker::{Connector, Id, Noun, Stored};
use serde::{Deserialize, Serialize, Serializer};

use crate::broker::caller::BrokerCaller;

/// The longest text of an event, in bytes.
const MAX_TEXT_BYTES: usize = 512;
/// How many session tags an event tells.
const MAX_TAGS: usize = 50;

/// A text of an event, clipped to what an event may hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(value_type = String)]
#[serde(transparent)]
pub(crate) struct Text(Box<str>);

impl Text {
    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        let end = text.floor_char_boundary(MAX_TEXT_BYTES);
        Self(text.get(..end).unwrap_or_default().into())
    }
}

impl From<&Id> for Text {
    fn from(id: &Id) -> Self {
        Self::from(id.as_str())
    }
}

/// What kind of party somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ActorKind {
    /// A person.
    User,
    /// A build or an application.
    SystemCaller,
    /// The server, by itself.
    Server,
    /// Somebody who has not proved who they are.
    Anonymous,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Actor {
    /// What they are.
    #[serde(rename = "type")]
    pub(crate) kind: ActorKind,
    /// Their id; of somebody unknown the name they claim.
    pub(crate) id: Text,
    /// Their name then.
    pub(crate) name: Text,
    /// Who vouches for them: `local`, `oidc:isrc_…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<Text>,
}

impl Actor {
    /// The server, by itself.
    pub(crate) fn server() -> Self {
        Self::word(ActorKind::Server, "server")
    }

    /// Somebody who has proved nothing, by the name they claim.
    pub(crate) fn anonymous(claimed: &str) -> Self {
        Self::word(ActorKind::Anonymous, claimed)
    }

    fn word(kind: ActorKind, name: &str) -> Self {
        Self { kind, id: name.into(), name: name.into(), source: None }
    }
}

impl From<&BrokerCaller> for Actor {
    fn from(caller: &BrokerCaller) -> Self {
        use crate::broker::caller::Subject;
        use regent_broker::Origin;

        let (kind, source) = match &caller.subject {
            Subject::Person(person) => {
                let source = match &person.value.origin {
                    Origin::Local => "local".into(),
                    Origin::Oidc { source, .. } => Text::from(format!("oidc:{source}").as_str()),
                };
                (ActorKind::User, Some(source))
            }
            Subject::SystemCaller(_) => (ActorKind::SystemCaller, None),
        };
        Self { kind, id: caller.id().into(), name: caller.name().into(), source }
    }
}

/// What was done: a noun and a verb.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Action(Cow<'static, str>);

/// Names the actions; each is a constant of [`Action`].
macro_rules! actions {
    ($($name:ident = $text:literal),+ $(,)?) => {
        impl Action {
            $(
                #[doc = concat!("`", $text, "`")]
                pub(crate) const $name: Self = Self(Cow::Borrowed($text));
            )+
        }
    };
}

actions! {
    LOGIN = "login",
    LOGOUT = "logout",
    STEP_UP = "login.step_up",
    TOKEN_ISSUE = "token.issue",
    SETUP = "setup",
    CREDENTIALS_INTENT = "credentials.intent",
    CREDENTIALS_ISSUE = "credentials.issue",
    CONSOLE_OPEN = "console.open",
    SESSION_REVOKE = "revoke.session",
    TEST = "test",
    EXPORT = "export",
    AUDIT_FORGET = "audit.forget",
    CONFIG_APPLY = "config.apply",
    SETTINGS_UPDATE = "settings.update",
    SYSTEM_TOKEN_ROTATE = "system.token.rotate",
    MFA_ENROLL = "mfa.enroll",
    MFA_REMOVE = "mfa.remove",
    PASSWORD_CHANGE = "password.change",
    PASSWORD_RESET = "password.reset",
}

impl Action {
    /// What was done to a kind of thing that the broker keeps: `connector.create`.
    pub(crate) fn on(noun: &str, verb: &str) -> Self {
        Self(format!("{noun}.{verb}").into())
    }

    /// As it is written.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What it was done to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Target {
    /// Its kind: `connector`.
    #[serde(rename = "type")]
    pub(crate) kind: Text,
    /// Its id.
    pub(crate) id: Text,
    /// Its name then.
    pub(crate) name: Text,
}

impl Target {
    /// Something that the broker keeps; `kind` is what people call it.
    pub(crate) fn of<T: Noun>(kind: &str, stored: &Stored<T>) -> Self {
        Self { kind: kind.into(), id: (&stored.id).into(), name: stored.value.name().into() }
    }
}

/// A connector, as it was called then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ConnectorName {
    /// Its id.
    pub(crate) id: Text,
    /// What links and the command line call it.
    pub(crate) slug: Text,
    /// What people call it.
    pub(crate) name: Text,
}

impl From<&Stored<Connector>> for ConnectorName {
    fn from(stored: &Stored<Connector>) -> Self {
        let (slug, name) = (stored.value.terms.slug.as_str().into(), stored.value.terms.name.as_str().into());
        Self { id: (&stored.id).into(), slug, name }
    }
}

/// What was issued, as far as it is no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SessionFacts {
    /// Its id.
    pub(crate) id: Text,
    /// The temporary access key: what joins this event with the records of AWS.
    pub(crate) access_key_id: Text,
    /// Whose permissions it has.
    pub(crate) arn: Text,
    /// What it is called.
    pub(crate) session_name: Text,
    /// Who is behind it, through every further role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source_identity: Option<Text>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tags: BTreeMap<Box<str>, Text>,
    /// How long it lives.
    pub(crate) seconds: u32,
    /// The hash of its session policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) policy_sha256: Option<Text>,
}

/// From where, and with what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Client {
    /// Its address.
    pub(crate) ip: Text,
    /// What it calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) user_agent: Option<Text>,
}

impl Client {
    /// Somebody at this address.
    pub(crate) fn new(ip: &str, user_agent: Option<&str>) -> Self {
        Self { ip: ip.into(), user_agent: user_agent.map(Text::from) }
    }
}

impl From<&BrokerCaller> for Client {
    fn from(caller: &BrokerCaller) -> Self {
        Self::new(&caller.source_ip, caller.user_agent.as_deref())
    }
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ending {
    /// It was done.
    Ok,
    /// It was refused.
    Denied,
    /// It could not be done.
    Failed,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Event {
    /// `audt_…`
    pub(crate) id: Id,
    /// When.
    #[serde(serialize_with = "time")]
    pub(crate) at: Timestamp,
    /// Who did it.
    pub(crate) actor: Actor,
    /// For whom, if that is somebody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) on_behalf: Option<Actor>,
    /// What was done.
    pub(crate) action: Action,
    /// To what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<Target>,
    /// Through which connector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) connector: Option<ConnectorName>,
    /// What was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) session: Option<SessionFacts>,
    /// What allowed it: `grant:grnt_…`, `admin`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) via: Option<Text>,
    /// Why, in the actor's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<Text>,
    /// The ticket that was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ticket: Option<Text>,
    /// From where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client: Option<Client>,
    /// How it ended.
    pub(crate) result: Ending,
    /// Why it did not end well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error_code: Option<Text>,
    /// What the upstream calls its answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) upstream_request_id: Option<Text>,
    /// What else there is to say, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<Text>,
}

fn time<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

impl Event {
    /// What ids of events begin with.
    const PREFIX: &'static str = "audt";

    /// Something that went well; `random` makes its id.
    pub(crate) fn new(at: Timestamp, random: [u8; 10], actor: Actor, action: Action) -> Self {
        let now_ms = u64::try_from(at.as_millisecond()).unwrap_or_default();
        Self {
            id: Id::new(Self::PREFIX, now_ms, random),
            at,
            actor,
            on_behalf: None,
            action,
            target: None,
            connector: None,
            session: None,
            via: None,
            reason: None,
            ticket: None,
            client: None,
            result: Ending::Ok,
            error_code: None,
            upstream_request_id: None,
            detail: None,
        }
    }

    /// The same as one of several that a command leaves, under an id that follows from its own and this number.
    pub(crate) fn numbered(&self, number: u64) -> Self {
        let seed = digest(&SHA256, format!("{} {number}", self.id).as_bytes());
        let random = seed.as_ref().first_chunk().copied().unwrap_or_default();
        let now_ms = u64::try_from(self.at.as_millisecond()).unwrap_or_default();
        Self { id: Id::new(Self::PREFIX, now_ms, random), ..self.clone() }
    }

    /// The same, with how it ended instead of well.
    pub(crate) fn ended(self, result: Ending, error_code: &str) -> Self {
        Self { result, error_code: Some(error_code.into()), ..self }
    }

    /// What it is found by.
    pub(super) fn labels(&self) -> Vec<(&'static str, &str)> {
        let mut labels = vec![("actor", self.actor.id.as_str()), ("action", self.action.as_str())];
        labels.extend(self.connector.as_ref().map(|connector| ("connector", connector.id.as_str())));
        labels.extend(self.session.as_ref().map(|session| ("session", session.id.as_str())));
        labels
    }
}

impl SessionFacts {
    /// The tags of a session, as an event tells them.
    pub(crate) fn tags<'a>(tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> BTreeMap<Box<str>, Text> {
        let clipped = tags.into_iter().take(MAX_TAGS);
        clipped.map(|(key, value)| (Text::from(key).0, Text::from(value))).collect()
    }
}
