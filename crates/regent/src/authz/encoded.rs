//! Denials that carry what `sts:DecodeAuthorizationMessage` tells: setting `encoded-denials`.
//!
//! AWS's EC2 does it, its IAM and STS do not. The message is made only of a request that is denied already.

use std::cell::OnceCell;

use regent_policy::explain::{AuthorizationMessage, Detail, Source, Sources, explain};
use regent_policy::{Context, Document, Layout, Policies, PolicyKind, Request, ResourcePolicy, Values};
use regent_store::entity::PolicyDocument;
use regent_wire::Fault;

use super::gather::Documents;
use super::target::RoleTarget;
use crate::call::Call;
use crate::entropy;
use crate::session::{DenialMessage, DenialMessageError};

/// A trust policy that lets nobody in.
const CLOSED: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;

/// A denied request, and the policies of the caller's side that it was put to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Denied<'a> {
    pub(super) documents: &'a Documents<'a>,
    pub(super) policies: &'a Policies<'a>,
    pub(super) request: &'a Request<'a>,
    pub(super) role: RoleTarget<'a>,
}

impl Denied<'_> {
    /// The encoded message, if the setting is on. What cannot be encoded is left out: the denial stands without it.
    pub(super) fn encode(self, call: &Call<'_>) -> Option<String> {
        if !call.server.config.encoded_denials {
            return None;
        }
        let sealed = match self.role {
            RoleTarget::NotOne => self.seal(call),
            RoleTarget::Trusting(_) | RoleTarget::Absent => self.seal_of_role(call),
        };
        sealed.unwrap_or_else(|fault| {
            tracing::error!(%fault, cause = fault.cause(), "a denial goes without its message");
            None
        })
    }

    /// Of a role nothing is told that would not be told were there none: neither its tags nor what its trust policy
    /// says. Otherwise the length of the message would tell the caller, and its text the caller's whole account.
    fn seal_of_role(self, call: &Call<'_>) -> Result<Option<String>, Fault> {
        let mut context = Context::new();
        for (key, values) in self.request.context.iter().filter(|(key, _)| !is_tag_of_resource(key)) {
            match values {
                Values::One(value) => context.set(key, value),
                Values::Many(values) => context.set_many(key, values),
            }
        }
        let closed = PolicyDocument::new(CLOSED, Vec::new());
        let resource = Some(ResourcePolicy::role_trust(closed.program()));
        let policies = Policies { resource, ..*self.policies };
        let request = Request { context: &context, ..*self.request };
        Denied { policies: &policies, request: &request, ..self }.seal(call)
    }

    /// The message, telling less of it where it would be too long.
    fn seal(self, call: &Call<'_>) -> Result<Option<String>, Fault> {
        let ring = call.server.key_ring(call.directory)?;
        let explanation = explain(self.policies, self.request);
        let sources = Texts::of(self.documents);
        let message = AuthorizationMessage::new(&explanation, &sources);
        for detail in Detail::ALL {
            let json = message.detail(detail).to_json(Layout::Compact);
            let message = DenialMessage { denied: call.now(), json };
            let nonce = entropy::bytes().map_err(Fault::internal_failure)?;
            match ring.seal_denial(&message, call.caller.account, nonce) {
                Ok(sealed) => return Ok(Some(sealed)),
                Err(DenialMessageError::TooLong) => {}
                Err(error) => return Err(Fault::internal_failure(error)),
            }
        }
        Ok(None)
    }
}

/// The texts of the policies, read again when they are asked for: only statements that deny are.
#[derive(Debug)]
struct Texts<'a>([(PolicyKind, Vec<Text<'a>>); 3]);

#[derive(Debug)]
struct Text<'a> {
    document: &'a PolicyDocument,
    arn: Option<&'a str>,
    read: OnceCell<Option<Document>>,
}

impl<'a> Texts<'a> {
    fn of(documents: &'a Documents<'a>) -> Self {
        let kinds = [PolicyKind::Identity, PolicyKind::PermissionsBoundary, PolicyKind::Session];
        let text = |(document, arn)| Text { document, arn, read: OnceCell::new() };
        Self(kinds.map(|kind| (kind, documents.of_kind(kind).map(text).collect())))
    }
}

impl Sources for Texts<'_> {
    fn source(&self, kind: PolicyKind, _: u32, program: u32) -> Option<Source<'_>> {
        let (_, texts) = self.0.iter().find(|(held, _)| *held == kind)?;
        let text = texts.get(usize::try_from(program).ok()?)?;
        let document = text.read.get_or_init(|| Document::parse(text.document.text()).ok()).as_ref()?;
        Some(Source { name: text.arn.unwrap_or_default(), document })
    }
}

fn is_tag_of_resource(key: &str) -> bool {
    ["aws:ResourceTag/", "iam:ResourceTag/"].iter().any(|prefix| key.starts_with(prefix))
}
