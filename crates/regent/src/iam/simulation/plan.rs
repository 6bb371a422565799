//! A simulation, ready to run: every policy compiled, every input checked.

use regent_policy::catalogue::Catalogue;
use regent_policy::simulate::{self, Simulation, supported_form};
use regent_policy::{
    Action, Context, Policies, PolicyKind, Program, Request, Resource, ResourcePolicy, ResourceRule,
    StatementRef,
};
use regent_wire::Fault;
use regent_wire::iam as wire;

use super::question::Entries;
use super::source::{self, Source};
use super::subject::Subject;
use crate::fault;

/// The policy text that one page may weigh, in KiB, counted anew for each action and resource. Policies can be made to
/// be slow, up to a bound that follows their length, so this bounds the time of a page as well.
const BUDGET_KIB: usize = 8 * 1024;

/// Everything that decides.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) subject: Subject,
    pub(super) identity: Vec<Source<'a>>,
    pub(super) boundary: Option<Source<'a>>,
    /// Service control policies, level by level; none without an organization.
    pub(super) organization: Option<Vec<Vec<Source<'a>>>>,
    pub(super) resource_policy: Option<Source<'a>>,
    /// Whose a resource is whose ARN does not tell.
    pub(super) owner: String,
    pub(super) entries: Entries<'a>,
    pub(super) resources: Vec<&'a str>,
}

/// What became of one action on one resource.
#[derive(Debug)]
pub(super) struct Cell<'a> {
    pub(super) resource: &'a str,
    pub(super) simulation: Simulation,
    /// The form of ARN by which the action knows the resource.
    pub(super) form: Option<&'static str>,
}

impl Plan<'_> {
    /// How many actions one page can have, so that it comes to an end soon whatever the policies are.
    pub(super) fn actions_of_page(&self) -> Result<usize, Fault> {
        let organization = self.organization.iter().flatten().flatten();
        let bytes: usize =
            self.sources().chain(organization).map(|source| source.document.text().len()).sum();
        let one_action = self.resources.len().saturating_mul(bytes / 1024 + 1);
        match BUDGET_KIB / one_action.max(1) {
            0 => Err(fault::invalid_input("There are too many resources for policies of this size.")),
            actions => Ok(actions),
        }
    }

    /// The context keys that the policies ask for, and that nobody gave.
    ///
    /// Keys that an organization's policies alone ask for are not told: who simulates need not know those.
    pub(super) fn missing_keys(&self) -> Vec<String> {
        let context = self.context();
        let documents = self.sources().map(|source| &source.document);
        simulate::missing_context_keys(documents, &context).into_iter().map(str::to_owned).collect()
    }

    /// Decides an action on every resource.
    pub(super) fn run(&self, name: &str) -> Result<Vec<Cell<'_>>, Fault> {
        let action =
            Action::parse(name).map_err(|error| fault::invalid_input(error.to_string()).because(error))?;
        let known = Catalogue::bundled().action(name);
        let context = self.context();
        let mut cells = Vec::with_capacity(self.resources.len());
        for resource in &self.resources {
            let simulation = self.decide(&action, resource, &context)?;
            let form = known.and_then(|known| supported_form(known, resource));
            let is_supported = *resource == "*" || form.is_some();
            let simulation = if is_supported { simulation } else { simulation.on_unsupported_resource() };
            cells.push(Cell { resource, simulation, form });
        }
        Ok(cells)
    }

    /// A statement that settled something, as the answer shows it. Those of an organization are not shown.
    pub(super) fn shown(&self, kind: PolicyKind, at: StatementRef) -> Option<wire::Statement> {
        let source = match kind {
            PolicyKind::Identity => self.identity.get(usize::try_from(at.program).ok()?),
            PolicyKind::PermissionsBoundary => self.boundary.as_ref(),
            PolicyKind::Resource | PolicyKind::RoleTrust => self.resource_policy.as_ref(),
            PolicyKind::ServiceControl
            | PolicyKind::ResourceControl
            | PolicyKind::Session
            | PolicyKind::Endpoint => None,
        };
        source?.shown(kind, at)
    }

    fn sources(&self) -> impl Iterator<Item = &Source<'_>> {
        self.identity.iter().chain(&self.boundary).chain(&self.resource_policy)
    }

    fn context(&self) -> Context<'_> {
        let mut context = Context::new();
        self.subject.fill(&mut context);
        self.entries.fill(&mut context);
        context
    }

    fn decide(&self, action: &Action<'_>, name: &str, context: &Context<'_>) -> Result<Simulation, Fault> {
        let resource = Resource::new(name);
        let owner = owner_in(name).unwrap_or(&self.owner);
        let request = Request {
            caller: self.subject.caller(owner),
            action,
            resource: &resource,
            resource_account: Some(owner),
            context,
            canonical_user: None,
        };
        // DIFFERS: AWS's simulator leaves a trust policy out where a role is assumed. Here it has the say it has in
        // enforcement.
        let rule = ResourceRule::of(action, &resource);
        let simulation = self.lend(rule, |policies| simulate::simulate(policies, &request));
        match simulation.unusable() {
            None => Ok(simulation),
            Some(kind) => Err(source::cannot_be_evaluated(kind.name())),
        }
    }

    fn lend<T>(&self, rule: ResourceRule, ask: impl FnOnce(&Policies<'_>) -> T) -> T {
        let identity: Vec<&Program> = self.identity.iter().map(Source::program).collect();
        let boundary = self.boundary.as_ref().map(Source::program);
        let levels: Option<Vec<Vec<&Program>>> = self
            .organization
            .as_ref()
            .map(|levels| levels.iter().map(|level| level.iter().map(Source::program).collect()).collect());
        let levels: Option<Vec<&[&Program]>> =
            levels.as_ref().map(|levels| levels.iter().map(Vec::as_slice).collect());
        ask(&Policies {
            identity: &identity,
            boundaries: boundary.as_slice(),
            resource: self
                .resource_policy
                .as_ref()
                .map(|policy| ResourcePolicy { program: policy.program(), rule }),
            service_control: levels.as_deref(),
            ..Policies::default()
        })
    }
}

/// The account in an ARN.
pub(super) fn owner_in(arn: &str) -> Option<&str> {
    let account = arn.split(':').nth(4)?;
    (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())).then_some(account)
}
