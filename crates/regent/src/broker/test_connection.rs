//! A test of an account or a connector, in twelve steps: each says how it went, and what to do where it did not.
//!
//! The test makes the calls that issuing makes, with the shortest session there is, and throws away what it gets. Nothing
//! secret is in a report, and nothing of it is kept but what [`Learned`](report::Learned) names.

use std::sync::Arc;

use regent_broker::template::Subject;
use regent_broker::{Account, ConnectorTerms, PrincipalKind};
use url::Url;

use super::session_request::Mfa;
use crate::upstream::Upstream;
use crate::upstream::credentials::Credentials;
use crate::upstream::sts::{Identity, Session};
use crate::upstream::transport::Transport;

mod after;
mod base;
mod ladder;
pub(crate) mod report;
mod session;

use report::{Draft, Report, StepName};

/// The shortest session that there is, in seconds.
const SHORTEST_SECS: u32 = 900;

/// What is tested, and with what.
#[derive(Debug)]
pub(crate) struct TestConnection<'a> {
    /// Where.
    pub(crate) upstream: &'a Upstream,
    /// The account, stored or not.
    pub(crate) account: &'a Account,
    /// Its credentials, or why there are none.
    pub(crate) base: Result<Arc<Credentials>, NoBase>,
    /// The connector and whom it is rendered for; none if the account alone is tested.
    pub(crate) connector: Option<(&'a ConnectorTerms, &'a Subject<'a>)>,
    /// Where sign-in tokens come from, if the upstream has such a place.
    pub(crate) signin: Option<(&'a Transport, &'a Url)>,
    /// What the session should be able to do, if somebody asks.
    pub(crate) question: Option<Question>,
    /// A one-time password, for a connector that passes one on.
    pub(crate) mfa: Mfa,
}

/// Why there are no base credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoBase {
    /// For a program.
    pub(crate) code: String,
    /// For a person.
    pub(crate) text: String,
    /// What to do about it.
    pub(crate) fix: String,
}

/// Would this be allowed?
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Question {
    /// An action: `s3:ListBucket`.
    pub(crate) action: String,
    /// The ARN it is about.
    pub(crate) resource: String,
}

/// The account's credentials, and who they are.
struct Base {
    credentials: Arc<Credentials>,
    /// None where the upstream does not know the question.
    identity: Option<Identity>,
    kind: PrincipalKind,
}

/// The session of the real call, and what was asked for.
struct Real {
    session: Session,
    request: super::session_request::SessionRequest,
}

impl TestConnection<'_> {
    /// Takes the steps. One that cannot be taken because an earlier one failed is skipped.
    pub(crate) async fn run(&self) -> Report {
        let mut report = Draft::default();
        if let Some(base) = self.base(&mut report).await {
            match self.connector {
                None => report.skip_rest("there is no connector to test"),
                Some((terms, subject)) => self.connector(terms, subject, &base, &mut report).await,
            }
        }
        report.finish()
    }

    async fn connector(
        &self,
        terms: &ConnectorTerms,
        subject: &Subject<'_>,
        base: &Base,
        report: &mut Draft,
    ) {
        self.role_max(terms, base, report).await;
        let Some(real) = self.real_call(terms, subject, base, report).await else { return };
        report.skip(StepName::Ladder, "the call was not refused");
        self.session(&real, report).await;
        self.console(terms, base, &real.session, report).await;
        self.question(terms, base, &real.request, report).await;
    }
}

#[cfg(test)]
mod tests;
