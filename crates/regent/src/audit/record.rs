//! A request as a CloudTrail record, written straight to JSON.
//!
//! Fields stand in CloudTrail's order. The session token of a new session is never in a record; CloudTrail's own
//! records do have it. // DIFFERS: it is left out.

use jiff::Timestamp;
use regent_store::entity::{AccountId, Seconds};

use super::json::Json;

/// The form of records this writes.
const EVENT_VERSION: &str = "1.11";

/// What a record says. Everything is borrowed: a record lives for one append.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    /// When the request came.
    pub(crate) time: Timestamp,
    /// `iam.amazonaws.com`; none when the request named no service we know.
    pub(crate) source: Option<&'a str>,
    /// `CreateUser`; what the request called it when we know no such operation.
    pub(crate) name: Option<&'a str>,
    /// The region of the service.
    pub(crate) region: &'a str,
    /// Who asked.
    pub(crate) identity: &'a Identity<'a>,
    /// From where.
    pub(crate) source_ip: &'a str,
    /// With what.
    pub(crate) user_agent: Option<&'a str>,
    /// The refusal, if it was refused: code and text.
    pub(crate) error: Option<(&'a str, &'a str)>,
    /// The parameters as JSON, secrets left out.
    pub(crate) request_parameters: Option<&'a [u8]>,
    /// What a changing call answered, as JSON, secrets left out.
    pub(crate) response_elements: Option<&'a [u8]>,
    /// What else there is to say, as JSON.
    pub(crate) additional: Option<&'a [u8]>,
    /// The id in the answer.
    pub(crate) request_id: &'a str,
    /// An id of this record.
    pub(crate) event_id: &'a str,
    /// Whether the operation only reads.
    pub(crate) is_read_only: bool,
    /// The entities concerned.
    pub(crate) resources: &'a [Resource<'a>],
    /// Whose trail this record belongs to.
    pub(crate) recipient: Option<AccountId>,
    /// The id two accounts' records of one request share.
    pub(crate) shared_event_id: Option<&'a str>,
    /// Whether the connection was encrypted.
    pub(crate) is_secure: bool,
    /// Whether a call or a sign-in.
    pub(crate) kind: Kind,
    /// Whether a console session made the call.
    pub(crate) is_console: bool,
}

/// CloudTrail's `eventType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A call of an API.
    Call,
    /// Signing in to the console, or what belongs to it.
    SignIn,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Call => "AwsApiCall",
            Self::SignIn => "AwsConsoleSignIn",
        }
    }
}

/// An entity a record is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resource<'a> {
    /// Its ARN.
    pub(crate) arn: &'a str,
    /// Its account.
    pub(crate) account: AccountId,
    /// `AWS::IAM::Role`
    pub(crate) kind: &'static str,
}

/// CloudTrail's `userIdentity`.
#[derive(Debug)]
pub(crate) enum Identity<'a> {
    /// The account's root user.
    Root {
        /// Shown as the user name where the account has one.
        alias: Option<&'a str>,
        /// What every signed identity has.
        common: Common<'a>,
    },
    /// A user, by long-term key or `GetSessionToken`.
    User {
        /// Its name.
        name: &'a str,
        /// What every signed identity has.
        common: Common<'a>,
    },
    /// A session of a role.
    AssumedRole {
        /// The role.
        issuer: Issuer<'a>,
        /// What every signed identity has.
        common: Common<'a>,
    },
    /// A federated user.
    FederatedUser {
        /// The user, or root, that vouched for it.
        issuer: Issuer<'a>,
        /// What every signed identity has.
        common: Common<'a>,
    },
    /// Somebody of another account, as the resource's account sees them.
    Account {
        /// The caller's unique id.
        principal_id: &'a str,
        /// The caller's account.
        account: AccountId,
    },
    /// Somebody who could not be identified.
    Unknown {
        /// The access key id they claimed.
        access_key_id: Option<&'a str>,
    },
}

/// What every signed identity has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Common<'a> {
    /// `aws:userid`
    pub(crate) principal_id: &'a str,
    /// The caller's ARN.
    pub(crate) arn: &'a str,
    /// The caller's account.
    pub(crate) account: AccountId,
    /// The access key that signed.
    pub(crate) access_key_id: &'a str,
    /// Present for temporary credentials.
    pub(crate) session: Option<SessionContext<'a>>,
}

