//! IAM, as its client: how long a role may be taken, and the keys of the broker's own user.

use jiff::Timestamp;
use regent_wire::iam::{
    CreateAccessKeyRequest, DeleteAccessKeyRequest, EvaluationResult, GetRoleRequest, ListAccessKeysRequest,
    PolicyEvaluationDecisionType, SimulateCustomPolicyRequest, SimulatePrincipalPolicyRequest, StatusType,
    UpdateAccessKeyRequest, op,
};
use regent_wire::secret::SecretAccessKey;

use super::credentials::Credentials;
use super::error::CallError;
use super::retry::Repeat;
use super::{Answer, Endpoint, Upstream};

/// A key as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListedKey {
    /// The public half.
    pub(crate) access_key_id: String,
    /// Whether it may be used.
    pub(crate) is_active: bool,
    /// When it was made.
    pub(crate) created_at: Option<Timestamp>,
}

impl Upstream {
    /// The longest that a role may be taken for, in seconds, by its name without the path.
    pub(crate) async fn get_role_max_session_secs(
        &self,
        credentials: &Credentials,
        role_name: &str,
    ) -> Result<Answer<Option<i32>>, CallError> {
        let input = GetRoleRequest { role_name: role_name.to_owned() };
        let answer = self.call::<op::GetRole>(self.iam()?, credentials, &input, Repeat::Harmless).await?;
        answer.try_map(|output| Ok(output.role.max_session_duration))
    }

    /// The keys of a user; of whoever asks, if no name is given.
    ///
    /// One page is read: a user has two keys at most, and an upstream that allows hundreds is none to rotate keys at.
    pub(crate) async fn list_access_keys(
        &self,
        credentials: &Credentials,
        user_name: Option<&str>,
    ) -> Result<Answer<Vec<ListedKey>>, CallError> {
        let input = ListAccessKeysRequest { user_name: user_name.map(str::to_owned), ..Default::default() };
        let answer =
            self.call::<op::ListAccessKeys>(self.iam()?, credentials, &input, Repeat::Harmless).await?;
        answer.try_map(|output| {
            let keys = output.access_key_metadata.into_iter().filter_map(|key| {
                Some(ListedKey {
                    access_key_id: key.access_key_id?,
                    is_active: key.status == Some(StatusType::Active),
                    created_at: key.create_date.and_then(|at| Timestamp::from_second(at.seconds()).ok()),
                })
            });
            Ok(keys.collect())
        })
    }

    /// Makes a second key. Not repeated unless it surely was not done: a key whose secret nobody has would be left.
    pub(crate) async fn create_access_key(
        &self,
        credentials: &Credentials,
        user_name: Option<&str>,
    ) -> Result<Answer<Credentials>, CallError> {
        let input = CreateAccessKeyRequest { user_name: user_name.map(str::to_owned) };
        let answer =
            self.call::<op::CreateAccessKey>(self.iam()?, credentials, &input, Repeat::Harmful).await?;
        answer.try_map(|output| {
            let key = output.access_key;
            let secret = SecretAccessKey::new(key.secret_access_key.reveal().clone());
            Ok(Credentials::long_term(key.access_key_id, secret))
        })
    }

    /// Switches a key on or off.
    pub(crate) async fn update_access_key(
        &self,
        credentials: &Credentials,
        user_name: Option<&str>,
        access_key_id: &str,
        status: StatusType,
    ) -> Result<Answer<()>, CallError> {
        let input = UpdateAccessKeyRequest {
            user_name: user_name.map(str::to_owned),
            access_key_id: access_key_id.to_owned(),
            status,
        };
        self.call::<op::UpdateAccessKey>(self.iam()?, credentials, &input, Repeat::Harmless).await
    }

    /// Deletes a key. One that is gone already answers `NoSuchEntity`.
    pub(crate) async fn delete_access_key(
        &self,
        credentials: &Credentials,
        user_name: Option<&str>,
        access_key_id: &str,
    ) -> Result<Answer<()>, CallError> {
        let input = DeleteAccessKeyRequest {
            user_name: user_name.map(str::to_owned),
            access_key_id: access_key_id.to_owned(),
        };
        self.call::<op::DeleteAccessKey>(self.iam()?, credentials, &input, Repeat::Harmless).await
    }

    /// Whether a user's or a role's own policies allow an action on a resource.
    pub(crate) async fn simulate_principal_policy(
        &self,
        credentials: &Credentials,
        principal_arn: &str,
        (action, resource): (&str, &str),
    ) -> Result<Answer<PolicyEvaluationDecisionType>, CallError> {
        let input = SimulatePrincipalPolicyRequest {
            policy_source_arn: principal_arn.to_owned(),
            action_names: vec![action.to_owned()],
            resource_arns: Some(vec![resource.to_owned()]),
            ..Default::default()
        };
        let answer = self
            .call::<op::SimulatePrincipalPolicy>(self.iam()?, credentials, &input, Repeat::Harmless)
            .await?;
        answer.try_map(|output| decision(output.evaluation_results))
    }

    /// Whether a policy by itself allows an action on a resource.
    pub(crate) async fn simulate_custom_policy(
        &self,
        credentials: &Credentials,
        policy: &str,
        (action, resource): (&str, &str),
    ) -> Result<Answer<PolicyEvaluationDecisionType>, CallError> {
        let input = SimulateCustomPolicyRequest {
            policy_input_list: vec![policy.to_owned()],
            action_names: vec![action.to_owned()],
            resource_arns: Some(vec![resource.to_owned()]),
            ..Default::default()
        };
        let answer =
            self.call::<op::SimulateCustomPolicy>(self.iam()?, credentials, &input, Repeat::Harmless).await?;
        answer.try_map(|output| decision(output.evaluation_results))
    }

    fn iam(&self) -> Result<&Endpoint, CallError> {
        self.iam.as_ref().ok_or(CallError::NoIam)
    }
}

/// The one decision on the one action and the one resource.
fn decision(results: Option<Vec<EvaluationResult>>) -> Result<PolicyEvaluationDecisionType, CallError> {
    let only = results.into_iter().flatten().next();
    only.map(|result| result.eval_decision).ok_or(CallError::Incomplete("decision"))
}
