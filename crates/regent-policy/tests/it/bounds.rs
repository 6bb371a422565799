//! Limits: memory, time, depth, and what happens at them.

mod slow;

use allocation_counter::measure;
use regent_policy::{
    Action, Bindings, Caller, Context, Decision, Document, Finding, Policies, PolicyKind, Program, Request,
    Resource, ResourcePolicy, Verdict, action, decide, decide_and_collect,
};

use self::slow::filled;
use crate::callers;

fn program(text: &str) -> Program {
    Program::compile(&Document::parse(text).unwrap(), &Bindings::NONE)
}

fn decide_on(program: &Program, context: &Context<'_>) -> Decision {
    decide_with(program, context, "arn:aws:s3:::bucket/key")
}

fn decide_with(program: &Program, context: &Context<'_>, resource: &str) -> Decision {
    let request = Request {
        caller: callers::named("ana"),
        action: &action!("s3:GetObject"),
        resource: &Resource::new(resource),
        resource_account: Some(callers::HOME),
        context,
        canonical_user: None,
    };
    decide(&Policies { identity: &[program], ..Policies::default() }, &request)
}

/// Every operator in each of its forms, on a key that holds its type, and on one that is absent.
fn every_operator() -> String {
    let mut conditions = Vec::new();
    for (names, key, value) in [
        (
            &["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"][..],
            "x:text",
            "Köln",
        ),
        (&["StringLike", "StringNotLike"], "x:text", "K?l*${x:none, 'n'}*"),
        (
            &["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals"],
            "x:number",
            "12.50",
        ),
        (&["NumericGreaterThan", "NumericGreaterThanEquals"], "x:number", "-3"),
        (
            &["DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals"],
            "x:date",
            "2026-11-21T12:30:00Z",
        ),
        (&["DateGreaterThan", "DateGreaterThanEquals"], "x:date", "1795264200"),
        (&["Bool"], "x:bool", "true"),
        (&["BinaryEquals"], "x:bytes", "Zm9v"),
        (&["IpAddress", "NotIpAddress"], "x:address", "2001:db8::/32"),
        (&["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"], "x:arn", "arn:*:iam::*:user/${x:name}"),
    ] {
        for name in names {
            for qualifier in ["", "ForAnyValue:", "ForAllValues:"] {
                for if_exists in ["", "IfExists"] {
                    for key in [key, "x:many", "x:absent"] {
                        conditions
                            .push(format!(r#""{qualifier}{name}{if_exists}":{{"{key}":["zzz","{value}"]}}"#));
                    }
                }
            }
        }
    }
    // Each in a statement of its own, so that none ends the matter before another is asked.
    let statements = conditions.iter().flat_map(|condition| {
        ["Allow", "Deny"].map(|effect| {
            format!(r#"{{"Effect":"{effect}","Action":"s3:*","Resource":"*","Condition":{{{condition}}}}}"#)
        })
    });
    let statements: Vec<String> = statements.collect();
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

#[test]
fn no_operator_allocates() {
    let policy =
        Program::compile(&Document::parse_up_to(1 << 20, &every_operator()).unwrap(), &Bindings::NONE);
    let many = [
        "Köln",
        "12.5",
        "2026-11-21",
        "true",
        "Zm9v",
        "2001:db8::7",
        "arn:aws:iam::111122223333:user/ana",
        "*",
    ];
    let mut found = 0;
    let counted = measure(|| {
        let mut context = Context::new();
        context.set("x:text", "KÖLN am Rhein");
        context.set("x:number", "12.5");
        context.set("x:date", "2026-11-21T13:30:00+01:00");
        context.set("x:bool", "TRUE");
        context.set("x:bytes", "Zm9v");
        context.set("x:address", "2001:db8::7");
        context.set("x:arn", "arn:aws:iam::111122223333:user/ana");
        context.set("x:name", "ana");
        context.set_many("x:many", &many);
        let request = Request {
            caller: callers::named("ana"),
            action: &action!("s3:GetObject"),
            resource: &Resource::new("arn:aws:s3:::bucket/key"),
            resource_account: Some(callers::HOME),
            context: &context,
            canonical_user: None,
        };
        let policies = Policies { identity: &[&policy], ..Policies::default() };
        decide_and_collect(&policies, &request, &mut |_| found += 1);
    });
    assert_eq!(counted.count_total, 0);
    assert!(found > 100, "{found} statements apply");
}

/// Decides a request of `caller` for something of `owner`'s, which must not allocate.
#[track_caller]
fn verdict_without_allocating(policies: &Policies<'_>, caller: Caller<'_>, owner: &str) -> Verdict {
    let mut context = Context::new();
    context.set("aws:username", "ana");
    let mut verdict = None;
    let counted = measure(|| {
        let request = Request {
            caller,
            action: &Action::parse("s3:GetObject").unwrap(),
            resource: &Resource::new("arn:aws:s3:::bucket/ana"),
            resource_account: Some(owner),
            context: &context,
            canonical_user: Some("79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"),
        };
        verdict = Some(decide(policies, &request).verdict());
    });
    assert_eq!(counted.count_total, 0);
    verdict.unwrap()
}

#[test]
fn neither_principals_nor_accounts_nor_denials_allocate() {
    let grants = program(
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:*", "kms:*"],
            "Resource": "arn:aws:s3:::bucket/${aws:username}"}]}"#,
    );
    let denies = program(
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::else*",
            "Condition": {"StringNotEqualsIgnoreCase": {"aws:username": ["bob", "BÖB"]}}}]}"#,
    );
    let principals = [
        r#""Principal": "*""#,
        r#""Principal": {"AWS": ["444455556666", "arn:aws:iam::111122223333:user/staff/ana"]}"#,
        r#""Principal": {"AWS": "111122223333", "Service": "s3.amazonaws.com", "Federated": "accounts.google.com"}"#,
        r#""Principal": {"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}"#,
        r#""NotPrincipal": {"AWS": ["444455556666", "arn:aws:sts::444455556666:assumed-role/r/s"]}"#,
    ];
    let caller = callers::named("ana");
    for principal in principals {
        for effect in ["Allow", "Deny"] {
            let text = format!(
                r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}",{principal},"Action":"s3:*","Resource":"*"}}]}}"#
            );
            let on_bucket = program(&text);
            let policies = Policies {
                identity: &[&grants],
                boundaries: &[&grants],
                resource: Some(ResourcePolicy::ordinary(&on_bucket)),
                ..Policies::default()
            };
            for owner in [callers::HOME, "999988887777"] {
                let verdict = verdict_without_allocating(&policies, caller, owner);
                assert_eq!(verdict == Verdict::ExplicitlyDenied, effect == "Deny", "{principal}");
            }
        }
    }
    let denied = Policies { identity: &[&grants, &denies], session: Some(&[&denies]), ..Policies::default() };
    assert_eq!(verdict_without_allocating(&denied, caller, callers::HOME), Verdict::ExplicitlyDenied);
    let silent = Policies { identity: &[&grants], ..Policies::default() };
    assert_eq!(verdict_without_allocating(&silent, caller, "999988887777"), Verdict::ImplicitlyDenied);
    let unusable = Program::unreadable();
    let broken = Policies { identity: &[&grants, &unusable], ..Policies::default() };
    assert_eq!(verdict_without_allocating(&broken, caller, callers::HOME), Verdict::ExplicitlyDenied);
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

