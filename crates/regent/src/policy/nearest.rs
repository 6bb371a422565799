//! Names that nobody knows, and what may have been meant.

use regent_policy::catalogue::Catalogue;

/// Says that no action fits a pattern, and what may have been meant.
pub(crate) fn nothing_matches(catalogue: &Catalogue, pattern: &str) -> String {
    let prefix = pattern.split_once(':').map(|(prefix, _)| prefix);
    let unknown = prefix.filter(|prefix| !prefix.contains(['*', '?']) && catalogue.service(prefix).is_none());
    let (message, mut nearest) = match unknown {
        Some(prefix) => (
            format!("`{prefix}` is no service"),
            catalogue.nearest_services(prefix).iter().map(|service| service.prefix().to_owned()).collect(),
        ),
        None => (format!("`{pattern}` covers no action"), Vec::new()),
    };
    let actions = catalogue.nearest_actions(pattern);
    if !actions.is_empty() {
        nearest = actions.iter().map(ToString::to_string).collect();
    }
    match did_you_mean(&nearest) {
        Some(question) => format!("{message}: {question}"),
        None => message,
    }
}

/// Asks for one of a few names.
pub(crate) fn did_you_mean(names: &[String]) -> Option<String> {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    let (last, others) = quoted.split_last()?;
    let others = others.join(", ");
    let or = if others.is_empty() { "" } else { " or " };
    Some(format!("did you mean {others}{or}{last}?"))
}

/// The same of a service.
pub(crate) fn unknown_service(catalogue: &Catalogue, prefix: &str) -> String {
    let nearest: Vec<_> =
        catalogue.nearest_services(prefix).iter().map(|service| service.prefix().to_owned()).collect();
    match did_you_mean(&nearest) {
        Some(question) => format!("`{prefix}` is no service: {question}"),
        None => format!("`{prefix}` is no service"),
    }
}
