//! Consoles, and the Regions that their addresses name.

/// Whether a text has the form of a Region's name: `eu-west-1`.
pub(crate) fn is_region(region: &str) -> bool {
    let mut parts: Vec<&str> = region.split('-').collect();
    let number = parts.pop().unwrap_or_default();
    let is_word =
        |part: &&str| (2..=12).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase());
    (1..=2).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && (2..=4).contains(&parts.len())
        && parts.iter().all(is_word)
}
