//! What values look like.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::console::is_region;

/// What the values of a blank look like.
///
/// A name and not a regular expression: what a value may be is decided here, so that an entry of somebody's own cannot
/// let a wildcard or a policy variable through where a name is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// An AWS account's number.
    Account,
    /// A partition, as ARNs write it.
    Partition,
    /// A Region.
    Region,
    /// A name without slashes.
    Name,
    /// A name, or a path and a name, without a slash at either end.
    Path,
    /// An S3 bucket's name.
    Bucket,
    /// A log group's name, or how it begins.
    LogGroup,
    /// An address or a CIDR block.
    Network,
    /// A principal: the ARN of an account's root, of a user or of a role.
    Principal,
    /// The ARN of a connection, of CodeConnections or by the older name.
    Connection,
    /// What a connection is used for: `read_only` or `read_write`.
    ConnectionPermissions,
    /// An external id.
    ExternalId,
    /// A source identity, in which `*` and `?` are wildcards. The one pattern that takes them.
    Wildcard,
}

impl Pattern {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Account,
        Self::Partition,
        Self::Region,
        Self::Name,
        Self::Path,
        Self::Bucket,
        Self::LogGroup,
        Self::Network,
        Self::Principal,
        Self::Connection,
        Self::ConnectionPermissions,
        Self::ExternalId,
        Self::Wildcard,
    ];

    /// The same as a regular expression, for the input fields of a page. It takes whatever [`Self::takes`] takes, and
    /// here and there a little more.
    pub const fn regex(self) -> &'static str {
        match self {
            Self::Account => "[0-9]{12}",
            Self::Partition => "[a-z]+(-[a-z]+)*",
            Self::Region => "[a-z]+(-[a-z]+)+-[0-9]{1,2}",
            Self::Name => "[A-Za-z0-9_+=,.@\\-]{1,128}",
            Self::Path => "[A-Za-z0-9_+=,.@\\-]+(/[A-Za-z0-9_+=,.@\\-]+)*",
            Self::Bucket => "[a-z0-9][a-z0-9.\\-]{1,61}[a-z0-9]",
            Self::LogGroup => "[A-Za-z0-9_.#/\\-]{1,512}",
            Self::Network => "[0-9A-Fa-f.:]+(/[0-9]{1,3})?",
            Self::Principal => "arn:[a-z\\-]+:iam::[0-9]{12}:(root|(user|role)/[A-Za-z0-9_+=,.@/\\-]+)",
            Self::Connection => {
                "arn:[a-z\\-]+:(codeconnections|codestar-connections):[a-z0-9\\-]+:[0-9]{12}:connection/[A-Za-z0-9\\-]+"
            }
            Self::ConnectionPermissions => "read_only|read_write",
            Self::ExternalId => "[A-Za-z0-9_+=,.@:/\\-]{2,1224}",
            Self::Wildcard => "[A-Za-z0-9_+=,.@*?\\-]{1,64}",
        }
    }

    /// What is expected, for whoever wrote something else.
    pub const fn expected(self) -> &'static str {
        match self {
            Self::Account => "12 digits",
            Self::Partition => "a partition such as `aws` or `aws-cn`",
            Self::Region => "a Region such as `eu-west-1`",
            Self::Name => "1 to 128 letters, digits and `_+=,.@-`",
            Self::Path => "a name, or names with `/` between, of letters, digits and `_+=,.@-`",
            Self::Bucket => "a bucket's name: 3 to 63 small letters, digits, `.` and `-`",
            Self::LogGroup => "1 to 512 letters, digits and `_.#/-`",
            Self::Network => "an address or a CIDR block such as `203.0.113.0/24`",
            Self::Principal => "the ARN of an account's root, of a user or of a role",
            Self::Connection => "the ARN of a connection",
            Self::ConnectionPermissions => "`read_only` or `read_write`",
            Self::ExternalId => "2 to 1,224 letters, digits and `_+=,.@:/-`",
            Self::Wildcard => "1 to 64 letters, digits and `_+=,.@-`, and `*` and `?`",
        }
    }

    /// Whether a value looks like that.
    pub fn takes(self, value: &str) -> bool {
        match self {
            Self::Account => is_account(value),
            Self::Partition => is_partition(value),
            Self::Region => is_region(value),
            Self::Name => is_of(value, 1..=128, is_name_byte),
            Self::Path => is_path(value),
            Self::Bucket => is_bucket(value),
            Self::LogGroup => is_of(value, 1..=512, |byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'#' | b'/' | b'-')
            }),
            Self::Network => is_network(value),
            Self::Principal => is_principal(value),
            Self::Connection => is_connection(value),
            Self::ConnectionPermissions => matches!(value, "read_only" | "read_write"),
            Self::ExternalId => {
                is_of(value, 2..=1224, |byte| is_name_byte(byte) || matches!(byte, b':' | b'/'))
            }
            Self::Wildcard => is_of(value, 1..=64, |byte| is_name_byte(byte) || matches!(byte, b'*' | b'?')),
        }
    }
}

fn is_of(value: &str, lengths: std::ops::RangeInclusive<usize>, is_taken: impl Fn(u8) -> bool) -> bool {
    lengths.contains(&value.len()) && value.bytes().all(is_taken)
}

/// What names of IAM are made of.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'=' | b',' | b'.' | b'@' | b'-')
}

fn is_account(value: &str) -> bool {
    is_of(value, 12..=12, |byte| byte.is_ascii_digit())
}

fn is_partition(value: &str) -> bool {
    let is_part = |part: &str| is_of(part, 1..=16, |byte| byte.is_ascii_lowercase());
    value.len() <= 32 && value.split('-').all(is_part)
}

fn is_path(value: &str) -> bool {
    value.len() <= 512 && value.split('/').all(|part| is_of(part, 1..=512, is_name_byte))
}

fn is_bucket(value: &str) -> bool {
    let is_end =
        |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    is_end(value.bytes().next())
        && is_end(value.bytes().next_back())
        && is_of(value, 3..=63, |byte| is_end(Some(byte)) || matches!(byte, b'.' | b'-'))
}

fn is_network(value: &str) -> bool {
    value.parse::<IpNet>().is_ok() || value.parse::<std::net::IpAddr>().is_ok()
}

/// Splits an ARN into its partition, service, Region, account and the rest.
fn fields(arn: &str) -> Option<[&str; 5]> {
    let mut fields = arn.strip_prefix("arn:")?.splitn(5, ':');
    Some([fields.next()?, fields.next()?, fields.next()?, fields.next()?, fields.next()?])
}

fn is_principal(value: &str) -> bool {
    let Some([partition, "iam", "", account, rest]) = fields(value) else { return false };
    let named = rest.strip_prefix("user/").or_else(|| rest.strip_prefix("role/"));
    is_partition(partition) && is_account(account) && (rest == "root" || named.is_some_and(is_path))
}

fn is_connection(value: &str) -> bool {
    let Some([partition, "codeconnections" | "codestar-connections", region, account, rest]) = fields(value)
    else {
        return false;
    };
    let is_id = |id: &str| is_of(id, 1..=64, |byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_partition(partition)
        && is_region(region)
        && is_account(account)
        && rest.strip_prefix("connection/").is_some_and(is_id)
}
