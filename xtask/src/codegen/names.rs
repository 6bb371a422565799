//! Names: from the model's to Rust's.

/// The words of a name. `SAMLMetadataDocument` has three, `ClientIDList` too, `aws-managed` two.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (at, &letter) in letters.iter().enumerate() {
        let previous = at.checked_sub(1).and_then(|at| letters.get(at)).copied().unwrap_or('_');
        if !letter.is_ascii_alphanumeric() {
            words.push(std::mem::take(&mut word));
            continue;
        }
        if letter.is_ascii_uppercase() && begins_word(previous, &letters, at) {
            words.push(std::mem::take(&mut word));
        }
        word.push(letter);
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// Whether the capital at this place begins a word: behind a small letter or digit, or at the end of a run
/// of capitals that a small letter follows. (The `s` of `IDs` follows a run and belongs to it.)
fn begins_word(previous: char, letters: &[char], at: usize) -> bool {
    if !previous.is_ascii_uppercase() {
        return true;
    }
    let next = letters.get(at + 1).copied().unwrap_or('_');
    let after = letters.get(at + 2).copied().unwrap_or('_');
    let is_plural = next == 's' && !after.is_ascii_lowercase();
    next.is_ascii_lowercase() && !is_plural
}

/// `user_name`, the name of a field. A keyword is raw.
pub(super) fn field(name: &str) -> String {
    let name = words(name).join("_").to_ascii_lowercase();
    match name.as_str() {
        "type" | "ref" | "match" | "use" | "in" | "mod" | "where" | "async" | "final" | "abstract"
        | "static" => {
            format!("r#{name}")
        }
        _ => name,
    }
}

/// `USER_NAME`, the name of a constant.
pub(super) fn constant(name: &str) -> String {
    words(name).join("_").to_ascii_uppercase()
}

/// The name of a type: the model's own, beginning with a capital.
pub(super) fn type_name(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// `TextCsv`, the name of a variant: words, however the value is written.
pub(super) fn variant(value: &str) -> String {
    let name: String = words(value)
        .iter()
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(letters.map(|letter| letter.to_ascii_lowercase())).collect::<String>()
        })
        .collect();
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("N{name}") } else { name }
}

/// Whether Rust source uses a name. Comments and texts do not count.
pub(super) fn uses(source: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    source.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| {
        line.match_indices(name).any(|(at, _)| {
            let before = line.get(..at).unwrap_or_default();
            let behind = line.get(at + name.len()..).unwrap_or_default();
            let is_text = before.matches('"').count() % 2 == 1;
            !is_text && !before.ends_with(is_part) && !behind.starts_with(is_part)
        })
    })
}

/// A text as Rust source: raw where that reads better.
pub(super) fn literal(text: &str) -> String {
    let is_plain = text.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    if text.contains('\\') && is_plain && !text.contains('"') {
        format!("r\"{text}\"")
    } else {
        format!("{text:?}")
    }
}

/// A number as Rust source: in groups of three digits, as one reads it.
pub(super) fn number(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

/// A number as Rust source: hexadecimal, in groups of four digits.
pub(super) fn hexadecimal(number: impl Into<u128>) -> String {
    let digits = format!("{:X}", number.into());
    let mut text = String::from("0x");
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(4) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #[track_caller]
    fn check(function: fn(&str) -> String, cases: &[(&str, &str)]) {
        for (name, expected) in cases {
            assert_eq!(function(name), *expected, "{name}");
        }
    }

    #[test]
    fn fields_are_in_snake_case() {
        check(
            super::field,
            &[
                ("UserName", "user_name"),
                ("SAMLMetadataDocument", "saml_metadata_document"),
                ("ClientIDList", "client_id_list"),
                ("QRCodePNG", "qr_code_png"),
                ("Base32StringSeed", "base32_string_seed"),
                ("SSHPublicKeyId", "ssh_public_key_id"),
                ("AccountIDs", "account_ids"),
                ("arn", "arn"),
                ("s3Bucket", "s3_bucket"),
                ("Type", "r#type"),
            ],
        );
    }

    #[test]
    fn constants_are_in_capitals() {
        check(super::constant, &[("userNameType", "USER_NAME_TYPE"), ("NoSuchEntity", "NO_SUCH_ENTITY")]);
    }

    #[test]
    fn variants_are_words() {
        check(
            super::variant,
            &[
                ("Active", "Active"),
                ("SSH", "Ssh"),
                ("text/csv", "TextCsv"),
                ("aws-managed", "AwsManaged"),
                ("IN_PROGRESS", "InProgress"),
                ("explicitDeny", "ExplicitDeny"),
                ("MFADevicesInUse", "MfaDevicesInUse"),
                ("2fa", "N2fa"),
            ],
        );
    }

    #[test]
    fn a_name_is_used_as_a_word_of_the_source_only() {
        assert!(super::uses("let x: Vec<Timestamp> = y;", "Timestamp"));
        for unused in ["/// `Timestamp`.", "let x: TimestampFormat;", "let x = \"Timestamp\";", "MyTimestamp"]
        {
            assert!(!super::uses(unused, "Timestamp"), "{unused}");
        }
    }

    #[test]
    fn numbers_are_in_groups() {
        for (number, expected) in [(0, "0"), (999, "999"), (-1000, "-1_000"), (10_000_000, "10_000_000")] {
            assert_eq!(super::number(number), expected);
        }
        assert_eq!(super::hexadecimal(0x10_FFFF_u32), "0x10_FFFF");
        assert_eq!(super::hexadecimal(0xAB_u32), "0xAB");
    }

    #[test]
    fn types_keep_their_names() {
        check(super::type_name, &[("statusType", "StatusType"), ("SSHPublicKey", "SSHPublicKey")]);
    }
}
