//! Of two faults the earlier one is reported, whichever two they are.

use super::draft::{Draft, MISMATCH, NOW, STS, outcome};

/// A way to spoil a request, and what is then said.
struct Fault {
    name: &'static str,
    /// Faults that share a place cannot be committed together.
    place: &'static str,
    spoil: fn(&mut Request),
    answer: &'static str,
}

/// A draft and the pieces of its header that a [`Draft`] keeps together.
struct Request {
    draft: Draft,
    scheme: &'static str,
    extra_piece: &'static str,
    has_signature: bool,
}

impl Request {
    fn in_header() -> Self {
        Self { draft: Draft::signed(), scheme: "AWS4-HMAC-SHA256", extra_piece: "", has_signature: true }
    }

    fn header_text(&self) -> String {
        let Self { draft, scheme, extra_piece, has_signature } = self;
        let (credential, signed_headers) = (draft.credential.join("/"), &draft.signed_headers);
        let signature =
            if *has_signature { format!(", Signature={}", draft.signature) } else { String::new() };
        draft.text(&format!(
            "{scheme} Credential={credential}, SignedHeaders={signed_headers}{signature}{extra_piece}"
        ))
    }

    fn in_query() -> Self {
        Self { draft: Draft::presigned(), ..Self::in_header() }
    }

    fn parameter(&mut self, name: &str) -> &mut String {
        let starts = |piece: &&mut String| piece.starts_with(&format!("{name}="));
        self.draft.query.iter_mut().find(starts).unwrap()
    }
}

/// In order; the numbers are AWS's.
const IN_HEADER: [Fault; 14] = [
    Fault {
        name: "1 target climbs above the root",
        place: "path",
        spoil: |request| request.draft.path = "/../".into(),
        answer: "400 -: the path climbs above its root",
    },
    Fault {
        name: "1 two hosts",
        place: "host",
        spoil: |request| request.draft.headers.push(("Host".to_owned(), "evil.example".to_owned())),
        answer: "400 -: there is more than one Host header",
    },
    Fault {
        name: "4 broken escape in the query",
        place: "escape",
        spoil: |request| request.draft.query.push("a=%zz".to_owned()),
        answer: "400 MalformedQueryString: Illegal hex character in escape % pattern: %zz",
    },
    Fault {
        name: "5 both forms",
        place: "form",
        spoil: |request| request.draft.query.push("X-Amz-Algorithm=AWS4-HMAC-SHA256".to_owned()),
        answer: "403 SignatureDoesNotMatch: ",
    },
    Fault {
        name: "6a unknown algorithm",
        place: "scheme",
        spoil: |request| request.scheme = "AWS5-HMAC-SHA256",
        answer: "400 IncompleteSignature: Unsupported AWS 'algorithm': 'AWS5-HMAC-SHA256'.",
    },
    Fault {
        name: "6b a piece without an equal-sign",
        place: "piece",
        spoil: |request| request.extra_piece = ", nonsense",
        answer: "400 IncompleteSignature: 'nonsense' not a valid key=value pair (missing equal-sign) in ",
    },
    Fault {
        name: "6d no signature",
        place: "signature",
        spoil: |request| request.has_signature = false,
        answer: "400 IncompleteSignature: Authorization header requires 'Signature' parameter. \
                 Authorization=AWS4-HMAC-SHA256",
    },
    Fault {
        name: "8 host not signed",
        place: "signed headers",
        spoil: |request| request.draft.signed_headers = "x-amz-date".into(),
        answer: "403 SignatureDoesNotMatch: 'Host' or ':authority' must be a 'SignedHeader' in the AWS \
                 Authorization.",
    },
    Fault {
        name: "9 no date at all",
        place: "date",
        spoil: |request| request.draft.set_header("X-Amz-Date", "today"),
        answer: "400 IncompleteSignature: Date must be in ISO-8601 'basic format'. Got 'today'. See \
                 http://en.wikipedia.org/wiki/ISO_8601",
    },
    Fault {
        name: "10 too old",
        place: "date",
        spoil: |request| request.draft.set_header("X-Amz-Date", "20150829T123600Z"),
        answer: "403 SignatureDoesNotMatch: Signature expired: 20150829T123600Z is now earlier than \
                 20150830T122100Z (20150830T123600Z - 15 min.)",
    },
    Fault {
        name: "11 from the future",
        place: "date",
        spoil: |request| request.draft.set_header("X-Amz-Date", "20150831T123600Z"),
        answer: "403 SignatureDoesNotMatch: Signature not yet current: 20150831T123600Z is still later than \
                 20150830T125100Z (20150830T123600Z + 15 min.)",
    },
    Fault {
        name: "12 six parts",
        place: "count",
        spoil: |request| request.draft.credential.push("more".to_owned()),
        answer: "400 IncompleteSignature: Credential must have exactly 5 slash-delimited elements, e.g. \
                 keyid/date/region/service/term, got 'AKIAIOSFODNN7EXAMPLE/20150830/",
    },
    Fault {
        name: "13 another service",
        place: "scope",
        spoil: |request| request.draft.credential[3] = "iam".into(),
        answer: "403 SignatureDoesNotMatch: Credential should be scoped to correct service: 'sts'.",
    },
    Fault {
        name: "13 a body that is not hashed",
        place: "payload",
        spoil: |request| request.draft.set_header("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"),
        answer: "400 IncompleteSignature: 'X-Amz-Content-Sha256' must be the SHA-256 digest of the body.",
    },
];

