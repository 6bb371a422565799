use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::stored::Noun;

/// An STS endpoint that connectors get credentials from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Upstream {
    /// Unique, 1 to 64 characters.
    #[schema(min_length = 1, max_length = 64)]
    pub name: String,
    /// What answers there.
    pub kind: UpstreamKind,
    /// Where STS answers; only for `custom`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sts_url: Option<String>,
    /// Where IAM answers, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iam_url: Option<String>,
    /// The federation endpoint for console sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signin_url: Option<String>,
    /// The console that a sign-in opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub console_url: Option<String>,
    /// Whom to trust.
    #[serde(default)]
    #[schema(default = Trust::default)]
    pub tls: Trust,
    /// The certificate authorities for `ca_pem`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 65_536)]
    pub ca_pem: Option<String>,
    /// An HTTP proxy for this upstream alone: `http://proxy.lan:3128`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// Names may lead to private addresses. Those of metadata services are never reached.
    #[serde(default)]
    #[schema(default = false)]
    pub allow_private: bool,
    /// The region that requests are signed for, where it is not the account's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sigv4_region: Option<String>,
    /// AWS's FIPS endpoints.
    #[serde(default)]
    #[schema(default = false)]
    pub fips: bool,
    /// AWS's dual-stack endpoints.
    #[serde(default)]
    #[schema(default = false)]
    pub dual_stack: bool,
}

impl Upstream {
    /// The id of Regent's own STS.
    pub const EMBEDDED: &'static str = "upst_embedded";
    /// The id of AWS.
    pub const AWS: &'static str = "upst_aws";
}

impl Noun for Upstream {
    const KIND: &'static str = "upstream";
    const PREFIX: &'static str = "upst";

    fn name(&self) -> &str {
        &self.name
    }
}

/// What answers at an upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UpstreamKind {
    /// Regent's own STS and IAM, in the process.
    Embedded,
    /// AWS, by region.
    Aws,
    /// Whatever speaks STS at the URL given.
    Custom,
}

/// Whom a TLS connection trusts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// The system's certificate authorities.
    #[default]
    System,
    /// Those given, and no others.
    CaPem,
    /// Plain HTTP, and only to this machine.
    InsecureLoopbackOnly,
}
