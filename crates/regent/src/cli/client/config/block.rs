//! The block of profiles that is ours, in a file that is somebody else's: nothing outside of the marks changes, not by a byte.

use super::profile::Profile;

const BEGIN: &str =
    "# >>> regent: written by `regent config sync`, which replaces what is between the marks >>>";
const END: &str = "# <<< regent <<<";
/// What the line of a mark begins with, in every version.
const BEGIN_MARK: &str = "# >>> regent";
const END_MARK: &str = "# <<< regent";
const LOST: &str = "# no longer granted";

/// The marks are not as they were written.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum BlockError {
    /// One is missing, or they are in the wrong order.
    #[error("the marks of the managed block do not fit together")]
    Torn,
    /// There is more than one block.
    #[error("there is more than one managed block")]
    Twice,
}

/// A file with its block brought up to date.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Synced {
    pub(super) text: String,
    /// Names of profiles that stand outside of the block, which are left to whoever wrote them.
    pub(super) in_the_way: Vec<String>,
    /// Names of profiles in the block that are no longer wanted: removed, or kept with a remark.
    pub(super) lost: Vec<String>,
}

/// Brings the block up to date: `wanted` profiles in, and those no longer wanted out if `prune` says so.
pub(super) fn sync(text: &str, wanted: &[Profile], prune: bool) -> Result<Synced, BlockError> {
    let (before, block, after) = split(text)?;
    let outside: Vec<&str> = [before, after].into_iter().flat_map(str::lines).filter_map(section).collect();
    let (in_the_way, ours): (Vec<&Profile>, Vec<&Profile>) =
        wanted.iter().partition(|profile| outside.contains(&profile.name.as_str()));
    let is_wanted = |name: &str| wanted.iter().any(|profile| profile.name == name);
    let lost: Vec<(&str, String)> =
        sections(block).into_iter().filter(|(name, _)| !is_wanted(name) && !outside.contains(name)).collect();
    let mut profiles: Vec<String> = ours.iter().map(|profile| profile.text()).collect();
    if !prune {
        profiles.extend(lost.iter().map(|(_, text)| format!("{LOST}\n{text}")));
    }
    let newline = if before.contains("\r\n") { "\r\n" } else { "\n" };
    let block = profiles.join("\n").replace('\n', newline);
    let gap = match before {
        "" => "",
        text if text.ends_with('\n') => "",
        _ => newline,
    };
    let text = if block.is_empty() {
        format!("{before}{after}")
    } else {
        format!("{before}{gap}{BEGIN}{newline}{block}{END}{newline}{after}")
    };
    let names = |profiles: &[&Profile]| profiles.iter().map(|profile| profile.name.clone()).collect();
    let lost = lost.into_iter().map(|(name, _)| name.to_owned()).collect();
    Ok(Synced { text, in_the_way: names(&in_the_way), lost })
}

/// What is before the block, in it and after it.
fn split(text: &str) -> Result<(&str, &str, &str), BlockError> {
    let (mut begin, mut end, mut at) = (None, None, 0);
    for line in text.split_inclusive('\n') {
        let after = at + line.len();
        if line.starts_with(BEGIN_MARK) {
            if begin.replace((at, after)).is_some() {
                return Err(BlockError::Twice);
            }
        } else if line.starts_with(END_MARK) && end.replace((at, after)).is_some() {
            return Err(BlockError::Twice);
        }
        at = after;
    }
    let pieces = match (begin, end) {
        (None, None) => return Ok((text, "", "")),
        (Some((begin, inside)), Some((end, after))) if inside <= end => {
            text.get(..begin).zip(text.get(inside..end)).zip(text.get(after..))
        }
        _ => None,
    };
    pieces.map(|((before, block), after)| (before, block, after)).ok_or(BlockError::Torn)
}

