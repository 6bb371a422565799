//! From a model's pattern to a matcher that needs no regular expressions at run time.
//!
//! The models' patterns are Java's: `\w` and `\d` are ASCII, `\uXXXX` takes exactly four digits (so
//! `\u10000` is U+1000 followed by a zero), and a value must match from end to end. Nearly all are one
//! class and a quantifier; those become a [`Matcher::Run`]. The others become a small automaton. What
//! neither can say (look-around) is refused here and needs a row in `overrides.toml`.

mod automaton;
mod class;
mod parse;

pub(crate) use automaton::Automaton;
pub(crate) use class::Class;
use parse::Expression;

/// How a pattern is matched.
#[derive(Debug)]
pub(crate) enum Matcher {
    /// One class, repeated.
    Run { class: Class, least: u32, most: Option<u32> },
    /// A deterministic automaton over classes of characters.
    Automaton(Automaton),
}

/// Compiles a pattern.
pub(crate) fn compile(pattern: &str) -> anyhow::Result<Matcher> {
    let expression = parse::parse(pattern)?;
    match expression.as_run() {
        Some((class, least, most)) => Ok(Matcher::Run { class: class.clone(), least, most }),
        None => Ok(Matcher::Automaton(Automaton::new(&expression)?)),
    }
}

impl Expression {
    /// The class and its bounds, if this is one class with at most one quantifier.
    fn as_run(&self) -> Option<(&Class, u32, Option<u32>)> {
        match self {
            Self::Class(class) => Some((class, 1, Some(1))),
            Self::Sequence(parts) => match parts.as_slice() {
                [only] => only.as_run(),
                _ => None,
            },
            Self::Repeat { what, least, most } => match what.as_run()? {
                (class, 1, Some(1)) => Some((class, *least, *most)),
                _ => None,
            },
            Self::Choice(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use fancy_regex::Regex;
    use proptest::prelude::*;
    use proptest::test_runner::{Config, TestRunner};

    use super::{Matcher, compile};

    impl Matcher {
        fn matches(&self, text: &str) -> bool {
            match self {
                Self::Run { class, least, most } => {
                    let length = u32::try_from(text.chars().count()).unwrap();
                    (*least..=most.unwrap_or(u32::MAX)).contains(&length)
                        && text.chars().all(|c| class.contains(u32::from(c)))
                }
                Self::Automaton(automaton) => automaton.matches(text),
            }
        }
    }

    /// The same language in the words of another engine.
    fn oracle(pattern: &str) -> Regex {
        let digits = Regex::new(r"\\u([0-9A-Fa-f]{4})").unwrap();
        let pattern = digits
            .replace_all(pattern, r"\x{$1}")
            .replace(r"\w", "A-Za-z0-9_")
            .replace(r"\d", "0-9")
            .replace(r"\s", r"\x09-\x0D\x20")
            .replace(".+", r"[^\n\r\x{85}\x{2028}\x{2029}]+");
        Regex::new(&format!(r"\A(?:{pattern})\z")).unwrap()
    }

    #[track_caller]
    fn check(pattern: &str, yes: &[&str], no: &[&str]) {
        let matcher = compile(pattern).unwrap();
        for text in yes {
            assert!(matcher.matches(text), "`{pattern}` must match {text:?}");
        }
        for text in no {
            assert!(!matcher.matches(text), "`{pattern}` must not match {text:?}");
        }
    }

    #[test]
    fn a_class_with_a_quantifier_is_a_run() {
        for pattern in ["[a-z]", "^[a-z]+$", "([a-z])*", "[a-z]{2,7}", r"\d{12}", ".*", "(?:[a-z])?"] {
            assert!(matches!(compile(pattern).unwrap(), Matcher::Run { .. }), "{pattern}");
        }
        check("^[a-z]{2,3}$", &["ab", "abc"], &["", "a", "abcd", "aB", "ab\n"]);
    }

    #[test]
    fn word_characters_are_ascii() {
        check(r"[\w+=,.@-]+", &["Ana_9", "a-b", "x@y"], &["", "Ünal", "a b", "a/b"]);
        check(r"\d+", &["0123456789"], &["\u{0663}"]);
        check(r"[^\s@]+", &["\u{00A0}"], &[" ", "\t", "\u{000B}", "@"]);
    }

    #[test]
    fn a_unicode_escape_takes_four_digits_and_no_more() {
        check(
            r"[\uE000-\uFFFD\u10000-\u10FFFF]+",
            &["\u{1000}", "0", "z", "\u{10FF}"],
            &["\u{10000}", "\u{1100}"],
        );
    }

    #[test]
    fn a_dash_that_ends_no_range_is_a_dash() {
        check("[A-Za-z0-9-_=]+", &["a-b_c="], &["a+b", "a.b"]);
        check(r"[0-9a-z-\/]+", &["0-z/"], &[".", "A"]);
        check("[-a-c+]+", &["-a+"], &["d"]);
    }

    #[test]
    fn a_dot_is_no_line_break() {
        check(".+", &["a b", "\u{1F600}"], &["a\nb", "\r", "\u{0085}", "\u{2028}", "\u{2029}"]);
    }

    #[test]
    fn anchors_and_alternatives_mean_the_whole_value() {
        check("^(a)|(b)$", &["a", "b"], &["ab", "ax", "xb"]);
        check(r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)", &["/", "/a/", "//a//"], &["", "/a", "a/", "//"]);
    }

    #[test]
    fn what_an_automaton_cannot_say_is_refused() {
        for pattern in
            ["a(?!b)", "(?=a)", r"\bword", "a*+", "[a&&b]", "(", "[a", "a{3,1}", r"\p{Nope}", "a$b"]
        {
            assert!(compile(pattern).is_err(), "{pattern}");
        }
    }

    /// Patterns of every kind the published models use.
    const PATTERNS: &[&str] = &[
        r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?",
        r"((/[A-Za-z0-9\.,\+@=_-]+)*)/",
        r"^http(s?)://[a-zA-Z0-9._/-]*(\?[a-zA-Z0-9._=&-]*)?(#[a-zA-Z0-9._/-]*)?$",
        r"^o-[0-9a-z]{10,32}\/r-[0-9a-z]{4,32}[0-9a-z-\/]*",
        r"arn:aws(-[\w]+)*:.+:.+:[0-9]{12}:.+",
        r"sg-[\w]{8}([\w]{9})?",
        r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*",
        r"/[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*/",
        r"^([\d]{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$",
        r"[^\s@]+@[^\s@]+\.[^\s@]+",
    ];

    /// Texts that come near the patterns' languages, so that both answers occur.
    fn near() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "v1",
            "0",
            ".",
            "/",
            "a",
            "Z",
            "-",
            "_",
            "http://",
            "https://",
            "?",
            "#",
            "&",
            "o-abcdefghij",
            "/r-abcd",
            "arn:aws",
            ":iam:",
            "123456789012",
            ":",
            "sg-",
            "abcdefgh",
            "é",
            " ",
            "\t",
            "\n",
            "@",
            "\u{00A0}",
            "ou-abcd-",
            "\u{1F600}",
            "x@y.z",
        ]);
        prop_oneof![
            prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat()),
            ".{0,12}".prop_map(|text| text),
        ]
    }

    #[test]
    fn matchers_agree_with_another_engine() {
        let pairs: Vec<_> =
            PATTERNS.iter().map(|pattern| (*pattern, compile(pattern).unwrap(), oracle(pattern))).collect();
        let check = |text: String| {
            for (pattern, matcher, oracle) in &pairs {
                let expected = oracle.is_match(&text).unwrap();
                prop_assert_eq!(matcher.matches(&text), expected, "`{}` on {:?}", pattern, text);
            }
            Ok(())
        };
        TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(5_000) })
            .run(&near(), check)
            .unwrap();
    }
}
