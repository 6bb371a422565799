//! Pages that need no script: a refusal, a question, a word of farewell.

use std::fmt::Write as _;

use axum::response::Response;
use http::StatusCode;
use http::header::{CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY, X_FRAME_OPTIONS};

use super::{Visit, reply};

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#16191f;--soft:#5f6b7a;--line:#d5dbdb;--ground:#f2f3f3;--card:#fff;--link:#0972d3}\
@media(prefers-color-scheme:dark){:root{--ink:#e9ebed;--soft:#a9b3bd;--line:#414d5c;--ground:#0f1b2a;--card:#192534;--link:#539fe5}}\
*{box-sizing:border-box}\
body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--ground);color:var(--ink);\
font:16px/1.5 \"Open Sans\",system-ui,sans-serif}\
main{width:min(34rem,calc(100vw - 2rem));padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:16px}\
h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.25}\
p{margin:0 0 1rem}\
dl{margin:0 0 1.5rem;display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}\
dt{color:var(--soft)}\
dd{margin:0;overflow-wrap:anywhere}\
form{margin:0 0 1.5rem}\
small{color:var(--soft);overflow-wrap:anywhere}\
a{color:var(--link)}\
button{font:inherit;font-weight:700;padding:.4rem 1.25rem;border:0;border-radius:20px;background:var(--link);color:var(--card);cursor:pointer}\
a:focus-visible,button:focus-visible{outline:2px solid var(--link);outline-offset:3px}";

/// The page may load nothing, run nothing and be framed by nobody; its style is the one above, by its digest.
const POLICY: &str = "default-src 'none'; style-src 'sha256-WIQQtGv80iVXNQPj5CayZoRQWIcOilblco330FYG3K4='; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A page being written.
#[derive(Debug)]
pub(super) struct Page {
    title: String,
    body: String,
    has_form: bool,
}

impl Page {
    /// A page with this title, which is its heading too.
    pub(super) fn new(title: &str) -> Self {
        Self { title: escape(title), body: String::new(), has_form: false }
    }

    /// A paragraph.
    pub(super) fn says(mut self, text: &str) -> Self {
        let _ = write!(self.body, "<p>{}</p>", escape(text));
        self
    }

    /// Names and values.
    pub(super) fn lists(mut self, rows: &[(&str, &str)]) -> Self {
        self.body.push_str("<dl>");
        for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
            let _ = write!(self.body, "<dt>{}</dt><dd>{}</dd>", escape(name), escape(value));
        }
        self.body.push_str("</dl>");
        self
    }

    /// A link. `to` is an address of ours, or one with http or https.
    pub(super) fn links(mut self, to: &str, text: &str) -> Self {
        let _ = write!(self.body, "<p><a href=\"{}\">{}</a></p>", escape(to), escape(text));
        self
    }

    /// A form that is sent to a path of ours with these fields.
    pub(super) fn asks(mut self, path: &str, fields: &[(&str, &str)], button: &str) -> Self {
        self.has_form = true;
        let _ = write!(self.body, "<form method=\"post\" action=\"{}\">", escape(path));
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
            let (name, value) = (escape(name), escape(value));
            let _ = write!(self.body, "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");
        }
        let _ = write!(self.body, "<button>{}</button></form>", escape(button));
        self
    }

    /// The page, where nothing is wrong.
    pub(super) fn answered(self, visit: &Visit) -> Response {
        self.answer(StatusCode::OK, &visit.asked.request_id)
    }

    /// The page, with the id by which its record is found.
    pub(super) fn answer(self, status: StatusCode, request_id: &str) -> Response {
        let Self { title, body, has_form } = self;
        let page = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>{title} · Regent</title>\
             <style>{STYLE}</style></head><body><main><h1>{title}</h1>{body}\
             <small>Request {}</small></main></body></html>\n",
            escape(request_id)
        );
        let mut answer = reply::new(status, "text/html; charset=utf-8", page);
        reply::set(&mut answer, CONTENT_SECURITY_POLICY, POLICY);
        reply::set(&mut answer, X_FRAME_OPTIONS, "DENY");
        if has_form {
            // A form of a page that tells no referrer at all tells no origin either, not even us.
            let policy = HeaderValue::from_static("same-origin");
            answer.headers_mut().insert(REFERRER_POLICY, policy);
        }
        answer
    }
}

/// A text that is only that, between tags and within a quoted attribute.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::digest;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn the_policy_names_the_style_by_its_digest() {
        let digest = STANDARD.encode(digest::digest(&digest::SHA256, STYLE.as_bytes()));
        assert!(POLICY.contains(&format!("'sha256-{digest}'")), "expected {digest}");
    }

    #[test]
    fn what_a_stranger_says_is_only_text() {
        assert_eq!(escape(r#"<b a="x" c='y'>&"#), "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;");
    }
}
