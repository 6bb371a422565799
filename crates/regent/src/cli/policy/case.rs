//! A case: one question with everything that the answer depends on, as JSON.
//!
//! Nothing is added to it. A member that nobody knows is an error, since it might have been meant to limit something;
//! only [`NOTES`] may stand there for people.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use anyhow::{Context as _, bail};
use regent_policy::catalogue::Catalogue;
use regent_policy::{Action, Context, Document, Policies, Request, Resource, ResourceRule};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::bundle::{Bundle, Named, Resources, missing_element};
use super::principal::{self, Hints, Principal, split};

/// Members for people and for whoever compares: they say nothing about the question.
const NOTES: [&str; 14] = [
    "id",
    "name",
    "description",
    "comment",
    "note",
    "notes",
    "tags",
    "source",
    "group",
    "category",
    "expected",
    "expect",
    "expectedDecision",
    "decision",
];

const RESOURCE_POLICY: &str = "resourcePolicy";

/// A case: its question, and the policies that it is decided by.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) question: Question,
    pub(super) bundle: Bundle,
}

/// The policies of an organization's root, of a unit or of an account.
#[derive(Debug, Deserialize)]
#[serde(
    rename_all = "camelCase",
    deny_unknown_fields,
    expecting = "a level: an object with `target` and `policies`"
)]
struct Level<'a> {
    #[serde(default)]
    target: Option<String>,
    #[serde(borrow)]
    policies: Documents<'a>,
}

/// Documents, or `null` where there is none.
type Documents<'a> = Option<Vec<Option<&'a RawValue>>>;

/// Who asks to do what.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub(super) struct Question {
    pub(super) principal: String,
    pub(super) action: String,
    #[serde(default)]
    pub(super) resource: Option<String>,
    #[serde(default)]
    pub(super) resource_account: Option<String>,
    #[serde(default)]
    pub(super) context: Option<Members<Values>>,
    #[serde(default)]
    pub(super) principal_role_arn: Option<String>,
    #[serde(default)]
    pub(super) principal_issuer_arn: Option<String>,
    #[serde(default)]
    pub(super) wildcard_only_action: Option<bool>,
}

/// The members of an object in their order. One that is named twice is an error, as it is in policies.
#[derive(Clone, Debug)]
pub(super) struct Members<T>(pub(super) Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Members<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
            type Value = Members<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut members, mut names) = (Vec::new(), HashSet::new());
                while let Some((name, value)) = map.next_entry::<String, T>()? {
                    if !names.insert(name.clone()) {
                        return Err(A::Error::custom(format_args!("the member `{name}` appears twice")));
                    }
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object(PhantomData))
    }
}

/// What a condition key holds.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a string, a number, a boolean or a list of them in the context")]
pub(super) enum Values {
    One(Scalar),
    Many(Vec<Scalar>),
}

/// A value; a number or a boolean is its own text, as in policies.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Scalar {
    Text(String),
    Bool(bool),
    Number(serde_json::Number),
}

impl Values {
    /// Adds a value: the key has several then.
    pub(super) fn push(&mut self, value: Scalar) {
        match self {
            Self::Many(values) => values.push(value),
            Self::One(first) => *self = Self::Many(vec![first.clone(), value]),
        }
    }
}

impl Scalar {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Bool(value) => value.to_string(),
            Self::Number(number) => number.to_string(),
        }
    }
}

impl Case {
    /// Reads a case and compiles its policies.
    pub(super) fn read(text: &str) -> anyhow::Result<Self> {
        let (mut question, mut bundle) = (None, Bundle::default());
        for (name, value) in serde_json::from_str::<Members<&RawValue>>(text)?.0 {
            match name.as_str() {
                "request" => question = Some(serde_json::from_str(value.get()).context("request")?),
                "identityPolicies" => bundle.identity = documents(&name, parse(&name, value)?)?,
                "permissionBoundaries" => bundle.boundaries = documents(&name, parse(&name, value)?)?,
                "sessionPolicy" => bundle.session = document(&name, Some(value))?.map(|policy| vec![policy]),
                RESOURCE_POLICY => bundle.resource = document(&name, Some(value))?,
                "scps" => bundle.service_control = levels(&name, parse(&name, value)?)?,
                "rcps" => bundle.resource_control = levels(&name, parse(&name, value)?)?,
                "endpointPolicies" => bundle.endpoint = documents(&name, parse(&name, value)?)?,
                note if NOTES.contains(&note) => {}
                _ => bail!("unknown member `{name}`"),
            }
        }
        Ok(Self { question: question.context("expected a `request`")?, bundle })
    }
}

fn parse<'a, T: Deserialize<'a>>(member: &str, value: &'a RawValue) -> anyhow::Result<T> {
    serde_json::from_str(value.get()).with_context(|| member.to_owned())
}

fn levels(member: &str, levels: Option<Vec<Level<'_>>>) -> anyhow::Result<Vec<Vec<Named>>> {
    let levels = levels.unwrap_or_default().into_iter().enumerate();
    levels
        .map(|(number, level)| {
            let place = format!("{member}[{number}].policies");
            let mut policies = documents(&place, level.policies)?;
            if let Some(target) = &level.target {
                for policy in &mut policies {
                    policy.name = format!("{} ({target})", policy.name);
                }
            }
            Ok(policies)
        })
        .collect()
}

fn documents(member: &str, texts: Documents<'_>) -> anyhow::Result<Vec<Named>> {
    let texts = texts.unwrap_or_default().into_iter().enumerate();
    let read = texts.map(|(number, text)| document(&format!("{member}[{number}]"), text));
    read.filter_map(Result::transpose).collect()
}

