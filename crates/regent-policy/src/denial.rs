//! What a denied caller is told.
//!
//! The text is AWS's to the letter. It names one kind of policy and never a second; it says nothing of how
//! many policies there are, and nothing of what they say.

use std::fmt;

use crate::action::Action;
use crate::caller::Caller;
use crate::decision::{Decision, Reason, Verdict};
use crate::kind::PolicyKind;
use crate::request::Request;
use crate::resource::Resource;

/// AWS's text for a denied request: its `Display` is the message of `AccessDenied`.
///
/// AWS: "Troubleshoot access denied error messages".
///
/// ```
/// use regent_policy::*;
///
/// let context = Context::new();
/// let request = Request {
///     caller: Caller::User {
///         account: "111122223333",
///         arn: "arn:aws:iam::111122223333:user/ana",
///         id: "AIDAEXAMPLEANA000000A",
///     },
///     action: &action!("s3:GetObject"),
///     resource: &Resource::new("arn:aws:s3:::bucket/key"),
///     resource_account: Some("111122223333"),
///     context: &context,
///     canonical_user: None,
/// };
/// let decision = decide(&Policies::default(), &request);
/// assert_eq!(
///     Denial::new(&decision, &request).to_string(),
///     "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: \
///      arn:aws:s3:::bucket/key because no identity-based policy allows the s3:GetObject action",
/// );
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Denial<'a> {
    decision: &'a Decision,
    caller: Caller<'a>,
    action: &'a Action<'a>,
    resource: &'a Resource<'a>,
    trust_reason: TrustReason,
    policy_arn: Option<&'a str>,
    through: Option<PolicyKind>,
    any_resource: AnyResource,
}

/// Is the resource `*` of an action that has none mentioned?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AnyResource {
    /// No, as STS and most others do it.
    #[default]
    Omitted,
    /// Yes, as IAM does it: `on resource: *`.
    Mentioned,
}

/// Is somebody who may not assume a role told why?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TrustReason {
    /// No, as STS does it: a role that trusts somebody else answers as one that does not exist.
    #[default]
    Withheld,
    /// Yes, in the words that AWS's pages give as examples.
    Given,
}

/// Fixed texts for callers who have no name yet.
const FEDERATED: [(Action<'static>, &str); 2] = [
    (
        crate::action!("sts:AssumeRoleWithWebIdentity"),
        "Not authorized to perform sts:AssumeRoleWithWebIdentity",
    ),
    (crate::action!("sts:AssumeRoleWithSAML"), "Not authorized to perform sts:AssumeRoleWithSAML"),
];

impl<'a> Denial<'a> {
    /// The text for a decision about a request. Of a decision that allows there is nothing to say, and the
    /// text gives no reason.
    pub fn new(decision: &'a Decision, request: &Request<'a>) -> Self {
        Self {
            decision,
            caller: request.caller,
            action: request.action,
            resource: request.resource,
            trust_reason: TrustReason::default(),
            policy_arn: None,
            through: None,
            any_resource: AnyResource::default(),
        }
    }

    /// The same, mentioning the resource `*` or not: services differ.
    #[must_use]
    pub fn any_resource(self, any_resource: AnyResource) -> Self {
        Self { any_resource, ..self }
    }

    /// The same, with or without the reason why a role may not be assumed.
    // CHOICE: when STS names its reason is not known; withholding it is what is mostly seen.
    #[must_use]
    pub fn trust_reason(self, trust_reason: TrustReason) -> Self {
        Self { trust_reason, ..self }
    }

    /// The same, naming the policy that denies.
    ///
    /// Find it with [`Decision::deciding_statement`]. AWS names a managed policy of the caller's own account or
    /// organization, and never an inline one; only the caller knows. It is ignored where AWS names none: with
    /// implicit denials, and with policies on resources and endpoints.
    // CHOICE: AWS documents which kinds are named and says nothing of inline policies.
    #[must_use]
    pub fn policy_arn(self, policy_arn: Option<&'a str>) -> Self {
        Self { policy_arn, ..self }
    }

    /// The same, of a denial that comes by way of another policy: a service asked for the caller, and what it asked was
    /// denied. It is ignored with implicit denials.
    ///
    /// ```
    /// # use regent_policy::*;
    /// # let document = Document::parse(
    /// #     r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}"#,
    /// # )?;
    /// # let program = Program::compile(&document, &Bindings::NONE);
    /// # let context = Context::new();
    /// # let request = Request {
    /// #     caller: Caller::Root { account: "111122223333", arn: "arn:aws:iam::111122223333:root" },
    /// #     action: &action!("sqs:ListQueues"),
    /// #     resource: &Resource::any(),
    /// #     resource_account: Some("111122223333"),
    /// #     context: &context,
    /// #     canonical_user: None,
    /// # };
    /// let policies = Policies { endpoint: &[&program], ..Policies::default() };
    /// let decision = decide(&policies, &request);
    /// let denial = Denial::new(&decision, &request).transitively_through(Some(PolicyKind::ServiceControl));
    /// assert!(denial.to_string().ends_with(
    ///     "with an explicit deny in a VPC endpoint policy transitively through a service control policy",
    /// ));
    /// # Ok::<(), ParsePolicyError>(())
    /// ```
    #[must_use]
    pub fn transitively_through(self, through: Option<PolicyKind>) -> Self {
        Self { through, ..self }
    }
}

impl fmt::Display for Denial<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((_, text)) = FEDERATED.iter().find(|(action, _)| action == self.action) {
            return f.write_str(text);
        }
        if self.decision.reason() == Reason::RootMayNotAssumeRoles {
            return f.write_str("Roles may not be assumed by root accounts.");
        }
        let action = self.action.name();
        write!(f, "User: {} is not authorized to perform: {action}", self.caller.display_name())?;
        if self.resource.text() != "*" || self.any_resource == AnyResource::Mentioned {
            write!(f, " on resource: {}", self.resource.text())?;
        }
        let Reason::Policy(kind) = self.decision.reason() else { return Ok(()) };
        if kind == PolicyKind::RoleTrust && self.trust_reason == TrustReason::Withheld {
            return Ok(());
        }
        match self.decision.verdict() {
            Verdict::Allowed => Ok(()),
            Verdict::ImplicitlyDenied => write!(f, " because no {} allows the {action} action", kind.name()),
            Verdict::ExplicitlyDenied => {
                let article = if kind == PolicyKind::RoleTrust { "the" } else { indefinite_article(kind) };
                write!(f, " with an explicit deny in {article} {}", kind.name())?;
                if let Some(through) = self.through {
                    write!(f, " transitively through {} {}", indefinite_article(through), through.name())?;
                }
                match self.policy_arn.filter(|_| is_named_by_arn(kind)) {
                    Some(arn) => write!(f, ": {arn}"),
                    None => Ok(()),
                }
            }
        }
    }
}

fn indefinite_article(kind: PolicyKind) -> &'static str {
    if kind == PolicyKind::Identity { "an" } else { "a" }
}

fn is_named_by_arn(kind: PolicyKind) -> bool {
    match kind {
        PolicyKind::ServiceControl
        | PolicyKind::ResourceControl
        | PolicyKind::PermissionsBoundary
        | PolicyKind::Session
        | PolicyKind::Identity => true,
        PolicyKind::Resource | PolicyKind::RoleTrust | PolicyKind::Endpoint => false,
    }
}
