//! What holds for all names that a person can have.

use proptest::prelude::*;
use regent_broker::template::{Asker, Subject, Template, TemplatePurpose, User};
use regent_policy::{PolicyKind, admit};
use serde_json::Value;

use super::{FederatedName, LossyTag, Policy, SessionName, SourceIdentity, Tag, policy};

/// A name as an enemy would choose it.
fn name() -> impl Strategy<Value = String> {
    let bits = prop::sample::select(vec![
        "*",
        "?",
        "$",
        "{",
        "}",
        "${",
        "${*}",
        "${user.id}",
        "${aws:username}",
        "\"",
        "\\",
        "\\u0022",
        "\",\"",
        ":",
        "/",
        "-",
        "-fd7f00b6",
        "ana",
        "a",
        "@",
        " ",
        "\n",
        "\0",
        "ä",
        "\u{202e}",
        "😀",
        "arn:aws:s3:::",
    ]);
    prop_oneof![
        ".{0,80}",
        "[A-Za-z0-9_.@+=,-]{1,140}",
        prop::collection::vec(bits, 1..6).prop_map(|bits| bits.concat()),
    ]
}

fn render(template: &str, purpose: TemplatePurpose, id: &str, name: &str) -> Option<String> {
    let template = Template::parse(template, purpose).unwrap();
    template.render(&Subject::new(Asker::User(User { name, ..User::new(id) }))).ok()
}

fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
}

/// The shape of a document: everything but what its strings say.
fn shape(value: &Value) -> Value {
    match value {
        Value::String(_) => Value::from("…"),
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), shape(value))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn count(text: &str, special: &str) -> usize {
    text.chars().filter(|character| special.contains(*character)).count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn a_name_is_one_that_aws_takes(name in name(), template in "[a-z/ -]{0,40}") {
        let template = format!("{template}${{user.name}}");
        for (purpose, most) in [(SessionName, 64), (FederatedName, 32)] {
            if let Some(name) = render(&template, purpose, "usr_01", &name) {
                prop_assert!(is_name(&name) && (2..=most).contains(&name.len()), "{name}");
            }
        }
        if let Some(identity) = render("${user.name}", SourceIdentity, "usr_01", &name) {
            prop_assert!(is_name(&identity) && identity == name);
        }
    }

    #[test]
    fn two_people_never_share_a_name(one in name(), other in name()) {
        prop_assume!(one != other);
        for purpose in [SessionName, FederatedName] {
            let one = render("${user.name}", purpose, "usr_01", &one);
            let other = render("${user.name}", purpose, "usr_02", &other);
            prop_assert!(one.is_none() || one != other, "{one:?}");
        }
    }

    #[test]
    fn nobody_can_choose_the_name_that_was_made_for_another(name in name()) {
        for purpose in [SessionName, FederatedName] {
            if let Some(made) = render("${user.name}", purpose, "usr_01", &name).filter(|made| *made != name) {
                prop_assert_ne!(render("${user.name}", purpose, "usr_02", &made), Some(made));
            }
        }
    }

    #[test]
    fn a_rendered_policy_has_the_shape_and_the_wildcards_of_its_template(name in name()) {
        let text = policy("arn:aws:s3:::home-${user.name}/*/${aws:userid}/${user.name}?");
        if let Some(rendered) = render(&text, Policy, "usr_01", &name) {
            let written: Value = serde_json::from_str(&text).unwrap();
            let read: Value = serde_json::from_str(&rendered).unwrap();
            prop_assert_eq!(shape(&written), shape(&read));
            prop_assert_eq!(count(&rendered, "*?"), count(&text, "*?"));
            prop_assert_eq!(count(&rendered, "${}\"\\:/"), count(&text, "${}\"\\:/") - 6);
            prop_assert!(rendered.matches(&name).count() >= 2);
            prop_assert!(admit(&rendered, PolicyKind::Session).is_ok());
        }
    }

    #[test]
    fn a_tag_is_one_that_aws_takes(name in name()) {
        let is_tag = |value: &str| {
            (1..=256).contains(&value.chars().count())
                && value.chars().all(|each| each.is_alphanumeric() || " _.:/=+-@".contains(each))
        };
        if let Some(value) = render("${user.name}", Tag, "usr_01", &name) {
            prop_assert!(is_tag(&value) && value == name);
        }
        if let Some(value) = render("${user.name}", LossyTag, "usr_01", &name) {
            prop_assert!(is_tag(&value));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), deep in 0..200_usize) {
        for purpose in [SessionName, FederatedName, SourceIdentity, Tag, LossyTag, Policy] {
            let _ = Template::parse(&text, purpose).map_err(|error| error.to_string());
        }
        let nested = format!("{}\"${{user.name}}\"{}", "[".repeat(deep), "]".repeat(deep));
        prop_assert!(Template::parse(&nested, Policy).is_err());
    }
}
