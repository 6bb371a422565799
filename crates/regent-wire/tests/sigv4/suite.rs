//! AWS's published signing vectors, case by case.

use std::fs;
use std::path::{Path, PathBuf};

use http::HeaderName;
use regent_wire::secret::SecretAccessKey;
use regent_wire::sigv4::{
    Body, CanonicalRequest, CapturedRequest, Dots, Escapes, Form, Judgment, PathStyle, PayloadHash, Regions,
    Request, RequestTime, Rules, Scratch, Signer, judge,
};
use serde_json::Value;

const NOW: i64 = 1_440_938_160; // 20150830T123600Z, the suite's moment

/// Cases without a context, from another collection.
const WITHOUT_CONTEXT: [&str; 2] = ["double-encode-path", "double-url-encode"];

/// In these the session token is added to the URL after signing, which some services outside IAM want.
/// We verify every parameter that is there, so that a URL has one meaning.
const TOKEN_ADDED_LATER: [&str; 1] = ["post-sts-header-after"];

/// The suite writes these paths encoded once, so that `%20` stays `%20`; services other than S3 would have
/// `%2520`. AWS's own SDK for Rust leaves the two out for the same reason.
const ENCODED_ONCE: [&str; 2] = ["get-space-normalized", "get-space-unnormalized"];

struct Case {
    name: String,
    folder: PathBuf,
    context: Value,
}

impl Case {
    fn all(version: &str) -> Vec<Self> {
        let root =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/aws-signing-test-suite").join(version);
        let mut cases: Vec<Self> = fs::read_dir(root)
            .unwrap()
            .map(|entry| {
                let folder = entry.unwrap().path();
                let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
                let context = fs::read(folder.join("context.json"));
                let context = context.map_or(Value::Null, |text| serde_json::from_slice(&text).unwrap());
                Self { name, folder, context }
            })
            .collect();
        cases.sort_by(|one, other| one.name.cmp(&other.name));
        cases
    }

    fn with_context(version: &str) -> impl Iterator<Item = Self> {
        Self::all(version).into_iter().filter(|case| !WITHOUT_CONTEXT.contains(&&*case.name))
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap()
    }

    fn is_in(&self, list: &[&str]) -> bool {
        list.contains(&&*self.name)
    }

    fn secret(&self) -> SecretAccessKey {
        self.context["credentials"]["secret_access_key"].as_str().unwrap().to_owned().into()
    }

    fn token(&self) -> Option<&str> {
        self.context["credentials"]["token"].as_str()
    }

    fn rules(&self) -> Rules<'static> {
        let dots = if self.context["normalize"] == false { Dots::Keep } else { Dots::Resolve };
        let path = PathStyle { dots, escapes: Escapes::Twice };
        Rules { regions: Regions::OneOf(&["us-east-1"]), path, ..Rules::new(&["service"]) }
    }

    /// The unsigned request with everything in place that is signed in a header.
    fn request_to_sign(&self) -> String {
        let request = self.file("request.txt");
        let (head, body) = request.split_once("\n\n").unwrap_or((request.trim_end(), ""));
        let mut lines = vec![head.to_owned()];
        lines.push(format!("X-Amz-Date:{}", RequestTime::from_seconds(NOW).basic()));
        if let Some(token) = self.token().filter(|_| self.context["omit_session_token"] != true) {
            lines.push(format!("X-Amz-Security-Token:{token}"));
        }
        if self.context["sign_body"] == true {
            let hash = PayloadHash::of(Body::Bytes(body.as_bytes()));
            lines.push(format!("X-Amz-Content-Sha256:{}", str::from_utf8(hash.as_bytes()).unwrap()));
        }
        lines.join("\n") + "\n\n" + body
    }
}

/// All headers, in no particular order.
fn all_headers(request: &Request<'_>) -> String {
    request.headers.keys().map(HeaderName::as_str).collect::<Vec<_>>().join(";")
}

#[test]
fn the_suite_is_complete() {
    assert_eq!((Case::all("v4").len(), Case::with_context("v4").count()), (40, 38));
    assert_eq!(Case::all("v4a").len(), 38);
}

/// `signed` is a whole request as the suite signed it; `kind` is `header` or `query`.
#[track_caller]
fn check_verified(case: &Case, kind: &str) {
    let captured = case.file(&format!("{kind}-signed-request.txt"));
    let judgment = judge(captured.as_bytes(), NOW, &case.rules(), &case.secret()).unwrap();
    let Judgment::Holds(explanation) = judgment else {
        panic!("{} in the {kind}: {judgment:#?}", case.name);
    };
    assert_eq!(
        explanation.canonical_request,
        case.file(&format!("{kind}-canonical-request.txt")),
        "{}",
        case.name
    );
    assert_eq!(explanation.string_to_sign, case.file(&format!("{kind}-string-to-sign.txt")), "{}", case.name);
}

