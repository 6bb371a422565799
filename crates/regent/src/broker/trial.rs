//! Trying a connection: brings together what a test needs, keeps what it learned, and tells the journal.

use std::sync::Arc;

use regent_broker::console::ConsoleSite;
use regent_broker::template::Subject;
use regent_broker::{Account, Connector, ConnectorTerms, Health, RequireMfa, Stored};
use regent_store::directory::Versioned;
use regent_wire::secret::Secret;
use url::Url;

use super::caller::BrokerCaller;
use super::change::BrokerChange;
use super::identity::Principal;
use super::issue::{audit_unavailable, from_base, keep_role_max, rendering};
use super::journal::{Action, ConnectorName, Ending, Event, Target, Text};
use super::session_request::Mfa;
use super::test_connection::report::{Outcome, Report, Step, StepName};
use super::test_connection::{NoBase, Question, TestConnection};
use super::{base, health, identity};
use crate::rest::caller::Known;
use crate::rest::problem::Problem;

/// What is tried.
#[derive(Debug)]
pub(crate) struct Trial<'a> {
    /// The account.
    pub(crate) account: &'a Versioned<Stored<Account>>,
    /// The AWS account that somebody has confirmed its credentials to be of.
    pub(crate) confirmed: Option<String>,
    /// The connector, as it would be, and the stored one if there is one.
    pub(crate) connector: Option<(&'a ConnectorTerms, Option<&'a Arc<Stored<Connector>>>)>,
    /// For whom.
    pub(crate) caller: &'a BrokerCaller,
    /// What the session should be able to do, if somebody asks.
    pub(crate) question: Option<Question>,
    /// A one-time password, for a connector that passes one on.
    pub(crate) mfa_code: Option<Secret<String>>,
}

