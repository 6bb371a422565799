//! What a caller may do: from an operation to action, resource and context keys, and to the engine's answer.
//!
//! The dispatcher asks here before any handler runs. A handler takes [`Authorized`], and only this module makes one.

use std::ops::Deref;

use regent_policy::{Action, Context, Denial, Policies, Request, Resource, ResourcePolicy, decide};
use regent_wire::Fault;
use regent_wire::operation::Operation;

use crate::call::Call;

pub(crate) mod context;
mod gather;
mod keys;
pub(crate) mod standing;
pub(crate) mod table;
mod target;

use gather::Documents;
use table::{Also, IAM, On, Row, STS};
pub(crate) use target::{Target, find_role};

/// Proof that the caller may run an operation with this input; the input is inside.
#[derive(Debug)]
pub(crate) struct Authorized<O: Operation>(O::Input);

impl<O: Operation> Authorized<O> {
    /// The input, to take apart.
    pub(crate) fn into_input(self) -> O::Input {
        self.0
    }
}

impl<O: Operation> Deref for Authorized<O> {
    type Target = O::Input;

    fn deref(&self) -> &O::Input {
        &self.0
    }
}

/// Facts that only a look at the request beyond its input can tell, for the operations that need them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Evidence {
    /// A one-time password was right, just now.
    pub(crate) has_mfa: bool,
}

/// The row of an operation.
pub(crate) fn row(service: &str, operation: &str) -> Option<&'static Row> {
    let table = if service == "sts" { STS } else { IAM };
    let at = table.binary_search_by(|row| row.operation().cmp(operation)).ok()?;
    table.get(at)
}

/// Asks whether the caller may run the operation with this input. The first no is the one reported.
pub(crate) fn authorize<O: Operation>(
    call: &Call<'_>,
    input: O::Input,
    evidence: Evidence,
) -> Result<Authorized<O>, Fault> {
    let Some(row) = row(O::META.service.signing_name, O::META.name) else {
        return Err(Fault::bug("an operation without a row was reached"));
    };
    if row.on == On::Nothing {
        return Ok(Authorized(input));
    }
    let target = Target::find(call, row.on, &input)?;
    let question = Question { call, row, input: &input, evidence };
    question.ask(&row.action, &target)?;
    for also in row.also {
        question.ask_also(also, &target)?;
    }
    Ok(Authorized(input))
}

/// One operation's questions to the engine: one, and one more for each thing that must also be allowed.
struct Question<'a, I> {
    call: &'a Call<'a>,
    row: &'a Row,
    input: &'a I,
    evidence: Evidence,
}

impl<I: regent_wire::shape::Input> Question<'_, I> {
    fn ask_also(&self, also: &Also, target: &Target<'_>) -> Result<(), Fault> {
        match also {
            Also::IfTagged(action) => {
                if self.input.tags().is_empty() {
                    return Ok(());
                }
                self.ask(action, target)
            }
            Also::IfSessionTags(action) => {
                if self.input.tags().is_empty() && self.call.caller.transitive_tags().next().is_none() {
                    return Ok(());
                }
                self.ask(action, target)
            }
            Also::IfSourceIdentity(action) => {
                let inherited = self.call.caller.source_identity();
                if self.input.text("SourceIdentity").is_none() && inherited.is_none() {
                    return Ok(());
                }
                self.ask(action, target)
            }
            Also::Renamed { entity, path, name } => {
                let path = self.input.text(path);
                let name = self.input.text(name);
                if path.is_none() && name.is_none() {
                    return Ok(());
                }
                let renamed = target.renamed(self.call, *entity, path, name);
                self.ask(&self.row.action, &renamed)
            }
            Also::PassRole { role, service, associated } => {
                let role = Target::find(self.call, On::Named(table::Entity::Role, role), self.input)?;
                keys::ask_pass_role(self.call, &role, service, associated)
            }
        }
    }

    fn ask(&self, action: &Action<'static>, target: &Target<'_>) -> Result<(), Fault> {
        let texts = context::Texts::new(self.call.caller, &self.call.around);
        let texts = keys::Texts::new(texts, self.row, self.input, target, self.call);
        let mut context = Context::new();
        texts.fill(&mut context, self.call, self.evidence);
        ask(self.call, action, target, &context)
    }
}

/// Puts one question to the engine, with a context that is complete.
pub(crate) fn ask(
    call: &Call<'_>,
    action: &Action<'_>,
    target: &Target<'_>,
    context: &Context<'_>,
) -> Result<(), Fault> {
    if target.is_absent {
        // Nobody learns by asking whether a role exists: the text is that of a closed one.
        let (caller, action) = (&call.caller.arn, action.name());
        let message =
            format!("User: {caller} is not authorized to perform: {action} on resource: {}", target.arn);
        return Err(Fault::access_denied(message));
    }
    let documents = Documents::of(call);
    let (identity, boundary, session) = (documents.identity(), documents.boundary(), documents.session());
    let trust = target.trust.as_ref().map(|trust| trust.program());
    let policies = Policies {
        identity: &identity,
        boundaries: boundary.as_slice(),
        session: session.as_deref(),
        resource: trust.map(ResourcePolicy::role_trust),
        ..Policies::default()
    };
    let digits = call.caller.account.digits();
    let owner = target.account.map(regent_store::entity::AccountId::digits);
    let resource = Resource::new(&target.arn);
    let request = Request {
        caller: call.caller.for_policy(digits.as_str()),
        action,
        resource: &resource,
        resource_account: owner.as_ref().map(regent_store::entity::Digits::as_str),
        context,
        canonical_user: None,
    };
    let decision = decide(&policies, &request);
    if decision.is_allowed() {
        return Ok(());
    }
    Err(Fault::access_denied(Denial::new(&decision, &request).to_string()))
}
