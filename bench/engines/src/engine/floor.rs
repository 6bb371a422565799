//! The least that answering these cases can cost: statements filed by service, comparisons written out by hand.

use std::collections::HashMap;
use std::hint::black_box;
use std::net::Ipv4Addr;

use anyhow::Context as _;

use super::Engine;
use crate::cases::{ADDRESS, AGENT, Question, Statement, TEAM};

struct Rule {
    action: String,
    resource: String,
    team: String,
    agent: String,
    network: u32,
    mask: u32,
}

impl Rule {
    fn new(statement: &Statement) -> anyhow::Result<Self> {
        let (address, bits) = statement.network.split_once('/').context("a network")?;
        Ok(Self {
            action: statement.action.trim_end_matches('*').to_owned(),
            resource: statement.resource.trim_end_matches('*').to_owned(),
            team: statement.team.clone(),
            agent: statement.agent.trim_end_matches('*').to_owned(),
            network: address.parse::<Ipv4Addr>()?.to_bits(),
            mask: u32::MAX << (32 - bits.parse::<u32>()?),
        })
    }

    fn applies(&self, request: &Request<'_>) -> bool {
        request.action.starts_with(&self.action)
            && request.resource.starts_with(&self.resource)
            && request.team == self.team
            && request.agent.starts_with(&self.agent)
            && request.address & self.mask == self.network
    }
}

#[derive(Default)]
struct Rules {
    deny: Vec<Rule>,
    allow: Vec<Rule>,
}

struct Request<'a> {
    action: &'a str,
    resource: &'a str,
    team: &'a str,
    agent: &'a str,
    address: u32,
}

impl<'a> Request<'a> {
    /// Goes through the fifteen names and keeps three values.
    fn new(question: &'a Question) -> Self {
        let mut request =
            Self { action: &question.action, resource: &question.resource, team: "", agent: "", address: 0 };
        for (name, value) in &question.keys {
            match *black_box(name) {
                TEAM => request.team = value,
                AGENT => request.agent = value,
                ADDRESS => request.address = value.parse::<Ipv4Addr>().map_or(0, Ipv4Addr::to_bits),
                _ => {}
            }
        }
        request
    }
}

struct Floor {
    services: HashMap<String, Rules>,
    is_raw: bool,
}

impl Floor {
    fn load(statements: &[Statement], is_raw: bool) -> anyhow::Result<Box<dyn Engine>> {
        let mut services = HashMap::<String, Rules>::new();
        for statement in statements {
            let (service, _) = statement.action.split_once(':').context("an action")?;
            let rules = services.entry(service.to_owned()).or_default();
            let list = if statement.is_deny { &mut rules.deny } else { &mut rules.allow };
            list.push(Rule::new(statement)?);
        }
        Ok(Box::new(Self { services, is_raw }))
    }

    fn decide(&self, request: &Request<'_>) -> bool {
        let service = request.action.split_once(':').map_or("", |(service, _)| service);
        self.services.get(service).is_some_and(|rules| {
            !rules.deny.iter().any(|rule| rule.applies(request))
                && rules.allow.iter().any(|rule| rule.applies(request))
        })
    }
}

pub fn load(statements: &[Statement]) -> anyhow::Result<Box<dyn Engine>> {
    Floor::load(statements, false)
}

pub fn load_raw(statements: &[Statement]) -> anyhow::Result<Box<dyn Engine>> {
    Floor::load(statements, true)
}

impl Engine for Floor {
    fn prepare<'a>(&'a self, question: &'a Question) -> anyhow::Result<Box<dyn FnMut() -> bool + 'a>> {
        if self.is_raw {
            return Ok(Box::new(|| self.decide(&Request::new(black_box(question)))));
        }
        let request = Request::new(question);
        Ok(Box::new(move || self.decide(black_box(&request))))
    }
}
