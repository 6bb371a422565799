//! Paths: which ones a server takes at all, and how they enter the canonical request.

use super::escape::{self, EscapeFault, Plus, Slash};
use super::rules::{Dots, Escapes, PathStyle};

/// Refuses paths that an HTTP server answers with a bare 400, whatever service stands behind it.
pub(super) fn check(path: &str) -> Result<(), &'static str> {
    if matches!(path, "" | "/") {
        return Ok(());
    }
    if !path.starts_with('/') {
        return Err("the path is relative");
    }
    if escape::check(path).is_err() {
        return Err("the path holds a broken escape");
    }
    let mut depth = 0_u32;
    for segment in segments(path) {
        depth = match segment {
            ".." => depth.checked_sub(1).ok_or("the path climbs above its root")?,
            _ => depth.saturating_add(1),
        };
    }
    Ok(())
}

/// Appends the canonical form. Fails on broken escapes alone, which [`check`] does not let pass.
pub(super) fn write(out: &mut Vec<u8>, path: &str, style: PathStyle) -> Result<(), EscapeFault> {
    if matches!(path, "" | "/") {
        out.push(b'/');
        return Ok(());
    }
    match style.dots {
        Dots::Keep => encode(out, path, style.escapes),
        Dots::Resolve => {
            let mut kept = Vec::new();
            for segment in segments(path) {
                if segment == ".." {
                    kept.pop();
                } else {
                    kept.push(segment);
                }
            }
            for segment in &kept {
                out.push(b'/');
                encode(out, segment, style.escapes)?;
            }
            if path.ends_with('/') || kept.is_empty() {
                out.push(b'/');
            }
            Ok(())
        }
    }
}

fn encode(out: &mut Vec<u8>, text: &str, escapes: Escapes) -> Result<(), EscapeFault> {
    match escapes {
        Escapes::Twice => escape::encode(out, text, Slash::Keep),
        Escapes::Once => escape::recode(out, text, Plus::Literal, Slash::Keep)?,
    }
    Ok(())
}

/// The segments that count: not the empty ones, not `.`. An escaped `%2E` is no dot.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty() && *segment != ".")
}

#[cfg(test)]
mod tests {
    use super::super::rules::{Dots, Escapes, PathStyle};

    #[track_caller]
    fn check(style: PathStyle, cases: &[(&str, &str)]) {
        for &(path, expected) in cases {
            super::check(path).unwrap();
            let mut out = b"GET\n".to_vec();
            super::write(&mut out, path, style).unwrap();
            assert_eq!(std::str::from_utf8(&out).unwrap(), format!("GET\n{expected}"), "{path}");
        }
    }

    #[test]
    fn most_services_see_a_tidy_path_encoded_twice() {
        check(
            PathStyle::AWS,
            &[
                ("", "/"),
                ("/", "/"),
                ("//", "/"),
                ("/.", "/"),
                ("/a/..", "/"),
                ("/a/../", "/"),
                ("/./a//b/../c/", "/a/c/"),
                ("/a/b/../../c", "/c"),
                ("/...", "/..."),
                ("/a%2Fb", "/a%252Fb"),
                ("/a%2e%2e", "/a%252e%252e"),
                ("/@x y+é", "/%40x%20y%2B%C3%A9"),
            ],
        );
    }

    #[test]
    fn s3_sees_the_path_as_sent_encoded_once() {
        check(
            PathStyle::S3,
            &[
                ("", "/"),
                ("//a/./b/../c//", "//a/./b/../c//"),
                ("/a%2fb", "/a/b"),
                ("/a+b c%3d%7E", "/a%2Bb%20c%3D~"),
            ],
        );
    }

    #[test]
    fn the_two_choices_are_independent() {
        check(PathStyle { dots: Dots::Keep, escapes: Escapes::Twice }, &[("/a/../%3D", "/a/../%253D")]);
        check(PathStyle { dots: Dots::Resolve, escapes: Escapes::Once }, &[("/a/../%3D", "/%3D")]);
    }

    #[test]
    fn an_escaped_slash_does_not_split_a_segment() {
        check(PathStyle { dots: Dots::Resolve, escapes: Escapes::Once }, &[("/a%2Fb/../c", "/c")]);
    }

    #[test]
    fn a_path_without_one_meaning_is_refused() {
        for path in ["a", "*", "/..", "/a/../..", "/../a", "/%", "/%4", "/%zz", "?"] {
            assert!(super::check(path).is_err(), "{path}");
        }
    }
}
