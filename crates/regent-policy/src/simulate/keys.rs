//! The context keys that policies ask for.

use crate::context::{Context, Key};
use crate::document::Document;

/// The names of all condition keys that the documents refer to, in conditions and as variables, sorted and each
/// once; names that differ in case alone are one name, in its first spelling.
///
/// A key with a tag in it is named with the tag: `aws:PrincipalTag/team`.
///
/// AWS: IAM API reference, `GetContextKeysForCustomPolicy`.
pub fn context_keys<'a>(documents: impl IntoIterator<Item = &'a Document>) -> Vec<&'a str> {
    let mut keys: Vec<&str> = documents.into_iter().flat_map(Document::context_keys).collect();
    keys.sort_by_cached_key(|key| key.to_lowercase());
    keys.dedup_by(|next, kept| Key::new(next) == Key::new(kept));
    keys
}

/// Those of them that a context does not have. A decision goes on without them: they are absent.
///
/// AWS names every key of the policies, also those of statements that are about something else.
pub fn missing_context_keys<'a>(
    documents: impl IntoIterator<Item = &'a Document>,
    context: &Context<'_>,
) -> Vec<&'a str> {
    let mut keys = context_keys(documents);
    keys.retain(|key| context.get(Key::new(key)).is_none());
    keys
}
