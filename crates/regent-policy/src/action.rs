//! The action of a request: `service:Name`.

use thiserror::Error;

use crate::hash::{self, Case, Prefixes};

/// The longest action read, in bytes: what IAM's simulator takes.
const LONGEST: usize = 128;

/// An action that somebody asks to perform, prepared for matching.
///
/// Case does not matter, neither in the service nor in the name; the spelling is kept for messages. Preparing
/// one is cheap, and [`action!`](crate::action!) does it at compile time:
///
/// ```
/// use regent_policy::{Action, action};
///
/// static ASSUME_ROLE: Action<'static> = action!("sts:AssumeRole");
/// assert_eq!(ASSUME_ROLE, Action::parse("STS:assumerole")?);
/// # Ok::<(), regent_policy::ParseActionError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Action<'a> {
    name: &'a str,
    lowered: [u8; LONGEST],
    prefixes: Prefixes<8>,
    service: u64,
}

/// Why a text names no action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ParseActionError {
    /// It has to be a service's prefix, one colon, and a name.
    #[error("expected an action of the form `service:Name`")]
    NotPrefixed,
    /// Longer than any action is.
    #[error("expected an action of at most {LONGEST} bytes")]
    TooLong,
}

impl<'a> Action<'a> {
    /// Reads an action. Wildcards are no part of one: nobody performs `s3:Get*`.
    #[expect(
        clippy::indexing_slicing,
        reason = "slices have no `get` in a const fn; `at` is below both lengths"
    )]
    pub const fn parse(name: &'a str) -> Result<Self, ParseActionError> {
        let bytes = name.as_bytes();
        if bytes.len() > LONGEST {
            return Err(ParseActionError::TooLong);
        }
        let mut lowered = [0; LONGEST];
        let mut colon = None;
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            lowered[at] = byte.to_ascii_lowercase();
            match byte {
                b':' if colon.is_none() => colon = Some(at),
                b':' | b' ' | b',' | b'*' | b'?' => return Err(ParseActionError::NotPrefixed),
                _ => {}
            }
            at += 1;
        }
        let Some(colon) = colon else { return Err(ParseActionError::NotPrefixed) };
        if colon == 0 || colon + 1 == bytes.len() {
            return Err(ParseActionError::NotPrefixed);
        }
        let (service, _) = bytes.split_at(colon);
        Ok(Self {
            name,
            lowered,
            prefixes: Prefixes::new(bytes, Case::Lowered),
            service: service_bit(service),
        })
    }

    /// The action in the spelling it came in.
    pub const fn name(&self) -> &'a str {
        self.name
    }

    pub(crate) fn lowered(&self) -> &[u8] {
        self.lowered.get(..self.name.len()).unwrap_or_default()
    }

    pub(crate) fn prefixes(&self) -> &Prefixes<8> {
        &self.prefixes
    }

    /// The bit that stands for the service in a set of services.
    pub(crate) fn service(&self) -> u64 {
        self.service
    }
}

impl PartialEq for Action<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.lowered() == other.lowered()
    }
}

impl Eq for Action<'_> {}

/// One of 64 bits for a service prefix. Two services may share one; that costs a look, not an answer.
pub(crate) const fn service_bit(service: &[u8]) -> u64 {
    1 << (hash::of_name(service) >> 58)
}

/// An [`Action`] prepared at compile time. A text that names no action does not compile.
///
/// ```compile_fail
/// let action = regent_policy::action!("AssumeRole");
/// ```
#[macro_export]
macro_rules! action {
    ($name:expr) => {
        const {
            match $crate::Action::parse($name) {
                Ok(action) => action,
                Err(_) => panic!("expected an action of the form `service:Name`"),
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_a_prefix_a_colon_and_a_name() {
        let action = Action::parse("S3:GetObject").unwrap();
        assert_eq!((action.name(), action.lowered()), ("S3:GetObject", b"s3:getobject".as_slice()));
        assert_eq!(action, Action::parse("s3:getobject").unwrap());
        assert_eq!(action.service(), service_bit(b"s3"));
    }

    #[test]
    fn anything_else_is_no_action() {
        for name in
            ["", "*", "s3", "s3:", ":Get", "s3:Get:Object", "s3:Get*", "s3:Get Object", "s3:Get,s3:Put"]
        {
            assert_eq!(Action::parse(name).unwrap_err(), ParseActionError::NotPrefixed, "{name}");
        }
        let long = format!("s3:{}", "x".repeat(126));
        assert_eq!(Action::parse(&long).unwrap_err(), ParseActionError::TooLong);
    }
}
