//! Settings to configuration: defaults filled in, contradictions refused.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use regent_store::directory::KeyId;

use super::{AuditConfig, Config, Settings, Storage};
use crate::broker::check_upstream::is_web_address;

/// Why the settings cannot be used; each says what to do instead.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("cannot read the configuration file `{}`", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file is not TOML, or has a key or value that does not belong there.
    #[error("the configuration file `{}` is not valid", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where, and what was expected.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// Two settings that exclude each other.
    #[error("`{0}` and `{1}` exclude each other: give one of them")]
    Contradiction(&'static str, &'static str),
    /// One of a pair is missing.
    #[error("`{given}` needs `{missing}` as well")]
    Incomplete {
        /// What was given.
        given: &'static str,
        /// What it needs.
        missing: &'static str,
    },
    /// A value outside its domain.
    #[error("`{key}` is `{value}`, but it must be {expected}")]
    Invalid {
        /// The setting.
        key: &'static str,
        /// What was given.
        value: String,
        /// What is accepted.
        expected: &'static str,
    },
    /// A number below its least.
    #[error("`{key}` is `{value}`, but it must be at least {least}")]
    TooSmall {
        /// The setting.
        key: &'static str,
        /// What was given.
        value: String,
        /// The smallest that is accepted.
        least: String,
    },
    /// A number below its most.
    #[error("`{key}` is `{value}`, but it must be at most {most}")]
    TooLarge {
        /// The setting.
        key: &'static str,
        /// What was given.
        value: String,
        /// The largest that is accepted.
        most: String,
    },
    /// Plain HTTP beyond this machine, without having said so.
    #[error(
        "plain HTTP on `{0}` would send secrets over the network: give `tls-cert` and `tls-key`, \
         or `allow-plaintext` if something in front of Regent ends TLS"
    )]
    Plaintext(SocketAddr),
}

const DEFAULT_PORT: u16 = 4599;
const DEFAULT_DATA_DIR: &str = ".data";
const A_DAY_SECS: u64 = 86_400;

impl Config {
    /// Fills in every default and refuses what contradicts itself. `given` wins over `file`.
    pub fn resolve(given: Settings, file: Settings) -> Result<Self, ConfigError> {
        let settings = overlay(given, file);
        let listen = settings.listen.unwrap_or((Ipv4Addr::LOCALHOST, DEFAULT_PORT).into());
        let tls = pair(settings.tls_cert.clone(), settings.tls_key.clone(), "tls-cert", "tls-key")?;
        if tls.is_none() && !listen.ip().is_loopback() && settings.allow_plaintext != Some(true) {
            return Err(ConfigError::Plaintext(listen));
        }
        let storage = storage(&settings)?;
        let data = match &storage {
            Storage::Ephemeral => None,
            Storage::Embedded(data) | Storage::Postgres { data, .. } => Some(data.clone()),
        };
        Ok(Self {
            listen,
            tls,
            account_id: settings.account_id.as_deref().map(account_id).transpose()?,
            partition: settings.partition.map_or_else(|| Ok("aws".to_owned()), partition)?,
            external_url: settings.external_url.map(external_url).transpose()?,
            trusted_proxies: settings
                .trusted_proxies
                .unwrap_or_default()
                .iter()
                .filter(|text| !text.trim().is_empty())
                .map(|text| trusted_proxy(text))
                .collect::<Result<_, _>>()?,
            managed_policies_file: settings.managed_policies_file,
            region: settings.region.map_or_else(|| Ok("us-east-1".to_owned()), region)?,
            allowed_regions: settings.allowed_regions.unwrap_or_default(),
            master_key_file: settings.master_key_file.or_else(|| Some(data.as_ref()?.join("master.key"))),
            audit: AuditConfig {
                dir: settings.audit_dir.or_else(|| Some(data.as_ref()?.join("audit"))),
                rotate_bytes: within(
                    settings.audit_rotate_bytes,
                    128 << 20,
                    4096..=1 << 40,
                    "audit-rotate-bytes",
                )?,
                keep_files: settings.audit_keep_files.unwrap_or(0),
            },
            console_destinations: settings
                .console_destinations
                .unwrap_or_default()
                .into_iter()
                .map(console_destination)
                .collect::<Result<_, _>>()?,
            ambient_credentials: settings.ambient_credentials.unwrap_or(false),
            audit_chain_age: Some(within(settings.audit_chain_days, 90, 0..=36_500, "audit-chain-days")?)
                .filter(|count| *count > 0)
                .map(days),
            audit_chain_file: settings.audit_chain_file,
            session_key_age: days(within(settings.session_key_days, 30, 1..=3650, "session-key-days")?),
            encoded_denials: settings.encoded_denials.unwrap_or(false),
            max_staleness: secs(within(
                settings.max_staleness_secs,
                60,
                1..=u32::MAX.into(),
                "max-staleness-secs",
            )?),
            poll: Duration::from_millis(within(settings.poll_millis, 250, 10..=3_600_000, "poll-millis")?),
            body_limit_bytes: within(settings.body_limit_bytes, 1 << 20, 8192..=1 << 30, "body-limit-bytes")?,
            header_limit_bytes: within(
                settings.header_limit_bytes,
                64 << 10,
                8192..=16 << 20,
                "header-limit-bytes",
            )?,
            connection_limit: within(settings.connection_limit, 4096, 1..=1 << 20, "connection-limit")?,
            client_patience: secs(within(
                settings.client_patience_secs,
                10,
                1..=A_DAY_SECS,
                "client-patience-secs",
            )?),
            drain: secs(within(settings.drain_secs, 10, 0..=A_DAY_SECS, "drain-secs")?),
            root_access_key: pair(
                settings.root_access_key_id,
                settings.root_secret_access_key,
                "root-access-key-id",
                "root-secret-access-key",
            )?
            .map(root_access_key)
            .transpose()?,
            storage,
        })
    }
}

