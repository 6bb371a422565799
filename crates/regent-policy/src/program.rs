//! A compiled policy: immutable, compact, ready to decide.

use crate::condition::Predicate;
use crate::document::{Document, Effect};
use crate::index::Index;
use crate::pool::Pool;
use crate::principal::{Bindings, Entry};
use crate::span::Span;

mod compile;

/// A policy, compiled once and asked often. Compiling cannot fail: whatever a [`Document`] says, a program
/// means it, and what makes no sense matches nothing.
///
/// Its statements have the indexes of the document's, so a [`Decision`](crate::Decision) can be traced back
/// to the text.
///
/// ```
/// use regent_policy::{Bindings, Document, Program};
///
/// let document = Document::parse(
///     r#"{"Version": "2012-10-17",
///         "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}}"#,
/// )?;
/// let program = Program::compile(&document, &Bindings::NONE);
/// assert_eq!(program.statement_count(), 1);
/// # Ok::<(), regent_policy::ParsePolicyError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) pool: Pool,
    pub(crate) statements: Box<[Statement]>,
    /// The patterns of actions and resources: numbers in the pool.
    pub(crate) lists: Box<[u32]>,
    pub(crate) principals: Box<[Entry]>,
    pub(crate) predicates: Box<[Predicate]>,
    /// The conditions of statements, cheapest first: numbers of predicates.
    pub(crate) clauses: Box<[u32]>,
    /// For each clause, which of its statement's conditions it is, as written.
    pub(crate) written: Box<[u32]>,
    pub(crate) deny: Index,
    pub(crate) allow: Index,
    /// The searching that one decision may do, see [`Meter`](crate::scope::Meter).
    pub(crate) allowance: u32,
    pub(crate) is_unreadable: bool,
}

/// How an element that comes in a plain and a `Not` form stands in a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Absent,
    Listed,
    Excluded,
}

/// An element's presence, and its range in the program's list of such things.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List {
    pub(crate) presence: Presence,
    pub(crate) range: Span,
}

/// A statement, compiled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Statement {
    pub(crate) effect: Effect,
    /// False for an `Allow` that AWS would not have stored. It never applies.
    pub(crate) is_understood: bool,
    pub(crate) principals: List,
    pub(crate) actions: List,
    pub(crate) resources: List,
    pub(crate) clauses: Span,
}

impl Program {
    /// Compiles a document. `bindings` tell which unique ids its user and role ARNs stand for.
    pub fn compile(document: &Document, bindings: &Bindings<'_>) -> Self {
        compile::compile(document, bindings)
    }

    /// The stand-in for a stored policy that cannot be read: it denies everything.
    ///
    /// A policy that is damaged might have denied, so nothing may be allowed past it.
    pub fn unreadable() -> Self {
        Self { is_unreadable: true, ..Self::silent() }
    }

    /// A policy that says nothing: the stand-in for one that should be there and is not.
    ///
    /// A role or a key without a policy lets nobody in.
    pub fn silent() -> Self {
        Self {
            pool: Pool::default(),
            statements: Box::default(),
            lists: Box::default(),
            principals: Box::default(),
            predicates: Box::default(),
            clauses: Box::default(),
            written: Box::default(),
            deny: Index::default(),
            allow: Index::default(),
            allowance: 0,
            is_unreadable: false,
        }
    }

    /// How many statements it has.
    pub fn statement_count(&self) -> usize {
        self.statements.len()
    }

    /// What a statement does, by its index.
    pub fn effect(&self, statement: usize) -> Option<Effect> {
        self.statements.get(statement).map(|statement| statement.effect)
    }

    /// The user and role ARNs that were bound to unique ids, in source order, with the ids.
    ///
    /// Who shows the policy to a person writes the ARN while the id still belongs to somebody, and the id
    /// after that, as IAM does.
    pub fn bound_principals(&self) -> impl Iterator<Item = (&str, &str)> {
        self.principals.iter().filter_map(|entry| match entry {
            Entry::User(named) | Entry::Role(named) => {
                named.id.map(|id| (self.pool.str(named.arn), self.pool.str(id)))
            }
            Entry::Everyone
            | Entry::Account(_)
            | Entry::Session(_)
            | Entry::UniqueId(_)
            | Entry::Service(_)
            | Entry::Provider(_)
            | Entry::CanonicalUser(_)
            | Entry::Nobody => None,
        })
    }

    /// The memory it takes, in bytes.
    pub fn size_bytes(&self) -> usize {
        size_of::<Self>()
            + self.pool.heap_bytes()
            + size_of_val(&*self.statements)
            + size_of_val(&*self.lists)
            + size_of_val(&*self.principals)
            + size_of_val(&*self.predicates)
            + size_of_val(&*self.clauses)
            + size_of_val(&*self.written)
            + self.deny.heap_bytes()
            + self.allow.heap_bytes()
    }
}
