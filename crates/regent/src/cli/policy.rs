//! `regent policy`: the engine on files. It needs no server, no store and no network.

use clap::{Args, Subcommand};

use super::Outcome;

mod actions;
mod case;
mod context_keys;
mod evaluate;
mod format;
mod generate;
mod simulate;
mod sources;
mod test;
mod validate;

/// Ask, check, test and write policies: on files, without a server.
#[derive(Debug, Args)]
pub(super) struct Policy {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say which actions a pattern covers, and what they take
    Actions(actions::Actions),
    /// Say which context keys policies ask for
    ContextKeys(context_keys::ContextKeys),
    /// Decide a request, or a file of them
    Evaluate(Box<evaluate::Evaluate>),
    /// Lay policies out, all in one way
    Format(format::Format),
    /// Write a policy
    Generate(Box<generate::Generate>),
    /// Simulate actions on resources, as IAM's simulator does
    Simulate(Box<simulate::Simulate>),
    /// Hold policies to what is expected of them
    Test(test::Test),
    /// Find what is wrong with policies, what is risky and what could be better
    Validate(validate::Validate),
}

impl Policy {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        match self.command {
            Command::Actions(actions) => actions.run(),
            Command::ContextKeys(context_keys) => context_keys.run(),
            Command::Evaluate(evaluate) => evaluate.run(),
            Command::Format(format) => format.run(),
            Command::Generate(generate) => generate.run(),
            Command::Simulate(simulate) => simulate.run(),
            Command::Test(test) => test.run(),
            Command::Validate(validate) => validate.run(),
        }
    }
}
