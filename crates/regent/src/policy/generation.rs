//! Writing policies: from services, access levels, actions, resources and conditions to statements.

use clap::ValueEnum;
use regent_policy::PolicyKind;
use regent_policy::catalogue::{AccessLevel, Catalogue, CatalogueAction};
use serde::Deserialize;
use utoipa::ToSchema;

use super::nearest::{nothing_matches, unknown_service};
use condition::Wanted;
use principal::Named;

pub(crate) mod condition;
pub(crate) mod principal;
mod statement;
pub(crate) mod write;

/// Why no policy is written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GenerateError {
    /// A name that is in no list, and what may have been meant.
    #[error("{0}")]
    Unknown(String),
    /// A pattern that covers nothing of the levels asked for.
    #[error("`{0}` covers no action of the access level asked for")]
    NoneOfLevel(String),
    /// Not in the form of a condition.
    #[error("`{0}` is no condition: expected `StringEquals:aws:PrincipalTag/team=dev`")]
    NotACondition(String),
    /// What would read as a condition and be none.
    #[error("{0}")]
    Condition(String),
    /// Nobody that a policy can name.
    #[error(
        "`{0}` is no principal: expected an account, an ARN, a service such as `ec2.amazonaws.com`, or `*`"
    )]
    NotAPrincipal(String),
    /// An action that somebody named and that cannot be as they want it.
    #[error("{0}")]
    Misfit(String),
    /// Every action was left out.
    #[error("{0}; nothing is left")]
    NothingLeft(String),
    /// IAM would not store what comes out.
    #[error("IAM would refuse the policy: {0}")]
    Refused(String),
}

/// What a statement does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Effect {
    #[default]
    Allow,
    Deny,
}

/// What a policy is attached to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Users, groups and roles
    #[default]
    Identity,
    /// A resource: it names principals
    Resource,
    /// A role: who may assume it
    Trust,
}

/// An action that is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chosen {
    pub(crate) action: CatalogueAction<'static>,
    /// Somebody gave its name, and wants to hear when it does not fit. The others are what a pattern covers.
    pub(crate) is_named: bool,
}

/// What is to be written.
#[derive(Debug, Default)]
pub(crate) struct Wish {
    pub(crate) actions: Vec<Chosen>,
    /// Patterns that the actions may be written as, where a statement has all that they cover.
    pub(crate) patterns: Vec<String>,
    pub(crate) resources: Vec<String>,
    pub(crate) conditions: Vec<Wanted>,
    pub(crate) principals: Vec<Named>,
    pub(crate) effect: Effect,
    pub(crate) sid: Option<String>,
    pub(crate) kind: Kind,
}

/// How far an action reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Level {
    /// Finds out what exists
    List,
    /// Reads contents and attributes
    Read,
    /// Changes tags
    Tagging,
    /// Creates, changes or deletes
    Write,
    /// Grants or changes permissions
    PermissionsManagement,
}

impl Level {
    pub(crate) fn is(self, level: AccessLevel) -> bool {
        match self {
            Self::List => level == AccessLevel::List,
            Self::Read => level == AccessLevel::Read,
            Self::Tagging => level == AccessLevel::Tagging,
            Self::Write => level == AccessLevel::Write,
            Self::PermissionsManagement => level == AccessLevel::PermissionsManagement,
        }
    }

    /// Is a level among these? No levels at all are no restriction.
    pub(crate) fn admit(levels: &[Self], level: AccessLevel) -> bool {
        levels.is_empty() || levels.iter().any(|wanted| wanted.is(level))
    }
}

impl Wish {
    /// Adds what a service has.
    pub(crate) fn choose_service(&mut self, prefix: &str, levels: &[Level]) -> Result<(), GenerateError> {
        let catalogue = Catalogue::bundled();
        let service = catalogue.service(prefix);
        let service = service.ok_or_else(|| GenerateError::Unknown(unknown_service(catalogue, prefix)))?;
        self.choose(&format!("{}:*", service.prefix()), levels)
    }

    /// Adds what a pattern covers.
    pub(crate) fn choose(&mut self, pattern: &str, levels: &[Level]) -> Result<(), GenerateError> {
        let catalogue = Catalogue::bundled();
        let is_named = !pattern.contains(['*', '?']);
        let covered: Vec<_> = catalogue.actions_matching(pattern).collect();
        if covered.is_empty() {
            return Err(GenerateError::Unknown(nothing_matches(catalogue, pattern)));
        }
        let chosen: Vec<_> = covered
            .iter()
            .filter(|action| is_named || Level::admit(levels, action.access_level()))
            .map(|action| Chosen { action: *action, is_named })
            .collect();
        if chosen.is_empty() {
            return Err(GenerateError::NoneOfLevel(pattern.to_owned()));
        }
        if !is_named && chosen.len() == covered.len() {
            self.patterns.push(pattern.to_owned());
        }
        self.actions.extend(chosen);
        Ok(())
    }

    pub(crate) fn policy_kind(&self) -> PolicyKind {
        match self.kind {
            Kind::Identity => PolicyKind::Identity,
            Kind::Resource => PolicyKind::Resource,
            Kind::Trust => PolicyKind::RoleTrust,
        }
    }
}
