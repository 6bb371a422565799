//! `cargo xtask models`: from the pinned package to facts under `models/`.
//!
//! The package is fetched by pip, its digest compared with `SOURCE.toml`, and each wanted model read into
//! [`Model`] and written out again, which drops everything that is not a fact. One line per operation and
//! per shape: a change of the interface is a change of a few lines.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use serde::Serialize;

use crate::model::Model;
use crate::ordered::Ordered;
use crate::package::{Package, python};
use crate::services::{self, Service};

pub(crate) fn update(folder: &Path, services: &Path, out: &Path) -> anyhow::Result<()> {
    let source = Package::pinned(&folder.join("SOURCE.toml"))?;
    let scratch = tempfile::tempdir()?;
    let package = source.fetch(scratch.path())?.join("data");
    for service in services::read(services)? {
        let text = strip(&unpack(&package, &service)?)
            .with_context(|| format!("stripping the model of {}", service.name))?;
        let path = out.join(service.file());
        fs::create_dir_all(path.parent().unwrap_or(out))?;
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    let notice = folder.join("NOTICE");
    let named = format!("{} {}", source.name, source.version);
    ensure!(
        fs::read_to_string(&notice).is_ok_and(|text| text.contains(&named)),
        "{} must name {named}",
        notice.display()
    );
    Ok(())
}

/// The text of one service's model.
fn unpack(data: &Path, service: &Service) -> anyhow::Result<String> {
    let plain = data.join(&service.name).join(&service.version).join("service-2.json");
    let packed = plain.with_extension("json.gz");
    if packed.exists() {
        python(&["-m", "gzip", "-d"], &[&packed.to_string_lossy()])?;
    }
    fs::read_to_string(&plain).with_context(|| format!("no model of {} {}", service.name, service.version))
}

/// The facts of a published model, a line per operation and per shape.
pub(crate) fn strip(published: &str) -> anyhow::Result<String> {
    let model: Model = serde_json::from_str(published)?;
    let mut text = format!("{{\n\"metadata\": {},\n", serde_json::to_string(&model.metadata)?);
    section(&mut text, "operations", &model.operations)?;
    text.push_str(",\n");
    section(&mut text, "shapes", &model.shapes)?;
    text.push_str("\n}\n");
    Ok(text)
}

fn section<T: Serialize>(text: &mut String, title: &str, entries: &Ordered<T>) -> anyhow::Result<()> {
    write!(text, "\"{title}\": {{")?;
    let mut separator = "\n";
    for (name, entry) in entries.iter() {
        write!(text, "{separator}\"{name}\": {}", serde_json::to_string(entry)?)?;
        separator = ",\n";
    }
    text.push_str("\n}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::strip;

    const PUBLISHED: &str = r#"{"version":"2.0","documentation":"<p>prose</p>",
        "metadata":{"apiVersion":"1","endpointPrefix":"x","protocols":["query"],"serviceFullName":"X","serviceId":"X",
            "protocol":"query","uid":"x-1"},
        "operations":{"Zeta":{"name":"Zeta","http":{"method":"POST","requestUri":"/"},"documentation":"<p>prose</p>"},
            "Alpha":{"name":"Alpha","http":{"method":"POST","requestUri":"/"},"input":{"shape":"In"}}},
        "shapes":{"In":{"type":"structure","members":{"Z":{"shape":"S","documentation":"<p>prose</p>"},"A":{"shape":"S"}}},
            "S":{"type":"string","max":3,"documentation":"<p>prose</p>"}}}"#;

    #[test]
    fn stripping_drops_the_prose_and_keeps_the_order() {
        let text = strip(PUBLISHED).unwrap();
        assert!(!text.contains("prose"), "{text}");
        assert!(text.find("Zeta") < text.find("Alpha"), "{text}");
        assert!(text.contains(r#""members":{"Z":{"shape":"S"},"A":{"shape":"S"}}"#), "{text}");
        assert!(text.contains(r#""S": {"type":"string","max":3}"#), "{text}");
    }

    #[test]
    fn stripping_what_is_stripped_changes_nothing() {
        let once = strip(PUBLISHED).unwrap();
        assert_eq!(strip(&once).unwrap(), once);
    }

    #[test]
    fn a_fact_nobody_has_taught_us_is_an_error() {
        let published = PUBLISHED.replace("\"max\":3", "\"max\":3,\"moonPhase\":true");
        let error = strip(&published).unwrap_err();
        assert!(error.to_string().contains("moonPhase"), "{error}");
    }
}
