//! What AWS encodes into some denials: the message that `DecodeAuthorizationMessage` gives back.

use super::{Explanation, Sources};
use crate::caller::Caller;
use crate::decision::Verdict;
use crate::document::{Effect, Listed, Polarity, Statement};
use crate::json::{JsonWriter, Layout};

/// The decoded authorization message of a decision: its `to_json` is what AWS returns as `DecodedMessage`.
///
/// It tells the caller's administrator what the denial does not tell the caller: which statements denied, and the whole
/// context of the request. So it is sealed before it goes out, and only the account whose caller was denied may have it
/// opened.
///
/// AWS: STS API reference, `DecodeAuthorizationMessage`.
///
/// ```
/// use regent_policy::explain::{AuthorizationMessage, Source, Sources, explain};
/// use regent_policy::*;
///
/// struct Unknown;
///
/// impl Sources for Unknown {
///     fn source(&self, _kind: PolicyKind, _level: u32, _program: u32) -> Option<Source<'_>> {
///         None
///     }
/// }
///
/// let mut context = Context::new();
/// context.set("aws:RequestedRegion", "eu-west-1");
/// let request = Request {
///     caller: Caller::User {
///         account: "111122223333",
///         arn: "arn:aws:iam::111122223333:user/staff/ana",
///         id: "AIDAEXAMPLEANA000000A",
///     },
///     action: &action!("ec2:RunInstances"),
///     resource: &Resource::any(),
///     resource_account: Some("111122223333"),
///     context: &context,
///     canonical_user: None,
/// };
/// let policies = Policies::default();
/// let message = AuthorizationMessage::new(&explain(&policies, &request), &Unknown).to_json(Layout::Compact);
/// assert!(message.starts_with(r#"{"allowed":false,"explicitDeny":false,"matchedStatements":{"items":[]}"#));
/// assert!(message.contains(r#""principal":{"id":"AIDAEXAMPLEANA000000A","name":"ana","arn":"#));
/// ```
#[derive(Clone, Copy)]
pub struct AuthorizationMessage<'a> {
    explanation: &'a Explanation<'a>,
    sources: &'a dyn Sources,
    detail: Detail,
}

/// How much a message tells. An encoded message may not be longer than what can be sent back to be decoded, and there
/// is no bound on what the keys of a request hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// Everything.
    #[default]
    Whole,
    /// No condition keys of the request: who asked still has them.
    WithoutConditions,
    /// Nor what the statements list: their ids lead to them.
    WithoutLists,
}

impl Detail {
    /// Every one, from the most to the least.
    pub const ALL: [Self; 3] = [Self::Whole, Self::WithoutConditions, Self::WithoutLists];
}

impl std::fmt::Debug for AuthorizationMessage<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthorizationMessage")
            .field("explanation", self.explanation)
            .field("detail", &self.detail)
            .finish_non_exhaustive()
    }
}

impl<'a> AuthorizationMessage<'a> {
    /// The message about an explained request. Statements of policies whose sources are not known are left out.
    pub fn new(explanation: &'a Explanation<'a>, sources: &'a dyn Sources) -> Self {
        Self { explanation, sources, detail: Detail::Whole }
    }

    /// The same message, telling less. What is left out is an empty list; no member is missing.
    #[must_use]
    pub fn detail(self, detail: Detail) -> Self {
        Self { detail, ..self }
    }

    /// The message, its members in AWS's order.
    pub fn to_json(self, layout: Layout) -> String {
        let decision = self.explanation.decision();
        let mut json = JsonWriter::new(layout);
        json.begin_object();
        json.name("allowed");
        json.bool(decision.is_allowed());
        json.name("explicitDeny");
        json.bool(decision.verdict() == Verdict::ExplicitlyDenied);
        json.name("matchedStatements");
        self.matched_statements(&mut json);
        json.name("failures");
        items(&mut json, core::iter::empty::<()>(), |_, ()| {});
        json.name("context");
        self.context(&mut json);
        json.end_object();
        json.finish()
    }

    /// The statements that decided: every `Deny` that applies, or of an allowed request every `Allow`.
    fn matched_statements(self, json: &mut JsonWriter) {
        let wanted = match self.explanation.decision().verdict() {
            Verdict::Allowed => Some(Effect::Allow),
            Verdict::ExplicitlyDenied => Some(Effect::Deny),
            Verdict::ImplicitlyDenied => None,
        };
        let matched = self.explanation.statements().filter_map(|(kind, trace)| {
            if !trace.applies || Some(trace.effect) != wanted {
                return None;
            }
            let source = self.sources.source(kind, trace.at.level, trace.at.program)?;
            source.document.statement(trace.at.statement as usize)
        });
        items(json, matched, |json, statement| self.statement(json, &statement));
    }

