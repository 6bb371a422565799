//! What a broker of credentials decides: accounts, connectors, grants, and what follows from them.
//!
//! An *account* is where base credentials come from. A *connector* says what may be derived from an account, by whom,
//! how narrow and how long. A *grant* lets a group, a person or a system caller use a connector.
//!
//! Everything here is a pure function: nothing waits, reads a clock, draws chance or opens a socket. Who does those
//! things asks here first.

mod account;
mod partition;
mod principal_type;

pub use account::AccountKind;
pub use partition::{ParsePartitionError, Partition};
pub use principal_type::{PrincipalKind, PrincipalType};
