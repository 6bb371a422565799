//! Documents as readers see them: elements, places, principals, bindings.

use regent_policy::{
    Bindings, Document, Effect, ParsePolicyError, Polarity, Position, PrincipalType, Program, Version,
};

#[test]
fn a_document_shows_all_of_its_elements() {
    let text = r#"{"Version": "2012-10-17", "Id": "policy-1", "Statement": [
        {"Sid": "A", "Effect": "Deny", "NotAction": ["s3:*", "iam:\u0047et*"], "NotResource": "*",
         "Condition": {"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": ["a", 1, true]}, "Bool": {"b:c": "true", "d:e": []}}}]}"#;
    let document: Document = text.parse().unwrap();
    assert_eq!((document.text(), document.version()), (text, Version::V2012));
    assert_eq!(document.id().unwrap().value(), "policy-1");
    let statement = document.statement(0).unwrap();
    assert_eq!(statement.sid().unwrap().value(), "A");
    assert_eq!(statement.effect(), Effect::Deny);
    let actions = statement.actions().unwrap();
    assert_eq!(actions.polarity(), Polarity::Excluded);
    let shown: Vec<(&str, &str)> =
        actions.elements().map(|element| (element.value(), element.span().of(text))).collect();
    assert_eq!(shown, [("s3:*", "\"s3:*\""), ("iam:Get*", "\"iam:\\u0047et*\"")]);
    let conditions: Vec<String> = statement
        .conditions()
        .map(|condition| {
            let values: Vec<&str> = condition.values().map(|value| value.value()).collect();
            format!("{} {} {values:?}", condition.operator_element().value(), condition.key().value())
        })
        .collect();
    let expected = [
        r#"ForAnyValue:StringLikeIfExists aws:TagKeys ["a", "1", "true"]"#,
        r#"Bool b:c ["true"]"#,
        "Bool d:e []",
    ];
    assert_eq!(conditions, expected);
    assert!(document.statement(1).is_none());
}

#[test]
fn statements_stand_where_the_simulator_says() {
    // Recorded: the braces of this statement stand in columns 40 and 112, and AWS answered 41 and 113. It begins after
    // its own brace, because it stands alone.
    let text = r#"{"Version":"2012-10-17","Statement":   {"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*" }}"#;
    let document = Document::parse(text).unwrap();
    let statement = document.statement(0).unwrap();
    assert_eq!(statement.start(), Position { line: 1, column: 41 });
    assert_eq!(statement.end(), Position { line: 1, column: 113 });

    let at = |line, column| Position { line, column };
    // The example of the command line's reference for SimulatePrincipalPolicy: in a list, after the bracket.
    let text = "{\n    \"Version\": \"2012-10-17\",\n    \"Statement\": [\n        {\n            \"Sid\": \"VisualEditor0\",\n            \"Effect\": \"Allow\",\n            \"Action\": \"codecommit:ListRepositories\",\n            \"Resource\": \"*\"\n        }\n    ]\n}";
    let document = Document::parse(text).unwrap();
    let statement = document.statement(0).unwrap();
    assert_eq!((statement.start(), statement.end()), (at(3, 19), at(9, 10)));

    let text =
        "{\"Statement\": [\r\n  {\"Sid\": \"é\", \"Effect\": \"Allow\"},\n\n{\"Effect\": \"Deny\"\n}]}";
    let document = Document::parse(text).unwrap();
    let places: Vec<(Position, Position)> =
        document.statements().map(|statement| (statement.start(), statement.end())).collect();
    assert_eq!(places, [(at(1, 16), at(2, 34)), (at(2, 35), at(5, 2))]);
}

