//! Credentials that the server issued, and how they are kept between two commands.

use std::borrow::Cow;

use jiff::Timestamp;
use regent_broker::output::{self, Form, Identity, OutputError, Style};
use regent_broker::{PrincipalType, plan};
use regent_wire::secret::Secret;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::moment::Moment;
use super::refusal::{Refusal, Status};
use super::vault::Vault;

/// Short-lived credentials of a connector.
pub(super) struct Issued {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: Secret<String>,
    pub(super) session_token: Secret<String>,
    pub(super) expiration: Timestamp,
    pub(super) region: Option<String>,
    pub(super) endpoints: Endpoints,
    pub(super) session_id: String,
    pub(super) arn: String,
    /// How long they were issued for.
    pub(super) seconds: u32,
    pub(super) warnings: Vec<Warning>,
}

/// Where STS and IAM are, if not where AWS has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Endpoints {
    pub(super) sts: Option<String>,
    pub(super) iam: Option<String>,
}

/// Something to know about what was issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Warning {
    pub(super) code: String,
    pub(super) text: String,
}

/// The same as the server writes it and as it is kept.
#[derive(Serialize, Deserialize)]
struct Written<'a> {
    #[serde(borrow)]
    access_key_id: Cow<'a, str>,
    #[serde(borrow)]
    secret_access_key: Cow<'a, str>,
    #[serde(borrow)]
    session_token: Cow<'a, str>,
    expiration: Moment,
    #[serde(default)]
    region: Option<Cow<'a, str>>,
    #[serde(default)]
    endpoints: Option<Endpoints>,
    session_id: Cow<'a, str>,
    #[serde(default)]
    arn: Cow<'a, str>,
    #[serde(default)]
    seconds: u32,
    #[serde(default)]
    warnings: Vec<Warning>,
}

impl Issued {
    /// Reads the server's answer at `now`; an error says nothing of what is in it.
    pub(super) fn of_answer(text: &str, now: Timestamp) -> anyhow::Result<Self> {
        let written: Written<'_> = serde_json::from_str(text)
            .map_err(|_| Refusal::failed("the server's answer holds no credentials as expected"))?;
        let mut issued = Self::from(written);
        if issued.seconds == 0 {
            issued.seconds = u32::try_from(issued.left(now)).unwrap_or_default();
        }
        Ok(issued)
    }

    /// Writes them as a program or a shell reads them.
    pub(super) fn write(&self, form: Form, style: &Style<'_>) -> anyhow::Result<Zeroizing<String>> {
        let written = self.output().write(form, style)?;
        Ok(Zeroizing::new(written.reveal().trim_end().to_owned()))
    }

    /// The variables of a process that uses them.
    pub(super) fn variables(&self) -> Result<Vec<(String, Zeroizing<String>)>, OutputError> {
        let lines = self.output().write(Form::Env, &Style::default())?;
        let pairs = lines.reveal().lines().filter_map(|line| line.split_once('='));
        Ok(pairs.map(|(name, value)| (name.to_owned(), Zeroizing::new(value.to_owned()))).collect())
    }

    fn output(&self) -> output::Issued {
        let secret = |secret: &Secret<String>| regent_broker::Secret::new(secret.reveal().clone());
        let Endpoints { sts, iam } = self.endpoints.clone();
        let warnings = self.warnings.iter().cloned();
        output::Issued {
            access_key_id: self.access_key_id.clone(),
            secret_access_key: secret(&self.secret_access_key),
            session_token: secret(&self.session_token),
            expiration: self.expiration,
            region: self.region.clone(),
            endpoints: sts.map(|sts| output::Endpoints { sts, iam }),
            session_id: self.session_id.clone(),
            identity: Identity {
                // Of the forms that are written here none tells it; `aws` comes from the server.
                principal_type: PrincipalType::Provided,
                arn: Some(self.arn.clone()).filter(|arn| !arn.is_empty()),
                user_id: None,
                role_arn: None,
                account_id: self
                    .arn
                    .split(':')
                    .nth(4)
                    .map(str::to_owned)
                    .filter(|account| !account.is_empty()),
            },
            warnings: warnings
                .map(|warning| plan::Warning { code: warning.code.into(), text: warning.text })
                .collect(),
        }
    }

