//! What a sign-in leaves in the audit trail.
//!
//! AWS: CloudTrail User Guide, "AWS Management Console sign-in events".

use axum::response::Response;

use super::{Visit, reply};
use crate::audit::identity::IdentityTexts;
use crate::audit::record::{Identity, Kind, Record};
use crate::caller::Caller;

/// Longest access key id that is repeated of somebody who is nobody.
const MAX_CLAIMED_BYTES: usize = 128;

/// An event about to be recorded.
#[derive(Debug)]
pub(super) struct Event {
    name: &'static str,
    /// Who it is about, once that is certain.
    pub(super) caller: Option<Caller>,
    /// The access key id that was presented.
    claimed: Option<String>,
    /// Code and text of the refusal.
    failure: Option<(&'static str, String)>,
    /// What else there is to say: names and texts.
    more: Vec<(&'static str, String)>,
}

impl Event {
    /// An event of this name: `ConsoleLogin` and its kin.
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, caller: None, claimed: None, failure: None, more: Vec::new() }
    }

    /// Notes whose credentials were presented, true or not.
    pub(super) fn claimed(&mut self, access_key_id: &str) {
        let end = access_key_id.floor_char_boundary(MAX_CLAIMED_BYTES);
        self.claimed = access_key_id.get(..end).map(str::to_owned);
    }

    /// Notes that it came to nothing.
    pub(super) fn failed(&mut self, code: &'static str, why: &dyn std::fmt::Display) {
        self.failure = Some((code, why.to_string()));
    }

    /// Notes a fact beside.
    pub(super) fn tells(&mut self, name: &'static str, value: &str) {
        self.more.push((name, value.to_owned()));
    }

    fn outcome(&self) -> Vec<u8> {
        let outcome = if self.failure.is_some() { "Failure" } else { "Success" };
        reply::object(|json| json.text(self.name, outcome))
    }

    fn additional(&self) -> Vec<u8> {
        let mfa = self.caller.as_ref().is_some_and(|caller| caller.mfa().is_some());
        reply::object(|json| {
            for (name, value) in &self.more {
                json.text(name, value);
            }
            json.text("MobileVersion", "No");
            json.text("MFAUsed", if mfa { "Yes" } else { "No" });
        })
    }
}

impl Visit {
    /// Writes the record, then lets the answer go. Without a record there is another answer: that there is none.
    pub(super) async fn recorded(&self, event: Event, answer: Response) -> Response {
        let mut line = Vec::new();
        self.write(&event, &mut line);
        match self.server().trail.push(&line, self.asked.now).settle().await {
            Ok(()) => answer,
            Err(error) => {
                tracing::error!(
                    request.id = &*self.asked.request_id,
                    error = &error as &dyn std::error::Error,
                    "an answer was withheld for want of its audit record"
                );
                let status = http::StatusCode::SERVICE_UNAVAILABLE;
                reply::refusal(status, "the audit record could not be written; try again later")
            }
        }
    }

    fn write(&self, event: &Event, line: &mut Vec<u8>) {
        let texts = event.caller.as_ref().map(|caller| IdentityTexts::of(self.server(), caller));
        let identity = match (&event.caller, &texts) {
            (Some(caller), Some(texts)) => texts.identity(caller),
            _ => Identity::Unknown { access_key_id: event.claimed.as_deref() },
        };
        let (outcome, additional) = (event.outcome(), event.additional());
        Record {
            time: self.asked.now,
            source: Some("signin.amazonaws.com"),
            name: Some(event.name),
            region: &self.server().config.region,
            identity: &identity,
            source_ip: &self.asked.source_ip,
            user_agent: self.header("user-agent"),
            error: event.failure.as_ref().map(|(code, why)| (*code, why.as_str())),
            request_parameters: None,
            response_elements: Some(&outcome),
            additional: Some(&additional),
            request_id: &self.asked.request_id,
            event_id: &self.event_id,
            is_read_only: false,
            resources: &[],
            recipient: event.caller.as_ref().map(|caller| caller.account),
            shared_event_id: None,
            is_secure: self.asked.is_secure,
            kind: Kind::SignIn,
            is_console: false,
        }
        .write(line);
    }
}