const IN_QUERY: [Fault; 11] = [
    Fault {
        name: "1 target climbs above the root",
        place: "path",
        spoil: |request| request.draft.path = "/../".into(),
        answer: "400 -: the path climbs above its root",
    },
    Fault {
        name: "4 escape cut off at the end",
        place: "escape",
        spoil: |request| request.draft.query.push("a=%4".to_owned()),
        answer: "400 MalformedQueryString: Incomplete trailing escape % sequence",
    },
    Fault {
        name: "5 both forms",
        place: "form",
        spoil: |request| request.draft.set_header("Authorization", "AWS4-HMAC-SHA256 Credential"),
        answer: "403 SignatureDoesNotMatch: ",
    },
    Fault {
        name: "7a another algorithm is none",
        place: "scheme",
        spoil: |request| request.parameter("X-Amz-Algorithm").push('0'),
        answer: "anonymous",
    },
    Fault {
        name: "7d no signature",
        place: "signature",
        spoil: |request| request.parameter("X-Amz-Signature").clear(),
        answer: "400 IncompleteSignature: AWS query-string parameters must include 'X-Amz-Signature'. \
                 Re-examine the query-string parameters.",
    },
    Fault {
        name: "8 host not signed",
        place: "signed headers",
        spoil: |request| {
            let piece = request.parameter("X-Amz-SignedHeaders");
            *piece = piece.replace("host", "date");
        },
        answer: "403 SignatureDoesNotMatch: 'Host' or ':authority' must be a 'SignedHeader' in the AWS \
                 Authorization.",
    },
    Fault {
        name: "9 the date is in the form only headers may have",
        place: "date",
        spoil: |request| *request.parameter("X-Amz-Date") = "X-Amz-Date=2015-08-30T12:36:00Z".into(),
        answer: "400 IncompleteSignature: Date must be in ISO-8601 'basic format'. Got '2015-08-30T12:36:00Z'. See \
                 http://en.wikipedia.org/wiki/ISO_8601",
    },
    Fault {
        name: "10 too old",
        place: "date",
        spoil: |request| *request.parameter("X-Amz-Date") = "X-Amz-Date=20150829T123600Z".into(),
        answer: "403 SignatureDoesNotMatch: Signature expired: 20150829T123600Z is now earlier than \
                 20150830T122100Z (20150830T123600Z - 15 min.)",
    },
    Fault {
        name: "11 from the future",
        place: "date",
        spoil: |request| *request.parameter("X-Amz-Date") = "X-Amz-Date=20150831T123600Z".into(),
        answer: "403 SignatureDoesNotMatch: Signature not yet current: 20150831T123600Z is still later than \
                 20150830T125100Z (20150830T123600Z + 15 min.)",
    },
    Fault {
        name: "12 six parts",
        place: "count",
        spoil: |request| request.parameter("X-Amz-Credential").push_str("%2Fmore"),
        answer: "400 IncompleteSignature: Credential must have exactly 5 slash-delimited elements, e.g. \
                 keyid/date/region/service/term, got 'AKIAIOSFODNN7EXAMPLE/20150830/",
    },
    Fault {
        name: "13 another service",
        place: "scope",
        spoil: |request| {
            let piece = request.parameter("X-Amz-Credential");
            *piece = piece.replace("Fsts%", "Fiam%");
        },
        answer: "403 SignatureDoesNotMatch: Credential should be scoped to correct service: 'sts'.",
    },
];

fn check(faults: &[Fault], make: fn() -> Request, write: fn(&Request) -> String) {
    assert_eq!(outcome(&write(&make()), NOW, &STS), "holds");
    let mut pairs = 0;
    for (index, first) in faults.iter().enumerate() {
        for second in faults.iter().skip(index) {
            if second.place == first.place && second.name != first.name {
                continue;
            }
            let mut request = make();
            (second.spoil)(&mut request);
            if second.name != first.name {
                (first.spoil)(&mut request);
            }
            let said = outcome(&write(&request), NOW, &STS);
            let (first_name, second_name, answer) = (first.name, second.name, first.answer);
            let is_it = if answer.ends_with(": ") { said == answer } else { said.starts_with(answer) };
            assert!(is_it, "{first_name} + {second_name}: {said}");
            pairs += 1;
        }
    }
    assert!(pairs > 50, "{pairs}");
}

#[test]
fn in_a_header_the_earlier_fault_is_reported() {
    check(&IN_HEADER, Request::in_header, Request::header_text);
}

#[test]
fn in_the_query_the_earlier_fault_is_reported() {
    check(&IN_QUERY, Request::in_query, |request| request.draft.text(""));
}

#[test]
fn a_signature_is_only_compared_when_all_else_is_in_order() {
    let mut request = Request::in_header();
    request.draft.signature = "0".repeat(64);
    assert_eq!(outcome(&request.header_text(), NOW, &STS), MISMATCH);
    for fault in &IN_HEADER {
        let mut request = Request::in_header();
        request.draft.signature = "0".repeat(64);
        (fault.spoil)(&mut request);
        let said = outcome(&request.header_text(), NOW, &STS);
        assert!(said.starts_with(fault.answer), "{}: {said}", fault.name);
    }
}

#[test]
fn all_faults_of_a_scope_are_told_together() {
    let mut request = Request::in_header();
    request.draft.credential =
        ["AKID", "20150829", "MARS", "iam", "aws5_request"].map(str::to_owned).to_vec();
    assert_eq!(
        outcome(&request.header_text(), NOW, &STS),
        "403 SignatureDoesNotMatch: Credential should be scoped to a valid region, not 'MARS'. Credential should be \
         scoped to correct service: 'sts'. Credential should be scoped with a valid terminator: 'aws4_request', not \
         'aws5_request'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
         '20150829' != '20150830', from '20150830T123600Z'."
    );
}
