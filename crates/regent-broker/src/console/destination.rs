//! Where a sign-in may lead.

use url::{Position, Url};

use super::{ConsoleSite, Hosts, Site, is_region, service};
use crate::Partition;

/// The longest destination, in bytes.
const MAX_BYTES: usize = 2_048;

/// The page that somebody wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// The console's home.
    Home,
    /// A service's page, by a short name: `ec2`, `s3`, `cfn`.
    Service(&'a str),
    /// A path of the console, `/ec2/home?region=eu-west-1`, or an address on one of its hosts.
    Page(&'a str),
}

/// Why a destination is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DestinationError {
    /// A service without a short name here.
    #[error("`{0}` is no service with a short name: give the path of its page, such as `/ec2/home`")]
    Service(String),
    /// Services have no pages there.
    #[error("this console has no pages of services: give a path")]
    NoServices,
    /// Not a Region of the partition.
    #[error("`{region}` is no Region of `{partition}`")]
    Region {
        /// What was given.
        region: String,
        /// The console's partition.
        partition: Partition,
    },
    /// Something that no address of a console has.
    #[error(
        "expected a path that begins with one `/`, or an `https` address of the console, of at most {MAX_BYTES} \
         printable ASCII characters without `\\`"
    )]
    Malformed,
    /// An address of somebody else.
    #[error("`{0}` is no host of this console")]
    Host(String),
}

impl ConsoleSite {
    /// The address of a page of this console, in a Region.
    ///
    /// What is let through is on a host of the console, over TLS (Regent's own may be without on the same machine),
    /// and is written so that no browser can read it as anything else. A path is taken as one of the console's.
    pub fn destination(&self, wanted: Wanted<'_>, region: Option<&str>) -> Result<Url, DestinationError> {
        match (&self.0, wanted) {
            (Site::Aws(hosts), Wanted::Home) => hosts.page("/console/home", region),
            (Site::Aws(hosts), Wanted::Service(name)) => {
                let path = service::path(name).ok_or_else(|| DestinationError::Service(name.to_owned()))?;
                hosts.page(path, region)
            }
            (Site::Aws(hosts), Wanted::Page(text)) if text.starts_with('/') => {
                on(&hosts.url(hosts.console, region, "/")?, text)
            }
            (Site::Aws(hosts), Wanted::Page(text)) => {
                let url = read(text)?;
                if url.scheme() == "https" && hosts.has(&url) { Ok(url) } else { Err(elsewhere(&url)) }
            }
            (Site::Own { console, .. }, Wanted::Home) => Ok(console.clone()),
            (Site::Own { .. }, Wanted::Service(_)) => Err(DestinationError::NoServices),
            (Site::Own { console, .. }, Wanted::Page(text)) if text.starts_with('/') => on(console, text),
            (Site::Own { console, .. }, Wanted::Page(text)) => {
                let url = read(text)?;
                if url.origin() == console.origin() { Ok(url) } else { Err(elsewhere(&url)) }
            }
        }
    }
}

impl Hosts {
    /// A page that also wants to hear of the Region.
    fn page(&self, path: &str, region: Option<&str>) -> Result<Url, DestinationError> {
        let mut url = self.url(self.console, region, path)?;
        if let Some(region) = region {
            url.query_pairs_mut().append_pair("region", region);
        }
        Ok(url)
    }

    /// Is it on the console's host, or on that of a Region?
    fn has(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let regional = host.strip_suffix(self.console).and_then(|before| before.strip_suffix('.'));
        url.port().is_none()
            && (host == self.console
                || regional.is_some_and(|region| is_region(region) && self.region(region).is_ok()))
    }
}

/// A path as an address on the host of another one.
fn on(base: &Url, path: &str) -> Result<Url, DestinationError> {
    if !is_written_plainly(path) || path.starts_with("//") {
        return Err(DestinationError::Malformed);
    }
    let url = base.join(path).map_err(|_| DestinationError::Malformed)?;
    if url.origin() == base.origin() { Ok(url) } else { Err(elsewhere(&url)) }
}

/// Reads an address that says what it means: its host is written as it is read, with nothing beside it but a port.
fn read(text: &str) -> Result<Url, DestinationError> {
    if !is_written_plainly(text) {
        return Err(DestinationError::Malformed);
    }
    let url = Url::parse(text).map_err(|_| DestinationError::Malformed)?;
    let start = &url[..Position::AfterPort];
    let is_as_written =
        text.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
    let is_web = matches!(url.scheme(), "https" | "http") && url.has_host();
    if is_as_written && is_web && url.username().is_empty() && url.password().is_none() {
        Ok(url)
    } else {
        Err(DestinationError::Malformed)
    }
}

/// Browsers drop some characters and read `\` as `/`; none of that is in a text of these.
fn is_written_plainly(text: &str) -> bool {
    text.len() <= MAX_BYTES && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

fn elsewhere(url: &Url) -> DestinationError {
    DestinationError::Host(url.host_str().unwrap_or_default().to_owned())
}
