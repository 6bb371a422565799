//! Why a command did not do what was asked, what the person can do about it, and the exit status that scripts see.

use std::fmt::Write as _;

use serde::Deserialize;

use super::table::plain;

/// The exit status of a command that asked a server and did not get what it wanted. Done is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// 1: an error.
    Failed,
    /// 2: nobody is signed in, or not well enough.
    LoginNeeded,
    /// 3: signed in, and not granted.
    NotGranted,
    /// 4: somebody has to approve it first.
    ApprovalPending,
    /// 5: granted, and the STS behind it refused.
    UpstreamRefused,
}

impl Status {
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::LoginNeeded => 2,
            Self::NotGranted => 3,
            Self::ApprovalPending => 4,
            Self::UpstreamRefused => 5,
        }
    }

    pub(super) fn from_code(code: u8) -> Self {
        [Self::LoginNeeded, Self::NotGranted, Self::ApprovalPending, Self::UpstreamRefused]
            .into_iter()
            .find(|status| status.code() == code)
            .unwrap_or(Self::Failed)
    }

    /// What a problem with this HTTP status and code means to a script.
    fn of(http: u16, code: &str) -> Self {
        match (http, code) {
            (401, _) | (_, "mfa_required") => Self::LoginNeeded,
            (_, "request_required" | "approval_pending") => Self::ApprovalPending,
            (403, _) => Self::NotGranted,
            (502, _) => Self::UpstreamRefused,
            _ => Self::Failed,
        }
    }
}

/// Why a command stopped.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{text}")]
pub(super) struct Refusal {
    pub(super) status: Status,
    /// What happened.
    pub(super) text: String,
    /// The fields it is about, a line each.
    pub(super) fields: Vec<String>,
    /// What to do about it.
    pub(super) fix: Option<String>,
    /// The server's code, for decisions of ours.
    pub(super) code: String,
    /// Whether the server, or the STS behind it, was not there or not able: what was cached may go on for now.
    pub(super) is_outage: bool,
}

impl Refusal {
    pub(super) fn new(status: Status, text: impl Into<String>) -> Self {
        let (text, code) = (text.into(), String::new());
        Self { status, text, fields: Vec::new(), fix: None, code, is_outage: false }
    }

    /// A plain failure.
    pub(super) fn failed(text: impl Into<String>) -> Self {
        Self::new(Status::Failed, text)
    }

    /// Says what to do about it.
    pub(super) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// Marks it as the server's trouble and not the caller's.
    pub(super) fn outage(mut self) -> Self {
        self.is_outage = true;
        self
    }

    /// What the server's answer of this HTTP status means.
    pub(super) fn of_answer(http: u16, body: &[u8]) -> Self {
        let Ok(problem) = serde_json::from_slice::<Problem>(body) else {
            let text = format!("the server answered with HTTP status {http} and no explanation");
            let refusal = Self::new(Status::of(http, ""), text)
                .fix("check that `--server` names a Regent server and no proxy in front of it");
            return if is_passing(http, "") { refusal.outage() } else { refusal };
        };
        let text = [&problem.detail, &problem.title, &problem.code].into_iter().find(|text| !text.is_empty());
        let mut text = text.map_or_else(|| format!("HTTP status {http}"), |text| plain(text));
        if let Some(request) = &problem.request_id {
            // Writing to a string cannot fail.
            let _ = write!(text, " [request {}]", plain(request));
        }
        Self {
            status: Status::of(http, &problem.code),
            text,
            fields: problem.fields.iter().map(Field::line).collect(),
            fix: problem.fix.as_deref().map(plain),
            is_outage: is_passing(http, &problem.code),
            code: problem.code,
        }
    }

    /// Everything on one line, for standard error of a process that something else runs.
    pub(super) fn line(&self) -> String {
        let mut line = self.text.replace('\n', " ");
        for field in &self.fields {
            let _ = write!(line, "; {}", field.replace('\n', " "));
        }
        if let Some(fix) = &self.fix {
            let _ = write!(line, ": {}", fix.replace('\n', " "));
        }
        line
    }

