//! scratchstack-aspen, with AWS's own JSON. It takes the first statement that applies, so the `Deny` stands first.

use anyhow::Context as _;
use scratchstack_arn::Arn;
use scratchstack_aspen::{Context, Decision, Policy};
use scratchstack_aws_principal::{Principal, PrincipalIdentity, SessionData, SessionValue, User};

use super::Engine;
use crate::cases::{self, ACCOUNT, ADDRESS, Question, Statement};

struct Aspen(Policy);

pub fn load(statements: &[Statement]) -> anyhow::Result<Box<dyn Engine>> {
    Ok(Box::new(Aspen(cases::document(statements).parse()?)))
}

impl Engine for Aspen {
    fn prepare<'a>(&'a self, question: &'a Question) -> anyhow::Result<Box<dyn FnMut() -> bool + 'a>> {
        let mut session = SessionData::new();
        for (name, value) in &question.keys {
            let value = if *name == ADDRESS {
                SessionValue::IpAddr(value.parse()?)
            } else {
                SessionValue::String(value.clone())
            };
            session.insert(name, value);
        }
        let (service, api) = question.action.split_once(':').context("an action")?;
        let user = User::new("aws", ACCOUNT, "/", "ana")?;
        let context = Context::builder()
            .api(api)
            .service(service)
            .actor(Principal::from(vec![PrincipalIdentity::from(user)]))
            .resources(vec![question.resource.parse::<Arn>()?])
            .session_data(session)
            .build()?;
        Ok(Box::new(move || self.0.evaluate(&context).is_ok_and(|decision| decision == Decision::Allow)))
    }
}
