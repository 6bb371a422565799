//! Values for context keys, as the simulator takes them: with a type.

use thiserror::Error;

use crate::base64;
use crate::context::{Context, Key};
use crate::decimal::Decimal;
use crate::instant::Instant;
use crate::network::Address;

/// The type that somebody says a context key's values are of.
///
/// The engine needs no types: a condition's operator says how both sides are read. They are checked, because a
/// value that cannot be read as what it was meant to be would silently match nothing.
///
/// AWS: IAM API reference, `ContextEntry`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContextKeyType {
    form: Form,
    is_list: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Form {
    String,
    Numeric,
    Boolean,
    Ip,
    Binary,
    Date,
}

/// Why values are not of their type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ContextEntryError<'a> {
    /// A type that is no list takes exactly one.
    #[error("expected one value of type `{name}`, not {count}")]
    NotOne {
        /// The type.
        name: &'static str,
        /// How many there are.
        count: usize,
    },
    /// One of them cannot be read.
    #[error("expected values of type `{name}`, not `{value}`")]
    Unreadable {
        /// The type.
        name: &'static str,
        /// The value.
        value: &'a str,
    },
}

const TYPES: [(&str, Form, bool); 12] = [
    ("string", Form::String, false),
    ("stringList", Form::String, true),
    ("numeric", Form::Numeric, false),
    ("numericList", Form::Numeric, true),
    ("boolean", Form::Boolean, false),
    ("booleanList", Form::Boolean, true),
    ("ip", Form::Ip, false),
    ("ipList", Form::Ip, true),
    ("binary", Form::Binary, false),
    ("binaryList", Form::Binary, true),
    ("date", Form::Date, false),
    ("dateList", Form::Date, true),
];

impl ContextKeyType {
    /// `string`: any text, once.
    pub const STRING: Self = Self { form: Form::String, is_list: false };
    /// `stringList`: any texts.
    pub const STRING_LIST: Self = Self { form: Form::String, is_list: true };

    /// The type of that name: `string`, `numericList` and so on.
    pub fn from_name(name: &str) -> Option<Self> {
        let found = TYPES.iter().find(|(known, ..)| *known == name);
        found.map(|(_, form, is_list)| Self { form: *form, is_list: *is_list })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        let found = TYPES.iter().find(|(_, form, is_list)| *form == self.form && *is_list == self.is_list);
        found.map_or("string", |(name, ..)| name)
    }

    /// Is it the type of a key with several values? Such a key is never a policy variable.
    pub fn is_list(self) -> bool {
        self.is_list
    }

    /// Checks that values are of the type.
    ///
    /// ```
    /// use regent_policy::simulate::ContextKeyType;
    ///
    /// let address = ContextKeyType::from_name("ip").unwrap();
    /// assert!(address.check(&["203.0.113.7"]).is_ok());
    /// let error = address.check(&["somewhere"]).unwrap_err();
    /// assert_eq!(error.to_string(), "expected values of type `ip`, not `somewhere`");
    /// ```
    pub fn check<'v>(self, values: &[&'v str]) -> Result<(), ContextEntryError<'v>> {
        let name = self.name();
        if !self.is_list && values.len() != 1 {
            return Err(ContextEntryError::NotOne { name, count: values.len() });
        }
        match values.iter().find(|value| !self.form.reads(value)) {
            Some(value) => Err(ContextEntryError::Unreadable { name, value }),
            None => Ok(()),
        }
    }

    /// Sets a key of a context to values of the type.
    pub fn set<'a>(
        self,
        context: &mut Context<'a>,
        key: impl Into<Key<'a>>,
        values: &'a [&'a str],
    ) -> Result<(), ContextEntryError<'a>> {
        self.check(values)?;
        match values {
            [value] if !self.is_list => context.set(key, value),
            values => context.set_many(key, values),
        }
        Ok(())
    }
}

impl Form {
    fn reads(self, value: &str) -> bool {
        match self {
            Self::String => true,
            Self::Numeric => Decimal::parse(value).is_some(),
            Self::Boolean => value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false"),
            Self::Ip => Address::parse(value).is_some(),
            Self::Binary => base64::decode(value).all(|byte| byte.is_ok()),
            Self::Date => Instant::parse(value).is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, values: &[&str], expected: Result<(), &str>) {
        let checked = ContextKeyType::from_name(name).unwrap().check(values);
        assert_eq!(checked.map_err(|error| error.to_string()), expected.map_err(str::to_owned), "{name}");
    }

    #[test]
    fn values_are_of_their_type_or_refused() {
        check("string", &["*"], Ok(()));
        check("string", &[], Err("expected one value of type `string`, not 0"));
        check("date", &["2026", "2027"], Err("expected one value of type `date`, not 2"));
        check("stringList", &[], Ok(()));
        check("numeric", &["-1.50"], Ok(()));
        check("numeric", &["1e3"], Err("expected values of type `numeric`, not `1e3`"));
        check("numericList", &["1", "one"], Err("expected values of type `numericList`, not `one`"));
        check("boolean", &["True"], Ok(()));
        check("boolean", &["1"], Err("expected values of type `boolean`, not `1`"));
        check("ipList", &["203.0.113.7", "2001:db8::1"], Ok(()));
        check("ip", &["203.0.113.0/24"], Err("expected values of type `ip`, not `203.0.113.0/24`"));
        check("binary", &["aGVsbG8="], Ok(()));
        check("binary", &["hello!"], Err("expected values of type `binary`, not `hello!`"));
        check("dateList", &["2026-11-22T00:00:00Z", "1700000000"], Ok(()));
        check("date", &["tomorrow"], Err("expected values of type `date`, not `tomorrow`"));
    }

    #[test]
    fn every_type_has_its_name() {
        for (name, ..) in TYPES {
            assert_eq!(ContextKeyType::from_name(name).map(ContextKeyType::name), Some(name));
        }
        assert_eq!(ContextKeyType::from_name("STRING"), None);
    }
}
