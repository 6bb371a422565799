//! From bytes to an operation: which protocol, which service, who calls, what for.

use std::sync::Arc;

use http::HeaderName;
use http::header::{REFERER, USER_AGENT};
use regent_store::directory::Directory;
use regent_wire::Fault;
use regent_wire::operation::{Caller as Anonymity, OperationMeta, ServiceMeta};
use regent_wire::protocol::{Head, Limits, Payload, Protocol, detect};
use regent_wire::sigv4::{Asymmetric, Presented, Regions, Request, Rules};
use regent_wire::{iam, sts};

use super::note::{MAX_UNKNOWN_NAME, Note};
use super::run::Run;
use super::{Exchange, dispatch};
use crate::authz::context::Surroundings;
use crate::authz::standing;
use crate::call::Call;
use crate::fault;
use crate::server::Server;

/// A service that Regent answers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    Iam,
    Sts,
}

/// An operation of one of them.
#[derive(Debug, Clone, Copy)]
pub(super) enum Operation {
    Iam(iam::Operation),
    Sts(sts::Operation),
}

impl Service {
    const ALL: [Self; 2] = [Self::Iam, Self::Sts];

    pub(super) fn meta(self) -> &'static ServiceMeta {
        match self {
            Self::Iam => &iam::SERVICE,
            Self::Sts => &sts::SERVICE,
        }
    }

    /// What records call it.
    fn source(self) -> &'static str {
        match self {
            Self::Iam => "iam.amazonaws.com",
            Self::Sts => "sts.amazonaws.com",
        }
    }

    fn operation(self, name: &str) -> Option<Operation> {
        match self {
            Self::Iam => iam::Operation::from_name(name).map(Operation::Iam),
            Self::Sts => sts::Operation::from_name(name).map(Operation::Sts),
        }
    }

    fn signed_for(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.meta().signing_name == name)
    }

    fn of_version(version: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.meta().version == version)
    }
}

impl Operation {
    pub(super) fn meta(self) -> &'static OperationMeta {
        match self {
            Self::Iam(operation) => operation.meta(),
            Self::Sts(operation) => operation.meta(),
        }
    }
}

impl Server {
    /// Takes a request as far as its answer.
    pub(super) async fn route(
        self: &Arc<Self>,
        exchange: &Exchange<'_>,
        note: &mut Note,
        body: &mut Vec<u8>,
    ) -> Result<Head, Fault> {
        let parts = exchange.parts;
        let detected = detect(&parts.method, &parts.uri, &parts.headers);
        // At the root there is Query or nothing: who sends it anything else is answered in XML.
        let is_other = detected.protocol == Protocol::RestJson && parts.uri.path() == "/";
        note.protocol = if is_other { Protocol::Query } else { detected.protocol };
        let is_query = matches!(note.protocol, Protocol::Query | Protocol::QueryJson);
        // STS and IAM speak one protocol, and know one path.
        if !is_query || parts.uri.path() != "/" {
            return Err(Fault::unknown_operation());
        }
        if !matches!(parts.method, http::Method::GET | http::Method::POST) {
            return Err(Fault::method_not_allowed());
        }
        if is_other {
            return Err(Fault::unknown_operation());
        }
        let presented =
            Presented::read(Request::from_parts(parts)).map_err(|error| fault::from_sigv4(&error))?;
        let query = parts.uri.query().unwrap_or_default();
        let payload = Payload::form(query, exchange.body, &self.limits())?;
        let named = match &payload {
            Payload::Form(form) => form.operation(),
            Payload::Tree(_) | Payload::Rest(_) => Err(Fault::unknown_operation()),
        };
        let version = named.as_ref().map_or("", |(_, version)| *version);
        let signed_for = presented.as_ref().and_then(|presented| presented.service());
        let service = signed_for.and_then(Service::signed_for).or_else(|| Service::of_version(version));
        let service = service.unwrap_or(Service::Sts);
        note.routed(service.meta(), service.source());
        let operation = match &named {
            Ok((action, version)) => {
                let operation = service.operation(action).filter(|_| *version == service.meta().version);
                match operation {
                    Some(operation) => note.found(operation.meta()),
                    None => note.asked_for(action),
                }
                operation
            }
            Err(_) => None,
        };
        let snapshot = self.store.current(exchange.now.as_microsecond()).map_err(fault::from_store)?;
        let directory: &Directory = &snapshot;
        let Some(presented) = presented else {
            // Anybody may call some operations, but nothing of them is answered yet.
            return match operation.map(Operation::meta) {
                Some(meta) if meta.caller == Anonymity::Anonymous => Err(dispatch::not_implemented(meta)),
                _ => Err(Fault::missing_authentication_token()),
            };
        };
        note.claimed(presented.access_key_id());
        let regions: Vec<&str> = self.config.allowed_regions.iter().map(String::as_str).collect();
        let now = exchange.now.as_second();
        let claim =
            presented.claim(now, &rules(service, &regions)).map_err(|error| fault::from_sigv4(&error))?;
        note.scoped(claim.region());
        let caller = note.caller.insert(self.authenticate(directory, &claim, exchange.body, now)?);
        let (action, version) = named?;
        let operation =
            operation.ok_or_else(|| Fault::invalid_action(repeated(action), repeated(version)))?;
        let meta = operation.meta();
        standing::check(meta.service.signing_name, meta.name, caller)?;
        let call = Call {
            server: self,
            caller,
            directory,
            around: Surroundings {
                now,
                source_ip: exchange.source_ip,
                is_secure: exchange.is_secure,
                user_agent: header(exchange, &USER_AGENT),
                referer: header(exchange, &REFERER),
                region: service_region(service, claim.region()),
            },
        };
        let run = Run {
            call: &call,
            payload: &payload,
            request_id: exchange.request_id,
            protocol: note.protocol,
            said: &mut note.said,
            body,
        };
        dispatch::dispatch(operation, run).await
    }

    fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        limits.form.bytes = self.config.body_limit_bytes + self.config.header_limit_bytes;
        limits
    }
}

/// As much of a name that nobody knows as is repeated to whoever sent it.
fn repeated(name: &str) -> &str {
    name.char_indices().nth(MAX_UNKNOWN_NAME).and_then(|(end, _)| name.get(..end)).unwrap_or(name)
}

/// The terms of a service's signatures. STS takes SigV4a too.
fn rules<'a>(service: Service, regions: &'a [&'a str]) -> Rules<'a> {
    let (names, asymmetric): (&'static [&'static str], _) = match service {
        Service::Iam => (&["iam"], Asymmetric::Refused),
        Service::Sts => (&["sts"], Asymmetric::Accepted),
    };
    let regions = if regions.is_empty() { Regions::Any } else { Regions::OneOf(regions) };
    Rules { regions, asymmetric, ..Rules::new(names) }
}

/// IAM is everywhere at once: its region is the partition's, whatever the request was signed for.
fn service_region(service: Service, signed_for: &str) -> &str {
    match service {
        Service::Iam => "us-east-1",
        Service::Sts => signed_for,
    }
}

fn header<'a>(exchange: &Exchange<'a>, name: &HeaderName) -> Option<&'a str> {
    exchange.parts.headers.get(name)?.to_str().ok()
}
