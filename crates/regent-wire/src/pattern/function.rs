//! Patterns that need more than an automaton. Each has a row in `models/overrides.toml`.

/// `^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`: an account alias.
///
/// Letters and digits with single dashes between them, 3 to 63 in all.
///
/// AWS: IAM API reference, `CreateAccountAlias`.
pub fn account_alias(value: &str) -> bool {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    let bytes = value.as_bytes();
    (3..=63).contains(&bytes.len())
        && bytes.first().copied().is_some_and(plain)
        && bytes.last().copied().is_some_and(plain)
        && bytes.iter().all(|&c| plain(c) || c == b'-')
        && !bytes.windows(2).any(|pair| pair == b"--")
}

#[cfg(test)]
mod tests {
    use super::account_alias;

    #[test]
    fn an_alias_has_single_dashes_between_letters_and_digits() {
        let longest = "a".repeat(63);
        for alias in ["abc", "a1b", "a-b", "my-org-2", "000", &longest] {
            assert!(account_alias(alias), "{alias}");
        }
        let too_long = "a".repeat(64);
        for alias in ["", "ab", "-ab", "ab-", "a--b", "aBc", "a_b", "äbc", &too_long] {
            assert!(!account_alias(alias), "{alias}");
        }
    }
}
