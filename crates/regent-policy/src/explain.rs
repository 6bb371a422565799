//! Why a decision came out as it did, and what would change it.
//!
//! [`explain`] asks the compiled policies once more, by the functions that decide, and does not stop early. So an
//! explanation never disagrees with [`decide`](crate::decide): its decision *is* that of `decide`, and a statement is
//! said to apply exactly when [`decide_and_collect`](crate::decide_and_collect) reports it.
//!
//! Programs do not keep the texts they were compiled from. Whoever compiled them knows the names and documents and
//! lends them as [`Sources`]; what is shown to a person is joined from both.
//!
//! * [`Explanation::kinds`]: every kind of policy, every policy, every statement, every question and its answer;
//! * [`Explanation::near_misses`]: after an implicit denial, the statements that came closest, and what they lacked;
//! * [`Explanation::denials`]: the statements that deny, and what would have spared the request;
//! * [`Explanation::advice`]: the smallest edit that allows this request, tried before it is told;
//! * [`Explanation::to_json`]: all of it, for programs;
//! * [`AuthorizationMessage`]: the little of it that AWS encodes into some denials.
//!
//! ```
//! use regent_policy::explain::{Advice, Lack, Source, Sources, explain};
//! use regent_policy::*;
//!
//! struct File<'a>(&'a Document);
//!
//! impl Sources for File<'_> {
//!     fn source(&self, kind: PolicyKind, _level: u32, _program: u32) -> Option<Source<'_>> {
//!         (kind == PolicyKind::Identity).then_some(Source { name: "ana.json", document: self.0 })
//!     }
//! }
//!
//! let document = Document::parse(
//!     r#"{"Version": "2012-10-17",
//!  "Statement": {"Effect": "Allow", "Action": "s3:GetObject",
//!                "Resource": "arn:aws:s3:::home/${aws:username}/*"}}"#,
//! )?;
//! let program = Program::compile(&document, &Bindings::NONE);
//! let mut context = Context::new();
//! context.set("aws:username", "ana");
//! let request = Request {
//!     caller: Caller::User {
//!         account: "111122223333",
//!         arn: "arn:aws:iam::111122223333:user/ana",
//!         id: "AIDAEXAMPLEANA000000A",
//!     },
//!     action: &action!("s3:GetObject"),
//!     resource: &Resource::new("arn:aws:s3:::home/bob/letter.txt"),
//!     resource_account: Some("111122223333"),
//!     context: &context,
//!     canonical_user: None,
//! };
//! let policies = Policies { identity: &[&program], ..Policies::default() };
//! let explanation = explain(&policies, &request);
//! let sources = File(&document);
//!
//! let misses = explanation.near_misses(&sources);
//! assert_eq!(misses[0].lacks, [Lack::Resource { closest: Some(0) }]);
//!
//! let Advice::Edit(edits) = explanation.advice(&sources) else { panic!("expected an edit") };
//! assert_eq!(edits[0].what, "add the resource `arn:aws:s3:::home/bob/letter.txt` to the statement on line 2");
//! # Ok::<(), ParsePolicyError>(())
//! ```

use crate::decision::{Decision, StatementRef};
use crate::document::Document;
use crate::kind::PolicyKind;
use crate::policies::{Policies, Set};
use crate::program::Program;
use crate::request::Request;

mod advice;
mod because;
mod candidate;
mod edit;
mod grant;
mod json;
mod message;
mod miss;
mod standing;
mod trace;
mod verify;
mod written;

pub use advice::{Advice, Edit, Obstacle};
pub use because::Because;
pub use message::{AuthorizationMessage, Detail};
pub use miss::{Denied, Lack, NearMiss};
pub use standing::Standing;
pub use trace::{Answer, ConditionTrace, KindTrace, ListTrace, PolicyTrace, StatementTrace};
pub use written::{WrittenCondition, WrittenValue};

/// A policy as its owner knows it.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// What to call it: a path, an ARN, the name of an inline policy.
    pub name: &'a str,
    /// The document that its program was compiled from.
    pub document: &'a Document,
}

impl Source<'_> {
    /// Is it one of AWS's own managed policies, which nobody else can edit?
    pub(crate) fn is_fixed(&self) -> bool {
        let mut fields = self.name.split(':');
        fields.next() == Some("arn") && fields.nth(3) == Some("aws")
    }
}

/// Who knows the names and documents of compiled policies.
pub trait Sources {
    /// The policy of a kind at a level and an index there, as in [`StatementRef`]. A resource's own policy, or a
    /// role's trust policy, is level 0 and program 0.
    ///
    /// `None` where it is not known: then less is told, and no edit is suggested for it.
    fn source(&self, kind: PolicyKind, level: u32, program: u32) -> Option<Source<'_>>;
}

/// An explanation: a decision, and the answer to every question behind it.
#[derive(Clone, Debug)]
pub struct Explanation<'a> {
    policies: &'a Policies<'a>,
    request: &'a Request<'a>,
    decision: Decision,
    kinds: Vec<KindTrace<'a>>,
}

/// Explains a request.
///
/// It allocates, and it looks at every statement of every policy, but its work is bounded like a decision's: by the
/// lengths of the policies, and for searching by eight times their allowances.
pub fn explain<'a>(policies: &'a Policies<'a>, request: &'a Request<'a>) -> Explanation<'a> {
    let decision = crate::decide(policies, request);
    let kinds = trace::trace(policies, request, &decision);
    Explanation { policies, request, decision, kinds }
}

impl<'a> Explanation<'a> {
    /// The decision that is explained: what [`decide`](crate::decide) says.
    pub fn decision(&self) -> &Decision {
        &self.decision
    }

    /// The request that is explained.
    pub fn request(&self) -> &'a Request<'a> {
        self.request
    }

    /// Every kind of policy, in the order of [`PolicyKind::ALL`]; those that are absent too.
    pub fn kinds(&self) -> &[KindTrace<'a>] {
        &self.kinds
    }

    /// What became of one statement.
    pub fn statement(&self, kind: PolicyKind, at: StatementRef) -> Option<&StatementTrace<'a>> {
        let policy = self.kind(kind)?.policy(at.level, at.program)?;
        policy.statements.get(at.statement as usize)
    }

    /// The statement that settled it, if one did.
    pub fn deciding_statement(&self) -> Option<(PolicyKind, &StatementTrace<'a>)> {
        let (kind, at) = self.decision.deciding_statement()?;
        Some((kind, self.statement(kind, at)?))
    }

    pub(crate) fn kind(&self, kind: PolicyKind) -> Option<&KindTrace<'a>> {
        self.kinds.get(kind as usize)
    }

    /// Every statement of every policy that reaches the caller.
    pub(crate) fn statements(&self) -> impl Iterator<Item = (PolicyKind, &StatementTrace<'a>)> {
        self.kinds.iter().flat_map(|kind| {
            let policies = kind.policies.iter().flat_map(|policy| &policy.statements);
            policies.map(move |statement| (kind.kind, statement))
        })
    }
}

/// Every policy of a kind, the resource's own included, with its level and its number there.
pub(crate) fn programs<'a>(
    policies: &'a Policies<'a>,
    kind: PolicyKind,
) -> impl Iterator<Item = (u32, u32, &'a Program)> {
    let resource = policies.resource.filter(|resource| resource.kind() == kind);
    let resource = resource.map(|resource| (0, 0, resource.program));
    resource.into_iter().chain(policies.set(kind).into_iter().flat_map(Set::programs))
}
