//! Issuing: from a wish to credentials, in one order that nothing may leave.
//!
//! ```text
//! rate ─ grants and conditions ─ plan ─ templates ─ intent ─► base ─► STS ─► record + event ─► credentials
//!                                                  (durable)                (one transaction)
//! ```
//!
//! The intent is in the journal before anybody outside this process is asked, and the record before anybody is answered.
//! If either cannot be written there are no credentials: those that exist by then are dropped.

use regent_broker::plan::{self, Plan, Purpose, Terms};
use regent_broker::{
    Account, AccountKind, Connector, ConsoleUse, Health, PrincipalKind, PrincipalType, RequireMfa, Stored,
    Upstream,
};
use regent_store::directory::Versioned;
use regent_wire::secret::Secret;

use super::access::{Access, Refusal, Via};
use super::issued::{self, IssuedSession};
use super::journal::{Action, ConnectorName, Ending, Event, Text};
use super::session_request::SessionRequest;
use super::{base, health, usable, usage};
use crate::rest::caller::Known;
use crate::rest::problem::Problem;
use crate::upstream::credentials::Credentials;

mod calling;
mod obtaining;
mod refusal;
pub(crate) mod rendering;

use calling::Called;
pub(crate) use calling::keep_role_max;
use obtaining::obtain;
use refusal::refused;
pub(crate) use refusal::{audit_unavailable, from_base};

/// What somebody wants of a connector.
#[derive(Debug, Default)]
pub(crate) struct Wish {
    /// How long.
    pub(crate) seconds: Option<u32>,
    /// That length and no other.
    pub(crate) strict: bool,
    /// Why, for the records.
    pub(crate) reason: Option<String>,
    /// A one-time password for the upstream.
    pub(crate) mfa_code: Option<Secret<String>>,
    /// A policy that narrows this one session.
    pub(crate) extra_policy: Option<String>,
    /// What for.
    pub(crate) purpose: Purpose,
}

/// The longest policy that is read at all, in bytes.
const MAX_EXTRA_POLICY: usize = 8192;

impl Wish {
    /// Refuses what cannot be meant, before anything is counted or recorded.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let mut findings = super::check::Findings::default();
        super::check::check_reason(self.reason.as_deref().unwrap_or_default(), &mut findings);
        if self.extra_policy.as_ref().is_some_and(|policy| policy.len() > MAX_EXTRA_POLICY) {
            findings.add("extra_policy", "malformed", "expected at most 2048 characters");
        }
        super::check::check_code(self.mfa_code.as_ref(), &mut findings);
        findings.settle()
    }
}

/// What was issued.
#[derive(Debug)]
pub(crate) struct Given {
    /// The credentials.
    pub(crate) credentials: Credentials,
    /// The record of them.
    pub(crate) record: IssuedSession,
    /// How long, and why.
    pub(crate) plan: Plan,
}

/// Everything about one wish that is known before anybody else is asked.
#[derive(Debug)]
struct Asking<'a> {
    known: &'a Known,
    connector: &'a Versioned<Stored<Connector>>,
    account: &'a Versioned<Stored<Account>>,
    wish: &'a Wish,
    via: Via,
}

/// Issues credentials, or says why not.
pub(crate) async fn issue(
    known: &Known,
    connector: &Versioned<Stored<Connector>>,
    wish: &Wish,
) -> Result<Given, Problem> {
    let server = &known.asked.server;
    let per_minute = known.directory.broker().settings().issue_per_minute;
    let account = known.directory.broker().accounts.get(connector.entity.value.terms.account_id.as_str());
    let upstream = account.map_or("", |account| account.value.terms.upstream_id.as_str());
    let flow = (known.caller.id().as_str(), connector.entity.id.as_str());
    server
        .issue_limits
        .take(per_minute, flow, upstream, known.asked.now)
        .map_err(|error| Problem::rate_limited(error.to_string(), u64::from(error.after_secs)))?;
    let asked = prepare(known, connector, wish);
    let (asking, _, rendered) = match asked {
        Ok(prepared) => prepared,
        Err(problem) => {
            tell(known, connector, wish, Action::CREDENTIALS_ISSUE, Some((Ending::Denied, &problem)), None)
                .await?;
            return Err(problem);
        }
    };
    let intent = tell(known, connector, wish, Action::CREDENTIALS_INTENT, None, Some(&asking.via));
    let outcome = settle(&asking, rendered);
    if asking.stays_in_process() {
        // What nobody outside has been asked for does not exist outside before it is handed out, so both records may
        // become durable together. The intent goes first all the same.
        let (told, given) = tokio::join!(biased; intent, outcome);
        told.and(given)
    } else {
        intent.await?;
        outcome.await
    }
}

