//! IAM's operations and the functions that run them.

use regent_wire::Fault;
use regent_wire::iam::Operation;
use regent_wire::protocol::Head;

use super::dispatch::not_implemented;
use super::run::Run;
use crate::iam::{access_key, user};

pub(super) async fn dispatch(operation: Operation, run: Run<'_>) -> Result<Head, Fault> {
    match operation {
        Operation::CreateAccessKey => run.write(access_key::create_access_key).await,
        Operation::DeleteAccessKey => run.write(access_key::delete_access_key).await,
        Operation::GetAccessKeyLastUsed => run.read(access_key::get_access_key_last_used),
        Operation::ListAccessKeys => run.read(access_key::list_access_keys),
        Operation::UpdateAccessKey => run.write(access_key::update_access_key).await,
        Operation::CreateUser => run.write(user::create_user).await,
        Operation::DeleteUser => run.write(user::delete_user).await,
        Operation::GetUser => run.read(user::get_user),
        Operation::ListUserTags => run.read(user::list_user_tags),
        Operation::ListUsers => run.read(user::list_users),
        Operation::TagUser => run.write(user::tag_user).await,
        Operation::UntagUser => run.write(user::untag_user).await,
        Operation::UpdateUser => run.write(user::update_user).await,
        _ => Err(not_implemented(operation.meta())),
    }
}
