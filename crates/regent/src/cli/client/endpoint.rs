//! The container credential endpoint: what SDKs ask at `AWS_CONTAINER_CREDENTIALS_FULL_URI`, with a token, as often as they
//! need new credentials.
//!
//! AWS: SDKs and Tools Reference Guide, Container credential provider.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use data_encoding::BASE64URL_NOPAD;
use http::{Method, StatusCode, header};
use percent_encoding::percent_decode_str;
use regent_broker::output::{Form, Style};
use regent_wire::secret::Secret;
use serde_json::json;
use zeroize::Zeroizing;

use super::issue::{Caching, Wish, issue};
use super::loopback::{Answers, Asked, Told};
use super::refusal::{Refusal, Status};
use super::{Reach, Session};
use crate::entropy;

/// Whoever has the token gets credentials of these connectors.
pub(super) struct Endpoint {
    token: Secret<String>,
    /// None: all that the login may use.
    connectors: Vec<String>,
    /// What is wished of each of them.
    wish: Wish,
    reach: Reach,
    caching: Caching,
}

impl Endpoint {
    pub(super) fn new(
        connectors: Vec<String>,
        wish: Wish,
        reach: Reach,
        caching: Caching,
    ) -> anyhow::Result<Arc<Self>> {
        let token = Secret::new(BASE64URL_NOPAD.encode(&*Zeroizing::new(entropy::bytes::<32>()?)));
        Ok(Arc::new(Self { token, connectors, wish, reach, caching }))
    }

    pub(super) const fn token(&self) -> &Secret<String> {
        &self.token
    }

    /// The path of a connector's credentials.
    pub(super) fn path(connector: &str) -> String {
        let encoded: String = url::form_urlencoded::byte_serialize(connector.as_bytes()).collect();
        format!("/v1/credentials/{encoded}")
    }

    fn connector(&self, path: &str) -> Option<String> {
        let encoded = path.strip_prefix("/v1/credentials/")?;
        let connector = percent_decode_str(encoded).decode_utf8().ok()?.into_owned();
        let served = self.connectors.is_empty() || self.connectors.contains(&connector);
        (served && !connector.is_empty()).then_some(connector)
    }

    async fn credentials(&self, connector: String) -> anyhow::Result<Vec<u8>> {
        // Anew each time: the person may have signed in again meanwhile.
        let session = Session::open(&self.reach).await?;
        let wish = Wish { slug: connector, ..self.wish.clone() };
        let issued = issue(&session, &wish, &self.caching).await?;
        Ok(issued.write(Form::Container, &Style::default())?.as_bytes().to_vec())
    }
}

impl Answers for Endpoint {
    async fn answer(&self, asked: Asked) -> Told {
        let given = asked.headers.get(header::AUTHORIZATION).map_or(&[][..], |token| token.as_bytes());
        if verify_slices_are_equal(given, self.token.reveal().as_bytes()).is_err() {
            return refuse(
                StatusCode::UNAUTHORIZED,
                "Unauthorized",
                "the authorization token is missing or wrong",
            );
        }
        if asked.method != Method::GET {
            return refuse(
                StatusCode::METHOD_NOT_ALLOWED,
                "MethodNotAllowed",
                "credentials are asked for with GET",
            );
        }
        let Some(connector) = self.connector(&asked.path) else {
            let text = "expected the path `/v1/credentials/CONNECTOR` of a connector that is served here";
            return refuse(StatusCode::NOT_FOUND, "NotFound", text);
        };
        match self.credentials(connector).await {
            Ok(body) => Told::json(StatusCode::OK, body),
            Err(error) => match error.downcast_ref::<Refusal>() {
                Some(refusal) => {
                    let (status, code) = match refusal.status {
                        Status::LoginNeeded => (StatusCode::FORBIDDEN, "LoginNeeded"),
                        Status::NotGranted => (StatusCode::FORBIDDEN, "NotGranted"),
                        Status::ApprovalPending => (StatusCode::FORBIDDEN, "ApprovalPending"),
                        Status::UpstreamRefused => (StatusCode::BAD_GATEWAY, "UpstreamRefused"),
                        Status::Failed if refusal.is_outage => {
                            (StatusCode::SERVICE_UNAVAILABLE, "Unavailable")
                        }
                        Status::Failed => (StatusCode::BAD_REQUEST, "Failed"),
                    };
                    refuse(status, code, &refusal.line())
                }
                None => refuse(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", &error.to_string()),
            },
        }
    }
}

/// A refusal as SDKs read it.
fn refuse(status: StatusCode, code: &str, message: &str) -> Told {
    Told::json(status, json!({ "code": code, "message": message }).to_string().into_bytes())
}
