//! The policies of a simulation, with the names and texts that its answer shows.

use regent_policy::{Bindings, Document, PolicyKind, Program, StatementRef, admit_in};
use regent_store::entity::PolicyDocument;
use regent_wire::Fault;
use regent_wire::iam::{self as wire, PolicySourceType, error};

use crate::arn::Partition;
use crate::fault;

/// A policy that takes part.
#[derive(Debug)]
pub(super) struct Source<'a> {
    /// What the answer calls it: the name of a stored policy, the place in the input of one that was passed.
    id: String,
    pub(super) document: Document,
    program: Compiled<'a>,
}

#[derive(Debug)]
enum Compiled<'a> {
    /// The very program that enforcement asks.
    Stored(&'a Program),
    Passed(Box<Program>),
}

impl<'a> Source<'a> {
    /// A policy of the account.
    pub(super) fn stored(id: &str, document: &'a PolicyDocument) -> Result<Self, Fault> {
        let Ok(parsed) = Document::parse(document.text()) else { return Err(cannot_be_evaluated(id)) };
        let program = Compiled::Stored(document.program());
        Ok(Self { id: id.to_owned(), document: parsed, program })
    }

    /// A policy that the request brings along. IAM must be willing to store it: what it would refuse never takes part
    /// in a decision, and a simulation with it would mislead.
    // CHOICE: AWS's words for a policy it cannot use are not recorded. These are the ones of storing it.
    pub(super) fn passed(arns: &Partition, id: String, text: &str, kind: PolicyKind) -> Result<Self, Fault> {
        let document = admit_in(text, kind, arns.name()).map_err(|refusal| {
            fault::invalid_input(format!("{id}: {}", refusal.message())).because(refusal)
        })?;
        Ok(Self::new(id, document))
    }

    /// A document, whatever IAM would say to it.
    pub(super) fn new(id: String, document: Document) -> Self {
        let program = Compiled::Passed(Box::new(Program::compile(&document, &Bindings::NONE)));
        Self { id, document, program }
    }

    /// All that one list of the request brings along: they are called `PolicyInputList.1` and so on.
    pub(super) fn passed_in(
        arns: &Partition,
        list: &str,
        texts: &[String],
        kind: PolicyKind,
    ) -> Result<Vec<Self>, Fault> {
        let numbered = (1..).zip(texts);
        numbered.map(|(number, text)| Self::passed(arns, format!("{list}.{number}"), text, kind)).collect()
    }

    /// Its compiled form.
    pub(super) fn program(&self) -> &Program {
        match &self.program {
            Compiled::Stored(program) => program,
            Compiled::Passed(program) => program,
        }
    }

    /// One of its statements, as the answer shows it.
    pub(super) fn shown(&self, kind: PolicyKind, at: StatementRef) -> Option<wire::Statement> {
        let statement = self.document.statement(usize::try_from(at.statement).ok()?)?;
        Some(wire::Statement {
            source_policy_id: Some(self.id.clone()),
            source_policy_type: Some(source_type(kind)),
            start_position: Some(position(statement.start())),
            end_position: Some(position(statement.end())),
        })
    }
}

/// What is shown as the type of a policy: three sorts are told apart, in words that the model does not have. Whether an
/// identity-based policy is a user's or a group's, inline or managed, is not said.
fn source_type(kind: PolicyKind) -> PolicySourceType {
    match kind {
        PolicyKind::Resource | PolicyKind::RoleTrust => PolicySourceType::Resource,
        PolicyKind::PermissionsBoundary => PolicySourceType::None,
        PolicyKind::Identity
        | PolicyKind::Session
        | PolicyKind::ServiceControl
        | PolicyKind::ResourceControl
        | PolicyKind::Endpoint => PolicySourceType::User,
    }
}

fn position(at: regent_policy::Position) -> wire::Position {
    let number = |number: u32| Some(i32::try_from(number).unwrap_or(i32::MAX));
    wire::Position { line: number(at.line), column: number(at.column) }
}

/// A policy is there and cannot be used. What would be decided is not known, and is not made up.
pub(super) fn cannot_be_evaluated(what: &str) -> Fault {
    // CHOICE: the code is the model's; its text is not recorded.
    Fault::new(&error::POLICY_EVALUATION, format!("The policy {what} could not be evaluated."))
}
