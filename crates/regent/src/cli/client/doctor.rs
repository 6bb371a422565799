//! `regent doctor`: what may be wrong between a person and their credentials, each with what to do about it.

use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::api::{Api, Ask};
use super::collection::show_steps;
use super::identity;
use super::places::Places;
use super::refusal::{Refusal, Status};
use super::table::plain;
use super::vault::{Vault, is_private};
use super::{Reach, Session, config, now, span};

/// A clock that is wrong by this many seconds makes signatures fail soon: AWS allows 300.
const CLOCK_WARNING: i64 = 60;
const CLOCK_FAILURE: i64 = 300;
/// Group claims older than this are worth a word.
const OLD_GROUPS: i64 = 24 * 3600;

/// Look for what is wrong, and say what to do about it.
#[derive(Debug, Args)]
pub(in crate::cli) struct Doctor {
    /// A connector to look at too
    #[arg(value_name = "CONNECTOR")]
    slug: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reach: Reach,
}

/// What was found in one place.
#[derive(Debug)]
struct Finding {
    name: &'static str,
    /// `ok`, `warn`, `fail` or `skipped`, as in the steps of a connector's test.
    status: &'static str,
    text: String,
    fix: Option<String>,
}

impl Finding {
    fn ok(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, status: "ok", text: text.into(), fix: None }
    }

    fn warn(name: &'static str, text: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name, status: "warn", text: text.into(), fix: Some(fix.into()) }
    }

    fn fail(name: &'static str, text: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name, status: "fail", text: text.into(), fix: Some(fix.into()) }
    }

    fn skipped(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, status: "skipped", text: text.into(), fix: None }
    }

    /// What an error means in a place.
    fn of_error(name: &'static str, error: &anyhow::Error) -> Self {
        match error.downcast_ref::<Refusal>() {
            Some(refusal) => {
                Self { name, status: "fail", text: refusal.text.clone(), fix: refusal.fix.clone() }
            }
            None => Self::fail(name, format!("{error:#}"), "see what it says"),
        }
    }
}

impl Doctor {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let findings = self.examine().await?;
        let ok = findings.iter().all(|finding| finding.status != "fail");
        let steps: Vec<Value> = findings
            .iter()
            .map(|found| json!({ "name": found.name, "status": found.status, "text": found.text, "fix": found.fix }))
            .collect();
        show_steps(&json!({ "ok": ok, "steps": steps }), self.json)?;
        if ok {
            return Ok(());
        }
        let failed = findings.iter().filter(|finding| finding.status == "fail").count();
        let is_login = findings.iter().any(|finding| finding.name == "login" && finding.status == "fail");
        let status = if is_login { Status::LoginNeeded } else { Status::Failed };
        Err(Refusal::new(status, format!("{failed} of {} are not well", findings.len())).into())
    }

    async fn examine(&self) -> anyhow::Result<Vec<Finding>> {
        let places = Places::find()?;
        let mut findings = vec![cache(&places), aws_files()];
        let server = match identity::server(&self.reach, &places) {
            Ok(server) => server,
            Err(error) => {
                findings.insert(0, Finding::of_error("server", &error));
                return Ok(findings);
            }
        };
        let api = Api::new(server.clone(), None);
        match api.ask_with_date(Ask::get(&["status"])).await {
            Ok((answer, date)) => {
                let status = answer.json()?;
                findings.insert(0, clock(date));
                findings.insert(0, version(&server, &status));
            }
            Err(error) => {
                findings.insert(0, Finding::of_error("server", &error));
                return Ok(findings);
            }
        }
        let session = match Session::open(&self.reach).await {
            Ok(session) => session,
            Err(error) => {
                findings.push(Finding::of_error("login", &error));
                return Ok(findings);
            }
        };
        match session.api.ask(Ask::get(&["me"])).await {
            Ok(me) => findings.extend(login(&me.json()?)),
            Err(error) => {
                findings.push(Finding::of_error("login", &error));
                return Ok(findings);
            }
        }
        findings.push(match &self.slug {
            Some(slug) => connector(&session, slug).await,
            None => Finding::skipped("connector", "`regent doctor CONNECTOR` looks at one too"),
        });
        Ok(findings)
    }
}

