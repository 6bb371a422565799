//! Requests that no client of good faith sends: each has its precise answer and its one record, and changes nothing.

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request};
use regent_wire::secret::SecretAccessKey;
use regent_wire::sigv4::{Body, Signer};
use std::fmt::Write as _;

use crate::support::{ACCOUNT, Answer, Client, TestServer, escape};

const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";
const IAM: &str = "Version=2010-05-08";
const STS: &str = "Version=2011-06-15";
const MISMATCH: &str = "403 SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
const LENGTH: &str = r"400 ValidationError: 1 validation error detected: Value at 'policyDocument' failed to satisfy constraint: Member must have length less than or equal to 131072";
const CHARACTERS: &str = r"400 ValidationError: 1 validation error detected: Value at 'policyDocument' failed to satisfy constraint: Member must satisfy regular expression pattern: [\u0009\u000A\u000D\u0020-\u00FF]+";
const NO_SIGNATURE: &str = "403 MissingAuthenticationToken: Request is missing Authentication Token";

/// A request in the making.
#[derive(Clone)]
struct Draft {
    parts: Parts,
    body: Vec<u8>,
    service: &'static str,
    is_signed: bool,
    /// Headers that are there only after signing.
    late: Vec<(&'static str, Vec<u8>)>,
}

impl Draft {
    fn new(method: &str, target: &str, body: impl Into<Vec<u8>>) -> Self {
        let request = Request::builder().method(method).uri(target).header("host", "localhost:4599");
        let (parts, ()) = request.body(()).unwrap().into_parts();
        Self { parts, body: body.into(), service: "iam", is_signed: true, late: Vec::new() }
    }

    fn with(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        let value = HeaderValue::from_bytes(value.as_ref()).unwrap();
        self.parts.headers.append(HeaderName::from_static(name), value);
        self
    }

    /// Replaces a header after signing.
    fn late(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        self.late.push((name, value.as_ref().to_vec()));
        self
    }

    fn sts(mut self) -> Self {
        self.service = "sts";
        self
    }

    fn unsigned(mut self) -> Self {
        self.is_signed = false;
        self
    }

    fn finish(self, by: &Client, now: i64) -> Request<Bytes> {
        let Self { mut parts, body, service, is_signed, late } = self;
        if is_signed {
            let secret = SecretAccessKey::new(by.secret.clone());
            let mut signer = Signer::new(&by.key, &secret, "us-east-1", service);
            signer.session_token = by.token.as_deref();
            signer.sign(&mut parts, Body::Bytes(&body), now).unwrap();
        }
        for (name, value) in late {
            parts.headers.insert(HeaderName::from_static(name), HeaderValue::from_bytes(&value).unwrap());
        }
        Request::from_parts(parts, Bytes::from(body))
    }
}

/// A form, as clients send it.
fn form(body: impl Into<Vec<u8>>) -> Draft {
    Draft::new("POST", "/", body).with("content-type", FORM)
}

fn get(query: &str) -> Draft {
    Draft::new("GET", &format!("/?{query}"), "")
}

/// A call of an operation of IAM.
fn call(action: &str, params: &[(&str, &str)]) -> Draft {
    let mut body = format!("Action={action}&{IAM}");
    for (name, value) in params {
        write!(body, "&{}={}", escape(name), escape(value)).unwrap();
    }
    form(body)
}

/// A server, and what must not change however it is spoken to.
struct Attacked {
    server: TestServer,
    root: Client,
    users: Vec<String>,
    wrong: Vec<String>,
}

impl Attacked {
    async fn new() -> Self {
        let server = TestServer::new().await;
        let root = server.root();
        root.must("CreateUser", &[("UserName", "ana")]).await;
        let users = root.must("ListUsers", &[]).await.all("UserName");
        Self { server, root, users, wrong: Vec::new() }
    }

    /// Sends it and notes everything that is not as it should be. The end of [`Self::done`] tells all at once.
    async fn check(&mut self, name: &str, draft: Draft, shape: &str) -> Answer {
        let now = self.server.now().as_second();
        self.send(name, draft.finish(&self.root, now), shape).await
    }

