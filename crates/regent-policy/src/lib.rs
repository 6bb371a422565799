//! The AWS policy language, as a library: parse, admit, compile, decide, and say why.
//!
//! It answers as AWS IAM answers, and it is complete: every kind of policy, every operator, every principal,
//! within an account and across two. It does no I/O, is not `async`, reads no clock, never panics, and decides
//! without allocating, in well under a microsecond.
//!
//! # IAM in five minutes
//!
//! A *policy* is a list of *statements*. A statement has an effect, `Allow` or `Deny`, and says what it is
//! about: *actions* on *resources*, under *conditions*, and in some kinds of policy for certain *principals*.
//! It *applies* to a request when all of that matches. The order of statements never matters. Three things
//! can come out of a policy:
//!
//! 1. a `Deny` applies: the policy denies, whatever else it says;
//! 2. otherwise an `Allow` applies: the policy allows;
//! 3. otherwise the policy is silent, which is a denial in the end, though a quiet one.
//!
//! What an `Allow` is worth depends on what the policy is attached to ([`PolicyKind`]). Two kinds grant:
//!
//! * **identity-based policies**, on users, groups and roles. They do not name a principal: they are about
//!   whoever has them;
//! * **resource-based policies**, on buckets, queues, keys. They name principals. A role's **trust policy** is
//!   one: it says who may assume the role.
//!
//! The others only set limits; their `Allow` lets a grant through:
//!
//! * a **permissions boundary**, on a user or role, limits what its identity-based policies grant;
//! * **session policies** limit one session;
//! * **service control policies** limit everybody in an account, and **resource control policies** limit
//!   everybody who comes to its resources;
//! * a **VPC endpoint policy** limits what travels through the endpoint.
//!
//! # The order of a decision
//!
//! [`decide`] follows AWS's evaluation logic:
//!
//! ```text
//! any Deny, in any policy that reaches the caller        -> denied, explicitly
//! service control policies: silent on some level          -> denied
//! endpoint policy: silent                                 -> denied
//!
//! same account                                            two accounts
//!   the resource's policy names the very caller             the resource's policy must name the caller,
//!   (user, session, service, everyone)      -> allowed      its role or its account, AND
//!   otherwise identity-based policies must allow,           identity-based policies must allow, AND
//!   or the resource's policy name the role; AND             boundary and session policies must allow
//!   boundary and session policies must allow                               -> allowed
//!                                           -> allowed
//! ```
//!
//! Some exceptions carry most of the weight in practice. A trust policy is always required, even from within the
//! account. A resource policy that names an *account* grants nothing within it: it hands the decision to the
//! account's own identity-based policies. A root user needs no policy in its own account, except for KMS keys.
//! `sts:GetCallerIdentity` cannot be denied at all.
//!
//! # From text to answer
//!
//! ```
//! use regent_policy::*;
//!
//! // Whoever stores a policy asks whether AWS would have stored it.
//! let text = r#"{
//!   "Version": "2012-10-17",
//!   "Statement": [
//!     {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::home/${aws:username}/*"},
//!     {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*",
//!      "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}
//!   ]
//! }"#;
//! let document = admit(text, PolicyKind::Identity)?;
//!
//! // It is compiled once.
//! let program = Program::compile(&document, &Bindings::NONE);
//! let policies = Policies { identity: &[&program], ..Policies::default() };
//!
//! // A request: who, what, on what, and the context keys.
//! let mut context = Context::new();
//! context.set("aws:username", "ana");
//! let request = Request {
//!     caller: Caller::User {
//!         account: "111122223333",
//!         arn: "arn:aws:iam::111122223333:user/ana",
//!         id: "AIDAEXAMPLEANA000000A",
//!     },
//!     action: &action!("s3:PutObject"),
//!     resource: &Resource::new("arn:aws:s3:::home/ana/notes.txt"),
//!     resource_account: Some("111122223333"),
//!     context: &context,
//!     canonical_user: None,
//! };
//! assert!(decide(&policies, &request).is_allowed());
//!
//! // She used a long-term key, so nothing is known of MFA, and `IfExists` takes that for a no.
//! let delete = Request { action: &action!("s3:DeleteObject"), ..request };
//! let decision = decide(&policies, &delete);
//! assert_eq!(decision.verdict(), Verdict::ExplicitlyDenied);
//!
//! // The decision knows which statement did it, and the document knows where that stands.
//! let (kind, at) = decision.deciding_statement().unwrap();
//! assert_eq!((kind, at.statement), (PolicyKind::Identity, 1));
//! let statement = document.statement(1).unwrap();
//! assert_eq!(document.position(statement.span().start), Position { line: 5, column: 5 });
//!
//! // And this is what the client reads.
//! assert_eq!(
//!     Denial::new(&decision, &delete).to_string(),
//!     "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:DeleteObject on resource: \
//!      arn:aws:s3:::home/ana/notes.txt with an explicit deny in an identity-based policy",
//! );
//! # Ok::<(), Refusal>(())
//! ```
//!
//! # What holds always
//!
//! * *Unknown means deny.* What the engine does not understand cannot allow: an unreadable policy denies
//!   everything ([`Program::unreadable`]), a pattern that makes no sense matches nothing, an absent key satisfies
//!   no plain condition.
//! * *A variable's value is text.* `${aws:username}` contributes characters, never wildcards.
//! * *Negation comes after the alternatives.* `StringNotEquals: [a, b]` is "neither a nor b".
//! * *Hostile policies cost little.* Patterns cannot make a decision slow beyond a bound that follows the length
//!   of the policy; a decision that would exceed it denies ([`Finding::Unusable`]).
//! * *There is one evaluator.* Decisions and simulations ([`simulate`]) match by the same code.
//!
//! # What actions there are
//!
//! The engine matches names and knows none. [`catalogue`] does: services, actions, resource types and condition keys
//! of AWS, as of a day. It is a feature, on by default, and the only part that needs a dependency (`flate2`).
//!
//! [`explain`] tells what a decision does not: how every question came out, what came closest, and the smallest
//! edit that would allow the request.
//!
//! [`validate`] builds on the catalogue: what is wrong with a policy that IAM would store all the same, what is risky in it and
//! what could be better, with the codes of IAM Access Analyzer and the place of each finding.
//!
//! Where AWS's documentation is silent we had to choose. Each such place is marked `CHOICE` in the source.

