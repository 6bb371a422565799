//! Cedar. It has wildcards over texts alone, so action and resource travel in the context; the address is an address.

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request, RestrictedExpression,
};

use super::Engine;
use crate::cases::{ADDRESS, AGENT, Question, Statement, TEAM};

struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
}

pub fn load(statements: &[Statement]) -> anyhow::Result<Box<dyn Engine>> {
    let text: String = statements
        .iter()
        .map(|statement| {
            let Statement { is_deny, action, resource, team, network, agent } = statement;
            let effect = if *is_deny { "forbid" } else { "permit" };
            format!(
                r#"{effect}(principal, action, resource) when {{ context.action like "{action}" && context.resource like "{resource}" && context["{TEAM}"] == "{team}" && context["{AGENT}"] like "{agent}" && context["{ADDRESS}"].isInRange(ip("{network}")) }};"#
            )
        })
        .collect();
    Ok(Box::new(Cedar {
        authorizer: Authorizer::new(),
        policies: text.parse()?,
        entities: Entities::empty(),
    }))
}

impl Engine for Cedar {
    fn prepare<'a>(&'a self, question: &'a Question) -> anyhow::Result<Box<dyn FnMut() -> bool + 'a>> {
        let text = |value: &str| RestrictedExpression::new_string(value.to_owned());
        let keys = question.keys.iter().map(|(name, value)| {
            let value = if *name == ADDRESS { RestrictedExpression::new_ip(value) } else { text(value) };
            ((*name).to_owned(), value)
        });
        let both = [("action", &question.action), ("resource", &question.resource)];
        let both = both.map(|(name, value)| (name.to_owned(), text(value)));
        let context = Context::from_pairs(keys.chain(both))?;
        let [user, action, thing] =
            [r#"User::"ana""#, r#"Action::"call""#, r#"Thing::"one""#].map(str::parse::<EntityUid>);
        let request = Request::new(user?, action?, thing?, context, None)?;
        Ok(Box::new(move || {
            self.authorizer.is_authorized(&request, &self.policies, &self.entities).decision()
                == Decision::Allow
        }))
    }
}
