//! The answers of a stranger's STS and IAM: whatever comes, it is read in bounded time or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use regent_wire::protocol::query::{Document, XmlLimits, read_refusal, read_reply};
use regent_wire::protocol::{Protocol, answer};
use regent_wire::{iam, sts};

fuzz_target!(|body: &[u8]| {
    let limits = XmlLimits { elements: 1000, ..XmlLimits::default() };
    if let Ok(document) = Document::parse(body, &limits) {
        // Every element is found exactly once, going down from the root.
        let (mut found, mut below) = (0, vec![document.root()]);
        while let Some(element) = below.pop() {
            found += 1;
            assert!(element.name().len() <= body.len() && found <= limits.elements);
            assert!(element.text().is_none() || element.children().next().is_none());
            below.extend(element.children());
        }
    }
    drop(read_refusal(body, &limits));
    if let Ok(reply) = read_reply::<sts::op::AssumeRole>(body, &limits) {
        // What was read is what our own server would write, and reads again. What XML cannot carry it writes otherwise.
        let mut again = Vec::new();
        answer::<sts::op::AssumeRole>(Protocol::Query, &reply.output, "-", &mut again);
        let again = read_reply::<sts::op::AssumeRole>(&again, &limits).expect("an answer of our own");
        let is_plain =
            body.iter().all(|byte| matches!(byte, b' '..=b'~')) && !body.windows(2).any(|two| two == b"&#");
        assert!(!is_plain || again.output == reply.output, "{reply:?} {again:?}");
    }
    drop(read_reply::<sts::op::GetCallerIdentity>(body, &limits));
    drop(read_reply::<sts::op::GetFederationToken>(body, &limits));
    drop(read_reply::<iam::op::GetRole>(body, &limits));
    drop(read_reply::<iam::op::ListAccessKeys>(body, &limits));
    drop(read_reply::<iam::op::CreateAccessKey>(body, &limits));
});
