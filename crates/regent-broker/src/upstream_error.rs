//! What an STS endpoint's refusal means, and what to do about it.

use std::fmt::Write as _;

use serde::Serialize;
use utoipa::ToSchema;

use crate::plan::in_words;

mod reading;

use reading::{is_own, read};

/// What went wrong at the upstream, for a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UpstreamCode {
    /// The role does not let the account in.
    TrustDenied,
    /// The role expects another external id.
    ExternalId,
    /// Session tags are not allowed.
    TagDenied,
    /// A source identity is not allowed.
    SourceIdentityDenied,
    /// The role allows shorter sessions only.
    DurationRoleMax,
    /// A chained role lasts an hour.
    DurationChained,
    /// The base key is unknown to the upstream.
    BaseKeyInvalid,
    /// The base key's secret is another one.
    BaseKeyWrong,
    /// The base credentials have expired.
    BaseKeyExpired,
    /// The session policy is no policy.
    PolicyMalformed,
    /// Policies and tags together are too big.
    PolicyTooBig,
    /// STS is off in this region.
    RegionDisabled,
    /// The upstream has too much to do.
    UpstreamBusy,
    /// A policy of the organization forbids it.
    ScpDenied,
    /// There was no answer.
    UpstreamUnreachable,
    /// It said no in another way.
    UpstreamRefused,
}

impl UpstreamCode {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::TrustDenied,
        Self::ExternalId,
        Self::TagDenied,
        Self::SourceIdentityDenied,
        Self::DurationRoleMax,
        Self::DurationChained,
        Self::BaseKeyInvalid,
        Self::BaseKeyWrong,
        Self::BaseKeyExpired,
        Self::PolicyMalformed,
        Self::PolicyTooBig,
        Self::RegionDisabled,
        Self::UpstreamBusy,
        Self::ScpDenied,
        Self::UpstreamUnreachable,
        Self::UpstreamRefused,
    ];

    /// As the API writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TrustDenied => "trust_denied",
            Self::ExternalId => "external_id",
            Self::TagDenied => "tag_denied",
            Self::SourceIdentityDenied => "source_identity_denied",
            Self::DurationRoleMax => "duration_role_max",
            Self::DurationChained => "duration_chained",
            Self::BaseKeyInvalid => "base_key_invalid",
            Self::BaseKeyWrong => "base_key_wrong",
            Self::BaseKeyExpired => "base_key_expired",
            Self::PolicyMalformed => "policy_malformed",
            Self::PolicyTooBig => "policy_too_big",
            Self::RegionDisabled => "region_disabled",
            Self::UpstreamBusy => "upstream_busy",
            Self::ScpDenied => "scp_denied",
            Self::UpstreamUnreachable => "upstream_unreachable",
            Self::UpstreamRefused => "upstream_refused",
        }
    }

    /// Whether the same call may go through a moment later.
    pub const fn is_worth_a_retry(self) -> bool {
        matches!(self, Self::UpstreamBusy)
    }
}

/// What came back from a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure<'a> {
    /// An error of the upstream's.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The error code, such as `AccessDenied`.
        code: &'a str,
        /// The error's text.
        message: &'a str,
    },
    /// No answer at all.
    Unreachable {
        /// Who was called.
        host: &'a str,
        /// What happened: a name that does not resolve, a certificate, a timeout.
        error: &'a str,
        /// The proxy on the way, if there is one.
        proxy: Option<&'a str>,
    },
}

/// What was tried, as far as it helps to understand a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attempt {
    /// How many times it was tried; nothing counts as once.
    pub tries: u32,
    /// The length that was asked for.
    pub seconds: Option<u32>,
    /// The part of the call without which it went through, if that was tried.
    pub passes_without: Option<Part>,
}

/// A part of a call that a role's trust policy may refuse by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The session tags.
    Tags,
    /// The source identity.
    SourceIdentity,
    /// The external id.
    ExternalId,
}

/// A refusal, for a program and for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error, ToSchema)]
#[error("{text}")]
pub struct UpstreamError {
    /// For a program.
    pub code: UpstreamCode,
    /// What happened.
    pub text: String,
    /// What to do about it.
    pub fix: &'static str,
    /// What the upstream itself said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream: Option<String>,
}

/// The most that is kept of an upstream's text.
const MOST_CHARACTERS: usize = 600;

