//! `regent console`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Args;
use data_encoding::BASE64URL_NOPAD;
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::sync::Notify;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::api::Ask;
use super::login::tell;
use super::loopback::{Answers, Asked, Told, listen, serve};
use super::refusal::Refusal;
use super::table::plain;
use super::{Reach, Session, browser, hand_out, span};
use crate::entropy;

/// How long the browser may take to come for the page.
const PATIENCE: Duration = Duration::from_mins(2);

/// Open the web console as a connector's session.
#[derive(Debug, Args)]
pub(in crate::cli) struct Console {
    /// The connector
    #[arg(value_name = "CONNECTOR")]
    slug: String,
    /// The service to begin in, like `ec2`
    #[arg(short, long)]
    service: Option<String>,
    /// The region to begin in
    #[arg(short, long)]
    region: Option<String>,
    /// The page to begin on
    #[arg(long, value_name = "URL", conflicts_with_all = ["service", "region"])]
    destination: Option<String>,
    /// For how long, like `4h`
    #[arg(short, long, value_name = "DURATION", value_parser = span::parse)]
    duration: Option<u32>,
    /// Print the sign-in page's URL and open nothing. Whoever has it is signed in.
    #[arg(long)]
    url: bool,
    #[command(flatten)]
    reach: Reach,
}

#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
struct SignIn {
    url: String,
    #[serde(default)]
    #[zeroize(skip)]
    warnings: Vec<super::issued::Warning>,
}

impl Console {
    /// The console of a connector, as it begins.
    pub(super) fn of(slug: String, reach: Reach) -> Self {
        Self { slug, service: None, region: None, destination: None, duration: None, url: false, reach }
    }

    pub(super) async fn run(self) -> anyhow::Result<()> {
        let session = Session::open(&self.reach).await?;
        let mut body = Map::new();
        for (name, value) in
            [("service", &self.service), ("region", &self.region), ("destination", &self.destination)]
        {
            body.extend(value.as_ref().map(|value| (name.to_owned(), Value::from(value.as_str()))));
        }
        body.extend(self.duration.map(|seconds| ("duration_seconds".to_owned(), seconds.into())));
        let path = ["connectors", &self.slug, "console-url"];
        let sign_in: SignIn = session.api.ask(Ask::post(&path, &Value::Object(body))).await?.read()?;
        for warning in &sign_in.warnings {
            tell(&format!("note: {}", plain(&warning.text)));
        }
        if self.url {
            return hand_out(&plain(&sign_in.url));
        }
        hand_over(sign_in.url.clone()).await
    }
}

/// Brings the browser to a page whose URL signs in: others can see what a browser is started with, so it is started
/// with a page of ours that sends it on, once.
async fn hand_over(url: String) -> anyhow::Result<()> {
    let (listener, address) = listen(0).await?;
    let path = format!("/{}", BASE64URL_NOPAD.encode(&entropy::bytes::<16>()?));
    let opened = format!("http://{address}{path}");
    let page =
        Arc::new(Page { path, url: Zeroizing::new(url), taken: AtomicBool::new(false), gone: Notify::new() });
    let by_hand =
        Refusal::failed("no browser came for the page").fix("`--url` prints the URL to open by hand");
    let serving = tokio::spawn(serve(listener, Arc::clone(&page)));
    if !browser::open(&opened) {
        anyhow::bail!(by_hand);
    }
    let came = tokio::time::timeout(PATIENCE, page.gone.notified()).await;
    // The answer leaves before the port does.
    tokio::time::sleep(Duration::from_millis(100)).await;
    serving.abort();
    came.map_err(|_| by_hand)?;
    Ok(())
}

/// Sends one browser on to the sign-in page.
struct Page {
    path: String,
    url: Zeroizing<String>,
    taken: AtomicBool,
    gone: Notify,
}

impl Answers for Page {
    async fn answer(&self, asked: Asked) -> Told {
        let is_it = asked.method == Method::GET && asked.path == self.path;
        if !is_it || self.taken.swap(true, Ordering::SeqCst) {
            return Told::page(StatusCode::NOT_FOUND, "There is nothing here, or not any more.");
        }
        self.gone.notify_one();
        Told::redirect(self.url.to_string())
    }
}
