//! Console sign-in: where it is, where it may lead, and what is sent.
//!
//! Signing in has two steps. The broker exchanges a session's credentials for a sign-in token at the federation endpoint
//! ([`ConsoleSite::federation_endpoint`]), and the person's browser opens a link that carries the token. Where the link
//! leads in the end is for the person to say, and so it is a stranger's text: [`ConsoleSite::destination`] lets through
//! what is a page of the console and nothing else.
//!
//! AWS: "Enable custom identity broker access to the AWS console".

use url::{Host, Url};

use crate::{Partition, Upstream};

mod destination;
mod service;

pub use destination::{DestinationError, Wanted};

/// Where people sign in to a console, and where that console is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleSite(Site);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Site {
    Aws(Hosts),
    Own { signin: Url, console: Url },
}

/// The hosts of a partition of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Hosts {
    partition: Partition,
    signin: &'static str,
    console: &'static str,
}

/// Why a console is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConsoleSiteError {
    /// Its hosts are not public, or its own server has to say.
    #[error(
        "where the console of `{0}` is must be said: give the upstream a `signin_url` and a `console_url`"
    )]
    NotKnown(Partition),
    /// Not an address of a console.
    #[error("`{0}` is no address of a console: expected `https://host/…`, or `http` on this machine")]
    NotAnAddress(String),
}

impl ConsoleSite {
    /// The console of a partition of AWS.
    pub fn of_aws(partition: Partition) -> Result<Self, ConsoleSiteError> {
        let (signin, console) = match partition {
            Partition::Aws => ("signin.aws.amazon.com", "console.aws.amazon.com"),
            Partition::AwsCn => ("signin.amazonaws.cn", "console.amazonaws.cn"),
            Partition::AwsUsGov => ("signin.amazonaws-us-gov.com", "console.amazonaws-us-gov.com"),
            Partition::AwsIso | Partition::AwsIsoB | Partition::Regent => {
                return Err(ConsoleSiteError::NotKnown(partition));
            }
        };
        Ok(Self(Site::Aws(Hosts { partition, signin, console })))
    }

    /// The console of AWS as an upstream's record says it, or else the partition's: that of some is not public.
    pub fn of_upstream(upstream: &Upstream, partition: Partition) -> Result<Self, ConsoleSiteError> {
        match (&upstream.signin_url, &upstream.console_url) {
            (Some(signin), Some(console)) => Self::own(signin, console),
            _ => Self::of_aws(partition),
        }
    }

    /// A console with addresses of its own: that of Regent, or of another server that speaks the same protocol.
    ///
    /// `signin` is the federation endpoint and `console` the page that a sign-in opens. Its pages are those of the same
    /// origin.
    pub fn own(signin: &str, console: &str) -> Result<Self, ConsoleSiteError> {
        Ok(Self(Site::Own { signin: address(signin)?, console: address(console)? }))
    }

    /// The federation endpoint, without a query. A Region picks its own where the partition has them.
    pub fn federation_endpoint(&self, region: Option<&str>) -> Result<Url, DestinationError> {
        match &self.0 {
            Site::Own { signin, .. } => Ok(signin.clone()),
            Site::Aws(hosts) => hosts.url(hosts.signin, region, "/federation"),
        }
    }
}

impl Hosts {
    /// An address on a host, which the Region precedes unless it is the partition's first.
    fn url(&self, host: &str, region: Option<&str>, path: &str) -> Result<Url, DestinationError> {
        let region = region.map(|region| self.region(region)).transpose()?;
        let address = match region.filter(|region| *region != self.partition.default_region()) {
            Some(region) => format!("https://{region}.{host}{path}"),
            None => format!("https://{host}{path}"),
        };
        Url::parse(&address).map_err(|_| DestinationError::Malformed)
    }

    /// The Region, if it can be one of the partition's.
    fn region<'a>(&self, region: &'a str) -> Result<&'a str, DestinationError> {
        if is_region(region) && partition_of(region) == self.partition {
            Ok(region)
        } else {
            Err(DestinationError::Region { region: region.to_owned(), partition: self.partition })
        }
    }
}

/// The partition that a Region belongs to, by its name.
fn partition_of(region: &str) -> Partition {
    let starts = [
        ("cn-", Partition::AwsCn),
        ("us-gov-", Partition::AwsUsGov),
        ("us-isob-", Partition::AwsIsoB),
        ("us-iso-", Partition::AwsIso),
    ];
    let found = starts.into_iter().find(|(start, _)| region.starts_with(start));
    found.map_or(Partition::Aws, |(_, partition)| partition)
}

/// Whether a text has the form of a Region's name: `eu-west-1`.
pub(crate) fn is_region(region: &str) -> bool {
    let mut parts: Vec<&str> = region.split('-').collect();
    let number = parts.pop().unwrap_or_default();
    let is_word =
        |part: &&str| (2..=12).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase());
    (1..=2).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && (2..=4).contains(&parts.len())
        && parts.iter().all(is_word)
}

/// An address that an administrator gave.
fn address(text: &str) -> Result<Url, ConsoleSiteError> {
    let not_an_address = || ConsoleSiteError::NotAnAddress(text.to_owned());
    let url = Url::parse(text).map_err(|_| not_an_address())?;
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return Err(not_an_address()),
    };
    let is_plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback);
    if is_plain && is_safe { Ok(url) } else { Err(not_an_address()) }
}
