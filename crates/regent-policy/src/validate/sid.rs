//! The names of statements.

use std::collections::HashMap;

use super::issue::IssueCode;
use super::options::PolicyType;
use super::report::{Report, Spot};
use super::subject::Subject;

/// IAM and Organizations want letters and digits, and each name once. Other services are not so strict, but a
/// name that two statements have names neither.
pub(super) fn check(subject: &Subject<'_, '_>, report: &mut Report<'_>) {
    let is_strict = subject.options.policy_type() != PolicyType::Resource || subject.options.is_trust();
    let mut seen: HashMap<&str, u32> = HashMap::new();
    for sid in subject.policy.statements.iter().filter_map(|statement| statement.sid) {
        if sid.str.is_empty() {
            let details = "This name is empty. Give the statement a name, or leave `Sid` out.";
            report.add(IssueCode::EmptySidValue, Spot::Value(sid.node), details);
            continue;
        }
        if is_strict && !sid.str.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let details = format!("A `Sid` has only letters and digits, so not `{}`.", sid.str);
            report.add(IssueCode::UnsupportedSid, Spot::Value(sid.node), details);
        }
        let Some(first) = seen.insert(sid.str, sid.node) else { continue };
        seen.insert(sid.str, first);
        let (code, advice) = if is_strict {
            (IssueCode::UniqueSidsRequired, "Each `Sid` may be used once in a policy of this type")
        } else {
            (IssueCode::UniqueSidsRecommended, "Better use each `Sid` once")
        };
        let details = format!("{advice}; an earlier statement is called `{}` too.", sid.str);
        report.add(code, Spot::Value(sid.node), details);
    }
}
