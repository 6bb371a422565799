//! What the broker keeps, as the API shows it: its own members, and who made it what it is.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{ETAG, HeaderValue};
use regent_broker::{Id, Stored};
use regent_store::Seq;
use regent_store::directory::Versioned;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::time;

/// Something the broker keeps.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Shown<T> {
    /// Its id, which never changes.
    #[schema(value_type = String)]
    pub(crate) id: Id,
    /// Changes with every change; what `ETag` and `If-Match` carry.
    revision: u64,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// Who made it.
    created_by: Box<str>,
    /// When it was last changed.
    #[schema(format = DateTime)]
    updated_at: String,
    /// Who changed it.
    updated_by: Box<str>,
    /// What it is.
    #[serde(flatten)]
    pub(crate) value: T,
}

/// The members of [`Shown`], which a change may repeat and cannot change.
const KEPT: [&str; 6] = ["id", "revision", "created_at", "created_by", "updated_at", "updated_by"];

impl<T> Shown<T> {
    /// Shows a thing as `value`.
    pub(crate) fn new<S>(stored: &Stored<S>, version: Seq, value: T) -> Self {
        Self {
            id: stored.id.clone(),
            revision: version.number(),
            created_at: time::iso_text(stored.created),
            created_by: stored.created_by.clone(),
            updated_at: time::iso_text(stored.updated),
            updated_by: stored.updated_by.clone(),
            value,
        }
    }

    /// Shows what the directory holds.
    pub(crate) fn of<S>(held: &Versioned<Stored<S>>, value: T) -> Self {
        Self::new(&held.entity, held.version, value)
    }
}

impl<T: Serialize> Shown<T> {
    /// As an answer, with its revision as `ETag`.
    pub(crate) fn answer(self, status: StatusCode) -> Response {
        let tag = HeaderValue::from_str(&format!("\"{}\"", self.revision));
        let mut response = (status, Json(self)).into_response();
        if let Ok(tag) = tag {
            response.headers_mut().insert(ETAG, tag);
        }
        response
    }
}

/// Leaves out of a change what only the server writes: people send back what they got.
pub(crate) fn without_read_only(value: &mut Value, also: &[&str]) {
    if let Value::Object(members) = value {
        for name in KEPT.iter().chain(also) {
            members.remove(*name);
        }
    }
}
