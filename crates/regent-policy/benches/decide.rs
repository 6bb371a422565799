//! What a decision costs, in nanoseconds of CPU time on this thread.
//!
//! `cargo bench -p regent-policy` prints the table. Other processes do not disturb CPU time, but they disturb
//! caches and clock rates: each figure is the best of many runs, and ratios say more than figures.
//!
//! `cargo bench -p regent-policy -- rows` prints figures and their goals, for `make bench`.
//!
//! `cargo bench -p regent-policy -- fixed` runs a fixed amount of work and prints nothing, to be counted:
//! `valgrind --tool=callgrind target/dist/deps/decide-… fixed`.

#![expect(clippy::print_stdout, reason = "a bench is a report on standard output")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot run may stop")]

use std::fmt::Write as _;
use std::hint::black_box;

use regent_policy::{
    Action, Bindings, Caller, Context, Document, Policies, Program, Request, Resource, Verdict, decide,
};

const ACCOUNT: &str = "111122223333";
const CALLER: Caller<'static> =
    Caller::User { account: ACCOUNT, arn: "arn:aws:iam::111122223333:user/ana", id: "AIDAEXAMPLEANA000000A" };

/// What tells the statements of a policy apart.
#[derive(Clone, Copy, Debug, PartialEq)]
enum By {
    Service,
    Action,
    Resource,
    /// Nothing but their conditions.
    Condition,
}

/// One policy and the request that its middle statement (with [`By::Condition`], its last) allows.
struct Case {
    text: String,
    program: Program,
    action: String,
    resource: String,
    team: String,
    address: String,
    agent: String,
}

impl Case {
    fn new(by: By, count: usize) -> Self {
        let mut text = String::from(r#"{"Version":"2012-10-17","Statement":["#);
        for number in 0..count {
            if number > 0 {
                text.push(',');
            }
            statement(&mut text, by, number);
        }
        text.push_str("]}");
        let number = if by == By::Condition { count - 1 } else { count / 2 };
        let (action, resource) = request(by, number);
        Self {
            program: compile(&text),
            text,
            action,
            resource,
            team: format!("team{number}"),
            address: format!("10.{}.3.4", number % 256),
            agent: format!("aws-cli/{number}.31 md/Botocore"),
        }
    }

    /// The context from raw strings: fifteen keys, their names not hashed beforehand.
    fn context(&self) -> Context<'_> {
        let mut context = Context::new();
        for (name, value) in [
            ("aws:PrincipalArn", "arn:aws:iam::111122223333:user/ana"),
            ("aws:PrincipalAccount", ACCOUNT),
            ("aws:PrincipalOrgID", "o-a1b2c3d4e5"),
            ("aws:PrincipalType", "User"),
            ("aws:userid", "AIDAEXAMPLEANA000000A"),
            ("aws:username", "ana"),
            ("aws:PrincipalTag/team", &self.team),
            ("aws:SourceIp", &self.address),
            ("aws:RequestedRegion", "eu-west-1"),
            ("aws:CurrentTime", "2026-11-21T12:30:00Z"),
            ("aws:EpochTime", "1795264200"),
            ("aws:SecureTransport", "true"),
            ("aws:UserAgent", &self.agent),
            ("aws:ViaAWSService", "false"),
            ("aws:MultiFactorAuthPresent", "true"),
        ] {
            context.set(black_box(name), value);
        }
        context
    }

    /// Times decisions on prepared requests, and on requests prepared from strings each time.
    fn times(&self, others: &[&Program]) -> (f64, f64) {
        let mut programs = others.to_vec();
        programs.push(&self.program);
        let policies = Policies { identity: &programs, ..Policies::default() };
        let (context, action) = (self.context(), Action::parse(&self.action).unwrap());
        let resource = Resource::new(&self.resource);
        let request = Request {
            caller: CALLER,
            action: &action,
            resource: &resource,
            resource_account: Some(ACCOUNT),
            context: &context,
            canonical_user: None,
        };
        assert_eq!(decide(&policies, &request).verdict(), Verdict::Allowed);
        let prepared = best_ns(|| {
            black_box(decide(black_box(&policies), black_box(&request)));
        });
        let raw = best_ns(|| {
            let context = self.context();
            let action = Action::parse(black_box(&self.action)).unwrap();
            let resource = Resource::new(black_box(&self.resource));
            let request = Request { action: &action, resource: &resource, context: &context, ..request };
            black_box(decide(black_box(&policies), &request));
        });
        (prepared, raw)
    }
}

