//! An examination: what AWS documents, put as questions without a look at the engine.
//!
//! Every line of `examination.jsonl` is a case with the answer that is expected; `error` where the case is broken.
//! Where AWS is silent, the answer is the choice that `docs/adr/0013-where-aws-is-silent.md` records.

use std::fmt::Write as _;

use super::Folder;

/// What is compared of a case and of its answer. A line that is no JSON on purpose still begins so.
fn quoted<'a>(line: &'a str, member: &str) -> &'a str {
    let (_, rest) =
        line.split_once(&format!("\"{member}\":\"")).unwrap_or_else(|| panic!("{member}: {line}"));
    rest.split_once('"').unwrap().0
}

#[test]
fn the_examination_is_passed_without_a_mistake() {
    let cases = include_str!("examination.jsonl");
    let said = Folder::with(&[("cases.jsonl", cases)]).run(&["evaluate", "--cases", "cases.jsonl"]);
    assert_eq!((said.status, said.stderr.as_str()), (1, ""), "some cases are broken on purpose");
    let mut mistakes = String::new();
    for (case, answer) in cases.lines().zip(said.stdout.lines()) {
        let (id, expected) = (quoted(case, "id"), quoted(case, "expected"));
        assert_eq!(quoted(answer, "id"), id);
        let decision = if answer.contains("\"error\":") { "error" } else { quoted(answer, "decision") };
        if decision != expected {
            writeln!(mistakes, "{id}: expected {expected}, got {answer}").unwrap();
        }
    }
    assert_eq!(said.stdout.lines().count(), cases.lines().count());
    assert!(mistakes.is_empty(), "{mistakes}");
}
