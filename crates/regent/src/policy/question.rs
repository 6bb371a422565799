//! A question, with everything that its answer depends on besides the policies.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use regent_policy::catalogue::Catalogue;
use regent_policy::{Action, Context, ParseActionError, Policies, Request, Resource, ResourceRule};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::bundle::Bundle;
use super::principal::{self, Hints, Principal, PrincipalError, split};

/// Who asks to do what.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub(crate) struct Question {
    pub(crate) principal: String,
    pub(crate) action: String,
    #[serde(default)]
    pub(crate) resource: Option<String>,
    #[serde(default)]
    pub(crate) resource_account: Option<String>,
    #[serde(default)]
    pub(crate) context: Option<Members<Values>>,
    #[serde(default)]
    pub(crate) principal_role_arn: Option<String>,
    #[serde(default)]
    pub(crate) principal_issuer_arn: Option<String>,
    #[serde(default)]
    pub(crate) wildcard_only_action: Option<bool>,
}

/// The members of an object in their order. One that is named twice is an error, as it is in policies.
#[derive(Clone, Debug)]
pub(crate) struct Members<T>(pub(crate) Vec<(String, T)>);

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
pub(crate) enum Values {
    One(Scalar),
    Many(Vec<Scalar>),
}

/// A value; a number or a boolean is its own text, as in policies.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Scalar {
    Text(String),
    Bool(bool),
    Number(serde_json::Number),
}

impl Values {
    /// Adds a value: the key has several then.
    pub(crate) fn push(&mut self, value: Scalar) {
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

/// Why a question cannot be asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum QuestionError {
    /// Keys are the same in any case.
    #[error("the context key `{0}` is given twice: case does not matter")]
    KeyTwice(String),
    /// Not an action.
    #[error("action `{name}`")]
    Action {
        /// What was given.
        name: String,
        /// What is wrong with it.
        source: ParseActionError,
    },
    /// Nobody.
    #[error(transparent)]
    Principal(#[from] PrincipalError),
    /// Nothing that it would be about.
    #[error("expected a `resource`: `*` if the action has none")]
    NoResource,
}

/// Is it known that the key has but one value? Then a list of one is that value, and a variable can name it.
fn is_single_valued(key: &str) -> bool {
    Catalogue::bundled().key(key).is_some_and(|key| !key.is_multivalued())
}

/// A question, read: everything that a request borrows from.
#[derive(Debug)]
pub(crate) struct Asked {
    question: Question,
    context: Vec<(String, Vec<String>, bool)>,
}

impl Asked {
    pub(crate) fn new(question: Question) -> Result<Self, QuestionError> {
        let (mut context, mut keys) = (Vec::new(), HashSet::new());
        for (key, values) in question.context.iter().flat_map(|members| &members.0) {
            if !keys.insert(key.to_ascii_lowercase()) {
                return Err(QuestionError::KeyTwice(key.clone()));
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
    pub(crate) fn with_principal_keys(question: Question) -> Result<Self, QuestionError> {
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
    pub(crate) fn ask<T>(
        &self,
        bundle: &Bundle,
        with: impl FnOnce(&Policies<'_>, &Request<'_>) -> T,
    ) -> Result<T, QuestionError> {
        let question = &self.question;
        let action = Action::parse(&question.action)
            .map_err(|source| QuestionError::Action { name: question.action.clone(), source })?;
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
    fn resource(&self) -> Result<&str, QuestionError> {
        match (self.question.wildcard_only_action, self.question.resource.as_deref()) {
            (Some(true), _) => Ok("*"),
            (_, Some(resource)) if !resource.is_empty() => Ok(resource),
            (_, _) => Err(QuestionError::NoResource),
        }
    }
}
