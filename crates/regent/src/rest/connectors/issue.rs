//! Using a connector: credentials, a console, or a look at who one would be.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use regent_broker::output::{Endpoints, Form, Identity, Issued, Style};
use regent_broker::plan::{Purpose, Warning};
use regent_wire::secret::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::admission::{Held, previewable, usable};
use crate::broker::console::{self, Page};
use crate::broker::issue::{self, Given, Wish};
use crate::rest::body::JsonBody;
use crate::rest::caller::Known;
use crate::rest::parameters::Path;
use crate::rest::problem::Problem;
use crate::time;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(issue_credentials))
        .routes(routes!(open_console))
        .routes(routes!(preview_caller_identity))
}

/// What somebody wants of a connector.
#[derive(Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct IssueRequest {
    /// How long. The planner says what is possible, and why not more.
    #[schema(minimum = 1)]
    duration_seconds: Option<u32>,
    /// How the credentials are to be written.
    #[schema(value_type = Form, default = "json")]
    format: String,
    /// That length and no other: refuse instead of giving another.
    strict: bool,
    /// Why, for the records.
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// A one-time password, where the connector passes it on.
    #[schema(pattern = "^[0-9]{6}$")]
    mfa_code: Option<String>,
    /// A session policy that narrows this one session; where the connector has none of its own.
    #[schema(max_length = 2048)]
    extra_policy: Option<String>,
}

impl Default for IssueRequest {
    fn default() -> Self {
        Self {
            duration_seconds: None,
            format: Form::Json.name().to_owned(),
            strict: false,
            reason: None,
            mfa_code: None,
            extra_policy: None,
        }
    }
}

/// Which console page, and for how long.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct ConsoleRequest {
    /// A page of the console, by path or address.
    #[schema(max_length = 2048)]
    destination: Option<String>,
    /// A service's page, by its short name: `ec2`.
    #[schema(max_length = 64)]
    service: Option<String>,
    /// The region to show.
    #[schema(max_length = 64)]
    region: Option<String>,
    /// How long.
    #[schema(minimum = 1)]
    duration_seconds: Option<u32>,
    /// Why, for the records.
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// A one-time password, where the connector passes it on.
    #[schema(pattern = "^[0-9]{6}$")]
    mfa_code: Option<String>,
}

/// What is issued, in the form `json`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what the form `json` writes")]
struct IssuedCredentials {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    #[schema(format = DateTime)]
    expiration: String,
    region: String,
    session_id: String,
    /// Whose permissions the session has, if the upstream has told.
    arn: Option<String>,
    /// Where STS and IAM are, if they are not AWS's.
    endpoints: Option<EndpointsView>,
    warnings: Vec<Warning>,
}

/// Where an upstream is that is not AWS.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what the form `json` writes")]
struct EndpointsView {
    sts: String,
    iam: Option<String>,
}

/// What is issued, in a form of JSON: Regent's own, or that of the tool which the form is named after.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it describes what the forms write")]
enum IssuedForm {
    Json(IssuedCredentials),
    Aws(AwsCredentials),
    Process(ProcessCredentials),
    Container(ContainerCredentials),
}

/// What is issued, in the form `aws`: as STS's answers are printed by AWS's command line.
#[derive(ToSchema)]
#[schema(rename_all = "PascalCase")]
#[expect(dead_code, reason = "it describes what the form `aws` writes")]
struct AwsCredentials {
    credentials: AwsKeys,
    #[schema(value_type = Option<Object>)]
    assumed_role_user: Option<()>,
    #[schema(value_type = Option<Object>)]
    federated_user: Option<()>,
}

/// An access key for a while, as AWS writes it.
#[derive(ToSchema)]
#[schema(rename_all = "PascalCase")]
#[expect(dead_code, reason = "it describes what the form `aws` writes")]
struct AwsKeys {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    #[schema(format = DateTime)]
    expiration: String,
}

