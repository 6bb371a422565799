//! Trying a connection: brings together what a test needs, keeps what it learned, and tells the journal.

use regent_broker::template::Subject;
use regent_broker::{Account, Connector, ConnectorTerms, Health, Stored};
use regent_store::directory::Versioned;
use url::Url;

use super::base;
use super::caller::BrokerCaller;
use super::change::Actor;
use super::issue::{from_base, rendering};
use super::journal::{Action, ConnectorName, Ending, Event, Target};
use super::test_connection::report::{Outcome, Report};
use super::test_connection::{NoBase, Question, TestConnection};
use crate::rest::caller::Known;
use crate::rest::problem::Problem;

/// What is tried.
#[derive(Debug)]
pub(crate) struct Trial<'a> {
    /// The account.
    pub(crate) account: &'a Versioned<Stored<Account>>,
    /// The connector, as it would be, and the stored one if there is one.
    pub(crate) connector: Option<(&'a ConnectorTerms, Option<&'a Stored<Connector>>)>,
    /// For whom.
    pub(crate) caller: &'a BrokerCaller,
    /// What the session should be able to do, if somebody asks.
    pub(crate) question: Option<Question>,
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
        let base = base::credentials(server, self.account, known.asked.now).await.map_err(|error| {
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
        }
        .run()
        .await;
        self.keep(known, &report).await?;
        Ok(report)
    }

    /// Keeps who the account is, how long the role allows, and how it went; and tells the journal.
    async fn keep(&self, known: &Known, report: &Report) -> Result<(), Problem> {
        let now = known.asked.seconds();
        let failed = report.steps.iter().find(|step| step.status == Outcome::Fail);
        let health = match failed {
            None => Health::Ok,
            Some(step) => {
                Health::Failing { since: now, code: step.code.clone().unwrap_or_else(|| "test".to_owned()) }
            }
        };
        let event = known.asked.server.event_of(&known.caller, Action::TEST).map_err(Problem::internal)?;
        let stored = self.connector.and_then(|(_, stored)| stored);
        let mut event = Event {
            target: Some(Target::of("account", &self.account.entity)),
            connector: stored.map(ConnectorName::from),
            ..event
        };
        if let Health::Failing { code, .. } = &health {
            event = event.ended(Ending::Failed, code);
        }
        let (account, connector) = (self.account.entity.id.clone(), stored.map(|stored| stored.id.clone()));
        let learned = report.learned.clone();
        let tested = self.account.entity.value.terms.clone();
        let is_alone = self.connector.is_none();
        let change = move |change: &mut super::change::BrokerChange<'_>| {
            let now_there = change.current::<Account>(account.as_str(), None).ok();
            // Nothing was learned of an account that was edited in the meantime.
            if let Some(old) = now_there.filter(|old| old.value.terms == tested) {
                let mut value = old.value.clone();
                if let Some(arn) = &learned.principal_arn {
                    value.principal_arn = Some(arn.as_str().into());
                    value.principal_kind = learned.principal_kind;
                    value.aws_account_id = learned.aws_account_id.as_deref().map(Into::into);
                }
                if is_alone || learned.principal_arn.is_none() {
                    value.health = health.clone();
                }
                change.put(Stored { value, ..Stored::clone(&old) });
            }
            if let Some(Ok(old)) = connector.as_ref().map(|id| change.current::<Connector>(id.as_str(), None))
            {
                let value = Connector {
                    role_max_seconds: learned.role_max_seconds.or(old.value.role_max_seconds),
                    health: health.clone(),
                    ..old.value.clone()
                };
                change.put(Stored { value, ..Stored::clone(&old) });
            }
            change.journal.append(change.draft, &event);
            Ok(())
        };
        known.asked.server.change_broker(Actor::server(now), change).await
    }
}

/// Where sign-in tokens come from.
fn sign_in(record: &regent_broker::Upstream, account: &Account) -> Option<Url> {
    match record.kind {
        regent_broker::UpstreamKind::Embedded => Url::parse("http://localhost/federation").ok(),
        regent_broker::UpstreamKind::Custom => Url::parse(record.signin_url.as_deref()?).ok(),
        regent_broker::UpstreamKind::Aws => {
            let site = regent_broker::console::ConsoleSite::of_aws(account.terms.partition).ok()?;
            site.federation_endpoint(None).ok()
        }
    }
}
