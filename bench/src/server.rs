//! Servers under measurement, as processes of their own.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::load::Key;

/// A process that is ended when this is dropped.
pub struct Server {
    child: Child,
    /// Kept open: a server that is not listened to complains.
    _output: BufReader<ChildStdout>,
    pub address: SocketAddr,
    /// The code that makes the first administrator.
    pub setup: Option<String>,
    /// From its start until it answered.
    pub startup: Duration,
}

pub const ROOT_ID: &str = "AKIAROOTROOTROOTROOT";
const ROOT_SECRET: &str = "root-secret-root-secret-root-secret-root";

/// The root user of every server started here.
pub fn root() -> Key {
    Key { id: ROOT_ID.to_owned(), secret: ROOT_SECRET.to_owned() }
}

impl Server {
    /// hyper that answers a constant.
    pub fn bare() -> anyhow::Result<Self> {
        let begun = Instant::now();
        let path = std::env::current_exe()?.with_file_name("bare");
        let mut child =
            Command::new(path).stdout(Stdio::piped()).spawn().context("starting the bare server")?;
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().context("no output")?);
        output.read_line(&mut line)?;
        Ok(Self {
            child,
            _output: output,
            address: line.trim().parse()?,
            setup: None,
            startup: begun.elapsed(),
        })
    }

    /// Regent, as it runs in production: embedded store, audit trail in files.
    pub fn regent(regent: &Path, data: &Path, more: &[&str]) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let mut child = Command::new(regent)
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--log",
                "warn",
                "--account-id",
                "123456789012",
                "--data",
            ])
            .arg(data)
            .args(more)
            .env("REGENT_ROOT_ACCESS_KEY_ID", ROOT_ID)
            .env("REGENT_ROOT_SECRET_ACCESS_KEY", ROOT_SECRET)
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {}", regent.display()))?;
        let mut output = BufReader::new(child.stdout.take().context("no output")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let startup = begun.elapsed();
        let address = line.trim().rsplit_once("http://").context("no address")?.1.parse()?;
        let mut setup = None;
        while !line.trim_start().starts_with("export ") && !line.is_empty() {
            line.clear();
            output.read_line(&mut line)?;
            let code = line.trim().strip_prefix("setup").and_then(|rest| rest.split_whitespace().next());
            setup = setup.or(code.map(str::to_owned));
        }
        Ok(Self { child, _output: output, address, setup, startup })
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end in good order, and waits.
    pub fn stop(mut self) -> anyhow::Result<()> {
        Command::new("kill").arg(self.child.id().to_string()).status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary to measure.
pub fn binary() -> PathBuf {
    std::env::var_os("REGENT").map_or_else(|| PathBuf::from("target/dist/regent"), PathBuf::from)
}
