//! From a document to a program.

use super::{List, Presence, Program, Statement};
use crate::action::service_bit;
use crate::condition::Predicate;
use crate::context::Key;
use crate::document::{ConditionNode, Document, Effect, ListNode, Polarity, StatementNode, Text, Version};
use crate::hash;
use crate::index::{self, Filed, Index};
use crate::operator::Family;
use crate::pool::{PoolBuilder, Reading};
use crate::principal::{Bindings, Entry};
use crate::span::{Span, offset};
use crate::table::Table;

/// Searching allowed for each character of the policy, in units of [`Meter`](crate::scope::Meter): enough to
/// look for every character of the policy in a value of 2,048 characters, 32 at a time, and a quarter more.
const ALLOWANCE_PER_CHARACTER: u32 = 80;
/// Every policy gets at least what one of this length gets: IAM's limit for a managed policy.
const SHORTEST_CHARACTERS: u32 = 6_144;
/// So many shared conditions are remembered during a decision.
const MEMOS: u16 = 256;

pub(super) fn compile(document: &Document, bindings: &Bindings<'_>) -> Program {
    let values = document.values.len();
    let mut compiler = Compiler {
        document,
        reading: if document.version() == Version::V2012 { Reading::Variables } else { Reading::Plain },
        pool: PoolBuilder::with_capacity(document.source_len, values),
        lists: Vec::with_capacity(values),
        principals: Vec::with_capacity(document.principals.len()),
        predicates: Vec::with_capacity(document.conditions.len()),
        sources: Vec::with_capacity(document.conditions.len()),
        predicate_table: Table::with_capacity(document.conditions.len()),
        clauses: Vec::with_capacity(document.conditions.len()),
        written: Vec::with_capacity(document.conditions.len()),
        ordered: Vec::new(),
        filings: Filings::default(),
        lowered: String::new(),
    };
    let mut statements = Vec::with_capacity(document.statements.len());
    for (number, node) in document.statements.iter().enumerate() {
        let statement = compiler.statement(node, bindings);
        compiler.filings.end_statement(offset(number), &statement);
        statements.push(statement);
    }
    compiler.remember_shared();
    let budget = document.source_len / 24;
    Program {
        pool: compiler.pool.finish(),
        deny: compiler.filings.index(Effect::Deny, budget),
        allow: compiler.filings.index(Effect::Allow, budget),
        statements: statements.into(),
        lists: compiler.lists.into(),
        principals: compiler.principals.into(),
        predicates: compiler.predicates.into(),
        clauses: compiler.clauses.into(),
        written: compiler.written.into(),
        allowance: offset(document.source_len)
            .max(SHORTEST_CHARACTERS)
            .saturating_mul(ALLOWANCE_PER_CHARACTER),
        is_unreadable: false,
    }
}

// CHOICE: `allow` in a wrong case is nothing AWS would have stored: it cannot allow. `deny` denies in any case.
fn is_understood(document: &Document, node: &StatementNode) -> bool {
    node.effect == Effect::Deny || document.str(node.effect_text) == "Allow"
}

struct Compiler<'d> {
    document: &'d Document,
    reading: Reading,
    pool: PoolBuilder,
    lists: Vec<u32>,
    principals: Vec<Entry>,
    predicates: Vec<Predicate>,
    /// For each predicate, the condition it was compiled from.
    sources: Vec<&'d ConditionNode>,
    predicate_table: Table,
    clauses: Vec<u32>,
    written: Vec<u32>,
    /// Room for the conditions of one statement: cost, place as written, predicate.
    ordered: Vec<(u32, u32, u32)>,
    filings: Filings,
    lowered: String,
}

impl<'d> Compiler<'d> {
    fn statement(&mut self, node: &'d StatementNode, bindings: &Bindings<'_>) -> Statement {
        Statement {
            effect: node.effect,
            is_understood: is_understood(self.document, node),
            principals: self.principals(node.principals, bindings),
            actions: self.actions(node.actions),
            resources: self.resources(node),
            clauses: self.clauses(node),
        }
    }

