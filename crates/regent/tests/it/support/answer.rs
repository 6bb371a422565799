use http::HeaderMap;
use http::response::Parts;

use super::{Client, TestServer};

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(super) fn new(parts: &Parts, body: &[u8]) -> Self {
        let body = String::from_utf8(body.to_vec()).expect("a body of text");
        Self { status: parts.status.as_u16(), headers: parts.headers.clone(), body }
    }

    /// Status, code and message of a refusal; status alone of a success. What a refusal carries encoded is no part of it.
    pub(crate) fn shape(&self) -> String {
        match self.find("Code") {
            Some(code) => format!("{} {code}: {}", self.status, self.message().0),
            None => self.status.to_string(),
        }
    }

    /// The encoded message that a refusal carries.
    pub(crate) fn encoded_message(&self) -> Option<String> {
        self.message().1
    }

    /// The message of a refusal, without what it carries encoded, and that.
    fn message(&self) -> (String, Option<String>) {
        let message = self.find("Message").unwrap_or_default();
        match message.split_once(". Encoded authorization failure message: ") {
            Some((message, encoded)) => (message.to_owned(), Some(encoded.to_owned())),
            None => (message, None),
        }
    }

    /// The text of the first element of this name.
    #[track_caller]
    pub(crate) fn text(&self, element: &str) -> String {
        self.find(element).unwrap_or_else(|| panic!("no {element} in {}", self.body))
    }

    /// The text of the first element of this name, if there is one.
    pub(crate) fn find(&self, element: &str) -> Option<String> {
        self.all(element).into_iter().next()
    }

    /// The texts of all elements of this name.
    pub(crate) fn all(&self, element: &str) -> Vec<String> {
        let (open, close, empty) = (format!("<{element}>"), format!("</{element}>"), format!("<{element}/>"));
        let mut rest = self.body.as_str();
        let mut texts = Vec::new();
        loop {
            let (at, is_empty) = match (rest.find(&open), rest.find(&empty)) {
                (Some(open), Some(empty)) => (open.min(empty), empty < open),
                (Some(open), None) => (open, false),
                (None, Some(empty)) => (empty, true),
                (None, None) => return texts,
            };
            if is_empty {
                texts.push(String::new());
                rest = &rest[at + empty.len()..];
            } else {
                let end = rest[at..].find(&close).expect("a closed element") + at;
                texts.push(unescape(&rest[at + open.len()..end]));
                rest = &rest[end + close.len()..];
            }
        }
    }

    /// The names of what stands directly in the first element of this name, in order.
    #[track_caller]
    pub(crate) fn children(&self, element: &str) -> Vec<&str> {
        let (open, empty) = (format!("<{element}>"), format!("<{element}/>"));
        if self.body.contains(&empty) && !self.body.contains(&open) {
            return Vec::new();
        }
        let at = self.body.find(&open).unwrap_or_else(|| panic!("no {element} in {}", self.body));
        let (mut names, mut depth) = (Vec::new(), 0);
        for tag in self.body[at + open.len()..].split('<').skip(1) {
            let tag = &tag[..tag.find('>').expect("a closed tag")];
            if tag.starts_with('/') {
                if depth == 0 {
                    return names;
                }
                depth -= 1;
                continue;
            }
            if depth == 0 {
                names.push(tag.trim_end_matches('/'));
            }
            if !tag.ends_with('/') {
                depth += 1;
            }
        }
        panic!("{element} is not closed in {}", self.body)
    }

    /// Whoever has the credentials in this answer.
    pub(crate) fn credentials(self, server: &TestServer) -> Result<Client, Box<Self>> {
        if self.status != 200 {
            return Err(Box::new(self));
        }
        let token = self.text("SessionToken");
        Ok(server.client(&self.text("AccessKeyId"), &self.text("SecretAccessKey"), Some(&token)))
    }
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&#xD;", "\r")
        .replace("&amp;", "&")
}
