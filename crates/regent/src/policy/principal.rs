//! From an ARN to a caller.

use std::borrow::Cow;

use regent_policy::{Caller, Issuer};

/// Providers that have no ARN.
const BUILT_IN_PROVIDERS: [&str; 4] =
    ["accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"];
/// Where service-linked roles are.
const SERVICE_LINKED: &str = "role/aws-service-role/";

/// What is known of a caller besides its ARN.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hints<'a> {
    /// The role behind a session: a session's ARN lacks the role's path.
    pub(crate) role_arn: Option<&'a str>,
    /// Who called `GetFederationToken`.
    pub(crate) issuer_arn: Option<&'a str>,
    /// `aws:userid`: a user's unique id, a role's with the session's name behind it.
    pub(crate) user_id: Option<&'a str>,
    /// `aws:AssumedRoot` is `true`.
    pub(crate) is_assumed_root: bool,
    /// `aws:PrincipalServiceNamesList`.
    pub(crate) service_names: &'a [&'a str],
}

/// A caller, owned so far as it had to be made up.
#[derive(Debug)]
pub(crate) enum Principal<'a> {
    Known(Caller<'a>),
    Session { account: &'a str, arn: &'a str, role_arn: Cow<'a, str>, role_id: &'a str },
    Service { names: Vec<&'a str> },
}

/// Why a text is no principal.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PrincipalError {
    #[error(
        "`{0}` is no principal: expected the ARN of a user, a role session, a federated user, an account's root user or an \
         identity provider, the name of a service such as `ec2.amazonaws.com`, or `anonymous`"
    )]
    Unknown(String),
    #[error("`{0}` is not the ARN of a role")]
    NotARole(String),
    #[error("`{0}` is neither the ARN of a user nor of an account's root user")]
    NotAnIssuer(String),
    #[error("`{told}` does not belong to `{session}`: expected the role or the user that the session is of")]
    OfAnother { told: String, session: String },
}

impl<'a> Principal<'a> {
    /// Reads the ARN of a caller, the name of a service, or `anonymous`.
    pub(crate) fn read(text: &'a str, hints: &Hints<'a>) -> Result<Self, PrincipalError> {
        let unknown = || PrincipalError::Unknown(text.to_owned());
        if text == "anonymous" {
            return Ok(Self::Known(Caller::Anonymous));
        }
        if BUILT_IN_PROVIDERS.contains(&text) {
            return Ok(Self::Known(Caller::FederatedIdentity { provider: text }));
        }
        if !text.starts_with("arn:") {
            let is_service = text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn");
            return if is_service { Ok(Self::service(text, hints)) } else { Err(unknown()) };
        }
        let (service, account, rest) = split(text).ok_or_else(unknown)?;
        let (kind, name) = rest.split_once('/').unwrap_or((rest, ""));
        match (service, kind) {
            ("iam", "root") if rest == "root" => Ok(Self::Known(if hints.is_assumed_root {
                Caller::RootSession { account, arn: text }
            } else {
                Caller::Root { account, arn: text }
            })),
            ("iam", "user") if !name.is_empty() => {
                Ok(Self::Known(Caller::User { account, arn: text, id: unique_id(hints) }))
            }
            ("iam", "role") if !name.is_empty() => {
                Ok(Self::session(account, text, Cow::Borrowed(text), hints))
            }
            ("iam", "oidc-provider" | "saml-provider") if !name.is_empty() => {
                Ok(Self::Known(Caller::FederatedIdentity { provider: text }))
            }
            ("sts", "assumed-role") => {
                let (role, session) = name.split_once('/').ok_or_else(unknown)?;
                if role.is_empty() || session.is_empty() {
                    return Err(unknown());
                }
                let role_arn = role_arn(text, account, role, hints)?;
                Ok(Self::session(account, text, role_arn, hints))
            }
            ("sts", "federated-user") if !name.is_empty() => {
                let issuer = issuer(text, account, hints)?;
                Ok(Self::Known(Caller::FederatedUser { account, arn: text, issuer }))
            }
            _ => Err(unknown()),
        }
    }