    fn principals(&mut self, node: Option<ListNode>, bindings: &Bindings<'_>) -> List {
        let start = self.principals.len();
        for principal in node.map(|node| node.values.of(&self.document.principals)).unwrap_or_default() {
            let value = self.document.str(principal.value);
            let entry = Entry::compile(principal.r#type, value, bindings, &mut self.pool);
            self.principals.push(entry);
        }
        List { presence: presence(node), range: Span::new(start, self.principals.len()) }
    }

    fn actions(&mut self, node: Option<ListNode>) -> List {
        let start = self.lists.len();
        let is_listed = presence(node) == Presence::Listed;
        for text in self.values(node) {
            let raw = self.document.str(*text);
            let (pattern, filing) = self.pool.action(raw, &mut self.lowered);
            self.lists.push(pattern);
            if is_listed {
                self.filings.action(Filed { pattern, filing }, services_of(&self.lowered));
            }
        }
        if presence(node) == Presence::Excluded {
            self.filings.action(Filed::EVERYTHING, u64::MAX);
        }
        List { presence: presence(node), range: Span::new(start, self.lists.len()) }
    }

    fn resources(&mut self, node: &StatementNode) -> List {
        let start = self.lists.len();
        let is_listed = presence(node.resources) == Presence::Listed;
        for text in self.values(node.resources) {
            let (pattern, filing) = self.pool.resource(self.document.str(*text), self.reading);
            self.lists.push(pattern);
            if is_listed {
                self.filings.resource(Filed { pattern, filing });
            }
        }
        let mut presence = presence(node.resources);
        // A policy that hangs on a resource may leave it out; a policy that hangs on an identity may not, and
        // then the statement matches no resource.
        if presence == Presence::Absent && node.principals.is_none() {
            presence = Presence::Listed;
        }
        if presence != Presence::Listed {
            self.filings.resource(Filed::EVERYTHING);
        }
        List { presence, range: Span::new(start, self.lists.len()) }
    }

    fn values(&self, node: Option<ListNode>) -> &'d [Text] {
        node.map(|node| node.values.of(&self.document.values)).unwrap_or_default()
    }

    fn clauses(&mut self, node: &StatementNode) -> Span {
        let start = self.clauses.len();
        let mut ordered = core::mem::take(&mut self.ordered);
        for (written, condition) in (0..).zip(node.conditions.of(&self.document.conditions)) {
            let predicate = self.predicate(condition);
            let cost = self.predicates.get(predicate as usize).map_or(0, Predicate::cost);
            ordered.push((cost, written, predicate));
        }
        ordered.sort_unstable();
        self.clauses.extend(ordered.iter().map(|(_, _, predicate)| *predicate));
        self.written.extend(ordered.iter().map(|(_, written, _)| *written));
        ordered.clear();
        self.ordered = ordered;
        Span::new(start, self.clauses.len())
    }

    /// The number of a condition, the same for all that ask the same.
    fn predicate(&mut self, node: &'d ConditionNode) -> u32 {
        let document = self.document;
        let key = Key::new(document.str(node.key));
        let values = node.values.of(&document.values);
        let start = hash::mix(key.hash(), node.operator.fingerprint());
        let hash = values
            .iter()
            .fold(start, |hash, value| hash::mix(hash, hash::of_text(document.str(*value).as_bytes())));
        let known = self.predicate_table.probe(hash).find(|index| {
            self.sources.get(*index as usize).is_some_and(|source| {
                let others = source.values.of(&document.values);
                source.operator == node.operator
                    && Key::new(document.str(source.key)) == key
                    && others
                        .iter()
                        .map(|text| document.str(*text))
                        .eq(values.iter().map(|text| document.str(*text)))
            })
        });
        if let Some(index) = known {
            if let Some(predicate) = self.predicates.get_mut(index as usize) {
                predicate.memo = 0;
            }
            return index;
        }
        let index = offset(self.predicates.len());
        let key = self.pool.key(key.name());
        let values = self.condition_values(node.operator.comparison.row().family, values);
        self.predicates.push(Predicate::new(node.operator, key, values));
        self.sources.push(node);
        self.predicate_table.insert(hash, index);
        index
    }

