//! What holds for every request.

use http::HeaderMap;
use proptest::prelude::*;
use regent_wire::sigv4::{
    Asymmetric, Body, Claim, Form, PathStyle, PayloadHash, PayloadRule, PresignedLife, Request, RequestTime,
    Rules, Scratch, Signer, VerifyingKey, judge,
};

use super::draft::{Draft, KEY_ID, NOW, STS, outcome, secret};

/// Every rule the other way, so that all code is reached.
const OTHER: Rules<'static> = Rules {
    presigned: PresignedLife::Expires,
    path: PathStyle::S3,
    payload: PayloadRule::MayBeUnsigned,
    asymmetric: Asymmetric::Accepted,
    ..STS
};

/// A request in parts that may each be changed.
#[derive(Clone, Debug)]
struct Sent {
    method: String,
    path: String,
    query: String,
    header: String,
    body: Vec<u8>,
    signature: String,
}

impl Sent {
    fn headers(&self, authorization: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("host", "sts.amazonaws.com".parse().unwrap());
        headers.insert("x-amz-date", "20150830T123600Z".parse().unwrap());
        headers.insert("x-custom", self.header.parse().unwrap());
        headers.insert("authorization", authorization.parse().unwrap());
        headers
    }

    fn request<'r>(&'r self, headers: &'r HeaderMap) -> Request<'r> {
        Request { method: &self.method, path: &self.path, query: &self.query, authority: None, headers }
    }

    fn sign(mut self) -> Self {
        let secret = secret();
        let headers = self.headers("-");
        let payload = PayloadHash::of(Body::Bytes(&self.body));
        let time = RequestTime::from_seconds(NOW);
        let signer = Signer::new(KEY_ID, &secret, "us-east-1", "sts");
        let (request, form) = (self.request(&headers), Form::Header);
        let signature = signer.signature(request, form, "host;x-amz-date;x-custom", payload, time);
        self.signature = signature.unwrap();
        self
    }

    fn verifies(&self) -> bool {
        let headers = self.headers(&format!(
            "AWS4-HMAC-SHA256 Credential={KEY_ID}/20150830/us-east-1/sts/aws4_request, \
             SignedHeaders=host;x-amz-date;x-custom, Signature={}",
            self.signature
        ));
        let claim = Claim::read(self.request(&headers), NOW, &STS).unwrap().unwrap();
        let key = VerifyingKey::derive(&claim, &secret()).unwrap();
        claim.verify(&key, Body::Bytes(&self.body), &mut Scratch::default()).is_ok()
    }
}

prop_compose! {
    /// Only spellings that have no second one: no escapes, no empty segments, no blanks.
    fn sent()(
        method in "[A-Z]{3,6}",
        path in "(/[a-z0-9]{1,8}){1,4}",
        query in "[a-z0-9]{1,8}=[a-z0-9]{1,8}(&[a-z0-9]{1,8}=[a-z0-9]{1,8}){0,4}",
        header in "[a-zA-Z0-9]{1,40}",
        body in proptest::collection::vec(any::<u8>(), 1..300),
    ) -> Sent {
        Sent { method, path, query, header, body, signature: String::new() }.sign()
    }
}

/// Replaces one letter or digit by another; false if there is none at this place.
fn change(text: &mut String, place: prop::sample::Index, by: char) -> bool {
    let place = place.index(text.len());
    let old = char::from(text.as_bytes()[place]);
    if old == by || !old.is_ascii_alphanumeric() {
        return false;
    }
    text.replace_range(place..=place, &by.to_string());
    true
}

/// The query's pieces in order: what the signature is over.
fn sorted(query: &str) -> Vec<&str> {
    let mut pieces: Vec<&str> = query.split('&').collect();
    pieces.sort_unstable();
    pieces
}

