//! What strangers send.

use proptest::prelude::*;
use regent_wire::operation::Visitor;
use regent_wire::protocol::query::{
    Document, Element, Form, FormLimits, ParseFormError, ParseXmlError, Refusal as Refused, XmlLimits,
    read_refusal, read_reply,
};
use regent_wire::protocol::{Limits, Payload};
use regent_wire::tree::{ParseTreeError, Tree, TreeLimits};
use regent_wire::{Fault, Operation, iam, sts};

use crate::constraints::Refusal;
use crate::model::Service;

fn parse(form: &[u8]) -> Result<Form, ParseFormError> {
    Form::parse(b"", form, &FormLimits::default())
}

#[test]
fn a_form_is_bounded() {
    let cases: [(Vec<u8>, ParseFormError); 5] = [
        (vec![b'a'; 10 << 20], ParseFormError::TooLarge(1 << 20)),
        ("a&".repeat(100_000).into(), ParseFormError::TooMany(10_000)),
        ("a".repeat(513).into(), ParseFormError::LongName(512)),
        ("a.".repeat(40).into(), ParseFormError::DeepName(32)),
        (
            b"Action=x&Tags.member.1.Key=a&Tags.member.1.Key=b".to_vec(),
            ParseFormError::Duplicate("Tags.member.1.Key".to_owned()),
        ),
    ];
    for (form, expected) in cases {
        assert_eq!(parse(&form).unwrap_err(), expected);
    }
    assert_eq!(
        Form::parse(b"Action=a", b"Action=b", &FormLimits::default()).unwrap_err(),
        ParseFormError::Duplicate("Action".to_owned())
    );
}

#[test]
fn a_form_is_decoded_strictly() {
    let form = parse("a=%41+%2B&b&=c&é=%C3%A9&&d=e=f".as_bytes()).unwrap();
    let pairs: Vec<(&str, &str)> = form.iter().collect();
    assert_eq!(pairs, [("", "c"), ("a", "A +"), ("b", ""), ("d", "e=f"), ("é", "é")]);
    for (bad, expected) in [
        ("a=%", ParseFormError::IncompleteEscape),
        ("a=%4", ParseFormError::IncompleteEscape),
        ("a=%4&b=1", ParseFormError::IncompleteEscape),
        ("a=%zz", ParseFormError::IllegalEscape("%zz".to_owned())),
        ("a=%+1", ParseFormError::IllegalEscape("%+1".to_owned())),
        ("a=%ff", ParseFormError::Encoding),
        // Neither text is UTF-8, though both in a row would be.
        ("a%C3=%A9b", ParseFormError::Encoding),
    ] {
        assert_eq!(parse(bad.as_bytes()).unwrap_err(), expected, "{bad}");
    }
}

#[test]
fn broken_forms_are_answered_as_aws_does() {
    for (form, expected) in [
        ("a=%", "MalformedQueryString: Incomplete trailing escape % sequence"),
        ("a=%zz", "MalformedQueryString: Illegal hex characters in escape % pattern: %zz"),
        ("a=1&a=2", "MalformedQueryString: The parameter a is given more than once."),
    ] {
        let fault = Payload::form("", form.as_bytes(), &Limits::default()).unwrap_err();
        assert_eq!(fault.to_string(), expected);
    }
}

