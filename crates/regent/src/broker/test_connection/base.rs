//! The first four steps: the clock, the way, the credentials, and who they are. One call tells of all of them.

use std::sync::Arc;

use regent_broker::PrincipalKind;
use regent_broker::upstream_error::Attempt;

use super::report::{Draft, StepName};
use super::{Base, TestConnection};
use crate::broker::upstream_failure::understood;
use crate::upstream::credentials::Credentials;
use crate::upstream::error::CallError;
use crate::upstream::sts::Identity;

const SKEW_WARN_SECS: u64 = 60;
const SKEW_FAIL_SECS: u64 = 5 * 60;
const DAY_SECS: i64 = 24 * 60 * 60;
/// A key should not grow older than this.
const KEY_DAYS: i64 = 90;

impl TestConnection<'_> {
    /// Asks who the credentials are, and says what that told.
    pub(super) async fn base(&self, report: &mut Draft) -> Option<Base> {
        let credentials = match &self.base {
            Ok(credentials) => Arc::clone(credentials),
            Err(none) => {
                report.fail(StepName::Base, &none.code, &none.text, &none.fix);
                return None;
            }
        };
        match self.upstream.get_caller_identity(&credentials).await {
            Ok(answer) => {
                clock(answer.skew_secs, report);
                report.ok(StepName::Reach, "the upstream answers");
                report.ok(StepName::Base, "the upstream knows the credentials");
                let kind = answer.value.principal_kind();
                let identity = Some(answer.value);
                let base = Base { credentials, identity, kind };
                self.identity(&base, report).await.then_some(base)
            }
            Err(error) if error.is_of_unknown_action() => {
                clock(error.refusal().and_then(|refused| refused.skew_secs), report);
                report.ok(StepName::Reach, "the upstream answers");
                report.warn(
                    StepName::Base,
                    "identity_unknown",
                    "the upstream does not know `GetCallerIdentity`: nobody can tell whose the credentials are",
                    "make sure that they are of somebody who may do no more than the connectors need",
                );
                report.skip(StepName::Identity, "the upstream does not tell");
                Some(Base { credentials, identity: None, kind: PrincipalKind::Unknown })
            }
            Err(error) => {
                let understood = understood(&error, &Attempt { tries: 3, ..Attempt::default() });
                match &error {
                    CallError::Refused(refused) => {
                        clock(refused.skew_secs, report);
                        report.ok(StepName::Reach, "the upstream answers");
                        report.failed(StepName::Base, &understood);
                    }
                    CallError::Transport(_)
                    | CallError::Unreadable(_)
                    | CallError::Incomplete(_)
                    | CallError::Sign(_)
                    | CallError::NoIam
                    | CallError::Entropy(_) => report.failed(StepName::Reach, &understood),
                }
                None
            }
        }
    }

    /// Whether the test may go on as who they are.
    async fn identity(&self, base: &Base, report: &mut Draft) -> bool {
        let Some(Identity { account, arn, .. }) = &base.identity else { return true };
        report.answered = Some(account.clone());
        let known = self.account.aws_account_id.as_deref();
        if known.is_some_and(|known| known != account) {
            let text = format!(
                "this account now answers as another AWS account: {account}, and it was {}",
                known.unwrap_or_default()
            );
            report.fail(
                StepName::Identity,
                "account_changed",
                text,
                "put the former credentials back, or confirm: `regent broker-account test NAME --confirm-account ID`",
            );
            return false;
        }
        let learned = &mut report.learned;
        learned.aws_account_id = Some(account.clone());
        learned.principal_arn = Some(arn.clone());
        learned.principal_kind = base.kind;
        if base.kind == PrincipalKind::Root {
            let text = format!("the credentials are the root user's of {account}");
            report.warn(StepName::Identity, "root_user", text, "use an IAM user's access key or a role");
            return true;
        }
        match self.key_age_days(base).await {
            Some(days) if days > KEY_DAYS => {
                let text = format!("{arn}; its access key is {days} days old");
                report.warn(StepName::Identity, "key_old", text, "rotate the key");
            }
            Some(days) => report.ok(StepName::Identity, format!("{arn}; its access key is {days} days old")),
            None => report.ok(StepName::Identity, arn.as_str()),
        }
        true
    }

    /// How old the access key is. Whether that may be read is the upstream's to say, and no fault.
    async fn key_age_days(&self, base: &Base) -> Option<i64> {
        if base.kind != PrincipalKind::IamUser || base.credentials.is_temporary() {
            return None;
        }
        let keys = self.upstream.list_access_keys(&base.credentials, None).await.ok()?.value;
        let key = keys.into_iter().find(|key| key.access_key_id == base.credentials.access_key_id)?;
        let age = self.upstream.clock.now().as_second() - key.created_at?.as_second();
        Some(age.max(0) / DAY_SECS)
    }
}

fn clock(skew_secs: Option<i64>, report: &mut Draft) {
    const FIX: &str = "set the clock of this host, and keep it set: run an NTP client";
    let Some(skew) = skew_secs else {
        report.skip(StepName::Clock, "the upstream does not tell its time");
        return;
    };
    let direction = if skew > 0 { "ahead of" } else { "behind" };
    let text = format!("the upstream's clock is {} s {direction} this host's", skew.unsigned_abs());
    let skew = skew.unsigned_abs();
    if skew <= SKEW_WARN_SECS {
        report.ok(StepName::Clock, text);
    } else if skew <= SKEW_FAIL_SECS {
        report.warn(StepName::Clock, "clock_skew", text, FIX);
    } else {
        report.fail(StepName::Clock, "clock_skew", text, FIX);
    }
}

impl Identity {
    /// Who stands behind the ARN.
    pub(crate) fn principal_kind(&self) -> PrincipalKind {
        let mut parts = self.arn.splitn(6, ':').skip(2);
        match (parts.next(), parts.nth(2)) {
            (Some("iam"), Some("root")) => PrincipalKind::Root,
            (Some("iam"), Some(name)) if name.starts_with("user/") => PrincipalKind::IamUser,
            (Some("sts"), Some(name)) if name.starts_with("assumed-role/") => PrincipalKind::Role,
            (Some("sts"), Some(name)) if name.starts_with("federated-user/") => PrincipalKind::Federated,
            _ => PrincipalKind::Unknown,
        }
    }
}

/// Whether the credentials are a session's, as far as a plan asks.
pub(super) fn is_temporary(credentials: &Credentials, kind: PrincipalKind) -> bool {
    credentials.is_temporary() || kind.is_temporary()
}