fn document(member: &str, text: Option<&RawValue>) -> anyhow::Result<Option<Named>> {
    let Some(text) = text.map(RawValue::get).filter(|text| *text != "null") else { return Ok(None) };
    let document = Document::parse(text).map_err(|error| {
        let at = regent_policy::Position::of(text, error.span().start);
        anyhow::anyhow!("{member}, line {} column {}: {error}", at.line, at.column)
    })?;
    let resources = if member == RESOURCE_POLICY { Resources::Understood } else { Resources::Required };
    if let Some((span, wanted)) = missing_element(&document, resources) {
        let at = document.position(span.start);
        bail!("{member}, line {} column {}: {wanted}", at.line, at.column);
    }
    Ok(Some(Named::new(member.to_owned(), document)))
}

/// Is it known that the key has but one value? Then a list of one is that value, and a variable can name it.
fn is_single_valued(key: &str) -> bool {
    Catalogue::bundled().key(key).is_some_and(|key| !key.is_multivalued())
}

/// A question, read: everything that a request borrows from.
#[derive(Debug)]
pub(super) struct Asked {
    question: Question,
    context: Vec<(String, Vec<String>, bool)>,
}

impl Asked {
    pub(super) fn new(question: Question) -> anyhow::Result<Self> {
        let (mut context, mut keys) = (Vec::new(), HashSet::new());
        for (key, values) in question.context.iter().flat_map(|members| &members.0) {
            if !keys.insert(key.to_ascii_lowercase()) {
                bail!("the context key `{key}` is given twice: case does not matter");
            }
            context.push(match values {
                Values::One(value) => (key.clone(), vec![value.text()], false),
                Values::Many(values) => {
                    let values: Vec<_> = values.iter().map(Scalar::text).collect();
                    let is_many = values.len() != 1 || !is_single_valued(key);
                    (key.clone(), values, is_many)
                }
            });
        }
        Ok(Self { question, context })
    }

    /// The same, with the context keys that follow from the principal, unless they are given.
    pub(super) fn with_principal_keys(question: Question) -> anyhow::Result<Self> {
        let mut asked = Self::new(question)?;
        let hints = Hints {
            role_arn: asked.question.principal_role_arn.as_deref(),
            issuer_arn: asked.question.principal_issuer_arn.as_deref(),
            ..Hints::default()
        };
        let keys = principal::keys(&Principal::read(&asked.question.principal, &hints)?.caller());
        for (key, value) in keys {
            if !asked.context.iter().any(|(given, ..)| given.eq_ignore_ascii_case(key)) {
                asked.context.push((key.to_owned(), vec![value], false));
            }
        }
        Ok(asked)
    }

    /// The values of a context key.
    fn values(&self, key: &str) -> &[String] {
        let found = self.context.iter().find(|(name, ..)| name.eq_ignore_ascii_case(key));
        found.map(|(_, values, _)| values.as_slice()).unwrap_or_default()
    }

    /// Asks: `with` gets the policies and the request.
    pub(super) fn ask<T>(
        &self,
        bundle: &Bundle,
        with: impl FnOnce(&Policies<'_>, &Request<'_>) -> T,
    ) -> anyhow::Result<T> {
        let question = &self.question;
        let action =
            Action::parse(&question.action).with_context(|| format!("action `{}`", question.action))?;
        let resource = Resource::new(self.resource()?);
        let one = |key| self.values(key).first().map(String::as_str);
        let service_names: Vec<&str> =
            self.values("aws:PrincipalServiceNamesList").iter().map(String::as_str).collect();
        let principal = Principal::read(
            &question.principal,
            &Hints {
                role_arn: question.principal_role_arn.as_deref(),
                issuer_arn: question.principal_issuer_arn.as_deref(),
                user_id: one("aws:userid"),
                is_assumed_root: one("aws:AssumedRoot")
                    .is_some_and(|value| value.eq_ignore_ascii_case("true")),
                service_names: &service_names,
            },
        )?;
        let caller = principal.caller();
        let lists: Vec<Vec<&str>> =
            self.context.iter().map(|(_, values, _)| values.iter().map(String::as_str).collect()).collect();
        let mut context = Context::new();
        for ((key, _, is_many), values) in self.context.iter().zip(&lists) {
            match values.as_slice() {
                [value] if !is_many => context.set(key.as_str(), value),
                values => context.set_many(key.as_str(), values),
            }
        }
        let named =
            split(resource.text()).map(|(_, account, _)| account).filter(|account| !account.is_empty());
        let owner = question.resource_account.as_deref().filter(|account| !account.is_empty()).or(named);
        // What is nobody's in particular is the caller's own.
        let owner = owner.or(if resource.text() == "*" { caller.account() } else { None });
        let request = Request {
            caller,
            action: &action,
            resource: &resource,
            resource_account: owner,
            context: &context,
            canonical_user: None,
        };
        let rule = ResourceRule::of(&action, &resource);
        // A policy brought for an action of KMS is a key's, whatever the request calls the key.
        let is_of_kms = action.name().get(..4).is_some_and(|service| service.eq_ignore_ascii_case("kms:"));
        let is_key_policy = is_of_kms && bundle.resource.is_some();
        let rule = if is_key_policy { ResourceRule::KeyPolicy } else { rule };
        Ok(bundle.lend(rule, |policies| with(policies, &request)))
    }

    /// An action without resource types is about `*`, and nothing else.
    fn resource(&self) -> anyhow::Result<&str> {
        match (self.question.wildcard_only_action, self.question.resource.as_deref()) {
            (Some(true), _) => Ok("*"),
            (_, Some(resource)) if !resource.is_empty() => Ok(resource),
            (_, _) => bail!("expected a `resource`: `*` if the action has none"),
        }
    }
}
