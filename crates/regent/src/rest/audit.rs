//! What happened: `/audit`.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue, LINK};
use jiff::Timestamp;
use regent_policy::action;
use regent_store::Order;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::Known;
use super::list::{List, Page};
use super::parameters::Query;
use super::problem::Problem;
use super::sessions::{ActorView, ClientView, ConnectorNameView};
use crate::broker::journal::{Action, Event, Question, Text, csv};

/// How many events are asked for at once.
const PAGE: usize = 500;
/// An export that has reached this ends, and says where to go on.
const EXPORT_BYTES: usize = 16 << 20;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_events))
        .routes(routes!(export_events))
        .routes(routes!(verify_events))
}

/// Something that happened, as it was written.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "says what the API shows: events are shown as they were written")]
struct AuditEvent {
    /// Its place in the chain, from 1.
    seq: u64,
    /// Its id.
    id: String,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// Who did it.
    actor: ActorView,
    /// For whom, if that is somebody else.
    on_behalf: Option<ActorView>,
    /// What was done.
    #[schema(example = "credentials.issue")]
    action: String,
    /// To what.
    target: Option<TargetView>,
    /// Through which connector.
    connector: Option<ConnectorNameView>,
    /// What was issued.
    session: Option<SessionFactsView>,
    /// What allowed it: `admin`, or `grant:` and the grant.
    via: Option<String>,
    /// Why, in the actor's words.
    reason: Option<String>,
    /// The ticket that was named.
    ticket: Option<String>,
    /// From where.
    client: Option<ClientView>,
    /// `ok`, `denied` or `failed`
    result: String,
    /// Why it did not end well.
    error_code: Option<String>,
    /// What the upstream calls its answer.
    upstream_request_id: Option<String>,
    /// What else there is to say.
    detail: Option<String>,
    /// What the day before came to, signed; of the first event of a day.
    anchor: Option<AnchorView>,
    /// The hash of the event before.
    prev_hash: String,
    /// SHA-256 over that, a line feed, and the event without this member.
    hash: String,
}

/// What something was done to.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "says what the API shows: events are shown as they were written")]
struct TargetView {
    #[schema(rename = "type")]
    kind: String,
    id: String,
    name: String,
}

/// What was issued, as far as it is no secret.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "says what the API shows: events are shown as they were written")]
struct SessionFactsView {
    id: String,
    access_key_id: String,
    arn: String,
    session_name: String,
    source_identity: Option<String>,
    tags: Option<std::collections::BTreeMap<String, String>>,
    seconds: u32,
    policy_sha256: Option<String>,
}

/// What the chain came to by the end of a day.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "says what the API shows: events are shown as they were written")]
struct AnchorView {
    /// The day.
    day: String,
    /// The number of its last event.
    seq: u64,
    /// The hash of that event.
    hash: String,
    /// Which key signed.
    key: u32,
    /// Ed25519, in base64.
    signature: String,
}

/// Which events.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Not before this time.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Before this time.
    #[param(format = DateTime)]
    to: Option<String>,
    /// Who did it: an id or a name.
    actor: Option<String>,
    /// What was done: `credentials.issue`, or `credentials.*`.
    action: Option<String>,
    /// Through which connector: its id or its slug.
    connector: Option<String>,
    /// Which session, by its id.
    session: Option<String>,
    /// How many at most, 1 to 1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<usize>,
    /// Where the last page ended: its `next_cursor`.
    #[param(max_length = 256)]
    cursor: Option<String>,
    /// Of an export: `jsonl` or `csv`.
    #[param(inline)]
    format: Option<Format>,
}

/// The form of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    /// One JSON object a line, as they were written.
    #[default]
    Jsonl,
    /// A table.
    Csv,
}

impl Filter {
    fn question(&self, order: Order) -> Result<Question, Problem> {
        let text = |text: &Option<String>| text.as_deref().map(Into::into);
        Ok(Question {
            from: time("from", self.from.as_deref())?,
            to: time("to", self.to.as_deref())?,
            actor: text(&self.actor),
            action: text(&self.action),
            connector: text(&self.connector),
            session: text(&self.session),
            order,
        })
    }

    /// The query that goes on after this event, and asks for the same otherwise.
    fn going_on(&self, after: u64) -> String {
        let format = match self.format {
            None => None,
            Some(Format::Jsonl) => Some("jsonl"),
            Some(Format::Csv) => Some("csv"),
        };
        let limit = self.limit.map(|limit| limit.to_string());
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("from", self.from.as_deref()),
            ("to", self.to.as_deref()),
            ("actor", self.actor.as_deref()),
            ("action", self.action.as_deref()),
            ("connector", self.connector.as_deref()),
            ("session", self.session.as_deref()),
            ("limit", limit.as_deref()),
            ("format", format),
        ] {
            query.extend_pairs(value.map(|value| (name, value)));
        }
        query.append_pair("cursor", &after.to_string()).finish()
    }

    fn after(&self) -> Result<Option<u64>, Problem> {
        let number = self.cursor.as_deref().filter(|cursor| !cursor.is_empty()).map(str::parse);
        number.transpose().map_err(|_| {
            Problem::bad_request("malformed_cursor", "expected a `cursor` that a list has given")
        })
    }
}

