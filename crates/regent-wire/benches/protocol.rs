//! What reading a request and writing an answer cost, in CPU time.
//!
//! Run with `cargo bench -p regent-wire --bench protocol`. Wall clocks lie on a busy machine: each figure is
//! the least CPU time of many rounds, from the kernel's account of this thread.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::fs;
use std::hint::black_box;

use regent_wire::iam::op as iam;
use regent_wire::protocol::audit::record;
use regent_wire::protocol::query::{Form, FormLimits};
use regent_wire::protocol::{Limits, Payload, Protocol, answer, refuse};
use regent_wire::sts::{self, op};
use regent_wire::{Fault, Operation, Sensitive, Timestamp};

const ROUNDS: u32 = 60;

/// The thread's CPU time so far.
fn cpu_ns() -> u64 {
    // The account is brought up to date when the thread gives way.
    std::thread::yield_now();
    let account = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    account.split_whitespace().next().and_then(|time| time.parse().ok()).unwrap_or_default()
}

/// Prints the least CPU time of one call.
fn measure<T>(name: &str, calls: u32, mut call: impl FnMut() -> T) {
    let round = |call: &mut dyn FnMut() -> T| {
        let before = cpu_ns();
        for _ in 0..calls {
            black_box(call());
        }
        cpu_ns().saturating_sub(before)
    };
    let best = (0..ROUNDS).map(|_| round(&mut call)).min().unwrap_or_default();
    println!("{name:<58} {:>9} ns", best / u64::from(calls));
}

const ASSUME_ROLE: &str = "Action=AssumeRole&Version=2011-06-15\
    &RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fdeployments%2Frelease-manager\
    &RoleSessionName=ana%40example.com&DurationSeconds=3600&ExternalId=9f2c4d1e";

const TAGGED: &str = "Action=CreateUser&Version=2010-05-08&UserName=ana&Path=%2Fteam%2Fdev%2F\
    &Tags.member.1.Key=team&Tags.member.1.Value=dev&Tags.member.2.Key=cost-center&Tags.member.2.Value=4711\
    &Tags.member.3.Key=stage&Tags.member.3.Value=production";

const REQUEST_ID: &str = "c6104cbe-af31-11e0-8154-cbc7ccf896c7";

fn read<O: Operation>(form: &str, limits: &Limits) -> Option<O::Input> {
    Payload::form("", form.as_bytes(), limits).ok()?.read::<O>().ok()
}

fn main() {
    reading();
    writing();
    hostile();
}

fn reading() {
    let limits = Limits::default();
    measure("parse the form of AssumeRole (6 parameters)", 20_000, || {
        Form::parse(b"", black_box(ASSUME_ROLE).as_bytes(), &limits.form)
    });
    measure("parse and read AssumeRole", 20_000, || read::<op::AssumeRole>(black_box(ASSUME_ROLE), &limits));
    measure("parse and read CreateUser with three tags", 20_000, || {
        read::<iam::CreateUser>(black_box(TAGGED), &limits)
    });
    let document = "x".repeat(6_000);
    let policy = format!("PolicyName=p&PolicyDocument={document}");
    measure("parse and read CreatePolicy with 6,000 characters", 2_000, || {
        read::<iam::CreatePolicy>(black_box(&policy), &limits)
    });
    measure("find an operation by name", 100_000, || {
        regent_wire::iam::Operation::from_name(black_box("CreateUser"))
    });
}

fn writing() {
    let identity = sts::GetCallerIdentityResponse {
        user_id: Some("AROACKCEVSQ6C2EXAMPLE:ana@example.com".to_owned()),
        account: Some("111122223333".to_owned()),
        arn: Some("arn:aws:sts::111122223333:assumed-role/release-manager/ana@example.com".to_owned()),
    };
    let session = sts::AssumeRoleResponse {
        credentials: Some(sts::Credentials {
            access_key_id: "ASIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: Sensitive::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned()),
            session_token: Sensitive::new("t".repeat(1_200)),
            expiration: Timestamp::from_seconds(1_769_860_800),
        }),
        assumed_role_user: Some(sts::AssumedRoleUser {
            assumed_role_id: "AROACKCEVSQ6C2EXAMPLE:ana@example.com".to_owned(),
            arn: "arn:aws:sts::111122223333:assumed-role/release-manager/ana@example.com".to_owned(),
        }),
        ..Default::default()
    };
    let mut body = Vec::with_capacity(4_096);
    for protocol in [Protocol::Query, Protocol::QueryJson] {
        measure(&format!("answer GetCallerIdentity in {protocol:?}"), 20_000, || {
            body.clear();
            answer::<op::GetCallerIdentity>(protocol, black_box(&identity), REQUEST_ID, &mut body)
        });
        measure(&format!("answer AssumeRole in {protocol:?}"), 20_000, || {
            body.clear();
            answer::<op::AssumeRole>(protocol, black_box(&session), REQUEST_ID, &mut body)
        });
    }
    measure("record AssumeRole's answer", 20_000, || {
        body.clear();
        record(black_box(&session), &mut body);
    });
    let fault =
        Fault::access_denied("User: arn:aws:iam::111122223333:user/a is not authorized to perform: x");
    measure("refuse in Query", 20_000, || {
        body.clear();
        refuse(Protocol::Query, &sts::SERVICE, black_box(&fault), REQUEST_ID, &mut body)
    });
}

fn hostile() {
    let limits = FormLimits::default();
    let many: Vec<u8> = b"a=b&".repeat(100_000);
    measure("refuse 100,000 parameters", 20, || Form::parse(b"", black_box(&many), &limits).is_err());
    let large = vec![b'a'; 10 << 20];
    measure("refuse 10 MB", 20, || Form::parse(b"", black_box(&large), &limits).is_err());
    let tags: Vec<String> =
        (1..=4_999).rev().map(|n| format!("Tags.member.{n}.Key=k&Tags.member.{n}.Value=v&")).collect();
    let form = format!("{}UserName=ana", tags.concat());
    measure("parse and refuse 4,999 tags in reverse", 5, || {
        read::<iam::CreateUser>(&form, &Limits::default())
    });
    let similar: Vec<String> = (0..9_990).map(|n| format!("Tags-{n}=x&")).collect();
    let form = format!("{}UserName=ana", similar.concat());
    measure("parse and read 9,990 names like Tags-1", 5, || {
        read::<iam::CreateUser>(&form, &Limits::default())
    });
}