/// Asks the upstream, and writes down what came of it.
async fn settle(asking: &Asking<'_>, rendered: SessionRequest) -> Result<Given, Problem> {
    let Asking { known, connector, wish, ref via, .. } = *asking;
    match obtain(asking, &rendered).await {
        Ok((called, plan)) => record(asking, called, plan, rendered).await,
        Err(problem) => {
            let ending = if problem.is_refusal() { Ending::Denied } else { Ending::Failed };
            let ending = Some((ending, &problem));
            tell(known, connector, wish, Action::CREDENTIALS_ISSUE, ending, Some(via)).await?;
            if refusal::is_of_the_connector(&problem, wish) {
                let failing =
                    Health::Failing { since: known.asked.seconds(), code: problem.code().to_owned() };
                health::note_connector(&known.asked.server, &connector.entity, &failing);
            }
            Err(problem)
        }
    }
}

/// Whether the caller may know that there is such a connector: because it is theirs, nearly theirs, or theirs to look after.
pub(crate) fn may_know(known: &Known, connector: &Versioned<Stored<Connector>>) -> bool {
    let mut access = Access::new(known.directory.broker(), &known.caller);
    let action = regent_policy::action!("regent:GetConnector");
    !matches!(access.may_use(&connector.entity), Err(Refusal::NotGranted | Refusal::Scope))
        || access.may(&action, "connector", connector.entity.id.as_str())
}

/// Who the caller would be.
#[derive(Debug)]
pub(crate) struct Preview {
    /// Unless it is not known whose the base credentials are.
    pub(crate) arn: Option<String>,
    pub(crate) session_name: String,
    pub(crate) source_identity: Option<String>,
    pub(crate) tags: Vec<(String, String)>,
}

/// Who the caller would be, without anything being issued.
pub(crate) fn preview(known: &Known, connector: &Versioned<Stored<Connector>>) -> Result<Preview, Problem> {
    let wish = Wish::default();
    let (asking, _, rendered) = prepare(known, connector, &wish)?;
    let terms = &connector.entity.value.terms;
    let arn = terms.session_arn(&asking.account.entity.value, Some(&rendered.session_name));
    let SessionRequest { session_name, source_identity, tags, .. } = rendered;
    Ok(Preview { arn, session_name, source_identity, tags })
}

/// All that needs nobody else: may they, how long, under which name.
fn prepare<'a>(
    known: &'a Known,
    connector: &'a Versioned<Stored<Connector>>,
    wish: &'a Wish,
) -> Result<(Asking<'a>, Plan, SessionRequest), Problem> {
    let broker = known.directory.broker();
    let via = Access::new(broker, &known.caller)
        .may_use(&connector.entity)
        .map_err(|refusal| refused(&refusal, connector))?;
    let terms = &connector.entity.value.terms;
    match (wish.purpose, terms.console) {
        (Purpose::Credentials, ConsoleUse::Only) => return Err(refusal::console_only()),
        (Purpose::Console, ConsoleUse::Denied) => return Err(refusal::no_console()),
        (Purpose::Credentials, ConsoleUse::Allowed | ConsoleUse::Denied)
        | (Purpose::Console, ConsoleUse::Allowed | ConsoleUse::Only) => {}
    }
    if terms.require_mfa == RequireMfa::Upstream && wish.mfa_code.is_none() {
        return Err(refusal::code_required());
    }
    let account = broker
        .accounts
        .versioned(terms.account_id.as_str())
        .ok_or_else(|| Problem::not_found("the connector's account is gone"))?;
    let asking = Asking { known, connector, account, wish, via };
    asking.check_root()?;
    let plan = plan::plan(&asking.terms()).map_err(|error| refusal::from_plan(&error))?;
    let rendered = rendering::render(&asking)?;
    Ok((asking, plan, rendered))
}