mod action;
mod admission;
mod arn;
mod base64;
mod caller;
#[cfg(feature = "catalogue")]
pub mod catalogue;
mod condition;
mod context;
mod decimal;
mod decision;
mod denial;
mod document;
mod evaluation;
pub mod explain;
mod fold;
pub mod format;
mod grammar;
mod hash;
mod index;
mod instant;
mod json;
mod kind;
mod network;
mod operator;
mod pattern;
mod policies;
mod pool;
mod principal;
mod program;
mod request;
mod resource;
mod scope;
pub mod simulate;
mod size;
mod span;
mod table;
#[cfg(feature = "catalogue")]
pub mod validate;
mod variable;

pub use action::{Action, ParseActionError};
pub use admission::{Refusal, Stage, admit, admit_in};
pub use caller::{Caller, Issuer};
pub use context::{Context, Key, Values};
pub use decision::{
    Decision, Finding, MatchedStatement, Reason, StatementRef, Verdict, decide, decide_and_collect,
};
pub use denial::{AnyResource, Denial, TrustReason};
pub use document::{
    Condition, Document, Effect, Element, Listed, Polarity, Principal, PrincipalType, Principals, Statement,
    Version,
};
pub use grammar::ParsePolicyError;
pub use json::{Layout, ReadJsonError, StringFault};
pub use kind::PolicyKind;
pub use operator::{Comparison, Operator, Qualifier};
pub use policies::{Policies, ResourcePolicy, ResourceRule};
pub use principal::{Bindings, GrantKind};
pub use program::Program;
pub use request::Request;
pub use resource::Resource;
pub use size::counted_size;
pub use span::{Position, Span};

/// The front page's example runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct FrontPage;
