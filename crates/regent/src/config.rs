//! The whole configuration as one struct, and the only door to the environment.
//!
//! Every setting is a flag, an environment variable and a key of the configuration file, under one name:
//! `--max-staleness-secs`, `REGENT_MAX_STALENESS_SECS`, `max-staleness-secs = 60`. A flag wins over a variable,
//! a variable over the file, the file over the default. An unknown key is an error, never a silence.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use ipnet::IpNet;
use serde::Deserialize;

mod resolve;

pub use resolve::ConfigError;

/// The settings as somebody wrote them: any may be absent.
#[derive(Clone, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Address to listen on [default: 127.0.0.1:4599]
    #[arg(long, env = "REGENT_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,

    /// Folder for the embedded store, the master key and the audit trail [default: .data]
    #[arg(long, env = "REGENT_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// Keep everything in memory and nothing after the end; for tests and CI
    #[arg(long, env = "REGENT_EPHEMERAL", num_args = 0..=1, default_missing_value = "true")]
    pub ephemeral: Option<bool>,

    /// PostgreSQL database instead of the embedded store: `postgres://user@host/name`
    #[arg(long, env = "REGENT_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// Account to create on the first start [default: random]
    #[arg(long, env = "REGENT_ACCOUNT_ID", value_name = "N")]
    pub account_id: Option<String>,

    /// Configuration file (TOML); its keys are the long names of these options
    #[arg(long, env = "REGENT_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// PEM file with the certificate chain; turns TLS on
    #[arg(long, env = "REGENT_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,

    /// PEM file with the private key of the certificate
    #[arg(long, env = "REGENT_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,

    /// Allow plain HTTP on an address that other machines can reach
    #[arg(long, env = "REGENT_ALLOW_PLAINTEXT", num_args = 0..=1, default_missing_value = "true")]
    pub allow_plaintext: Option<bool>,

    /// Address that people reach this server at: `https://regent.example.com`; `external_url` of the broker's settings
    /// counts before it
    #[arg(long, env = "REGENT_EXTERNAL_URL", value_name = "URL")]
    pub external_url: Option<String>,

    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, as addresses or networks [default: none]
    #[arg(long, env = "REGENT_TRUSTED_PROXIES", value_name = "CIDR", value_delimiter = ',')]
    pub trusted_proxies: Option<Vec<String>>,

    /// Region named in answers and records when the request names none [default: us-east-1]
    #[arg(long, env = "REGENT_REGION", value_name = "REGION")]
    pub region: Option<String>,

    /// Partition named in ARNs [default: aws]
    #[arg(long, env = "REGENT_PARTITION", value_name = "NAME")]
    pub partition: Option<String>,

    /// Regions accepted in a signature's scope [default: any]
    #[arg(long, env = "REGENT_ALLOWED_REGIONS", value_name = "REGION", value_delimiter = ',')]
    pub allowed_regions: Option<Vec<String>>,

    /// File with the key that opens every sealed secret [default: master.key in the data folder]
    #[arg(long, env = "REGENT_MASTER_KEY_FILE", value_name = "FILE")]
    pub master_key_file: Option<PathBuf>,

    /// Pack of AWS managed policies, newer than the built-in one
    #[arg(long, env = "REGENT_MANAGED_POLICIES_FILE", value_name = "FILE")]
    pub managed_policies_file: Option<PathBuf>,

    /// Folder of the audit trail [default: audit in the data folder; none with --ephemeral]
    #[arg(long, env = "REGENT_AUDIT_DIR", value_name = "DIR")]
    pub audit_dir: Option<PathBuf>,

    /// Size at which an audit file is closed and the next begun [default: 128 MiB]
    #[arg(long, env = "REGENT_AUDIT_ROTATE_BYTES", value_name = "BYTES")]
    pub audit_rotate_bytes: Option<u64>,

    /// Closed audit files to keep; 0 keeps all [default: 0]
    #[arg(long, env = "REGENT_AUDIT_KEEP_FILES", value_name = "N")]
    pub audit_keep_files: Option<usize>,

    /// Origins besides its own that a console login URL may lead to: `https://tools.example.com`
    #[arg(long, env = "REGENT_CONSOLE_DESTINATIONS", value_name = "ORIGIN", value_delimiter = ',')]
    pub console_destinations: Option<Vec<String>>,

    /// Let broker accounts of the kind `ambient` hand on what this host's environment or metadata service provides
    #[arg(long, env = "REGENT_AMBIENT_CREDENTIALS", num_args = 0..=1, default_missing_value = "true")]
    pub ambient_credentials: Option<bool>,
    /// Days for which events of the audit chain are kept; 0 keeps all [default: 90]
    #[arg(long, env = "REGENT_AUDIT_CHAIN_DAYS", value_name = "DAYS")]
    pub audit_chain_days: Option<u32>,

    /// File that gets a copy of every event of the audit chain, one JSON line each; nothing is ever removed from it
    #[arg(long, env = "REGENT_AUDIT_CHAIN_FILE", value_name = "FILE")]
    pub audit_chain_file: Option<PathBuf>,

    /// Days after which session tokens are sealed under a new key [default: 30]
    #[arg(long, env = "REGENT_SESSION_KEY_DAYS", value_name = "DAYS")]
    pub session_key_days: Option<u32>,

    /// Let refusals carry an encoded message for `sts:DecodeAuthorizationMessage`, as those of AWS's EC2 do
    #[arg(long, env = "REGENT_ENCODED_DENIALS", num_args = 0..=1, default_missing_value = "true")]
    pub encoded_denials: Option<bool>,

    /// Refuse to answer when the database could not be followed for this long [default: 60]
    #[arg(long, env = "REGENT_MAX_STALENESS_SECS", value_name = "SECONDS")]
    pub max_staleness_secs: Option<u64>,

    /// How often to look for other nodes' changes [default: 250]
    #[arg(long, env = "REGENT_POLL_MILLIS", value_name = "MILLISECONDS")]
    pub poll_millis: Option<u64>,

    /// Largest request body [default: 1 MiB]
    #[arg(long, env = "REGENT_BODY_LIMIT_BYTES", value_name = "BYTES")]
    pub body_limit_bytes: Option<usize>,

    /// Largest request head: request line and headers [default: 64 KiB]
    #[arg(long, env = "REGENT_HEADER_LIMIT_BYTES", value_name = "BYTES")]
    pub header_limit_bytes: Option<usize>,

    /// Connections open at once [default: 4096]
    #[arg(long, env = "REGENT_CONNECTION_LIMIT", value_name = "N")]
    pub connection_limit: Option<usize>,

    /// How long a client may take to send a head, and again to send a body [default: 10]
    #[arg(long, env = "REGENT_CLIENT_PATIENCE_SECS", value_name = "SECONDS")]
    pub client_patience_secs: Option<u64>,

    /// How long answers in flight may take at shutdown [default: 10]
    #[arg(long, env = "REGENT_DRAIN_SECS", value_name = "SECONDS")]
    pub drain_secs: Option<u64>,

    /// Form of the log lines [default: text]
    #[arg(long, env = "REGENT_LOG_FORMAT", value_enum)]
    pub log_format: Option<LogFormat>,

    /// What to log, as `tracing` filters [default: info]
    #[arg(long, env = "REGENT_LOG", value_name = "FILTER")]
    pub log: Option<String>,

    /// Access key id of the first account's root user, instead of a generated one
    #[arg(long, env = "REGENT_ROOT_ACCESS_KEY_ID", value_name = "ID")]
    pub root_access_key_id: Option<String>,

    /// Secret of that access key; prefer the environment, where other users cannot read it
    #[arg(long, env = "REGENT_ROOT_SECRET_ACCESS_KEY", value_name = "SECRET", hide_env_values = true)]
    pub root_secret_access_key: Option<String>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For a person at a terminal.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// The embedded store, in the data folder.
