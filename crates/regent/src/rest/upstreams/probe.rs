//! Looks at an upstream from outside: does it answer, how late is its clock, and what does it know.
//!
//! It is asked with a key that nobody has. Whoever knows an action refuses the key; whoever does not, the action. So
//! nothing is done there, and no credentials are needed here.

use std::net::{Ipv4Addr, SocketAddr};

use axum::Json;
use regent_broker::{Partition, Upstream, UpstreamKind};
use regent_policy::action;
use regent_wire::secret::SecretAccessKey;
use regent_wire::sts::{AssumeRoleRequest, GetFederationTokenRequest, GetSessionTokenRequest};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::broker::test_connection::report::Outcome;
use crate::rest::caller::Known;
use crate::rest::crud;
use crate::rest::parameters::Path;
use crate::rest::problem::Problem;
use crate::rest::step::{Step, Steps};
use crate::upstream::connect::{self, Clients, Connect};
use crate::upstream::credentials::Credentials;
use crate::upstream::error::CallError;

/// Clocks further apart are told of, and still further apart are an error: signatures last five minutes.
const SKEW_WARN_SECS: i64 = 60;
const SKEW_FAIL_SECS: i64 = 300;
/// A key that nobody has.
const NOBODY: &str = "AKIAREGENTPROBENOKEY";

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(probe_upstream))
}

/// What was found at an upstream.
#[derive(Debug, Serialize, ToSchema)]
struct Probe {
    /// Whether connectors can work with it.
    ok: bool,
    /// What was looked at.
    steps: Vec<Step>,
    /// Which actions of STS it knows.
    capabilities: Capabilities,
    /// Seconds by which its clock is ahead of ours, if it told.
    #[serde(skip_serializing_if = "Option::is_none")]
    skew_seconds: Option<i64>,
}

/// Which actions of STS an upstream knows; what is not sure is absent.
#[derive(Debug, Default, Serialize, ToSchema)]
struct Capabilities {
    #[serde(skip_serializing_if = "Option::is_none")]
    get_caller_identity: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assume_role: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    get_federation_token: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    get_session_token: Option<bool>,
}

/// Looks at an upstream: it is reached, who it says it is, its clock, and which actions of STS it knows.
#[utoipa::path(post, path = "/upstreams/{id}/probe", operation_id = "probeUpstream", tag = "Settings",
    params(("id" = String, Path)), responses((status = 200, body = Probe), (status = "default", body = Problem)))]
async fn probe_upstream(known: Known, Path(id): Path<String>) -> Result<Json<Probe>, Problem> {
    known.must(&action!("regent:ProbeUpstream"), "upstream", &id)?;
    let broker = known.directory.broker();
    let record = match super::built_in(broker, &id) {
        Some(shown) => connect::record(broker, &shown.id),
        None => connect::record(broker, &crud::find::<Upstream>(&known.directory, &id)?.entity.id),
    };
    let record = record.ok_or_else(|| Problem::not_found(format!("there is no upstream `{id}`")))?;
    Ok(Json(probe(&known, &record).await))
}

/// What an answer to somebody whom nobody knows tells.
enum Told {
    /// The action is known.
    Known,
    /// It is not.
    Unknown,
    /// It answered something else.
    Unsure(String),
    /// It did not answer.
    Silent(String),
}