    fn written(&self) -> Written<'_> {
        Written {
            access_key_id: Cow::Borrowed(&self.access_key_id),
            secret_access_key: Cow::Borrowed(self.secret_access_key.reveal()),
            session_token: Cow::Borrowed(self.session_token.reveal()),
            expiration: Moment(self.expiration),
            region: self.region.as_deref().map(Cow::Borrowed),
            endpoints: Some(self.endpoints.clone()),
            session_id: Cow::Borrowed(&self.session_id),
            arn: Cow::Borrowed(&self.arn),
            seconds: self.seconds,
            warnings: self.warnings.clone(),
        }
    }

    /// How many seconds of them are left.
    pub(super) fn left(&self, now: Timestamp) -> i64 {
        self.expiration.duration_since(now).as_secs()
    }
}

impl From<Written<'_>> for Issued {
    fn from(written: Written<'_>) -> Self {
        Self {
            access_key_id: written.access_key_id.into_owned(),
            secret_access_key: Secret::new(written.secret_access_key.into_owned()),
            session_token: Secret::new(written.session_token.into_owned()),
            expiration: written.expiration.0,
            region: written.region.map(Cow::into_owned),
            endpoints: written.endpoints.unwrap_or_default(),
            session_id: written.session_id.into_owned(),
            arn: written.arn.into_owned(),
            seconds: written.seconds,
            warnings: written.warnings,
        }
    }
}

/// What is kept under the name of a wish: what came of the last one.
#[derive(Serialize, Deserialize)]
struct Entry<'a> {
    #[serde(borrow, default)]
    issued: Option<Written<'a>>,
    #[serde(default)]
    refused: Option<Refused>,
}

/// A refusal that all who waited for it share: fifty processes do not ask fifty times for what is not granted.
#[derive(Serialize, Deserialize)]
struct Refused {
    at: Moment,
    status: u8,
    text: String,
    fields: Vec<String>,
    fix: Option<String>,
    code: String,
}

/// What came of the last wish of a name.
pub(super) enum Kept {
    Issued(Issued),
    Refused { at: Timestamp, refusal: Refusal },
}

impl Kept {
    pub(super) fn read(vault: &Vault, name: &str) -> Option<Self> {
        let plain = vault.read(name)?;
        let entry: Entry<'_> = serde_json::from_slice(&plain).ok()?;
        if let Some(written) = entry.issued {
            return Some(Self::Issued(written.into()));
        }
        let Refused { at, status, text, fields, fix, code } = entry.refused?;
        let status = Status::from_code(status);
        Some(Self::Refused {
            at: at.0,
            refusal: Refusal { status, text, fields, fix, code, is_outage: false },
        })
    }
}

/// Keeps credentials.
pub(super) fn keep(vault: &Vault, name: &str, issued: &Issued) -> anyhow::Result<()> {
    write(vault, name, &Entry { issued: Some(issued.written()), refused: None })
}

/// Keeps that there are none; what was there before is forgotten.
pub(super) fn keep_refusal(
    vault: &Vault,
    name: &str,
    refusal: &Refusal,
    at: Timestamp,
) -> anyhow::Result<()> {
    let Refusal { status, text, fields, fix, code, .. } = refusal.clone();
    let refused = Refused { at: Moment(at), status: status.code(), text, fields, fix, code };
    write(vault, name, &Entry { issued: None, refused: Some(refused) })
}

fn write(vault: &Vault, name: &str, entry: &Entry<'_>) -> anyhow::Result<()> {
    // Large enough never to grow, which would leave a copy behind.
    let mut plain = Zeroizing::new(Vec::with_capacity(64 * 1024));
    serde_json::to_writer(&mut *plain, entry)?;
    vault.write(name, &plain)
}
