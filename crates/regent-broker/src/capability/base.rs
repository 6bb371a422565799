use super::refusal::{Field, Refusal, RefusalCode};
use crate::{AccountKind, PrincipalKind, PrincipalType};

/// Whether sessions of a type can be made from an account's credentials.
///
/// A principal that nobody has asked about yet is given the benefit of the doubt: the connection test asks.
pub fn check_base(
    principal_type: PrincipalType,
    account: AccountKind,
    principal: PrincipalKind,
) -> Result<(), Refusal> {
    let is_temporary = account.is_temporary() || principal.is_temporary();
    let refused = match principal_type {
        PrincipalType::AssumeRole => match principal {
            PrincipalKind::Root => Some((
                RefusalCode::RootCannotAssume,
                "the account's key is the root user's, and AWS lets no root user assume a role",
                "choose an account with an IAM user's access key or a role",
            )),
            PrincipalKind::Federated => Some((
                RefusalCode::NotPossible,
                "the account's credentials are a federated user's, and AWS lets no federated user assume a role",
                "choose an account with an IAM user's access key or a role",
            )),
            PrincipalKind::IamUser | PrincipalKind::Role | PrincipalKind::Unknown => None,
        },
        PrincipalType::FederatedUser => is_temporary.then_some((
            RefusalCode::NeedsLongTermKey,
            "`GetFederationToken` takes a long-term access key, and the account's credentials are temporary",
            "choose assume_role, or an account with an IAM user's access key",
        )),
        PrincipalType::IamUserSession => is_temporary.then_some((
            RefusalCode::NeedsLongTermKey,
            "`GetSessionToken` takes a long-term access key, and the account's credentials are temporary",
            "choose assume_role, or an account with an IAM user's access key",
        )),
        PrincipalType::Provided => (account != AccountKind::Ambient).then_some((
            RefusalCode::NeedsAmbient,
            "`provided` hands on the credentials of the host's role, and the account has others",
            "choose assume_role, or an account of kind ambient",
        )),
    };
    refused.map_or(Ok(()), |(code, text, fix)| Err(Refusal { field: Field::AccountId, code, text, fix }))
}
