//! Limits: memory, time, depth, and what happens at them.

use allocation_counter::measure;
use regent_policy::{
    Action, Bindings, Context, Decision, Document, Finding, Policies, PolicyKind, Program, Request, Resource,
    Verdict, action, decide,
};

use crate::callers;
use crate::cpu::thread_time_ns;

fn program(text: &str) -> Program {
    Program::compile(&Document::parse(text).unwrap(), &Bindings::NONE)
}

fn decide_on(program: &Program, context: &Context<'_>) -> Decision {
    let request = Request {
        caller: callers::named("ana"),
        action: &action!("s3:GetObject"),
        resource: &Resource::new("arn:aws:s3:::bucket/key"),
        resource_account: Some(callers::HOME),
        context,
        canonical_user: None,
    };
    decide(&Policies { identity: &[program], ..Policies::default() }, &request)
}

#[test]
fn deciding_does_not_allocate() {
    let policy = program(
        r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["s3:Get*", "s3:*ject"], "Resource": "arn:aws:s3:::*/${x:none, 'key'}",
             "Condition": {
                "StringLike": {"aws:UserAgent": ["*${aws:username}*", "*b?to*"]},
                "StringEqualsIgnoreCase": {"aws:PrincipalTag/city": "KÖLN"},
                "NumericLessThan": {"aws:EpochTime": "1900000000.5"},
                "DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"},
                "IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]},
                "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"},
                "BinaryEquals": {"x:bytes": "Zm9v"},
                "Bool": {"aws:SecureTransport": true},
                "Null": {"x:none": "true"},
                "ForAnyValue:StringLike": {"aws:TagKeys": "te*"},
                "ForAllValues:StringEquals": {"aws:TagKeys": ["team", "stage"]}}},
            {"Effect": "Deny", "NotAction": "s3:*", "NotResource": "*"}]}"#,
    );
    let resource = program(
        r#"{"Statement": [
            {"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": {"AWS": "AIDAEXAMPLEBOB000000A"}},
            {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": {"AWS": "111122223333"}}]}"#,
    );
    let keys = ["team", "stage"];
    let mut decision = None;
    let counted = measure(|| {
        let mut context = Context::new();
        context.set("aws:username", "ana");
        context.set("aws:UserAgent", "Boto3/1.2 md/ana");
        context.set("aws:PrincipalTag/city", "köln");
        context.set("aws:EpochTime", "1795264200");
        context.set("aws:CurrentTime", "2026-11-21T12:30:00Z");
        context.set("aws:SourceIp", "2001:db8::7");
        context.set("aws:PrincipalArn", "arn:aws:iam::111122223333:user/staff/ana");
        context.set("x:bytes", "Zm9v");
        context.set("aws:SecureTransport", "true");
        context.set_many("aws:TagKeys", &keys);
        let request = Request {
            caller: callers::named("ana"),
            action: &Action::parse("s3:GetObject").unwrap(),
            resource: &Resource::new("arn:aws:s3:::bucket/key"),
            resource_account: Some(callers::HOME),
            context: &context,
            canonical_user: None,
        };
        let policies = Policies {
            identity: &[&policy, &policy],
            session: Some(&[&policy]),
            boundaries: &[&policy],
            resource: Some(regent_policy::ResourcePolicy::ordinary(&resource)),
            service_control: Some(&[&[&policy], &[&policy]]),
            ..Policies::default()
        };
        decision = Some(decide(&policies, &request));
    });
    assert_eq!(decision.map(|decision| decision.verdict()), Some(Verdict::Allowed));
    assert_eq!(counted.count_total, 0);
}

#[test]
fn sixty_four_keys_fit_without_the_heap() {
    let names: Vec<String> = (0..65).map(|n| format!("aws:RequestTag/{n}")).collect();
    let fill = |count: usize| {
        measure(|| {
            let mut context = Context::new();
            for name in names.iter().take(count) {
                context.set(name.as_str(), "x");
            }
        })
    };
    assert_eq!(fill(64).count_total, 0);
    assert!(fill(65).count_total > 0, "the next one goes to the heap");
}

#[test]
fn decisions_and_programs_can_be_shared() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Program>();
    shared::<Document>();
    shared::<Decision>();
    let one = decide_on(&Program::unreadable(), &Context::new());
    let copy = one;
    assert_eq!(one, copy);
}

#[test]
fn a_policy_that_cannot_be_read_denies_everything() {
    let broken = Program::unreadable();
    let decision = decide_on(&broken, &Context::new());
    assert_eq!(decision.verdict(), Verdict::ExplicitlyDenied);
    assert_eq!(decision.finding(PolicyKind::Identity), Finding::Unusable { level: 0, program: 0 });
}

/// How often each is tried; the best counts.
const TRIES: usize = if cfg!(debug_assertions) { 1 } else { 5 };

/// The times that policies of 6,144 characters take against values of 2,048, the slowest first.
fn times(policies: &[(&str, String)], values: &[String]) -> Vec<(u64, String)> {
    let mut times = Vec::new();
    for (name, conditions) in policies {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny","Action":"*","Resource":"*","Condition":{{{conditions}}}}}}}"#
        );
        assert!(text.len() <= 6_144, "{name}: {}", text.len());
        let program = program(&text);
        for (index, value) in values.iter().enumerate() {
            let mut context = Context::new();
            context.set("a:a", value);
            context.set("a:b", values.last().unwrap());
            let best = (0..TRIES)
                .map(|_| {
                    let start = thread_time_ns();
                    let decision = std::hint::black_box(decide_on(&program, &context));
                    let spent = thread_time_ns() - start;
                    if value.is_ascii() && !name.starts_with("variables") {
                        let finding = decision.finding(PolicyKind::Identity);
                        assert!(!matches!(finding, Finding::Unusable { .. }), "{name} exceeds its allowance");
                    }
                    spent
                })
                .min();
            times.push((best.unwrap(), format!("{name} on value {index}")));
        }
    }
    times.sort_by(|one, other| other.cmp(one));
    times
}