/// What is issued, in the form `credential_process`.
#[derive(ToSchema)]
#[schema(rename_all = "PascalCase")]
#[expect(dead_code, reason = "it describes what the form `credential_process` writes")]
struct ProcessCredentials {
    /// 1
    version: u8,
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    #[schema(format = DateTime)]
    expiration: String,
}

/// What is issued, in the form `container`.
#[derive(ToSchema)]
#[schema(rename_all = "PascalCase")]
#[expect(dead_code, reason = "it describes what the form `container` writes")]
struct ContainerCredentials {
    access_key_id: String,
    secret_access_key: String,
    token: String,
    #[schema(format = DateTime)]
    expiration: String,
    role_arn: Option<String>,
}

/// A way into a console.
#[derive(Serialize, ToSchema)]
struct ConsoleUrl {
    /// Opens the console. Whoever has it is signed in: it is a secret for about fifteen minutes.
    url: String,
    /// Until when it opens anything.
    #[schema(format = DateTime)]
    valid_until: String,
    /// What was issued for it.
    session: SessionName,
    /// What the person should know.
    warnings: Vec<Warning>,
}

#[derive(Serialize, ToSchema)]
struct SessionName {
    id: String,
    arn: String,
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Who one would be.
#[derive(Serialize, ToSchema)]
struct CallerIdentity {
    /// As `GetCallerIdentity` and the upstream's records would show it, unless it is not known yet whose the base
    /// credentials are.
    #[serde(skip_serializing_if = "Option::is_none")]
    arn: Option<String>,
    /// The name of the session.
    session_name: String,
    /// The source identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    source_identity: Option<String>,
    /// The session's tags.
    tags: BTreeMap<String, String>,
}

/// Issues credentials. There is nothing here that a `GET` could do.
#[utoipa::path(post, path = "/connectors/{id}/credentials", operation_id = "issueCredentials", tag = "Use",
    params(("id" = String, Path, description = "Its id or its slug")), request_body = IssueRequest,
    responses(
        (status = 200, content((IssuedForm = "application/json"), (String = "text/plain"))),
        (status = "default", body = Problem)
    ))]
