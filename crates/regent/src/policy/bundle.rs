//! The policies in force for one question, with the names and texts that explanations show.

use regent_policy::explain::{Source, Sources};
use regent_policy::{Bindings, Document, Policies, PolicyKind, Program, ResourcePolicy, ResourceRule, Span};

/// A policy and what to call it.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) document: Document,
    pub(crate) program: Program,
}

impl Named {
    pub(crate) fn new(name: String, document: Document) -> Self {
        let program = Program::compile(&document, &Bindings::NONE);
        Self { name, document, program }
    }

    /// Does any of its statements say whom it is about?
    pub(crate) fn names_principals(&self) -> bool {
        self.document.statements().any(|statement| statement.principals().is_some())
    }
}

/// May a statement leave out what it is about?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resources {
    /// No. A statement that names principals may all the same: it hangs on the resource.
    Required,
    /// Yes, a resource's own policy means that resource.
    Understood,
}

/// The first statement that lacks an element without which it means nothing, and what it lacks.
///
/// The engine lets such a statement match nothing, which of a `Deny` is the wrong way round: whoever wrote it
/// meant to forbid something.
pub(crate) fn missing_element(document: &Document, resources: Resources) -> Option<(Span, &'static str)> {
    document.statements().find_map(|statement| {
        if statement.actions().is_none() {
            return Some((statement.span(), "expected an `Action` or a `NotAction` in the statement"));
        }
        let is_missing = resources == Resources::Required
            && statement.resources().is_none()
            && statement.principals().is_none();
        is_missing.then(|| (statement.span(), "expected a `Resource` or a `NotResource` in the statement"))
    })
}

/// Every policy that takes part.
#[derive(Debug, Default)]
pub(crate) struct Bundle {
    pub(crate) identity: Vec<Named>,
    pub(crate) boundaries: Vec<Named>,
    pub(crate) session: Option<Vec<Named>>,
    pub(crate) resource: Option<Named>,
    /// Levels from the root down; none without an organization.
    pub(crate) service_control: Vec<Vec<Named>>,
    pub(crate) resource_control: Vec<Vec<Named>>,
    pub(crate) endpoint: Vec<Named>,
}

impl Bundle {
    /// Lends the policies to a question.
    ///
    /// Roles and keys always have a policy: without one in the bundle nobody is let in.
    pub(crate) fn lend<T>(&self, rule: ResourceRule, ask: impl FnOnce(&Policies<'_>) -> T) -> T {
        let silent = Program::silent();
        let identity = programs(&self.identity);
        let boundaries = programs(&self.boundaries);
        let session = self.session.as_deref().map(programs);
        let endpoint = programs(&self.endpoint);
        let service_control = self.service_control.iter().map(|level| programs(level)).collect::<Vec<_>>();
        let resource_control = self.resource_control.iter().map(|level| programs(level)).collect::<Vec<_>>();
        let service_control = service_control.iter().map(Vec::as_slice).collect::<Vec<_>>();
        let resource_control = resource_control.iter().map(Vec::as_slice).collect::<Vec<_>>();
        let resource = match (&self.resource, rule) {
            (Some(policy), rule) => Some(ResourcePolicy { program: &policy.program, rule }),
            (None, ResourceRule::Ordinary) => None,
            (None, rule) => Some(ResourcePolicy { program: &silent, rule }),
        };
        ask(&Policies {
            identity: &identity,
            boundaries: &boundaries,
            session: session.as_deref(),
            resource,
            service_control: (!service_control.is_empty()).then_some(&service_control),
            resource_control: (!resource_control.is_empty()).then_some(&resource_control),
            endpoint: &endpoint,
        })
    }

    /// Every policy.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Named> {
        let lists = [&self.identity, &self.boundaries, &self.endpoint];
        let levels = [&self.service_control, &self.resource_control];
        lists
            .into_iter()
            .chain(&self.session)
            .chain(levels.into_iter().flatten())
            .flatten()
            .chain(&self.resource)
    }

    /// The policy that a decision speaks of.
    pub(crate) fn policy(&self, kind: PolicyKind, level: u32, program: u32) -> Option<&Named> {
        let (level, program) = (level as usize, program as usize);
        match kind {
            PolicyKind::Identity => self.identity.get(program),
            PolicyKind::PermissionsBoundary => self.boundaries.get(program),
            PolicyKind::Session => self.session.as_ref()?.get(program),
            PolicyKind::Resource | PolicyKind::RoleTrust => self.resource.as_ref(),
            PolicyKind::ServiceControl => self.service_control.get(level)?.get(program),
            PolicyKind::ResourceControl => self.resource_control.get(level)?.get(program),
            PolicyKind::Endpoint => self.endpoint.get(program),
        }
    }
}

impl Sources for Bundle {
    fn source(&self, kind: PolicyKind, level: u32, program: u32) -> Option<Source<'_>> {
        let policy = self.policy(kind, level, program)?;
        Some(Source { name: &policy.name, document: &policy.document })
    }
}

fn programs(policies: &[Named]) -> Vec<&Program> {
    policies.iter().map(|policy| &policy.program).collect()
}
