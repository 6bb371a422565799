//! What to set up on the other side: the role's trust policy, and the least that the base credentials need.
//!
//! Each comes in the forms that people paste: JSON, Terraform, and commands of the AWS CLI.

use crate::PrincipalType;
use crate::gallery::Pattern;

mod base;
mod document;
mod hcl;
mod shell;

use base::{Base, RoleArn};
use document::{Node, object, policy};

/// What a connector is, as far as its policies follow from it.
#[derive(Debug, Clone, Copy)]
pub struct Derivation<'a> {
    /// How the connector makes credentials.
    pub principal_type: PrincipalType,
    /// Who the base credentials are, as `GetCallerIdentity` tells.
    pub base_arn: &'a str,
    /// The role; for `assume_role`.
    pub role_arn: Option<&'a str>,
    /// What the broker sends as external id.
    pub external_id: Option<&'a str>,
    /// Whether it sends session tags.
    pub has_tags: bool,
    /// Whether it sends a source identity.
    pub has_source_identity: bool,
    /// Whether it passes a one-time password on, so that the role can ask for one.
    pub requires_mfa: bool,
}

/// What there is to set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippets {
    /// The role's trust policy; none where no role is assumed.
    pub trust: Option<Snippet>,
    /// The least policy for the base credentials' user or role; none where nothing is needed.
    pub base: Option<Snippet>,
    /// What a policy cannot say.
    pub notes: Vec<&'static str>,
}

/// One policy in the forms that people paste.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// The document, laid out.
    pub json: String,
    /// A Terraform resource.
    pub terraform: String,
    /// Commands for a POSIX shell.
    pub cli: String,
}

/// Why there are no policies for a connector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnippetError {
    /// Not somebody that a policy can name.
    #[error(
        "`{0}` is no base that a role can trust: expected the ARN of a user, of a role or of its session"
    )]
    Base(String),
    /// The root user.
    #[error("the root user cannot assume roles: give the account the key of a user")]
    Root,
    /// Only users make federated users.
    #[error("`{0}` cannot make federated users: expected the key of a user")]
    NotAUser(String),
    /// No role, or something else than one.
    #[error("`{0}` is no role: expected `arn:aws:iam::111122223333:role/name`")]
    Role(String),
    /// An external id that STS would not take.
    #[error("the external id is none: expected 2 to 1,224 letters, digits and `_+=,.@:/-`")]
    ExternalId,
}

const ROLE_PATH: &str = "The base is known by its session, which does not tell the path of its role: if the role has one, \
                         write it into the trust policy.";
const FEDERATED: &str = "A federated user can do what its session policy and the policies of the base user both allow: \
                         give the user these permissions as well.";
const NO_PERMISSION: &str =
    "`sts:GetSessionToken` needs no permission, and the session can do what the user can.";
const AS_IT_IS: &str = "The base credentials are handed on as they are: there is nothing to set up.";
const ROOT: &str = "The root user needs no policy. Use the key of a user instead.";

impl Snippets {
    /// The policies that a connector needs.
    pub fn of(connector: &Derivation<'_>) -> Result<Self, SnippetError> {
        match connector.principal_type {
            PrincipalType::AssumeRole => assume_role(connector),
            PrincipalType::FederatedUser => federated_user(connector),
            PrincipalType::IamUserSession => Ok(Self::nothing(NO_PERMISSION)),
            PrincipalType::Provided => Ok(Self::nothing(AS_IT_IS)),
        }
    }

    fn nothing(note: &'static str) -> Self {
        Self { trust: None, base: None, notes: vec![note] }
    }
}

fn assume_role(connector: &Derivation<'_>) -> Result<Snippets, SnippetError> {
    let base = Base::read(connector.base_arn)?;
    let role = RoleArn::read(connector.role_arn.unwrap_or_default())?;
    let actions = || actions("sts:AssumeRole", connector.has_tags, connector.has_source_identity);

    // One statement: the keys of a condition are those of the call, whichever of the actions is asked about.
    let mut statement = vec![
        ("Effect", Node::text("Allow")),
        ("Principal", object([("AWS", Node::Text(base.principal()))])),
        ("Action", actions()),
    ];
    let mut conditions = Vec::new();
    if let Some(external_id) = connector.external_id {
        if !Pattern::ExternalId.takes(external_id) {
            return Err(SnippetError::ExternalId);
        }
        conditions.push(("StringEquals", object([("sts:ExternalId", Node::text(external_id))])));
    }
    if connector.requires_mfa {
        conditions.push(("Bool", object([("aws:MultiFactorAuthPresent", Node::text("true"))])));
    }
    if !conditions.is_empty() {
        statement.push(("Condition", object(conditions)));
    }
    let trust = policy(statement);
    let own = [("Effect", Node::text("Allow")), ("Action", actions()), ("Resource", Node::text(role.arn))];
    Ok(Snippets {
        trust: Some(Snippet {
            json: trust.to_json(),
            terraform: hcl::role(&role, &trust),
            cli: shell::role(&role, &trust),
        }),
        base: Some(base.snippet(&format!("regent-assume-{}", role.name), &policy(own))),
        notes: if base.is_session() { vec![ROLE_PATH] } else { Vec::new() },
    })
}

fn federated_user(connector: &Derivation<'_>) -> Result<Snippets, SnippetError> {
    let base = match Base::read(connector.base_arn) {
        Err(SnippetError::Root) => return Ok(Snippets::nothing(ROOT)),
        read => read?,
    };
    if !base.is_user() {
        return Err(SnippetError::NotAUser(connector.base_arn.to_owned()));
    }
    let own = [
        ("Effect", Node::text("Allow")),
        ("Action", actions("sts:GetFederationToken", connector.has_tags, false)),
        ("Resource", Node::text("*")),
    ];
    Ok(Snippets {
        trust: None,
        base: Some(base.snippet("regent-federated-users", &policy(own))),
        notes: vec![FEDERATED],
    })
}

/// One action as itself, several as a list.
fn actions(first: &str, has_tags: bool, has_source_identity: bool) -> Node {
    let tags = has_tags.then_some("sts:TagSession");
    let source_identity = has_source_identity.then_some("sts:SetSourceIdentity");
    let others = tags.into_iter().chain(source_identity).map(Node::text);
    let actions: Vec<Node> = std::iter::once(Node::text(first)).chain(others).collect();
    if actions.len() == 1 { Node::text(first) } else { Node::List(actions) }
}
