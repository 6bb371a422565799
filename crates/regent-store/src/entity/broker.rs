use std::borrow::Cow;
use std::sync::Arc;

use regent_broker::{
    Account, Connector, Group, IdentitySource, Login, Noun, Person, Settings, Stored, SystemCaller, Upstream,
};

use super::kind::{BodyError, read, write};

/// Any of the things the broker keeps. They belong to the deployment, not to an AWS account.
#[derive(Debug, Clone)]
pub enum BrokerEntity {
    /// An STS endpoint.
    Upstream(Arc<Stored<Upstream>>),
    /// Base credentials.
    Account(Arc<Stored<Account>>),
    /// A connector.
    Connector(Arc<Stored<Connector>>),
    /// Somebody who signs in.
    Person(Arc<Stored<Person>>),
    /// People who share grants.
    Group(Arc<Stored<Group>>),
    /// A build or an application.
    SystemCaller(Arc<Stored<SystemCaller>>),
    /// An OpenID provider.
    IdentitySource(Arc<Stored<IdentitySource>>),
    /// Somebody is signed in.
    Login(Arc<Stored<Login>>),
    /// What holds for the whole broker.
    Settings(Arc<Stored<Settings>>),
}

/// Calls a macro with every kind there is.
macro_rules! for_each_kind {
    ($call:ident) => {
        $call! {
            Upstream, Account, Connector, Person, Group, SystemCaller, IdentitySource, Login, Settings
        }
    };
}
pub(crate) use for_each_kind;

macro_rules! entity {
    ($($kind:ident),+) => {
        impl BrokerEntity {
            pub(super) fn kind(&self) -> &'static str {
                match self {
                    $( Self::$kind(_) => $kind::KIND, )+
                }
            }

            pub(super) fn key(&self) -> Cow<'_, str> {
                match self {
                    $( Self::$kind(stored) => Cow::Borrowed(stored.id.as_str()), )+
                }
            }

            pub(super) fn encode(&self) -> Result<String, BodyError> {
                match self {
                    $( Self::$kind(stored) => write($kind::KIND, stored), )+
                }
            }

            /// Reads a body back; none for a kind that is none of the broker's.
            pub(super) fn decode(kind: &str, body: &str) -> Result<Option<Self>, BodyError> {
                Ok(Some(match kind {
                    $( $kind::KIND => Self::$kind(read($kind::KIND, body)?), )+
                    _ => return Ok(None),
                }))
            }
        }

        $( impl From<Stored<$kind>> for BrokerEntity {
            fn from(stored: Stored<$kind>) -> Self {
                Self::$kind(Arc::new(stored))
            }
        } )+
    };
}

for_each_kind!(entity);
