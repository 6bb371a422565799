//! Requests read from text.

use regent_wire::secret::SecretAccessKey;
use regent_wire::sigv4::{Body, CaptureError, CapturedRequest, Judgment, SigV4Error, judge};

use super::draft::{Draft, NOW, STS, secret};

#[test]
fn a_request_is_read_leniently() {
    let text = "GET http://host.example:80/a b?c=d HTTP/1.1\r\nX-A: 1\r\n  2\r\n\t3\r\nx-a:4\r\n\r\nbody\r\n\r\nmore";
    let captured = CapturedRequest::parse(text.as_bytes()).unwrap();
    let request = captured.request();
    assert_eq!((request.method, request.path, request.query), ("GET", "/a b", "c=d"));
    assert_eq!(request.authority, Some("host.example:80"));
    let values: Vec<_> = request.headers.get_all("x-a").iter().collect();
    assert_eq!(values, ["1  2\t3", "4"]);
    assert!(matches!(captured.body(), Body::Bytes(b"body\r\n\r\nmore")));
}

#[test]
fn a_request_without_version_headers_or_path_is_one_too() {
    let captured = CapturedRequest::parse(b"GET https://host.example?a").unwrap();
    let request = captured.request();
    assert_eq!((request.path, request.query, request.authority), ("", "a", Some("host.example")));
    assert!(request.headers.is_empty());
}

#[test]
fn what_is_no_request_is_refused() {
    for (text, expected) in [
        (&b""[..], CaptureError::RequestLine),
        (b"\nGET /", CaptureError::RequestLine),
        (b"GET", CaptureError::RequestLine),
        (b"GET  HTTP/1.1", CaptureError::RequestLine),
        (b"GET /\nnonsense", CaptureError::Header(2)),
        (b"GET /\n continued: a", CaptureError::Header(2)),
        (b"GET /\na: b\nc\xc3\xa9: d", CaptureError::Header(3)),
        (b"GET /\na: \x01", CaptureError::Header(2)),
        (b"GET /\na: \xff", CaptureError::NotText),
    ] {
        let error = CapturedRequest::parse(text).unwrap_err();
        assert_eq!(error, expected, "{}", text.escape_ascii());
    }
    let many = "GET /\n".to_owned() + &"a:b\n".repeat(257);
    assert_eq!(CapturedRequest::parse(many.as_bytes()).unwrap_err(), CaptureError::TooLarge);
    assert_eq!(CapturedRequest::parse(&vec![b'a'; 1 << 21]).unwrap_err(), CaptureError::TooLarge);
}

#[test]
fn a_judgment_shows_what_was_signed_over() {
    let draft = Draft::signed();
    let text = draft.text(&draft.authorization());
    let wrong = SecretAccessKey::new("wrong".to_owned());
    let right = judge(text.as_bytes(), NOW, &STS, &secret()).unwrap();
    let Judgment::Holds(right) = right else { panic!("{right:?}") };
    let judgment = judge(text.as_bytes(), NOW, &STS, &wrong).unwrap();
    let Judgment::Fails(SigV4Error::SignatureDoesNotMatch(_), Some(explanation)) = judgment else {
        panic!("{judgment:?}")
    };
    assert_eq!(explanation, right);
    assert!(explanation.canonical_request.starts_with("POST\n/\n\ncontent-type:"));
    assert!(explanation.string_to_sign.starts_with("AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/"));
}

#[test]
fn an_unsigned_request_is_anonymous() {
    assert_eq!(judge(b"GET / HTTP/1.1\n\n", NOW, &STS, &secret()), Ok(Judgment::Anonymous));
}
