//! One question to the engine.

use crate::action::Action;
use crate::caller::Caller;
use crate::context::Context;
use crate::resource::Resource;

/// One question: may this caller do this to this resource, in this context?
///
/// An operation that touches several resources, or needs several actions, is several questions; all must be
/// answered with yes, and the first no is the one to report.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Who asks.
    pub caller: Caller<'a>,
    /// What for.
    pub action: &'a Action<'a>,
    /// On what.
    pub resource: &'a Resource<'a>,
    /// The account that owns the resource. For the resource `*` that is the caller's own. An unknown owner is
    /// somebody else, and then both sides must allow.
    pub resource_account: Option<&'a str>,
    /// The condition keys, complete: the engine adds none.
    pub context: &'a Context<'a>,
    /// The id that S3 knows the caller's account by, where the service has such ids.
    pub canonical_user: Option<&'a str>,
}

impl Request<'_> {
    /// Is the resource in the caller's own account? Callers without an account have none of their own.
    pub(crate) fn is_same_account(&self) -> bool {
        self.caller.account().is_some_and(|account| self.resource_account == Some(account))
    }
}
