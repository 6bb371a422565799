//! An explanation as JSON, for programs.

use super::miss::Lack;
use super::trace::{ConditionTrace, KindTrace, ListTrace, PolicyTrace, StatementTrace};
use super::written::WrittenValue;
use super::{Advice, Edit, Explanation, Source, Sources, Standing};
use crate::context::Values;
use crate::decision::{Reason, StatementRef};
use crate::denial::Denial;
use crate::document::{Effect, Element, Listed, Polarity, Principal, Statement};
use crate::json::{JsonWriter, Layout};
use crate::kind::PolicyKind;
use crate::span::{Position, Span};

mod names;

use names::{answer_name, grant_name, obstacle_name, standing_name};

impl Explanation<'_> {
    /// The whole explanation as JSON.
    ///
    /// Members are added and never change their meaning. Statements, policies, levels and values are counted from 0, lines
    /// and columns from 1, and a place is that of the first character: of a statement its brace, of a value its quote. A
    /// member is absent where there is nothing to say; of a policy whose source is not known, everything that only the source
    /// says is.
    ///
    /// | member | what |
    /// |---|---|
    /// | `decision` | `Allowed`, `ImplicitlyDenied`, `ExplicitlyDenied` |
    /// | `reason` | `Policy`, `RootUser`, `NoPermissionNeeded`, `RootMayNotAssumeRoles` |
    /// | `policyKind` | for `Policy`: the kind that settled it |
    /// | `message` | of a denial, AWS's text |
    /// | `request` | `principal`, `action`, `resource`, `resourceAccount`, `context` |
    /// | `decidedBy` | the place of the statement that settled it: `policyKind`, `level`, `policy` (index), `statement` (index), `source` (name), `sid`, `line`, `column` |
    /// | `policyKinds` | for each kind: `policyKind`, `verdict` (a standing), `policies` |
    /// | … `policies` | `level`, `policy`, `source`, `verdict`, `statements` |
    /// | … `statements` | `statement`, `sid`, `line`, `column`, `effect`, `applies`, `grant`, `principal`, `action`, `resource`, `conditions` |
    /// | … `principal`, `action`, `resource` | `answer` (`yes`, `no`, `unfinished`), `negated`, `wanted` (values), `by` (index of the value that matches) |
    /// | … `conditions` | `operator`, `key`, `answer`, `wanted`, `got` (`null`: the key is absent), `passes` (for each value got), `because` (a sentence) |
    /// | … a value | `value` as written, `resolved`, `unresolved` (variables), `unreadable` |
    /// | `nearMisses` | places, with `lacks`: `element` (`Effect`, `Principal`, `Action`, `Resource`, `Condition`), `closest`, `similar`, `condition` |
    /// | `denials` | places, with `sparedBy`: indexes of conditions |
    /// | `advice` | `kind` (`unneeded`, `edit`, `denied`, `stuck`), and `edits` or `obstacle` |
    /// | … `edits` | `policyKind`, `level`, `policy`, `source`, `start`, `end` (bytes), `line`, `column`, `replacement`, `what`; without `policy` it is a new policy |
    pub fn to_json(&self, sources: &dyn Sources, layout: Layout) -> String {
        let mut report = Report { explanation: self, sources, json: JsonWriter::new(layout) };
        report.whole();
        report.json.finish()
    }
}

struct Report<'a> {
    explanation: &'a Explanation<'a>,
    sources: &'a dyn Sources,
    json: JsonWriter,
}

