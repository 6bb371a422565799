//! A policy, other policies beside it, and a request.
//!
//! ```text
//! {"Version": "2012-10-17", "Statement": …}     an identity-based policy
//! %%boundary                                    further policies, by their kind
//! {"Version": "2012-10-17", "Statement": …}
//! %%request                                     a default stands in for what is left out
//! user arn:aws:iam::111122223333:user/ana
//! s3:GetObject
//! arn:aws:s3:::bucket/key
//! aws:SourceIp=203.0.113.7
//! aws:TagKeys=team|stage|                       with bars, a key of several values
//! ```

#![no_main]

use libfuzzer_sys::fuzz_target;
use regent_policy::explain::explain;
use regent_policy::simulate::simulate;
use regent_policy::{
    Action, Bindings, Caller, Context, Decision, Denial, Document, Effect, Finding, Issuer, MatchedStatement,
    Policies, PolicyKind, Position, Program, Reason, Request, Resource, ResourcePolicy, Verdict, admit,
    counted_size, decide, decide_and_collect,
};

/// Not the limits of the engine: more only makes the fuzzer slow.
const MOST_POLICIES: usize = 8;
const MOST_KEYS: usize = 80;

const ACCOUNT: &str = "111122223333";
const BOUND: [(&str, &str); 2] = [
    ("arn:aws:iam::111122223333:user/ana", "AIDAEXAMPLEANA000000A"),
    ("arn:aws:iam::111122223333:role/ci/deploy", "AROAEXAMPLEDEPLOY000A"),
];

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut sections = text.split("\n%%");
    let mut policies = vec![("identity", sections.next().unwrap_or_default())];
    let mut request = "";
    for section in sections {
        match section.split_once('\n').unwrap_or((section, "")) {
            ("request", lines) => request = lines,
            policy if policies.len() < MOST_POLICIES => policies.push(policy),
            _ => {}
        }
    }
    let mut held = Held::default();
    for (kind, text) in policies {
        held.take(kind, text);
    }
    held.decide(request);
});

/// Compiled policies by what they are attached to.
#[derive(Default)]
struct Held {
    identity: Vec<Program>,
    boundaries: Vec<Program>,
    session: Option<Vec<Program>>,
    resource: Option<(Program, bool)>,
    control: Vec<Program>,
    endpoint: Vec<Program>,
    has_allow: bool,
}

impl Held {
    fn take(&mut self, kind: &str, text: &str) {
        let parsed = Document::parse(text);
        for kind in PolicyKind::ALL {
            match (admit(text, kind), &parsed) {
                (Ok(admitted), Ok(parsed)) => {
                    assert_eq!(admitted.statements().len(), parsed.statements().len());
                }
                (Ok(_), Err(error)) => panic!("a {} is stored that nobody can read: {error}", kind.name()),
                (Err(refusal), _) => {
                    assert!(!refusal.message().is_empty() && !refusal.to_string().is_empty())
                }
            }
        }
        let Ok(document) = parsed else { return };
        is_told(&document, text);
        let program = Program::compile(&document, &Bindings::new(&BOUND));
        assert_eq!(program.statement_count(), document.statements().len());
        self.has_allow |= document.statements().any(|statement| statement.effect() == Effect::Allow);
        match kind {
            "identity" => self.identity.push(program),
            "boundary" => self.boundaries.push(program),
            "session" => self.session.get_or_insert_default().push(program),
            "resource" => self.resource = Some((program, false)),
            "trust" => self.resource = Some((program, true)),
            "control" => self.control.push(program),
            "endpoint" => self.endpoint.push(program),
            _ => {}
        }
    }

    fn decide(&self, request: &str) {
        let mut lines = request.lines();
        let caller = caller(lines.next().unwrap_or_default());
        let Ok(action) = Action::parse(lines.next().unwrap_or("s3:GetObject")) else { return };
        let resource = Resource::new(lines.next().unwrap_or("arn:aws:s3:::bucket/key"));
        let pairs: Vec<(&str, Vec<&str>)> = lines.filter_map(pair).take(MOST_KEYS).collect();
        let mut context = Context::new();
        for (key, values) in &pairs {
            match values.as_slice() {
                [value] => context.set(*key, value),
                values => context.set_many(*key, values),
            }
        }
        let resource_account = resource.text().split(':').nth(4).filter(|account| !account.is_empty());
        let request = Request {
            caller,
            action: &action,
            resource: &resource,
            resource_account: resource_account.or(Some(ACCOUNT)),
            context: &context,
            canonical_user: None,
        };
        let decision = self.lend(&[], |policies| explained(policies, &request));
        let needs_none = matches!(decision.reason(), Reason::RootUser | Reason::NoPermissionNeeded);
        assert!(self.has_allow || !decision.is_allowed() || needs_none, "allowed by nobody: {decision:?}");
        self.denying_never_allows(&request, &decision);
    }

    /// One more policy that denies everything: whoever has identity-based policies is denied by it.
    fn denying_never_allows(&self, request: &Request<'_>, decision: &Decision) {
        let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
        let deny = Program::compile(&Document::parse(text).expect("a policy"), &Bindings::NONE);
        let denied = self.lend(&[&deny], |policies| decide(policies, request));
        assert!(decision.is_allowed() || !denied.is_allowed(), "a denial allows: {denied:?}");
        let has_identity = matches!(request.caller, Caller::User { .. } | Caller::RoleSession { .. });
        if has_identity && decision.reason() != Reason::NoPermissionNeeded {
            assert_eq!(denied.verdict(), Verdict::ExplicitlyDenied, "{denied:?}");
        }
    }

