//! Opening a console: credentials into a URL that signs a browser in, at AWS or at Regent itself.

use regent_broker::console::{ConsoleSite, Wanted};
use regent_broker::plan::Warning;
use regent_broker::{Connector, Stored, UpstreamKind};
use regent_store::directory::Versioned;
use regent_wire::secret::Secret;
use url::Url;

use super::base;
use super::issue::{Given, audit_unavailable, from_base};
use super::journal::{Action, Actor, Ending, Event};
use crate::rest::caller::Known;
use crate::rest::problem::Problem;
use crate::upstream::federation::{self, FederationError, SessionDuration};
use crate::upstream::transport::Transport;

/// How long a URL opens anything.
pub(crate) const URL_SECS: i64 = 15 * 60;

/// Which page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// By path or address.
    pub(crate) destination: Option<String>,
    /// By the short name of a service.
    pub(crate) service: Option<String>,
    /// The region to show.
    pub(crate) region: Option<String>,
}

/// Where a sign-in goes, judged before anything is issued.
#[derive(Debug)]
pub(crate) struct Site {
    transport: Transport,
    /// What is asked for a sign-in token.
    endpoint: Url,
    /// What the browser opens.
    login: Url,
    issuer: String,
    destination: Url,
}

/// What opens a console.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) url: Secret<String>,
    pub(crate) warning: Option<Warning>,
}

fn refused(detail: impl Into<String>) -> Problem {
    Problem::new(http::StatusCode::UNPROCESSABLE_ENTITY, "destination_refused", detail)
        .fix("give a path of the console, such as `/ec2/home`")
}

/// Where a connector's console is, and which page of it. `own` is where people reach this server.
pub(crate) fn site(
    known: &Known,
    connector: &Versioned<Stored<Connector>>,
    own: &str,
    page: &Page,
) -> Result<Site, Problem> {
    let broker = known.directory.broker();
    let terms = &connector.entity.value.terms;
    let account = broker.accounts.get(terms.account_id.as_str());
    let account = &account.ok_or_else(|| Problem::not_found("the connector's account is gone"))?.value;
    let record = base::record(broker, account).map_err(|error| from_base(&error))?;
    let connect = base::connect(&known.asked.server, account);
    let transport = connect.transport(&record).map_err(|error| from_base(&error.into()))?;
    let console = match record.kind {
        UpstreamKind::Aws => ConsoleSite::of_upstream(&record, account.terms.partition),
        UpstreamKind::Embedded => {
            ConsoleSite::own(&format!("{own}/federation"), &format!("{own}/console/session"))
        }
        UpstreamKind::Custom => match (&record.signin_url, &record.console_url) {
            (Some(signin), Some(console)) => ConsoleSite::own(signin, console),
            _ => {
                return Err(Problem::conflict("no_console", "the connector's upstream has no console")
                    .fix("enter `signin_url` and `console_url` of the upstream"));
            }
        },
    };
    let console = console.map_err(|error| Problem::conflict("no_console", error.to_string()))?;
    let region = page.region.as_deref().or(terms.region_hint.as_deref());
    let own_page = page.destination.as_deref().or(terms.console_destination.as_deref());
    let wanted = match (page.service.as_deref(), own_page) {
        (Some(service), _) => Wanted::Service(service),
        (None, Some(page)) => Wanted::Page(page),
        (None, None) => Wanted::Home,
    };
    let destination = console.destination(wanted, region).map_err(|error| refused(error.to_string()))?;
    let login = console.federation_endpoint(region).map_err(|error| refused(error.to_string()))?;
    // Within the process nothing is resolved, and nobody listens at the address that browsers use.
    let endpoint = match record.kind {
        UpstreamKind::Embedded => Url::parse("http://localhost/federation").map_err(Problem::internal)?,
        UpstreamKind::Aws | UpstreamKind::Custom => login.clone(),
    };
    Ok(Site { transport, endpoint, login, issuer: format!("{own}/console/expired"), destination })
}

/// Exchanges what was issued for a URL.
pub(crate) async fn open(known: &Known, site: &Site, given: &Given) -> Result<Opened, Problem> {
    let seconds = given.plan.console_session_duration;
    let token = federation::signin_token(&site.transport, &site.endpoint, &given.credentials, seconds);
    let token = token.await.map_err(|error| from_federation(known, &error))?;
    let warning = (token.duration == SessionDuration::Dropped).then(|| Warning {
        code: "session_duration_dropped".into(),
        text:
            "the sign-in endpoint did not take a session length: the console lasts as long as the credentials"
                .to_owned(),
    });
    let url = federation::login_url(&site.login, &site.issuer, site.destination.as_str(), &token);
    Ok(Opened { url, warning })
}

/// Tells the journal that no console was opened after all, and ends the session that nobody holds, where it can.
pub(crate) async fn not_opened(
    known: &Known,
    connector: &Stored<Connector>,
    given: &Given,
    problem: &Problem,
) -> Result<(), Problem> {
    let server = &known.asked.server;
    let event = server.event_of(&known.caller, Action::CONSOLE_OPEN).map_err(Problem::internal)?;
    let event = Event {
        connector: Some(connector.into()),
        session: Some(given.record.facts()),
        via: Some(given.record.via.clone()),
        ..event.ended(Ending::Failed, problem.code())
    };
    server.journal(event).await.map_err(|error| audit_unavailable(&error))?;
    if given.record.is_ours() {
        let client = Some((&known.caller).into());
        let reason = Some("its console was not opened");
        let revoked = server.revoke_session(given.record.id.as_str(), Actor::server(), client, reason).await;
        if let Err(error) = revoked {
            tracing::warn!(session = %given.record.id, %error, "a session that nobody holds goes on");
        }
    }
    Ok(())
}

fn from_federation(known: &Known, error: &FederationError) -> Problem {
    tracing::warn!(request.id = &*known.asked.request_id, %error, "no sign-in token");
    Problem::new(http::StatusCode::BAD_GATEWAY, "console_refused", error.to_string())
        .fix("test the connector; a console needs a session of a role or of a federated user")
}
