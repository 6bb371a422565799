//! Why somebody may use a connector, or may not: the same policies and the same request, and the engine's own words.

use regent_broker::statement::{self, Statement};
use regent_broker::{Connector, Stored};
use regent_policy::explain::{Source, Sources, explain};
use regent_policy::{Context, Document, Layout, Policies, PolicyKind, Program, Resource};
use regent_store::entity::PolicyDocument;
use serde_json::Value;

use super::{Access, Refusal, Via};

/// A decision about a connector, with everything that was looked at.
#[derive(Debug)]
pub(crate) struct Explained {
    /// By what they may, or why not.
    pub(crate) answer: Result<Via, Refusal>,
    /// The statement of the connector's own policy that decided, if it was one of those.
    pub(crate) statement: Option<Statement>,
    /// The policy and the name of the statement that decided.
    pub(crate) decided_by: Option<(String, Option<String>)>,
    /// The engine's explanation.
    pub(crate) explanation: Value,
    /// All policies that were asked: their names and texts.
    pub(crate) policies: Vec<(String, String)>,
}

/// The policies of a question, in the order in which they were asked.
struct Asked(Vec<(String, Document)>);

impl Sources for Asked {
    fn source(&self, kind: PolicyKind, _: u32, program: u32) -> Option<Source<'_>> {
        let (name, document) = self.0.get(usize::try_from(program).ok()?)?;
        (kind == PolicyKind::Identity).then_some(Source { name, document })
    }
}

impl Access<'_> {
    /// Explains whether the caller may use a connector. None for one that the picture does not have.
    pub(crate) fn explain(&mut self, connector: &Stored<Connector>) -> Option<Explained> {
        let answer = self.may_use(connector);
        let own = self.broker.policy(connector.id.as_str())?;
        let name = format!("connector/{}", connector.value.terms.slug);
        let mut named: Vec<(String, &PolicyDocument)> = vec![(name, own)];
        let others = self.own_policies(self.admins_use_all);
        named.extend(others.map(|(name, policy)| (name.to_owned(), policy)));

        let programs: Vec<&Program> = named.iter().map(|(_, policy)| policy.program()).collect();
        let policies = Policies { identity: &programs, ..Policies::default() };
        let arn = statement::arn("connector", connector.id.as_str());
        let action = regent_policy::action!("regent:UseConnector");
        let (context, resource): (Context<'_>, _) = (self.context(), Resource::new(&arn));
        let request = self.request(&action, &resource, &context);
        let explanation = explain(&policies, &request);
        let parsed =
            named.iter().map(|(name, policy)| Some((name.clone(), Document::parse(policy.text()).ok()?)));
        let sources = Asked(parsed.collect::<Option<_>>()?);

        let deciding = explanation.decision().deciding_statement();
        let decided_by = deciding.and_then(|(kind, at)| {
            let source = sources.source(kind, at.level, at.program)?;
            let statement = source.document.statement(usize::try_from(at.statement).ok()?)?;
            Some((source.name.to_owned(), statement.sid().map(|sid| sid.value().to_owned())))
        });
        let statement = deciding.filter(|(_, at)| at.program == 0).and_then(|(_, at)| {
            let index = usize::try_from(at.statement).ok()?;
            statement::statements(&connector.id, &connector.value).into_iter().nth(index)
        });
        let json = explanation.to_json(&sources, Layout::Compact);
        Some(Explained {
            answer,
            statement,
            decided_by,
            explanation: serde_json::from_str(&json).unwrap_or_default(),
            policies: named.iter().map(|(name, policy)| (name.clone(), policy.text().to_owned())).collect(),
        })
    }
}
