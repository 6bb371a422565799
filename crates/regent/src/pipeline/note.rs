//! What is noted about a request while it is on its way, to become its audit record.

use http::request::Parts;
use regent_store::entity::AccountId;
use regent_wire::Fault;
use regent_wire::operation::{OperationMeta, ServiceMeta};
use regent_wire::protocol::{Protocol, audit};
use regent_wire::shape::{Emitted, Input};
use regent_wire::sts;

use super::Exchange;
use crate::arn::{IamArn, Owner};
use crate::audit::identity::IdentityTexts;
use crate::audit::json;
use crate::audit::record::{Identity, Kind, Record, Resource};
use crate::audit::trail::Ticket;
use crate::authz;
use crate::caller::Caller;
use crate::server::Server;

/// Longest name of an operation or an access key nobody knows that is repeated, in characters.
pub(super) const MAX_UNKNOWN_NAME: usize = 128;

/// What is known so far.
#[derive(Debug)]
pub(super) struct Note {
    pub(super) protocol: Protocol,
    pub(super) service: &'static ServiceMeta,
    pub(super) operation: Option<&'static OperationMeta>,
    pub(super) caller: Option<Caller>,
    pub(super) said: Said,
    /// `iam.amazonaws.com`, once there is no doubt which service it is.
    source: Option<&'static str>,
    /// The operation's row, if it is one that is answered.
    is_read_only: bool,
    asked_for: Option<String>,
    access_key_id: Option<String>,
    region: Option<String>,
    refusal: Option<(&'static str, String)>,
}

/// What request and answer say, in the record's form: secrets are left out already.
#[derive(Debug, Default)]
pub(super) struct Said {
    request_parameters: Vec<u8>,
    response_elements: Vec<u8>,
    shows_answer: bool,
    role: Option<String>,
}

impl Said {
    /// Notes the parameters, as soon as they are understood.
    pub(super) fn asked(&mut self, input: &impl Input, caller: &Caller) {
        audit::record(input, &mut self.request_parameters);
        self.role = input.text("RoleArn").map(str::to_owned);
        if self.role.is_some() {
            self.note_incoming_tags(caller);
        }
    }

    /// Notes the tags that the caller's session hands on to the role's, which are in no parameter.
    fn note_incoming_tags(&mut self, caller: &Caller) {
        let out = &mut self.request_parameters;
        let mut tags = caller.transitive_tags().peekable();
        // There is a role among the parameters, so the object is not empty.
        if tags.peek().is_none() || out.pop_if(|last| *last == b'}').is_none() {
            return;
        }
        out.extend_from_slice(br#","incomingTransitiveTags":"#);
        for (tag, before) in tags.zip(std::iter::once(b'{').chain(std::iter::repeat(b','))) {
            out.push(before);
            json::quote(&tag.key, out);
            out.push(b':');
            json::quote(&tag.value, out);
        }
        out.extend_from_slice(b"}}");
    }

    /// Notes the answer, if the record shows it: of calls that change something or give out credentials.
    pub(super) fn answered(&mut self, output: &impl Emitted) {
        if self.shows_answer {
            audit::record(output, &mut self.response_elements);
        }
    }
}

/// Calls that only read, but whose answers a record shows.
fn gives_credentials(operation: &OperationMeta) -> bool {
    operation.service.signing_name == sts::SERVICE.signing_name
        && matches!(operation.name, "AssumeRole" | "GetFederationToken" | "GetSessionToken")
}

/// CloudTrail counts every STS call as one that only reads, those that give out credentials too.
fn is_read_only(operation: &OperationMeta) -> bool {
    let service = operation.service.signing_name;
    let row = || authz::row(service, operation.name);
    service == sts::SERVICE.signing_name || row().is_some_and(|row| row.level.is_read_only())
}

impl Note {
    pub(super) fn new() -> Self {
        Self {
            protocol: Protocol::Query,
            service: &sts::SERVICE,
            operation: None,
            caller: None,
            said: Said::default(),
            source: None,
            is_read_only: false,
            asked_for: None,
            access_key_id: None,
            region: None,
            refusal: None,
        }
    }

    /// Notes the service, once there is no doubt which it is.
    pub(super) fn routed(&mut self, service: &'static ServiceMeta, source: &'static str) {
        self.service = service;
        self.source = Some(source);
    }

    /// Notes the operation, once it is known to exist.
    pub(super) fn found(&mut self, operation: &'static OperationMeta) {
        self.operation = Some(operation);
        self.is_read_only = is_read_only(operation);
        self.said.shows_answer = !self.is_read_only || gives_credentials(operation);
    }

    /// Notes what the request calls its operation, which may be anything.
    pub(super) fn asked_for(&mut self, action: &str) {
        self.asked_for = Some(action.chars().take(MAX_UNKNOWN_NAME).collect());
    }

