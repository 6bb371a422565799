//! What a claim says, what it lets through, and what it does not.

use http::HeaderMap;
use regent_wire::digest::sha256;
use regent_wire::sigv4::{
    Algorithm, Asymmetric, Body, CapturedRequest, Claim, Form, KeyCache, PathStyle, PayloadHash, PayloadRule,
    Presented, Regions, Request, Rules, Scratch, SigV4Error, SigningKey, VerifyingKey,
};

use super::draft::{Draft, KEY_ID, MISMATCH, NOW, STS, outcome, secret};

#[test]
fn a_claim_tells_who_when_and_where() {
    let text = Draft::signed().text(&Draft::signed().authorization());
    let captured = CapturedRequest::parse(text.as_bytes()).unwrap();
    let presented = Presented::read(captured.request()).unwrap().unwrap();
    assert_eq!(presented.service(), Some("sts"));
    let claim = presented.claim(NOW, &STS).unwrap();
    assert_eq!(claim.access_key_id(), KEY_ID);
    assert_eq!((claim.date(), claim.region(), claim.service()), ("20150830", "us-east-1", "sts"));
    assert_eq!(claim.scope(), "20150830/us-east-1/sts/aws4_request");
    assert_eq!((claim.algorithm(), claim.form()), (Algorithm::Hmac, Form::Header));
    assert_eq!(claim.time().seconds(), NOW);
    assert_eq!(claim.signed_headers(), "content-type;host;x-amz-date");
    assert!(claim.signs_header("Host") && !claim.signs_header("x-k8s-aws-id") && !claim.signs_header("hos"));
    assert_eq!(claim.security_token(), None);
}

#[test]
fn a_scope_of_the_wrong_length_names_no_service() {
    let mut draft = Draft::signed();
    draft.credential.pop();
    let text = draft.text(&draft.authorization());
    let captured = CapturedRequest::parse(text.as_bytes()).unwrap();
    assert_eq!(Presented::read(captured.request()).unwrap().unwrap().service(), None);
}

#[test]
fn nothing_that_prints_a_claim_prints_its_token_or_signature() {
    let draft = Draft::signed().header("X-Amz-Security-Token", "IQoJb3JpZ2lu");
    let text = draft.text(&draft.authorization());
    let captured = CapturedRequest::parse(text.as_bytes()).unwrap();
    let claim = Claim::read(captured.request(), NOW, &STS).unwrap().unwrap();
    assert_eq!(claim.security_token(), Some("IQoJb3JpZ2lu"));
    let printed = format!("{claim:?} {:?}", captured.request());
    assert!(!printed.contains("IQoJ") && !printed.contains(&draft.signature), "{printed}");
}

#[test]
fn a_token_in_a_header_may_be_signed_or_not() {
    let unsigned = Draft::signed().header("X-Amz-Security-Token", "token");
    assert_eq!(unsigned.outcome(NOW, &STS), "holds");
    let mut signed = Draft::new().header("X-Amz-Security-Token", "token");
    signed.signed_headers += ";x-amz-security-token";
    let mut signed = signed.sign(Form::Header, PathStyle::AWS);
    assert_eq!(signed.outcome(NOW, &STS), "holds");
    signed.set_header("X-Amz-Security-Token", "tokem");
    assert_eq!(signed.outcome(NOW, &STS), MISMATCH);
}

/// Each form has its own place for the token; one in the other place is not looked at.
#[test]
fn a_token_is_read_from_where_the_signature_is() {
    let token = |text: &str| {
        let captured = CapturedRequest::parse(text.as_bytes()).unwrap();
        let claim = Claim::read(captured.request(), NOW, &STS).unwrap().unwrap();
        claim.security_token().map(str::to_owned)
    };
    let mut draft = Draft::presigned().header("X-Amz-Security-Token", "header");
    assert_eq!(token(&draft.text("")), None);
    draft.query.push("X-Amz-Security-Token=a%2Bb%3D%3D".to_owned());
    assert_eq!(token(&draft.text("")), Some("a+b==".to_owned()));
    let mut draft = Draft::signed();
    draft.query.push("X-Amz-Security-Token=query".to_owned());
    assert_eq!(token(&draft.text(&draft.authorization())), None);
}

