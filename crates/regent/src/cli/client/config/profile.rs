//! A profile of AWS's configuration file.

use std::fmt::Write as _;

/// What a profile for a connector holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Profile {
    pub(super) name: String,
    pub(super) command: String,
    pub(super) region: Option<String>,
    /// Where STS and IAM are, if not where AWS has them.
    pub(super) endpoint_url: Option<String>,
}

impl Profile {
    /// Its section.
    pub(super) fn text(&self) -> String {
        let mut text = format!("[profile {}]\ncredential_process = {}\n", self.name, self.command);
        for (name, value) in [("region", &self.region), ("endpoint_url", &self.endpoint_url)] {
            // A line break would begin something else: the server has no business to.
            if let Some(value) = value.as_ref().filter(|value| !value.contains(char::is_control)) {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{name} = {value}");
            }
        }
        text
    }
}

/// Letters of a name that AWS's tools read without quotes.
pub(super) fn is_name_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "-_./@+".contains(letter)
}