pub(crate) const STORE_FILE: &str = "regent.db";

/// Where the records live.
#[derive(Clone, PartialEq, Eq)]
pub enum Storage {
    /// In memory, gone at the end.
    Ephemeral,
    /// In one SQLite file in this folder.
    Embedded(PathBuf),
    /// In a PostgreSQL database (or one that speaks its wire); local files in this folder.
    Postgres {
        /// The connection URL; may hold a password, so it is never printed.
        url: String,
        /// Folder for the master key and the audit trail.
        data: PathBuf,
    },
}

impl Storage {
    /// The file of an embedded store.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        match self {
            Self::Embedded(data) => Some(data.join(STORE_FILE)),
            Self::Ephemeral | Self::Postgres { .. } => None,
        }
    }
}

/// The settings with every default filled in and every contradiction refused.
#[derive(Clone)]
pub struct Config {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Where the records live.
    pub storage: Storage,
    /// The account to create on the first start.
    pub account_id: Option<u64>,
    /// Certificate and key files, if TLS is on.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Where people reach this server, unless the broker's settings say.
    pub external_url: Option<String>,
    /// Proxies that are believed about who asks, and how.
    pub trusted_proxies: Vec<IpNet>,
    /// Region named when the request names none.
    pub region: String,
    /// The partition that ARNs name.
    pub partition: String,
    /// Regions accepted in a signature's scope; none means any.
    pub allowed_regions: Vec<String>,
    /// The file with the master key; absent only for an ephemeral store.
    pub master_key_file: Option<PathBuf>,
    /// A pack of AWS managed policies instead of the built-in one.
    pub managed_policies_file: Option<PathBuf>,
    /// Where the audit trail goes.
    pub audit: AuditConfig,
    /// Origins besides its own that a console login URL may lead to.
    pub console_destinations: Vec<String>,
    /// Whether broker accounts may hand on the host's own credentials.
    pub ambient_credentials: bool,
    /// Age at which events of the audit chain are forgotten; none keeps all.
    pub audit_chain_age: Option<Duration>,
    /// The file with a copy of the audit chain.
    pub audit_chain_file: Option<PathBuf>,
    /// Age at which the session key is replaced.
    pub session_key_age: Duration,
    /// Whether refusals carry an encoded message.
    pub encoded_denials: bool,
    /// Bounds of the store's picture.
    pub max_staleness: Duration,
    /// Pause between looks at the change log.
    pub poll: Duration,
    /// Bounds of what a client may send and how long it may take.
    pub body_limit_bytes: usize,
    /// See [`Settings::header_limit_bytes`].
    pub header_limit_bytes: usize,
    /// See [`Settings::connection_limit`].
    pub connection_limit: usize,
    /// See [`Settings::client_patience_secs`].
    pub client_patience: Duration,
    /// See [`Settings::drain_secs`].
    pub drain: Duration,
    /// The first root access key, if it was given: id and secret.
    pub root_access_key: Option<(String, String)>,
}

