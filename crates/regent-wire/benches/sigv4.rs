//! What a signature costs, and how much of that is hashing, which nobody can save.
//!
//! ```text
//! cargo bench -p regent-wire --bench sigv4                          a table, in nanoseconds
//! cargo bench -p regent-wire --bench sigv4 -- rows                 two figures and their goals, for `make bench`
//! valgrind --tool=callgrind target/dist/deps/sigv4-… fixed      10,000 cached verifications, to count
//!                                                                   (or `fixed-presigned`)
//! ```
//!
//! Each figure is the best of many short runs: on a shared machine the others tell of the neighbors.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints, and fails by panicking")]

use std::hint::black_box;
use std::time::Instant;

use http::header::{HeaderName, HeaderValue};
use http::request::Parts;
use regent_wire::digest::{HmacKey, hex, sha256};
use regent_wire::secret::SecretAccessKey;
use regent_wire::sigv4::{
    Body, Claim, KeyCache, PayloadRule, Request, Rules, Scratch, Signer, SigningKey, VerifyingKey,
};

const NOW: i64 = 1_440_938_160;
const STS: Rules<'static> = Rules::new(&["sts"]);
/// Forty characters as of a session token.
const TOKEN: &str = "IQoJb3JpZ2luX2VjEJr/wEaCXVzLWVhc3Qt+kcwR";
const RUNS: u32 = 400;
const CALLS: u32 = 250;
const FIXED_CALLS: u32 = 10_000;

/// A signed request and what it takes to verify it.
struct Case {
    name: &'static str,
    parts: Parts,
    body: Vec<u8>,
    secret: SecretAccessKey,
}

impl Case {
    fn new(name: &'static str, method: &str, target: &str, body_len: usize) -> Self {
        let uri = format!("https://sts.us-east-1.amazonaws.com{target}");
        let request = http::Request::builder().method(method).uri(uri).body(()).unwrap();
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned().into();
        Self { name, parts: request.into_parts().0, body: vec![b'a'; body_len], secret }
    }

    /// As SDKs send it: content-type, host, digest and date are signed, five more headers are not.
    fn post(name: &'static str, session_token: Option<&str>) -> Self {
        let mut case = Self::new(name, "POST", "/", 300);
        let form = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");
        case.parts.headers.insert("content-type", form);
        let signer = Signer::new("AKIAIOSFODNN7EXAMPLE", &case.secret, "us-east-1", "sts");
        let signer = Signer { session_token, payload: PayloadRule::MayBeUnsigned, ..signer };
        signer.sign(&mut case.parts, Body::Bytes(&case.body), NOW).unwrap();
        for (header, value) in [
            ("accept-encoding", "identity"),
            ("amz-sdk-invocation-id", "1d3e5a4f-6c3b-4a53-9c2a-0d7f0c1d9a11"),
            ("amz-sdk-request", "attempt=1; max=3"),
            ("content-length", "300"),
            ("user-agent", "aws-sdk/1.2.3 md/linux#6.1 lang/rust#1.95 cfg/retry-mode#standard"),
        ] {
            let header = HeaderName::from_static(header);
            case.parts.headers.insert(header, HeaderValue::from_static(value));
        }
        case
    }

    /// As a Kubernetes token holds it.
    fn presigned() -> Self {
        let target = "/?Action=GetCallerIdentity&Version=2011-06-15";
        let mut case = Self::new("presigned GET, token of 400 bytes", "GET", target, 0);
        case.parts.headers.insert("x-k8s-aws-id", HeaderValue::from_static("cluster"));
        let token = TOKEN.repeat(10);
        let signer = Signer::new("ASIAIOSFODNN7EXAMPLE", &case.secret, "us-east-1", "sts");
        let signer = Signer { session_token: Some(&token), ..signer };
        signer.presign(&mut case.parts, Body::Bytes(&[]), NOW, 60).unwrap();
        case
    }

