use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::stored::Noun;

/// What holds for the whole broker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(default)]
pub struct Settings {
    /// Administrators may use every connector; each such use is recorded as `admin`.
    pub admins_use_all_connectors: bool,
    /// Credentials do not outlive the sign-in that earned them.
    pub cap_to_login: bool,
    /// A sign-in ends after so many minutes without a request.
    #[schema(minimum = 1, maximum = 1440)]
    pub idle_minutes: u32,
    /// A sign-in ends after so many hours.
    #[schema(minimum = 1, maximum = 720)]
    pub absolute_hours: u32,
    /// How often a caller may use a connector in a minute.
    #[schema(minimum = 1, maximum = 100_000)]
    pub issue_per_minute: u32,
    /// Where people reach this server: `https://regent.example.org`. Links and passkeys are bound to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_url: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            admins_use_all_connectors: true,
            cap_to_login: true,
            idle_minutes: 480,
            absolute_hours: 24,
            issue_per_minute: 30,
            external_url: None,
        }
    }
}

impl Settings {
    /// The id of the one record there is.
    pub const ID: &'static str = "set_broker";
}

impl Noun for Settings {
    const KIND: &'static str = "broker-settings";
    const PREFIX: &'static str = "set";

    fn name(&self) -> &'static str {
        "settings"
    }
}
