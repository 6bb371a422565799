//! Puts an oracle's question to the engine.

use regent_policy::{
    Action, Bindings, Context, Decision, Document, Policies, Program, Request, Resource, ResourcePolicy,
    ResourceRule, decide,
};
use serde_json::Value;

use crate::oracle::{Held, Question};

/// Compiled policies, owned; [`Policies`] borrow them.
#[derive(Default)]
pub(crate) struct Compiled {
    pub(crate) identity: Vec<Program>,
    pub(crate) boundaries: Vec<Program>,
    pub(crate) session: Option<Vec<Program>>,
    pub(crate) resource: Option<(Program, ResourceRule)>,
    pub(crate) scps: Option<Vec<Vec<Program>>>,
    pub(crate) rcps: Option<Vec<Vec<Program>>>,
    pub(crate) endpoint: Vec<Program>,
}

fn borrow(programs: &[Program]) -> Vec<&Program> {
    programs.iter().collect()
}

fn borrow_levels(levels: &[Vec<Program>]) -> Vec<Vec<&Program>> {
    levels.iter().map(|level| borrow(level)).collect()
}

fn slices<'a, 'p>(levels: &'a [Vec<&'p Program>]) -> Vec<&'a [&'p Program]> {
    levels.iter().map(Vec::as_slice).collect()
}

impl Compiled {
    /// Lends the policies out.
    pub(crate) fn lend<T>(&self, borrower: impl FnOnce(&Policies<'_>) -> T) -> T {
        let (identity, boundaries) = (borrow(&self.identity), borrow(&self.boundaries));
        let (session, endpoint) = (self.session.as_deref().map(borrow), borrow(&self.endpoint));
        let (scps, rcps) = (self.scps.as_deref().map(borrow_levels), self.rcps.as_deref().map(borrow_levels));
        let (scps, rcps) = (scps.as_deref().map(slices), rcps.as_deref().map(slices));
        borrower(&Policies {
            identity: &identity,
            boundaries: &boundaries,
            session: session.as_deref(),
            resource: self.resource.as_ref().map(|(program, rule)| ResourcePolicy { program, rule: *rule }),
            service_control: scps.as_deref(),
            resource_control: rcps.as_deref(),
            endpoint: &endpoint,
        })
    }
}

pub(crate) fn compile(document: &Value, bindings: &Bindings<'_>) -> Program {
    let text = document.to_string();
    let document = Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    Program::compile(&document, bindings)
}

/// Lists of what a context borrows.
pub(crate) fn lists(question: &Question) -> Vec<(&str, Vec<&str>)> {
    fn values(held: &Held) -> Vec<&str> {
        match held {
            Held::One(value) => vec![value.as_str()],
            Held::Many(values) => values.iter().map(String::as_str).collect(),
        }
    }
    question.keys.iter().map(|(key, held)| (key.as_str(), values(held))).collect()
}

pub(crate) fn context<'a>(question: &Question, lists: &'a [(&'a str, Vec<&'a str>)]) -> Context<'a> {
    let mut context = Context::new();
    for ((key, list), held) in lists.iter().zip(question.keys.values()) {
        match held {
            Held::One(_) => context.set(*key, list[0]),
            Held::Many(_) => context.set_many(*key, list),
        }
    }
    context
}

pub(crate) fn compiled(question: &Question) -> Compiled {
    let bindings = Bindings::new(&question.bindings);
    let each = |documents: &Vec<Value>| -> Vec<Program> {
        documents.iter().map(|document| compile(document, &bindings)).collect()
    };
    let levels = |levels: &Option<Vec<Vec<Value>>>| {
        levels.as_ref().map(|levels| levels.iter().map(each).collect::<Vec<_>>())
    };
    Compiled {
        identity: each(&question.identity),
        boundaries: each(&question.boundaries),
        session: question.session.as_ref().map(each),
        resource: question.resource.as_ref().map(|(policy, rule)| (compile(policy, &bindings), *rule)),
        scps: levels(&question.scps),
        rcps: levels(&question.rcps),
        endpoint: each(&question.endpoint),
    }
}

/// Lends out the policies and the request that a question is about.
pub(crate) fn with<T>(question: &Question, borrower: impl FnOnce(&Policies<'_>, &Request<'_>) -> T) -> T {
    with_request(question, |request| compiled(question).lend(|policies| borrower(policies, request)))
}

/// Lends out the request of a question.
pub(crate) fn with_request<T>(question: &Question, borrower: impl FnOnce(&Request<'_>) -> T) -> T {
    let lists = lists(question);
    let context = context(question, &lists);
    borrower(&Request {
        caller: question.caller,
        action: &Action::parse(&question.action).unwrap(),
        resource: &Resource::new(&question.on),
        resource_account: question.owner,
        context: &context,
        canonical_user: question.canonical_user,
    })
}

pub(crate) fn ask(question: &Question) -> Decision {
    with(question, decide)
}
