//! An object store that asks the engine before it hands out an object.
//!
//! ```sh
//! cargo run --package regent-policy --example object_store
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use regent_policy::{
    Action, Bindings, Caller, Context, Denial, Policies, PolicyKind, Program, Refusal, Request, Resource,
    ResourcePolicy, action, admit, decide,
};

const ACCOUNT: &str = "111122223333";
/// Actions that a program knows are prepared by the compiler.
static GET: Action<'static> = action!("s3:GetObject");

/// What is stored of a policy, and compiled when it is stored: never when somebody asks.
fn stored(text: &str, kind: PolicyKind) -> Result<Program, Refusal> {
    Ok(Program::compile(&admit(text, kind)?, &Bindings::NONE))
}

fn main() -> Result<(), Refusal> {
    let developers = stored(
        r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::home/${aws:username}/*"}]}"#,
        PolicyKind::Identity,
    )?;
    let bucket = stored(
        r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::home/*",
             "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}"#,
        PolicyKind::Resource,
    )?;

    for (object, is_secure) in
        [("home/ana/letter", "true"), ("home/ana/letter", "false"), ("home/bob/letter", "true")]
    {
        let arn = format!("arn:aws:s3:::{object}");
        let mut context = Context::new();
        context.set("aws:username", "ana");
        context.set("aws:SecureTransport", is_secure);
        let request = Request {
            caller: Caller::User {
                account: ACCOUNT,
                arn: "arn:aws:iam::111122223333:user/ana",
                id: "AIDAEXAMPLEANA000000A",
            },
            action: &GET,
            resource: &Resource::new(&arn),
            resource_account: Some(ACCOUNT),
            context: &context,
            canonical_user: None,
        };
        let policies = Policies {
            identity: &[&developers],
            resource: Some(ResourcePolicy::ordinary(&bucket)),
            ..Policies::default()
        };
        let decision = decide(&policies, &request);
        if decision.is_allowed() {
            println!("200 {object}");
        } else {
            println!("403 {}", Denial::new(&decision, &request));
        }
    }
    Ok(())
}
