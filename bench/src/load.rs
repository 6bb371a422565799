//! Load: requests signed beforehand, over connections that stay open, from plain threads.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use regent_wire::secret::SecretAccessKey;
use regent_wire::sigv4::{Body, Signer};

/// Somebody's credentials.
#[derive(Clone)]
pub struct Key {
    pub id: String,
    pub secret: String,
}

/// Raw bytes of a signed request with this form.
pub fn request(address: SocketAddr, key: &Key, service: &str, form: &str) -> anyhow::Result<Vec<u8>> {
    let host = address.to_string();
    let request = http::Request::post(format!("http://{host}/"))
        .header("host", &host)
        .header("accept-encoding", "identity")
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .header(
            "user-agent",
            "Boto3/1.43.11 md/Botocore#1.43.11 ua/2.1 os/linux lang/python#3.11.7 cfg/retry-mode#legacy",
        )
        .body(())?;
    let (mut parts, ()) = request.into_parts();
    let secret = SecretAccessKey::new(key.secret.clone());
    let now = jiff::Timestamp::now().as_second();
    Signer::new(&key.id, &secret, "us-east-1", service).sign(
        &mut parts,
        Body::Bytes(form.as_bytes()),
        now,
    )?;
    let mut raw = b"POST / HTTP/1.1\r\n".to_vec();
    for (name, value) in &parts.headers {
        raw.extend_from_slice(name.as_str().as_bytes());
        raw.extend_from_slice(b": ");
        raw.extend_from_slice(value.as_bytes());
        raw.extend_from_slice(b"\r\n");
    }
    raw.extend_from_slice(format!("content-length: {}\r\n\r\n{form}", form.len()).as_bytes());
    Ok(raw)
}

/// A connection that stays open.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Of the last answer.
    head: String,
}

impl Connection {
    pub fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self { stream, buffer: vec![0; 2 << 20], head: String::new() })
    }

    /// Sends a request and reads its answer whole; returns status and body.
    pub fn call(&mut self, request: &[u8]) -> anyhow::Result<(u16, &[u8])> {
        self.stream.write_all(request)?;
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..])?;
            ensure!(read > 0, "the server closed the connection");
            filled += read;
            if let Some(end) = self.buffer[..filled].windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                let head = std::str::from_utf8(&self.buffer[..end])?;
                let length = content_length(head)?;
                if filled >= end + 4 + length {
                    let status = head.get(9..12).context("no status")?.parse()?;
                    head.clone_into(&mut self.head);
                    return Ok((status, &self.buffer[end + 4..filled]));
                }
            }
        }
    }
}

impl Connection {
    /// Status line and headers of the last answer.
    pub fn head(&self) -> &str {
        &self.head
    }
}

fn content_length(head: &str) -> anyhow::Result<usize> {
    if head.starts_with("HTTP/1.1 204") {
        return Ok(0);
    }
    for line in head.lines() {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            return Ok(value.trim().parse()?);
        }
    }
    bail!("an answer without a length")
}

/// Sends `count` requests over `connections`, each thread its own in turn; returns how long it took.
///
/// `requests[thread]` are the requests of one thread, used round and round.
pub fn drive(address: SocketAddr, requests: &[Vec<Vec<u8>>], count: usize) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let share = count / requests.len();
        let threads: Vec<_> = requests
            .iter()
            .map(|mine| {
                scope.spawn(move || -> anyhow::Result<()> {
                    let mut connection = Connection::open(address)?;
                    for at in 0..share {
                        let request = &mine[at % mine.len()];
                        let (status, body) = connection.call(request)?;
                        ensure!(status == 200, "status {status}: {}", String::from_utf8_lossy(body));
                    }
                    Ok(())
                })
            })
            .collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().map_err(|_| anyhow::anyhow!("a thread failed"))?)
    })?;
    Ok(begun.elapsed())
}
