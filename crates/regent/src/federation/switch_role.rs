//! `/switchrole`: from one role to another, in the browser.
//!
//! The page shows what the link asks for, and only the person's own press assumes the role: with the session in the
//! browser, for an hour at most and no longer than that session, without tags, external id or a source identity of
//! one's choosing.
//!
//! AWS: IAM User Guide, "Switch from a user to an IAM role (console)".

use axum::response::Response;
use http::header::{HeaderValue, LOCATION, SET_COOKIE};
use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use regent_store::directory::Directory;
use regent_store::entity::AccountId;
use regent_wire::protocol::query::Form;
use regent_wire::{Fault, sts};

use super::console_session::{ConsoleSession, Entry, Presented};
use super::event::Event;
use super::page::Page;
use super::{Visit, call, exchange, reply};
use crate::fault;
use crate::session::{Session, Subject};

/// Longest path and name of a role.
const MAX_ROLE_CHARACTERS: usize = 64;
const MAX_DISPLAY_CHARACTERS: usize = 64;
static JSON: HeaderValue = HeaderValue::from_static("application/json");
/// How long a switch lasts.
const SWITCH_SECS: &str = "3600";

/// What a person calls the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) display_name: Box<str>,
    /// Six hexadecimal digits.
    pub(super) color: Option<Box<str>>,
}

/// What a switch link asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchRole {
    /// A number or an alias.
    pub account: String,
    /// Path and name, without the slash in front.
    pub role: String,
    /// What to call it.
    pub display_name: Option<String>,
    /// Six hexadecimal digits, in lower case.
    pub color: Option<String>,
}

/// Why a switch link asks for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SwitchRoleError {
    /// The account.
    #[error("`account` must be a number of twelve digits or an alias")]
    Account,
    /// The role.
    #[error(
        "`roleName` must be a role's name, with its path if it has one, of at most {MAX_ROLE_CHARACTERS} characters"
    )]
    Role,
    /// What to call it.
    #[error(
        "`displayName` must have at most {MAX_DISPLAY_CHARACTERS} characters, none of them a control character"
    )]
    DisplayName,
    /// The color.
    #[error("`color` must be six hexadecimal digits")]
    Color,
}

impl SwitchRole {
    /// Reads the parameters of a link.
    pub fn read(form: &Form) -> Result<Self, SwitchRoleError> {
        let text = |name| form.get(name).unwrap_or_default();
        let account = text("account");
        let is_account_byte = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(3..=63).contains(&account.len()) || !account.bytes().all(is_account_byte) {
            return Err(SwitchRoleError::Account);
        }
        let role = text("roleName");
        let role = role.strip_prefix('/').unwrap_or(role);
        let is_part = |part: &str| {
            let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
            !part.is_empty() && part.bytes().all(is_name_byte)
        };
        if role.len() > MAX_ROLE_CHARACTERS || !role.split('/').all(is_part) {
            return Err(SwitchRoleError::Role);
        }
        let display_name = text("displayName");
        if display_name.chars().count() > MAX_DISPLAY_CHARACTERS || display_name.chars().any(char::is_control)
        {
            return Err(SwitchRoleError::DisplayName);
        }
        let color = text("color");
        let color = color.strip_prefix('#').unwrap_or(color);
        if !color.is_empty() && (color.len() != 6 || !color.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            return Err(SwitchRoleError::Color);
        }
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Ok(Self {
            account: account.to_owned(),
            role: role.to_owned(),
            display_name: some(display_name),
            color: some(color).map(|color| color.to_ascii_lowercase()),
        })
    }

    /// The role's ARN. An alias that nobody has is a role that nobody may assume.
    fn arn(&self, visit: &Visit, directory: &Directory) -> Option<String> {
        let is_number = self.account.len() == 12 && self.account.bytes().all(|byte| byte.is_ascii_digit());
        let account: AccountId =
            if is_number { self.account.parse().ok()? } else { directory.account_by_alias(&self.account)? };
        Some(format!("arn:{}:iam::{account}:role/{}", visit.server().partition.name(), self.role))
    }

