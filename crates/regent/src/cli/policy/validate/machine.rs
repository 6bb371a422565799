//! Findings as JSON: for each file what Access Analyzer's API would answer.

use regent_policy::Layout;
use regent_policy::validate::Options;
use serde_json::{Value, json};

use super::Looked;

/// An array with an object a file: its name, the type it was validated as, Access Analyzer's `findings`, and IAM's
/// refusal or null.
pub(super) fn answer(looked: &[Looked]) -> anyhow::Result<String> {
    let files = looked.iter().map(file).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(serde_json::to_string_pretty(&files)?)
}

fn file(looked: &Looked) -> anyhow::Result<Value> {
    let mut answer: Value = serde_json::from_str(&looked.validation.to_json(Layout::Compact))?;
    let refusal = looked.validation.refusal().map(|refusal| {
        let position = refusal.position();
        json!({
            "message": refusal.message(),
            "explanation": refusal.to_string(),
            "line": position.line,
            "column": position.column,
        })
    });
    Ok(json!({
        "file": looked.file.name,
        "policyType": Options::of(looked.kind).policy_type().as_str(),
        "findings": answer.get_mut("findings").map(Value::take),
        "refusal": refusal,
    }))
}
