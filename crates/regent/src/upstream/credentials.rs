//! What requests to an upstream are signed with.

use std::fmt;

use jiff::Timestamp;
use regent_wire::secret::{Secret, SecretAccessKey};
use regent_wire::sigv4::Signer;
use regent_wire::sts;

/// An access key, long-term or of a session. `Debug` names the key and tells nothing else; everything secret is wiped when
/// it is dropped.
#[derive(Clone)]
pub(crate) struct Credentials {
    /// The public half.
    pub(crate) access_key_id: String,
    /// The secret half.
    pub(crate) secret: SecretAccessKey,
    /// What makes a session's key whole.
    pub(crate) session_token: Option<Secret<String>>,
    /// When it ends; never, for a long-term key.
    pub(crate) expires_at: Option<Timestamp>,
}

impl Credentials {
    /// A key without an end.
    pub(crate) const fn long_term(access_key_id: String, secret: SecretAccessKey) -> Self {
        Self { access_key_id, secret, session_token: None, expires_at: None }
    }

    /// Whether these are a session's, so that a session made with them is chained.
    pub(crate) const fn is_temporary(&self) -> bool {
        self.session_token.is_some()
    }

    /// Seconds until the end; none if there is no end.
    pub(crate) fn seconds_left(&self, now: Timestamp) -> Option<i64> {
        self.expires_at.map(|end| end.as_second().saturating_sub(now.as_second()))
    }

    /// A signer for a service in a region.
    pub(super) fn signer<'a>(&'a self, region: &'a str, service: &'a str) -> Signer<'a> {
        let mut signer = Signer::new(&self.access_key_id, &self.secret, region, service);
        signer.session_token = self.session_token.as_ref().map(|token| token.reveal().as_str());
        signer
    }

    /// The text without what of it is secret here: some servers repeat a request in the refusal of its signature.
    pub(super) fn redact(&self, text: String) -> String {
        let secrets = [Some(self.secret.reveal()), self.session_token.as_ref().map(Secret::reveal)];
        secrets
            .into_iter()
            .flatten()
            .filter(|secret| !secret.is_empty())
            .fold(text, |text, secret| text.replace(secret.as_str(), "[secret]"))
    }
}

impl From<sts::Credentials> for Credentials {
    fn from(given: sts::Credentials) -> Self {
        Self {
            access_key_id: given.access_key_id.clone(),
            secret: SecretAccessKey::new(given.secret_access_key.reveal().clone()),
            session_token: Some(Secret::new(given.session_token.reveal().clone())),
            expires_at: Some(Timestamp::from_second(given.expiration.seconds()).unwrap_or(Timestamp::MIN)),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}