    fn lend<T>(&self, more: &[&Program], borrower: impl FnOnce(&Policies<'_>) -> T) -> T {
        let identity: Vec<&Program> = self.identity.iter().chain(more.iter().copied()).collect();
        let boundaries: Vec<&Program> = self.boundaries.iter().collect();
        let session: Option<Vec<&Program>> = self.session.as_ref().map(|session| session.iter().collect());
        let control: Vec<&Program> = self.control.iter().collect();
        let levels: [&[&Program]; 1] = [&control];
        let endpoint: Vec<&Program> = self.endpoint.iter().collect();
        borrower(&Policies {
            identity: &identity,
            boundaries: &boundaries,
            session: session.as_deref(),
            resource: self.resource.as_ref().map(|(program, is_trust)| match is_trust {
                true => ResourcePolicy::role_trust(program),
                false => ResourcePolicy::ordinary(program),
            }),
            service_control: (!control.is_empty()).then_some(&levels),
            resource_control: None,
            endpoint: &endpoint,
        })
    }
}

/// One question, one answer; and the answer names a statement that was found to apply.
fn explained(policies: &Policies<'_>, request: &Request<'_>) -> Decision {
    let decision = decide(policies, request);
    let mut found: Vec<MatchedStatement> = Vec::new();
    let again = decide_and_collect(policies, request, &mut |statement| found.push(statement));
    assert_eq!(decision, again, "one question, two answers");
    assert_eq!(decision, *explain(policies, request).decision(), "one question, two answers");
    assert_eq!(decision, *simulate(policies, request).decision(), "one question, two answers");
    if let Some((kind, at)) = decision.deciding_statement() {
        let effect = if decision.is_allowed() { Effect::Allow } else { Effect::Deny };
        let applies = |found: &MatchedStatement| (found.kind, found.at, found.effect) == (kind, at, effect);
        assert!(found.iter().any(applies), "{decision:?} by none of {found:?}");
    }
    let is_denied = decision.verdict() == Verdict::ExplicitlyDenied;
    let finds_denial = |kind| matches!(decision.finding(kind), Finding::Denies(_) | Finding::Unusable { .. });
    let is_special = decision.reason() == Reason::RootMayNotAssumeRoles;
    assert!(!is_denied || is_special || PolicyKind::ALL.into_iter().any(finds_denial), "{decision:?}");
    assert!(!Denial::new(&decision, request).to_string().is_empty());
    decision
}

/// Everything a document tells of itself lies within its text.
fn is_told(document: &Document, text: &str) {
    assert_eq!(document.text(), text);
    assert!(counted_size(text) <= text.chars().count());
    for statement in document.statements() {
        let lists = [statement.actions(), statement.resources()];
        let values = lists.iter().flatten().flat_map(|list| list.elements());
        let conditions = statement.conditions().flat_map(|condition| {
            [condition.operator_element(), condition.key()].into_iter().chain(condition.values())
        });
        for element in values.chain(conditions).chain(statement.sid()) {
            let span = element.span();
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{element:?}");
        }
        let place = |position: Position| (position.line, position.column);
        assert!(place(statement.start()) <= place(statement.end()));
    }
    document.principals().for_each(|principal| assert!(!principal.refusal_text().is_empty()));
    assert!(document.context_keys().len() <= text.len());
}

/// `user ARN`, `role ARN`, and so on; Ana if it is none of them.
fn caller(line: &str) -> Caller<'_> {
    let (kind, arn) = line.split_once(' ').unwrap_or((line, ""));
    let account = arn.split(':').nth(4).filter(|account| !account.is_empty()).unwrap_or(ACCOUNT);
    let (ana, ana_id) = BOUND[0];
    let (deploy, deploy_id) = BOUND[1];
    match kind {
        "root" => Caller::Root { account, arn },
        "role" => Caller::RoleSession {
            account,
            arn,
            role_arn: deploy,
            role_id: deploy_id,
            is_service_linked: false,
        },
        "linked" => Caller::RoleSession {
            account,
            arn,
            role_arn: deploy,
            role_id: deploy_id,
            is_service_linked: true,
        },
        "federated" => Caller::FederatedUser { account, arn, issuer: Issuer::User { arn: ana, id: ana_id } },
        "guest" => Caller::FederatedUser { account, arn, issuer: Issuer::Root },
        "task" => Caller::RootSession { account, arn },
        "identity" => Caller::FederatedIdentity { provider: arn },
        "service" => Caller::Service { names: &["sns.amazonaws.com", "sns.us-east-1.amazonaws.com"] },
        "nobody" => Caller::Anonymous,
        "user" => Caller::User { account, arn, id: "AIDAEXAMPLEBOB000000A" },
        _ => Caller::User { account: ACCOUNT, arn: ana, id: ana_id },
    }
}

fn pair(line: &str) -> Option<(&str, Vec<&str>)> {
    let (key, values) = line.split_once('=')?;
    let mut values: Vec<&str> = values.split('|').collect();
    // A bar at the end tells a list of one value from a value; alone it is an empty list.
    if values.len() > 1 && values.last() == Some(&"") {
        values.pop();
        if values == [""] {
            values.pop();
        }
    }
    Some((key, values))
}
