//! A request as text: whatever it claims, in its header or its URL, is held against every kind of rules.

#![no_main]

use http::header::AUTHORIZATION;
use http::request::Parts;
use libfuzzer_sys::fuzz_target;
use regent_wire::secret::SecretAccessKey;
use regent_wire::sigv4::{
    Asymmetric, CapturedRequest, Claim, Judgment, PathStyle, PayloadRule, PresignedLife, Regions, Request,
    Rules, Scratch, Signer, VerifyingKey, judge,
};

/// The time of the published vectors, and of the corpus.
const NOW: i64 = 1_440_938_160;

const STS: Rules<'static> = Rules { asymmetric: Asymmetric::Accepted, ..Rules::new(&["sts", "service"]) };
const IAM: Rules<'static> = Rules { regions: Regions::OneOf(&["us-east-1"]), ..Rules::new(&["iam"]) };
const S3: Rules<'static> = Rules {
    presigned: PresignedLife::Expires,
    path: PathStyle::S3,
    payload: PayloadRule::MayBeUnsigned,
    asymmetric: Asymmetric::Accepted,
    ..Rules::new(&["s3", "service"])
};

fuzz_target!(|bytes: &[u8]| {
    let secret = SecretAccessKey::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned());
    let other = SecretAccessKey::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEZ".to_owned());
    for rules in [STS, IAM, S3] {
        let judgment = judge(bytes, NOW, &rules, &secret);
        assert_eq!(judgment, judge(bytes, NOW, &rules, &secret), "one request, two judgments");
        if let Ok(Judgment::Holds(explanation)) = judgment {
            let fails = judge(bytes, NOW, &rules, &other);
            let Ok(Judgment::Fails(_, Some(same))) = fails else { panic!("any secret will do: {fails:?}") };
            assert_eq!(explanation, same, "what was signed depends on the secret");
        }
    }
    if let Ok(captured) = CapturedRequest::parse(bytes) {
        what_we_sign_verifies(&captured, &secret);
    }
});

/// Signs the request anew. The verifier may refuse what the signer would sign; it may not find the signature
/// wrong, nor overlook it.
fn what_we_sign_verifies(captured: &CapturedRequest<'_>, secret: &SecretAccessKey) {
    let Some(mut parts) = parts(captured.request()) else { return };
    let (signer, body) = (Signer::new("AKIDEXAMPLE", secret, "us-east-1", "sts"), captured.body());
    if signer.sign(&mut parts, body, NOW).is_err() {
        return;
    }
    let Ok(claim) = Claim::read(Request::from_parts(&parts), NOW, &STS) else { return };
    let claim = claim.expect("the signature is overlooked");
    let key = VerifyingKey::derive(&claim, secret).expect("a key of its own");
    let verdict = claim.verify(&key, body, &mut Scratch::default());
    assert!(verdict.is_ok(), "{verdict:?}: {:?}", claim.explain(body));
}

/// The request as an HTTP library would have it, if it is one.
fn parts(request: Request<'_>) -> Option<Parts> {
    let target = if request.query.is_empty() {
        request.path.to_owned()
    } else {
        format!("{}?{}", request.path, request.query)
    };
    let (mut parts, ()) =
        http::Request::builder().method(request.method).uri(target).body(()).ok()?.into_parts();
    parts.headers = request.headers.clone();
    parts.headers.remove(AUTHORIZATION);
    Some(parts)
}