#[test]
fn regions_are_held_to_the_list() {
    let rules = Rules { regions: Regions::OneOf(&["eu-west-1", "us-east-1"]), ..STS };
    assert_eq!(Draft::signed().outcome(NOW, &rules), "holds");
    let rules = Rules { regions: Regions::OneOf(&["eu-west-1"]), ..STS };
    assert_eq!(
        Draft::signed().outcome(NOW, &rules),
        "403 SignatureDoesNotMatch: Credential should be scoped to a valid region, not 'us-east-1'."
    );
}

#[test]
fn a_service_may_have_two_signing_names() {
    let rules = Rules { services: &["codeconnections", "codestar-connections"], ..STS };
    let mut draft = Draft::new();
    draft.credential[3] = "codestar-connections".to_owned();
    assert_eq!(draft.sign(Form::Header, PathStyle::AWS).outcome(NOW, &rules), "holds");
    let said = Draft::signed().outcome(NOW, &rules);
    assert!(said.ends_with("Credential should be scoped to correct service: 'codeconnections'."), "{said}");
}

// the host

/// A signed request over HTTP/2, where `:authority` takes the place of `Host`.
fn with_authority(authority: Option<&str>, hosts: &[&str]) -> Result<(), SigV4Error> {
    let draft = Draft::signed();
    let mut headers = HeaderMap::new();
    for (name, value) in draft.headers.iter().filter(|(name, _)| name != "Host") {
        headers.append(name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap());
    }
    for host in hosts {
        headers.append("host", host.parse().unwrap());
    }
    headers.append("authorization", draft.authorization().parse().unwrap());
    let request = Request { method: "POST", path: "/", query: "", authority, headers: &headers };
    let claim = Claim::read(request, NOW, &STS)?.unwrap();
    let key = VerifyingKey::derive(&claim, &secret()).unwrap();
    claim.verify(&key, Body::Bytes(draft.body.as_bytes()), &mut Scratch::default())
}

#[test]
fn the_authority_stands_in_for_a_missing_host() {
    const HOST: &str = "sts.us-east-1.amazonaws.com";
    let mismatch = || with_authority(Some("sts.amazonaws.com"), &[]).unwrap_err();
    assert_eq!(mismatch().code(), Some("SignatureDoesNotMatch"));
    assert_eq!(with_authority(Some(HOST), &[]), Ok(()));
    assert_eq!(with_authority(None, &[HOST]), Ok(()));
    assert_eq!(with_authority(Some(HOST), &[HOST]), Ok(()));
    assert_eq!(with_authority(Some("STS.us-east-1.amazonaws.com"), &[HOST]), Ok(()));
    assert_eq!(with_authority(None, &[]), Err(mismatch()));
    for (authority, hosts) in [(Some("other.example"), &[HOST][..]), (None, &[HOST, HOST][..])] {
        let error = with_authority(authority, hosts).unwrap_err();
        assert_eq!((error.status(), error.code()), (400, None), "{authority:?} {hosts:?}");
    }
}

// the body

const BODY_HASH: &str = "ab821ae955788b0e33ebd34c208442ccfc2d406e2edc5e7a39bd6458fbb4f843";

fn with_payload_header(value: &str) -> Draft {
    let mut draft = Draft::new().header("X-Amz-Content-Sha256", value);
    draft.signed_headers += ";x-amz-content-sha256";
    draft
}

#[test]
fn a_stated_digest_must_be_the_bodys() {
    let right = regent_wire::digest::hex(&sha256(Draft::new().body.as_bytes()));
    assert_eq!(str::from_utf8(&right).unwrap(), BODY_HASH);
    let mut draft = with_payload_header(BODY_HASH).sign(Form::Header, PathStyle::AWS);
    assert_eq!(draft.outcome(NOW, &STS), "holds");
    draft.body.push('&');
    assert_eq!(draft.outcome(NOW, &STS), MISMATCH);
    let other = with_payload_header(&BODY_HASH.replace('a', "b")).sign(Form::Header, PathStyle::AWS);
    assert_eq!(other.outcome(NOW, &STS), MISMATCH);
}

