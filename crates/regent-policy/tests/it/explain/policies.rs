//! Policies with their texts, by kind and level.

use regent_policy::explain::{Edit, Source, Sources};
use regent_policy::{Bindings, Document, Policies, PolicyKind, Program, ResourcePolicy, ResourceRule};

/// A policy and its name.
#[derive(Clone, Debug)]
pub(super) struct Named {
    name: String,
    document: Document,
    program: Program,
}

/// Every policy that takes part: for each kind, its levels.
#[derive(Clone, Debug)]
pub(super) struct Texts {
    pub(super) levels: [Option<Vec<Vec<String>>>; 8],
    pub(super) rule: ResourceRule,
    pub(super) bindings: Vec<(String, String)>,
}

impl Texts {
    pub(super) fn new() -> Self {
        Self { levels: [const { None }; 8], rule: ResourceRule::Ordinary, bindings: Vec::new() }
    }

    pub(super) fn set(&mut self, kind: PolicyKind, levels: Vec<Vec<String>>) {
        self.levels[kind as usize] = Some(levels);
    }

    /// Makes an edit in the texts.
    pub(super) fn apply(&mut self, edit: &Edit) {
        let levels = self.levels[edit.kind as usize].get_or_insert_default();
        if levels.is_empty() {
            levels.push(Vec::new());
        }
        let level = &mut levels[edit.level as usize];
        match edit.program {
            Some(program) => {
                let text = &mut level[program as usize];
                *text = edit.apply(text).unwrap();
            }
            None => level.push(edit.apply("").unwrap()),
        }
    }

    #[track_caller]
    pub(super) fn compile(&self) -> Compiled {
        let pairs: Vec<(&str, &str)> =
            self.bindings.iter().map(|(arn, id)| (arn.as_str(), id.as_str())).collect();
        let compile = |kind: PolicyKind, level: usize, number: usize, text: &String| {
            let document = Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
            let program = Program::compile(&document, &Bindings::new(&pairs));
            let name = format!("{kind:?}-{level}-{number}.json");
            Named { name, document, program }
        };
        let levels = PolicyKind::ALL.map(|kind| {
            let levels = self.levels[kind as usize].as_ref()?;
            let compiled = levels.iter().enumerate().map(|(level, texts)| {
                texts.iter().enumerate().map(|(number, text)| compile(kind, level, number, text)).collect()
            });
            Some(compiled.collect())
        });
        Compiled { levels, rule: self.rule }
    }
}

/// The same, compiled.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    levels: [Option<Vec<Vec<Named>>>; 8],
    rule: ResourceRule,
}

impl Compiled {
    pub(super) fn rename(&mut self, kind: PolicyKind, name: &str) {
        for named in self.levels[kind as usize].iter_mut().flatten().flatten() {
            name.clone_into(&mut named.name);
        }
    }

    pub(super) fn lend<T>(&self, borrower: impl FnOnce(&Policies<'_>) -> T) -> T {
        let levels = PolicyKind::ALL.map(|kind| {
            let levels = self.levels[kind as usize].as_ref()?;
            Some(levels.iter().map(|level| programs(level)).collect::<Vec<Vec<&Program>>>())
        });
        let of = |kind: PolicyKind| levels[kind as usize].as_deref();
        let first = |kind| of(kind).and_then(<[_]>::first).map(Vec::as_slice);
        let slices = |kind| of(kind).map(|levels| levels.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let (scps, rcps) = (slices(PolicyKind::ServiceControl), slices(PolicyKind::ResourceControl));
        let resource = first(PolicyKind::Resource).or(first(PolicyKind::RoleTrust));
        let resource = resource.and_then(<[_]>::first);
        borrower(&Policies {
            identity: first(PolicyKind::Identity).unwrap_or_default(),
            boundaries: first(PolicyKind::PermissionsBoundary).unwrap_or_default(),
            session: first(PolicyKind::Session),
            resource: resource.map(|program| ResourcePolicy { program, rule: self.rule }),
            service_control: scps.as_deref(),
            resource_control: rcps.as_deref(),
            endpoint: first(PolicyKind::Endpoint).unwrap_or_default(),
        })
    }
}

fn programs(level: &[Named]) -> Vec<&Program> {
    level.iter().map(|named| &named.program).collect()
}

impl Sources for Compiled {
    fn source(&self, kind: PolicyKind, level: u32, program: u32) -> Option<Source<'_>> {
        let levels = self.levels[kind as usize].as_ref()?;
        let named = levels.get(level as usize)?.get(program as usize)?;
        Some(Source { name: &named.name, document: &named.document })
    }
}
