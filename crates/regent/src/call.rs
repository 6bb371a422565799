//! A call: one verified request on its way through the server, and the picture it sees from start to end.

use std::sync::Arc;

use regent_store::directory::{AccountView, Directory};
use regent_store::entity::UniqueId;
use regent_wire::Fault;

use crate::arn::Partition;
use crate::authz::context::Surroundings;
use crate::caller::Caller;
use crate::managed_policies::ManagedPolicies;
use crate::mint;
use crate::server::Server;

/// One verified request.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// The server it came to.
    pub(crate) server: &'a Arc<Server>,
    /// Who sent it.
    pub(crate) caller: &'a Caller,
    /// Everything there was when it came.
    pub(crate) directory: &'a Directory,
    /// When, from where, how.
    pub(crate) around: Surroundings<'a>,
}

impl<'a> Call<'a> {
    /// The caller's account.
    pub(crate) fn account(&self) -> Result<&'a AccountView, Fault> {
        self.directory
            .account(self.caller.account)
            .ok_or_else(|| Fault::bug("the caller's account is not there"))
    }

    /// Makes ARNs.
    pub(crate) fn arns(&self) -> &'a Partition {
        &self.server.partition
    }

    /// AWS's managed policies, to look into from a command.
    pub(crate) fn managed_policies(&self) -> Arc<ManagedPolicies> {
        Arc::clone(&self.server.managed_policies)
    }

    /// A new unique id in the caller's account.
    pub(crate) fn mint_id(&self, prefix: &str) -> Result<UniqueId, Fault> {
        mint::unique_id(prefix, self.caller.account).map_err(Fault::internal_failure)
    }

    /// When the request came, in seconds.
    pub(crate) fn now(&self) -> i64 {
        self.around.now
    }
}