impl Report<'_> {
    fn whole(&mut self) {
        let explanation = self.explanation;
        let decision = explanation.decision();
        self.json.begin_object();
        self.text("decision", decision.verdict().as_str());
        self.text("reason", decision.reason().as_str());
        if let Reason::Policy(kind) = decision.reason() {
            self.text("policyKind", kind.as_str());
        }
        if !decision.is_allowed() {
            self.text("message", &Denial::new(decision, explanation.request()).to_string());
        }
        self.json.name("request");
        self.request();
        if let Some((kind, at)) = decision.deciding_statement() {
            self.json.name("decidedBy");
            self.json.begin_object();
            self.place(kind, at);
            self.json.end_object();
        }
        self.array("policyKinds", explanation.kinds(), Self::kind);
        self.array("nearMisses", &explanation.near_misses(self.sources), |report, miss| {
            report.json.begin_object();
            report.place(miss.kind, miss.at);
            report.array("lacks", &miss.lacks, |report, lack| report.lack(*lack));
            report.json.end_object();
        });
        self.array("denials", &explanation.denials(), |report, denied| {
            report.json.begin_object();
            report.place(denied.kind, denied.at);
            report.array("sparedBy", &denied.spared_by, |report, index| report.json.number((*index).into()));
            report.json.end_object();
        });
        self.json.name("advice");
        self.advice();
        self.json.end_object();
    }

    fn request(&mut self) {
        let request = self.explanation.request();
        self.json.begin_object();
        self.text("principal", request.caller.display_name());
        self.text("action", request.action.name());
        self.text("resource", request.resource.text());
        if let Some(account) = request.resource_account {
            self.text("resourceAccount", account);
        }
        self.json.name("context");
        self.json.begin_object();
        for (key, held) in request.context.iter() {
            self.json.name(key);
            match held {
                Values::One(value) => self.json.string(value),
                Values::Many(values) => self.strings(values.iter().copied()),
            }
        }
        self.json.end_object();
        self.json.end_object();
    }

    fn kind(&mut self, kind: &KindTrace<'_>) {
        self.json.begin_object();
        self.text("policyKind", kind.kind.as_str());
        self.text("verdict", standing_name(kind.standing));
        if let Standing::Silent { level } = kind.standing {
            self.number("silentLevel", level);
        }
        self.array("policies", &kind.policies, |report, policy| report.policy(kind.kind, policy));
        self.json.end_object();
    }

    fn policy(&mut self, kind: PolicyKind, policy: &PolicyTrace<'_>) {
        let source = self.sources.source(kind, policy.level, policy.program);
        self.json.begin_object();
        self.number("level", policy.level);
        self.number("policy", policy.program);
        if let Some(source) = source {
            self.text("source", source.name);
        }
        self.text("verdict", standing_name(policy.standing));
        self.array("statements", &policy.statements, |report, statement| report.statement(source, statement));
        self.json.end_object();
    }

    fn statement(&mut self, source: Option<Source<'_>>, trace: &StatementTrace<'_>) {
        let written = source.and_then(|source| source.document.statement(trace.at.statement as usize));
        self.json.begin_object();
        self.number("statement", trace.at.statement);
        if let (Some(source), Some(written)) = (source, written) {
            self.sid_and_position(source, &written);
        }
        self.text("effect", if trace.effect == Effect::Allow { "Allow" } else { "Deny" });
        self.truth("applies", trace.applies);
        if !trace.is_understood {
            self.truth("understood", false);
        }
        if let Some(grant) = trace.grant {
            self.text("grant", grant_name(grant));
        }
        let principals = written.and_then(|written| written.principals());
        let wanted = principals.map(|principals| {
            let values: Vec<_> = principals.entries().map(|entry: Principal<'_>| entry.value()).collect();
            (principals.polarity(), values)
        });
        self.json.name("principal");
        self.listed(trace.principal, wanted.as_ref().map(|(polarity, _)| *polarity), |report| {
            report.strings(wanted.iter().flat_map(|(_, values)| values).copied());
        });
        let actions = written.and_then(|written| written.actions());
        self.json.name("action");
        self.listed(trace.action, actions.map(|actions| actions.polarity()), |report| {
            let elements = actions.into_iter().flat_map(|actions: Listed<'_>| actions.elements());
            report.strings(elements.map(|element: Element<'_>| element.value()));
        });
        let resources = written.and_then(|written| written.resources());
        self.json.name("resource");
        self.listed(trace.resource, resources.map(|resources| resources.polarity()), |report| {
            let values = source.map(|source| report.explanation.written_resources(source, trace.at));
            report.values(&values.unwrap_or_default());
        });
        self.array("conditions", &trace.conditions, |report, condition| {
            report.condition(source, trace.at, condition);
        });
        self.json.end_object();
    }

    fn condition(&mut self, source: Option<Source<'_>>, at: StatementRef, trace: &ConditionTrace<'_>) {
        let written = source.and_then(|source| self.explanation.written_condition(source, at, trace.index));
        self.json.begin_object();
        if let Some(written) = &written {
            self.text("operator", written.operator.value());
        }
        self.text("key", written.as_ref().map_or(trace.key, |written| written.key.value()));
        self.text("answer", answer_name(trace.answer));
        if let Some(written) = &written {
            self.json.name("wanted");
            self.values(&written.values);
        }
        self.json.name("got");
        match trace.got {
            Some(got) => self.strings(got.as_slice().iter().copied()),
            None => self.json.null(),
        }
        self.array("passes", &trace.passes, |report, passes| report.json.bool(*passes));
        self.text("because", &trace.because.to_string());
        self.json.end_object();
    }

    /// An element that lists things, if the statement has it.
    fn listed(&mut self, trace: ListTrace, polarity: Option<Polarity>, wanted: impl FnOnce(&mut Self)) {
        self.json.begin_object();
        self.text("answer", answer_name(trace.answer));
        if let Some(polarity) = polarity {
            self.truth("negated", polarity == Polarity::Excluded);
            self.json.name("wanted");
            wanted(self);
        }
        if let Some(by) = trace.by {
            self.number("by", by);
        }
        self.json.end_object();
    }

    fn values(&mut self, values: &[WrittenValue<'_>]) {
        self.json.begin_array();
        for value in values {
            self.json.begin_object();
            self.text("value", value.element.value());
            if let Some(resolved) = &value.resolved {
                self.text("resolved", resolved);
            }
            if !value.unresolved.is_empty() {
                self.json.name("unresolved");
                self.strings(value.unresolved.iter().copied());
            }
            if !value.is_readable {
                self.truth("unreadable", true);
            }
            self.json.end_object();
        }
        self.json.end_array();
    }

    fn lack(&mut self, lack: Lack) {
        let (element, closest) = match lack {
            Lack::Effect => ("Effect", None),
            Lack::Principal => ("Principal", None),
            Lack::Action { closest, .. } => ("Action", closest),
            Lack::Resource { closest } => ("Resource", closest),
            Lack::Condition(_) => ("Condition", None),
        };
        self.json.begin_object();
        self.text("element", element);
        if let Some(closest) = closest {
            self.number("closest", closest);
        }
        match lack {
            Lack::Action { is_similar, .. } => self.truth("similar", is_similar),
            Lack::Condition(index) => self.number("condition", index),
            Lack::Effect | Lack::Principal | Lack::Resource { .. } => {}
        }
        self.json.end_object();
    }

    fn advice(&mut self) {
        self.json.begin_object();
        match self.explanation.advice(self.sources) {
            Advice::Unneeded => self.text("kind", "unneeded"),
            Advice::Denied(_) => self.text("kind", "denied"),
            Advice::Edit(edits) => {
                self.text("kind", "edit");
                self.array("edits", &edits, Self::edit);
            }
            Advice::Stuck(obstacle) => {
                self.text("kind", "stuck");
                self.text("obstacle", obstacle_name(obstacle));
                self.text("because", &obstacle.to_string());
            }
        }
        self.json.end_object();
    }

    fn edit(&mut self, edit: &Edit) {
        let source = edit.program.and_then(|program| self.sources.source(edit.kind, edit.level, program));
        self.json.begin_object();
        self.text("policyKind", edit.kind.as_str());
        self.number("level", edit.level);
        if let Some(program) = edit.program {
            self.number("policy", program);
        }
        if let Some(source) = source {
            let Span { start, end } = edit.span;
            self.text("source", source.name);
            self.number("start", start);
            self.number("end", end);
            self.position(source.document.position(start));
        }
        self.text("replacement", &edit.replacement);
        self.text("what", &edit.what);
        self.json.end_object();
    }

    /// The members that tell where a statement is.
    fn place(&mut self, kind: PolicyKind, at: StatementRef) {
        self.text("policyKind", kind.as_str());
        self.number("level", at.level);
        self.number("policy", at.program);
        self.number("statement", at.statement);
        let Some(source) = self.sources.source(kind, at.level, at.program) else { return };
        self.text("source", source.name);
        if let Some(statement) = source.document.statement(at.statement as usize) {
            self.sid_and_position(source, &statement);
        }
    }

    fn sid_and_position(&mut self, source: Source<'_>, statement: &Statement<'_>) {
        if let Some(sid) = statement.sid() {
            self.text("sid", sid.value());
        }
        self.position(source.document.position(statement.span().start));
    }

    fn position(&mut self, Position { line, column }: Position) {
        self.number("line", line);
        self.number("column", column);
    }

    fn array<T>(&mut self, name: &str, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.json.name(name);
        self.json.begin_array();
        for item in items {
            write(self, item);
        }
        self.json.end_array();
    }

    fn strings<'s>(&mut self, values: impl Iterator<Item = &'s str>) {
        self.json.begin_array();
        for value in values {
            self.json.string(value);
        }
        self.json.end_array();
    }

    fn text(&mut self, name: &str, value: &str) {
        self.json.name(name);
        self.json.string(value);
    }

    fn number(&mut self, name: &str, value: u32) {
        self.json.name(name);
        self.json.number(value.into());
    }

    fn truth(&mut self, name: &str, value: bool) {
        self.json.name(name);
        self.json.bool(value);
    }
}
