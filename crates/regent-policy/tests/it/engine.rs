//! Puts an oracle's question to the engine.

use regent_policy::{
    Action, Bindings, Context, Decision, Document, Policies, Program, Request, Resource, ResourcePolicy,
    decide,
};
use serde_json::Value;

use crate::oracle::{Held, Question};

pub(crate) fn compile(document: &Value) -> Program {
    let text = document.to_string();
    let document = Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    Program::compile(&document, &Bindings::NONE)
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

pub(crate) fn ask(question: &Question) -> Decision {
    let compile_all = |documents: &[Value]| documents.iter().map(compile).collect::<Vec<Program>>();
    let identity = compile_all(&question.identity);
    let boundary: Vec<Program> = question.boundary.iter().map(compile).collect();
    let session = question.session.as_deref().map(compile_all);
    let endpoint: Vec<Program> = question.endpoint.iter().map(compile).collect();
    let levels = |levels: &Option<Vec<Vec<Value>>>| {
        levels.as_ref().map(|levels| levels.iter().map(|level| compile_all(level)).collect::<Vec<_>>())
    };
    let (scps, rcps) = (levels(&question.scps), levels(&question.rcps));
    let resource = question.resource.as_ref().map(|(policy, is_special)| (compile(policy), *is_special));

    fn borrow(programs: &[Program]) -> Vec<&Program> {
        programs.iter().collect()
    }
    let (identity, boundary, endpoint) = (borrow(&identity), borrow(&boundary), borrow(&endpoint));
    let session = session.as_deref().map(borrow);
    let scps: Option<Vec<Vec<&Program>>> =
        scps.as_ref().map(|levels| levels.iter().map(|level| borrow(level)).collect());
    let rcps: Option<Vec<Vec<&Program>>> =
        rcps.as_ref().map(|levels| levels.iter().map(|level| borrow(level)).collect());
    let scps: Option<Vec<&[&Program]>> =
        scps.as_ref().map(|levels| levels.iter().map(Vec::as_slice).collect());
    let rcps: Option<Vec<&[&Program]>> =
        rcps.as_ref().map(|levels| levels.iter().map(Vec::as_slice).collect());
    let policies = Policies {
        identity: &identity,
        boundaries: &boundary,
        session: session.as_deref(),
        resource: resource.as_ref().map(|(program, is_special)| {
            if *is_special { ResourcePolicy::key_policy(program) } else { ResourcePolicy::ordinary(program) }
        }),
        service_control: scps.as_deref(),
        resource_control: rcps.as_deref(),
        endpoint: &endpoint,
    };
    let lists = lists(question);
    let context = context(question, &lists);
    let request = Request {
        caller: question.caller,
        action: &Action::parse(&question.action).unwrap(),
        resource: &Resource::new(&question.on),
        resource_account: Some(&question.owner),
        context: &context,
        canonical_user: None,
    };
    decide(&policies, &request)
}
