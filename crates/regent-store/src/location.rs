//! Where the data lives, as the configuration says it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where the data lives.
///
/// ```
/// use regent_store::Location;
///
/// assert_eq!("memory".parse(), Ok(Location::Memory));
/// assert_eq!("sqlite:/var/lib/regent/regent.db".parse(), Ok(Location::File("/var/lib/regent/regent.db".into())));
/// assert!("mysql://localhost/regent".parse::<Location>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// Nowhere: gone with the process. `memory`
    Memory,
    /// A SQLite file, made if it is not there. `sqlite:PATH`
    File(PathBuf),
    /// PostgreSQL, or a server that speaks its wire. `postgres://…`, with TLS by `sslmode`
    ///
    /// What the URL leaves out is taken from the variables of libpq (`PGHOST`, `PGPASSWORD`, …).
    Postgres(String),
}

/// Why a text names no place for data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a database is `memory`, `sqlite:PATH` or `postgres://…`, not `{scheme}`")]
pub struct ParseLocationError {
    /// What stood before the colon. The rest may hold a password and is not repeated.
    scheme: String,
}

impl FromStr for Location {
    type Err = ParseLocationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "memory" => Ok(Self::Memory),
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => {
                Ok(Self::Postgres(text.to_owned()))
            }
            Some((scheme, _)) => Err(ParseLocationError { scheme: scheme.to_owned() }),
            None => Err(ParseLocationError { scheme: text.to_owned() }),
        }
    }
}

impl fmt::Debug for Location {
    /// Never the URL: it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("Memory"),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Postgres(_) => f.write_str("Postgres(..)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Location;

    #[test]
    fn no_message_repeats_a_password() {
        let url = "postgres://regent:hunter2@db/regent";
        assert_eq!(format!("{:?}", url.parse::<Location>()), "Ok(Postgres(..))");
        for wrong in ["postgres:regent:hunter2@db", "mysql://regent:hunter2@db", "sqlite:"] {
            let error = wrong.parse::<Location>().unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{wrong}");
        }
    }
}
