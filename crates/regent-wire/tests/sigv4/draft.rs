//! A request in pieces, so that a test can spoil one of them.

use regent_wire::secret::SecretAccessKey;
use regent_wire::sigv4::{
    Body, CapturedRequest, Form, Judgment, PathStyle, PayloadHash, RequestTime, Rules, Signer, judge,
};

pub(crate) const NOW: i64 = 1_440_938_160; // 20150830T123600Z
pub(crate) const KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
pub(crate) const STS: Rules<'static> = Rules::new(&["sts"]);

pub(crate) fn secret() -> SecretAccessKey {
    SecretAccessKey::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned())
}

/// A `POST` to STS. Until [`sign`](Self::sign) is called its signature is empty.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<String>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) algorithm: String,
    /// Key id, date, region, service, terminator.
    pub(crate) credential: Vec<String>,
    pub(crate) signed_headers: String,
    pub(crate) signature: String,
}

impl Draft {
    pub(crate) fn new() -> Self {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        Self {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            query: vec![],
            headers: [
                ("Host", "sts.us-east-1.amazonaws.com"),
                ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
                ("X-Amz-Date", "20150830T123600Z"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
            body: "Action=GetCallerIdentity&Version=2011-06-15".to_owned(),
            algorithm: "AWS4-HMAC-SHA256".to_owned(),
            credential: texts(&[KEY_ID, "20150830", "us-east-1", "sts", "aws4_request"]),
            signed_headers: "content-type;host;x-amz-date".to_owned(),
            signature: String::new(),
        }
    }

    /// A new one with a right signature in the header.
    pub(crate) fn signed() -> Self {
        Self::new().sign(Form::Header, PathStyle::AWS)
    }

    /// A `GET` with a right signature in the query.
    pub(crate) fn presigned() -> Self {
        let mut draft = Self::new();
        draft.method = "GET".into();
        draft.body = String::new();
        draft.headers.truncate(1);
        draft.signed_headers = "host".into();
        draft.query = ["Action=GetCallerIdentity", "Version=2011-06-15"].map(str::to_owned).to_vec();
        draft.sign_in_query()
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.set_header(name, value);
        self
    }

    pub(crate) fn set_header(&mut self, name: &str, value: &str) {
        self.headers.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// Signs what is there, the body's digest included.
    pub(crate) fn sign(self, form: Form, path: PathStyle) -> Self {
        let payload = PayloadHash::of(Body::Bytes(self.body.as_bytes()));
        self.sign_over(payload, form, path)
    }

    pub(crate) fn sign_over(mut self, payload: PayloadHash, form: Form, path: PathStyle) -> Self {
        let (secret, text) = (secret(), self.text(""));
        let captured = CapturedRequest::parse(text.as_bytes()).unwrap();
        let [key_id, _, region, service, _] = &self.credential[..] else { panic!("{:?}", self.credential) };
        let signer = Signer { path, ..Signer::new(key_id, &secret, region, service) };
        let date = self.headers.iter().find(|(name, _)| name == "X-Amz-Date").map(|(_, value)| value);
        let time =
            date.and_then(|date| RequestTime::from_basic(date)).unwrap_or(RequestTime::from_seconds(NOW));
        let signature = signer.signature(captured.request(), form, &self.signed_headers, payload, time);
        self.signature = signature.unwrap();
        self
    }

    /// Adds the parameters to the query, and the signature last.
    pub(crate) fn sign_in_query(mut self) -> Self {
        self.query.extend([
            format!("X-Amz-Algorithm={}", self.algorithm),
            format!("X-Amz-Credential={}", self.credential.join("%2F")),
            "X-Amz-Date=20150830T123600Z".to_owned(),
            "X-Amz-Expires=60".to_owned(),
            format!("X-Amz-SignedHeaders={}", self.signed_headers.replace(';', "%3B")),
        ]);
        let signature = self.clone().sign(Form::Query, PathStyle::AWS).signature;
        self.query.push(format!("X-Amz-Signature={signature}"));
        self
    }

    pub(crate) fn authorization(&self) -> String {
        format!(
            "{} Credential={}, SignedHeaders={}, Signature={}",
            self.algorithm,
            self.credential.join("/"),
            self.signed_headers,
            self.signature
        )
    }

    /// The request as text, with this `Authorization` header unless it is empty.
    pub(crate) fn text(&self, authorization: &str) -> String {
        let mark = if self.query.is_empty() { "" } else { "?" };
        let mut lines = vec![format!("{} {}{mark}{} HTTP/1.1", self.method, self.path, self.query.join("&"))];
        lines.extend(self.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        if !authorization.is_empty() {
            lines.push(format!("Authorization: {authorization}"));
        }
        lines.join("\n") + "\n\n" + &self.body
    }

    pub(crate) fn outcome(&self, now: i64, rules: &Rules<'_>) -> String {
        let authorization = if self.signature.is_empty() { String::new() } else { self.authorization() };
        outcome(&self.text(&authorization), now, rules)
    }
}

/// What the server says, on one line: `holds`, `anonymous`, `no request`, or status, code and message.
pub(crate) fn outcome(captured: &str, now: i64, rules: &Rules<'_>) -> String {
    let Ok(judgment) = judge(captured.as_bytes(), now, rules, &secret()) else {
        return "no request".to_owned();
    };
    match judgment {
        Judgment::Anonymous => "anonymous".to_owned(),
        Judgment::Holds(_) => "holds".to_owned(),
        Judgment::Refused(error) | Judgment::Fails(error, _) => {
            format!("{} {}: {}", error.status(), error.code().unwrap_or("-"), error.message())
        }
    }
}

/// The answer when all but the signature is in order.
pub(crate) const MISMATCH: &str = "403 SignatureDoesNotMatch: The request signature we calculated does not match the \
                                   signature you provided. Check your AWS Secret Access Key and signing method. \
                                   Consult the service documentation for details.";