#[test]
fn a_program_takes_less_than_four_times_its_text() {
    let statements: [fn(usize) -> String; 6] = [
        |n| format!(r#"{{"Effect":"Allow","Action":"s3:Get{n}*","Resource":"*"}}"#),
        |n| {
            format!(
                r#"{{"Effect":"Allow","Action":["s3:Get{n}","s3:Put{n}","s3:*{n}"],"Resource":"arn:aws:s3:::b{n}/*"}}"#
            )
        },
        |n| format!(r#"{{"Effect":"Deny","NotAction":"s{n}:*","NotResource":"arn:aws:s3:*:*:b{n}"}}"#),
        |n| {
            format!(
                r#"{{"Effect":"Allow","Action":"a:b","Resource":"arn:aws:s3:::${{aws:username}}/{n}/*"}}"#
            )
        },
        |n| {
            format!(
                r#"{{"Sid":"S{n}","Effect":"Allow","Action":"svc{n}:Get*","Resource":"arn:aws:svc{n}:*:111122223333:thing/*","Condition":{{"StringEquals":{{"aws:PrincipalTag/team":"team{n}"}},"IpAddress":{{"aws:SourceIp":"10.{n}.0.0/16"}}}}}}"#
            )
        },
        |n| {
            format!(
                r#"{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::111122223333:role/r{n}"}},"Action":"sts:AssumeRole","Condition":{{"NumericLessThan":{{"a:b":"{n}"}},"DateLessThan":{{"a:c":"2026-01-01"}}}}}}"#
            )
        },
    ];
    for (shape, statement) in statements.iter().enumerate() {
        for count in [8, 40, 200] {
            let statements: Vec<String> = (0..count).map(statement).collect();
            let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","));
            let size = program(&text).size_bytes();
            assert!(
                size < 4 * text.len(),
                "shape {shape}, {count} statements: {size} bytes for {} of text",
                text.len()
            );
        }
    }
}