    /// For a person: what happened, what about, what to do.
    pub(super) fn lines(&self) -> String {
        let mut lines = format!("regent: {}", self.text);
        for field in &self.fields {
            let _ = write!(lines, "\n  {field}");
        }
        if let Some(fix) = &self.fix {
            let _ = write!(lines, "\n  fix: {fix}");
        }
        lines
    }
}

/// Whether a problem is one of the moment, and no answer to what was asked: a server or an STS that is away, or has too much
/// to do. Of what comes from behind the server all else is the STS's no.
fn is_passing(http: u16, code: &str) -> bool {
    match http {
        429 => true,
        // Without a code it is of something in between.
        502 => matches!(code, "" | "upstream_busy" | "upstream_unreachable"),
        _ => http >= 500,
    }
}

/// A problem document as the server writes it (RFC 9457); what is missing is empty.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Problem {
    title: String,
    code: String,
    detail: String,
    fix: Option<String>,
    fields: Vec<Field>,
    request_id: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Field {
    name: String,
    code: String,
    detail: String,
    fix: Option<String>,
}

impl Field {
    fn line(&self) -> String {
        let said = if self.detail.is_empty() { &self.code } else { &self.detail };
        let fix = self.fix.as_ref().map(|fix| format!(" ({})", plain(fix)));
        format!("{}: {}{}", plain(&self.name), plain(said), fix.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_problem_has_its_exit_status() {
        for (http, code, status) in [
            (401, "login_required", 2),
            (401, "login_expired", 2),
            (403, "mfa_required", 2),
            (403, "not_granted", 3),
            (403, "forbidden", 3),
            (403, "disabled", 3),
            (403, "groups_unavailable", 3),
            (403, "request_required", 4),
            (502, "trust_denied", 5),
            (404, "not_found", 1),
            (409, "above_maximum", 1),
            (503, "audit_unavailable", 1),
        ] {
            let body = format!(r#"{{"code":"{code}","detail":"no"}}"#);
            let refusal = Refusal::of_answer(http, body.as_bytes());
            assert_eq!(refusal.status.code(), status, "{http} {code}");
            assert_eq!(Status::from_code(status), refusal.status);
        }
    }

    #[test]
    fn what_passes_is_told_from_a_refusal() {
        for (http, code, is_outage) in [
            (500, "internal", true),
            (503, "audit_unavailable", true),
            (429, "rate_limited", true),
            (502, "upstream_unreachable", true),
            (502, "upstream_busy", true),
            (502, "upstream_refused", false),
            (502, "trust_denied", false),
            (502, "base_key_invalid", false),
            (403, "not_granted", false),
            (409, "above_maximum", false),
        ] {
            let body = format!(r#"{{"code":"{code}","detail":"no"}}"#);
            assert_eq!(Refusal::of_answer(http, body.as_bytes()).is_outage, is_outage, "{http} {code}");
        }
        for (http, is_outage) in [(502, true), (504, true), (429, true), (404, false)] {
            assert_eq!(Refusal::of_answer(http, b"<html>").is_outage, is_outage, "{http}");
        }
    }

    #[test]
    fn a_problem_is_told_with_its_fields_and_its_fix() {
        let body = br#"{"title":"t","code":"invalid","detail":"the connector is not valid","fix":"look",
            "fields":[{"name":"slug","code":"taken","detail":"is taken","fix":"choose another"}],"request_id":"r1"}"#;
        let refusal = Refusal::of_answer(422, body);
        let lines =
            "regent: the connector is not valid [request r1]\n  slug: is taken (choose another)\n  fix: look";
        assert_eq!(refusal.lines(), lines);
        assert_eq!(
            refusal.line(),
            "the connector is not valid [request r1]; slug: is taken (choose another): look"
        );
    }

    #[test]
    fn what_a_stranger_answers_cannot_steer_the_terminal() {
        let refusal = Refusal::of_answer(403, b"{\"detail\":\"\x1b[2Jgone\"}");
        assert!(!refusal.lines().contains('\u{1b}'), "{}", refusal.lines());
        let refusal = Refusal::of_answer(403, br#"{"detail":"\u001b[2Jgone\u009b"}"#);
        assert!(refusal.lines().chars().all(|letter| letter == '\n' || !letter.is_control()));
    }
}
