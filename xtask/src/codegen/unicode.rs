//! The ranges of Unicode properties, which patterns of several services share.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::ensure;

use crate::codegen::names;
use crate::pattern::Class;

/// Ranges beyond ASCII, by the name of their constant.
#[derive(Debug, Default)]
pub(super) struct Tables(BTreeMap<String, Vec<(u32, u32)>>);

impl Tables {
    /// A reference to a class's ranges beyond ASCII, as source.
    pub(super) fn reference(&mut self, class: &Class) -> anyhow::Result<String> {
        let wide = class.wide();
        if class.properties().is_empty() {
            return Ok(format!("&[{}]", ranges(&wide)));
        }
        let constant = format!("PROPERTY_{}", class.properties().join("_").to_ascii_uppercase());
        let known = self.0.entry(constant.clone()).or_insert_with(|| wide.clone());
        ensure!(*known == wide, "two classes of the same properties differ beyond ASCII");
        Ok(format!("unicode::{constant}"))
    }

    /// The module's text, if anything refers to it.
    pub(super) fn text(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let mut text = String::from("//! Unicode properties, as ranges beyond ASCII.\n");
        for (constant, wide) in &self.0 {
            _ = write!(text, "\npub(super) static {constant}: &[(u32, u32)] = &[{}];\n", ranges(wide));
        }
        Some(text)
    }
}

fn ranges(wide: &[(u32, u32)]) -> String {
    wide.iter()
        .map(|(first, last)| format!("({}, {})", names::hexadecimal(*first), names::hexadecimal(*last)))
        .collect::<Vec<_>>()
        .join(", ")
}
