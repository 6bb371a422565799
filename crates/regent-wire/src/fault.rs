//! The one error a client sees.
//!
//! A [`Fault`] is a code, from a service's generated catalogue or from [`common`], and two texts: the
//! message, which is AWS's wording and goes to the caller, and the cause, which goes to the log. They are
//! separate fields, so that what is meant for the log cannot reach the caller by formatting.

pub mod common;

use std::error::Error;
use std::fmt;

pub use common::Common;

/// An error as a client sees it, with what only the operator may know.
///
/// `Display` is the code and the message. `Debug` adds the cause.
#[derive(Debug)]
pub struct Fault {
    code: Code,
    message: Option<String>,
    cause: Option<Box<dyn Error + Send + Sync>>,
    details: Vec<(&'static str, String)>,
}

/// Where a code comes from.
#[derive(Debug, Clone, Copy)]
pub enum Code {
    /// An error the model names.
    Modelled(&'static ErrorMeta),
    /// An error every service answers.
    Common(&'static Common),
}

/// An error of a service's model.
#[derive(Debug)]
pub struct ErrorMeta {
    /// The model's name, such as `NoSuchEntityException`.
    pub shape: &'static str,
    /// The code on the wire, such as `NoSuchEntity`.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// Whose fault it is.
    pub blame: Blame,
}

/// Whose fault an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The caller's: trying again changes nothing.
    Sender,
    /// The service's.
    Receiver,
}

/// How the words of an error differ between protocols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// awsQuery: short codes, statuses that mean something.
    Query,
    /// awsJson and RPC v2 CBOR: codes are shape names, statuses are 400 and 500.
    Rpc,
    /// rest-json: codes are shape names, statuses mean something.
    Rest,
}

impl Fault {
    /// An error of the service's catalogue.
    pub fn new(error: &'static ErrorMeta, message: impl Into<String>) -> Self {
        Self::of(Code::Modelled(error), Some(message.into()))
    }

    /// A modelled error that AWS answers without a message.
    pub fn silent(error: &'static ErrorMeta) -> Self {
        Self::of(Code::Modelled(error), None)
    }

    /// An error every service answers. The constructors in [`common`] carry the usual texts.
    pub fn common(error: &'static Common, message: impl Into<String>) -> Self {
        Self::of(Code::Common(error), Some(message.into()))
    }

    fn of(code: Code, message: Option<String>) -> Self {
        Self { code, message, cause: None, details: Vec::new() }
    }

    /// Adds what only the log may say.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Adds a member that the error's shape has besides its message, for JSON bodies.
    #[must_use]
    pub fn with_detail(mut self, member: &'static str, value: impl Into<String>) -> Self {
        self.details.push((member, value.into()));
        self
    }

    /// Where the code comes from.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The text for the caller.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// The text for the log.
    pub fn cause(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        self.cause.as_deref()
    }

    /// Members beyond code and message.
    pub fn details(&self) -> &[(&'static str, String)] {
        &self.details
    }

    /// The code on the wire.
    pub const fn code_in(&self, dialect: Dialect) -> &'static str {
        match (self.code, dialect) {
            (Code::Modelled(error), _) => error.code,
            (Code::Common(error), dialect) => error.wire(dialect).code,
        }
    }

    /// The HTTP status.
    pub const fn status_in(&self, dialect: Dialect) -> u16 {
        match (self.code, dialect) {
            (Code::Modelled(error), _) => error.status,
            (Code::Common(error), dialect) => error.wire(dialect).status,
        }
    }

    /// Whose fault it is.
    pub const fn blame(&self) -> Blame {
        match self.code {
            Code::Modelled(error) => error.blame,
            Code::Common(error) => error.blame,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code_in(Dialect::Query))?;
        match &self.message {
            Some(message) => write!(f, ": {message}"),
            None => Ok(()),
        }
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.cause {
            Some(cause) => Some(cause.as_ref()),
            None => None,
        }
    }
}

impl Blame {
    /// The word in Query answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sender => "Sender",
            Self::Receiver => "Receiver",
        }
    }
}