/// Puts a `q` in the place of each byte in turn: it is in no escape, so no spelling stays the same.
#[test]
fn no_byte_of_a_signed_request_can_be_replaced() {
    // HTTP's version is no part of it; nor is the key id in a header, which only says whose secret to take
    let (signed, presigned) = (Draft::signed(), Draft::presigned());
    for (text, free) in
        [(signed.text(&signed.authorization()), &["1.1", KEY_ID][..]), (presigned.text(""), &["1.1"])]
    {
        assert_eq!(outcome(&text, NOW, &STS), "holds");
        let free = free.iter().map(|part| text.find(part).map(|start| start..start + part.len()).unwrap());
        let free: Vec<_> = free.collect();
        let places = (0..text.len()).filter(|place| !free.iter().any(|range| range.contains(place)));
        for place in places.filter(|place| text.as_bytes()[*place] != b'q') {
            let changed = format!("{}q{}", &text[..place], &text[place + 1..]);
            assert_ne!(outcome(&changed, NOW, &STS), "holds", "{changed}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_signed_verifies(sent in sent()) {
        prop_assert!(sent.verifies());
    }

    #[test]
    fn a_single_changed_letter_breaks_the_signature(
        sent in sent(),
        part in 0..6,
        place: prop::sample::Index,
        letter in "[a-z0-9]",
        byte: u8,
    ) {
        let by = letter.chars().next().unwrap();
        let mut changed = sent.clone();
        let is_changed = match part {
            0 => change(&mut changed.method, place, by.to_ascii_uppercase()),
            1 => change(&mut changed.path, place, by),
            2 => change(&mut changed.query, place, by) && sorted(&changed.query) != sorted(&sent.query),
            3 => change(&mut changed.header, place, by),
            4 => {
                let index = place.index(changed.body.len());
                changed.body[index] = byte;
                changed.body != sent.body
            }
            _ => change(&mut changed.signature, place, by),
        };
        prop_assume!(is_changed);
        prop_assert!(!changed.verifies());
    }

    #[test]
    fn the_order_of_the_query_does_not_matter(sent in sent(), seed: u64) {
        let mut pieces: Vec<&str> = sent.query.split('&').collect();
        let middle = usize::try_from(seed).unwrap_or_default() % pieces.len();
        pieces.rotate_left(middle);
        let rotated = Sent { query: pieces.join("&"), ..sent.clone() };
        prop_assert!(rotated.verifies());
    }

    #[test]
    fn any_bytes_at_all_get_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = judge(&bytes, NOW, &STS, &secret());
    }

    #[test]
    fn any_header_value_gets_an_answer(value in "\\PC{0,200}", name in "(authorization|host|date|x-amz-[a-z0-9-]{1,20})") {
        let draft = Draft::signed().header(&name, &value);
        for rules in [STS, OTHER] {
            let _ = draft.outcome(NOW, &rules);
        }
    }

    #[test]
    fn any_target_gets_an_answer(target in "\\PC{0,200}", query in "(X-Amz-[A-Za-z-]{1,16}=[^ ]{0,40}&?){0,9}") {
        for draft in [Draft::signed(), Draft::presigned()] {
            let draft = Draft { path: target.clone(), query: vec![query.clone()], ..draft };
            for rules in [STS, OTHER] {
                let _ = judge(draft.text("").as_bytes(), NOW, &rules, &secret());
                let _ = judge(draft.text(&draft.authorization()).as_bytes(), NOW, &rules, &secret());
            }
        }
    }

    #[test]
    fn a_right_request_with_a_byte_spoiled_gets_an_answer(place: prop::sample::Index, byte: u8, drop: bool) {
        for draft in [Draft::signed(), Draft::presigned()] {
            let authorization = if draft.query.is_empty() { draft.authorization() } else { String::new() };
            let mut bytes = draft.text(&authorization).into_bytes();
            let place = place.index(bytes.len());
            if drop {
                bytes.remove(place);
            } else {
                bytes[place] = byte;
            }
            for rules in [STS, OTHER] {
                let _ = judge(&bytes, NOW, &rules, &secret());
            }
        }
    }
}