async fn issue_credentials(
    known: Known,
    Path(id): Path<String>,
    JsonBody(request): JsonBody<IssueRequest>,
) -> Result<Response, Problem> {
    let form: Form = request.format.parse().map_err(|error: regent_broker::output::ParseFormError| {
        Problem::bad_request("malformed_format", error.to_string())
    })?;
    let held = usable(&known, &id).await?;
    let wish = Wish {
        seconds: request.duration_seconds,
        strict: request.strict,
        reason: request.reason,
        mfa_code: request.mfa_code.map(Secret::new),
        extra_policy: request.extra_policy,
        purpose: Purpose::Credentials,
    };
    wish.check()?;
    let given = issue::issue(&known, held, &wish).await?;
    let issued = written(&known, held, given)?;
    let text = issued.write(form, &Style { profile: &held.entity.value.terms.slug, ..Style::default() });
    let text = text.map_err(|error| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "format_not_possible", error.to_string())
    })?;
    let mut response = Response::new(Body::from(text.reveal().to_owned()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(form.media_type()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// What was issued, ready to be written in any form.
fn written(known: &Known, held: &Held, given: Given) -> Result<Issued, Problem> {
    let Given { credentials, record, plan } = given;
    let terms = &held.entity.value.terms;
    let account = known.directory.broker().accounts.get(terms.account_id.as_str());
    let account = account.ok_or_else(|| Problem::not_found("the connector's account is gone"))?;
    let secret = |text: &str| regent_broker::Secret::new(text.to_owned());
    let token = credentials.session_token.as_ref().map_or("", |token| token.reveal().as_str());
    let expiration = jiff::Timestamp::from_second(record.expires_at).map_err(Problem::internal)?;
    let region = terms.region_hint.clone().unwrap_or_else(|| account.value.terms.region().to_owned());
    let arn = Some(record.arn.as_str().to_owned()).filter(|arn| !arn.is_empty());
    Ok(Issued {
        secret_access_key: secret(credentials.secret.reveal()),
        session_token: secret(token),
        expiration,
        region: Some(region),
        endpoints: endpoints(known, &account.value)?,
        session_id: record.id.to_string(),
        identity: Identity {
            principal_type: terms.principal_type,
            user_id: record.principal_id.as_ref().map(|id| id.as_str().to_owned()),
            role_arn: terms.role_arn.clone(),
            account_id: arn.as_deref().and_then(|arn| arn.split(':').nth(4)).map(str::to_owned),
            arn,
        },
        access_key_id: credentials.access_key_id,
        warnings: plan.warnings,
    })
}

/// Where STS and IAM are, if they are not AWS's.
fn endpoints(known: &Known, account: &regent_broker::Account) -> Result<Option<Endpoints>, Problem> {
    let record = crate::broker::base::record(known.directory.broker(), account)
        .map_err(|error| issue::from_base(&error))?;
    Ok(match record.kind {
        regent_broker::UpstreamKind::Aws => None,
        regent_broker::UpstreamKind::Embedded => {
            let own = known.asked.own_url(known.directory.broker());
            Some(Endpoints { sts: own.clone(), iam: Some(own) })
        }
        regent_broker::UpstreamKind::Custom => {
            Some(Endpoints { sts: record.sts_url.unwrap_or_default(), iam: record.iam_url })
        }
    })
}

/// Opens a console: answers with a URL that signs a browser in.
#[utoipa::path(post, path = "/connectors/{id}/console-url", operation_id = "openConsole", tag = "Use",
    params(("id" = String, Path)), request_body = ConsoleRequest,
    responses((status = 200, body = ConsoleUrl), (status = "default", body = Problem)))]
async fn open_console(
    known: Known,
    Path(id): Path<String>,
    JsonBody(request): JsonBody<ConsoleRequest>,
) -> Result<Response, Problem> {
    let held = usable(&known, &id).await?;
    let own = known.asked.own_url(known.directory.broker());
    let page = Page { destination: request.destination, service: request.service, region: request.region };
    let site = console::site(&known, held, &own, &page)?;
    let wish = Wish {
        seconds: request.duration_seconds,
        reason: request.reason,
        mfa_code: request.mfa_code.map(Secret::new),
        purpose: Purpose::Console,
        ..Wish::default()
    };
    wish.check()?;
    let given = issue::issue(&known, held, &wish).await?;
    let opened = match console::open(&known, &site, &given).await {
        Ok(opened) => opened,
        Err(problem) => {
            console::not_opened(&known, &held.entity, &given, &problem).await?;
            return Err(problem);
        }
    };
    let mut warnings = given.plan.warnings.clone();
    warnings.extend(opened.warning);
    let answer = ConsoleUrl {
        url: opened.url.reveal().clone(),
        valid_until: time::iso_text(known.asked.seconds() + console::URL_SECS),
        session: SessionName {
            id: given.record.id.to_string(),
            arn: given.record.arn.as_str().to_owned(),
            expires_at: time::iso_text(given.record.expires_at),
        },
        warnings,
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// Tells who one would be, without anything being issued.
#[utoipa::path(post, path = "/connectors/{id}/caller-identity", operation_id = "previewCallerIdentity", tag = "Use",
    params(("id" = String, Path)),
    responses((status = 200, body = CallerIdentity), (status = "default", body = Problem)))]
async fn preview_caller_identity(known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    let held = previewable(&known, &id)?;
    let preview = issue::preview(&known, held)?;
    Ok(Json(CallerIdentity {
        arn: preview.arn,
        session_name: preview.session_name,
        source_identity: preview.source_identity,
        tags: preview.tags.into_iter().collect(),
    })
    .into_response())
}
