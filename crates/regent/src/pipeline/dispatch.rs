//! From an operation to the function that runs it.

use regent_wire::Fault;
use regent_wire::fault::common;
use regent_wire::operation::OperationMeta;
use regent_wire::protocol::Head;

use super::route::Operation;
use super::run::Run;
use super::{iam, sts};

/// Runs an operation of a caller who is known.
pub(super) async fn dispatch(operation: Operation, run: Run<'_>) -> Result<Head, Fault> {
    match operation {
        Operation::Iam(operation) => iam::dispatch(operation, run).await,
        Operation::Sts(operation) => sts::dispatch(operation, run).await,
    }
}

/// The answer of an operation that Regent does not have yet: honest, and nothing a client would try again.
///
/// Which those are stands in `docs/gaps.md`, and the list only shrinks.
pub(super) fn not_implemented(operation: &OperationMeta) -> Fault {
    Fault::common(
        &common::NOT_IMPLEMENTED,
        format!(
            "{} is not implemented by this endpoint. It is on the published list of gaps.",
            operation.name
        ),
    )
}