    fn label(&self) -> Label {
        let named = || format!("{} @ {}", self.role, self.account);
        let display_name = self.display_name.clone().unwrap_or_else(named);
        Label { display_name: display_name.into(), color: self.color.as_deref().map(Into::into) }
    }
}

/// Why nobody switched.
#[derive(Debug, thiserror::Error)]
enum RefusedSwitch {
    #[error("nobody is signed in here")]
    Nobody(Option<Box<str>>),
    #[error("only sessions of roles can switch: sign in with credentials of AssumeRole")]
    Kind,
    #[error(transparent)]
    Link(#[from] SwitchRoleError),
    #[error("the request did not come from the page that asks for the switch: open the link again")]
    Csrf,
    #[error("the role cannot be assumed: {0}")]
    Denied(String),
    #[error("the session does not fit into a cookie")]
    TooLarge,
    #[error("the server cannot answer now; try again later")]
    Unavailable(#[from] Fault),
}

impl RefusedSwitch {
    const fn status(&self) -> StatusCode {
        match self {
            Self::Nobody(_) => StatusCode::UNAUTHORIZED,
            Self::Kind | Self::Csrf | Self::Denied(_) => StatusCode::FORBIDDEN,
            Self::Link(_) | Self::TooLarge => StatusCode::BAD_REQUEST,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// What records call it.
    const fn code(&self) -> &'static str {
        match self {
            Self::Nobody(_) => "ExpiredToken",
            Self::Kind | Self::Csrf | Self::Denied(_) => "AccessDenied",
            Self::Link(_) | Self::TooLarge => "ValidationError",
            Self::Unavailable(_) => "ServiceUnavailable",
        }
    }
}

/// Answers the link, and the press on its page's button.
pub(super) async fn answer(visit: &Visit) -> Response {
    let form = match visit.form() {
        Ok(form) => form,
        Err(error) => return reply::refusal(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    if visit.parts.method == Method::GET {
        let page = asked(visit, &form).map(|(session, link)| confirmation(visit, &session, &link));
        return page.unwrap_or_else(|error| refusal(visit, &error));
    }
    let mut event = Event::new("SwitchRole");
    let answer = match Box::pin(switch(visit, &form, &mut event)).await {
        Ok(cookie) => {
            let mut answer = reply::new(StatusCode::SEE_OTHER, "text/plain", "");
            reply::set(&mut answer, SET_COOKIE, &cookie);
            reply::set(&mut answer, LOCATION, "/console/session");
            answer
        }
        Err(error) => {
            event.failed(error.code(), &error);
            refusal(visit, &error)
        }
    };
    visit.recorded(event, answer).await
}

/// The session that may switch, and what it is asked for.
fn asked(visit: &Visit, form: &Form) -> Result<(Box<ConsoleSession>, SwitchRole), RefusedSwitch> {
    let session =
        match Presented::read(visit.server(), &visit.parts.headers, visit.asked.now.as_microsecond())? {
            Presented::Living(session) => session,
            Presented::Ended { issuer } => return Err(RefusedSwitch::Nobody(issuer)),
            Presented::Nothing => return Err(RefusedSwitch::Nobody(None)),
        };
    match session.open.session.subject {
        Subject::Role { .. } => Ok((session, SwitchRole::read(form)?)),
        // AWS lets users switch too, who sign in with a password; root never.
        Subject::Root | Subject::User(_) | Subject::Federated { .. } => Err(RefusedSwitch::Kind),
    }
}

fn confirmation(visit: &Visit, session: &ConsoleSession, link: &SwitchRole) -> Response {
    let (name, color) = (link.display_name.as_deref().unwrap_or(""), link.color.as_deref().unwrap_or(""));
    let fields = [
        ("account", &*link.account),
        ("roleName", &*link.role),
        ("displayName", name),
        ("color", color),
        ("csrf", &*session.csrf),
    ];
    Page::new("Switch role")
        .says("You leave the role that you have now for another, for an hour at most.")
        .lists(&[
            ("Now", &session.caller.arn),
            ("Account", &link.account),
            ("Role", &link.role),
            ("Shown as", name),
        ])
        .asks("/switchrole", &fields, "Switch role")
        .answer(StatusCode::OK, &visit.asked.request_id)
}

fn refusal(visit: &Visit, error: &RefusedSwitch) -> Response {
    if let RefusedSwitch::Unavailable(fault) = error {
        tracing::warn!(request.id = &*visit.asked.request_id, %fault, cause = fault.cause(), "no role was switched to");
    }
    let page = Page::new("The role was not switched").says(&super::login::sentence(error));
    let page = match error {
        RefusedSwitch::Nobody(Some(issuer)) => page.links(issuer, "Sign in"),
        RefusedSwitch::Denied(_) | RefusedSwitch::Kind => {
            page.links("/console/session", "Back to the console")
        }
        RefusedSwitch::Nobody(None)
        | RefusedSwitch::Link(_)
        | RefusedSwitch::Csrf
        | RefusedSwitch::TooLarge
        | RefusedSwitch::Unavailable(_) => page,
    };
    page.answer(error.status(), &visit.asked.request_id)
}

/// Assumes the role as the session in the browser, and puts the new session in its place.
async fn switch(visit: &Visit, form: &Form, event: &mut Event) -> Result<String, RefusedSwitch> {
    let (session, link) = asked(visit, form)?;
    event.claimed(&session.held.access_key_id);
    event.tells("SwitchFrom", &session.caller.arn);
    session.check_page(visit, form.get("csrf")).map_err(|_| RefusedSwitch::Csrf)?;
    let snapshot =
        visit.server().store.current(visit.asked.now.as_microsecond()).map_err(fault::from_store)?;
    let directory: &Directory = &snapshot;
    let denied = || RefusedSwitch::Denied("check the account and the role's name".to_owned());
    let arn = link.arn(visit, directory).ok_or_else(denied)?;
    let assumed = assume(visit, &session, &arn).await?;
    let open = visit.server().living_session(directory, &assumed.id, &assumed.token, visit.now())?;
    // No longer than the session that it was assumed from: its end is the end of the sign-in.
    let expires = open.session.expires.min(session.expires());
    let opened = Session { expires, is_console: true, ..open.session.clone() };
    let held = exchange::hold(visit.server(), directory, &opened, visit.now())?;
    event.caller = Some(visit.server().session_caller(directory, &open)?);
    let entry = Entry { held, expires, issuer: session.issuer.clone(), label: Some(link.label()) };
    entry.cookie(visit)?.ok_or(RefusedSwitch::TooLarge)
}

/// Access key id and token of a role that was assumed.
struct Assumed {
    id: String,
    token: String,
}

async fn assume(visit: &Visit, session: &ConsoleSession, arn: &str) -> Result<Assumed, RefusedSwitch> {
    let Subject::Role { session_name, .. } = &session.open.session.subject else {
        return Err(RefusedSwitch::Kind);
    };
    let form = call::encode([
        ("Action", "AssumeRole"),
        ("Version", sts::SERVICE.version),
        ("RoleArn", arn),
        ("RoleSessionName", session_name),
        ("DurationSeconds", SWITCH_SECS),
    ]);
    let answer = visit.call(session, &sts::SERVICE, form, Some(&JSON)).await?;
    let is_done = answer.status() == StatusCode::OK;
    let body = answer.into_body().collect().await.map_err(Fault::internal_failure)?.to_bytes();
    let json: serde_json::Value = serde_json::from_slice(&body).map_err(Fault::internal_failure)?;
    let text = |pointer: &str| json.pointer(pointer).and_then(serde_json::Value::as_str).map(str::to_owned);
    if !is_done {
        let message = text("/Error/Message").unwrap_or_else(|| "no reason was given".to_owned());
        return Err(RefusedSwitch::Denied(message));
    }
    let credential = |name| text(&format!("/AssumeRoleResponse/AssumeRoleResult/Credentials/{name}"));
    let both = credential("AccessKeyId").zip(credential("SessionToken"));
    let (id, token) = both.ok_or_else(|| Fault::bug("AssumeRole answered no credentials"))?;
    Ok(Assumed { id, token })
}
