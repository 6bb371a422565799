//! What a caller may do: from an operation to action, resource and context keys, and to the engine's answer.
//!
//! The dispatcher asks here before any handler runs. A handler takes [`Authorized`], and only this module makes one.

use std::ops::Deref;

use regent_policy::{
    Action, AnyResource, Context, Decision, Denial, Policies, Request, Resource, ResourcePolicy, decide,
};
use regent_store::entity::{AccountId, Digits, PolicyDocument};
use regent_wire::Fault;
use regent_wire::operation::Operation;

use crate::call::Call;

pub(crate) mod context;
mod encoded;
mod gather;
mod keys;
pub(crate) mod standing;
pub(crate) mod table;
mod target;

use encoded::Denied;
use gather::Documents;
use table::{Also, IAM, On, Row, STS};
use target::RoleTarget;
pub(crate) use target::{Target, find_role};

/// Proof that the caller may run an operation with this input; the input is inside.
#[derive(Debug)]
pub(crate) struct Authorized<O: Operation>(O::Input);

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
    let at = table.binary_search_by(|row| row.operation.cmp(operation)).ok()?;
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
    let documents = Documents::of(call);
    let (identity, boundary, session) = (documents.identity(), documents.boundary(), documents.session());
    let policies = Policies {
        identity: &identity,
        boundaries: boundary.as_slice(),
        session: session.as_deref(),
        ..Policies::default()
    };
    let (digits, owner) = (call.caller.account.digits(), target.account.map(AccountId::digits));
    let resource = Resource::new(&target.arn);
    let request = Request {
        caller: call.caller.for_policy(digits.as_str()),
        action,
        resource: &resource,
        resource_account: owner.as_ref().map(Digits::as_str),
        context,
        canonical_user: None,
    };
    let decision = match target.role {
        RoleTarget::NotOne => decide(&policies, &request),
        RoleTarget::Trusting(trust) => {
            let resource = Some(ResourcePolicy::role_trust(trust.program()));
            decide(&Policies { resource, ..policies }, &request)
        }
        RoleTarget::Absent => caller_side(&policies, &request),
    };
    if decision.is_allowed() && target.role != RoleTarget::Absent {
        return Ok(());
    }
    let decision = match target.role {
        RoleTarget::NotOne => decision,
        RoleTarget::Trusting(_) | RoleTarget::Absent => caller_side(&policies, &request),
    };
    let any_resource =
        if action.name().starts_with("iam:") { AnyResource::Mentioned } else { AnyResource::Omitted };
    // A policy is named to who is denied something in its own account, not across accounts.
    let is_own = target.account == Some(call.caller.account);
    let policy_arn = documents.deciding_arn(&decision).filter(|_| is_own);
    let denial = Denial::new(&decision, &request).any_resource(any_resource).policy_arn(policy_arn);
    let mut message = denial.to_string();
    let denied = Denied { documents: &documents, policies: &policies, request: &request, role: target.role };
    if let Some(encoded) = denied.encode(call) {
        message.extend([". Encoded authorization failure message: ", &encoded]);
    }
    Err(Fault::access_denied(message))
}

/// What stands between a caller and a role on the caller's own side: as if the role trusted the caller's account.
///
/// The text of a refusal is made from this alone. So it tells the caller about its own policies, and nothing about
/// a role: one that is closed and one that does not exist are refused alike.
fn caller_side(policies: &Policies<'_>, request: &Request<'_>) -> Decision {
    let account = request.caller.account().unwrap_or_default();
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{account}"}},"Action":"sts:*"}}}}"#
    );
    let trust = PolicyDocument::new(&text, Vec::new());
    decide(&Policies { resource: Some(ResourcePolicy::role_trust(trust.program())), ..*policies }, request)
}
