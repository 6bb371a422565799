//! A server that is somebody else's: what is asked of it, a test answers.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};

type Said = Pin<Box<dyn Future<Output = (u16, String)> + Send>>;
type Answer = Arc<dyn Fn(String) -> Said + Send + Sync>;

/// The account that its answers are of.
pub(crate) const ACCOUNT: &str = "999988887777";

pub(crate) struct Stranger {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Stranger {
    /// A server that answers each body this way.
    pub(crate) async fn new<F>(answer: impl Fn(String) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = (u16, String)> + Send + 'static,
    {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hears = Arc::clone(&heard);
        let answer: Answer = Arc::new(move |body| Box::pin(answer(body)));
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (hears, answer) = (Arc::clone(&hears), Arc::clone(&answer));
                tokio::spawn(async move {
                    let service = service_fn(|request| say(&hears, &answer, request));
                    // Its clock is nobody's business: the one of the tests stands still.
                    let mut http = http1::Builder::new();
                    let _ =
                        http.auto_date_header(false).serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { address, heard, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// How often something was asked.
    pub(crate) fn count(&self, action: &str) -> usize {
        let wanted = format!("Action={action}&");
        self.heard.lock().unwrap().iter().filter(|body| format!("{body}&").contains(&wanted)).count()
    }

    /// The record of an upstream that is this server.
    pub(crate) fn upstream(&self) -> Value {
        json!({
            "name": "elsewhere", "kind": "custom", "sts_url": self.url(), "iam_url": self.url(),
            "signin_url": format!("{}federation", self.url()), "console_url": self.url(),
            "tls": "insecure_loopback_only",
        })
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn say(
    heard: &Mutex<Vec<String>>,
    answer: &Answer,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let body = String::from_utf8_lossy(&body).into_owned();
    heard.lock().unwrap().push(body.clone());
    let (status, text) = answer(body).await;
    Ok(Response::builder().status(status).body(Full::new(text.into())).unwrap())
}

/// What is asked for: `AssumeRole`.
pub(crate) fn action(body: &str) -> &str {
    parameter(body, "Action").unwrap_or_default()
}

/// A parameter of a request.
pub(crate) fn parameter<'a>(body: &'a str, name: &str) -> Option<&'a str> {
    body.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

/// Says that the credentials are this principal's.
pub(crate) fn identity(principal: &str) -> (u16, String) {
    let text = format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::{ACCOUNT}:{principal}</Arn>\
         <UserId>AIDA</UserId><Account>{ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    );
    (200, text)
}

/// A session until this time.
pub(crate) fn session(operation: &str, end: jiff::Timestamp) -> (u16, String) {
    let who = match operation {
        "AssumeRole" => format!(
            "<AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId><Arn>arn:aws:sts::{ACCOUNT}:assumed-role/far/x</Arn></AssumedRoleUser>"
        ),
        "GetFederationToken" => format!(
            "<FederatedUser><FederatedUserId>{ACCOUNT}:x</FederatedUserId><Arn>arn:aws:sts::{ACCOUNT}:federated-user/x</Arn></FederatedUser>"
        ),
        _ => String::new(),
    };
    let text = format!(
        "<{operation}Response><{operation}Result>{who}<Credentials><AccessKeyId>ASIAFARFARFARFARFARF</AccessKeyId>\
         <SecretAccessKey>far-secret</SecretAccessKey><SessionToken>far-token</SessionToken>\
         <Expiration>{end}</Expiration></Credentials></{operation}Result>\
         <ResponseMetadata><RequestId>far-request</RequestId></ResponseMetadata></{operation}Response>"
    );
    (200, text)
}

/// A refusal.
pub(crate) fn refusal(status: u16, code: &str, message: &str) -> (u16, String) {
    let text = format!(
        "<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
    );
    (status, text)
}
