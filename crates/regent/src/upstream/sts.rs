//! STS, as its client: who am I, and give me credentials that are less than mine.

use jiff::Timestamp;
use regent_wire::sts::{
    AssumeRoleRequest, GetCallerIdentityRequest, GetFederationTokenRequest, GetSessionTokenRequest, op,
};

use super::credentials::Credentials;
use super::error::CallError;
use super::retry::Repeat;
use super::{Answer, Upstream};

/// A session that an upstream opened.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// Its key.
    pub(crate) credentials: Credentials,
    /// When it ends.
    pub(crate) expires_at: Timestamp,
    /// The session's ARN, as policies and records see it; `GetSessionToken` tells none.
    pub(crate) arn: Option<String>,
    /// The id of the role or the federated user, with the session's name.
    pub(crate) id: Option<String>,
    /// How much of the space for policies and tags is used, in percent.
    pub(crate) packed_policy_percent: Option<i32>,
}

/// Who somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The account.
    pub(crate) account: String,
    /// The principal's ARN.
    pub(crate) arn: String,
    /// The principal's unique id.
    pub(crate) user_id: String,
}

impl Upstream {
    /// Asks who the credentials are.
    pub(crate) async fn get_caller_identity(
        &self,
        credentials: &Credentials,
    ) -> Result<Answer<Identity>, CallError> {
        let input = GetCallerIdentityRequest {};
        let answer =
            self.call::<op::GetCallerIdentity>(&self.sts, credentials, &input, Repeat::Harmless).await?;
        answer.try_map(|output| {
            Ok(Identity {
                account: output.account.ok_or(CallError::Incomplete("account"))?,
                arn: output.arn.ok_or(CallError::Incomplete("ARN"))?,
                user_id: output.user_id.ok_or(CallError::Incomplete("user id"))?,
            })
        })
    }

    /// Takes a role.
    pub(crate) async fn assume_role(
        &self,
        credentials: &Credentials,
        input: &AssumeRoleRequest,
    ) -> Result<Answer<Session>, CallError> {
        let answer = self.call::<op::AssumeRole>(&self.sts, credentials, input, Repeat::Harmless).await?;
        answer.try_map(|output| {
            let (arn, id) = output.assumed_role_user.map(|user| (user.arn, user.assumed_role_id)).unzip();
            Ok(Session {
                arn,
                id,
                packed_policy_percent: output.packed_policy_size,
                ..session(output.credentials)?
            })
        })
    }

    /// Opens a session for a federated user.
    pub(crate) async fn get_federation_token(
        &self,
        credentials: &Credentials,
        input: &GetFederationTokenRequest,
    ) -> Result<Answer<Session>, CallError> {
        let answer =
            self.call::<op::GetFederationToken>(&self.sts, credentials, input, Repeat::Harmless).await?;
        answer.try_map(|output| {
            let (arn, id) = output.federated_user.map(|user| (user.arn, user.federated_user_id)).unzip();
            Ok(Session {
                arn,
                id,
                packed_policy_percent: output.packed_policy_size,
                ..session(output.credentials)?
            })
        })
    }

    /// Opens a session for the key's own user.
    pub(crate) async fn get_session_token(
        &self,
        credentials: &Credentials,
        input: &GetSessionTokenRequest,
    ) -> Result<Answer<Session>, CallError> {
        let answer =
            self.call::<op::GetSessionToken>(&self.sts, credentials, input, Repeat::Harmless).await?;
        answer.try_map(|output| session(output.credentials))
    }
}

fn session(given: Option<regent_wire::sts::Credentials>) -> Result<Session, CallError> {
    let credentials = Credentials::from(given.ok_or(CallError::Incomplete("credentials"))?);
    let expires_at = credentials.expires_at.ok_or(CallError::Incomplete("expiration"))?;
    Ok(Session { credentials, expires_at, arn: None, id: None, packed_policy_percent: None })
}