/// Takes each setting from `upper` where it is given there, else from `lower`.
fn overlay(upper: Settings, lower: Settings) -> Settings {
    macro_rules! first {
        ($($field:ident),+ $(,)?) => { Settings { $($field: upper.$field.or(lower.$field)),+ } };
    }
    first!(
        listen,
        data,
        ephemeral,
        database_url,
        account_id,
        config,
        tls_cert,
        tls_key,
        allow_plaintext,
        external_url,
        trusted_proxies,
        region,
        partition,
        allowed_regions,
        master_key_file,
        managed_policies_file,
        audit_dir,
        audit_rotate_bytes,
        audit_keep_files,
        console_destinations,
        ambient_credentials,
        audit_chain_days,
        audit_chain_file,
        session_key_days,
        encoded_denials,
        max_staleness_secs,
        poll_millis,
        body_limit_bytes,
        header_limit_bytes,
        connection_limit,
        client_patience_secs,
        drain_secs,
        log_format,
        log,
        root_access_key_id,
        root_secret_access_key,
    )
}

fn storage(settings: &Settings) -> Result<Storage, ConfigError> {
    let data = || settings.data.clone().unwrap_or_else(|| DEFAULT_DATA_DIR.into());
    match (settings.ephemeral == Some(true), &settings.database_url) {
        (true, Some(_)) => Err(ConfigError::Contradiction("ephemeral", "database-url")),
        (true, None) if settings.data.is_some() => Err(ConfigError::Contradiction("ephemeral", "data")),
        (true, None) => Ok(Storage::Ephemeral),
        (false, None) => Ok(Storage::Embedded(data())),
        (false, Some(url)) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            Ok(Storage::Postgres { url: url.clone(), data: data() })
        }
        (false, Some(_)) => Err(ConfigError::Invalid {
            key: "database-url",
            value: "…".to_owned(),
            expected: "a URL that begins with postgres://",
        }),
    }
}

