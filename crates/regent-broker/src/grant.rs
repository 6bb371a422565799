use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::Id;

/// Lets somebody use a connector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Its id; made by the server.
    pub id: Id,
    /// Who.
    pub subject: Subject,
    /// To do what.
    #[serde(default)]
    pub effect: GrantEffect,
    /// Under which conditions.
    #[serde(default)]
    pub conditions: Conditions,
    /// Until when, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}

/// Whom a grant is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Everybody in a group.
    Group(Id),
    /// One person.
    User(Id),
    /// One system caller.
    SystemCaller(Id),
}

impl Subject {
    /// Whose id it is.
    pub fn id(&self) -> &Id {
        match self {
            Self::Group(id) | Self::User(id) | Self::SystemCaller(id) => id,
        }
    }
}

/// What a grant lets somebody do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantEffect {
    /// Use it.
    #[default]
    Use,
    /// Ask for it.
    Request,
    /// Approve what others ask for.
    Approve,
}

/// Under which conditions a grant counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// From which networks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cidrs: Vec<String>,
    /// With a second factor no older than so many minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1440)]
    pub mfa_minutes: Option<u32>,
}

/// Hours of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// On which days.
    pub days: Vec<Day>,
    /// From when on: `08:00`.
    pub from: String,
    /// Until when, this minute no longer: `18:00`. Before `from` it is the next day's.
    pub to: String,
    /// Where: `Europe/Berlin`.
    pub timezone: String,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    /// Monday
    Mon,
    /// Tuesday
    Tue,
    /// Wednesday
    Wed,
    /// Thursday
    Thu,
    /// Friday
    Fri,
    /// Saturday
    Sat,
    /// Sunday
    Sun,
}
