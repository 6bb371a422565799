//! iam-rs, with AWS's own JSON. Its limit of 1,000 statements is lifted.

use iam_rs::{
    Arn, Context, Decision, EvaluationOptions, IAMPolicy, IAMRequest, PolicyEvaluator, Principal, PrincipalId,
};

use super::Engine;
use crate::cases::{self, Question, Statement};

struct IamRs(PolicyEvaluator);

pub fn load(statements: &[Statement]) -> anyhow::Result<Box<dyn Engine>> {
    let policy: IAMPolicy = serde_json::from_str(&cases::document(statements))?;
    let options = EvaluationOptions { max_statements: usize::MAX, ..EvaluationOptions::default() };
    Ok(Box::new(IamRs(PolicyEvaluator::with_policies(vec![policy]).with_options(options))))
}

impl Engine for IamRs {
    fn prepare<'a>(&'a self, question: &'a Question) -> anyhow::Result<Box<dyn FnMut() -> bool + 'a>> {
        let context = question
            .keys
            .iter()
            .fold(Context::new(), |context, (name, value)| context.with_string(*name, value));
        let principal = Principal::Aws(PrincipalId::String(cases::CALLER.to_owned()));
        let resource = Arn::parse(&question.resource)?;
        let request = IAMRequest::new_with_context(principal, question.action.as_str(), resource, context);
        Ok(Box::new(move || self.0.evaluate(&request).is_ok_and(|result| result.decision == Decision::Allow)))
    }
}
