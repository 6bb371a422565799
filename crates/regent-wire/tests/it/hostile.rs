//! What strangers send.

use proptest::prelude::*;
use regent_wire::operation::Visitor;
use regent_wire::protocol::query::{Form, FormLimits, ParseFormError};
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
