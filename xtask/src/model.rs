//! A service model: what AWS publishes about a service's operations and shapes.
//!
//! One set of types serves both ends. Reading a published model into them and writing it out again *is* the
//! stripping: documentation has no field here that is written. A key nobody has taught us is an error, so a
//! new kind of fact cannot be lost without somebody deciding that it may.

use serde::{Deserialize, Serialize};

use crate::ordered::Ordered;

/// Prose and facts for clients only: read, and never written.
type Dropped = serde::de::IgnoredAny;

/// One service, in one version of its interface.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Model {
    #[serde(default, rename = "version", skip_serializing)]
    _version: Option<Dropped>,
    #[serde(default, rename = "documentation", skip_serializing)]
    _documentation: Option<Dropped>,
    #[serde(default, rename = "clientContextParams", skip_serializing)]
    _client_context_params: Option<Dropped>,
    pub(crate) metadata: Metadata,
    pub(crate) operations: Ordered<Operation>,
    pub(crate) shapes: Ordered<Shape>,
}

/// How the service is spoken to.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Metadata {
    pub(crate) api_version: String,
    pub(crate) endpoint_prefix: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) global_endpoint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) json_version: Option<String>,
    #[serde(default, rename = "protocol", skip_serializing)]
    _protocol: Option<Dropped>,
    pub(crate) protocols: Vec<String>,
    #[serde(default, rename = "serviceAbbreviation", skip_serializing)]
    _service_abbreviation: Option<Dropped>,
    pub(crate) service_full_name: String,
    pub(crate) service_id: String,
    #[serde(default, rename = "signatureVersion", skip_serializing)]
    _signature_version: Option<Dropped>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) signing_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) target_prefix: Option<String>,
    #[serde(default, rename = "uid", skip_serializing)]
    _uid: Option<Dropped>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) xml_namespace: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) auth: Vec<String>,
}

/// One operation.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operation {
    pub(crate) name: String,
    pub(crate) http: Http,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) input: Option<Reference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) output: Option<Reference>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<Reference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) authtype: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) auth: Vec<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) idempotent: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) readonly: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) deprecated: bool,
    #[serde(default, rename = "deprecatedMessage", skip_serializing)]
    _deprecated_message: Option<Dropped>,
    #[serde(default, rename = "deprecatedSince", skip_serializing)]
    _deprecated_since: Option<Dropped>,
    #[serde(default, rename = "staticContextParams", skip_serializing)]
    _static_context_params: Option<Dropped>,
    #[serde(default, rename = "documentation", skip_serializing)]
    _documentation: Option<Dropped>,
}

/// The HTTP side of an operation. Only the REST protocols give it meaning.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Http {
    pub(crate) method: String,
    pub(crate) request_uri: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) response_code: Option<u16>,
}

/// A use of a shape: by an operation, a structure's member, a list's element, a map's key or value.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Reference {
    pub(crate) shape: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) result_wrapper: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) location: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) location_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) query_name: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) flattened: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) timestamp_format: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) jsonvalue: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) idempotency_token: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) host_label: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) streaming: bool,
    #[serde(default, rename = "box", skip_serializing_if = "is_false")]
    pub(crate) boxed: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) deprecated: bool,
    #[serde(default, rename = "deprecatedMessage", skip_serializing)]
    _deprecated_message: Option<Dropped>,
    #[serde(default, rename = "deprecatedSince", skip_serializing)]
    _deprecated_since: Option<Dropped>,
    #[serde(default, rename = "documentation", skip_serializing)]
    _documentation: Option<Dropped>,
}

/// A shape of any kind.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Shape {
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) required: Vec<String>,
    #[serde(default, skip_serializing_if = "Ordered::is_empty")]
    pub(crate) members: Ordered<Reference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) member: Option<Reference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<Reference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<Reference>,
    #[serde(default, rename = "enum", skip_serializing_if = "Vec::is_empty")]
    pub(crate) values: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) min: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pattern: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) sensitive: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) union: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) document: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) payload: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) flattened: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) location_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) timestamp_format: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) streaming: bool,
    #[serde(default, rename = "box", skip_serializing_if = "is_false")]
    pub(crate) boxed: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) exception: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ErrorTrait>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) fault: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retryable: Option<Retryable>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) deprecated: bool,
    #[serde(default, rename = "deprecatedMessage", skip_serializing)]
    _deprecated_message: Option<Dropped>,
    #[serde(default, rename = "deprecatedSince", skip_serializing)]
    _deprecated_since: Option<Dropped>,
    #[serde(default, rename = "documentation", skip_serializing)]
    _documentation: Option<Dropped>,
}

/// The kinds of shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Structure,
    List,
    Map,
    String,
    Integer,
    Long,
    Float,
    Double,
    Boolean,
    Timestamp,
    Blob,
}

/// How an error looks on the wire.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ErrorTrait {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) http_status_code: Option<u16>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) sender_fault: bool,
}

/// Whether a client may try again.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Retryable {
    pub(crate) throttling: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}
