//! How people and builds show who they are: passwords, one-time passwords, passkeys, OpenID providers, signed tokens.
//!
//! What is here judges what somebody shows and hands back plain values. It keeps no record, knows no route and opens no
//! session: that is what its callers do. So each kind can be tried alone, with every way to cheat as a row of a table.
//!
//! - Every answer of a stranger (a person, a browser, a provider) is bounded before it is read.
//! - What proves nothing is refused with a reason for the trail; what the person at the door is told is the caller's choice.

pub(crate) mod algorithm;
pub(crate) mod job_token;
pub(crate) mod key_set;
pub(crate) mod oidc;
pub mod passkey;
pub(crate) mod password;
pub(crate) mod remembered;
pub(crate) mod throttle;
pub(crate) mod ticket;
pub(crate) mod token;
pub(crate) mod totp;
pub(crate) mod web;

use regent_broker::Id;

use crate::upstream::single_flight::SingleFlight;
use oidc::OpenId;
use throttle::backoff::SignInThrottle;
use throttle::rate::RateLimit;
use ticket::Spent;
use web::Ways;

/// What a node keeps in mind of sign-ins.
#[derive(Debug)]
pub(crate) struct SignIn {
    /// What providers publish.
    pub(crate) openid: OpenId,
    /// The ways to them.
    pub(crate) ways: Ways,
    /// Who has failed lately.
    pub(crate) throttle: SignInThrottle,
    /// Which tickets were used.
    pub(crate) spent: Spent,
    /// How often strangers may ask for what costs something, by address.
    pub(crate) strangers: RateLimit,
    /// How often a device may ask whether it was let in, by its code.
    pub(crate) devices: RateLimit,
    /// How often a provider is asked about one person, by id.
    pub(crate) refreshes: RateLimit,
    /// About whom a provider is being asked, and whether it told anything.
    pub(crate) refreshing: SingleFlight<Id, bool>,
}

/// What a stranger may begin in a minute.
const STRANGERS_A_MINUTE: std::num::NonZeroU32 = std::num::NonZeroU32::new(60).expect("not zero");
/// How often a device may ask in a minute: it is told to wait five seconds.
const DEVICE_A_MINUTE: std::num::NonZeroU32 = std::num::NonZeroU32::new(20).expect("not zero");
/// How often a provider is asked about one person in a minute. It is not asked while what it told is fresh.
const REFRESHES_A_MINUTE: std::num::NonZeroU32 = std::num::NonZeroU32::new(2).expect("not zero");

impl Default for SignIn {
    fn default() -> Self {
        Self {
            openid: OpenId::default(),
            ways: Ways::default(),
            throttle: SignInThrottle::default(),
            spent: Spent::default(),
            strangers: RateLimit::per_minute(STRANGERS_A_MINUTE),
            devices: RateLimit::per_minute(DEVICE_A_MINUTE),
            refreshes: RateLimit::per_minute(REFRESHES_A_MINUTE),
            refreshing: SingleFlight::default(),
        }
    }
}
