use super::*;

const LIMIT: usize = 131_072;

/// The tape as text, one node a line, so that a case reads as a picture.
fn picture(source: &str) -> Result<String, ReadJsonError> {
    let tape = read(source, LIMIT)?;
    let lines = tape.nodes.iter().map(|node| {
        let text = tape.str(node);
        format!("{:?} {}..{} {text:?} next {}", node.shape, node.span.start, node.span.end, node.next)
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

#[track_caller]
fn refused(source: &str, message: &str, start: u32) {
    let error = picture(source).unwrap_err();
    assert_eq!((error.to_string().as_str(), error.span().start), (message, start), "{source}");
}

#[test]
fn every_node_knows_its_place_and_what_follows_it() {
    let seen = picture(r#" {"a": [1, true], "b\u0041": null} "#).unwrap();
    let expected = [
        r#"Object 1..34 "" next 7"#,
        r#"Name 2..5 "a" next 2"#,
        r#"Array 7..16 "" next 5"#,
        r#"Number 8..9 "1" next 4"#,
        r#"Bool 11..15 "true" next 5"#,
        r#"Name 18..27 "bA" next 6"#,
        r#"Null 29..33 "null" next 7"#,
    ];
    assert_eq!(seen, expected.join("\n"));
}

#[test]
fn every_escape_is_resolved() {
    let tape = read(r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#, LIMIT).unwrap();
    assert_eq!(tape.str(&tape.nodes[0]), "\"\\/\u{8}\u{c}\n\r\té😀");
}

#[test]
fn numbers_keep_their_text() {
    for number in ["0", "-0", "10", "1.50", "1e9", "-2.5E+10"] {
        let tape = read(number, LIMIT).unwrap();
        assert_eq!((tape.nodes[0].shape, tape.str(&tape.nodes[0])), (Shape::Number, number));
    }
}

#[test]
fn what_is_not_json_is_refused_at_its_place() {
    refused("", "expected a value", 0);
    refused("\u{feff}{}", "expected a value", 0);
    refused("{} x", "expected the end of the text", 3);
    refused("[1,]", "expected a value", 3);
    refused("[1 2]", "expected `,` or `]`", 3);
    refused(r#"{"a":1,}"#, "expected a name", 7);
    refused(r#"{"a" 1}"#, "expected `:`", 5);
    refused(r#"{"a":1 "b":2}"#, "expected `,` or `}`", 7);
    refused("{a:1}", "expected a name or `}`", 1);
    refused("{'a':1}", "expected a name or `}`", 1);
    refused("// no\n{}", "expected a value", 0);
    refused("[01]", "expected `,` or `]`", 2);
    refused("[-]", "expected a digit", 2);
    refused("[1.]", "expected a digit", 3);
    refused("[1e]", "expected a digit", 3);
    refused("[+1]", "expected a value", 1);
    refused("[NaN]", "expected a value", 1);
    refused("[tru]", "expected a value", 1);
    refused("[\"a\nb\"]", "expected control characters in strings to be escaped", 3);
    refused("[\"a", "expected a closing quote", 3);
    refused(r#"["a\"#, "expected a known escape after the backslash", 3);
    refused(r#"["\x41"]"#, "expected a known escape after the backslash", 2);
    refused(r#"["\u12g4"]"#, "expected a known escape after the backslash", 2);
    refused(r#"["\u+123"]"#, "expected a known escape after the backslash", 2);
    refused(r#"["\ud83d"]"#, "expected both halves of a surrogate pair", 2);
    refused(r#"["\ude00\ud83d"]"#, "expected both halves of a surrogate pair", 2);
    refused("{", "expected a name or `}`", 1);
    refused("[", "expected a value", 1);
}

#[test]
fn a_name_given_twice_is_refused_even_when_spelled_with_escapes() {
    refused(r#"{"Effect":1,"E\u0066fect":2}"#, "the member `Effect` appears twice in one object", 12);
    refused(r#"[{"a":{"b":1,"b":2}}]"#, "the member `b` appears twice in one object", 13);
    let many: Vec<String> = (0..5_000).map(|n| format!("\"{n}\":0")).collect();
    let object = format!("{{{},\"77\":0}}", many.join(","));
    let at = u32::try_from(object.rfind("\"77\"").unwrap()).unwrap();
    refused(&object, "the member `77` appears twice in one object", at);
}

#[test]
fn names_that_differ_in_case_are_different() {
    assert!(picture(r#"{"a":1,"A":2}"#).is_ok());
}

#[test]
fn depth_and_length_are_bounded() {
    refused(&"[".repeat(100_000), "nested deeper than 16 levels", 16);
    let deep = format!("{}{}", "[".repeat(16), "]".repeat(16));
    assert!(picture(&deep).is_ok());
    refused(&" ".repeat(131_073), "the text has more than 131072 characters", 0);
    let wide = format!("\"{}\"", "é".repeat(131_070));
    assert!(read(&wide, LIMIT).is_ok(), "the limit counts characters, not bytes");
}
