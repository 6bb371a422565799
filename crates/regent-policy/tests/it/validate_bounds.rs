//! Validation takes a stranger's bytes: the places it names are right, and its work is bounded.

use regent_policy::validate::{Options, Place, validate};
use regent_policy::{Layout, PolicyKind, Span};

use crate::cpu::thread_time_ns;

#[test]
fn a_place_is_told_as_access_analyzer_counts_and_in_bytes() {
    let text = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{\"Sid\": \"é\", \"Effect\": \"Allow\",\n    \
                \"Action\": \"s3:GetObjct\", \"Resource\": \"*\"}]\n}";
    let validation = validate(text, &Options::of(PolicyKind::Identity));
    let [sid, action] = validation.findings() else { panic!("{:#?}", validation.findings()) };
    assert_eq!(sid.span().of(text), "\"é\"");
    let location = &action.locations()[0];
    assert_eq!(location.bytes().of(text), "\"s3:GetObjct\"");
    assert_eq!(location.start(), Place { line: 4, column: 14, offset: 91 });
    assert_eq!(location.end(), Place { line: 4, column: 27, offset: 104 });
    assert_eq!(text.chars().nth(91), Some('"'));
}

#[test]
fn an_answer_has_access_analyzers_form() {
    let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:*:*:a${}"}]}"#;
    let answer = validate(text, &Options::of(PolicyKind::Identity)).to_json(Layout::Compact);
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let expected = serde_json::json!({"findings": [{
        "findingDetails": "This variable names no key. Name one, or remove it; a dollar sign is written `${$}`.",
        "findingType": "ERROR",
        "issueCode": "EMPTY_VARIABLE",
        "learnMoreLink": "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-empty-variable",
        "locations": [{
            "path": [{"value": "Statement"}, {"index": 0}, {"value": "Resource"}, {"substring": {"start": 17, "length": 3}}],
            "span": {
                "start": {"line": 1, "column": 101, "offset": 101},
                "end": {"line": 1, "column": 104, "offset": 104},
            },
        }],
    }]});
    assert_eq!(answer, expected);
}

#[test]
fn a_variable_behind_escapes_is_shown_with_its_whole_string() {
    let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::\u0061${}"}}"#;
    let validation = validate(text, &Options::of(PolicyKind::Identity));
    assert_eq!(validation.findings()[0].span().of(text), r#""arn:aws:s3:::\u0061${}""#);
}

#[test]
fn what_iam_refuses_is_told_beside_the_findings() {
    let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject"}}"#;
    let validation = validate(text, &Options::of(PolicyKind::Identity));
    assert_eq!(validation.refusal().unwrap().message(), "Policy statement must contain resources.");
    assert_eq!(validation.findings().len(), 1);
    let stored = validate(&text.replace("Allow", "Deny"), &Options::of(PolicyKind::Resource));
    assert!(stored.refusal().is_some(), "a policy on a resource names principals");
}

/// Statements that are as laborious as a document of this length can make them.
fn laborious(length: usize) -> Vec<(&'static str, String)> {
    let list = |item: &dyn Fn(usize) -> String| {
        let mut items = String::new();
        for number in 0.. {
            let next = item(number);
            if items.len() + next.len() + 3 > length {
                break;
            }
            items.extend(["\"", &next, "\","]);
        }
        items.trim_end_matches(',').to_owned()
    };
    let actions = |items: String| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny","Action":[{items}],"Resource":"*"}}}}"#
        )
    };
    let resources = |items: String| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny","Action":"s3:*","Resource":[{items}]}}}}"#
        )
    };
    let tagged = |items: String| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny","Action":[{items}],"Resource":"*","Condition":{{"StringEquals":{{"aws:ResourceTag/a":"b"}}}}}}}}"#
        )
    };
    let keys = |items: String| {
        let members = items.replace(',', ":1,");
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny","Action":"*","Resource":"*","Condition":{{"NumericEquals":{{{members}:1}}}}}}}}"#
        )
    };
    vec![
        ("actions that do not exist", actions(list(&|at| format!("ec2:Show{at}")))),
        ("patterns of actions that fit nothing", actions(list(&|at| format!("ec2:*x*y{at}*z")))),
        ("patterns of actions under a tag", tagged(list(&|at| format!("ec2:*e*{at}*")))),
        (
            "patterns of actions that nearly cover one another",
            actions(list(&|at| format!("*:*a*a*a*a{at}*"))),
        ),
        ("resources of any type", resources(list(&|at| format!("arn:aws:ec2:*:*:*a*a*a*a*{at}")))),
        ("resources of no service", resources(list(&|at| format!("arn:aws:x{at}:::a")))),
        ("variables that are not closed", resources(list(&|_| "${".repeat(100)))),
        ("keys that do not exist", keys(list(&|at| format!("aws:Principa{at}")))),
        ("keys that name no tag", keys(list(&|at| format!("x{at}:ResourceTag")))),
        (
            "long patterns",
            actions(format!("\"*{}b\",\"{}\"", "a".repeat(length / 2), "a".repeat(length / 2))),
        ),
        ("quotes in variables", resources(format!("\"arn:aws:s3:::{}\"", "${a,'".repeat(length / 5)))),
    ]
}

fn cost_ns(text: &str) -> u64 {
    let run = || {
        let start = thread_time_ns();
        std::hint::black_box(validate(text, &Options::of(PolicyKind::Identity)));
        thread_time_ns() - start
    };
    (0..3).map(|_| run()).min().unwrap_or(0)
}

#[test]
fn no_document_takes_long() {
    cost_ns(r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:x","Resource":"*"}}"#);
    let longest = if cfg!(debug_assertions) { 20_000_000_000 } else { 1_000_000_000 };
    for (what, text) in laborious(115_000) {
        let cost = cost_ns(&text);
        println!("{what}: {} bytes, {} us", text.len(), cost / 1_000);
        assert!(text.len() < 131_072 && cost < longest, "{what}: {} bytes, {cost} ns", text.len());
    }
}

#[test]
fn a_document_of_any_bytes_is_looked_at_without_harm() {
    let sound = r#"{"Version":"2012-10-17","Statement":[{"Sid":"","Effect":"Allow","Principal":{"AWS":"*"},"Action":["s3:Get*",1],"Resource":"arn:aws:s3:::é/${a, 'b'}","Condition":{"ForAllValues:StringLike":{"aws:TagKeys":["x",null]}}}]}"#;
    for (at, character) in sound.char_indices() {
        let rest = sound.get(at + character.len_utf8()..).unwrap();
        for put in ["", "{", "}", "\"", "$", "*", ":", "[]", "null", "\\u0000", "é"] {
            let text = format!("{}{put}{rest}", sound.get(..at).unwrap());
            for kind in PolicyKind::ALL {
                for finding in validate(&text, &Options::of(kind)).findings() {
                    let Span { start, end } = finding.span();
                    assert!(start <= end && end as usize <= text.len(), "{text}: {finding:?}");
                }
            }
        }
    }
}