    fn statement(&self, json: &mut JsonWriter, statement: &Statement<'_>) {
        json.begin_object();
        json.name("statementId");
        json.string(statement.sid().map_or("", |sid| sid.value()));
        json.name("effect");
        json.string(match statement.effect() {
            Effect::Allow => "ALLOW",
            Effect::Deny => "DENY",
        });
        if self.detail == Detail::WithoutLists {
            for list in ["principals", "principalGroups", "actions", "resources", "conditions"] {
                json.name(list);
                items(json, core::iter::empty::<()>(), |_, ()| {});
            }
        } else {
            self.lists(json, statement);
        }
        json.end_object();
    }

    fn lists(self, json: &mut JsonWriter, statement: &Statement<'_>) {
        json.name("principals");
        match statement.principals().filter(|principals| principals.polarity() == Polarity::Listed) {
            Some(principals) => values(json, principals.entries().map(|entry| entry.value())),
            // A policy that names nobody is about whoever has it.
            None if statement.principals().is_none() => {
                values(json, id(&self.explanation.request().caller).as_deref().into_iter());
            }
            None => values(json, core::iter::empty()),
        }
        json.name("principalGroups");
        items(json, core::iter::empty::<()>(), |_, ()| {});
        json.name("actions");
        listed(json, statement.actions());
        json.name("resources");
        listed(json, statement.resources());
        json.name("conditions");
        items(json, statement.conditions(), |json, condition| {
            json.begin_object();
            json.name("key");
            json.string(condition.key().value());
            json.name("values");
            values(json, condition.values().map(|value| value.value()));
            json.end_object();
        });
    }

    fn context(self, json: &mut JsonWriter) {
        let request = self.explanation.request();
        json.begin_object();
        json.name("principal");
        json.begin_object();
        json.name("id");
        json.string(id(&request.caller).as_deref().unwrap_or(request.caller.display_name()));
        if let Caller::User { arn, .. } = request.caller {
            json.name("name");
            json.string(arn.rsplit('/').next().unwrap_or_default());
        }
        json.name("arn");
        json.string(request.caller.display_name());
        json.end_object();
        json.name("action");
        json.string(request.action.name());
        json.name("resource");
        json.string(request.resource.text());
        json.name("conditions");
        let keys = (self.detail == Detail::Whole).then(|| request.context.iter());
        items(json, keys.into_iter().flatten(), |json, (key, held)| {
            json.begin_object();
            json.name("key");
            json.string(key);
            json.name("values");
            values(json, held.as_slice().iter().copied());
            json.end_object();
        });
        json.end_object();
    }
}

/// The values of an element as written.
// CHOICE: what AWS shows of `NotAction` and its like is not recorded; nothing is listed, rather than the opposite.
fn listed(json: &mut JsonWriter, listed: Option<Listed<'_>>) {
    let listed = listed.filter(|listed| listed.polarity() == Polarity::Listed);
    values(json, listed.into_iter().flat_map(|listed| listed.elements()).map(|element| element.value()));
}

/// The id that `aws:userid` has for a caller, where it has one.
fn id(caller: &Caller<'_>) -> Option<String> {
    let last = |arn: &str| arn.rsplit('/').next().unwrap_or_default().to_owned();
    match *caller {
        Caller::User { id, .. } => Some(id.to_owned()),
        Caller::RoleSession { role_id, arn, .. } => Some(format!("{role_id}:{}", last(arn))),
        Caller::FederatedUser { account, arn, .. } => Some(format!("{account}:{}", last(arn))),
        Caller::Root { account, .. } | Caller::RootSession { account, .. } => Some(account.to_owned()),
        Caller::FederatedIdentity { .. } | Caller::Service { .. } | Caller::Anonymous => None,
    }
}

fn values<'v>(json: &mut JsonWriter, values: impl Iterator<Item = &'v str>) {
    items(json, values, |json, value| {
        json.begin_object();
        json.name("value");
        json.string(value);
        json.end_object();
    });
}

/// AWS's lists: an object around an array.
fn items<T>(
    json: &mut JsonWriter,
    things: impl Iterator<Item = T>,
    mut write: impl FnMut(&mut JsonWriter, T),
) {
    json.begin_object();
    json.name("items");
    json.begin_array();
    for thing in things {
        write(json, thing);
    }
    json.end_array();
    json.end_object();
}
