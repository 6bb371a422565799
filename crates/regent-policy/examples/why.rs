//! Why a request is denied, and the smallest edit that would allow it.
//!
//! ```sh
//! cargo run --package regent-policy --example why
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use regent_policy::explain::{Advice, Source, Sources, explain};
use regent_policy::{
    Bindings, Caller, Context, Document, ParsePolicyError, Policies, PolicyKind, Position, Program, Request,
    Resource, action,
};

/// Whoever compiled the policies knows what they are called.
struct Named(Document);

impl Sources for Named {
    fn source(&self, kind: PolicyKind, _level: u32, _program: u32) -> Option<Source<'_>> {
        (kind == PolicyKind::Identity).then_some(Source { name: "reader.json", document: &self.0 })
    }
}

fn main() -> Result<(), ParsePolicyError> {
    let text = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "s3:GetObject",
      "Resource": "arn:aws:s3:::reports/*",
      "Condition": {"StringEquals": {"aws:PrincipalTag/team": "finance"}}
    }
  ]
}"#;
    let named = Named(Document::parse(text)?);
    let program = Program::compile(&named.0, &Bindings::NONE);
    let identity = [&program];
    let policies = Policies { identity: &identity, ..Policies::default() };
    let mut context = Context::new();
    context.set("aws:PrincipalTag/team", "sales");
    let request = Request {
        caller: Caller::User {
            account: "111122223333",
            arn: "arn:aws:iam::111122223333:user/ana",
            id: "AIDAEXAMPLEANA000000A",
        },
        action: &action!("s3:GetObject"),
        resource: &Resource::new("arn:aws:s3:::reports/2026.csv"),
        resource_account: Some("111122223333"),
        context: &context,
        canonical_user: None,
    };

    let explanation = explain(&policies, &request);
    println!("{}", explanation.decision().verdict().as_str());
    for miss in explanation.near_misses(&named) {
        println!("statement {} came close; it lacked {:?}", miss.at.statement, miss.lacks);
    }
    if let Advice::Edit(edits) = explanation.advice(&named) {
        for edit in edits {
            let Position { line, .. } = Position::of(text, edit.span.start);
            println!("line {line}: {}", edit.what);
            println!("{}", edit.apply(text).unwrap_or_default());
        }
    }
    Ok(())
}
