//! A server on a socket, and a client that sends whatever bytes it is told to.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use regent::config::Settings;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::support::{Client, TestServer};

/// Far longer than anything here takes: a test that waits for it has failed.
const TOO_LONG: Duration = Duration::from_secs(20);

/// A test server that listens.
pub(crate) struct Live {
    pub(crate) server: TestServer,
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<anyhow::Result<()>>,
}

impl Live {
    /// With settings that differ; patient for one second, unless they say otherwise.
    pub(crate) async fn with(settings: Settings) -> Self {
        let patience = settings.client_patience_secs.or(Some(1));
        let settings = Settings { client_patience_secs: patience, ..settings };
        let server = TestServer::with(settings).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(Arc::clone(&server.server).run(listener, async {
            let _ = stopped.await;
        }));
        Self { server, address, stop: Some(stop), running }
    }

    pub(crate) async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn connect(&self) -> Wire<TcpStream> {
        Wire::new(TcpStream::connect(self.address).await.unwrap())
    }

    /// Sends bytes on a connection of their own, and returns the answer to them if there is one.
    pub(crate) async fn say(&self, bytes: impl AsRef<[u8]>) -> Option<Reply> {
        let mut wire = self.connect().await;
        wire.say(bytes).await;
        wire.reply().await
    }

    /// Asks the server to stop.
    pub(crate) fn stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
    }

    /// Waits until it has.
    pub(crate) async fn stopped(self) {
        let stopped = tokio::time::timeout(TOO_LONG, self.running).await;
        stopped.expect("a server that stops").unwrap().unwrap();
    }

    /// The server still answers, with exactly so many records of others since the last time.
    pub(crate) async fn answers_after(&self, records: &mut usize, others: usize) {
        assert_eq!(self.server.records().len(), *records + others, "{:#?}", self.server.records());
        let reply = self.say(identity(&self.server.root(), self.server.now().as_second())).await;
        assert_eq!(reply.unwrap().status, 200);
        *records += others + 1;
    }
}

/// One end of a connection.
pub(crate) struct Wire<S> {
    stream: S,
    read: Vec<u8>,
}

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    /// Status, code and message of an XML refusal; status alone of anything else.
    pub(crate) fn shape(&self) -> String {
        let element = |name: &str| {
            let (_, rest) = self.body.split_once(&format!("<{name}>"))?;
            Some(rest.split_once('<')?.0)
        };
        match (element("Code"), element("Message")) {
            (Some(code), message) => format!("{} {code}: {}", self.status, message.unwrap_or_default()),
            _ => self.status.to_string(),
        }
    }

    /// The text of the first element of this name.
    pub(crate) fn text(&self, element: &str) -> String {
        self.texts(element).into_iter().next().unwrap_or_else(|| panic!("no {element} in {}", self.body))
    }

    /// The texts of all elements of this name.
    pub(crate) fn texts(&self, element: &str) -> Vec<String> {
        let open = format!("<{element}>");
        let pieces = self.body.split(&open).skip(1);
        pieces.map(|piece| piece.split_once('<').unwrap().0.to_owned()).collect()
    }

    /// The value of a header; its name in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.split_once(": ").filter(|(key, _)| *key == name))
            .map(|(_, value)| value)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, read: Vec::new() }
    }

    /// The server may have hung up already; what it said before is still to be read.
    pub(crate) async fn say(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).await.is_ok()
    }

    /// Nothing more will be said.
    pub(crate) async fn hush(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// The next answer; none if the server hung up instead.
    pub(crate) async fn reply(&mut self) -> Option<Reply> {
        let end = loop {
            if let Some(at) = self.read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break at + 4;
            }
            self.more().await?;
        };
        let head = String::from_utf8(self.read.drain(..end).collect()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut reply = Reply { status, head, body: String::new() };
        let length = reply.header("content-length").map_or(0, |length| length.parse().unwrap());
        while self.read.len() < length {
            self.more().await?;
        }
        reply.body = String::from_utf8(self.read.drain(..length).collect()).unwrap();
        Some(reply)
    }

    /// Whether the server hangs up without another word.
    pub(crate) async fn is_hung_up(&mut self) -> bool {
        self.read.is_empty() && self.more().await.is_none()
    }

    async fn more(&mut self) -> Option<()> {
        let read = tokio::time::timeout(TOO_LONG, self.stream.read_buf(&mut self.read)).await;
        read.expect("an answer, or the end").ok().filter(|count| *count > 0).map(|_| ())
    }
}

/// A signed request as bytes, with a body of this form.
pub(crate) fn signed(by: &Client, service: &str, form: &str, now: i64) -> Vec<u8> {
    use regent_wire::secret::SecretAccessKey;
    use regent_wire::sigv4::{Body, Signer};

    let request = http::Request::post("/").header("host", "localhost:4599");
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(()).unwrap();
    let (mut parts, ()) = request.into_parts();
    let secret = SecretAccessKey::new(by.secret.clone());
    let mut signer = Signer::new(&by.key, &secret, "us-east-1", service);
    signer.session_token = by.token.as_deref();
    signer.sign(&mut parts, Body::Bytes(form.as_bytes()), now).unwrap();
    let mut text = String::from("POST / HTTP/1.1\r\n");
    for (name, value) in &parts.headers {
        write!(text, "{name}: {}\r\n", value.to_str().unwrap()).unwrap();
    }
    format!("{text}content-length: {}\r\n\r\n{form}", form.len()).into_bytes()
}

/// `GetCallerIdentity`.
pub(crate) fn identity(by: &Client, now: i64) -> Vec<u8> {
    signed(by, "sts", "Action=GetCallerIdentity&Version=2011-06-15", now)
}