impl Asking<'_> {
    /// Whether nobody but this server is asked for the base credentials and the session.
    fn stays_in_process(&self) -> bool {
        let terms = &self.account.entity.value.terms;
        terms.upstream_id.as_str() == Upstream::EMBEDDED
            && matches!(terms.kind, AccountKind::AccessKey | AccountKind::RegentRole)
    }

    /// A root user's key wants an administrator's yes.
    fn check_root(&self) -> Result<(), Problem> {
        let Account { principal_kind, terms, .. } = &self.account.entity.value;
        if *principal_kind == PrincipalKind::Root && !terms.root_confirmed {
            return Err(refusal::root_not_confirmed(&terms.name));
        }
        Ok(())
    }

    /// What the base credentials are for.
    fn purpose(&self) -> base::Use {
        match self.connector.entity.value.terms.principal_type {
            PrincipalType::Provided => base::Use::HandOn,
            PrincipalType::AssumeRole | PrincipalType::FederatedUser | PrincipalType::IamUserSession => {
                base::Use::Sign
            }
        }
    }

    /// What bears on the lifetime, with the base credentials in hand: they know better than the record what they are.
    fn terms_with(&self, held: &Credentials) -> Terms {
        let mut terms = self.terms();
        let left = held.seconds_left(self.known.asked.now);
        terms.base.is_temporary = held.is_temporary();
        terms.base.remaining_seconds = left.map(|left| u32::try_from(left).unwrap_or(0));
        terms.base.is_endless = held.is_temporary() && left.is_none();
        terms
    }

    /// What bears on the lifetime.
    fn terms(&self) -> Terms {
        Terms {
            requested: self.wish.seconds,
            purpose: self.wish.purpose,
            strict: self.wish.strict,
            login_left: usable::login_left(self.known.directory.broker(), self.known),
            ..usable::terms(&self.connector.entity.value, &self.account.entity.value)
        }
    }
}

/// Writes down what was issued, and only then hands it out.
async fn record(
    asking: &Asking<'_>,
    called: Called,
    plan: Plan,
    rendered: SessionRequest,
) -> Result<Given, Problem> {
    let Asking { known, connector, account, wish, via } = asking;
    let server = &known.asked.server;
    let now = known.asked.seconds();
    let expires_at = called.expires_at.unwrap_or(now + i64::from(plan.seconds));
    let record = IssuedSession {
        id: server.new_id(issued::PREFIX)?,
        connector: ConnectorName::from(&*connector.entity),
        connector_revision: connector.version.number(),
        account_id: account.entity.id.clone(),
        upstream_id: account.entity.value.terms.upstream_id.clone(),
        caller: (&known.caller).into(),
        login: known.caller.login.as_ref().map(|login| login.whole().clone()),
        via: via.to_string().as_str().into(),
        principal_type: connector.entity.value.terms.principal_type,
        arn: called.arn.as_str().into(),
        principal_id: called.principal_id.as_deref().map(Text::from),
        access_key_id: called.credentials.access_key_id.as_str().into(),
        session_name: rendered.session_name.as_str().into(),
        source_identity: rendered.source_identity.as_deref().map(Text::from),
        tags: rendered.tags_for_records(),
        policy_sha256: rendered.policy_sha256().as_deref().map(Text::from),
        packed_policy_percent: called.packed_policy_percent,
        issued_at: now,
        expires_at,
        console_until: None,
        purpose: match wish.purpose {
            Purpose::Credentials => "api",
            Purpose::Console => "console",
        }
        .into(),
        client: (&known.caller).into(),
        upstream_request_id: called.request_id.as_deref().map(Text::from),
        revoked: None,
    };
    let action = match wish.purpose {
        Purpose::Credentials => Action::CREDENTIALS_ISSUE,
        Purpose::Console => Action::CONSOLE_OPEN,
    };
    let event = Event {
        session: Some(record.facts()),
        upstream_request_id: record.upstream_request_id.clone(),
        ..event(known, connector, wish, action, Some(via))?
    };
    let (journal, archived) = (server.journal.clone(), record.clone());
    let written = server
        .store
        .write(move |draft| {
            archived.archive(draft);
            journal.append(draft, &event);
            Ok::<_, regent_store::StoreError>(())
        })
        .await;
    written.map_err(|error| audit_unavailable(&error))?;
    usage::note(server, &connector.entity.id, now);
    health::note_connector(server, &connector.entity, &Health::Ok);
    Ok(Given { credentials: called.credentials, record, plan })
}

fn event(
    known: &Known,
    connector: &Versioned<Stored<Connector>>,
    wish: &Wish,
    action: Action,
    via: Option<&Via>,
) -> Result<Event, Problem> {
    let event = known.asked.server.event_of(&known.caller, action).map_err(Problem::internal)?;
    Ok(Event {
        connector: Some(ConnectorName::from(&*connector.entity)),
        via: via.map(|via| via.to_string().as_str().into()),
        reason: wish.reason.as_deref().map(Text::from),
        ..event
    })
}

/// Tells the journal. What it does not know is not done.
async fn tell(
    known: &Known,
    connector: &Versioned<Stored<Connector>>,
    wish: &Wish,
    action: Action,
    ending: Option<(Ending, &Problem)>,
    via: Option<&Via>,
) -> Result<(), Problem> {
    let mut event = event(known, connector, wish, action, via)?;
    if let Some((result, problem)) = ending {
        event = event.ended(result, problem.code());
    }
    known.asked.server.journal(event).await.map_err(|error| audit_unavailable(&error))
}
