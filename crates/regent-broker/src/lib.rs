//! What a broker of credentials decides: accounts, connectors, grants, and what follows from them.
//!
//! An *account* is where base credentials come from. A *connector* says what may be derived from an account, by whom,
//! how narrow and how long. A *grant* lets a group, a person or a system caller use a connector.
//!
//! Everything here is plain data and pure functions: nothing waits, reads a clock, draws chance or opens a socket. Who
//! does those things asks here first.
//!
//! Issuing goes through the modules in this order. [`capability`] refuses, when a connector is saved, what its type
//! cannot have. [`plan`] says how long a session lasts, and which bound decided. [`template`] makes the session's name,
//! its tags and its policy for one person, and lets no value widen anything. [`upstream_error`] understands an upstream
//! that says no, and [`output`] writes what was issued for whoever reads it.
//!
//! ```
//! use regent_broker::plan::{Base, Terms, plan};
//! use regent_broker::{PrincipalKind, PrincipalType};
//!
//! // Four hours of a role, from the credentials that a host has of its own role.
//! let base = Base { kind: PrincipalKind::Role, is_temporary: true, ..Base::default() };
//! let terms = Terms { requested: Some(4 * 3600), ..Terms::new(PrincipalType::AssumeRole, base) };
//!
//! let plan = plan(&terms)?;
//! assert_eq!(plan.seconds, 3600);
//! assert_eq!(
//!     plan.warnings[0].text,
//!     "1 hour instead of 4 hours: the base credentials are temporary, and AWS allows 1 hour then",
//! );
//! # Ok::<(), regent_broker::plan::PlanError>(())
//! ```

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
mod session_arn;
mod session_name;
mod settings;
pub mod snippet;
pub mod statement;
mod stored;
mod system_caller;
pub mod template;
mod upstream;
pub mod upstream_error;

pub use account::{Account, AccountKind, AccountTerms, CutOff, Health, Hop, Rotation, RotationStep};
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
pub use secret::Secret;
pub use settings::Settings;
pub use stored::{Noun, Stored};
pub use system_caller::{JobToken, SystemAuth, SystemCaller};
pub use upstream::{Trust, Upstream, UpstreamKind};