    async fn send(&mut self, name: &str, request: Request<Bytes>, shape: &str) -> Answer {
        let before = self.server.records().len();
        let answer = self.server.send(request).await;
        let mut found = Vec::new();
        let said = shape_of(&answer);
        if said != shape {
            found.push(format!("expected {shape}\n     got {said}"));
        }
        let records = self.server.records();
        let record = records.last().unwrap();
        if records.len() != before + 1 {
            found.push(format!("{} records", records.len() - before));
        }
        if record["requestID"].as_str() != answer.headers["x-amzn-requestid"].to_str().ok() {
            found.push(format!("another request's record: {record}"));
        }
        let code = shape.split([' ', ':']).nth(1);
        if record["errorCode"].as_str() != code {
            found.push(format!("a record of {}, not {code:?}", record["errorCode"]));
        }
        let users = self.root.must("ListUsers", &[]).await.all("UserName");
        if users != self.users {
            found.push(format!("users are now {users:?}"));
            self.users = users;
        }
        self.wrong.extend(found.into_iter().map(|found| format!("{name}: {found}")));
        answer
    }

    #[track_caller]
    fn done(self) {
        assert!(self.wrong.is_empty(), "\n{}", self.wrong.join("\n"));
    }
}

/// Status, code and message, in whichever form they came.
fn shape_of(answer: &Answer) -> String {
    let Ok(json) = serde_json::from_str::<serde_json::Value>(&answer.body) else { return answer.shape() };
    let error = json.get("Error").unwrap_or(&json);
    let text = |names: [&str; 3]| {
        let found = names.iter().find_map(|name| error[*name].as_str());
        found.unwrap_or_default().to_owned()
    };
    let code = text(["Code", "__type", "code"]);
    match code.as_str() {
        "" => answer.status.to_string(),
        code => format!("{} {code}: {}", answer.status, text(["Message", "message", "Message"])),
    }
}

#[tokio::test]
async fn a_form_that_cannot_be_read_is_refused_before_anybody_is_asked_for() {
    let mut attacked = Attacked::new().await;
    let malformed = |text: &str| format!("400 MalformedQueryString: {text}");
    let many = (0..100_000).fold(String::from("Action=CreateUser"), |form, n| form + &format!("&p{n}="));
    let cut = "Incomplete trailing escape % sequence";
    let cases: [(&str, Vec<u8>, String); 14] = [
        ("a cut escape", b"Action=CreateUser&UserName=%".into(), malformed(cut)),
        ("half an escape", b"Action=CreateUser&UserName=%4".into(), malformed(cut)),
        (
            "an escape up to the next parameter",
            b"Action=CreateUser&UserName=%4&Path=/".into(),
            malformed(cut),
        ),
        (
            "an escape that is none",
            b"Action=CreateUser&UserName=%zz".into(),
            malformed("Illegal hex characters in escape % pattern: %zz"),
        ),
        (
            "an escape of bytes that are no text",
            b"Action=CreateUser&UserName=%\xff\xfe".into(),
            malformed("Illegal hex characters in escape % pattern: %??"),
        ),
        (
            "bytes that are no UTF-8",
            b"Action=CreateUser&UserName=\xff\xfe".into(),
            malformed("The request is not valid UTF-8."),
        ),
        (
            "escapes that are no UTF-8",
            b"Action=CreateUser&UserName=%C3%28".into(),
            malformed("The request is not valid UTF-8."),
        ),
        (
            "a character put together from two parameters",
            b"Action=CreateUser&UserName=%C3&%A9=".into(),
            malformed("The request is not valid UTF-8."),
        ),
        (
            "a parameter twice",
            b"Action=CreateUser&UserName=bob&UserName=eve".into(),
            malformed("The parameter UserName is given more than once."),
        ),
        (
            "a parameter twice in two spellings",
            b"Action=CreateUser&UserName=bob&%55serName=bob".into(),
            malformed("The parameter UserName is given more than once."),
        ),
        (
            "an action twice",
            b"Action=CreateUser&UserName=bob&Action=ListUsers".into(),
            malformed("The parameter Action is given more than once."),
        ),
        (
            "a huge name",
            format!("Action=CreateUser&{}=1", "n".repeat(600)).into(),
            malformed("A parameter name is longer than 512 bytes."),
        ),
        (
            "a deep name",
            format!("Action=CreateUser&a{}=1", ".a".repeat(40)).into(),
            malformed("A parameter name has more than 32 parts."),
        ),
        ("100,000 parameters", many.into(), malformed("The request has more than 10000 parameters.")),
    ];
    for (name, body, shape) in cases {
        attacked.check(name, form(body.clone()), &shape).await;
        attacked.check(name, form(body).unsigned(), &shape).await;
    }
    attacked.done();
}

#[tokio::test]
async fn a_request_that_names_no_operation_of_ours_is_told_so() {
    let mut attacked = Attacked::new().await;
    let no_action =
        "400 MissingAction: Request is missing the \"Action\" parameter, which is required for all requests.";
    let unknown = |action: &str, version: &str| {
        format!("400 InvalidAction: Could not find operation {action} for version {version}")
    };
    let long = "A".repeat(100_000);
    let cases = [
        ("nothing at all", form(""), no_action.to_owned()),
        ("separators only", form("&&&=&=&&".replace("=&=", "=")), no_action.to_owned()),
        ("no action", form(format!("{IAM}&UserName=bob")), no_action.to_owned()),
        ("an empty action", form(format!("Action=&{IAM}&UserName=bob")), no_action.to_owned()),
        ("no version", form("Action=CreateUser&UserName=bob"), unknown("CreateUser", "NO_VERSION_SPECIFIED")),
        (
            "another version",
            form("Action=CreateUser&UserName=bob&Version=2010-05-09"),
            unknown("CreateUser", "2010-05-09"),
        ),
        (
            "the other service's version",
            form(format!("Action=CreateUser&UserName=bob&{STS}")),
            unknown("CreateUser", "2011-06-15"),
        ),
        (
            "the other service's operation",
            form(format!("Action=CreateUser&UserName=bob&{STS}")).sts(),
            unknown("CreateUser", "2011-06-15"),
        ),
        (
            "an unknown action",
            form(format!("Action=CreateUsers&{IAM}")),
            unknown("CreateUsers", "2010-05-08"),
        ),
        (
            "another case",
            form(format!("Action=createuser&UserName=bob&{IAM}")),
            unknown("createuser", "2010-05-08"),
        ),
        (
            "an action with markup",
            form(format!("Action=%3C%26%22%00%0D&{IAM}")),
            unknown("<&\"\u{fffd}\r", "2010-05-08"),
        ),
        ("a huge action", form(format!("Action={long}&{IAM}")), unknown(&long[..128], "2010-05-08")),
        (
            "an action in query and body",
            Draft::new("POST", "/?Action=ListUsers", format!("Action=CreateUser&UserName=bob&{IAM}"))
                .with("content-type", FORM),
            "400 MalformedQueryString: The parameter Action is given more than once.".to_owned(),
        ),
    ];
    for (name, draft, shape) in cases {
        attacked.check(name, draft, &shape).await;
    }
    // The action here and the parameters there is one request.
    let split =
        Draft::new("POST", &format!("/?Action=GetUser&{IAM}"), "UserName=ana").with("content-type", FORM);
    attacked.check("an action in the query", split, "200").await;
    attacked.done();
}

#[tokio::test]
async fn methods_paths_and_kinds_of_content_that_nobody_has_are_refused() {
    let mut attacked = Attacked::new().await;
    let create = format!("Action=CreateUser&UserName=bob&{IAM}");
    let query = format!("/?{create}");
    let unknown = "The requested operation is not recognized by the service.";
    for method in ["PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "BREW"] {
        let shape = "405 MethodNotAllowed: The specified method is not allowed against this resource.";
        attacked.check(method, Draft::new(method, "/", &*create).with("content-type", FORM), shape).await;
        attacked.check(method, Draft::new(method, &query, ""), shape).await;
    }
    for target in ["/iam", "/index.html", "/%2e%2e/etc/passwd", "/service/x", "/a/b/c/d"] {
        let draft = Draft::new("POST", target, &*create).with("content-type", FORM).unsigned();
        attacked.check(target, draft, &format!("400 InvalidAction: {unknown}")).await;
    }
    for kind in ["text/xml", "multipart/form-data; boundary=x", "text/plain", "\u{fffd}"] {
        let shape = format!("400 InvalidAction: {unknown}");
        attacked.check(kind, Draft::new("POST", "/", &*create).with("content-type", kind), &shape).await;
    }
    for (name, target) in
        [("x-amz-target", "AWSIdentityManagementV20100508.CreateUser"), ("smithy-protocol", "rpc-v2-cbor")]
    {
        let request =
            form(&*create).with(name, target).finish(&attacked.root, attacked.server.now().as_second());
        let response = attacked.server.server.answer(request, ([203, 0, 113, 7], 40_000).into()).await;
        assert_eq!(response.status(), 400, "{name}");
        assert_eq!(attacked.server.last_record()["errorCode"], "UnknownOperationException", "{name}");
    }
    attacked.check("JSON where a form should be", form("{\"Action\":\"CreateUser\"}"), "400 MissingAction: Request is missing the \"Action\" parameter, which is required for all requests.").await;
    attacked.done();
}

#[tokio::test]
async fn claims_that_cannot_be_read_or_do_not_hold_are_told_apart() {
    let mut attacked = Attacked::new().await;
    let draft = || call("CreateUser", &[("UserName", "bob")]);
    let incomplete = |text: &str| format!("400 IncompleteSignature: {text}");
    let now = attacked.server.now().as_second();
    let signed = draft().finish(&attacked.root, now).headers()["authorization"].to_str().unwrap().to_owned();
    let (head, signature) = signed.split_at(signed.len() - 64);
    let wrong = format!("{head}{}", "0".repeat(64));
    let credential = signed.split(['=', ',']).nth(1).unwrap();
    let unsupported = |name: &str| incomplete(&format!("Unsupported AWS 'algorithm': '{name}'."));
    let scoped = |to: &str| signed.replace(credential, &format!("{}{to}", attacked.root.key));
    let missing = "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' \
                   parameter. Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256";
    let cases: Vec<(&str, Draft, String)> = vec![
        ("no signature", draft().unsigned(), NO_SIGNATURE.to_owned()),
        ("an empty claim", draft().late("authorization", ""), unsupported("")),
        ("another scheme", draft().late("authorization", "Bearer abc"), unsupported("Bearer")),
        ("the old scheme", draft().late("authorization", "AWS AKIA:sig"), unsupported("AWS")),
        ("bytes", draft().late("authorization", b"AWS4-HMAC-SHA256 \xff\xfe"), incomplete("Authorization header is not text.")),
        ("nothing but the scheme", draft().late("authorization", "AWS4-HMAC-SHA256"), incomplete(missing)),
        ("a part without a sign", draft().late("authorization", "AWS4-HMAC-SHA256 Credential"), incomplete("'Credential' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 Credential'.")),
        ("a huge claim", draft().late("authorization", format!("AWS4-HMAC-SHA256 {}", "a".repeat(9000))), incomplete("Authorization header is too long.")),
        ("another signature", draft().late("authorization", &wrong), MISMATCH.to_owned()),
        ("capitals", draft().late("authorization", format!("{head}{}", signature.to_uppercase())), MISMATCH.to_owned()),
        ("half a signature", draft().late("authorization", &signed[..signed.len() - 32]), MISMATCH.to_owned()),
        ("four parts", draft().late("authorization", scoped("/20261121/us-east-1/iam")), incomplete(&format!("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{}/20261121/us-east-1/iam'", attacked.root.key))),
        ("another service", draft().late("authorization", scoped("/20261121/us-east-1/s3/aws4_request")), "403 SignatureDoesNotMatch: Credential should be scoped to correct service: 'iam'.".to_owned()),
        ("another day", draft().late("authorization", scoped("/20261120/us-east-1/iam/aws4_request")), "403 SignatureDoesNotMatch: Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20261120' != '20261121', from '20261121T120000Z'.".to_owned()),
        ("another end", draft().late("authorization", scoped("/20261121/us-east-1/iam/aws4")), "403 SignatureDoesNotMatch: Credential should be scoped with a valid terminator: 'aws4_request', not 'aws4'.".to_owned()),
        ("an unknown key", draft().late("authorization", signed.replace(&attacked.root.key, "AKIAUNKNOWNUNKNOWN00")), "403 InvalidClientTokenId: The security token included in the request is invalid.".to_owned()),
        ("a key with markup", draft().late("authorization", signed.replace(&attacked.root.key, "<script>")), "403 InvalidClientTokenId: The security token included in the request is invalid.".to_owned()),
        ("a host that is not signed", draft().late("authorization", signed.replace("host;", "")), "403 SignatureDoesNotMatch: 'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.".to_owned()),
        ("a header that is not there", draft().late("authorization", signed.replace("host;", "host;x-nobody;")), MISMATCH.to_owned()),
        ("another host", draft().late("host", "elsewhere:4599"), MISMATCH.to_owned()),
        ("no date", draft().late("x-amz-date", ""), incomplete("Date must be in ISO-8601 'basic format'. Got ''. See http://en.wikipedia.org/wiki/ISO_8601")),
        ("a date that is none", draft().late("x-amz-date", "20261399T120000Z"), incomplete("Date must be in ISO-8601 'basic format'. Got '20261399T120000Z'. See http://en.wikipedia.org/wiki/ISO_8601")),
        ("bytes for a date", draft().late("x-amz-date", b"\xff"), incomplete("Date must be in ISO-8601 'basic format'. Got '\u{fffd}'. See http://en.wikipedia.org/wiki/ISO_8601")),
        ("another digest", draft().late("x-amz-content-sha256", "0".repeat(64)), MISMATCH.to_owned()),
        ("no digest", draft().late("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), incomplete("'X-Amz-Content-Sha256' must be the SHA-256 digest of the body.")),
        ("a token for a key that has none", draft().with("x-amz-security-token", "AAAA"), "200".to_owned()),
    ];
    let (last, cases) = cases.split_last().unwrap();
    for (name, draft, shape) in cases {
        attacked.check(name, draft.clone(), shape).await;
    }
    let (name, draft, _) = last.clone();
    let token = draft.late("x-amz-security-token", "AAAA");
    attacked
        .check(name, token, "403 InvalidClientTokenId: The security token included in the request is invalid")
        .await;
    // Signed under one name and sent under another: the body is not what was signed.
    let mut changed = draft_of(&attacked, "bob");
    *changed.body_mut() = Bytes::from(format!("Action=CreateUser&{IAM}&UserName=eve"));
    attacked.send("another body", changed, MISMATCH).await;
    let mut twice = draft_of(&attacked, "bob");
    twice.headers_mut().append("host", HeaderValue::from_static("elsewhere"));
    attacked.send("two hosts", twice, "400 IncompleteSignature: there is more than one Host header").await;
    let mut two = draft_of(&attacked, "bob");
    two.headers_mut().append("x-amz-date", HeaderValue::from_static("20261121T120001Z"));
    attacked.send("two dates", two, MISMATCH).await;
    let mut both = draft_of(&attacked, "bob");
    *both.uri_mut() = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256".parse().unwrap();
    attacked.send("a claim in header and query", both, "403 SignatureDoesNotMatch: ").await;
    attacked.done();
}

fn draft_of(attacked: &Attacked, user: &str) -> Request<Bytes> {
    call("CreateUser", &[("UserName", user)]).finish(&attacked.root, attacked.server.now().as_second())
}

#[tokio::test]
async fn a_request_is_good_for_fifteen_minutes_and_as_often_as_it_is_sent_in_them() {
    let mut attacked = Attacked::new().await;
    let get_user = || call("GetUser", &[("UserName", "ana")]);
    let now = attacked.server.now().as_second();
    let request = get_user().finish(&attacked.root, now);
    // Nothing in a signature tells a repetition from the first time: AWS answers both, and so do we.
    attacked.send("the first time", request.clone(), "200").await;
    attacked.send("once more", request.clone(), "200").await;
    attacked.server.advance(900);
    attacked.send("at the last moment", request.clone(), "200").await;
    attacked.server.advance(1);
    let expired = "403 SignatureDoesNotMatch: Signature expired: 20261121T120000Z is now earlier than 20261121T120001Z (20261121T121501Z - 15 min.)";
    attacked.send("a second later", request, expired).await;
    let later = attacked.server.now().as_second();
    attacked.send("from the future", get_user().finish(&attacked.root, later + 900), "200").await;
    let early = "403 SignatureDoesNotMatch: Signature not yet current: 20261121T123002Z is still later than 20261121T123001Z (20261121T121501Z + 15 min.)";
    attacked.send("from too far", get_user().finish(&attacked.root, later + 901), early).await;
    attacked.done();
}

/// A presigned URL, with this `X-Amz-Expires` and this header besides `Host`.
fn presigned(
    by: &Client,
    now: i64,
    expires_secs: u32,
    header: Option<(&'static str, &str)>,
) -> Request<Bytes> {
    let mut draft = get(&format!("Action=GetCallerIdentity&{STS}"));
    if let Some((name, value)) = header {
        draft = draft.with(name, value);
    }
    let secret = SecretAccessKey::new(by.secret.clone());
    let mut signer = Signer::new(&by.key, &secret, "us-east-1", "sts");
    signer.session_token = by.token.as_deref();
    signer.presign(&mut draft.parts, Body::Bytes(b""), now, expires_secs).unwrap();
    Request::from_parts(draft.parts, Bytes::new())
}

#[tokio::test]
async fn a_presigned_url_proves_who_made_it_for_fifteen_minutes_whatever_it_says() {
    let mut attacked = Attacked::new().await;
    let now = attacked.server.now().as_second();
    let cluster = Some(("x-k8s-aws-id", "cluster-1"));
    let url = presigned(&attacked.root, now, 60, cluster);
    let answer = attacked.send("a cluster's", url.clone(), "200").await;
    assert_eq!(answer.text("Arn"), format!("arn:aws:iam::{ACCOUNT}:root"));
    let mut elsewhere = url.clone();
    elsewhere.headers_mut().insert("x-k8s-aws-id", HeaderValue::from_static("cluster-2"));
    attacked.send("for another cluster", elsewhere, MISMATCH).await;
    let mut nowhere = url.clone();
    nowhere.headers_mut().remove("x-k8s-aws-id");
    attacked.send("for no cluster", nowhere, MISMATCH).await;
    let mut longer = url.clone();
    *longer.uri_mut() =
        url.uri().to_string().replace("X-Amz-Expires=60", "X-Amz-Expires=600").parse().unwrap();
    attacked.send("for longer", longer, MISMATCH).await;
    let mut posted = url.clone();
    *posted.method_mut() = http::Method::POST;
    attacked.send("by another method", posted, MISMATCH).await;
    let mut json = url.clone();
    json.headers_mut().insert("accept", HeaderValue::from_static("application/json"));
    let answer = attacked.send("as JSON", json.clone(), "200").await;
    let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    let result = &body["GetCallerIdentityResponse"]["GetCallerIdentityResult"];
    assert_eq!(result["Account"], ACCOUNT, "{body}");
    attacked.server.advance(900);
    attacked.send("after its own sixty seconds", url.clone(), "200").await;
    attacked.server.advance(1);
    let expired = "403 SignatureDoesNotMatch: Signature expired: 20261121T120000Z is now earlier than 20261121T120001Z (20261121T121501Z - 15 min.)";
    attacked.send("after fifteen minutes", url, expired).await;
    attacked.send("as JSON, after fifteen minutes", json, expired).await;
    let long = presigned(&attacked.root, now, 604_800, None);
    attacked.send("a week's, after fifteen minutes", long, expired).await;
    attacked.done();
}

/// `GetCallerIdentity` signed with SigV4a, for these regions: by the published algorithm, written a second time.
fn asymmetric(by: &Client, service: &str, regions: &str) -> Request<Bytes> {
    use aws_lc_rs::{digest, hmac, rand, signature};
    let hex = |bytes: &[u8]| {
        bytes.iter().fold(String::new(), |mut out, byte| {
            write!(out, "{byte:02x}").unwrap();
            out
        })
    };
    let sha256 = |bytes: &[u8]| hex(digest::digest(&digest::SHA256, bytes).as_ref());
    let algorithm = "AWS4-ECDSA-P256-SHA256";
    let input = [
        &1_u32.to_be_bytes()[..],
        algorithm.as_bytes(),
        b"\0",
        by.key.as_bytes(),
        b"\x01",
        &256_u32.to_be_bytes(),
    ];
    let root = hmac::Key::new(hmac::HMAC_SHA256, format!("AWS4A{}", by.secret).as_bytes());
    let mut private = hmac::sign(&root, &input.concat()).as_ref().to_vec();
    // The candidate plus one. That it is out of range has a chance of one in four billion, and these keys are not.
    for byte in private.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            break;
        }
    }
    // ECPrivateKey of RFC 5915, with the name of the curve.
    let der =
        [&b"\x30\x31\x02\x01\x01\x04\x20"[..], &private, b"\xa0\x0a\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"];
    let pair = signature::EcdsaKeyPair::from_private_key_der(
        &signature::ECDSA_P256_SHA256_ASN1_SIGNING,
        &der.concat(),
    );
    let body = format!("Action=GetCallerIdentity&{STS}");
    let (date, scope) = ("20261121T120000Z", format!("20261121/{service}/aws4_request"));
    let names = "host;x-amz-date;x-amz-region-set";
    let canonical = format!(
        "POST\n/\n\nhost:localhost:4599\nx-amz-date:{date}\nx-amz-region-set:{regions}\n\n{names}\n{}",
        sha256(body.as_bytes())
    );
    let text = format!("{algorithm}\n{date}\n{scope}\n{}", sha256(canonical.as_bytes()));
    let signed = pair.unwrap().sign(&rand::SystemRandom::new(), text.as_bytes()).unwrap();
    let claim = format!(
        "{algorithm} Credential={}/{scope}, SignedHeaders={names}, Signature={}",
        by.key,
        hex(signed.as_ref())
    );
    let draft = form(body).with("x-amz-date", date).with("x-amz-region-set", regions);
    draft.unsigned().late("authorization", claim).finish(by, 0)
}

#[tokio::test]
async fn a_signature_for_many_regions_is_good_for_sts_and_not_for_iam() {
    let mut attacked = Attacked::new().await;
    let root = attacked.root.clone();
    for regions in ["us-east-1", "*", "eu-*,us-*"] {
        attacked.send(regions, asymmetric(&root, "sts", regions), "200").await;
    }
    let mut other = asymmetric(&root, "sts", "us-east-1");
    other.headers_mut().insert("x-amz-region-set", HeaderValue::from_static("*"));
    attacked.send("other regions than signed", other, MISMATCH).await;
    let stranger = attacked.server.client(&root.key, "another-secret-another-secret-another", None);
    attacked.send("another secret", asymmetric(&stranger, "sts", "*"), MISMATCH).await;
    let unsupported = "400 IncompleteSignature: Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'.";
    attacked.send("IAM", asymmetric(&root, "iam", "*"), unsupported).await;
    attacked.done();
}

#[tokio::test]
async fn documents_that_are_no_policies_are_refused_and_not_kept() {
    let mut attacked = Attacked::new().await;
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let long = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{}","Resource":"*"}}]}}"#,
        "a".repeat(200_000)
    );
    for (name, document, shape) in [
        ("no JSON", "hello", "400 MalformedPolicyDocument: Syntax errors in policy."),
        (
            "half of it",
            "{\"Version\":\"2012-10-17\",",
            "400 MalformedPolicyDocument: Syntax errors in policy.",
        ),
        ("too deep", &deep, "400 MalformedPolicyDocument: Syntax errors in policy."),
        ("a mark before it", "\u{feff}{\"Version\":\"2012-10-17\",\"Statement\":[]}", CHARACTERS),
        (
            "half a character",
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"\ud800","Effect":"Allow","Action":"a:b","Resource":"*"}]}"#,
            "400 MalformedPolicyDocument: Syntax errors in policy.",
        ),
        ("too long", &long, LENGTH),
        ("characters no policy has", "{\"Version\":\"2012-10-17\",\"Statement\":\"\u{1f600}\"}", CHARACTERS),
    ] {
        let draft =
            call("PutUserPolicy", &[("UserName", "ana"), ("PolicyName", "p"), ("PolicyDocument", document)]);
        attacked.check(name, draft, shape).await;
    }
    assert_eq!(attacked.root.must("ListUserPolicies", &[("UserName", "ana")]).await.all("member"), [""; 0]);
    attacked.done();
}
