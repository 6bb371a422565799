//! The names of role sessions and federated users.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;

/// The shortest name that STS takes, of a role session, of a federated user and of a source identity.
pub(crate) const LEAST_CHARACTERS: usize = 2;
/// How much of the hash stands behind a name that had to be changed.
const HASH_CHARACTERS: usize = 8;

/// Whether STS lets the character into a name: `[\w+=,.@-]`, and `\w` is ASCII.
pub(crate) const fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '+' | '=' | ',' | '.' | '@' | '-')
}

/// Makes a name of a text: as it is where that is a name, else with `-` for what must not be there, cut, and with a hash
/// of who asked, so that two people never share a name.
///
/// A text that already ends as if with a hash gets another: else a person could take a name that was made for someone
/// else.
pub(crate) fn session_name(text: &str, most_characters: usize, asker_id: &str) -> String {
    let is_kept = text.chars().all(is_name_character)
        && (LEAST_CHARACTERS..=most_characters).contains(&text.len())
        && !ends_like_hash(text);
    if is_kept {
        return text.to_owned();
    }
    let kept = most_characters.saturating_sub(HASH_CHARACTERS + 1);
    let hash = HEXLOWER.encode(digest(&SHA256, asker_id.as_bytes()).as_ref());
    let name =
        text.chars().take(kept).map(|character| if is_name_character(character) { character } else { '-' });
    name.chain(['-']).chain(hash.chars().take(HASH_CHARACTERS)).collect()
}

fn ends_like_hash(text: &str) -> bool {
    text.rsplit_once('-').is_some_and(|(_, end)| {
        end.len() == HASH_CHARACTERS && end.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

#[cfg(test)]
mod tests {
    use super::session_name;

    #[track_caller]
    fn check(text: &str, most: usize, expected: &str) {
        let name = session_name(text, most, "usr_01");
        assert_eq!(name, expected);
        assert!((2..=most).contains(&name.len()));
    }

    #[test]
    fn a_name_is_kept_where_it_can_be() {
        check("ana", 64, "ana");
        check("ana@example.com", 32, "ana@example.com");
        check("a_b+c=d,e.f@g-h", 32, "a_b+c=d,e.f@g-h");
        check(&"x".repeat(64), 64, &"x".repeat(64));
    }

    #[test]
    fn what_had_to_be_changed_ends_with_a_hash_of_who_asked() {
        check("Ana María", 64, "Ana-Mar-a-fd7f00b6");
        check("a", 64, "a-fd7f00b6");
        check("", 64, "-fd7f00b6");
        check("ana-0badcafe", 64, "ana-0badcafe-fd7f00b6");
        check("ana/../root*", 32, "ana-..-root--fd7f00b6");
        check(&"x".repeat(65), 64, &format!("{}-fd7f00b6", "x".repeat(55)));
        check(&"x".repeat(33), 32, &format!("{}-fd7f00b6", "x".repeat(23)));
    }
}