#[test]
fn every_principal_can_be_checked_and_bound() {
    let text = r#"{"Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ["111122223333", "arn:aws:iam::111122223333:user/ana"], "Service": "ec2.amazonaws.com"}},
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"},
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::111122223333:role/x"}}]}"#;
    let document = Document::parse(text).unwrap();
    let seen: Vec<(PrincipalType, &str)> =
        document.principals().map(|principal| (principal.r#type(), principal.value())).collect();
    let expected = [
        (PrincipalType::Aws, "111122223333"),
        (PrincipalType::Aws, "arn:aws:iam::111122223333:user/ana"),
        (PrincipalType::Service, "ec2.amazonaws.com"),
        (PrincipalType::Everyone, "*"),
        (PrincipalType::Aws, "arn:aws:iam::111122223333:role/x"),
    ];
    assert_eq!(seen, expected);
    let missing = document.principals().nth(1).unwrap();
    assert_eq!(
        missing.refusal_text(),
        r#"Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:user/ana""#
    );
    assert_eq!(missing.span().of(text), r#""arn:aws:iam::111122223333:user/ana""#);

    let pairs = [("arn:aws:iam::111122223333:user/ana", "AIDAEXAMPLEANA000000A")];
    let program = Program::compile(&document, &Bindings::new(&pairs));
    assert_eq!(program.bound_principals().collect::<Vec<_>>(), pairs);
}

#[track_caller]
fn refused(text: &str, message: &str, place: &str) {
    let error = Document::parse(text).unwrap_err();
    assert_eq!((error.to_string().as_str(), error.span().of(text)), (message, place), "{text}");
}

#[test]
fn errors_point_at_their_place() {
    refused(r#"{"Statement": 1}"#, "expected `Statement` to be an object or an array of objects", "1");
    refused(r#"{"Statement": []}"#, "expected the element `Statement`", "[]");
    refused(r#"{"Statement": {}}"#, "expected the element `Effect`", "{}");
    refused(
        r#"{"Statement": {"Effect": "No"}}"#,
        "expected `Effect` to be `Allow` or `Deny`, not `No`",
        "\"No\"",
    );
    refused(r#"{"Version": "1"}"#, "expected `Version` to be `2012-10-17` or `2008-10-17`, not `1`", "\"1\"");
    refused(
        r#"{"Statement": {"Effect": "Allow", "Resource": "*", "NotResource": []}}"#,
        "expected only one of `Resource` and `NotResource`",
        "\"NotResource\"",
    );
    refused(
        r#"{"Statement": {"Effect": "Allow", "Condition": {"Like": {"a": "b"}}}}"#,
        "unknown condition operator `Like`",
        "\"Like\"",
    );
    assert!(matches!(Document::parse("{"), Err(ParsePolicyError::Json(_))));
}

#[test]
fn a_limit_of_ones_own_is_kept() {
    let text = r#"{"Statement": {"Effect": "Allow"}}"#;
    assert!(Document::parse_up_to(text.len(), text).is_ok());
    let error = Document::parse_up_to(text.len() - 1, text).unwrap_err();
    assert_eq!(error.to_string(), format!("the text has more than {} characters", text.len() - 1));
}

#[test]
fn the_keys_that_a_document_asks_for_are_told_once_each() {
    let text = r#"{"Version": "VERSION", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": ["arn:aws:s3:::${aws:username}/${*}/${aws:PrincipalTag/a, 'b'}", "*"],
         "Condition": {"StringLike": {"s3:prefix": ["${AWS:UserName}/*", "${x:y}"]}, "NumericEquals": {"s3:max-keys": "${no:variable}"}}},
        {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::${broken", "Condition": {"Null": {"S3:Prefix": "true"}}}]}"#;
    let new = Document::parse(&text.replace("VERSION", "2012-10-17")).unwrap();
    assert_eq!(new.context_keys(), ["aws:PrincipalTag/a", "aws:username", "s3:max-keys", "s3:prefix", "x:y"]);
    let old = Document::parse(&text.replace("VERSION", "2008-10-17")).unwrap();
    assert_eq!(old.context_keys(), ["s3:max-keys", "s3:prefix"]);
}
