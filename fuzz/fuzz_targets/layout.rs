//! A policy laid out anew: it says the same, is stored or refused alike, and is not changed a second time.

#![no_main]

use libfuzzer_sys::fuzz_target;
use regent_policy::format::{Style, format};
use regent_policy::{Document, PolicyKind, admit, counted_size};

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let style = Style { indent: first % 8, width: u16::from(first / 8) * 8 };
    let Ok(formatted) = format(text, style) else {
        assert!(Document::parse(text).is_err(), "a policy that cannot be laid out");
        return;
    };
    let again = format(&formatted, style).expect("what was laid out is a policy");
    assert_eq!(again, formatted, "laid out twice, it differs");
    let (one, other) = (Document::parse(text).expect("a policy"), Document::parse(&formatted).expect("a policy"));
    assert_eq!(said(&one), said(&other));
    assert_eq!(counted_size(text), counted_size(&formatted));
    for kind in PolicyKind::ALL {
        let refusal = |text| admit(text, kind).err().map(|refusal| (refusal.stage(), refusal.message().to_owned()));
        assert_eq!(refusal(text), refusal(&formatted), "{kind:?}");
    }
});

/// All that a document says, but not where.
fn said(document: &Document) -> Vec<String> {
    let mut said = vec![format!("{:?} {} {:?}", document.version(), document.names_version(), document.id().map(|id| id.value().to_owned()))];
    for statement in document.statements() {
        said.push(format!("{:?} {:?}", statement.sid().map(|sid| sid.value().to_owned()), statement.effect_element().value()));
        if let Some(principals) = statement.principals() {
            said.push(format!("{:?}", principals.polarity()));
            said.extend(principals.entries().map(|one| format!("{:?} {}", one.r#type(), one.value())));
        }
        for listed in [statement.actions(), statement.resources()].into_iter().flatten() {
            said.push(format!("{:?}", listed.polarity()));
            said.extend(listed.elements().map(|element| element.value().to_owned()));
        }
        for condition in statement.conditions() {
            said.push(format!("{} {}", condition.operator_element().value(), condition.key().value()));
            said.extend(condition.values().map(|value| value.value().to_owned()));
        }
    }
    said
}