fn pair<A, B>(
    first: Option<A>,
    second: Option<B>,
    first_name: &'static str,
    second_name: &'static str,
) -> Result<Option<(A, B)>, ConfigError> {
    match (first, second) {
        (Some(first), Some(second)) => Ok(Some((first, second))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(ConfigError::Incomplete { given: first_name, missing: second_name }),
        (None, Some(_)) => Err(ConfigError::Incomplete { given: second_name, missing: first_name }),
    }
}

/// The value, if sums and timers made of it cannot run over.
fn within<T: PartialOrd + ToString + Copy>(
    given: Option<T>,
    default: T,
    bounds: RangeInclusive<T>,
    key: &'static str,
) -> Result<T, ConfigError> {
    let value = given.unwrap_or(default);
    if value < *bounds.start() {
        return Err(ConfigError::TooSmall {
            key,
            value: value.to_string(),
            least: bounds.start().to_string(),
        });
    }
    if value > *bounds.end() {
        return Err(ConfigError::TooLarge { key, value: value.to_string(), most: bounds.end().to_string() });
    }
    Ok(value)
}

fn account_id(text: &str) -> Result<u64, ConfigError> {
    let invalid = || ConfigError::Invalid {
        key: "account-id",
        value: text.to_owned(),
        expected: "twelve digits, not all zero",
    };
    if text.len() != 12 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(invalid());
    }
    text.parse().ok().filter(|id| *id != 0).ok_or_else(invalid)
}

fn region(text: String) -> Result<String, ConfigError> {
    let is_region_byte = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.is_empty() || text.len() > 32 || !text.bytes().all(is_region_byte) {
        return Err(ConfigError::Invalid { key: "region", value: text, expected: "like us-east-1" });
    }
    Ok(text)
}

fn partition(text: String) -> Result<String, ConfigError> {
    let is_partition_byte = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.is_empty() || text.len() > 32 || !text.bytes().all(is_partition_byte) {
        return Err(ConfigError::Invalid {
            key: "partition",
            value: text,
            expected: "like aws or aws-us-gov",
        });
    }
    Ok(text)
}

/// An origin as the URL standard writes it, so that it can be compared as a text.
fn console_destination(text: String) -> Result<String, ConfigError> {
    let origin = url::Url::parse(&text).ok().filter(|url| {
        let is_web = matches!(url.scheme(), "https" | "http");
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        is_web && is_bare && url.username().is_empty() && url.password().is_none()
    });
    let expected = "an origin like https://tools.example.com, without a path";
    let invalid = ConfigError::Invalid { key: "console-destinations", value: text, expected };
    origin.map(|url| url.origin().ascii_serialization()).ok_or(invalid)
}

/// Scheme and host, as the setting of that name has them.
fn external_url(text: String) -> Result<String, ConfigError> {
    let is_bare = url::Url::parse(&text).is_ok_and(|url| url.path() == "/") && is_web_address(&text);
    if is_bare {
        return Ok(text.trim_end_matches('/').to_owned());
    }
    let expected =
        "https and a host, such as https://regent.example.com, or http on this machine; without a path";
    Err(ConfigError::Invalid { key: "external-url", value: text, expected })
}

/// An address or a network. All of the internet is none: everybody could say then who they are.
fn trusted_proxy(text: &str) -> Result<IpNet, ConfigError> {
    let text = text.trim();
    let net = text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    net.filter(|net: &IpNet| net.prefix_len() > 0).ok_or_else(|| ConfigError::Invalid {
        key: "trusted-proxies",
        value: text.to_owned(),
        expected: "addresses or networks of proxies, such as 10.0.0.5 or 10.0.0.0/24",
    })
}

fn root_access_key((id, secret): (String, String)) -> Result<(String, String), ConfigError> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !(16..=KeyId::MAX_LENGTH).contains(&id.len()) || !id.bytes().all(is_word) || id.starts_with("ASIA") {
        return Err(ConfigError::Invalid {
            key: "root-access-key-id",
            value: id,
            expected: "16 to 32 letters, digits or underscores, not beginning with ASIA",
        });
    }
    if !(16..=128).contains(&secret.len()) || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ConfigError::Invalid {
            key: "root-secret-access-key",
            value: "…".to_owned(),
            expected: "16 to 128 printable characters without blanks",
        });
    }
    Ok((id, secret))
}

fn secs(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn days(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 86_400)
}

#[cfg(test)]
mod tests;
