//! Deciding once more with other policies, to find out what an edit does.

use crate::admission::admit_in;
use crate::caller::{Caller, Issuer};
use crate::decision::{Decision, decide};
use crate::document::Document;
use crate::kind::PolicyKind;
use crate::policies::{Policies, ResourcePolicy};
use crate::principal::Bindings;
use crate::program::Program;
use crate::request::Request;

/// A policy that takes the place of another, or is added to its kind.
#[derive(Clone, Debug)]
pub(super) struct Revision {
    pub(super) kind: PolicyKind,
    pub(super) level: u32,
    /// Which one it replaces; `None` adds it.
    pub(super) program: Option<u32>,
    pub(super) compiled: Program,
}

/// Compiles a changed policy, if it is one, and if AWS would store it where it stored the old one.
///
/// Who saves a policy binds the ARNs in it anew, so the caller's ARN means the caller. If it used to mean somebody of the
/// same name who has gone, saving would give the caller whatever the policy gave to that one, so it is not done.
pub(super) fn compile(
    old: Option<(&Document, &Program)>,
    text: &str,
    kind: PolicyKind,
    request: &Request<'_>,
) -> Option<Program> {
    let limit = text.chars().count().max(Document::MAX_CHARACTERS);
    let document = Document::parse_up_to(limit, text).ok()?;
    let partition = request.resource.text().split(':').nth(1).unwrap_or("aws");
    let was_admitted = old.is_none_or(|(old, _)| admit_in(old.text(), kind, partition).is_ok());
    if was_admitted && admit_in(text, kind, partition).is_err() {
        return None;
    }
    let named = match request.caller {
        Caller::User { arn, id, .. } | Caller::FederatedUser { issuer: Issuer::User { arn, id }, .. } => {
            Some((arn, id))
        }
        Caller::RoleSession { role_arn, role_id, .. } => Some((role_arn, role_id)),
        Caller::Root { .. }
        | Caller::RootSession { .. }
        | Caller::FederatedUser { issuer: Issuer::Root, .. }
        | Caller::FederatedIdentity { .. }
        | Caller::Service { .. }
        | Caller::Anonymous => None,
    };
    let bound = || old.into_iter().flat_map(|(_, program)| program.bound_principals());
    let is_successor = |(arn, id): (&str, &str)| bound().any(|(other, bound)| other == arn && bound != id);
    if named.is_some_and(is_successor) {
        return None;
    }
    let pairs: Vec<(&str, &str)> = named.into_iter().chain(bound()).collect();
    Some(Program::compile(&document, &Bindings::new(&pairs)))
}

/// Decides as if the policies had been revised.
pub(super) fn decide_with(
    policies: &Policies<'_>,
    revisions: &[&Revision],
    request: &Request<'_>,
) -> Decision {
    let levels = PolicyKind::ALL.map(|kind| revised(policies, kind, revisions));
    let of = |kind: PolicyKind| levels.get(kind as usize).map(Vec::as_slice).unwrap_or_default();
    let first = |kind| of(kind).first().map(Vec::as_slice).unwrap_or_default();
    let slices = |kind| of(kind).iter().map(Vec::as_slice).collect::<Vec<_>>();
    let (service_control, resource_control) =
        (slices(PolicyKind::ServiceControl), slices(PolicyKind::ResourceControl));
    let session = of(PolicyKind::Session).first().map(Vec::as_slice);
    decide(
        &Policies {
            identity: first(PolicyKind::Identity),
            boundaries: first(PolicyKind::PermissionsBoundary),
            session,
            resource: revised_resource(policies, revisions),
            service_control: policies.service_control.map(|_| service_control.as_slice()),
            resource_control: policies.resource_control.map(|_| resource_control.as_slice()),
            endpoint: first(PolicyKind::Endpoint),
        },
        request,
    )
}

fn revised<'a>(
    policies: &'a Policies<'a>,
    kind: PolicyKind,
    revisions: &[&'a Revision],
) -> Vec<Vec<&'a Program>> {
    let set = policies.set(kind);
    let mut levels: Vec<Vec<&Program>> =
        set.map(|set| set.levels.iter().map(|level| level.to_vec()).collect()).unwrap_or_default();
    for revision in revisions.iter().filter(|revision| revision.kind == kind) {
        if levels.is_empty() {
            levels.push(Vec::new());
        }
        let Some(level) = levels.get_mut(revision.level as usize) else { continue };
        match revision.program.and_then(|program| level.get_mut(program as usize)) {
            Some(slot) => *slot = &revision.compiled,
            None => level.push(&revision.compiled),
        }
    }
    levels
}

fn revised_resource<'a>(policies: &Policies<'a>, revisions: &[&'a Revision]) -> Option<ResourcePolicy<'a>> {
    let is_resources = |kind| matches!(kind, PolicyKind::Resource | PolicyKind::RoleTrust);
    match revisions.iter().find(|revision| is_resources(revision.kind)) {
        None => policies.resource,
        Some(revision) => Some(match policies.resource {
            Some(resource) => ResourcePolicy { program: &revision.compiled, ..resource },
            None => ResourcePolicy::ordinary(&revision.compiled),
        }),
    }
}
