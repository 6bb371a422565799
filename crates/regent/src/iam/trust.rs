//! Trust policies: who is let into a role.
//!
//! A principal that is a user or a role is bound to its unique id when the document is stored. What the document says
//! from then on is about that very entity: whoever is made later under the same name is somebody else.
//!
//! AWS: IAM User Guide, "AWS JSON policy elements: Principal".

use std::collections::BTreeMap;
use std::sync::Arc;

use regent_policy::{Document, PolicyKind, Span, admit, counted_size};
use regent_store::directory::Directory;
use regent_store::entity::{Binding, PolicyDocument};
use regent_wire::Fault;
use regent_wire::iam::error;

use super::{document, quota};
use crate::arn::Partition;
use crate::change::Change;
use crate::fault;

mod principal;
mod shared_issuer;

/// Reads a trust policy and checks everything about it but whether its principals exist.
pub(super) fn read(text: &str) -> Result<Document, Fault> {
    let document = admit(text, PolicyKind::RoleTrust)
        .map_err(|refusal| malformed(refusal.message().to_owned()).because(refusal))?;
    if counted_size(text) > quota::TRUST_POLICY_SIZE {
        return Err(fault::quota_exceeded("ACLSizePerRole", quota::TRUST_POLICY_SIZE));
    }
    document.statements().try_for_each(|statement| shared_issuer::check(&statement).map_err(malformed))?;
    Ok(document)
}

/// Finds out whom every principal means, and binds users and roles to their ids.
pub(super) fn bind(change: &Change<'_>, document: &Document) -> Result<Arc<PolicyDocument>, Fault> {
    let mut bindings = BTreeMap::new();
    for principal in document.principals() {
        let refused = || malformed(principal.refusal_text());
        let id = principal::find(change.directory(), change.arns(), &principal).map_err(|_| refused())?;
        if let Some(id) = id {
            bindings.insert(principal.value(), id);
        }
    }
    let bindings = bindings.into_iter().map(|(arn, id)| Binding { arn: arn.into(), id }).collect();
    Ok(Arc::new(PolicyDocument::new(document.text(), bindings)))
}

/// A trust policy as an answer shows it: the text that was given, byte for byte.
///
/// Except where a principal is no more what the text says. A user who was renamed stands there under the new ARN, and
/// one who is gone under the unique id, which nobody will ever have again.
pub(super) fn shown(directory: &Directory, arns: &Partition, trust: &PolicyDocument) -> String {
    let mut stale: Vec<(&str, String)> = Vec::new();
    for binding in trust.bindings() {
        let now = principal::shown(directory, arns, binding);
        if *now != *binding.arn {
            stale.push((&binding.arn, now));
        }
    }
    match stale.as_slice() {
        [] => document::shown(trust),
        stale => document::shown(&PolicyDocument::new(&replaced(trust.text(), stale), Vec::new())),
    }
}

/// The text with other principals in the places of these.
fn replaced(text: &str, stale: &[(&str, String)]) -> String {
    // What was stored can be read; should it not be, its own text is the honest answer.
    let Ok(document) = Document::parse(text) else { return text.to_owned() };
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for principal in document.principals() {
        let Some((_, now)) = stale.iter().find(|(arn, _)| *arn == principal.value()) else { continue };
        let Span { start, end } = principal.span();
        out.push_str(Span { start: from, end: start }.of(text));
        out.push_str(&serde_json::Value::from(now.as_str()).to_string());
        from = end;
    }
    out.push_str(Span { start: from, end: u32::try_from(text.len()).unwrap_or(u32::MAX) }.of(text));
    out
}

fn malformed(message: impl Into<String>) -> Fault {
    Fault::new(&error::MALFORMED_POLICY_DOCUMENT, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_principal_is_replaced_where_it_stands_and_nothing_else_moves() {
        let text = r#"{ "Statement":
            [{"Effect":"Allow","Principal":{"AWS":["arn:a", "arn:b","arn:a"]},"Action":"sts:AssumeRole", "Sid":"arn:a"}]
        }"#;
        let expected = text.replacen("\"arn:a\"", "\"A\\\"\"", 2);
        assert_eq!(replaced(text, &[("arn:a", "A\"".to_owned())]), expected);
    }

    #[test]
    fn a_document_of_the_largest_size_is_taken_and_one_character_more_is_not() {
        let document = |size: usize| {
            let frame =
                r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Sid":""}}"#;
            frame.replace("\"Sid\":\"\"", &format!("\"Sid\":\"{}\"", "a".repeat(size - frame.len())))
        };
        assert!(read(&document(2048)).is_ok());
        let spaced = document(2048).replace(',', " ,\n\t");
        assert!(read(&spaced).is_ok(), "white space between elements does not count");
        let fault = read(&document(2049)).unwrap_err();
        assert_eq!(fault.to_string(), "LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048");
    }
}
