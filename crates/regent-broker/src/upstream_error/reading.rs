//! What AWS's codes and texts mean. Codes come first: texts change, and only what no code tells is read from them.

use super::{Attempt, Part, UpstreamCode};

type Reading = (UpstreamCode, &'static str);

const TRUST_SNIPPET: &str = "put the statement of the trust snippet into the role's trust policy";
const TAG_SNIPPET: &str =
    "allow sts:TagSession in the role's trust policy, or take the tags out of the connector";
const SOURCE_SNIPPET: &str = "allow sts:SetSourceIdentity in the role's trust policy, or take the source identity out of the connector";
const TAG_OWN: &str =
    "allow the account's principal sts:TagSession on the role, or take the tags out of the connector";
const SOURCE_OWN: &str = "allow the account's principal sts:SetSourceIdentity on the role, or take the source identity out of the connector";
const CLOCK: &str = "set the clock of this host: it differs from the upstream's";
const LOG: &str = "read the upstream's text; its own log knows more";

/// The codes that mean one thing, whatever the text.
const CODES: [(&[&str], UpstreamCode, &str); 7] = [
    (
        &["InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"],
        UpstreamCode::BaseKeyInvalid,
        "enter the account's access key again: it was deleted, is inactive or mistyped",
    ),
    (
        &["ExpiredToken", "ExpiredTokenException"],
        UpstreamCode::BaseKeyExpired,
        "renew the account's credentials, or use a long-term key or a role",
    ),
    (
        &["MalformedPolicyDocument", "MalformedPolicyDocumentException"],
        UpstreamCode::PolicyMalformed,
        "correct the policy; the editor shows line and column",
    ),
    (
        &["PackedPolicyTooLarge", "PackedPolicyTooLargeException"],
        UpstreamCode::PolicyTooBig,
        "drop tags, shorten the policy, or name managed policies instead",
    ),
    (
        &["RegionDisabledException", "RegionDisabled"],
        UpstreamCode::RegionDisabled,
        "choose another STS region for the account, or activate this one",
    ),
    (
        &[
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "RequestThrottled",
            "RequestLimitExceeded",
            "TooManyRequestsException",
            "SlowDown",
        ],
        UpstreamCode::UpstreamBusy,
        "try again",
    ),
    (&["RequestExpired"], UpstreamCode::UpstreamRefused, CLOCK),
];

pub(super) fn read(status: u16, code: &str, message: &str, attempt: &Attempt) -> Reading {
    if let Some((_, code, fix)) = CODES.iter().find(|(known, _, _)| known.contains(&code)) {
        return (*code, fix);
    }
    match code {
        "AccessDenied" | "AccessDeniedException" => denied(message, attempt),
        "ValidationError" | "ValidationException" => invalid(message),
        "SignatureDoesNotMatch" => signature(message),
        _ if status == 429 || status >= 500 => (UpstreamCode::UpstreamBusy, "try again"),
        _ => (UpstreamCode::UpstreamRefused, LOG),
    }
}

/// The text names the action, and for a policy that is not the role's own, which kind of policy it was.
fn denied(message: &str, attempt: &Attempt) -> Reading {
    let says = |words: &str| contains(message, words);
    if says("service control policy") || says("resource control policy") {
        return (UpstreamCode::ScpDenied, "ask whoever keeps the organization's policies");
    }
    // What was tried outweighs what is said: AWS names sts:AssumeRole for a wrong external id.
    match attempt.passes_without {
        Some(Part::Tags) => return (UpstreamCode::TagDenied, TAG_SNIPPET),
        Some(Part::SourceIdentity) => return (UpstreamCode::SourceIdentityDenied, SOURCE_SNIPPET),
        Some(Part::ExternalId) => {
            return (UpstreamCode::ExternalId, "enter the external id that the role's trust policy asks for");
        }
        None => {}
    }
    if says("sts:TagSession") {
        (UpstreamCode::TagDenied, if is_own(message) { TAG_OWN } else { TAG_SNIPPET })
    } else if says("sts:SetSourceIdentity") {
        (UpstreamCode::SourceIdentityDenied, if is_own(message) { SOURCE_OWN } else { SOURCE_SNIPPET })
    } else if says("MultiFactorAuthentication failed") {
        (UpstreamCode::UpstreamRefused, "enter the next code of the device; each is good once")
    } else if says("root account") {
        (UpstreamCode::UpstreamRefused, "use an account with an IAM user's access key or a role")
    } else if says("with session credentials") {
        (UpstreamCode::UpstreamRefused, "choose assume_role, or an account with an IAM user's access key")
    } else if says("sts:GetFederationToken") {
        (UpstreamCode::UpstreamRefused, "allow the account's IAM user sts:GetFederationToken on *")
    } else if says("sts:AssumeRole") && is_own(message) {
        (UpstreamCode::TrustDenied, "allow the account's principal sts:AssumeRole on the role")
    } else if says("sts:AssumeRole") {
        (UpstreamCode::TrustDenied, TRUST_SNIPPET)
    } else {
        (UpstreamCode::UpstreamRefused, LOG)
    }
}

fn invalid(message: &str) -> Reading {
    let says = |words: &str| contains(message, words);
    if says("role chaining") {
        (
            UpstreamCode::DurationChained,
            "ask for 1 hour at most, or use an account with an IAM user's access key",
        )
    } else if says("MaxSessionDuration") {
        (UpstreamCode::DurationRoleMax, "raise the role's maximum session duration, or ask for less")
    } else {
        (UpstreamCode::UpstreamRefused, "correct the field that the upstream names")
    }
}

/// A signature is refused for a wrong secret, and also for a clock that differs.
fn signature(message: &str) -> Reading {
    if contains(message, "Signature expired") || contains(message, "Signature not yet current") {
        (UpstreamCode::UpstreamRefused, CLOCK)
    } else {
        (UpstreamCode::BaseKeyWrong, "enter the account's access key and secret again")
    }
}

/// Whether it was the caller's side that did not allow it, and not the role's.
pub(super) fn is_own(message: &str) -> bool {
    ["identity-based policy", "permissions boundary", "session policy"]
        .iter()
        .any(|kind| contains(message, kind))
}

/// Whether a text contains words, in whatever case: AWS has changed it before.
fn contains(text: &str, words: &str) -> bool {
    text.to_ascii_lowercase().contains(&words.to_ascii_lowercase())
}