/// Wildcards in action and resource, and three conditions that no other statement shares.
fn statement(text: &mut String, by: By, number: usize) {
    let (action, resource) = match by {
        By::Service => (format!("svc{number}:Get*"), format!("arn:aws:svc{number}:*:{ACCOUNT}:thing/*")),
        By::Action => (format!("s3:Get{number}Thing*"), "arn:aws:s3:::bucket/*".to_owned()),
        By::Resource => ("s3:Get*".to_owned(), format!("arn:aws:s3:::bucket-{number}/*")),
        By::Condition => ("s3:Get*".to_owned(), "arn:aws:s3:::bucket/*".to_owned()),
    };
    let conditions = format!(
        r#"{{"StringEquals":{{"aws:PrincipalTag/team":"team{number}"}},"IpAddress":{{"aws:SourceIp":"10.{}.0.0/16"}},"StringLike":{{"aws:UserAgent":"aws-cli/{number}.*"}}}}"#,
        number % 256
    );
    write!(
        text,
        r#"{{"Sid":"S{number}","Effect":"Allow","Action":"{action}","Resource":"{resource}","Condition":{conditions}}}"#
    )
    .unwrap();
}

fn request(by: By, number: usize) -> (String, String) {
    match by {
        By::Service => {
            (format!("svc{number}:GetFoo"), format!("arn:aws:svc{number}:eu-west-1:{ACCOUNT}:thing/1"))
        }
        By::Action => (format!("s3:Get{number}ThingNow"), "arn:aws:s3:::bucket/key".to_owned()),
        By::Resource => ("s3:GetObject".to_owned(), format!("arn:aws:s3:::bucket-{number}/key")),
        By::Condition => ("s3:GetObject".to_owned(), "arn:aws:s3:::bucket/key".to_owned()),
    }
}

fn compile(text: &str) -> Program {
    Program::compile(&Document::parse_up_to(1 << 28, text).unwrap(), &Bindings::NONE)
}

/// The CPU time of this thread so far. The scheduler brings its account up to date when a thread yields.
fn cpu_ns() -> u64 {
    std::thread::yield_now();
    let account = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    account.split(' ').next().unwrap().parse().unwrap()
}

/// The best time of one call, over many batches of about two milliseconds.
#[expect(clippy::cast_precision_loss, reason = "nanoseconds of a bench fit a float many times over")]
fn best_ns(mut call: impl FnMut()) -> f64 {
    let mut batch = 1_u64;
    let mut best = f64::MAX;
    let mut batches = 0;
    while batches < 40 {
        let start = cpu_ns();
        for _ in 0..batch {
            call();
        }
        let spent = cpu_ns() - start;
        if spent < 2_000_000 {
            batch *= 2;
            continue;
        }
        best = best.min(spent as f64 / batch as f64);
        batches += 1;
    }
    best
}