/// What is known of the session that signed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionContext<'a> {
    /// When it was opened.
    pub(crate) created: Seconds,
    /// Whether a one-time password was checked for it.
    pub(crate) has_mfa: bool,
    /// Set once in a chain of roles.
    pub(crate) source_identity: Option<&'a str>,
}

/// Whose permissions a session has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Issuer<'a> {
    /// `Role`, `IAMUser` or `Root`
    pub(crate) kind: &'static str,
    /// Its unique id.
    pub(crate) principal_id: &'a str,
    /// Its ARN.
    pub(crate) arn: &'a str,
    /// Its account.
    pub(crate) account: AccountId,
    /// Its name; root has none.
    pub(crate) name: Option<&'a str>,
}

impl Record<'_> {
    /// Writes the record as one line.
    pub(crate) fn write(&self, line: &mut Vec<u8>) {
        let mut json = Json::begin(line);
        json.text("eventVersion", EVENT_VERSION);
        json.object("userIdentity", |json| self.identity.write(json));
        json.time("eventTime", self.time);
        json.maybe_text("eventSource", self.source);
        json.maybe_text("eventName", self.name);
        json.text("awsRegion", self.region);
        json.text("sourceIPAddress", self.source_ip);
        json.maybe_text("userAgent", self.user_agent);
        if let Some((code, message)) = self.error {
            json.text("errorCode", code);
            json.text("errorMessage", message);
        }
        json.raw_or_null("requestParameters", self.request_parameters);
        json.raw_or_null("responseElements", self.response_elements);
        if let Some(additional) = self.additional {
            json.raw_or_null("additionalEventData", Some(additional));
        }
        json.text("requestID", self.request_id);
        json.text("eventID", self.event_id);
        json.boolean("readOnly", self.is_read_only);
        if !self.resources.is_empty() {
            json.array("resources", self.resources, |json, resource| {
                json.text("ARN", resource.arn);
                json.text("accountId", resource.account.digits().as_str());
                json.text("type", resource.kind);
            });
        }
        json.text("eventType", self.kind.word());
        json.boolean("managementEvent", true);
        if let Some(account) = self.recipient {
            json.text("recipientAccountId", account.digits().as_str());
        }
        json.maybe_text("sharedEventID", self.shared_event_id);
        json.text("eventCategory", "Management");
        json.boolean("secureTransport", self.is_secure);
        if self.is_console {
            json.text("sessionCredentialFromConsole", "true");
        }
        json.end();
        line.push(b'\n');
    }
}

impl Identity<'_> {
    fn write(&self, json: &mut Json<'_>) {
        match self {
            Self::Root { alias, common } => {
                common.write("Root", json);
                json.maybe_text("userName", *alias);
                common.write_session(None, json);
            }
            Self::User { name, common } => {
                common.write("IAMUser", json);
                json.text("userName", name);
                common.write_session(None, json);
            }
            Self::AssumedRole { issuer, common } => {
                common.write("AssumedRole", json);
                common.write_session(Some(issuer), json);
            }
            Self::FederatedUser { issuer, common } => {
                common.write("FederatedUser", json);
                common.write_session(Some(issuer), json);
            }
            Self::Account { principal_id, account } => {
                json.text("type", "AWSAccount");
                json.text("principalId", principal_id);
                json.text("accountId", account.digits().as_str());
            }
            Self::Unknown { access_key_id } => {
                json.text("type", "Unknown");
                json.maybe_text("accessKeyId", *access_key_id);
            }
        }
    }
}

impl Common<'_> {
    fn write(&self, kind: &str, json: &mut Json<'_>) {
        json.text("type", kind);
        json.text("principalId", self.principal_id);
        json.text("arn", self.arn);
        json.text("accountId", self.account.digits().as_str());
        json.text("accessKeyId", self.access_key_id);
    }

    fn write_session(&self, issuer: Option<&Issuer<'_>>, json: &mut Json<'_>) {
        let Some(session) = &self.session else { return };
        json.object("sessionContext", |json| {
            if let Some(issuer) = issuer {
                json.object("sessionIssuer", |json| {
                    json.text("type", issuer.kind);
                    json.text("principalId", issuer.principal_id);
                    json.text("arn", issuer.arn);
                    json.text("accountId", issuer.account.digits().as_str());
                    json.maybe_text("userName", issuer.name);
                });
            }
            json.object("attributes", |json| {
                json.seconds("creationDate", session.created);
                json.text("mfaAuthenticated", if session.has_mfa { "true" } else { "false" });
            });
            json.maybe_text("sourceIdentity", session.source_identity);
        });
    }
}
