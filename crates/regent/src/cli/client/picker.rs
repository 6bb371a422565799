//! `regent` alone, on a terminal: choose a connector by typing some of it.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use serde_json::Value;

use self::state::{State, Step};
use self::terminal::Terminal;
use super::console::Console;
use super::creds::Of;
use super::exec::Exec;
use super::places::Places;
use super::refusal::Refusal;
use super::table::plain;
use super::{Reach, Session, environment, identity, list};

mod state;
mod terminal;

/// What `regent` without a command does: the picker on a terminal, a plain list elsewhere; nothing where no server is known.
pub(in crate::cli) async fn run() -> anyhow::Result<Option<ExitCode>> {
    let server = environment::text("REGENT_SERVER").map(|text| super::api::server_url(&text));
    let server = server.transpose().map_err(anyhow::Error::msg)?;
    let reach = Reach { server, jwt_file: environment::file("REGENT_JWT_FILE") };
    if identity::server(&reach, &Places::find()?).is_err() {
        return Ok(None);
    }
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        list::List::all(reach).run().await?;
        return Ok(Some(ExitCode::SUCCESS));
    }
    let session = Session::open(&reach).await?;
    let connectors = list::usable(&session, None).await?;
    if connectors.is_empty() {
        anyhow::bail!(Refusal::failed("no connector: ask an administrator for a grant"));
    }
    let Some((slug, step)) = pick(&connectors)? else { return Ok(Some(ExitCode::SUCCESS)) };
    match step {
        Step::Console => Console::of(slug, reach).run().await.map(|()| Some(ExitCode::SUCCESS)),
        Step::Shell | Step::On | Step::Leave => {
            let shell = environment::file("SHELL").unwrap_or_else(|| "/bin/sh".into());
            super::login::tell(&format!("a shell with the credentials of {}; `exit` ends it", plain(&slug)));
            Exec::new(Of::whole(slug, reach), vec![shell.into_os_string()]).run().await.map(Some)
        }
    }
}

/// Lets the person choose one, and what to do with it; none if they leave.
fn pick(connectors: &[Value]) -> anyhow::Result<Option<(String, Step)>> {
    let text = |value: &Value, pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(plain);
    let rows = connectors.iter().map(|connector| {
        let slug = text(connector, "/slug").unwrap_or_default();
        let state = text(connector, "/state").filter(|state| state != "usable");
        let about =
            [text(connector, "/account/name"), text(connector, "/name").filter(|name| *name != slug), state];
        (slug, about.into_iter().flatten().collect::<Vec<_>>().join("  "))
    });
    let mut state = State::new(rows.collect());
    let mut terminal = Terminal::take()?;
    loop {
        terminal.draw(&state)?;
        match terminal.key()?.map_or(Step::Leave, |key| state.press(key)) {
            Step::On => {}
            Step::Leave => return Ok(None),
            step @ (Step::Shell | Step::Console) => {
                terminal.clear()?;
                io::stderr().flush()?;
                let chosen = state.chosen().and_then(|row| connectors.get(row));
                return Ok(chosen
                    .and_then(|chosen| chosen["slug"].as_str())
                    .map(|slug| (slug.to_owned(), step)));
            }
        }
    }
}
