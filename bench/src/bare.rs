//! What everything over HTTP is measured against: hyper, and a constant.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// As long as an answer of GetCallerIdentity.
const ANSWER: &[u8] = &[b'x'; 353];

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new();
            let _ = connection.serve_connection(TokioIo::new(stream), service_fn(answer)).await;
        });
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    if let Ok(body) = request.into_body().collect().await {
        std::hint::black_box(body.to_bytes());
    }
    let response = Response::builder()
        .header("content-type", "text/xml")
        .header("x-amzn-requestid", "5f0c2a44-9a3e-4b5b-8c1e-1f2d3c4b5a69")
        .body(Full::new(Bytes::from_static(ANSWER)));
    Ok(response.unwrap_or_default())
}
