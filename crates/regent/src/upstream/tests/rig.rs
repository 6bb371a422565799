//! A server that says what it is told to, however rude.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use regent_wire::secret::SecretAccessKey;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

use crate::clock::Clock;
use crate::upstream::client::{Client, Limits, Route, Trust};
use crate::upstream::credentials::Credentials;
use crate::upstream::guard::Reach;
use crate::upstream::retry::Retry;
use crate::upstream::transport::Transport;
use crate::upstream::{Endpoint, Upstream};

/// When every test begins.
pub(crate) const NOW: &str = "2026-11-22T12:00:00Z";

/// What is said to one request.
#[derive(Clone)]
pub(crate) enum Say {
    /// These bytes, and no more.
    Bytes(Vec<u8>),
    /// Nothing, for as long as the other side waits.
    Nothing,
    /// These bytes, one now and then, far slower than anybody waits.
    Slowly(Vec<u8>),
    /// This, and then noise without end.
    Endlessly(Vec<u8>),
}

impl Say {
    /// Whether the other side is never told all of it.
    pub(crate) fn keeps_waiting(&self) -> bool {
        matches!(self, Self::Nothing | Self::Slowly(_))
    }
}

/// An answer with these lines of a head and this body.
pub(crate) fn http(status: u16, head: &str, body: &str) -> Say {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} x\r\ncontent-length: {length}\r\nconnection: close\r\n{head}\r\n{body}");
    Say::Bytes(head.into_bytes())
}

/// Listens on loopback and answers one connection after the other; the last answer is given for ever.
pub(crate) struct Stranger {
    pub(crate) address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Stranger {
    pub(crate) async fn who_says(script: Vec<Say>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hears = Arc::clone(&heard);
        let task = tokio::spawn(async move {
            for at in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let say = script[at.min(script.len() - 1)].clone();
                tokio::spawn(answer(stream, say, Arc::clone(&hears)));
            }
        });
        Self { address, heard, task }
    }

    pub(crate) fn url(&self) -> Url {
        Url::parse(&format!("http://{}/", self.address)).unwrap()
    }

    /// The requests so far, head and body.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(mut stream: TcpStream, say: Say, heard: Arc<Mutex<Vec<String>>>) {
    let Some(request) = request(&mut stream).await else { return };
    heard.lock().unwrap().push(request);
    match say {
        Say::Bytes(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Say::Nothing => tokio::time::sleep(Duration::from_mins(1)).await,
        Say::Slowly(bytes) => {
            for byte in bytes {
                if stream.write_all(&[byte]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        Say::Endlessly(bytes) => {
            let noise = vec![b'x'; 64 * 1024];
            let mut written = stream.write_all(&bytes).await;
            while written.is_ok() {
                written = stream.write_all(&noise).await;
            }
        }
    }
}

async fn request(stream: &mut TcpStream) -> Option<String> {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(text.into_owned());
            }
        }
        let mut piece = [0; 4096];
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => read.extend_from_slice(&piece[..count]),
        }
    }
}

/// A client for this machine.
fn client(limits: Limits) -> Client {
    let route = Route { reach: Reach::Loopback, trust: Trust::Nobody, proxy: None };
    Client::with(&route, limits).unwrap()
}

/// Over a socket of this machine, for as long as the product waits.
pub(crate) fn patient() -> Transport {
    Transport::Http(client(Limits::default()))
}

/// Over a socket of this machine, but not for long: for who is known to let others wait.
pub(crate) fn impatient() -> Transport {
    Transport::Http(client(Limits { time: Duration::from_secs(2), ..Limits::default() }))
}

/// An upstream at a URL, asked at [`NOW`].
pub(crate) fn upstream_at(url: &Url) -> Upstream {
    let endpoint = Endpoint { url: url.clone(), region: "us-east-1".to_owned() };
    Upstream {
        transport: patient(),
        sts: endpoint.clone(),
        iam: Some(endpoint),
        clock: Clock::manual(NOW.parse::<Timestamp>().unwrap()),
        retry: Retry { first_wait: Duration::from_millis(2), ..Retry::default() },
    }
}

/// A key that nobody knows.
pub(crate) fn key() -> Credentials {
    let secret = SecretAccessKey::new("canary-secret-canary-secret-canary-secret".to_owned());
    Credentials::long_term("AKIAIOSFODNN7EXAMPLE".to_owned(), secret)
}
