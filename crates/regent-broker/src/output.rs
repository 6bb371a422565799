//! Credentials as they leave: one value, in every form that a program or a shell reads.

use jiff::Timestamp;

use crate::plan::Warning;
use crate::{PrincipalType, Secret};

mod buffer;
mod file;
mod form;
mod json;
mod shell;
mod variables;

pub use form::{Form, ParseFormError};

use buffer::Buffer;
use variables::Variables;

/// Credentials that were issued, and what there is to know about them.
#[derive(Debug, Clone)]
pub struct Issued {
    /// `ASIA…`: not a secret.
    pub access_key_id: String,
    /// The secret half of the key.
    pub secret_access_key: Secret,
    /// What makes the key a session's.
    pub session_token: Secret,
    /// When it ends.
    pub expiration: Timestamp,
    /// The region that the connector suggests.
    pub region: Option<String>,
    /// Where STS and IAM are; nothing where they are AWS's.
    pub endpoints: Option<Endpoints>,
    /// Regent's id of the session.
    pub session_id: String,
    /// Whose credentials they are.
    pub identity: Identity,
    /// What the person should know.
    pub warnings: Vec<Warning>,
}

/// An upstream that is not AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Its STS.
    pub sts: String,
    /// Its IAM, if it has one.
    pub iam: Option<String>,
}

/// Who the upstream says the credentials are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// How the session was made.
    pub principal_type: PrincipalType,
    /// What `GetCallerIdentity` will answer.
    pub arn: Option<String>,
    /// The unique id that goes with it: of the assumed role, of the federated user.
    pub user_id: Option<String>,
    /// The role, if one was assumed.
    pub role_arn: Option<String>,
    /// The account.
    pub account_id: Option<String>,
}

/// What some forms leave to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style<'a> {
    /// What the names of build variables begin with.
    pub namespace: &'a str,
    /// The section of a credentials file.
    pub profile: &'a str,
    /// Whether build variables also say who one is.
    pub caller_identity: bool,
}

impl Default for Style<'_> {
    fn default() -> Self {
        Self { namespace: "custom.aws", profile: "default", caller_identity: false }
    }
}

/// Why credentials could not be written in a form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutputError {
    /// A value that would end its line, or that a terminal would obey.
    #[error("the value of `{name}` has a control character, which only the JSON forms can carry")]
    ControlCharacter {
        /// Whose value.
        name: &'static str,
    },
    /// A value that the form has no reliable way to write.
    #[error(
        "the value of `{name}` has a `{character}`, which `{form}` cannot carry; use another form, such as json"
    )]
    NotQuotable {
        /// Whose value.
        name: &'static str,
        /// The form.
        form: Form,
        /// What stands in the way.
        character: char,
    },
    /// A namespace or profile that could end its line or name something else.
    #[error("`{given}` cannot be a {what}: expected up to 128 letters, digits and _.@+=/-")]
    BadName {
        /// What was given.
        given: String,
        /// For what.
        what: &'static str,
    },
    /// A form that sets nothing in a shell.
    #[error("`{0}` sets nothing that could be unset: expected shell, fish, powershell, cmd or tcsh")]
    NothingToUnset(Form),
}

impl Issued {
    /// Writes the credentials.
    ///
    /// A shell's form also unsets the endpoints that the credentials do not have: an environment describes one session
    /// as a whole, and no earlier one shines through.
    ///
    /// ```
    /// use regent_broker::output::{Form, Identity, Issued, Style};
    /// use regent_broker::{PrincipalType, Secret};
    ///
    /// let issued = Issued {
    ///     access_key_id: "ASIAEXAMPLE".to_owned(),
    ///     secret_access_key: Secret::new("wJalr'XUtn".to_owned()),
    ///     session_token: Secret::new("FwoGZXIvYXdzEA==".to_owned()),
    ///     expiration: "2026-11-22T10:00:00Z".parse()?,
    ///     region: Some("eu-central-1".to_owned()),
    ///     endpoints: None,
    ///     session_id: "sess_01".to_owned(),
    ///     identity: Identity {
    ///         principal_type: PrincipalType::IamUserSession,
    ///         arn: None,
    ///         user_id: None,
    ///         role_arn: None,
    ///         account_id: None,
    ///     },
    ///     warnings: Vec::new(),
    /// };
    /// let script = issued.write("shell".parse::<Form>()?, &Style::default())?;
    /// assert!(script.reveal().contains(r"export AWS_SECRET_ACCESS_KEY='wJalr'\''XUtn'"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write(&self, form: Form, style: &Style<'_>) -> Result<Secret, OutputError> {
        let mut buffer = Buffer::with_room(self.room());
        match form {
            Form::Json => json::json(self, &mut buffer),
            Form::Aws => json::aws(self, &mut buffer),
            Form::CredentialProcess => json::credential_process(self, &mut buffer),
            Form::Container => json::container(self, &mut buffer),
            Form::Shell | Form::Fish | Form::Powershell | Form::Cmd | Form::Tcsh => {
                shell::set(&Variables::of(self)?, form, &mut buffer)?;
            }
            Form::Env => file::env(&Variables::of(self)?, &mut buffer),
            Form::Dotenv => file::dotenv(&Variables::of(self)?, &mut buffer)?,
            Form::Ini => file::ini(self, style, &mut buffer)?,
            Form::Bamboo => file::bamboo(self, style, &mut buffer)?,
        }
        Ok(buffer.into_secret())
    }

    /// More than any form needs, so that no buffer with a secret in it grows.
    fn room(&self) -> usize {
        let identity = &self.identity;
        let optional =
            [&self.region, &identity.arn, &identity.user_id, &identity.role_arn, &identity.account_id];
        let endpoints = self.endpoints.as_ref();
        let texts = [&self.access_key_id, &self.session_id]
            .into_iter()
            .chain(optional.into_iter().flatten())
            .chain(endpoints.map(|endpoints| &endpoints.sts))
            .chain(endpoints.and_then(|endpoints| endpoints.iam.as_ref()))
            .map(String::len)
            .chain([&self.secret_access_key, &self.session_token].map(|secret| secret.reveal().len()))
            .chain(self.warnings.iter().map(|warning| warning.code.len() + warning.text.len() + 64));
        // A character takes six at most, as `\u0000`, and some values stand there twice.
        texts.sum::<usize>() * 12 + 4096
    }
}

/// Takes the session out of a shell again: all that any of its forms sets.
pub fn unset(form: Form) -> Result<String, OutputError> {
    match form {
        Form::Shell | Form::Fish | Form::Powershell | Form::Cmd | Form::Tcsh => {
            let mut buffer = Buffer::with_room(1024);
            shell::unset(&variables::NAMES, form, &mut buffer);
            Ok(buffer.into_text())
        }
        Form::Json
        | Form::Aws
        | Form::CredentialProcess
        | Form::Container
        | Form::Env
        | Form::Dotenv
        | Form::Ini
        | Form::Bamboo => Err(OutputError::NothingToUnset(form)),
    }
}