#[test]
fn a_request_signed_in_a_header_verifies() {
    Case::with_context("v4").for_each(|case| check_verified(&case, "header"));
}

#[test]
fn a_request_signed_in_the_query_verifies() {
    Case::with_context("v4")
        .filter(|case| !case.is_in(&TOKEN_ADDED_LATER))
        .for_each(|case| check_verified(&case, "query"));
}

#[test]
fn a_token_added_to_a_url_after_signing_is_refused() {
    for case in Case::with_context("v4").filter(|case| case.is_in(&TOKEN_ADDED_LATER)) {
        let captured = case.file("query-signed-request.txt");
        let judgment = judge(captured.as_bytes(), NOW, &case.rules(), &case.secret()).unwrap();
        let Judgment::Fails(error, _) = judgment else { panic!("{judgment:#?}") };
        assert_eq!(error.code(), Some("SignatureDoesNotMatch"));
    }
}

#[test]
fn another_secret_verifies_nothing() {
    let secret = SecretAccessKey::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEz".to_owned());
    for case in Case::with_context("v4") {
        let captured = case.file("header-signed-request.txt");
        let judgment = judge(captured.as_bytes(), NOW, &case.rules(), &secret).unwrap();
        assert!(matches!(judgment, Judgment::Fails(..)), "{}", case.name);
    }
}

/// Signs the case from its unsigned request, and compares with what the suite's signer made.
#[track_caller]
fn check_signed(case: &Case) {
    let secret = case.secret();
    let escapes = if case.is_in(&ENCODED_ONCE) { Escapes::Once } else { Escapes::Twice };
    let path = PathStyle { escapes, ..case.rules().path };
    let signer = Signer { path, ..Signer::new("AKIDEXAMPLE", &secret, "us-east-1", "service") };
    let (time, text) = (RequestTime::from_seconds(NOW), case.request_to_sign());
    let captured = CapturedRequest::parse(text.as_bytes()).unwrap();
    let (request, payload) = (captured.request(), PayloadHash::of(captured.body()));
    let signed_headers = &all_headers(&request);

    let mut scratch = Scratch::default();
    let canonical = CanonicalRequest { request, form: Form::Header, signed_headers, payload, path };
    let canonical = str::from_utf8(canonical.write(&mut scratch).unwrap()).unwrap();
    assert_eq!(canonical, case.file("header-canonical-request.txt"), "{}", case.name);
    let signature = signer.signature(request, Form::Header, signed_headers, payload, time).unwrap();
    assert_eq!(signature, case.file("header-signature.txt"), "{}", case.name);
}

#[test]
fn signing_in_a_header_gives_the_published_signature() {
    Case::with_context("v4").for_each(|case| check_signed(&case));
}

/// A request as HTTP libraries have it; `None` where the suite's path is one they do not take.
fn to_parts(case: &Case) -> Option<(http::request::Parts, Vec<u8>)> {
    let text = case.file("request.txt");
    let captured = CapturedRequest::parse(text.as_bytes()).unwrap();
    let Body::Bytes(body) = captured.body() else { panic!() };
    let request = captured.request();
    let target = format!("{}?{}", request.path, request.query);
    let mut parts = http::Request::builder().method(request.method).uri(target).body(()).ok()?.into_parts().0;
    parts.headers = request.headers.clone();
    Some((parts, body.to_vec()))
}

#[test]
fn the_signer_places_the_published_signature() {
    let mut count = 0;
    for case in Case::with_context("v4") {
        let (Some((mut parts, body)), false) = (to_parts(&case), case.is_in(&ENCODED_ONCE)) else { continue };
        // the suite sends a digest header or leaves a token unsigned where we never would
        if case.context["sign_body"] == true || case.context["omit_session_token"] == true {
            continue;
        }
        let secret = case.secret();
        let signer = Signer {
            path: case.rules().path,
            session_token: case.token(),
            ..Signer::new("AKIDEXAMPLE", &secret, "us-east-1", "service")
        };
        let mut presigned = parts.clone();
        signer.sign(&mut parts, Body::Bytes(&body), NOW).unwrap();
        let authorization = parts.headers["authorization"].to_str().unwrap();
        assert!(authorization.ends_with(&case.file("header-signature.txt")), "{}", case.name);
        signer.presign(&mut presigned, Body::Bytes(&body), NOW, 3600).unwrap();
        let url = presigned.uri.to_string();
        assert!(url.ends_with(&case.file("query-signature.txt")), "{}: {url}", case.name);
        count += 1;
    }
    assert_eq!(count, 33);
}