impl UpstreamError {
    /// Understands what came back.
    ///
    /// ```
    /// use regent_broker::upstream_error::{Attempt, Failure, UpstreamCode, UpstreamError};
    ///
    /// let failure = Failure::Answered {
    ///     status: 400,
    ///     code: "ValidationError",
    ///     message: "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    /// };
    /// let error = UpstreamError::of(&failure, &Attempt { seconds: Some(14_400), ..Attempt::default() });
    /// assert_eq!(error.code, UpstreamCode::DurationRoleMax);
    /// assert_eq!(error.to_string(), "the role allows no session of 4 hours");
    /// ```
    pub fn of(failure: &Failure<'_>, attempt: &Attempt) -> Self {
        match *failure {
            Failure::Answered { status, code, message } => {
                let (code, fix) = read(status, code, message, attempt);
                let text = told(code, status, message, attempt);
                Self { code, text, fix, upstream: Some(shown(message)) }
            }
            Failure::Unreachable { host, error, proxy } => {
                let mut text = format!("`{}` did not answer: {}", shown(host), shown(error));
                if let Some(proxy) = proxy {
                    // A `String` takes whatever is written to it.
                    let _ = write!(text, ", by the proxy `{}`", shown(without_password(proxy)));
                }
                let fix = if proxy.is_some() {
                    "check the upstream's address, its certificate, and the proxy"
                } else {
                    "check the upstream's address and certificate, and whether a proxy is needed"
                };
                Self { code: UpstreamCode::UpstreamUnreachable, text, fix, upstream: None }
            }
        }
    }
}

/// What a person reads.
fn told(code: UpstreamCode, status: u16, message: &str, attempt: &Attempt) -> String {
    match code {
        UpstreamCode::TrustDenied if is_own(message) => {
            "the account's own policies do not let it assume the role".to_owned()
        }
        UpstreamCode::TrustDenied => "the role does not let this account in".to_owned(),
        UpstreamCode::ExternalId => "the role expects another external id".to_owned(),
        UpstreamCode::TagDenied if is_own(message) => {
            "the account's own policies do not allow sts:TagSession".to_owned()
        }
        UpstreamCode::SourceIdentityDenied if is_own(message) => {
            "the account's own policies do not allow sts:SetSourceIdentity".to_owned()
        }
        UpstreamCode::TagDenied => "the role's trust policy does not allow sts:TagSession".to_owned(),
        UpstreamCode::SourceIdentityDenied => {
            "the role's trust policy does not allow sts:SetSourceIdentity".to_owned()
        }
        UpstreamCode::DurationRoleMax => attempt.seconds.map_or_else(
            || "the role allows no session of that length".to_owned(),
            |seconds| format!("the role allows no session of {}", in_words(seconds)),
        ),
        UpstreamCode::DurationChained => {
            "the base credentials are temporary, and AWS allows 1 hour then".to_owned()
        }
        UpstreamCode::BaseKeyInvalid => "the upstream does not know the account's access key".to_owned(),
        UpstreamCode::BaseKeyWrong => {
            "the account's secret access key does not belong to its access key id".to_owned()
        }
        UpstreamCode::BaseKeyExpired => "the account's credentials have expired".to_owned(),
        UpstreamCode::PolicyMalformed => "the upstream does not accept the session policy".to_owned(),
        UpstreamCode::PolicyTooBig => percent(message).map_or_else(
            || "policies and tags together take more space than there is".to_owned(),
            |percent| format!("policies and tags together take {percent} % of the space there is"),
        ),
        UpstreamCode::RegionDisabled => "STS is not active in this region for the account".to_owned(),
        UpstreamCode::UpstreamBusy => match attempt.tries {
            0 | 1 => "the upstream is busy".to_owned(),
            tries => format!("the upstream is busy; it was tried {tries} times"),
        },
        UpstreamCode::ScpDenied => "a policy of the organization blocks this".to_owned(),
        UpstreamCode::UpstreamUnreachable | UpstreamCode::UpstreamRefused => match shown(message) {
            empty if empty.is_empty() => format!("the upstream refused with status {status}"),
            message => format!("the upstream refused: {message}"),
        },
    }
}

/// How much of the space is taken, from `Packed policy consumes 112% of allotted space`.
fn percent(message: &str) -> Option<u32> {
    let (before, _) = message.split_once('%')?;
    let digits = before.rsplit(|character: char| !character.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// A proxy's address without who signs in to it.
fn without_password(proxy: &str) -> &str {
    proxy.rsplit_once('@').map_or(proxy, |(_, host)| host)
}

/// As much of a stranger's text as is passed on, on one line.
fn shown(text: &str) -> String {
    let clean = text.chars().map(|character| if character.is_control() { ' ' } else { character });
    clean.take(MOST_CHARACTERS).collect::<String>().trim().to_owned()
}