/// Where the audit trail goes and how long it stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditConfig {
    /// The folder; none keeps the records in memory only.
    pub dir: Option<PathBuf>,
    /// Size at which a file is closed.
    pub rotate_bytes: u64,
    /// Closed files to keep; 0 keeps all.
    pub keep_files: usize,
}

impl std::fmt::Debug for Config {
    /// Leaves out what is secret: the database's URL and the root key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Settings {
    /// Leaves out what is secret: the database's URL and the root key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("config", &self.config)
            .field("listen", &self.listen)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Storage {
    /// Leaves out the database's URL, which may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ephemeral => f.write_str("Ephemeral"),
            Self::Embedded(data) => f.debug_tuple("Embedded").field(data).finish(),
            Self::Postgres { data, .. } => {
                f.debug_struct("Postgres").field("data", data).finish_non_exhaustive()
            }
        }
    }
}

impl Settings {
    /// Reads a configuration file. An unknown key, a wrong type or a wrong value names its place.
    pub fn from_file(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        toml::from_str(&text)
            .map_err(|source| ConfigError::Malformed { path: path.to_owned(), source: Box::new(source) })
    }
}

impl Config {
    /// The folder that holds the embedded store, the master key and the audit trail.
    pub fn data_dir(&self) -> Option<&Path> {
        match &self.storage {
            Storage::Ephemeral => None,
            Storage::Embedded(data) | Storage::Postgres { data, .. } => Some(data),
        }
    }
}

/// A variable of the environment that belongs to others, such as those by which AWS's containers find their credentials.
pub(crate) fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    std::env::var(name).ok()
}