#[test]
fn a_path_with_escapes_is_encoded_again() {
    for name in WITHOUT_CONTEXT {
        let case = Case::all("v4").into_iter().find(|case| case.name == name).unwrap();
        let text = case.file("request.txt");
        // one case's expectation has another date than its request
        let text = text.replace("20150830T123600Z", "20210511T154045Z");
        let captured = CapturedRequest::parse(text.as_bytes()).unwrap();
        let canonical = CanonicalRequest {
            request: captured.request(),
            form: Form::Header,
            signed_headers: "host;x-amz-date",
            payload: PayloadHash::of(captured.body()),
            path: PathStyle::AWS,
        };
        let mut scratch = Scratch::default();
        let canonical = str::from_utf8(canonical.write(&mut scratch).unwrap()).unwrap();
        assert_eq!(canonical, case.file("header-canonical-request.txt"), "{name}");
    }
}

/// This case came without a context, but its secret is the suite's; the other's is not published.
#[test]
fn the_case_whose_secret_is_known_verifies() {
    let case = Case::all("v4").into_iter().find(|case| case.name == "double-url-encode").unwrap();
    let secret = SecretAccessKey::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned());
    let now = RequestTime::from_basic("20210511T154045Z").unwrap().seconds();
    let captured = case.file("header-signed-request.txt");
    let judgment = judge(captured.as_bytes(), now, &Rules::new(&["lambda"]), &secret).unwrap();
    assert!(matches!(judgment, Judgment::Holds(_)), "{judgment:#?}");
}

#[cfg(feature = "sigv4a")]
mod asymmetric {
    use super::*;
    use regent_wire::sigv4::Asymmetric;

    fn rules(case: &Case) -> Rules<'static> {
        Rules { asymmetric: Asymmetric::Accepted, ..case.rules() }
    }

    #[track_caller]
    fn check(case: &Case, captured: &str, kind: &str) {
        let judgment = judge(captured.as_bytes(), NOW, &rules(case), &case.secret()).unwrap();
        let Judgment::Holds(explanation) = judgment else {
            panic!("{} in the {kind}: {judgment:#?}", case.name);
        };
        let expected = case.file(&format!("{kind}-canonical-request.txt"));
        assert_eq!(explanation.canonical_request, expected, "{}", case.name);
        let expected = case.file(&format!("{kind}-string-to-sign.txt"));
        assert_eq!(explanation.string_to_sign, expected, "{}", case.name);
    }

    #[test]
    fn a_request_signed_in_a_header_verifies() {
        for case in Case::all("v4a") {
            check(&case, &case.file("header-signed-request.txt"), "header");
        }
    }

    #[test]
    fn a_request_signed_in_the_query_verifies() {
        for case in Case::all("v4a").into_iter().filter(|case| !case.is_in(&TOKEN_ADDED_LATER)) {
            check(&case, &case.file("query-signed-request.txt"), "query");
        }
    }

    /// Signatures differ from run to run; the suite has a second one for each request.
    #[test]
    fn another_signature_by_the_same_key_verifies_too() {
        for case in Case::all("v4a") {
            let request = case.file("header-signed-request.txt");
            let (head, tail) = request.split_once("Signature=").unwrap();
            let tail = tail.split_once('\n').unwrap().1;
            let captured = format!("{head}Signature={}\n{tail}", case.file("header-signature.txt"));
            check(&case, &captured, "header");
        }
    }

    #[test]
    fn the_secret_the_key_id_and_every_byte_of_the_message_matter() {
        let case = Case::all("v4a").into_iter().find(|case| case.name == "get-vanilla").unwrap();
        let request = case.file("header-signed-request.txt");
        let fails = |captured: &str, secret: &SecretAccessKey| {
            let judgment = judge(captured.as_bytes(), NOW, &rules(&case), secret).unwrap();
            matches!(judgment, Judgment::Fails(error, _) if error.code() == Some("SignatureDoesNotMatch"))
        };
        assert!(fails(&request, &SecretAccessKey::new("other".to_owned())));
        assert!(fails(&request.replace("AKIDEXAMPLE", "AKIDEXAMPLF"), &case.secret()));
        assert!(fails(&request.replace("GET", "PUT"), &case.secret()));
        assert!(fails(
            &request.replace("Region-Set:us-east-1", "Region-Set:us-east-1,us-west-2"),
            &case.secret()
        ));
        assert!(fails(&request.replace("Signature=3", "Signature=zz3"), &case.secret()));
    }
}
