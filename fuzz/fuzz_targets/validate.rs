//! A policy looked at by Access Analyzer's checks, as every kind of policy: whatever it is, each finding has a
//! place in the text, and what IAM refuses is what admission refuses.

#![no_main]

use libfuzzer_sys::fuzz_target;
use regent_policy::validate::{Options, validate};
use regent_policy::{PolicyKind, admit};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for kind in PolicyKind::ALL {
        let validation = validate(text, &Options::of(kind));
        assert_eq!(validation.refusal(), admit(text, kind).err().as_ref(), "{kind:?}");
        for finding in validation.findings() {
            let (start, end) = (finding.span().start as usize, finding.span().end as usize);
            assert!(text.get(start..end).is_some(), "{finding:?} is nowhere");
            assert!(!finding.details().is_empty());
        }
    }
});
