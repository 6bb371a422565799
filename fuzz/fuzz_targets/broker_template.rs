//! A connector's template, and a person's name in it: nothing that is rendered says more than the template does.

#![no_main]

use libfuzzer_sys::fuzz_target;
use regent_broker::template::{Asker, Subject, Template, TemplatePurpose, User};
use serde_json::Value;

const PURPOSES: [TemplatePurpose; 6] = [
    TemplatePurpose::SessionName,
    TemplatePurpose::FederatedName,
    TemplatePurpose::SourceIdentity,
    TemplatePurpose::Tag,
    TemplatePurpose::LossyTag,
    TemplatePurpose::Policy,
];

// The name is the first line, the template all that follows.
fuzz_target!(|input: &str| {
    let (name, text) = input.split_once('\n').unwrap_or(("ana", input));
    let user = User { name, email: Some(name), groups: &[name], ..User::new("usr_01") };
    let subject = Subject { connector_slug: name, ..Subject::new(Asker::User(user)) };
    for purpose in PURPOSES {
        let template = match Template::parse(text, purpose) {
            Ok(template) => template,
            Err(error) => {
                assert!(error.to_string().len() < 1000, "{error}");
                continue;
            }
        };
        let Ok(rendered) = template.render(&subject) else { continue };
        match purpose {
            TemplatePurpose::SessionName => is_name(&rendered, 64),
            TemplatePurpose::FederatedName => is_name(&rendered, 32),
            TemplatePurpose::SourceIdentity => is_name(&rendered, 64),
            TemplatePurpose::Tag | TemplatePurpose::LossyTag => {
                assert!((1..=256).contains(&rendered.chars().count()), "{rendered:?}");
            }
            TemplatePurpose::Policy => says_no_more(text, &rendered),
        }
    }
});

fn is_name(name: &str, most: usize) {
    assert!((2..=most).contains(&name.len()), "{name:?}");
    assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte)), "{name:?}");
}

/// Whether two policies have one structure, and no string more characters with a meaning than before.
fn says_no_more(template: &str, rendered: &str) {
    let template = serde_json::from_str(template).expect("a template is JSON");
    let rendered = serde_json::from_str(rendered).expect("what comes of it is JSON");
    assert!(is_alike(&template, &rendered), "{template} became {rendered}");
}

fn is_alike(template: &Value, rendered: &Value) -> bool {
    match (template, rendered) {
        (Value::String(one), Value::String(other)) => {
            // The variables' own names go away, so there may be fewer.
            "*?:/${}".chars().all(|special| other.matches(special).count() <= one.matches(special).count())
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_alike(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| is_alike(value, other)))
        }
        (one, other) => one == other,
    }
}