    /// Compiles a condition's values. One that cannot be read as the type is left out: nothing equals it.
    fn condition_values(&mut self, family: Family, values: &[Text]) -> Span {
        let document = self.document;
        let mut texts = values.iter().map(|text| document.str(*text));
        let (pool, reading) = (&mut self.pool, self.reading);
        match family {
            Family::Null => {
                let is_absent_wanted = texts.any(|text| text.eq_ignore_ascii_case("true"));
                if is_absent_wanted { Span { start: 0, end: 1 } } else { Span::default() }
            }
            Family::Glob => pool.patterns_of(texts, |pool, text| pool.glob_value(text, reading)),
            // CHOICE: AWS's pages disagree on whether `Bool` resolves variables. It does here.
            Family::Literal | Family::Folded | Family::Bool => {
                pool.patterns_of(texts, |pool, text| pool.literal_value(text, reading))
            }
            Family::Arn => pool.patterns_of(texts, |pool, text| pool.arn_value(text, reading)),
            Family::Number => pool.numbers_of(texts),
            Family::Date => pool.instants_of(texts),
            Family::Address => pool.networks_of(texts),
            Family::Binary => pool.binaries_of(texts),
        }
    }

    /// Gives the conditions that are used more than once their places. [`Compiler::predicate`] marked them.
    fn remember_shared(&mut self) {
        let shared = self.predicates.iter_mut().filter(|predicate| predicate.memo == 0);
        for (memo, predicate) in (0..MEMOS).chain(core::iter::repeat(Predicate::NO_MEMO)).zip(shared) {
            predicate.memo = memo;
        }
    }
}

fn presence(node: Option<ListNode>) -> Presence {
    match node.map(|node| node.polarity) {
        None => Presence::Absent,
        Some(Polarity::Listed) => Presence::Listed,
        Some(Polarity::Excluded) => Presence::Excluded,
    }
}

/// The services that a lower-cased action pattern can be about, as bits.
fn services_of(lowered: &str) -> u64 {
    match lowered.split_once(':') {
        Some((service, _)) if !service.contains(['*', '?']) => service_bit(service.as_bytes()),
        _ => u64::MAX,
    }
}

/// What the indexes are built from: every action and resource pattern, and where it belongs.
#[derive(Default)]
struct Filings {
    actions: Vec<(Filed, u64)>,
    resources: Vec<Filed>,
    statements: Vec<FiledStatement>,
}

struct FiledStatement {
    number: u32,
    effect: Effect,
    actions: Span,
    resources: Span,
}

impl Filings {
    fn action(&mut self, filed: Filed, services: u64) {
        self.actions.push((filed, services));
    }

    fn resource(&mut self, filed: Filed) {
        self.resources.push(filed);
    }

    /// Takes what was added since the last statement. What is not understood is filed nowhere.
    fn end_statement(&mut self, number: u32, statement: &Statement) {
        let (actions, resources) = self
            .statements
            .last()
            .map_or((0, 0), |last| (last.actions.end as usize, last.resources.end as usize));
        if !statement.is_understood {
            self.actions.truncate(actions);
            self.resources.truncate(resources);
        }
        self.statements.push(FiledStatement {
            number,
            effect: statement.effect,
            actions: Span::new(actions, self.actions.len()),
            resources: Span::new(resources, self.resources.len()),
        });
    }

    fn index(&self, effect: Effect, budget: usize) -> Index {
        let mut entries = Vec::with_capacity(self.actions.len());
        for statement in self.statements.iter().filter(|statement| statement.effect == effect) {
            let resources = crate::pool::slice(&self.resources, statement.resources);
            for (action, services) in crate::pool::slice(&self.actions, statement.actions) {
                let statement = statement.number;
                entries.push(index::Entry { statement, action: *action, services: *services, resources });
            }
        }
        index::build(entries, budget)
    }
}
