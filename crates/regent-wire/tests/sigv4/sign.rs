//! The signer: what it puts where, and what it refuses.

use http::request::Parts;
use regent_wire::sigv4::{
    Body, Claim, KeyCache, PayloadRule, Request, Rules, Scratch, SigV4Error, SignError, Signer,
};

use super::draft::{KEY_ID, NOW, STS, secret};

const EMPTY: Body<'_> = Body::Bytes(b"");

fn parts(method: &str, uri: &str) -> Parts {
    http::Request::builder().method(method).uri(uri).body(()).unwrap().into_parts().0
}

#[track_caller]
fn check(parts: &Parts, body: Body<'_>, rules: &Rules<'_>) -> Result<(), SigV4Error> {
    let claim = Claim::read(Request::from_parts(parts), NOW, rules)?.unwrap();
    KeyCache::default().verify(&claim, &secret(), body, &mut Scratch::default())
}

#[test]
fn a_signed_request_verifies_whatever_is_in_it() {
    let secret = secret();
    let body = Body::Bytes(b"Action=AssumeRole");
    let mut request = parts("POST", "https://sts.amazonaws.com/?b=2&a=1&a=%20");
    request.headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
    request.headers.append("x-twice", " b  b ".parse().unwrap());
    request.headers.append("x-twice", "a".parse().unwrap());
    request.headers.append("user-agent", "a hop may change this".parse().unwrap());
    let signer =
        Signer { session_token: Some("token+/="), ..Signer::new(KEY_ID, &secret, "us-east-1", "sts") };
    signer.sign(&mut request, body, NOW).unwrap();
    assert_eq!(check(&request, body, &STS), Ok(()));
    let authorization = request.headers["authorization"].to_str().unwrap();
    assert!(
        authorization.contains("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-twice,"),
        "{authorization}"
    );
    request.headers.insert("user-agent", "changed".parse().unwrap());
    assert_eq!(check(&request, body, &STS), Ok(()));
}

#[test]
fn signing_again_replaces_the_signature() {
    let secret = secret();
    let mut request = parts("GET", "http://localhost/");
    let temporary =
        Signer { session_token: Some("token"), ..Signer::new("ASIAOLD", &secret, "us-east-1", "sts") };
    temporary.sign(&mut request, EMPTY, NOW - 86_400).unwrap();
    Signer::new(KEY_ID, &secret, "us-east-1", "sts").sign(&mut request, EMPTY, NOW).unwrap();
    assert_eq!(check(&request, EMPTY, &STS), Ok(()));
    assert!(!request.headers.contains_key("x-amz-security-token"));
    assert_eq!(request.headers.get_all("authorization").iter().count(), 1);
}