/// Ten policies of ten statements each about services that the request does not touch.
fn strangers() -> Vec<Program> {
    (0..10)
        .map(|policy| {
            let mut text = String::from(r#"{"Version":"2012-10-17","Statement":["#);
            for number in 0..10 {
                if number > 0 {
                    text.push(',');
                }
                statement(&mut text, By::Service, 10_000 + policy * 10 + number);
            }
            text.push_str("]}");
            compile(&text)
        })
        .collect()
}

fn main() {
    let is_asked = |mode: &str| std::env::args().any(|argument| argument == mode);
    if is_asked("fixed") {
        return fixed();
    }
    if is_asked("rows") {
        return rows();
    }
    println!("nanoseconds of CPU time, best of 40 batches; 15 context keys, 3 conditions a statement\n");
    println!("{:<34}{:>10}{:>10}{:>16}", "one statement of n applies", "prepared", "from raw", "of n = 5");
    for by in [By::Service, By::Action, By::Resource] {
        let mut smallest = (0.0, 0.0);
        for count in [5, 100, 1_000, 10_000] {
            let (prepared, raw) = Case::new(by, count).times(&[]);
            if count == 5 {
                smallest = (prepared, raw);
            }
            let ratios = format!("{:.2} / {:.2}", prepared / smallest.0, raw / smallest.1);
            println!(
                "{:<34}{prepared:>10.0}{raw:>10.0}{ratios:>16}",
                format!("  told apart by {by:?}, {count}").to_lowercase()
            );
        }
    }
    println!("\nall n match, conditions decide, the last one holds");
    for count in [5, 100, 1_000, 10_000] {
        let (prepared, _) = Case::new(By::Condition, count).times(&[]);
        println!("{:<34}{prepared:>10.0}", format!("  dense, {count}"));
    }
    let strangers = strangers();
    let alone = Case::new(By::Service, 10).times(&[]).0;
    let crowded = Case::new(By::Service, 10).times(&strangers.iter().collect::<Vec<_>>()).0;
    println!("\n{:<34}{alone:>10.0}", "one policy of 10 statements");
    println!("{:<34}{crowded:>10.0}", "and ten others without a word");

    let case = Case::new(By::Service, 10);
    let context = best_ns(|| {
        black_box(case.context());
    });
    let parse = best_ns(|| {
        black_box(Document::parse(black_box(&case.text)).unwrap());
    });
    let both = best_ns(|| {
        black_box(compile(black_box(&case.text)));
    });
    println!("\n{:<34}{context:>10.0}", "15 keys into a context");
    println!("{:<34}{parse:>10.0}", "parse 10 statements");
    println!("{:<34}{both:>10.0}", "parse and compile 10 statements");
    println!("\nbytes compiled, and of text");
    for by in [By::Service, By::Action, By::Resource, By::Condition] {
        let case = Case::new(by, 10);
        println!(
            "  {:<32}{:>10}{:>10}",
            format!("{by:?}").to_lowercase(),
            case.program.size_bytes(),
            case.text.len()
        );
    }
}

/// Name, figure, unit and goal, separated by tabs.
#[expect(clippy::cast_precision_loss, reason = "sizes of a bench fit a float many times over")]
fn rows() {
    let strangers = strangers();
    let nine: Vec<&Program> = strangers.iter().take(9).collect();
    let sizes = [
        ("1 policy of 5 statements", 5, &[][..]),
        ("10 of 10", 10, nine.as_slice()),
        ("1 of 1,000", 1_000, &[]),
    ];
    let raw = sizes.map(|(name, count, others)| (name, Case::new(By::Service, count).times(others).1 / 1e3));
    for (name, spent) in raw {
        println!("(c) decision from raw keys, {name}\t{spent:.3}\tµs\t<=1\t");
    }
    let spent = raw.map(|(_, spent)| spent);
    let spread = spent.iter().fold(0.0_f64, |most, one| most.max(*one))
        / spent.iter().fold(f64::MAX, |least, one| least.min(*one));
    println!("(c) dearest of the three to cheapest\t{spread:.2}\t×\t<=1.5\t");
    let row = |name: &str, value: f64, unit: &str, most: f64| {
        println!("(c) {name}\t{value:.3}\t{unit}\t<={most}\t");
    };
    let [five, hundred, thousand] = [5, 100, 1_000].map(|count| {
        [By::Service, By::Action, By::Resource]
            .map(|by| Case::new(by, count).times(&[]).0)
            .into_iter()
            .fold(0.0, f64::max)
    });
    row("decision on a prepared request, 1 of 100", hundred / 1e3, "µs", 0.5);
    row("1 of 1,000, of 1 of 5", thousand / five, "×", 1.5);
    row(
        "all of 1,000 match, the last one's conditions hold",
        Case::new(By::Condition, 1_000).times(&[]).0 / 1e3,
        "µs",
        25.0,
    );
    let text = Case::new(By::Service, 10).text;
    let compiling = best_ns(|| {
        black_box(compile(black_box(&text)));
    });
    row("parse and compile 10 statements", compiling / 1e3, "µs", 20.0);
    let size = [By::Service, By::Action, By::Resource, By::Condition].map(|by| {
        let case = Case::new(by, 10);
        case.program.size_bytes() as f64 / case.text.len() as f64
    });
    row("compiled form, of its text", size.into_iter().fold(0.0, f64::max), "×", 4.0);
}

/// The same work every time: what an instruction count is taken of.
fn fixed() {
    let strangers = strangers();
    let others: Vec<&Program> = strangers.iter().collect();
    for case in [
        Case::new(By::Service, 100),
        Case::new(By::Action, 100),
        Case::new(By::Resource, 100),
        Case::new(By::Condition, 100),
    ] {
        let mut programs = others.clone();
        programs.push(&case.program);
        let policies = Policies { identity: &programs, ..Policies::default() };
        for _ in 0..1_000 {
            decide_once(&case, &policies);
        }
    }
}

/// One decision from raw strings, in a function of its own so that callgrind can count it alone.
#[inline(never)]
fn decide_once(case: &Case, policies: &Policies<'_>) {
    let context = case.context();
    let request = Request {
        caller: CALLER,
        action: &Action::parse(black_box(&case.action)).unwrap(),
        resource: &Resource::new(black_box(&case.resource)),
        resource_account: Some(ACCOUNT),
        context: &context,
        canonical_user: None,
    };
    assert!(black_box(decide(black_box(policies), &request)).is_allowed());
}
