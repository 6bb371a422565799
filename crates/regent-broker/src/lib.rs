//! What a broker of credentials decides: accounts, connectors, grants, and what follows from them.
//!
//! An *account* is where base credentials come from. A *connector* says what may be derived from an account, by whom,
//! how narrow and how long. A *grant* lets a group, a person or a system caller use a connector.
//!
//! Everything here is plain data and pure functions: nothing waits, reads a clock, draws chance or opens a socket. Who
//! does those things asks here first.

mod account;
pub mod capability;
mod connector;
pub mod console;
pub mod gallery;
mod grant;
mod id;
mod identity_source;
mod login;
pub mod output;
mod partition;
mod person;
pub mod plan;
mod principal_type;
mod secret;
mod session_name;
mod settings;
pub mod snippet;
pub mod statement;
mod stored;
mod system_caller;
pub mod template;
mod upstream;

pub use account::{Account, AccountKind, AccountTerms, Health, Hop, Rotation, RotationStep};
pub use connector::{
    AccessMode, Connector, ConnectorTerms, ConsoleUse, Disabled, Network, RequireMfa, Scope, SessionTag,
};
pub use grant::{Conditions, Day, Grant, GrantEffect, Hours, Subject};
pub use id::{Id, ParseIdError};
pub use identity_source::{Claims, CreatePeople, IdentitySource, IdentitySourceTerms};
pub use login::{Login, LoginKind, Who};
pub use partition::{ParsePartitionError, Partition};
pub use person::{BrokerRole, ClaimedGroups, Group, Mapping, Origin, Passkey, Person, Status};
pub use principal_type::{PrincipalKind, PrincipalType};
pub use settings::Settings;
pub use stored::{Noun, Stored};
pub use system_caller::{JobToken, SystemAuth, SystemCaller};
pub use upstream::{Trust, Upstream, UpstreamKind};
pub use secret::Secret;