#[test]
fn the_host_is_what_http_clients_send() {
    for (uri, host) in [
        ("https://sts.amazonaws.com/", "sts.amazonaws.com"),
        ("https://sts.amazonaws.com:443/", "sts.amazonaws.com"),
        ("https://sts.amazonaws.com:80/", "sts.amazonaws.com:80"),
        ("http://localhost:80/", "localhost"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("http://user@localhost/", "localhost"),
    ] {
        let secret = secret();
        let mut request = parts("GET", uri);
        Signer::new(KEY_ID, &secret, "us-east-1", "sts").sign(&mut request, EMPTY, NOW).unwrap();
        assert_eq!(request.headers["host"], host, "{uri}");
    }
    let secret = secret();
    let mut request = parts("GET", "/");
    let result = Signer::new(KEY_ID, &secret, "us-east-1", "sts").sign(&mut request, EMPTY, NOW);
    assert!(matches!(result, Err(SignError::MissingHost)));
    request.headers.insert("host", "kept.example:443".parse().unwrap());
    Signer::new(KEY_ID, &secret, "us-east-1", "sts").sign(&mut request, EMPTY, NOW).unwrap();
    assert_eq!(request.headers["host"], "kept.example:443");
}

#[test]
fn a_presigned_url_carries_everything() {
    let secret = secret();
    let signer = Signer { session_token: Some("a+/="), ..Signer::new(KEY_ID, &secret, "us-east-1", "sts") };
    let mut request = parts("GET", "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity");
    request.headers.insert("x-k8s-aws-id", "cluster".parse().unwrap());
    signer.presign(&mut request, EMPTY, NOW, 60).unwrap();
    let url = request.uri.to_string();
    let (url, signature) = url.rsplit_once("&X-Amz-Signature=").unwrap();
    assert_eq!(signature.len(), 64);
    assert_eq!(
        url,
        "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20150830%2Fus-east-1%2Fsts%2Faws4_request\
         &X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id\
         &X-Amz-Security-Token=a%2B%2F%3D"
    );
    let claim = Claim::read(Request::from_parts(&request), NOW, &STS).unwrap().unwrap();
    assert_eq!(claim.security_token(), Some("a+/="));
    assert_eq!(check(&request, EMPTY, &STS), Ok(()));
    request.headers.insert("x-k8s-aws-id", "another".parse().unwrap());
    assert!(check(&request, EMPTY, &STS).is_err());
}

#[test]
fn s3s_way_states_the_digest_and_covers_no_body_in_a_url() {
    let secret = secret();
    let rules = Rules { payload: PayloadRule::MayBeUnsigned, ..STS };
    let signer =
        Signer { payload: PayloadRule::MayBeUnsigned, ..Signer::new(KEY_ID, &secret, "us-east-1", "sts") };
    let mut request = parts("PUT", "https://bucket.s3.amazonaws.com/key");
    let mut presigned = parts("PUT", "https://bucket.s3.amazonaws.com/key");
    signer.sign(&mut request, Body::Bytes(b"data"), NOW).unwrap();
    let hash = "3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7";
    assert_eq!(request.headers["x-amz-content-sha256"], hash);
    assert_eq!(check(&request, Body::Bytes(b"data"), &rules), Ok(()));
    assert!(check(&request, Body::Bytes(b"other"), &rules).is_err());
    signer.presign(&mut presigned, Body::Bytes(b"data"), NOW, 60).unwrap();
    assert_eq!(check(&presigned, Body::Bytes(b"other"), &rules), Ok(()));
}

#[test]
fn what_cannot_be_signed_is_refused() {
    let secret = secret();
    let signer = Signer::new(KEY_ID, &secret, "us-east-1", "sts");
    let mut request = parts("GET", "https://localhost/a?b");
    for expires in [0, 604_801] {
        let result = signer.presign(&mut request, EMPTY, NOW, expires);
        assert!(matches!(result, Err(SignError::Expires(secs)) if secs == expires));
    }
    signer.presign(&mut request, EMPTY, NOW, 1).unwrap();
    let result = signer.presign(&mut request, EMPTY, NOW, 1);
    assert!(matches!(result, Err(SignError::AlreadySigned(name)) if name == "X-Amz-Algorithm"));
    let mut request = parts("GET", "https://localhost/?a=%zz");
    assert!(matches!(signer.sign(&mut request, EMPTY, NOW), Err(SignError::Canonical(_))));
    let mut request = parts("GET", "https://localhost/..");
    assert!(matches!(signer.sign(&mut request, EMPTY, NOW), Err(SignError::Target(_))));
    let mut request = parts("GET", "https://localhost/");
    let broken = Signer { session_token: Some("line\nbreak"), ..signer };
    assert!(matches!(broken.sign(&mut request, EMPTY, NOW), Err(SignError::Header(_))));
}

#[test]
fn no_debug_output_shows_a_secret() {
    let secret = secret();
    let mut request = parts("GET", "https://localhost/");
    let signer = Signer { session_token: Some("IQoJb3"), ..Signer::new(KEY_ID, &secret, "us-east-1", "sts") };
    signer.sign(&mut request, EMPTY, NOW).unwrap();
    let printed = format!("{:?} {signer:?}", request.headers);
    assert!(
        !printed.contains("wJalr") && !printed.contains("IQoJb3") && !printed.contains("Signature="),
        "{printed}"
    );
}
