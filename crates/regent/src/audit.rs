//! The audit trail: one CloudTrail-form record for every request, written before its answer leaves.

pub(crate) mod identity;
pub(crate) mod json;
pub(crate) mod record;
pub(crate) mod trail;
