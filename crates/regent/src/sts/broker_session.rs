//! A session of a role for the broker itself, which is a service to the role's trust policy.

use std::sync::Arc;

use regent_policy::{Action, Caller, Context, Key, Policies, Request, Resource, ResourcePolicy, decide};
use regent_store::entity::AccountId;
use regent_wire::Fault;
use regent_wire::secret::Secret;
use regent_wire::sigv4::{AccessKeyId, AccessKeyKind};

use crate::entropy;
use crate::server::Server;
use crate::session::{Session, SessionPolicies, Subject};
use crate::upstream::credentials::Credentials;

/// Whom a role trusts that the broker may take: `{"Service": "broker.regent.amazonaws.com"}`.
const SERVICE: &str = "broker.regent.amazonaws.com";
const SESSION_NAME: &str = "regent-broker";
const SESSION_SECS: i64 = 3600;
static ASSUME_ROLE: Action<'static> = regent_policy::action!("sts:AssumeRole");

impl Server {
    /// Takes a role of Regent's own for the broker, if the role trusts it. Nothing leaves the process and nothing is stored.
    pub(crate) fn session_for_broker(self: &Arc<Self>, role_arn: &str) -> Result<Credentials, Fault> {
        let now = self.clock.now();
        let directory = self.store.current(now.as_microsecond()).map_err(crate::fault::from_store)?;
        let refused = || {
            Fault::access_denied(format!(
                "{SERVICE} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
            ))
        };
        let mut fields = role_arn.splitn(6, ':').skip(4);
        let account: AccountId = fields.next().unwrap_or_default().parse().map_err(|_| refused())?;
        let name = fields.next().and_then(|resource| resource.rsplit('/').next()).unwrap_or_default();
        let role = directory.account(account).and_then(|view| view.roles.get(name)).ok_or_else(refused)?;
        if self.partition.role(account, role) != role_arn {
            return Err(refused());
        }
        let mut context = Context::new();
        context.set(Key::known("aws:PrincipalIsAWSService"), "true");
        let digits = account.digits();
        let request = Request {
            caller: Caller::Service { names: &[SERVICE] },
            action: &ASSUME_ROLE,
            resource: &Resource::new(role_arn),
            resource_account: Some(digits.as_str()),
            context: &context,
            canonical_user: None,
        };
        let trust = Some(ResourcePolicy::role_trust(role.trust.program()));
        if !decide(&Policies { resource: trust, ..Policies::default() }, &request).is_allowed() {
            return Err(refused());
        }
        let random = entropy::bytes::<5>().map_err(Fault::internal_failure)?;
        let nonce = entropy::bytes::<12>().map_err(Fault::internal_failure)?;
        let id = AccessKeyId::mint(AccessKeyKind::Temporary, account.number(), random);
        let id = id.map_err(Fault::internal_failure)?;
        let expires = now.as_second() + SESSION_SECS.min(i64::from(role.max_session_secs));
        let session = Session {
            access_key_id: id.as_str().into(),
            account,
            subject: Subject::Role { id: role.id, session_name: SESSION_NAME.into() },
            issued: now.as_second(),
            expires,
            policies: SessionPolicies::default(),
            tags: Vec::new(),
            source_identity: None,
            mfa: None,
            is_chained: false,
            is_console: false,
        };
        let ring = self.key_ring(&directory)?;
        let (token, secret) =
            ring.seal(&session, now.as_second(), nonce, 0).map_err(Fault::internal_failure)?;
        let mut credentials = Credentials::long_term(session.access_key_id.into(), secret);
        credentials.session_token = Some(Secret::new(token));
        credentials.expires_at = jiff::Timestamp::from_second(expires).ok();
        Ok(credentials)
    }
}