    /// Notes who the request claims to come from, as soon as it says so: also a clock that is wrong is somebody's.
    pub(super) fn claimed(&mut self, access_key_id: &str) {
        // Fewer bytes are fewer characters: true of every id that is one.
        let is_short = access_key_id.len() <= MAX_UNKNOWN_NAME;
        let end = if is_short {
            None
        } else {
            access_key_id.char_indices().nth(MAX_UNKNOWN_NAME).map(|(at, _)| at)
        };
        let start = end.and_then(|end| access_key_id.get(..end)).unwrap_or(access_key_id);
        self.access_key_id = Some(start.to_owned());
    }

    /// Notes which region the request is for, once that is known to be one.
    pub(super) fn scoped(&mut self, region: &str) {
        self.region = Some(region.to_owned());
    }

    /// Notes the refusal.
    pub(super) fn refused(&mut self, fault: &Fault) {
        let code = fault.code_in(self.protocol.dialect());
        self.refusal = Some((code, fault.message().unwrap_or_default().to_owned()));
        self.said.response_elements.clear();
    }

    /// Notes that the client went away. What it asked for may have been done.
    pub(super) fn abandoned(&mut self) {
        let message =
            "The client closed the connection before the answer; what it asked for may have been done.";
        self.refusal = Some(("RequestAbandoned", message.to_owned()));
        self.said.response_elements.clear();
    }

    /// Hands in the record, and for a role of another account a second one for that account's trail.
    pub(super) fn push<'a>(&self, server: &'a Server, exchange: &Exchange<'_>) -> Ticket<'a> {
        thread_local! {
            static LINES: std::cell::RefCell<Vec<u8>> = const { std::cell::RefCell::new(Vec::new()) };
        }
        LINES.with_borrow_mut(|lines| {
            lines.clear();
            self.write_lines(server, exchange, lines);
            server.trail.push(lines, exchange.now)
        })
    }

    fn write_lines(&self, server: &Server, exchange: &Exchange<'_>, lines: &mut Vec<u8>) {
        let trail = self.caller.as_ref().map(|caller| IdentityTexts::of(server, caller));
        let identity = match (&self.caller, &trail) {
            (Some(caller), Some(trail)) => trail.identity(caller),
            _ => Identity::Unknown { access_key_id: self.access_key_id.as_deref() },
        };
        let crossed = self.crossed();
        let role = crossed.as_ref().map(|(account, arn)| Resource {
            arn,
            account: *account,
            kind: "AWS::IAM::Role",
        });
        let shared = crossed.as_ref().map(|_| exchange.request_id);
        let record = Record {
            time: exchange.now,
            source: self.source,
            name: self.operation.map(|operation| operation.name).or(self.asked_for.as_deref()),
            region: self.region(server),
            identity: &identity,
            source_ip: exchange.source_ip,
            user_agent: user_agent(exchange.parts),
            error: self.refusal.as_ref().map(|(code, message)| (*code, message.as_str())),
            request_parameters: some(&self.said.request_parameters),
            response_elements: some(&self.said.response_elements),
            additional: None,
            request_id: exchange.request_id,
            event_id: exchange.event_id,
            is_read_only: self.is_read_only,
            resources: role.as_slice(),
            recipient: self.caller.as_ref().map(|caller| caller.account),
            shared_event_id: shared,
            is_secure: exchange.is_secure,
            kind: Kind::Call,
            is_console: self.caller.as_ref().is_some_and(Caller::is_console),
        };
        record.write(lines);
        if let (Some(caller), Some((account, _))) = (&self.caller, &crossed) {
            let stranger = Identity::Account { principal_id: &caller.user_id, account: caller.account };
            let event_id = second_id(exchange.event_id);
            Record { identity: &stranger, recipient: Some(*account), event_id: &event_id, ..record }
                .write(lines);
        }
    }

    /// The role of another account that the caller now has a session of.
    fn crossed(&self) -> Option<(AccountId, String)> {
        let caller = self.caller.as_ref().filter(|_| self.refusal.is_none())?;
        let arn = self.said.role.as_deref()?;
        match IamArn::parse(arn)?.owner {
            Owner::Account(account) if account != caller.account => Some((account, arn.to_owned())),
            Owner::Account(_) | Owner::Aws => None,
        }
    }

    /// IAM has one region; what was signed for nobody's region is noted under the deployment's.
    fn region<'a>(&'a self, server: &'a Server) -> &'a str {
        if self.source.is_some() && self.service.signing_name == "iam" {
            return "us-east-1";
        }
        self.region.as_deref().unwrap_or(&server.config.region)
    }
}

/// CloudTrail has `null` where there are no parameters and where an operation answers nothing.
fn some(json: &[u8]) -> Option<&[u8]> {
    (!matches!(json, b"" | b"{}")).then_some(json)
}

fn user_agent(parts: &Parts) -> Option<&str> {
    parts.headers.get(http::header::USER_AGENT)?.to_str().ok()
}

/// An id of its own for the second record, from the first's: the last digit differs.
fn second_id(id: &str) -> String {
    let (head, last) = id.split_at_checked(id.len().saturating_sub(1)).unwrap_or((id, ""));
    let other = last.chars().next().and_then(|digit| digit.to_digit(16)).map_or(0, |digit| digit ^ 1);
    format!("{head}{other:x}")
}