/// Whether it is among the signed headers or not, the digest cannot be changed: it is the last line.
#[test]
fn an_unsigned_digest_header_changes_nothing() {
    assert_eq!(Draft::signed().header("X-Amz-Content-Sha256", BODY_HASH).outcome(NOW, &STS), "holds");
    let said = Draft::signed().header("X-Amz-Content-Sha256", &"0".repeat(64)).outcome(NOW, &STS);
    assert_eq!(said, MISMATCH);
}

#[test]
fn a_body_without_a_digest_is_refused_where_every_body_has_one() {
    for value in [
        "UNSIGNED-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "",
        &BODY_HASH.to_uppercase(),
        &BODY_HASH[1..],
    ] {
        let said = with_payload_header(value).sign(Form::Header, PathStyle::AWS).outcome(NOW, &STS);
        let expected =
            "400 IncompleteSignature: 'X-Amz-Content-Sha256' must be the SHA-256 digest of the body.";
        assert_eq!(said, expected, "{value}");
    }
}

#[test]
fn s3s_way_lets_a_body_go_unsigned_but_not_in_chunks() {
    let rules = Rules { payload: PayloadRule::MayBeUnsigned, ..STS };
    let said = with_payload_header("STREAMING-AWS4-HMAC-SHA256-PAYLOAD").sign(Form::Header, PathStyle::AWS);
    assert!(said.outcome(NOW, &rules).ends_with("or 'UNSIGNED-PAYLOAD'."));
    let draft = with_payload_header("UNSIGNED-PAYLOAD");
    let mut draft = draft.sign_over(PayloadHash::Unsigned, Form::Header, PathStyle::AWS);
    draft.body.push('!');
    assert_eq!(draft.outcome(NOW, &rules), "holds");
    assert!(draft.outcome(NOW, &STS).starts_with("400 IncompleteSignature"));
}

#[test]
fn a_body_hashed_on_the_way_is_as_good_as_the_body() {
    let draft = Draft::signed();
    let text = draft.text(&draft.authorization());
    let captured = CapturedRequest::parse(text.as_bytes()).unwrap();
    let claim = Claim::read(captured.request(), NOW, &STS).unwrap().unwrap();
    let key = VerifyingKey::derive(&claim, &secret()).unwrap();
    let mut scratch = Scratch::default();
    let body = Body::Sha256(sha256(draft.body.as_bytes()));
    assert_eq!(claim.verify(&key, body, &mut scratch), Ok(()));
    let body = Body::Sha256(sha256(b"another"));
    assert!(claim.verify(&key, body, &mut scratch).is_err());
}

// keys

#[test]
fn a_key_for_another_day_region_or_service_verifies_nothing() {
    let draft = Draft::signed();
    let text = draft.text(&draft.authorization());
    let captured = CapturedRequest::parse(text.as_bytes()).unwrap();
    let claim = Claim::read(captured.request(), NOW, &STS).unwrap().unwrap();
    for (date, region, service, expected) in [
        ("20150830", "us-east-1", "sts", true),
        ("20150831", "us-east-1", "sts", false),
        ("20150830", "us-east-2", "sts", false),
        ("20150830", "us-east-1", "iam", false),
    ] {
        let key = SigningKey::derive(&secret(), date, region, service).into();
        let verdict = claim.verify(&key, captured.body(), &mut Scratch::default());
        assert_eq!(verdict.is_ok(), expected, "{date} {region} {service}");
    }
}

#[test]
fn a_cache_gives_the_answer_a_fresh_key_gives() {
    let cache = KeyCache::default();
    let mut scratch = Scratch::default();
    for region in ["us-east-1", "eu-west-1", "us-east-1", "a", "b", "c", "d", "us-east-1"] {
        for tampered in [false, true] {
            let mut draft = Draft::new();
            draft.credential[2] = region.to_owned();
            let mut draft = draft.sign(Form::Header, PathStyle::AWS);
            if tampered {
                draft.body.push('!');
            }
            let text = draft.text(&draft.authorization());
            let captured = CapturedRequest::parse(text.as_bytes()).unwrap();
            let claim = Claim::read(captured.request(), NOW, &STS).unwrap().unwrap();
            let verdict = cache.verify(&claim, &secret(), captured.body(), &mut scratch);
            assert_eq!(verdict.is_err(), tampered, "{region}");
        }
    }
}

