use std::sync::OnceLock;

use regent_policy::{Bindings, Document, Program};
use serde::{Deserialize, Serialize};

use super::UniqueId;

/// A policy document as it was given, byte for byte, and its compiled form once somebody needed it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyDocument {
    text: Box<str>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    bindings: Vec<Binding>,
    #[serde(skip)]
    program: OnceLock<Box<Program>>,
}

/// A principal of a trust policy and the entity it meant when the policy was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// The ARN as the document has it.
    pub arn: Box<str>,
    /// The user or role it named.
    pub id: UniqueId,
}

impl PolicyDocument {
    /// The document with this text; `bindings` are the principals it was found to mean.
    pub fn new(text: &str, bindings: Vec<Binding>) -> Self {
        Self { text: text.into(), bindings, program: OnceLock::new() }
    }

    /// The text as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its compiled form, made on first use: most documents of a large directory are never asked.
    ///
    /// A document that cannot be read is a program that denies whatever it is asked.
    pub fn program(&self) -> &Program {
        self.program.get_or_init(|| Box::new(self.compile()))
    }

    fn compile(&self) -> Program {
        let Ok(document) = Document::parse(&self.text) else { return Program::unreadable() };
        let pairs: Vec<_> =
            self.bindings.iter().map(|binding| (&*binding.arn, binding.id.as_str())).collect();
        Program::compile(&document, &Bindings::new(&pairs))
    }

    /// What its principals meant when it was written.
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }
}

impl PartialEq for PolicyDocument {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.bindings == other.bindings
    }
}

impl Eq for PolicyDocument {}