impl Trial<'_> {
    /// Tries it.
    pub(crate) async fn run(self, known: &Known) -> Result<Report, Problem> {
        let server = &known.asked.server;
        let broker = known.directory.broker();
        let account = &self.account.entity.value;
        let upstream = base::upstream(server, broker, account).map_err(|error| from_base(&error))?;
        let record = base::record(broker, account).map_err(|error| from_base(&error))?;
        let transport = base::connect(server, account).transport(&record);
        let transport = transport.map_err(|error| from_base(&error.into()))?;
        let signin = sign_in(&record, account);
        // Nobody outside is asked before it is on record who has them asked, and as whom.
        let intent = self.event(known, Action::on("test", "intent"))?;
        server.journal(intent).await.map_err(|error| audit_unavailable(&error))?;
        let base = base::credentials(server, self.account, base::Use::Sign, known.asked.now);
        let base = base.await.map_err(|error| {
            let problem = from_base(&error);
            let fix = problem.way_out().unwrap_or_default().to_owned();
            NoBase { code: problem.code().to_owned(), text: error.to_string(), fix }
        });
        let groups: Vec<&str> = self.caller.groups.iter().map(|group| group.value.name.as_str()).collect();
        let asker = rendering::asker(self.caller, &groups);
        let subject = self.connector.map(|(terms, _)| Subject {
            connector_slug: &terms.slug,
            session_id: &known.asked.request_id,
            date: Some(known.asked.now.to_zoned(jiff::tz::TimeZone::UTC).date()),
            ..Subject::new(asker)
        });
        let report = TestConnection {
            upstream: &upstream,
            account,
            base,
            connector: self.connector.map(|(terms, _)| terms).zip(subject.as_ref()),
            signin: signin.as_ref().map(|url| (&transport, url)),
            question: self.question.clone(),
            mfa: Mfa {
                serial_number: account.terms.mfa_serial.clone(),
                token_code: self.mfa_code.as_ref().map(|code| code.reveal().clone()),
            },
        }
        .run()
        .await;
        self.keep(known, &report).await?;
        Ok(report)
    }

    /// What the journal is told: who tries what, and as whom.
    fn event(&self, known: &Known, action: Action) -> Result<Event, Problem> {
        let event = known.asked.server.event_of(&known.caller, action).map_err(Problem::internal)?;
        let is_other = self.caller.id() != known.caller.id();
        Ok(Event {
            target: Some(Target::of("account", &self.account.entity)),
            connector: self.stored().map(|stored| ConnectorName::from(&**stored)),
            on_behalf: is_other.then(|| self.caller.into()),
            ..event
        })
    }

    /// The connector as it is kept, if it is.
    fn stored(&self) -> Option<&Arc<Stored<Connector>>> {
        self.connector.and_then(|(_, stored)| stored)
    }

    /// Keeps who the account is, how long the role allows, and how it went; and tells the journal.
    async fn keep(&self, known: &Known, report: &Report) -> Result<(), Problem> {
        let server = &known.asked.server;
        let failed = report.steps.iter().find(|step| step.status == Outcome::Fail);
        let code = failed.map(|step| step.code.clone().unwrap_or_else(|| "test".to_owned()));
        let mut event = self.event(known, Action::TEST)?;
        if let Some(opened) = &report.opened {
            event.session = Some(opened.session.clone());
            event.upstream_request_id = opened.request_id.as_deref().map(Text::from);
        }
        if let Some(code) = &code {
            event = event.ended(Ending::Failed, code);
        }
        let health = self.health(report, failed, code, known.asked.seconds());
        let of_account =
            health.clone().filter(|_| self.connector.is_none() || report.learned.principal_arn.is_none());
        let learned = report.learned.clone();
        let confirmed = self.confirmed.clone();
        let (tested, stored) = (Arc::clone(&self.account.entity), self.stored().map(Arc::clone));
        let change = move |change: &mut BrokerChange<'_>| {
            if let Some(arn) = learned.principal_arn.clone() {
                let aws_account_id = learned.aws_account_id.clone();
                let principal = Principal { aws_account_id, arn, kind: learned.principal_kind };
                identity::keep(change, &tested, &principal, confirmed.as_deref())?;
            }
            if let Some(health) = &of_account {
                health::keep_account(change, &tested, health);
            }
            // What a role once told may be another number by now: where it does not tell any more, nothing is known.
            if let Some(stored) = &stored
                && (learned.role_max_seconds.is_some() || learned.is_role_silent)
            {
                keep_role_max(change, stored, learned.role_max_seconds);
            }
            change.journal.append(change.draft, &event);
            Ok(())
        };
        // What a test learns is nobody's change; that the account is another one from now on, somebody has said.
        server.change_broker(known.actor()?, change).await?;
        if let (Some(health), Some(stored)) = (&health, self.stored()) {
            health::note_connector(server, stored, health);
        }
        Ok(())
    }

    /// How it went; none where that says nothing of the connector.
    fn health(
        &self,
        report: &Report,
        failed: Option<&Step>,
        code: Option<String>,
        now: i64,
    ) -> Option<Health> {
        let passes_code_on =
            self.connector.is_some_and(|(terms, _)| terms.require_mfa == RequireMfa::Upstream);
        match (failed, code) {
            // A password that was mistyped is nobody's fault but the tester's.
            (Some(step), _) if passes_code_on && step.name == StepName::Call => None,
            (_, Some(code)) => Some(Health::Failing { since: now, code }),
            (_, None) => (!passes_code_on || report.opened.is_some()).then_some(Health::Ok),
        }
    }
}

/// Where sign-in tokens come from.
fn sign_in(record: &regent_broker::Upstream, account: &Account) -> Option<Url> {
    match record.kind {
        regent_broker::UpstreamKind::Embedded => Url::parse("http://localhost/federation").ok(),
        regent_broker::UpstreamKind::Custom => Url::parse(record.signin_url.as_deref()?).ok(),
        regent_broker::UpstreamKind::Aws => {
            let site = ConsoleSite::of_upstream(record, account.terms.partition).ok()?;
            site.federation_endpoint(None).ok()
        }
    }
}