// SigV4a

const ASYMMETRIC: &str = "AWS4-ECDSA-P256-SHA256";

fn asymmetric() -> Draft {
    let mut draft = Draft::signed().header("X-Amz-Region-Set", "us-east-1,eu-*");
    draft.algorithm = ASYMMETRIC.into();
    draft.credential.remove(2);
    draft.signed_headers += ";x-amz-region-set";
    draft
}

#[test]
fn a_service_without_sigv4a_does_not_know_the_algorithm() {
    let said = asymmetric().outcome(NOW, &STS);
    assert_eq!(said, format!("400 IncompleteSignature: Unsupported AWS 'algorithm': '{ASYMMETRIC}'."));
    let mut draft = Draft::new();
    draft.algorithm = ASYMMETRIC.into();
    draft.credential.remove(2);
    let mut draft = Draft { signed_headers: "host".to_owned(), ..draft };
    draft.query = vec![
        format!("X-Amz-Algorithm={ASYMMETRIC}"),
        format!("X-Amz-Credential={}", draft.credential.join("%2F")),
        "X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Signature=30".to_owned(),
    ];
    let said = outcome(&draft.text(""), NOW, &STS);
    assert!(said.contains("must include 'X-Amz-Region-Set'. Re-examine"), "{said}");
    draft.query.push("X-Amz-Region-Set=*".to_owned());
    let said = outcome(&draft.text(""), NOW, &STS);
    assert_eq!(said, "403 MissingAuthenticationToken: Request is missing Authentication Token");
}

#[test]
fn a_sigv4a_claim_is_held_to_its_own_rules() {
    let rules = Rules { asymmetric: Asymmetric::Accepted, regions: Regions::OneOf(&["eu-west-3"]), ..STS };
    // the signature is an HMAC, so it can never match; a build without SigV4a does not get that far
    let expected = if cfg!(feature = "sigv4a") {
        MISMATCH.to_owned()
    } else {
        format!("400 IncompleteSignature: Unsupported AWS 'algorithm': '{ASYMMETRIC}'.")
    };
    assert_eq!(asymmetric().outcome(NOW, &rules), expected);

    let elsewhere = asymmetric().header("X-Amz-Region-Set", "us-east-1");
    assert_eq!(
        elsewhere.outcome(NOW, &rules),
        "403 SignatureDoesNotMatch: Credential should be scoped to a valid region, not 'us-east-1'."
    );
    let mut unsigned = asymmetric();
    unsigned.signed_headers = unsigned.signed_headers.replace(";x-amz-region-set", "");
    assert_eq!(
        unsigned.outcome(NOW, &rules),
        "403 SignatureDoesNotMatch: 'X-Amz-Region-Set' must be a 'SignedHeader' in the AWS Authorization."
    );
    let mut five_parts = asymmetric();
    five_parts.credential = Draft::new().credential;
    assert!(
        five_parts
            .outcome(NOW, &rules)
            .contains("exactly 4 slash-delimited elements, e.g. keyid/date/service")
    );
}

#[test]
fn a_key_of_one_algorithm_verifies_nothing_of_the_other() {
    let rules = Rules { asymmetric: Asymmetric::Accepted, ..STS };
    let draft = asymmetric();
    let text = draft.text(&draft.authorization());
    let captured = CapturedRequest::parse(text.as_bytes()).unwrap();
    let claim = Claim::read(captured.request(), NOW, &rules).unwrap().unwrap();
    assert_eq!((claim.algorithm(), claim.region(), claim.service()), (Algorithm::Ecdsa, "", "sts"));
    let key = SigningKey::derive(&secret(), "20150830", "", "sts").into();
    assert!(claim.verify(&key, captured.body(), &mut Scratch::default()).is_err());
}
