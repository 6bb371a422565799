//! The request context: which condition keys a request has, and from what they are filled.
//!
//! Only documented inputs flow in. No header sets a key of its name.

use regent_policy::{Context, Key};
use regent_store::entity::{Seconds, Tag};

use crate::caller::{Caller, Principal};
use crate::time;

macro_rules! keys {
    ($($name:ident = $text:literal),+ $(,)?) => { $( pub(crate) const $name: Key<'static> = Key::known($text); )+ };
}

keys! {
    CURRENT_TIME = "aws:CurrentTime",
    EPOCH_TIME = "aws:EpochTime",
    MFA_AGE = "aws:MultiFactorAuthAge",
    MFA_PRESENT = "aws:MultiFactorAuthPresent",
    PRINCIPAL_ACCOUNT = "aws:PrincipalAccount",
    PRINCIPAL_ARN = "aws:PrincipalArn",
    PRINCIPAL_IS_AWS_SERVICE = "aws:PrincipalIsAWSService",
    PRINCIPAL_TYPE = "aws:PrincipalType",
    REFERER = "aws:referer",
    REQUESTED_REGION = "aws:RequestedRegion",
    RESOURCE_ACCOUNT = "aws:ResourceAccount",
    SECURE_TRANSPORT = "aws:SecureTransport",
    SOURCE_IDENTITY = "aws:SourceIdentity",
    SOURCE_IP = "aws:SourceIp",
    TAG_KEYS = "aws:TagKeys",
    TOKEN_ISSUE_TIME = "aws:TokenIssueTime",
    USER_AGENT = "aws:UserAgent",
    USER_ID = "aws:userid",
    USERNAME = "aws:username",
    VIA_AWS_SERVICE = "aws:ViaAWSService",
    IAM_ASSOCIATED_RESOURCE_ARN = "iam:AssociatedResourceArn",
    IAM_PASSED_TO_SERVICE = "iam:PassedToService",
    IAM_PERMISSIONS_BOUNDARY = "iam:PermissionsBoundary",
    IAM_POLICY_ARN = "iam:PolicyARN",
    STS_EXTERNAL_ID = "sts:ExternalId",
    STS_ROLE_SESSION_NAME = "sts:RoleSessionName",
    STS_SOURCE_IDENTITY = "sts:SourceIdentity",
    STS_TRANSITIVE_TAG_KEYS = "sts:TransitiveTagKeys",
}

/// What the server knows of a request besides its input.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings<'a> {
    /// When it came.
    pub(crate) now: Seconds,
    /// From where.
    pub(crate) source_ip: &'a str,
    /// Whether the connection was encrypted.
    pub(crate) is_secure: bool,
    /// `User-Agent`
    pub(crate) user_agent: Option<&'a str>,
    /// `Referer`
    pub(crate) referer: Option<&'a str>,
    /// The region the request was signed for, or the deployment's.
    pub(crate) region: &'a str,
}

/// The texts of the keys that every request has, kept while the context borrows them.
#[derive(Debug)]
pub(crate) struct Texts {
    account: regent_store::entity::Digits,
    current_time: [u8; 20],
    epoch_time: String,
    token_issue_time: Option<[u8; 20]>,
    mfa_age: Option<String>,
    principal_tags: Vec<(String, Box<str>)>,
}

impl Texts {
    /// Writes them down for one request.
    pub(crate) fn new(caller: &Caller, around: &Surroundings<'_>) -> Self {
        let session = caller.session.as_deref().map(|open| &open.session);
        let mfa = session.and_then(|session| session.mfa);
        Self {
            account: caller.account.digits(),
            current_time: time::iso(around.now),
            epoch_time: around.now.to_string(),
            token_issue_time: session.map(|session| time::iso(session.issued)),
            mfa_age: mfa.map(|since| (around.now - since).max(0).to_string()),
            principal_tags: principal_tags(caller),
        }
    }

    /// Sets every key of the caller and of the request itself.
    pub(crate) fn fill<'a>(
        &'a self,
        context: &mut Context<'a>,
        caller: &'a Caller,
        around: &'a Surroundings<'a>,
    ) {
        context.set(PRINCIPAL_ARN, caller.principal_arn());
        context.set(PRINCIPAL_ACCOUNT, self.account.as_str());
        context.set(PRINCIPAL_TYPE, caller.principal_type());
        context.set(PRINCIPAL_IS_AWS_SERVICE, "false");
        context.set(USER_ID, &caller.user_id);
        if let Some(user) = caller.user() {
            context.set(USERNAME, &user.name);
        }
        for (key, value) in &self.principal_tags {
            context.set(key.as_str(), value);
        }
        if let Some(issued) = &self.token_issue_time {
            context.set(TOKEN_ISSUE_TIME, ascii(issued));
            context.set(MFA_PRESENT, if self.mfa_age.is_some() { "true" } else { "false" });
        }
        if let Some(age) = &self.mfa_age {
            context.set(MFA_AGE, age);
        }
        let source_identity =
            caller.session.as_deref().and_then(|open| open.session.source_identity.as_deref());
        if let Some(identity) = source_identity {
            context.set(SOURCE_IDENTITY, identity);
        }
        context.set(CURRENT_TIME, ascii(&self.current_time));
        context.set(EPOCH_TIME, &self.epoch_time);
        context.set(SOURCE_IP, around.source_ip);
        context.set(SECURE_TRANSPORT, if around.is_secure { "true" } else { "false" });
        context.set(VIA_AWS_SERVICE, "false");
        context.set(REQUESTED_REGION, around.region);
        if let Some(agent) = around.user_agent {
            context.set(USER_AGENT, agent);
        }
        if let Some(referer) = around.referer {
            context.set(REFERER, referer);
        }
    }
}

/// `aws:PrincipalTag/…`: the tags of the user or role, and over them those of the session.
fn principal_tags(caller: &Caller) -> Vec<(String, Box<str>)> {
    let own: &[Tag] = match &caller.principal {
        Principal::User(user) | Principal::Federated(Some(user)) => &user.tags,
        Principal::Role(role) => &role.tags,
        Principal::Root | Principal::Federated(None) => &[],
    };
    let session = caller.session.as_deref().map_or(&[][..], |open| &open.session.tags);
    let key = |tag: &Tag| format!("aws:PrincipalTag/{}", tag.key);
    // A key set twice holds the later value, whatever its case.
    let own = own.iter().map(|tag| (key(tag), tag.value.clone()));
    own.chain(session.iter().map(|tag| (key(&tag.tag), tag.tag.value.clone()))).collect()
}

fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}