    /// The caller, as the engine knows callers.
    pub(crate) fn caller(&self) -> Caller<'_> {
        match self {
            Self::Known(caller) => *caller,
            Self::Session { account, arn, role_arn, role_id } => Caller::RoleSession {
                account,
                arn,
                role_arn,
                role_id,
                is_service_linked: split(role_arn)
                    .is_some_and(|(_, _, rest)| rest.starts_with(SERVICE_LINKED)),
            },
            Self::Service { names } => Caller::Service { names },
        }
    }

    fn session(account: &'a str, arn: &'a str, role_arn: Cow<'a, str>, hints: &Hints<'a>) -> Self {
        Self::Session { account, arn, role_arn, role_id: unique_id(hints) }
    }

    fn service(name: &'a str, hints: &Hints<'a>) -> Self {
        let others = hints.service_names.iter().copied().filter(|other| *other != name);
        Self::Service { names: std::iter::once(name).chain(others).collect() }
    }
}

/// The role behind a session. Without being told, it is the one of that name without a path.
fn role_arn<'a>(
    arn: &'a str,
    account: &str,
    role: &str,
    hints: &Hints<'a>,
) -> Result<Cow<'a, str>, PrincipalError> {
    let Some(told) = hints.role_arn else {
        let partition = arn.split(':').nth(1).unwrap_or("aws");
        return Ok(Cow::Owned(format!("arn:{partition}:iam::{account}:role/{role}")));
    };
    let not_a_role = || PrincipalError::NotARole(told.to_owned());
    let (service, owner, rest) = split(told).ok_or_else(not_a_role)?;
    let (_, name) = rest.rsplit_once('/').ok_or_else(not_a_role)?;
    if service != "iam" || !rest.starts_with("role/") {
        return Err(not_a_role());
    }
    if (owner, name) != (account, role) {
        return Err(PrincipalError::OfAnother { told: told.to_owned(), session: arn.to_owned() });
    }
    Ok(Cow::Borrowed(told))
}

/// Who issued a federated session. Somebody unknown is named by no policy.
fn issuer<'a>(session: &str, account: &str, hints: &Hints<'a>) -> Result<Issuer<'a>, PrincipalError> {
    let Some(arn) = hints.issuer_arn else { return Ok(Issuer::User { arn: "", id: "" }) };
    match split(arn) {
        Some((_, owner, _)) if owner != account => {
            Err(PrincipalError::OfAnother { told: arn.to_owned(), session: session.to_owned() })
        }
        Some(("iam", _, "root")) => Ok(Issuer::Root),
        Some(("iam", _, rest)) if rest.starts_with("user/") => Ok(Issuer::User { arn, id: "" }),
        _ => Err(PrincipalError::NotAnIssuer(arn.to_owned())),
    }
}

/// `AROA…` of `AROA…:session`, or `AIDA…`; nothing, if it is not known.
fn unique_id<'a>(hints: &Hints<'a>) -> &'a str {
    let id = hints.user_id.unwrap_or_default();
    let id = id.split(':').next().unwrap_or_default();
    if id.starts_with("AIDA") || id.starts_with("AROA") { id } else { "" }
}

/// The context keys that follow from who asks.
///
/// AWS: "AWS global condition context keys", Properties of the principal.
pub(crate) fn keys(caller: &Caller<'_>) -> Vec<(&'static str, String)> {
    let (r#type, arn, user) = match caller {
        Caller::Root { arn, .. } | Caller::RootSession { arn, .. } => ("Account", *arn, None),
        Caller::User { arn, .. } => ("User", *arn, arn.rsplit('/').next()),
        Caller::RoleSession { role_arn, .. } => ("AssumedRole", *role_arn, None),
        Caller::FederatedUser { arn, .. } => ("FederatedUser", *arn, None),
        Caller::FederatedIdentity { .. } | Caller::Service { .. } | Caller::Anonymous => return Vec::new(),
    };
    let account = caller.account().unwrap_or_default();
    let mut keys = vec![
        ("aws:PrincipalArn", arn.to_owned()),
        ("aws:PrincipalAccount", account.to_owned()),
        ("aws:PrincipalType", r#type.to_owned()),
        ("aws:PrincipalIsAWSService", "false".to_owned()),
    ];
    keys.extend(user.map(|user| ("aws:username", user.to_owned())));
    keys
}

/// Service, account and the rest of an ARN.
pub(crate) fn split(arn: &str) -> Option<(&str, &str, &str)> {
    let mut fields = arn.splitn(6, ':');
    let (prefix, partition, service, _region) =
        (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let (account, rest) = (fields.next()?, fields.next()?);
    let is_account =
        account.is_empty() || account.bytes().all(|byte| byte.is_ascii_digit()) || account == "aws";
    (prefix == "arn" && !partition.is_empty() && !rest.is_empty() && is_account)
        .then_some((service, account, rest))
}
