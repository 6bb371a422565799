//! STS's operations and the functions that run them.

use regent_wire::Fault;
use regent_wire::protocol::Head;
use regent_wire::sts::Operation;

use super::dispatch::not_implemented;
use super::run::Run;
use crate::sts::authorization_message::decode_authorization_message;
use crate::sts::{assume_role, federation_token, identity, session_token};

pub(super) async fn dispatch(operation: Operation, run: Run<'_>) -> Result<Head, Fault> {
    match operation {
        Operation::AssumeRole => run.prepared(assume_role::prepare, assume_role::assume_role).await,
        Operation::DecodeAuthorizationMessage => run.read(decode_authorization_message),
        Operation::GetAccessKeyInfo => run.read(identity::get_access_key_info),
        Operation::GetCallerIdentity => run.read(identity::get_caller_identity),
        Operation::GetFederationToken => run.read(federation_token::get_federation_token),
        Operation::GetSessionToken => {
            run.prepared(session_token::prepare, session_token::get_session_token).await
        }
        Operation::AssumeRoleWithSAML
        | Operation::AssumeRoleWithWebIdentity
        | Operation::AssumeRoot
        | Operation::GetDelegatedAccessToken
        | Operation::GetWebIdentityToken => Err(not_implemented(operation.meta())),
    }
}
