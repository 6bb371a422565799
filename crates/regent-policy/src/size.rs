//! How long a policy is, as AWS's quotas count.

/// The characters of a policy without the white space between its elements.
///
/// AWS says that it does not count white space. Blanks inside of strings are counted here: they are part of
/// what the policy says, and counting them errs on the side of a full quota.
// CHOICE: AWS does not say whether blanks inside of strings count.
///
/// ```
/// assert_eq!(regent_policy::counted_size("{ \"Sid\" : \"two words\" }\n"), 19);
/// ```
pub fn counted_size(text: &str) -> usize {
    let mut is_string = false;
    let mut is_escaped = false;
    text.chars()
        .filter(|found| {
            let counts = is_string || !matches!(found, ' ' | '\t' | '\n' | '\r');
            match found {
                '"' if !is_escaped => is_string = !is_string,
                _ => {}
            }
            is_escaped = is_string && *found == '\\' && !is_escaped;
            counts
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_counts_inside_of_strings_alone() {
        for (text, size) in [
            ("", 0),
            (" \t\r\n", 0),
            ("{}", 2),
            ("{ \"a\" : [ 1 , 2 ] }", 11),
            ("\"a b\"", 5),
            (r#""a\" b" "#, 7),
            (r#""a\\" "b""#, 8),
            ("\"é é\"", 5),
        ] {
            assert_eq!(counted_size(text), size, "{text}");
        }
    }
}