/// `"StringLike":{"a:a":[…]}` with as many of the patterns as fit.
fn filled(operator: &str, pattern: impl Fn(usize) -> String) -> String {
    let mut list = String::new();
    for number in 0.. {
        let next = format!("\"{}\",", pattern(number));
        if list.len() + next.len() > 5_980 {
            break;
        }
        list.push_str(&next);
    }
    format!("\"{operator}\":{{\"a:a\":[{}]}}", list.trim_end_matches(','))
}

#[test]
fn a_policy_made_to_be_slow_is_decided_in_a_millisecond() {
    let letter = |number: usize| char::from(b'b' + u8::try_from(number % 24).unwrap());
    let policies = [
        ("many stars", filled("StringLike", |n| format!("{}b{}", "*a".repeat(900), letter(n)))),
        ("one long segment", filled("StringLike", |n| format!("*{}b{}*", "a".repeat(1_000), letter(n)))),
        ("segments that fail late", filled("StringLike", |n| format!("*{}b{}*", "a".repeat(60), letter(n)))),
        ("short segments", filled("StringLike", |n| format!("*aab{}*", letter(n)))),
        ("tiny segments", filled("StringLike", |n| format!("*{}{}*", letter(n), letter(n / 24)))),
        ("two segments", filled("StringLike", |n| format!("*ab*ba{}*", letter(n)))),
        ("question marks", filled("StringLike", |n| format!("*{}b{}*", "a?".repeat(200), letter(n)))),
        ("many question marks", filled("StringLike", |n| format!("*a?a?ab{}*", letter(n)))),
        (
            "nothing but question marks",
            filled("StringLike", |n| format!("*{}b{}", "?".repeat(300), letter(n))),
        ),
        ("variables", filled("StringLike", |n| format!("*${{a:b}}{}*", letter(n)))),
        ("variables with question marks", filled("StringLike", |n| format!("*${{a:b}}?{}*", letter(n)))),
        ("folding", filled("StringEqualsIgnoreCase", |n| format!("{}{}", "é".repeat(500), letter(n)))),
        ("folded variables", filled("StringEqualsIgnoreCase", |n| format!("${{a:b}}${{a:b}}{}", letter(n)))),
        ("exact values", filled("StringEquals", |n| format!("a{n}"))),
        ("ARNs", filled("ArnLike", |n| format!("arn:aws:s3:::*a*b{}*", letter(n)))),
        ("numbers", filled("NumericEquals", |n| format!("{n}.5"))),
        ("dates", filled("DateEquals", |n| format!("{}", 2_000 + n % 1_000))),
        ("networks", filled("IpAddress", |n| format!("10.0.{}.0/24", n % 256))),
    ];
    let values = [
        "a".repeat(2_048),
        "ab".repeat(1_024),
        format!("arn:aws:s3:::{}", "a".repeat(2_030)),
        "é".repeat(2_048),
        "aé".repeat(1_024),
        "9".repeat(2_048),
        "a".repeat(1_024),
    ];
    let times = times(&policies, &values);
    for (time, name) in times.iter().take(6) {
        println!("{time:>9} ns  {name}");
    }
    // Code that was not optimized gets a wider limit.
    let limit_ns = if cfg!(debug_assertions) { 400_000_000 } else { 1_000_000 };
    let (time, name) = times.first().unwrap();
    assert!(*time < limit_ns, "{name} takes {time} ns");
}

#[test]
fn whoever_exceeds_the_allowance_is_denied() {
    let many: Vec<String> = (0..200).map(|_| "é".repeat(2_048)).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{{}}}}}}}"#,
        filled("ForAnyValue:StringLike", |_| format!("*{}x*", "é?".repeat(400)))
    );
    let mut context = Context::new();
    context.set_many("a:a", &many);
    let decision = decide_on(&program(&text), &context);
    assert_eq!(decision.verdict(), Verdict::ExplicitlyDenied);
    assert_eq!(decision.finding(PolicyKind::Identity), Finding::Unusable { level: 0, program: 0 });
}

#[test]
fn hostile_documents_are_refused_or_compiled_in_time_that_follows_their_length() {
    let open = "{\"Version\":\"2012-10-17\",\"Statement\":[";
    let statement = "{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}";
    let many = format!("{open}{}]}}", vec![statement; 2_700].join(","));
    assert_eq!(program(&many).statement_count(), 2_700);

    let keys: Vec<String> = (0..8_000).map(|n| format!("\"k:{n}\":\"\"")).collect();
    let statement = format!(
        "{{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{{\"StringEquals\":{{{}}}}}}}",
        keys.join(",")
    );
    assert_eq!(program(&format!("{open}{statement}]}}")).statement_count(), 1);

    assert!(Document::parse(&format!("{open}{}", "[".repeat(100_000))).is_err());
    assert!(Document::parse(&format!("{open}{}]}}", "{},".repeat(30_000))).is_err());
}
