//! Ours, in three ways: the request prepared as for everybody else; the names of keys interned, as the server has
//! them, and their values set each time; and everything from strings each time.

use std::hint::black_box;

use anyhow::Context as _;
use regent_policy::{
    Action, Bindings, Caller, Context, Document, Key, Policies, Program, Request, Resource, decide,
};

use super::Engine;
use crate::cases::{self, ACCOUNT, Question, Statement};

#[derive(Clone, Copy)]
enum From {
    Prepared,
    InternedKeys,
    Strings,
}

struct Regent {
    program: Program,
    from: From,
}

impl Regent {
    fn load(statements: &[Statement], from: From) -> anyhow::Result<Box<dyn Engine>> {
        let document = Document::parse_up_to(1 << 28, &cases::document(statements))?;
        Ok(Box::new(Self { program: Program::compile(&document, &Bindings::NONE), from }))
    }

    fn decide(&self, action: &Action<'_>, resource: &Resource<'_>, context: &Context<'_>) -> bool {
        let request = Request {
            caller: Caller::User { account: ACCOUNT, arn: cases::CALLER, id: "AIDAEXAMPLEANA000000A" },
            action,
            resource,
            resource_account: Some(ACCOUNT),
            context,
            canonical_user: None,
        };
        decide(&Policies { identity: &[&self.program], ..Policies::default() }, &request).is_allowed()
    }
}

pub fn load(statements: &[Statement]) -> anyhow::Result<Box<dyn Engine>> {
    Regent::load(statements, From::Prepared)
}

pub fn load_interned(statements: &[Statement]) -> anyhow::Result<Box<dyn Engine>> {
    Regent::load(statements, From::InternedKeys)
}

pub fn load_raw(statements: &[Statement]) -> anyhow::Result<Box<dyn Engine>> {
    Regent::load(statements, From::Strings)
}

fn context_of(question: &Question) -> Context<'_> {
    let mut context = Context::new();
    for (name, value) in &question.keys {
        context.set(*black_box(name), value);
    }
    context
}

impl Engine for Regent {
    fn prepare<'a>(&'a self, question: &'a Question) -> anyhow::Result<Box<dyn FnMut() -> bool + 'a>> {
        let action = Action::parse(&question.action).context("an action")?;
        Ok(match self.from {
            From::Prepared => {
                let (resource, context) = (Resource::new(&question.resource), context_of(question));
                Box::new(move || self.decide(&action, black_box(&resource), &context))
            }
            From::InternedKeys => {
                let keys: Vec<Key<'_>> = question.keys.iter().map(|(name, _)| Key::new(name)).collect();
                Box::new(move || {
                    let mut context = Context::new();
                    for (key, (_, value)) in black_box(&keys).iter().zip(&question.keys) {
                        context.set(*key, value);
                    }
                    self.decide(&action, &Resource::new(black_box(&question.resource)), &context)
                })
            }
            From::Strings => Box::new(move || {
                let question = black_box(question);
                let Ok(action) = Action::parse(&question.action) else { return false };
                self.decide(&action, &Resource::new(&question.resource), &context_of(question))
            }),
        })
    }
}