fn version(server: &url::Url, status: &Value) -> Finding {
    let theirs = status.get("version").and_then(Value::as_str).map(plain).unwrap_or_default();
    let ours = env!("CARGO_PKG_VERSION");
    if status.get("setup").and_then(Value::as_str) == Some("required") {
        let fix = format!("open {server}console/ and give the code that the server printed when it started");
        return Finding::fail("server", format!("{server} is not set up yet"), fix);
    }
    let minor = |version: &str| version.rsplit_once('.').map(|(minor, _)| minor.to_owned());
    if minor(&theirs) == minor(ours) {
        Finding::ok("server", format!("{server} answers, version {theirs}"))
    } else {
        let text = format!("{server} is version {theirs}, this is {ours}");
        Finding::warn("server", text, "install the command line of the server's version")
    }
}

fn clock(date: Option<Timestamp>) -> Finding {
    let Some(date) = date else { return Finding::skipped("clock", "the server did not say what time it is") };
    let wrong = now().duration_since(date).as_secs();
    let text = format!("{} from the server's", span::words(wrong.abs()));
    let fix = "set the clock: `timedatectl set-ntp true`, for instance";
    match wrong.abs() {
        CLOCK_FAILURE.. => Finding::fail("clock", text, fix),
        CLOCK_WARNING.. => Finding::warn("clock", text, fix),
        _ => Finding::ok("clock", text),
    }
}

fn login(me: &Value) -> Vec<Finding> {
    let text = |pointer: &str| me.pointer(pointer).and_then(Value::as_str);
    let time = |pointer: &str| text(pointer).and_then(|time| time.parse::<Timestamp>().ok());
    let left = time("/sign_in/expires_at").map(|end| end.duration_since(now()).as_secs());
    let until = left.map(|left| format!(" for {}", span::words(left))).unwrap_or_default();
    let mut findings = vec![Finding::ok(
        "login",
        format!("signed in as {}{until}", plain(text("/name").unwrap_or_default())),
    )];
    let groups = me.get("groups").and_then(Value::as_array).map_or(0, Vec::len);
    let age = time("/groups_refreshed_at").map(|at| now().duration_since(at).as_secs());
    findings.push(match age {
        Some(age) if age > OLD_GROUPS => Finding::warn(
            "groups",
            format!("{groups}, as of {} ago", span::words(age)),
            "`regent login` asks for them anew",
        ),
        Some(age) => Finding::ok("groups", format!("{groups}, as of {} ago", span::words(age))),
        None => Finding::ok("groups", groups.to_string()),
    });
    findings
}

fn cache(places: &Places) -> Finding {
    match Vault::open(places) {
        Ok(vault) => Finding::ok("cache", format!("encrypted, in {}", vault.folder().display())),
        Err(error) => {
            let fix = "make the folder writable, or set XDG_CACHE_HOME and XDG_CONFIG_HOME to ones that are";
            Finding::warn("cache", format!("nothing is cached: {error:#}"), fix)
        }
    }
}

fn aws_files() -> Finding {
    let Ok(path) = config::file() else {
        return Finding::warn("~/.aws", "neither AWS_CONFIG_FILE nor HOME is set", "set one of them");
    };
    let credentials = path.with_file_name("credentials");
    for file in [&credentials, &path] {
        if !is_private(file).unwrap_or(true) {
            let shown = file.display();
            return Finding::warn(
                "~/.aws",
                format!("others can read `{shown}`"),
                format!("`chmod 600 {shown}`"),
            );
        }
    }
    let has_keys =
        std::fs::read_to_string(&credentials).is_ok_and(|text| text.contains("aws_secret_access_key"));
    if has_keys {
        let text = format!("long-lived keys lie in `{}`", credentials.display());
        return Finding::warn("~/.aws", text, "`regent config sync` writes profiles that need none");
    }
    Finding::ok("~/.aws", format!("{} is private, no long-lived keys beside it", path.display()))
}

async fn connector(session: &Session, slug: &str) -> Finding {
    let path = ["connectors", slug, "caller-identity"];
    match session.api.ask(Ask::post(&path, &json!({}))).await.and_then(|answer| answer.json()) {
        Ok(identity) => {
            let arn = identity.get("arn").and_then(Value::as_str).map(plain);
            let given = arn.unwrap_or_else(|| "credentials; a test of its account tells whose".to_owned());
            Finding::ok("connector", format!("{slug} gives {given}"))
        }
        Err(error) => Finding::of_error("connector", &error),
    }
}
