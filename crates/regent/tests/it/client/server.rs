//! A server that answers from a table, and remembers what it was asked.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;

/// What was asked: method and path with its query, who by, and what with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) line: String,
    pub(super) by: String,
    pub(super) if_match: Option<String>,
    pub(super) body: String,
}

impl Seen {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }
}

/// The answers to a line, one after the other; the last one is given again and again.
type Answers = Arc<Mutex<BTreeMap<String, VecDeque<(u16, String)>>>>;

pub(super) struct Server {
    address: SocketAddr,
    answers: Answers,
    seen: Arc<Mutex<Vec<Seen>>>,
    _runtime: tokio::runtime::Runtime,
}

impl Server {
    /// A server with these answers; everything else is not found.
    pub(super) fn new(answers: &[(&str, u16, Value)]) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (table, seen) = (Answers::default(), Arc::new(Mutex::new(Vec::new())));
        let (theirs, remembered) = (Arc::clone(&table), Arc::clone(&seen));
        runtime.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (answers, seen) = (Arc::clone(&theirs), Arc::clone(&remembered));
                tokio::spawn(async move {
                    let service = service_fn(|request| answer(&answers, &seen, request));
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        let server = Self { address, answers: table, seen, _runtime: runtime };
        for (line, status, body) in answers {
            server.answers(line, *status, body);
        }
        server
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Adds an answer after those that a line has already.
    pub(super) fn answers(&self, line: &str, status: u16, body: &Value) {
        let body = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
        self.answers.lock().unwrap().entry(line.to_owned()).or_default().push_back((status, body));
    }

    /// Gives this answer from now on.
    pub(super) fn now_answers(&self, line: &str, status: u16, body: &Value) {
        self.answers.lock().unwrap().remove(line);
        self.answers(line, status, body);
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The lines that were asked for since the last time.
    pub(super) fn take_lines(&self) -> Vec<String> {
        self.seen.lock().unwrap().drain(..).map(|seen| seen.line).collect()
    }

    pub(super) fn count(&self, line: &str) -> usize {
        self.seen().iter().filter(|seen| seen.line == line).count()
    }
}

async fn answer(
    answers: &Answers,
    seen: &Mutex<Vec<Seen>>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let line = format!("{} {}", request.method(), request.uri());
    let (by, if_match) = (header("authorization").unwrap_or_default(), header("if-match"));
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    seen.lock().unwrap().push(Seen { line: line.clone(), by, if_match, body });
    let (status, body) = {
        let mut answers = answers.lock().unwrap();
        match answers.get_mut(&line) {
            Some(queue) if queue.len() > 1 => queue.pop_front().unwrap(),
            Some(queue) => queue.front().cloned().unwrap(),
            None => {
                (404, format!(r#"{{"code":"not_found","detail":"nothing at {}"}}"#, line.replace('"', "'")))
            }
        }
    };
    Ok(Response::builder().status(status).body(Full::new(Bytes::from(body))).unwrap())
}
