//! Links that switch a signed-in person to a role.

use url::Url;

use super::{ConsoleSite, DestinationError, Site};

/// The longest path and name of a role that a link may have.
const MAX_ROLE_CHARACTERS: usize = 64;
/// The longest display name.
const MAX_DISPLAY_CHARACTERS: usize = 64;

/// What a link to switch roles says.
///
/// It gives a session of an hour, without tags, source identity or external id: a role whose trust policy asks for one
/// of them cannot be switched to. The root user cannot switch at all.
///
/// AWS: "Switch from a user to an IAM role (console)".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SwitchRole<'a> {
    /// The account's number or alias.
    pub account: &'a str,
    /// The role's name, with its path before it: `ops/deploy`.
    pub role_name: &'a str,
    /// What the console calls the role for this person.
    pub display_name: Option<&'a str>,
    /// The color of that name, as six hexadecimal digits.
    pub color: Option<&'a str>,
}

/// Why no link can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SwitchRoleError {
    /// Neither a number nor an alias.
    #[error("`{0}` is no account: expected 12 digits, or an alias of 3 to 63 of `a-z`, `0-9` and `-`")]
    Account(String),
    /// Not a role's name, or too long for a link.
    #[error(
        "`{0}` is no role that a link can name: expected path and name of at most {MAX_ROLE_CHARACTERS} characters"
    )]
    RoleName(String),
    /// Empty, too long or not printable.
    #[error("expected a display name of 1 to {MAX_DISPLAY_CHARACTERS} characters without control characters")]
    DisplayName,
    /// Not a color.
    #[error("`{0}` is no color: expected six hexadecimal digits")]
    Color(String),
    /// There is no such page.
    #[error("only a console of AWS switches roles by a link")]
    NotOfAws,
    /// The address could not be made.
    #[error("the partition has no such sign-in")]
    Address(#[from] DestinationError),
}

impl ConsoleSite {
    /// A link that switches whoever opens it, and is signed in, to a role.
    pub fn switch_role_url(&self, to: &SwitchRole<'_>) -> Result<Url, SwitchRoleError> {
        let Site::Aws(hosts) = &self.0 else { return Err(SwitchRoleError::NotOfAws) };
        if !is_account(to.account) {
            return Err(SwitchRoleError::Account(to.account.to_owned()));
        }
        // IAM shows a path with a slash before it, and the link wants it without.
        let role_name = to.role_name.strip_prefix('/').unwrap_or(to.role_name);
        if !is_role_name(role_name) {
            return Err(SwitchRoleError::RoleName(to.role_name.to_owned()));
        }
        let mut url = hosts.url(hosts.signin, None, "/switchrole")?;
        url.query_pairs_mut().append_pair("account", to.account).append_pair("roleName", role_name);
        if let Some(name) = to.display_name {
            let is_shown = (1..=MAX_DISPLAY_CHARACTERS).contains(&name.chars().count());
            if !is_shown || name.chars().any(char::is_control) {
                return Err(SwitchRoleError::DisplayName);
            }
            url.query_pairs_mut().append_pair("displayName", name);
        }
        if let Some(color) = to.color {
            if color.len() != 6 || !color.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(SwitchRoleError::Color(color.to_owned()));
            }
            url.query_pairs_mut().append_pair("color", color);
        }
        Ok(url)
    }
}

fn is_account(account: &str) -> bool {
    let is_taken = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_number = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    // AWS: IAM API reference, `CreateAccountAlias`. No alias looks like a number.
    let is_alias = (3..=63).contains(&account.len())
        && account.bytes().all(is_taken)
        && !account.starts_with('-')
        && !account.ends_with('-')
        && !account.contains("--")
        && !account.bytes().all(|byte| byte.is_ascii_digit());
    is_number || is_alias
}

fn is_role_name(name: &str) -> bool {
    let is_taken = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'=' | b',' | b'.' | b'@' | b'-')
    };
    name.len() <= MAX_ROLE_CHARACTERS
        && name.split('/').all(|part| !part.is_empty() && part.bytes().all(is_taken))
}
