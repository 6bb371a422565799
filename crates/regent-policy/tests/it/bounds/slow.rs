//! Policies made to be slow, of the 6,144 characters that IAM allows, on values made to be slow for them.

use std::fmt::Write as _;

use regent_policy::{Context, Finding, PolicyKind};

use super::{decide_with, program};
use crate::cpu::thread_time_ns;

/// IAM's limit for a managed policy.
const CHARACTERS: usize = 6_144;
/// How often each is tried while it is over the limit; the best counts. A machine that is busy with other things takes the
/// caches away and lowers the clock.
const TRIES: usize = 20;
/// Code that was not optimized gets a wider limit.
const LIMIT_NS: u64 = if cfg!(debug_assertions) { 400_000_000 } else { 1_000_000 };
/// So many values a multivalued key holds.
const MANY: usize = 50;

/// What a shape of policy is filled with.
enum Part {
    /// Members of one list of values of `"operator":{"a:a":[…]}`.
    Values(&'static str, fn(usize) -> String),
    /// Members of `"operator":{…}`: keys with their values.
    Keys(&'static str, fn(usize) -> String),
    /// Whole statements.
    Statements(fn(usize) -> String),
    /// Members of the list of an element: `NotAction`, `NotResource`, `Principal`.
    Listed(&'static str, fn(usize) -> String),
    /// Sixty-four keys, which is how many are looked up only once, and then members as in `Values`.
    ValuesAfterKeys(&'static str, fn(usize) -> String),
}

fn letter(number: usize) -> char {
    char::from(b'b' + u8::try_from(number % 24).unwrap())
}

/// An operator's name in one of its forms, all different.
fn form(base: &[&str], number: usize) -> String {
    let qualifier = ["ForAllValues:", "ForAnyValue:", ""][number % 3];
    let if_exists = ["", "IfExists"][number / 3 % 2];
    format!("{qualifier}{}{if_exists}", base[number / 6 % base.len()])
}

const NUMERIC: [&str; 6] = [
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericGreaterThan",
    "NumericLessThanEquals",
    "NumericGreaterThanEquals",
];
const DATE: [&str; 4] = ["DateEquals", "DateNotEquals", "DateLessThan", "DateGreaterThan"];

fn condition_statement(condition: &str) -> String {
    format!(r#"{{"Effect":"Deny","Action":"*","Resource":"*","Condition":{{{condition}}}}}"#)
}

static SHAPES: &[(&str, Part)] = &[
    ("many stars", Part::Values("StringLike", |n| format!("{}b{}", "*a".repeat(900), letter(n)))),
    ("one long segment", Part::Values("StringLike", |n| format!("*{}b{}*", "a".repeat(1_000), letter(n)))),
    ("longer segments", Part::Values("StringLike", |n| format!("*{}b{}*", "a".repeat(2_020), letter(n)))),
    (
        "segments that fail late",
        Part::Values("StringLike", |n| format!("*{}b{}*", "a".repeat(60), letter(n))),
    ),
    ("short segments", Part::Values("StringLike", |n| format!("*aab{}*", letter(n)))),
    ("tiny segments", Part::Values("StringLike", |n| format!("*{}{}*", letter(n), letter(n / 24)))),
    ("two segments", Part::Values("StringLike", |n| format!("*ab*ba{}*", letter(n)))),
    ("a star and an end", Part::Values("StringLike", |n| format!("a*{}", letter(n)))),
    ("question marks", Part::Values("StringLike", |n| format!("*{}b{}*", "a?".repeat(200), letter(n)))),
    ("many question marks", Part::Values("StringLike", |n| format!("*a?a?ab{}*", letter(n)))),
    (
        "nothing but question marks",
        Part::Values("StringLike", |n| format!("*{}b{}", "?".repeat(300), letter(n))),
    ),
    (
        "question marks, then a star",
        Part::Values("StringLike", |n| format!("*{}b{}*", "?".repeat(300), letter(n))),
    ),
    (
        "question marks at both ends",
        Part::Values("StringLike", |n| format!("{}*{}{}", "?".repeat(70), "?".repeat(70), letter(n))),
    ),
    ("short question marks", Part::Values("StringLike", |n| format!("?{}", letter(n)))),
    (
        "like, any value",
        Part::Values("ForAnyValue:StringLike", |n| format!("*{}b{}*", "a".repeat(60), letter(n))),
    ),
    ("not like, all values", Part::Values("ForAllValues:StringNotLike", |n| format!("*aab{}*", letter(n)))),
    ("not like", Part::Values("StringNotLike", |n| format!("*a*a*a*b{}", letter(n)))),
    ("variables", Part::Values("StringLike", |n| format!("*${{a:b}}{}*", letter(n)))),
    ("variables with short values", Part::Values("StringLike", |n| format!("*${{a:c}}{}*", letter(n)))),
    (
        "many variables with short values",
        Part::Values("StringLike", |n| format!("*{}{}", "${a:c}".repeat(100), letter(n))),
    ),
    ("variables without values", Part::Values("StringLike", |n| format!("*{}${{a:none}}", letter(n)))),
    ("variables with question marks", Part::Values("StringLike", |n| format!("*${{a:b}}?{}*", letter(n)))),
    (
        "variables after question marks",
        Part::Values("StringLike", |n| format!("*{}{}${{a:c}}", "?".repeat(300), letter(n))),
    ),
    (
        "variables that are not remembered",
        Part::ValuesAfterKeys("StringLike", |n| format!("*${{a:c}}{}", letter(n))),
    ),
    (
        "folded, each key once",
        Part::Keys("StringEqualsIgnoreCase", |n| format!(r#""k:{n}":"{}""#, "é".repeat(40))),
    ),
    ("folding", Part::Values("StringEqualsIgnoreCase", |n| format!("{}{}", "é".repeat(500), letter(n)))),
    (
        "folding to the end",
        Part::Values("StringEqualsIgnoreCase", |n| format!("{}{}", "É".repeat(2_040), letter(n))),
    ),
    (
        "folding that changes length",
        Part::Values("StringEqualsIgnoreCase", |n| format!("{}{}", "K".repeat(1_000), letter(n))),
    ),
    (
        "folding of ASCII",
        Part::Values("StringEqualsIgnoreCase", |n| format!("{}{}", "A".repeat(2_000), letter(n))),
    ),
    (
        "folded variables",
        Part::Values("StringEqualsIgnoreCase", |n| format!("${{a:b}}${{a:b}}{}", letter(n))),
    ),
    (
        "folded short variables",
        Part::Values("StringEqualsIgnoreCase", |n| format!("{}{}", "${a:c}".repeat(300), letter(n))),
    ),
    (
        "not equal in any case, all values",
        Part::Values("ForAllValues:StringNotEqualsIgnoreCase", |n| {
            format!("{}{}", "é".repeat(20), letter(n))
        }),
    ),
    ("exact values", Part::Values("StringEquals", |n| format!("a{n}"))),
    ("exact values, all values", Part::Values("ForAllValues:StringNotEquals", |n| format!("{n}"))),
    ("long exact values", Part::Values("StringEquals", |n| format!("{}{}", "a".repeat(2_047), letter(n)))),
    ("ARNs", Part::Values("ArnLike", |n| format!("arn:aws:s3:::*a*b{}*", letter(n)))),
    ("ARNs of stars", Part::Values("ArnLike", |n| format!("arn:*a*:*a*:*a*:*a*:*a*{}", letter(n)))),
    ("ARNs that cross colons", Part::Values("ArnLike", |n| format!("arn:*:*:*:*:*{}", letter(n)))),
    (
        "ARNs with stars that cross",
        Part::Values("ArnLike", |n| format!("arn:*a*a*:*a*a*:*:*:*{}", letter(n))),
    ),
    ("short ARNs", Part::Values("ForAllValues:ArnNotLike", |n| format!("arn:{}*", letter(n)))),
    (
        "ARNs, one a statement",
        Part::Statements(|n| {
            condition_statement(&format!(r#""ForAllValues:ArnNotEquals":{{"a:a":"arn:{n}"}}"#))
        }),
    ),
    ("numbers", Part::Values("NumericEquals", |n| format!("{n}.5"))),
    ("long numbers", Part::Values("NumericEquals", |n| format!("{}{n}", "9".repeat(2_000)))),
    (
        "numbers, all forms",
        Part::Statements(|n| condition_statement(&format!(r#""{}":{{"a:a":"{n}"}}"#, form(&NUMERIC, n)))),
    ),
    (
        "numbers never equal, all values",
        Part::Statements(|n| {
            condition_statement(&format!(r#""ForAllValues:NumericNotEquals":{{"a:a":"{n}"}}"#))
        }),
    ),
    ("dates", Part::Values("DateEquals", |n| format!("{}", 2_000 + n % 1_000))),
    (
        "dates, all forms",
        Part::Statements(|n| condition_statement(&format!(r#""{}":{{"a:a":"{n}"}}"#, form(&DATE, n)))),
    ),
    (
        "dates never equal, all values",
        Part::Statements(|n| {
            condition_statement(&format!(r#""ForAllValues:DateNotEquals":{{"a:a":"{n}"}}"#))
        }),
    ),
    ("networks", Part::Values("IpAddress", |n| format!("10.0.{}.0/24", n % 256))),
    ("networks, all values", Part::Values("ForAllValues:NotIpAddress", |n| format!("10.0.{}.0/24", n % 256))),
    (
        "networks, one a statement",
        Part::Statements(|n| {
            condition_statement(&format!(r#""ForAllValues:NotIpAddress":{{"a:a":"10.0.{}.0/24"}}"#, n % 256))
        }),
    ),
    ("bytes", Part::Values("BinaryEquals", |n| format!("{}{}=", "YWFh".repeat(40), ["YWE", "YWI"][n % 2]))),
    (
        "bytes to the end",
        Part::Values("BinaryEquals", |n| format!("{}{}=", "YWFh".repeat(511), ["YWI", "YWM"][n % 2])),
    ),
    ("truth", Part::Statements(|n| condition_statement(&format!(r#""ForAllValues:Bool":{{"a:a":"{n}"}}"#)))),
    (
        "conditions on one key",
        Part::Statements(|n| {
            condition_statement(&format!(r#""ForAllValues:StringNotEquals":{{"a:a":"{n}"}}"#))
        }),
    ),
    ("absent keys", Part::Keys("Null", |n| format!(r#""k:{n}":"true""#))),
    ("NotAction", Part::Listed("NotAction", |n| format!("s3:*e*e*e*{}", letter(n)))),
    (
        "NotAction of question marks",
        Part::Listed("NotAction", |n| format!("*{}{}", "?".repeat(8), letter(n))),
    ),
    (
        "NotResource",
        Part::Listed("NotResource", |n| format!("arn:aws:s3:::*{}b{}*", "a".repeat(60), letter(n))),
    ),
    (
        "NotResource that crosses colons",
        Part::Listed("NotResource", |n| format!("arn:*:*:*:*:*{}", letter(n))),
    ),
    (
        "NotResource with variables",
        Part::Listed("NotResource", |n| format!("arn:aws:s3:::*${{a:c}}{}", letter(n))),
    ),
    ("Resource of stars", Part::Listed("Resource", |n| format!("arn:*a*:*a*:*a*:*a*:*a*{}", letter(n)))),
    ("statements", Part::Statements(|_| r#"{"Effect":"Deny","NotAction":"a:b","Resource":"*"}"#.to_owned())),
];

/// Fills what is left of a policy's characters between two texts.
fn fill(before: &str, after: &str, part: impl Fn(usize) -> String) -> String {
    let room = CHARACTERS - before.chars().count() - after.chars().count();
    let mut list = String::new();
    let mut used = 0;
    for number in 0.. {
        let next = part(number);
        used += next.chars().count() + 1;
        if used > room {
            break;
        }
        list.push_str(&next);
        list.push(',');
    }
    format!("{before}{}{after}", list.trim_end_matches(','))
}

fn policy(part: &Part) -> String {
    const OPEN: &str = r#"{"Version":"2012-10-17","Statement":["#;
    const DENY: &str = r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"#;
    let quoted = |value: String| format!("\"{value}\"");
    match part {
        Part::Values(operator, value) => {
            fill(&format!(r#"{OPEN}{DENY}"{operator}":{{"a:a":["#), "]}}}]}", |n| quoted(value(n)))
        }
        Part::Keys(operator, member) => fill(&format!(r#"{OPEN}{DENY}"{operator}":{{"#), "}}}]}", member),
        Part::Statements(statement) => fill(OPEN, "]}", statement),
        Part::Listed(element, value) => {
            let other = if element.ends_with("Action") { r#""Resource":"*""# } else { r#""Action":"*""# };
            fill(&format!(r#"{OPEN}{{"Effect":"Deny",{other},"{element}":["#), "]}]}", |n| quoted(value(n)))
        }
        Part::ValuesAfterKeys(operator, value) => {
            let mut keys = String::new();
            for number in 0..64 {
                write!(keys, r#""k:{number}":"","#).unwrap();
            }
            let keys = keys.trim_end_matches(',');
            let before = format!(r#"{OPEN}{DENY}"StringEqualsIfExists":{{{keys}}},"{operator}":{{"a:a":["#);
            fill(&before, "]}}}]}", |n| quoted(value(n)))
        }
    }
}

/// `"operator":{"a:a":[…]}` with as many of the patterns as fit into a policy.
pub(super) fn filled(operator: &str, pattern: impl Fn(usize) -> String) -> String {
    let before = format!("\"{operator}\":{{\"a:a\":[");
    fill(&format!("{}{before}", " ".repeat(120)), "]}", |n| format!("\"{}\"", pattern(n)))
}

fn values() -> Vec<String> {
    vec![
        "a".repeat(2_048),
        "ab".repeat(1_024),
        format!("arn:aws:s3:::{}", "a".repeat(2_030)),
        format!("arn:{}", ":a".repeat(1_022)),
        ":".repeat(2_048),
        "é".repeat(2_048),
        "aé".repeat(1_024),
        "K".repeat(2_048),
        "9".repeat(2_048),
        format!("{}.{}", "9".repeat(1_000), "9".repeat(1_000)),
        "a".repeat(1_031),
        "a".repeat(90),
        "YWFh".repeat(512),
        "2026-11-21T12:30:00.123456789+01:00".to_owned(),
        "2001:db8:1111:2222:3333:4444:5555:6666".to_owned(),
        "=".repeat(2_048),
        "true".to_owned(),
        "a".to_owned(),
    ]
}

/// Where a request carries a value: as `a:a` and in its resource, or fifty times in `a:a`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Carried {
    Once,
    ManyTimes,
}

/// Which shapes use up their allowance on one value of 2,048 ASCII characters: variables that are searched for, and stars
/// that run over hundreds of colons. All others stay within it.
fn may_exceed(name: &str) -> bool {
    ["variables", "cross", "of stars"].iter().any(|part| name.contains(part))
}

#[test]
fn a_policy_made_to_be_slow_is_decided_in_a_millisecond() {
    let values = values();
    let mut times = Vec::new();
    for (name, part) in SHAPES {
        let text = policy(part);
        assert!(text.chars().count() <= CHARACTERS, "{name}");
        let program = program(&text);
        for (index, value) in values.iter().enumerate() {
            for carried in [Carried::Once, Carried::ManyTimes] {
                let many = [value.as_str(); MANY];
                let mut context = Context::new();
                match carried {
                    Carried::Once => context.set("a:a", value),
                    Carried::ManyTimes => context.set_many("a:a", &many),
                }
                context.set("a:b", &values[0]);
                context.set("a:c", "a");
                let mut best = u64::MAX;
                let mut is_exhausted = false;
                for _ in 0..TRIES {
                    let start = thread_time_ns();
                    let decision = std::hint::black_box(decide_with(&program, &context, value));
                    best = best.min(thread_time_ns() - start);
                    let finding = decision.finding(PolicyKind::Identity);
                    is_exhausted = matches!(finding, Finding::Unusable { .. });
                    if best < LIMIT_NS {
                        break;
                    }
                }
                let case = format!("{name}, value {index} {carried:?}");
                if carried == Carried::Once && value.is_ascii() && !may_exceed(name) {
                    assert!(!is_exhausted, "{case} exceeds its allowance");
                }
                times.push((best, case));
            }
        }
    }
    times.sort_by(|one, other| other.cmp(one));
    let mut seen = std::collections::HashSet::new();
    for (time, case) in times.iter().filter(|(_, case)| seen.insert(case.split(',').next())).take(12) {
        println!("{time:>9} ns  {case}");
    }
    let (time, case) = times.first().unwrap();
    assert!(*time < LIMIT_NS, "{case} takes {time} ns");
}
