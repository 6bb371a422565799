//! Trying a law on thousands of questions, and the smallest question that breaks it.

use proptest::test_runner::Config;
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::engine;
use crate::oracle::{self, Question};
use crate::questions::question;

/// So many questions, or as many more as `PROPTEST_CASES` asks for.
const QUESTIONS: u32 = 10_000;

/// Asks whether the law holds for each of the questions. What the law needs besides a question it throws.
#[track_caller]
pub(crate) fn holds_for_all(law: impl Fn(&Question, &mut Dice<'_>) -> bool) {
    for seed in 0..u64::from(Config::default().cases.max(QUESTIONS)) {
        let mut dice = Dice::Seed(seed << 32);
        let mut asked = question(&mut dice);
        if law(&asked, &mut dice.clone()) {
            continue;
        }
        while let Some(smaller) = smaller(&asked).into_iter().find(|it| !law(it, &mut dice.clone())) {
            asked = smaller;
        }
        panic!("question {seed} breaks the law; smaller, it is:\n{}", shown(&asked));
    }
}

/// The question with one thing less, in every way.
fn smaller(question: &Question) -> Vec<Question> {
    let mut found = Vec::new();
    let mut with = |change: &dyn Fn(&mut Question)| {
        let mut changed = question.clone();
        change(&mut changed);
        found.push(changed);
    };
    for lists in 0..question.lists().len() {
        for at in 0..question.lists()[lists].len() {
            with(&|it| drop(it.lists_mut()[lists].remove(at)));
            for part in parts(&question.lists()[lists][at]) {
                with(&|it| it.lists_mut()[lists][at] = part.clone());
            }
        }
    }
    if let Some((policy, _)) = &question.resource {
        with(&|it| it.resource = None);
        for part in parts(policy) {
            with(&|it| it.resource.iter_mut().for_each(|(policy, _)| *policy = part.clone()));
        }
    }
    for key in question.keys.keys() {
        with(&|it| drop(it.keys.remove(key)));
    }
    let options: [&dyn Fn(&mut Question); 4] =
        [&|it| it.session = None, &|it| it.scps = None, &|it| it.rcps = None, &|it| it.bindings.clear()];
    let is_set = [
        question.session.is_some(),
        question.scps.is_some(),
        question.rcps.is_some(),
        !question.bindings.is_empty(),
    ];
    options.iter().zip(is_set).filter(|(_, is_set)| *is_set).for_each(|(change, _)| with(change));
    found
}

/// A document with a statement less, or with a condition less in one of its statements.
fn parts(document: &Value) -> Vec<Value> {
    let statements = document["Statement"].as_array().cloned().unwrap_or_default();
    let mut found = Vec::new();
    for at in 0..statements.len() {
        let mut fewer = statements.clone();
        if fewer.len() > 1 {
            fewer.remove(at);
            found.push(with_statements(document, fewer));
        }
        for operator in statements[at]["Condition"].as_object().into_iter().flat_map(|block| block.keys()) {
            let mut fewer = statements.clone();
            if let Some(block) = fewer[at]["Condition"].as_object_mut() {
                block.remove(operator);
            }
            found.push(with_statements(document, fewer));
        }
    }
    found
}

/// The document with other statements.
pub(crate) fn with_statements(document: &Value, statements: Vec<Value>) -> Value {
    let mut changed = document.clone();
    changed["Statement"] = Value::Array(statements);
    changed
}

fn shown(question: &Question) -> String {
    let Question { caller, action, on, owner, canonical_user, keys, bindings, .. } = question;
    let (engine, oracle) = (engine::ask(question), oracle::decide(question));
    let policies = json!({
        "identity": question.identity,
        "boundaries": question.boundaries,
        "session": question.session,
        "resource": question.resource.as_ref().map(|(policy, _)| policy),
        "scps": question.scps,
        "rcps": question.rcps,
        "endpoint": question.endpoint,
    });
    format!(
        "{caller:?}\n{action} {on} of {owner:?}, {canonical_user:?}, {bindings:?}\n{keys:#?}\n{policies:#}\n\
         rule: {:?}\nengine: {:?} {:?}\noracle: {oracle:?}",
        question.resource.as_ref().map(|(_, rule)| rule),
        engine.verdict(),
        engine.reason(),
    )
}
