use proptest::prelude::*;

use super::*;

/// The definition of a glob, as plainly as it can be said.
fn naive(pattern: &[char], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|skip| naive(rest, &text[skip..])),
        Some(('?', rest)) => !text.is_empty() && naive(rest, &text[1..]),
        Some((wanted, rest)) => text.first() == Some(wanted) && naive(rest, &text[1..]),
    }
}

/// The definition of a crossing glob: `confined` stars may not pass a colon.
fn naive_crossing(pattern: &[char], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => {
            let crosses = matches!(rest.first(), None | Some(':'));
            (0..=text.len())
                .take_while(|skip| crosses || !text[..*skip].contains(&':'))
                .any(|skip| naive_crossing(rest, &text[skip..]))
        }
        Some(('?', rest)) => {
            text.first().is_some_and(|found| *found != ':') && naive_crossing(rest, &text[1..])
        }
        Some((wanted, rest)) => text.first() == Some(wanted) && naive_crossing(rest, &text[1..]),
    }
}

fn chars(text: &str) -> Vec<char> {
    text.chars().collect()
}

#[track_caller]
fn check(pattern: &str, text: &str, expected: bool) {
    let seen = covers(pattern.as_bytes(), text.as_bytes(), &mut Meter::unbounded());
    assert_eq!(seen, expected, "{pattern} on {text}");
}

#[test]
fn stars_and_question_marks_mean_what_they_mean() {
    check("", "", true);
    check("", "a", false);
    check("*", "", true);
    check("a*b", "ab", true);
    check("a*b", "a-b-b", true);
    check("a*b*c", "abbb", false);
    check("*ab", "aab", true);
    check("ab*ab", "ab", false);
    check("?", "", false);
    check("?", "é", true);
    check("??", "é", false);
    check("*?", "😀", true);
    check("*?é", "é", false);
    check("*?b?*", "aabb", true);
    check("*.+[(\\*", "x.+[(\\y", true);
    check("*needle*", "a haystack of some length that hides a needle, well past the first lanes", true);
    check("*nee?le*", "a haystack of some length that hides a needle, well past the first lanes", true);
    check("*nee?le*", "a häystack of some length that hides a needle, well past the first lanes", true);
    check("*needles*", "a haystack of some length that hides a needle, well past the first lanes", false);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn the_fast_way_finds_what_the_definition_says(pattern in "[ab*?é]{0,8}", text in "[abé]{0,10}") {
        let expected = naive(&chars(&pattern), &chars(&text));
        prop_assert_eq!(covers(pattern.as_bytes(), text.as_bytes(), &mut Meter::unbounded()), expected);
    }

    #[test]
    fn lanes_and_ends_agree_on_long_texts(pattern in "[ab]{0,2}\\*[ab?]{1,5}\\*[ab]{0,2}", text in "[ab]{0,120}") {
        let expected = naive(&chars(&pattern), &chars(&text));
        prop_assert_eq!(covers(pattern.as_bytes(), text.as_bytes(), &mut Meter::unbounded()), expected);
    }

    #[test]
    fn crossing_stars_cross_and_others_do_not(pattern in "[ab:*?]{0,8}", text in "[ab:é]{0,10}") {
        let expected = naive_crossing(&chars(&pattern), &chars(&text));
        prop_assert_eq!(covers_crossing(pattern.as_bytes(), text.as_bytes(), &mut Meter::unbounded()), expected);
    }
}
