//! IAM's operations and the functions that run them.

use regent_wire::Fault;
use regent_wire::iam::Operation;
use regent_wire::protocol::Head;

use super::dispatch::not_implemented;
use super::run::Run;
use crate::iam::user;

pub(super) async fn dispatch(operation: Operation, run: Run<'_>) -> Result<Head, Fault> {
    match operation {
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