/// The texts of `PolicyArns` that a form carries, or the refusal.
#[track_caller]
fn check_list(form: &str, expected: Result<&[&str], &str>) {
    let form = format!("RoleArn=arn:aws:iam::111122223333:role/r&RoleSessionName=ok&{form}");
    let payload = Payload::form("", form.as_bytes(), &Limits::default()).unwrap();
    let found =
        payload.read::<sts::op::AssumeRole>().map(|input| input.transitive_tag_keys.unwrap_or_default());
    match (found, expected) {
        (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{form}"),
        (Err(fault), Err(expected)) => assert_eq!(fault.to_string(), expected, "{form}"),
        (found, expected) => panic!("{form}: {found:?}, not {expected:?}"),
    }
}

#[test]
fn lists_are_sorted_by_number_and_may_have_gaps() {
    let list = "TransitiveTagKeys.member";
    check_list(&format!("{list}.10=c&{list}.2=b&{list}.1=a"), Ok(&["a", "b", "c"]));
    check_list(&format!("{list}.7=b&{list}.3=a"), Ok(&["a", "b"]));
    check_list("TransitiveTagKeys=", Ok(&[]));
    check_list("Unknown.member.1=x", Ok(&[]));
    check_list("TransitiveTagKeysX.member.1=x&TransitiveTagKeys-.member.1=x", Ok(&[]));
}

#[test]
fn a_list_that_cannot_be_read_is_not_left_out() {
    let refusal =
        Err("MalformedInput: Top level element may not be treated as a list at 'transitiveTagKeys'");
    for form in
        ["0=a", "01=a", "-1=a", "x=a", "=a", "4294967296=a", "1-x=a", "1=a&TransitiveTagKeys.member.1-x=b"]
    {
        check_list(&format!("TransitiveTagKeys.member.{form}"), refusal);
    }
    check_list("TransitiveTagKeys=a", refusal);
    check_list("TransitiveTagKeys.1=a", refusal);
    check_list("TransitiveTagKeys.Member.1=a", refusal);
    check_list(
        "TransitiveTagKeys.member.1.x=a",
        Err(
            "MalformedInput: Top level element may not be treated as a scalar at 'transitiveTagKeys.1.member'",
        ),
    );
}

#[test]
fn similar_names_are_told_apart() {
    // `Name-…` and `Name.…` sort around `Name`, and none of them may hide another.
    let form =
        "Tags.member.1.Key-=x&Tags.member.1.Key=k&Tags.member.1.Key.x=x&Tags.member.1.Value=v&Tags-x=1&Tags=";
    let payload = Payload::form("", format!("{form}&UserName=u").as_bytes(), &Limits::default()).unwrap();
    let tags = payload.read::<iam::op::CreateUser>().unwrap().tags.unwrap();
    assert_eq!(tags, [iam::Tag { key: "k".to_owned(), value: "v".to_owned() }]);
}

#[test]
fn maps_refuse_a_key_twice() {
    let form = "Properties.entry.1.key=a&Properties.entry.1.value=x&Properties.entry.2.key=a&Properties.entry.2.value=y";
    let service = Service::iam();
    let payload = Payload::form("", form.as_bytes(), &Limits::default()).unwrap();
    let fault = service.visit("PutAccountProperties", Refusal(&payload)).unwrap();
    assert!(fault.to_string().starts_with("MalformedInput: map must not have a key twice"), "{fault}");
}

#[test]
fn a_thousand_violations_make_a_short_answer() {
    let tags: Vec<String> =
        (1..=4_000).map(|n| format!("&Tags.member.{n}.Key=&Tags.member.{n}.Value=")).collect();
    let payload =
        Payload::form("", format!("UserName=u{}", tags.concat()).as_bytes(), &Limits::default()).unwrap();
    let message = payload.read::<iam::op::CreateUser>().unwrap_err().to_string();
    assert!(message.starts_with("ValidationError: 8001 validation errors detected: "), "{}", &message[..80]);
    assert!(message.len() < 20_000, "{}", message.len());
}

#[test]
fn a_tree_is_bounded() {
    let limits = TreeLimits::default();
    let deep = "[".repeat(40) + &"]".repeat(40);
    assert!(Tree::from_json(deep.as_bytes(), limits).is_err());
    assert!(Tree::from_json("[".repeat(1 << 20).as_bytes(), limits).is_err());
    let wide = format!("[{}0]", "0,".repeat(200_000));
    assert!(Tree::from_json(wide.as_bytes(), limits).is_err());
    assert!(Tree::from_json(br#"{"a":1,"b":2,"a":3}"#, limits).is_err());
    assert!(Tree::from_json(b"{} {}", limits).is_err());

    for bytes in [vec![0x81; 1 << 20], vec![0xC1; 1 << 20], vec![0xBF; 1 << 20], vec![0x9F; 1 << 20]] {
        assert!(matches!(
            Tree::from_cbor(&bytes, limits),
            Err(ParseTreeError::Depth(_) | ParseTreeError::Key)
        ));
    }
    // A list that announces more than it has.
    assert!(Tree::from_cbor(&[0x9B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00], limits).is_err());
    assert!(matches!(
        Tree::from_cbor(&[0xA2, 0x61, b'a', 1, 0x61, b'a', 2], limits),
        Err(ParseTreeError::Duplicate(_))
    ));
    assert!(matches!(Tree::from_cbor(&[0xA0, 0xA0], limits), Err(ParseTreeError::Trailing)));
}

#[test]
fn nothing_at_all_is_an_empty_object() {
    let limits = TreeLimits::default();
    assert_eq!(Tree::from_json(b" \n", limits).unwrap(), Tree::Map(Vec::new()));
    assert_eq!(Tree::from_cbor(b"", limits).unwrap(), Tree::Map(Vec::new()));
}

/// Reads a payload as the input of every operation of a service.
fn read_as_everything(payload: &Payload<'_>) {
    struct Read<'a>(&'a Payload<'a>);

    impl Visitor for Read<'_> {
        type Result = Result<(), Fault>;

        fn visit<O: Operation>(self) -> Self::Result {
            self.0.read::<O>().map(|_| ())
        }
    }

    for operation in sts::Operation::ALL {
        _ = operation.visit(Read(payload));
    }
    for operation in
        [iam::Operation::CreateUser, iam::Operation::AcquireRole, iam::Operation::PutAccountProperties]
    {
        _ = operation.visit(Read(payload));
    }
}

/// Forms made of pieces that mean something.
fn form() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "Tags",
        "RoleArn",
        "PolicyArns",
        "Properties",
        "UserName",
        "member",
        "entry",
        "1",
        "2",
        "key",
        "value",
        "arn",
        "Key",
    ]);
    let pair = (prop::collection::vec(name, 1..6), "[a-z%+0-9é]{0,5}");
    prop::collection::vec(pair.prop_map(|(name, value)| format!("{}={value}", name.join("."))), 0..12)
        .prop_map(|pairs| pairs.join("&"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn no_form_makes_us_panic(query in any::<Vec<u8>>(), form in form()) {
        _ = parse(&query);
        if let Ok(payload) = Payload::form("", form.as_bytes(), &Limits::default()) {
            read_as_everything(&payload);
        }
    }

    #[test]
    fn no_tree_makes_us_panic(bytes in any::<Vec<u8>>(), text in ".{0,60}") {
        if let Ok(payload) = Payload::cbor(&bytes, &Limits::default()) {
            read_as_everything(&payload);
        }
        if let Ok(payload) = Payload::json(text.as_bytes(), &Limits::default()) {
            read_as_everything(&payload);
        }
    }
}

#[test]
fn an_answer_is_bounded_and_whole() {
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    let laughs = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
    for (body, expected) in [
        ("<a>".to_owned() + &"x".repeat(2 << 20) + "</a>", "expected at most 1048576 bytes"),
        (nested(33), "expected elements nested at most 32 deep"),
        (nested(100_000), "expected elements nested at most 32 deep"),
        (format!("<a>{}</a>", "<b/>".repeat(100_000)), "expected at most 100000 elements"),
        (laughs.to_owned(), "expected neither a document type nor entities of its own"),
        ("<a>&c;</a>".to_owned(), "expected neither a document type nor entities of its own"),
        (String::new(), "expected one element from beginning to end"),
        ("{\"a\":1}".to_owned(), "expected one element from beginning to end"),
        ("<a></a><b/>".to_owned(), "expected one element from beginning to end"),
        ("<a/>more".to_owned(), "expected one element from beginning to end"),
        ("<a><b></b>".to_owned(), "expected one element from beginning to end"),
        ("<a><b></a></b>".to_owned(), "expected XML"),
        ("<a".to_owned(), "expected XML"),
        ("<a>&#0;</a>".to_owned(), "expected XML"),
        ("<a>&#x110000;</a>".to_owned(), "expected XML"),
        ("<!doctype html><html>".to_owned(), "expected neither a document type nor entities of its own"),
    ] {
        let found = Document::parse(body.as_bytes(), &XmlLimits::default()).unwrap_err();
        assert_eq!(found.to_string(), expected, "{}", &body[..body.len().min(60)]);
    }
    let found = Document::parse(b"<a>\xFF</a>", &XmlLimits::default()).unwrap_err();
    assert!(matches!(found, ParseXmlError::Encoding));
}

#[test]
fn what_stands_in_an_element_is_read_as_written() {
    let body = "\u{FEFF}<?xml version=\"1.0\"?>\n<n:a xmlns:n=\"x\"> <b> 1 &lt;&#x41;&amp;<!-- no --><![CDATA[<&>]]></b>\n<c/>\
        <b>second</b><d>lost<e>kept</e>lost</d></n:a><!-- end -->";
    let document = Document::parse(body.as_bytes(), &XmlLimits::default()).unwrap();
    let root = document.root();
    let names: Vec<&str> = root.children().map(Element::name).collect();
    assert_eq!((root.name(), names), ("a", vec!["b", "c", "b", "d"]));
    let text = |name| root.child(name).and_then(Element::text);
    assert_eq!((root.text(), text("b"), text("c"), text("d")), (None, Some(" 1 <A&<&>"), Some(""), None));
    assert_eq!(root.child("d").unwrap().child("e").unwrap().text(), Some("kept"));
    assert_eq!(format!("{document:?} {root:?}"), "Document of 6 elements Element `a`");
}

#[test]
fn a_refusal_is_read_from_either_envelope() {
    let refused =
        Refused { code: "Throttling".into(), message: "Rate exceeded".into(), request_id: Some("r".into()) };
    let error = "<Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>";
    for body in [
        format!("<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>"),
        format!("<Response><Errors>{error}</Errors><RequestID>r</RequestID></Response>"),
    ] {
        assert_eq!(read_refusal(body.as_bytes(), &XmlLimits::default()).unwrap(), refused);
    }
    for body in ["<html><body>busy</body></html>", "<ErrorResponse><Error><Code/></Error></ErrorResponse>"] {
        read_refusal(body.as_bytes(), &XmlLimits::default()).unwrap_err();
    }
}

#[test]
fn an_answer_must_say_what_is_required_and_may_exceed_the_bounds_of_aws() {
    let answer = |credentials: &str| {
        format!(
            "<AssumeRoleResponse><AssumeRoleResult><Credentials>{credentials}</Credentials></AssumeRoleResult>\
             <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></AssumeRoleResponse>"
        )
    };
    let read = |body: &str| {
        read_reply::<sts::op::AssumeRole>(body.as_bytes(), &XmlLimits::default())
            .map_err(|error| error.to_string())
    };
    let whole =
        "<AccessKeyId>k-1</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>";
    let dated = |date: &str| answer(&format!("{whole}<Expiration>{date}</Expiration>"));
    let reply = read(&dated("2026-11-22T12:00:00Z")).unwrap();
    assert_eq!(reply.output.credentials.unwrap().access_key_id, "k-1");
    assert_eq!(reply.request_id.as_deref(), Some("r"));
    for (body, expected) in [
        (
            answer(whole),
            "the answer does not say what its model wants: 1 validation error detected: Value at 'credentials.expiration' failed to satisfy constraint: Member must not be null",
        ),
        (
            dated("soon"),
            "the answer does not say what its model wants: timestamp must follow ISO8601 at 'credentials.expiration'",
        ),
        (
            answer("<AccessKeyId><x/></AccessKeyId>"),
            "the answer does not say what its model wants: Top level element may not be treated as a scalar at 'credentials.accessKeyId'",
        ),
        (
            "<GetCallerIdentityResponse/>".to_owned(),
            "expected `AssumeRoleResponse` in the answer, and it is not there",
        ),
        (
            "<AssumeRoleResponse/>".to_owned(),
            "expected `AssumeRoleResult` in the answer, and it is not there",
        ),
    ] {
        assert_eq!(read(&body).unwrap_err(), expected);
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_of_answers_stumble(body in proptest::collection::vec(any::<u8>(), 0..200), xml in "(<[ab]{1,2}>|</[ab]{1,2}>|<a/>|x|&amp;|&#65;|<!--|-->|]]>){0,20}") {
        let limits = XmlLimits::default();
        for body in [body.as_slice(), xml.as_bytes()] {
            if let Ok(document) = Document::parse(body, &limits) {
                let mut count = 0;
                let mut behind = vec![document.root()];
                while let Some(element) = behind.pop() {
                    count += 1;
                    behind.extend(element.children());
                }
                prop_assert!(count <= body.len());
            }
            drop(read_refusal(body, &limits));
        }
    }
}
