//! What must hold before an upstream is kept: no URL of it leads where nothing is reached.

use regent_broker::{Trust, Upstream, UpstreamKind};
use url::{Host, Url};

use super::check::{Findings, check_name, is_region};
use crate::rest::problem::Problem;
use crate::upstream::connect::{self, ConnectError};

const MAX_URL: usize = 2048;
const MAX_PEM: usize = 65_536;
/// What is said of authorities that are none.
pub(super) const NO_PEM: &str = "expected certificates in PEM, at most 64 KiB of them";

/// An upstream, whole.
pub(crate) fn upstream(upstream: &Upstream) -> Result<(), Problem> {
    let mut findings = Findings::default();
    check_name(&upstream.name, &mut findings);
    if ["embedded", "aws"].contains(&upstream.name.to_lowercase().as_str()) {
        findings.add("name", "reserved", "a built-in upstream has this name");
    }
    check_kind(upstream, &mut findings);
    match (upstream.tls, &upstream.ca_pem) {
        (Trust::CaPem, None) => {
            findings.fix("ca_pem", "required", "there is nobody to trust", "paste the certificates in PEM");
        }
        (Trust::System | Trust::InsecureLoopbackOnly, Some(_)) => {
            findings.add("ca_pem", "not_possible", "authorities are given only with `tls: ca_pem`");
        }
        (Trust::CaPem, Some(pem)) if !is_pem(pem) => findings.add("ca_pem", "malformed", NO_PEM),
        (Trust::CaPem, Some(_)) | (Trust::System | Trust::InsecureLoopbackOnly, None) => {}
    }
    for (name, url) in urls(upstream) {
        match Url::parse(url) {
            Ok(read) if name == "proxy" && has_user(&read) => findings.fix(
                name,
                "user_info",
                "the URL holds a user name or a password, which everybody would see who sees the upstream",
                "run a proxy on this machine that signs in to yours, and enter its address: http://127.0.0.1:3128",
            ),
            Ok(read) if url.len() <= MAX_URL && read.host().is_some() => {
                // A name could lead elsewhere tomorrow.
                if upstream.tls == Trust::InsecureLoopbackOnly && !is_loopback(&read) {
                    let detail = format!("`{url}` is not on this machine");
                    findings.fix(name, "not_reached", detail, "enter an address of 127.0.0.1, or use TLS");
                }
            }
            Ok(_) | Err(_) => findings.add(name, "malformed", format!("`{url}` is no URL of a server")),
        }
    }
    findings.settle()?;
    connect::check(upstream).map_err(|error| refused(upstream, &error))
}

fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Whether a text can be the certificates of authorities: one without any would trust nobody.
pub(super) fn is_pem(text: &str) -> bool {
    text.len() <= MAX_PEM && text.contains("-----BEGIN CERTIFICATE-----")
}

fn check_kind(upstream: &Upstream, findings: &mut Findings) {
    match upstream.kind {
        UpstreamKind::Embedded => {
            let fix = "use the upstream `upst_embedded`, which is always there";
            findings.fix("kind", "not_possible", "there is one embedded upstream", fix);
        }
        UpstreamKind::Aws => {
            let own = [("sts_url", &upstream.sts_url), ("iam_url", &upstream.iam_url)];
            for (name, _) in own.into_iter().filter(|(_, url)| url.is_some()) {
                let fix = "leave it out, or choose the kind custom";
                findings.fix(name, "not_possible", "AWS's endpoints follow from the region", fix);
            }
            if upstream.tls == Trust::InsecureLoopbackOnly {
                findings.add("tls", "not_possible", "AWS is reached over TLS alone");
            }
        }
        UpstreamKind::Custom => {
            if upstream.sts_url.is_none() {
                findings.fix("sts_url", "required", "there is nobody to ask", "enter the URL of its STS");
            }
            for (name, is_set) in [("fips", upstream.fips), ("dual_stack", upstream.dual_stack)] {
                if is_set {
                    findings.add(name, "not_possible", "only AWS has such endpoints");
                }
            }
        }
    }
    if upstream.sigv4_region.as_ref().is_some_and(|region| !is_region(region)) {
        findings.add("sigv4_region", "malformed", "expected a region such as us-east-1");
    }
}

fn urls(upstream: &Upstream) -> impl Iterator<Item = (&'static str, &str)> {
    let all = [
        ("sts_url", &upstream.sts_url),
        ("iam_url", &upstream.iam_url),
        ("signin_url", &upstream.signin_url),
        ("console_url", &upstream.console_url),
        ("proxy", &upstream.proxy),
    ];
    all.into_iter().filter_map(|(name, url)| Some((name, url.as_deref()?)))
}

/// Which member it is that leads where nothing is reached.
fn refused(upstream: &Upstream, error: &ConnectError) -> Problem {
    let without = |name: &str| {
        let mut rest = upstream.clone();
        match name {
            "iam_url" => rest.iam_url = None,
            "signin_url" => rest.signin_url = None,
            "proxy" => rest.proxy = None,
            _ => rest.ca_pem = None,
        }
        rest
    };
    let set = urls(upstream).map(|(name, _)| name).filter(|name| !["sts_url", "console_url"].contains(name));
    let cause = set.into_iter().find(|name| connect::check(&without(name)).is_ok());
    let by_default = match upstream.kind {
        UpstreamKind::Custom => "sts_url",
        UpstreamKind::Aws | UpstreamKind::Embedded => "ca_pem",
    };
    let name = match error {
        ConnectError::Client(_) => cause.unwrap_or("ca_pem"),
        ConnectError::Missing(_)
        | ConnectError::Url(_)
        | ConnectError::NoEndpoint { .. }
        | ConnectError::Guard(_) => cause.unwrap_or(by_default),
    };
    let mut findings = Findings::default();
    findings.add(name, "not_reached", error.to_string());
    findings.settle().err().unwrap_or_else(|| Problem::internal(error))
}

/// An address of a provider: `https`, or `http` on this machine, without what does not belong into it.
pub(crate) fn check_web_address(name: &str, text: &str, findings: &mut Findings) {
    if !is_web_address(text) {
        let detail = format!("`{text}` is no address that can be asked");
        findings.fix(name, "malformed", detail, "enter an `https` URL without user, query and fragment");
    }
}

/// Whether a text is such an address.
pub(crate) fn is_web_address(text: &str) -> bool {
    text.len() <= MAX_URL
        && Url::parse(text).is_ok_and(|url| {
            url.host().is_some()
                && (url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)))
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none()
        })
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