async fn probe(known: &Known, record: &Upstream) -> Probe {
    let partition = match record.kind {
        UpstreamKind::Embedded => Partition::Regent,
        UpstreamKind::Aws | UpstreamKind::Custom => Partition::Aws,
    };
    let clients = Clients::default();
    let connect = Connect {
        server: &known.asked.server,
        clients: &clients,
        from: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        partition,
        region: partition.default_region(),
    };
    let mut steps = Looked::default();
    let upstream = match connect.to(record) {
        Ok(upstream) => upstream,
        Err(error) => {
            steps.0.add("reach", Outcome::Fail, error.to_string());
            return steps.into_probe(Capabilities::default(), None);
        }
    };
    let secret = SecretAccessKey::new("0".repeat(40));
    let nobody = Credentials::long_term(NOBODY.to_owned(), secret);
    let identity = upstream.get_caller_identity(&nobody).await.map(drop);
    let skew = identity.as_ref().err().and_then(CallError::refusal).and_then(|refusal| refusal.skew_secs);
    let identity = told(identity);
    if let Told::Silent(why) = &identity {
        steps.0.add("reach", Outcome::Fail, why.clone());
        steps.0.fix("check the URL, the proxy and whom the upstream trusts");
        return steps.into_probe(Capabilities::default(), skew);
    }
    let at = upstream.sts.url.host_str().unwrap_or_default().to_owned();
    steps.0.add("reach", Outcome::Ok, format!("`{at}` answers"));
    steps.clock(skew);
    let role = AssumeRoleRequest {
        role_arn: "arn:aws:iam::000000000000:role/regent-probe".to_owned(),
        role_session_name: "regent-probe".to_owned(),
        ..AssumeRoleRequest::default()
    };
    let federation = GetFederationTokenRequest { name: "regent-probe".to_owned(), ..Default::default() };
    let session = GetSessionTokenRequest::default();
    let assume_role = told(upstream.assume_role(&nobody, &role).await.map(drop));
    let federation = told(upstream.get_federation_token(&nobody, &federation).await.map(drop));
    let session = told(upstream.get_session_token(&nobody, &session).await.map(drop));
    let capabilities = Capabilities {
        get_caller_identity: steps.action("GetCallerIdentity", &identity),
        assume_role: steps.action("AssumeRole", &assume_role),
        get_federation_token: steps.action("GetFederationToken", &federation),
        get_session_token: steps.action("GetSessionToken", &session),
    };
    steps.into_probe(capabilities, skew)
}

fn told(result: Result<(), CallError>) -> Told {
    match result {
        Ok(()) => Told::Unsure("it lets in a key that nobody has".to_owned()),
        Err(error) if error.is_of_unknown_action() => Told::Unknown,
        Err(CallError::Refused(refusal)) if refusal.code.is_empty() || refusal.status >= 500 => {
            Told::Unsure(format!("it answers with status {} and no error of AWS's", refusal.status))
        }
        Err(CallError::Refused(_)) => Told::Known,
        Err(error @ (CallError::Unreadable(_) | CallError::Incomplete(_))) => Told::Unsure(error.to_string()),
        Err(
            error @ (CallError::Transport(_) | CallError::Sign(_) | CallError::NoIam | CallError::Entropy(_)),
        ) => Told::Silent(error.to_string()),
    }
}

/// What was looked at, with what upstreams alone have.
#[derive(Default)]
struct Looked(Steps);

impl Looked {
    fn clock(&mut self, skew: Option<i64>) {
        let Some(skew) = skew else {
            return self.0.add("clock", Outcome::Skipped, "it does not tell the time".to_owned());
        };
        let status = match skew.abs() {
            0..=SKEW_WARN_SECS => Outcome::Ok,
            apart if apart <= SKEW_FAIL_SECS => Outcome::Warn,
            _ => Outcome::Fail,
        };
        self.0.add("clock", status, format!("its clock is {skew} seconds ahead of this server's"));
        if status != Outcome::Ok {
            self.0.fix("set both clocks by a time server: signatures count for five minutes");
        }
    }

    /// What an answer says about an action, and whether it is known.
    fn action(&mut self, name: &'static str, told: &Told) -> Option<bool> {
        match told {
            Told::Known => self.0.add(name, Outcome::Ok, format!("it knows `{name}`")),
            Told::Unknown => self.0.add(name, Outcome::Warn, format!("it does not know `{name}`")),
            Told::Unsure(why) | Told::Silent(why) => {
                self.0.add(name, Outcome::Warn, format!("`{name}`: {why}"));
                self.0.fix("check that the URL is that of an STS endpoint");
            }
        }
        match told {
            Told::Known => Some(true),
            Told::Unknown => Some(false),
            Told::Unsure(_) | Told::Silent(_) => None,
        }
    }

    fn into_probe(self, capabilities: Capabilities, skew_seconds: Option<i64>) -> Probe {
        let knows_any =
            [capabilities.assume_role, capabilities.get_federation_token, capabilities.get_session_token]
                .contains(&Some(true));
        let ok = knows_any && self.0.is_ok();
        Probe { ok, steps: self.0.into_list(), capabilities, skew_seconds }
    }
}