/// The name of the profile whose section a line begins.
fn section(line: &str) -> Option<&str> {
    let inside = line.trim().strip_prefix('[')?.split(']').next()?.trim();
    let name = if inside == "default" { inside } else { inside.strip_prefix("profile")?.trim_start() };
    Some(name.trim_matches(['"', '\'']))
}

/// The profiles of a block, with their lines, without remarks of ours.
fn sections(block: &str) -> Vec<(&str, String)> {
    let mut sections: Vec<(&str, String)> = Vec::new();
    for line in block.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        if let Some(name) = section(line) {
            sections.push((name, String::new()));
        }
        if let Some((_, text)) = sections.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn profile(name: &str) -> Profile {
        let command = format!("/bin/regent credential-process {name}");
        Profile { name: name.to_owned(), command, region: Some("eu-west-1".to_owned()), endpoint_url: None }
    }

    fn profiles(names: &[&str]) -> Vec<Profile> {
        names.iter().map(|name| profile(name)).collect()
    }

    #[track_caller]
    fn check(before: &str, wanted: &[&str], prune: bool, expected: &str) -> Synced {
        let synced = sync(before, &profiles(wanted), prune).unwrap();
        let section = |name: &str| {
            format!(
                "[profile {name}]\ncredential_process = /bin/regent credential-process {name}\nregion = eu-west-1\n"
            )
        };
        let expected = expected
            .replace("BEGIN", BEGIN)
            .replace("END", END)
            .replace("LOST", LOST)
            .replace("{a}", &section("a"))
            .replace("{b}", &section("b"));
        assert_eq!(synced.text, expected);
        // Once is enough.
        assert_eq!(sync(&synced.text, &profiles(wanted), prune).unwrap().text, expected);
        synced
    }

    #[test]
    fn a_block_is_written_and_replaced_and_removed() {
        check("", &["a"], false, "BEGIN\n{a}END\n");
        check("[default]\nregion = x", &["a", "b"], false, "[default]\nregion = x\nBEGIN\n{a}\n{b}END\n");
        let before =
            format!("[default]\n{BEGIN}\n{}END\n[profile z]\n", profile("a").text()).replace("END", END);
        check(&before, &["b"], true, "[default]\nBEGIN\n{b}END\n[profile z]\n");
        check(&before, &[], true, "[default]\n[profile z]\n");
        assert_eq!(
            check(&before, &["b"], false, "[default]\nBEGIN\n{b}\nLOST\n{a}END\n[profile z]\n").lost,
            ["a"]
        );
    }

    #[test]
    fn a_profile_of_somebody_else_is_left_alone() {
        for line in ["[profile a]", "[ profile  a ]", "[profile \"a\"]"] {
            let synced =
                check(&format!("{line}\n"), &["a", "b"], true, &format!("{line}\nBEGIN\n{{b}}END\n"));
            assert_eq!(synced.in_the_way, ["a"]);
        }
    }

    #[test]
    fn marks_that_do_not_fit_are_not_guessed_at() {
        for (text, error) in [
            (format!("{BEGIN}\n"), BlockError::Torn),
            (format!("{END}\n"), BlockError::Torn),
            (format!("{END}\n{BEGIN}\n"), BlockError::Torn),
            (format!("{BEGIN}\n{END}\n{BEGIN}\n{END}\n"), BlockError::Twice),
        ] {
            assert_eq!(sync(&text, &profiles(&["a"]), true), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_outside_of_the_block_changes(
            before in "([a-z\\[\\] =#>]{0,12}\r?\n){0,6}",
            after in "([a-z\\[\\] =#>]{0,12}\r?\n){0,6}",
            prune: bool,
        ) {
            let first = sync(&before, &profiles(&["a"]), prune).unwrap().text;
            let text = format!("{first}{after}");
            let second = sync(&text, &profiles(&["b"]), true).unwrap().text;
            prop_assert!(second.starts_with(&before));
            prop_assert!(second.ends_with(&after));
            prop_assert_eq!(sync(&second, &[], true).unwrap().text, format!("{}{}", before, after));
        }
    }
}