    fn body(&self) -> Body<'_> {
        Body::Bytes(&self.body)
    }

    fn claim(&self) -> Claim<'_> {
        Claim::read(Request::from_parts(black_box(&self.parts)), NOW, &STS).unwrap().unwrap()
    }

    /// Nanoseconds of: reading the claim, verifying with a kept key, deriving the key too, bare hashing.
    fn measure(&self) -> [f64; 4] {
        let (cache, mut scratch) = (KeyCache::default(), Scratch::default());
        let read = best(|| drop(black_box(self.claim())));
        let cached = best(|| cache.verify(&self.claim(), &self.secret, self.body(), &mut scratch).unwrap());
        let cold = best(|| {
            let claim = self.claim();
            let key = VerifyingKey::derive(&claim, &self.secret).unwrap();
            claim.verify(&key, self.body(), &mut scratch).unwrap();
        });
        let texts = self.claim().explain(self.body()).unwrap();
        let key = HmacKey::new(b"any");
        let hashing = best(|| {
            black_box(hex(&sha256(black_box(&self.body))));
            black_box(hex(&sha256(black_box(texts.canonical_request.as_bytes()))));
            black_box(hex(&key.sign(black_box(texts.string_to_sign.as_bytes()))));
        });
        [read, cached, cold, hashing]
    }
}

/// Nanoseconds per call in the best run.
fn best(mut call: impl FnMut()) -> f64 {
    let run = |call: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..CALLS).for_each(|_| call());
        start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
    };
    (0..RUNS).map(|_| run(&mut call)).fold(f64::INFINITY, f64::min)
}

fn table() {
    let (short, long) = (TOKEN.repeat(10), TOKEN.repeat(30));
    println!("{:<40}{:>8}{:>8}{:>8}{:>9}{:>9}", "ns", "read", "cached", "cold", "hashing", "share");
    for case in [
        Case::post("POST of 300 bytes", None),
        Case::post("POST of 300 bytes, token of 400 bytes", Some(&short)),
        Case::post("POST of 300 bytes, token of 1,200 bytes", Some(&long)),
        Case::presigned(),
    ] {
        let [read, cached, cold, hashing] = case.measure();
        let share = hashing / cached * 100.0;
        println!("{:<40}{read:>8.0}{cached:>8.0}{cold:>8.0}{hashing:>9.0}{share:>8.0}%", case.name);
    }
    let secret = SecretAccessKey::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned());
    let derive = best(|| drop(black_box(SigningKey::derive(&secret, "20150830", "us-east-1", "sts"))));
    let unsigned = Case::post("", None);
    let signer = Signer::new("AKIAIOSFODNN7EXAMPLE", &secret, "us-east-1", "sts");
    let mut parts = unsigned.parts.clone();
    let sign = best(|| signer.sign(&mut parts, unsigned.body(), NOW).unwrap());
    println!("deriving a key {derive:.0} ns, signing a POST {sign:.0} ns");
    let bytes = vec![0; 16_384];
    let hash = best(|| assert_ne!(sha256(black_box(&bytes)), [0; 32]));
    println!("SHA-256 {:.2} ns a byte", hash / 16_384.0);
}

/// Name, figure, unit and goal, separated by tabs.
fn rows() {
    let [_, cached, cold, hashing] = Case::post("", None).measure();
    let detail = format!("of it {:.2} µs hashing", hashing / 1e3);
    println!("(b) SigV4 check, key cached\t{:.3}\tµs\t<=1.3\t{detail}", cached / 1e3);
    println!("(b) SigV4 check, key derived\t{:.3}\tµs\t<=4.5\t", cold / 1e3);
}

fn fixed(case: &Case) {
    let (cache, mut scratch) = (KeyCache::default(), Scratch::default());
    for _ in 0..FIXED_CALLS {
        cache.verify(&case.claim(), &case.secret, case.body(), &mut scratch).unwrap();
    }
    println!("{FIXED_CALLS} verifications");
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let modes = ["rows", "fixed", "fixed-presigned"];
    match arguments.iter().map(String::as_str).find(|argument| modes.contains(argument)) {
        Some("rows") => rows(),
        Some("fixed-presigned") => fixed(&Case::presigned()),
        Some(_) => fixed(&Case::post("", None)),
        None => table(),
    }
}
