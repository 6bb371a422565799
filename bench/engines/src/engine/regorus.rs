//! Rego in Regorus: the statements are data, and a module goes through them. It runs compiled, on the virtual machine.

use std::cell::RefCell;
use std::sync::Arc;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine as Rego, Value};
use serde_json::json;

use super::Engine;
use crate::cases::{ADDRESS, AGENT, Question, Statement, TEAM};

const ENTRY: &str = "data.bench.allow";

/// `startswith` stands for the wildcards: all of them are at the end, and it is cheaper than `glob.match`.
const MODULE: &str = r#"
package bench

default allow := false

allow if {
    granted
    not denied
}

granted if {
    some statement in data.allow
    startswith(input.action, statement.action)
    startswith(input.resource, statement.resource)
    input.team == statement.team
    startswith(input.agent, statement.agent)
    net.cidr_contains(statement.network, input.address)
}

denied if {
    some statement in data.deny
    startswith(input.action, statement.action)
    startswith(input.resource, statement.resource)
    input.team == statement.team
    startswith(input.agent, statement.agent)
    net.cidr_contains(statement.network, input.address)
}
"#;

struct Regorus(RefCell<RegoVM>);

pub fn load(statements: &[Statement]) -> anyhow::Result<Box<dyn Engine>> {
    let of_effect = |is_deny: bool| -> serde_json::Value {
        let wanted = statements.iter().filter(|statement| statement.is_deny == is_deny);
        wanted
            .map(|statement| {
                json!({
                    "action": statement.action.trim_end_matches('*'),
                    "resource": statement.resource.trim_end_matches('*'),
                    "team": statement.team,
                    "agent": statement.agent.trim_end_matches('*'),
                    "network": statement.network,
                })
            })
            .collect()
    };
    let data =
        Value::from_json_str(&json!({"allow": of_effect(false), "deny": of_effect(true)}).to_string())?;
    let module = MODULE
        .replace("input.team", &format!("input[\"{TEAM}\"]"))
        .replace("input.agent", &format!("input[\"{AGENT}\"]"))
        .replace("input.address", &format!("input[\"{ADDRESS}\"]"));
    let mut engine = Rego::new();
    engine.add_data(data.clone())?;
    engine.add_policy("bench.rego".to_owned(), module)?;
    let compiled = engine.compile_with_entrypoint(&Arc::from(ENTRY))?;
    let program = Compiler::compile_from_policy(&compiled, &[ENTRY])?;
    let mut machine = RegoVM::new();
    machine.load_program(program);
    machine.set_data(data)?;
    machine.set_max_instructions(usize::MAX);
    Ok(Box::new(Regorus(RefCell::new(machine))))
}

impl Engine for Regorus {
    fn prepare<'a>(&'a self, question: &'a Question) -> anyhow::Result<Box<dyn FnMut() -> bool + 'a>> {
        let mut input = serde_json::Map::new();
        for (name, value) in &question.keys {
            input.insert((*name).to_owned(), value.as_str().into());
        }
        input.insert("action".to_owned(), question.action.as_str().into());
        input.insert("resource".to_owned(), question.resource.as_str().into());
        let input = Value::from_json_str(&serde_json::Value::Object(input).to_string())?;
        Ok(Box::new(move || {
            let mut machine = self.0.borrow_mut();
            machine.set_input(input.clone());
            machine.execute().is_ok_and(|answer| answer == Value::from(true))
        }))
    }
}
