//! Requests that botocore signed: odd paths, queries, headers and tokens, at any time of a century.

use std::fs;
use std::path::Path;

use http::{HeaderMap, HeaderName, HeaderValue};
use regent_wire::secret::SecretAccessKey;
use regent_wire::sigv4::{
    Body, Claim, Form, PathStyle, PayloadRule, Regions, Request, Rules, Scratch, Signer, VerifyingKey,
};
use serde_json::Value;

/// The parameters that presigning adds.
const ADDED: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
];

struct Case {
    number: usize,
    facts: Value,
    headers: HeaderMap,
}

impl Case {
    fn all() -> Vec<Self> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/botocore-signed.json");
        let vectors: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        let cases = vectors["cases"].as_array().unwrap().clone();
        cases.into_iter().enumerate().map(|(number, facts)| Self::new(number, facts)).collect()
    }

    fn new(number: usize, facts: Value) -> Self {
        let mut headers = HeaderMap::new();
        for pair in facts["headers"].as_array().unwrap() {
            let name: HeaderName = pair[0].as_str().unwrap().parse().unwrap();
            // a server sees values without the blanks around them
            let value = pair[1].as_str().unwrap().trim();
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        Self { number, facts, headers }
    }

    fn text(&self, name: &str) -> &str {
        self.facts[name].as_str().unwrap()
    }

    fn now(&self) -> i64 {
        self.facts["now"].as_i64().unwrap()
    }

    fn body(&self) -> Body<'_> {
        Body::Bytes(self.text("body").as_bytes())
    }

    fn request(&self) -> Request<'_> {
        Request {
            method: self.text("method"),
            path: self.text("path"),
            query: self.text("query"),
            authority: None,
            headers: &self.headers,
        }
    }

    fn style(&self) -> (PathStyle, PayloadRule) {
        match self.text("style") {
            "aws" => (PathStyle::AWS, PayloadRule::Hashed),
            "s3" => (PathStyle::S3, PayloadRule::MayBeUnsigned),
            other => panic!("{other}"),
        }
    }

    fn claim(&self) -> Claim<'_> {
        let (path, payload) = self.style();
        let (services, regions) = ([self.text("service")], [self.text("region")]);
        let rules = Rules { path, payload, regions: Regions::OneOf(&regions), ..Rules::new(&services) };
        Claim::read(self.request(), self.now(), &rules)
            .unwrap_or_else(|error| panic!("case {}: {error:?}", self.number))
            .unwrap()
    }

    /// The request before it was signed, if HTTP libraries take its target.
    fn unsigned_parts(&self) -> Option<http::request::Parts> {
        let added = |piece: &&str| piece.split_once('=').is_some_and(|(name, _)| ADDED.contains(&name));
        let query: Vec<&str> = self.text("query").split('&').filter(|piece| !added(piece)).collect();
        let target = format!("{}?{}", self.text("path"), query.join("&"));
        let request = http::Request::builder().method(self.text("method")).uri(target).body(());
        let mut parts = request.ok()?.into_parts().0;
        parts.headers = self.headers.clone();
        Some(parts)
    }
}

#[test]
fn what_botocore_signed_verifies() {
    let cases = Case::all();
    assert_eq!(cases.len(), 240);
    let mut scratch = Scratch::default();
    for case in &cases {
        let claim = case.claim();
        assert_eq!(claim.access_key_id(), case.text("access_key_id"));
        assert_eq!(claim.security_token(), case.facts["token"].as_str());
        assert_eq!((claim.form() == Form::Query), (case.text("form") == "query"));
        let secret = SecretAccessKey::new(case.text("secret").to_owned());
        let key = VerifyingKey::derive(&claim, &secret).unwrap();
        let verdict = claim.verify(&key, case.body(), &mut scratch);
        assert!(verdict.is_ok(), "case {}: {:#?}", case.number, claim.explain(case.body()));
    }
}

#[test]
fn we_sign_as_botocore_does() {
    let mut count = 0;
    for case in Case::all() {
        let Some(mut parts) = case.unsigned_parts() else { continue };
        // given a `Date`, botocore signs that one; we always send the exact header
        if parts.headers.contains_key("date") {
            continue;
        }
        let secret = SecretAccessKey::new(case.text("secret").to_owned());
        let (path, payload) = case.style();
        let signer = Signer {
            session_token: case.facts["token"].as_str(),
            path,
            payload,
            ..Signer::new(case.text("access_key_id"), &secret, case.text("region"), case.text("service"))
        };
        let signature = |text: &str| text.rsplit_once("Signature=").unwrap().1.to_owned();
        let (ours, theirs) = if case.text("form") == "query" {
            signer.presign(&mut parts, case.body(), case.now(), 3600).unwrap();
            (parts.uri.to_string(), case.text("query").to_owned())
        } else {
            signer.sign(&mut parts, case.body(), case.now()).unwrap();
            let authorization = parts.headers["authorization"].to_str().unwrap().to_owned();
            (authorization, case.headers["authorization"].to_str().unwrap().to_owned())
        };
        assert_eq!(signature(&ours), signature(&theirs), "case {}", case.number);
        count += 1;
    }
    assert!(count > 150, "only {count} of the targets are ones that HTTP libraries take");
}
