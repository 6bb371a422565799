use std::borrow::Cow;

use jiff::Timestamp;

use super::{Issued, OutputError};

/// All that an environment can get of a session.
pub(super) const NAMES: [&str; 9] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    STS_ENDPOINT,
    IAM_ENDPOINT,
    "REGENT_SESSION_ID",
];
const STS_ENDPOINT: &str = "AWS_ENDPOINT_URL_STS";
const IAM_ENDPOINT: &str = "AWS_ENDPOINT_URL_IAM";

/// A session as an environment: no value has a control character.
pub(super) struct Variables<'a> {
    /// What is set, in the order of [`NAMES`].
    pub(super) set: Vec<(&'static str, Cow<'a, str>)>,
    /// What an earlier session may have left behind.
    pub(super) stale: Vec<&'static str>,
}

impl<'a> Variables<'a> {
    pub(super) fn of(issued: &'a Issued) -> Result<Self, OutputError> {
        let endpoints = issued.endpoints.as_ref();
        let values = [
            Some(issued.access_key_id.as_str()),
            Some(issued.secret_access_key.reveal()),
            Some(issued.session_token.reveal()),
            None,
            issued.region.as_deref(),
            issued.region.as_deref(),
            endpoints.map(|endpoints| endpoints.sts.as_str()),
            endpoints.and_then(|endpoints| endpoints.iam.as_deref()),
            Some(issued.session_id.as_str()),
        ];
        let mut variables = Self { set: Vec::new(), stale: Vec::new() };
        for (name, value) in NAMES.into_iter().zip(values) {
            match value {
                Some(value) => variables.set.push((name, Cow::Borrowed(checked(name, value)?))),
                None if name == "AWS_CREDENTIAL_EXPIRATION" => {
                    variables.set.push((name, Cow::Owned(expiration(issued.expiration))));
                }
                None if matches!(name, STS_ENDPOINT | IAM_ENDPOINT) => variables.stale.push(name),
                None => {}
            }
        }
        Ok(variables)
    }
}

/// The value, unless it would end its line.
pub(super) fn checked<'a>(name: &'static str, value: &'a str) -> Result<&'a str, OutputError> {
    if value.chars().any(char::is_control) { Err(OutputError::ControlCharacter { name }) } else { Ok(value) }
}

/// To the second, as AWS writes it.
pub(super) fn expiration(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