fn time(name: &str, text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    let parsed = text.map(str::parse).transpose();
    parsed.map_err(|_| {
        let detail = format!("expected `{name}` to be a time like 2026-11-22T08:00:00Z");
        Problem::bad_request("malformed_time", detail)
    })
}

/// Lists events, newest first, as they were written.
///
/// A page may be shorter than `limit`, or empty, and still have a `next_cursor`.
#[utoipa::path(get, path = "/audit", operation_id = "listEvents", tag = "Audit", params(Filter),
    responses((status = 200, body = List<AuditEvent>), (status = "default", body = Problem)))]
async fn list_events(
    known: Known,
    Query(filter): Query<Filter>,
) -> Result<Json<List<Box<RawValue>>>, Problem> {
    known.must(&action!("regent:ListEvents"), "event", "*")?;
    let limit = Page { limit: filter.limit, ..Page::default() }.limit()?;
    let question = filter.question(Order::NewestFirst)?;
    let found = known.asked.server.find_events(question, filter.after()?, limit).await?;
    // Each was written as JSON, and read as JSON when it was found.
    let items = found.events.into_iter().filter_map(|event| RawValue::from_string(event.into()).ok());
    let next_cursor = found.next.map(|next| next.to_string());
    Ok(Json(List { items: items.collect(), next_cursor }))
}

/// Hands out events in a file, oldest first. That it did is an event too.
///
/// A file has at most about 16 MiB; where there is more, the header `Link` says where the next one is.
#[utoipa::path(get, path = "/audit/export", operation_id = "exportEvents", tag = "Audit", params(Filter),
    responses(
        (status = 200, content((String = "application/jsonl"), (String = "text/csv"))),
        (status = "default", body = Problem)
    ))]
async fn export_events(known: Known, Query(filter): Query<Filter>) -> Result<Response, Problem> {
    known.must(&action!("regent:ExportEvents"), "event", "*")?;
    let question = filter.question(Order::OldestFirst)?;
    let mut after = filter.after()?;
    let server = &known.asked.server;
    let event = server.event_of(&known.caller, Action::EXPORT).map_err(Problem::internal)?;
    server.journal(Event { detail: Some(Text::from("audit events")), ..event }).await?;
    let format = filter.format.unwrap_or_default();
    let mut body = match format {
        Format::Jsonl => String::new(),
        Format::Csv => csv::header(),
    };
    loop {
        let found = server.find_events(question.clone(), after, PAGE).await?;
        for event in &found.events {
            match format {
                Format::Jsonl => {
                    body.push_str(event);
                    body.push('\n');
                }
                Format::Csv => body.push_str(&csv::line(event)),
            }
        }
        after = found.next;
        if after.is_none() || body.len() >= EXPORT_BYTES {
            break;
        }
    }
    let (kind, name) = match format {
        Format::Jsonl => ("application/jsonl", "attachment; filename=\"regent-audit.jsonl\""),
        Format::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"regent-audit.csv\""),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static(name));
    if let Some(after) = after
        && let Ok(link) = HeaderValue::from_str(&format!("<?{}>; rel=\"next\"", filter.going_on(after)))
    {
        headers.insert(LINK, link);
    }
    Ok(response)
}

/// What verifying the chain has found.
#[derive(Debug, Serialize, ToSchema)]
struct Verified {
    /// Whether every event is as it was written.
    ok: bool,
    /// How many are, up to the first that is not.
    events: u64,
    /// The number of the first event that is kept.
    first: u64,
    /// How many signed days were among them.
    anchors: u64,
    /// The first event that is not as it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    broken: Option<BrokenView>,
}

/// An event that is not as it was written.
#[derive(Debug, Serialize, ToSchema)]
struct BrokenView {
    /// Its number.
    seq: u64,
    /// Its id, if there is one to be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Box<str>>,
    /// What is wrong.
    why: String,
}

/// Checks every event against the one before, and names the first that is not as it was written.
#[utoipa::path(get, path = "/audit/verify", operation_id = "verifyEvents", tag = "Audit",
    responses((status = 200, body = Verified), (status = "default", body = Problem)))]
async fn verify_events(known: Known) -> Result<Json<Verified>, Problem> {
    known.must(&action!("regent:VerifyEvents"), "event", "*")?;
    let report = known.asked.server.verify_chain().await?;
    let broken = report.broken.map(|broken| BrokenView {
        seq: broken.seq,
        id: broken.id,
        why: broken.why.to_string(),
    });
    Ok(Json(Verified {
        ok: broken.is_none(),
        events: report.events,
        first: report.first,
        anchors: report.anchors,
        broken,
    }))
}

#[cfg(test)]
mod tests {
    use super::{Filter, Format};

    #[test]
    fn the_next_page_is_one_of_the_same_question() {
        let filter = Filter {
            from: Some("2026-11-22T08:00:00+01:00".to_owned()),
            actor: Some("ana & bob>".to_owned()),
            action: Some("credentials.*".to_owned()),
            session: Some("sess_1".to_owned()),
            limit: Some(5),
            cursor: Some("3".to_owned()),
            format: Some(Format::Csv),
            ..Filter::default()
        };
        assert_eq!(
            filter.going_on(17),
            "from=2026-11-22T08%3A00%3A00%2B01%3A00&actor=ana+%26+bob%3E&action=credentials.*\
             &session=sess_1&limit=5&format=csv&cursor=17"
        );
        assert_eq!(Filter::default().going_on(1), "cursor=1");
    }
}
