//! A document of twice the length costs twice as much, whatever it is full of.

use std::thread::sleep;
use std::time::Duration;

use regent_policy::{
    Bindings, Context, Document, Policies, PolicyKind, Program, Request, Resource, action, admit, decide,
};

use crate::callers;
use crate::cpu::thread_time_ns;

/// Twice the work, and a quarter more for what grows with a logarithm and for a busy machine.
const MOST_PERCENT: u64 = 250;
/// A quadratic cost is there every time; a disturbance is not, though it may take a while to pass.
const ATTEMPTS: u32 = 40;
/// By how much longer to wait after each attempt: some four seconds in all.
const PAUSE: Duration = Duration::from_millis(5);

/// Nearly half of what IAM takes.
const LENGTH: usize = 60_000;

/// Pieces, separated by commas, until they are so long.
fn filled(length: usize, piece: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for number in 0.. {
        if text.len() >= length {
            break;
        }
        let comma = if text.is_empty() { "" } else { "," };
        text.push_str(comma);
        text.push_str(&piece(number));
    }
    text
}

fn statement(inner: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow",{inner}}}}}"#)
}

fn condition(inner: &str) -> String {
    statement(&format!(r#""Action":"*","Resource":"*","Condition":{{{inner}}}"#))
}

/// Reads, checks, compiles and decides, and returns what that took.
fn cost_ns(text: &str) -> u64 {
    let start = thread_time_ns();
    let admitted = PolicyKind::ALL.map(|kind| admit(text, kind).is_ok());
    if let Ok(document) = Document::parse(text) {
        let bindings: Vec<(&str, &str)> =
            vec![("arn:aws:iam::111122223333:user/staff/ana", "AIDAEXAMPLEANA000000A")];
        let program = Program::compile(&document, &Bindings::new(&bindings));
        let mut context = Context::new();
        context.set("aws:username", "ana");
        context.set("k:1", "value");
        let request = Request {
            caller: callers::named("ana"),
            action: &action!("s3:GetObject"),
            resource: &Resource::new("arn:aws:s3:::bucket/key"),
            resource_account: Some(callers::HOME),
            context: &context,
            canonical_user: None,
        };
        std::hint::black_box(decide(&Policies { identity: &[&program], ..Policies::default() }, &request));
        std::hint::black_box(document.context_keys());
    }
    std::hint::black_box(admitted);
    thread_time_ns() - start
}

#[track_caller]
#[expect(clippy::disallowed_methods, reason = "nothing tells when a disturbance of the machine is over")]
fn check(name: &str, document: impl Fn(usize) -> String) {
    let (short, long) = (document(LENGTH), document(2 * LENGTH));
    let (mut best_short, mut best_long) = (u64::MAX, u64::MAX);
    for attempt in 0..ATTEMPTS {
        best_short = best_short.min(cost_ns(&short));
        best_long = best_long.min(cost_ns(&long));
        if best_short > 0 && best_long * 100 <= best_short * MOST_PERCENT {
            return;
        }
        sleep(PAUSE * attempt);
    }
    panic!("{name}: {best_short} ns for {} bytes, {best_long} ns for {}", short.len(), long.len());
}

#[test]
fn twice_the_document_is_twice_the_work() {
    check("statements", |length| {
        let one = r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::a"}"#;
        format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, filled(length, |_| one.to_owned()))
    });
    check("statements with names", |length| {
        let one = |n| format!(r#"{{"Sid":"S{n}","Effect":"Deny","Action":"s3:A{n}","Resource":"*"}}"#);
        format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, filled(length, one))
    });
    check("actions", |length| {
        statement(&format!(r#""Action":[{}],"Resource":"*""#, filled(length, |n| format!(r#""s{n}:A*{n}""#))))
    });
    check("actions and resources", |length| {
        let actions = filled(length / 2, |n| format!(r#""s3:A{n}""#));
        let resources = filled(length / 2, |n| format!(r#""arn:aws:s3:::b{n}""#));
        statement(&format!(r#""Action":[{actions}],"Resource":[{resources}]"#))
    });
    check("resources that begin alike", |length| {
        let resources = filled(length, |n| format!(r#""arn:aws:s3:::bucket/k*{n}""#));
        statement(&format!(r#""Action":"*","Resource":[{resources}]"#))
    });
    check("principals", |length| {
        let users = filled(length, |n| format!(r#""arn:aws:iam::111122223333:user/u{n}""#));
        statement(&format!(r#""Action":"s3:*","Principal":{{"AWS":[{users}]}}"#))
    });
    check("keys", |length| {
        condition(&format!(r#""StringEquals":{{{}}}"#, filled(length, |n| format!(r#""k:{n}":"""#))))
    });
    check("keys that differ in case", |length| {
        let cased = |n: usize| {
            let letter = |bit: usize| if n >> bit & 1 == 1 { 'A' } else { 'a' };
            format!(r#""k:{}":"""#, (0..16).map(letter).collect::<String>())
        };
        condition(&format!(r#""StringEquals":{{{}}}"#, filled(length, cased)))
    });
    check("values", |length| {
        condition(&format!(
            r#""StringLike":{{"aws:username":[{}]}}"#,
            filled(length, |n| format!(r#""v*{n}""#))
        ))
    });
    check("dates", |length| {
        condition(&format!(
            r#""DateLessThan":{{"k:1":[{}]}}"#,
            filled(length, |_| r#""2026-11-22T00:00Z""#.to_owned())
        ))
    });
    check("variables", |length| {
        let values = filled(length, |n| format!(r#""${{x:{n}, 'd'}}""#));
        condition(&format!(r#""StringEquals":{{"aws:username":[{values}]}}"#))
    });
    check("one text of variables", |length| {
        condition(&format!(
            r#""StringEquals":{{"aws:username":"{}"}}"#,
            "${aws:username}".repeat(length / 15)
        ))
    });
    check("escapes", |length| {
        condition(&format!(r#""StringEquals":{{"k:1":"{}"}}"#, r"\u0061".repeat(length / 6)))
    });
    check("stars", |length| condition(&format!(r#""StringLike":{{"k:1":"{}"}}"#, "*a".repeat(length / 2))));
    check("blanks", |length| statement(&format!(r#"{} "Action":"*","Resource":"*""#, " ".repeat(length))));
    check("lines", |length| statement(&format!("{} \"Action\":\"*\"", "\n".repeat(length))));
    check("a document that never ends", |length| {
        format!(r#"{{"Statement":[{}"#, filled(length, |_| "{}".to_owned()))
    });
}
