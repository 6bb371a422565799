//! Policy documents: what is admitted, how much of it, and how it is shown.

use std::sync::Arc;

use regent_policy::{PolicyKind, admit_in, counted_size};
use regent_store::entity::PolicyDocument;
use regent_wire::Fault;
use regent_wire::iam::error;

use super::quota;
use crate::arn::Partition;
use crate::fault;

/// A document of an identity-based policy, if IAM would store it.
pub(super) fn admit(arns: &Partition, text: &str) -> Result<Arc<PolicyDocument>, Fault> {
    match admit_in(text, PolicyKind::Identity, arns.name()) {
        Ok(_) => Ok(Arc::new(PolicyDocument::new(text, Vec::new()))),
        Err(refusal) => {
            Err(Fault::new(&error::MALFORMED_POLICY_DOCUMENT, refusal.message()).because(refusal))
        }
    }
}

/// A document of a managed policy, if IAM would store it. It has a quota of its own.
pub(super) fn admit_managed(arns: &Partition, text: &str) -> Result<Arc<PolicyDocument>, Fault> {
    let document = admit(arns, text)?;
    if size(&document) > quota::POLICY_SIZE {
        return Err(fault::quota_exceeded("PolicySize", quota::POLICY_SIZE));
    }
    Ok(document)
}

/// How much of a quota a document takes. White space between its elements is free.
pub(super) fn size(document: &PolicyDocument) -> usize {
    counted_size(document.text())
}

/// A document as every answer of IAM shows it: byte for byte what was given, percent-encoded.
///
/// A space is `%20` and never `+`, and what is encoded inside of the document is encoded once more, so that
/// whoever decodes once has what was given.
///
/// AWS: IAM API reference, GetPolicyVersion ("URL-encoded compliant with RFC 3986").
pub(super) fn shown(document: &PolicyDocument) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let text = document.text();
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for digit in [byte >> 4, byte & 0x0f] {
                out.extend(DIGITS.get(usize::from(digit)).map(|digit| char::from(*digit)));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_but_unreserved_characters_is_encoded_once() {
        for (text, expected) in [
            ("AZaz09-_.~", "AZaz09-_.~"),
            ("{ \"a\" : [] }", "%7B%20%22a%22%20%3A%20%5B%5D%20%7D"),
            ("a+b&c/d?e=f", "a%2Bb%26c%2Fd%3Fe%3Df"),
            ("arn%3Aaws", "arn%253Aaws"),
            ("\t\r\né\u{ff}", "%09%0D%0A%C3%A9%C3%BF"),
        ] {
            assert_eq!(shown(&PolicyDocument::new(text, Vec::new())), expected, "{text}");
        }
    }
}
