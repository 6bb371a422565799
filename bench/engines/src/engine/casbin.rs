//! casbin: a model with a column for each part of a statement, and a rule for each statement.

use casbin::rhai::Dynamic;
use casbin::{CoreApi, DefaultModel, Enforcer, MgmtApi};

use super::Engine;
use crate::cases::{ADDRESS, AGENT, Question, Statement, TEAM};

struct Casbin(Enforcer);

/// Names of the model have no colons: keys go by their places.
fn model(question: &Question) -> String {
    let place = |name: &str| question.keys.iter().position(|(key, _)| *key == name).unwrap_or(0);
    let places: Vec<String> = (0..question.keys.len()).map(|place| format!("k{place}")).collect();
    format!(
        "[request_definition]\nr = act, res, {}\n\n\
         [policy_definition]\np = act, res, team, agent, net, eft\n\n\
         [policy_effect]\ne = some(where (p.eft == allow)) && !some(where (p.eft == deny))\n\n\
         [matchers]\nm = keyMatch(r.act, p.act) && keyMatch(r.res, p.res) && r.k{} == p.team \
         && keyMatch(r.k{}, p.agent) && ipMatch(r.k{}, p.net)\n",
        places.join(", "),
        place(TEAM),
        place(AGENT),
        place(ADDRESS),
    )
}

pub fn load(statements: &[Statement]) -> anyhow::Result<Box<dyn Engine>> {
    let model = model(&crate::cases::timed(crate::cases::Shape::Dense, 2));
    let rules = statements
        .iter()
        .map(|statement| {
            let Statement { is_deny, action, resource, team, network, agent } = statement;
            let effect = if *is_deny { "deny" } else { "allow" };
            [action, resource, team, agent, network, effect].map(str::to_owned).to_vec()
        })
        .collect();
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let enforcer = runtime.block_on(async {
        let mut enforcer = Enforcer::new(DefaultModel::from_str(&model).await?, ()).await?;
        enforcer.add_policies(rules).await?;
        Ok::<_, casbin::Error>(enforcer)
    })?;
    Ok(Box::new(Casbin(enforcer)))
}

impl Engine for Casbin {
    fn prepare<'a>(&'a self, question: &'a Question) -> anyhow::Result<Box<dyn FnMut() -> bool + 'a>> {
        let values = question.keys.iter().map(|(_, value)| value);
        let request: Vec<Dynamic> = [&question.action, &question.resource]
            .into_iter()
            .chain(values)
            .map(|value| value.as_str().into())
            .collect();
        Ok(Box::new(move || self.0.enforce(request.clone()).is_ok_and(|allowed| allowed)))
    }
}
