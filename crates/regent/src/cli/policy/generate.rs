//! `regent policy generate`.

use std::io::{IsTerminal as _, stderr, stdin};

use anyhow::bail;
use clap::Args;

use crate::cli::{Outcome, hand_out};
use crate::policy::generation::principal::Named;
use crate::policy::generation::{Effect, Kind, Level, Wish, condition, write};

mod ask;

/// Write a policy: service, access level, actions, resources, conditions.
///
/// Actions are grouped by the resources they take, so that every statement allows what it says; what does not fit is left
/// out and told on standard error. On a terminal, without options, it asks. Exit status: 0 done, 1 the policy would not be
/// valid, 2 the arguments are not understood.
#[derive(Debug, Default, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Generate {
    /// All actions of services, `s3,sqs`
    #[arg(long, value_delimiter = ',', value_name = "PREFIX")]
    service: Vec<String>,
    /// Of them, and of what patterns cover, only those that reach so far
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LEVEL")]
    access_level: Vec<Level>,
    /// Actions and patterns of actions, `s3:GetObject,s3:List*`
    #[arg(long, value_delimiter = ',', value_name = "PATTERN")]
    action: Vec<String>,
    /// A resource; every action gets those that it can be about
    #[arg(long, value_name = "ARN")]
    resource: Vec<String>,
    /// A condition; given again for an operator and a key, either value will do
    #[arg(long, value_name = "OPERATOR:KEY=VALUE")]
    condition: Vec<String>,
    /// What the statements do
    #[arg(long, value_enum, default_value_t = Effect::Allow)]
    effect: Effect,
    /// The statement's id; several statements are numbered
    #[arg(long)]
    sid: Option<String>,
    /// What the policy is attached to
    #[arg(long, value_enum, default_value_t = Kind::Identity)]
    kind: Kind,
    /// Who: an account, an ARN, a service such as `ec2.amazonaws.com`, or `*`
    #[arg(long, value_name = "PRINCIPAL")]
    principal: Vec<String>,
}

impl Generate {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let wish = if self.says_nothing() {
            if !stdin().is_terminal() || !stderr().is_terminal() {
                bail!(
                    "there is no terminal to ask on: say what to allow, with --service, --action or --principal"
                );
            }
            ask::Asker::new(stdin().lock(), stderr()).wish()?
        } else {
            self.wish()?
        };
        let mut notes = Vec::new();
        let text = write::policy(&wish, &mut notes)?;
        for note in &notes {
            tell(note);
        }
        hand_out(text.trim_end()).map(|()| Outcome::Done)
    }

    fn says_nothing(&self) -> bool {
        self.service.is_empty()
            && self.action.is_empty()
            && self.principal.is_empty()
            && self.resource.is_empty()
    }

    fn wish(self) -> anyhow::Result<Wish> {
        let principals: Vec<_> =
            self.principal.iter().map(|name| Named::read(name)).collect::<Result<_, _>>()?;
        match self.kind {
            Kind::Identity if !principals.is_empty() => {
                bail!("an identity policy names no principals: it is about whoever has it")
            }
            Kind::Resource | Kind::Trust if principals.is_empty() => {
                bail!("a policy of this kind says who: give --principal")
            }
            Kind::Trust if !self.resource.is_empty() => {
                bail!("a trust policy names no resource: it is about the role that has it")
            }
            Kind::Identity | Kind::Resource | Kind::Trust => {}
        }
        let mut wish = Wish {
            conditions: condition::read_all(&self.condition)?,
            principals,
            effect: self.effect,
            sid: self.sid,
            kind: self.kind,
            ..Wish::default()
        };
        for prefix in &self.service {
            wish.choose_service(prefix, &self.access_level)?;
        }
        for pattern in &self.action {
            wish.choose(pattern, &self.access_level)?;
        }
        if wish.actions.is_empty() && wish.kind != Kind::Trust {
            bail!("say what to allow: give --service or --action");
        }
        wish.resources = self.resource;
        wish.resources.sort_unstable();
        wish.resources.dedup();
        Ok(wish)
    }
}

#[expect(clippy::print_stderr, reason = "notes are for the person; standard output is the policy")]
fn tell(note: &str) {
    eprintln!("regent: {note}");
}
