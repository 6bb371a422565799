//! Findings as JSON, in the form of Access Analyzer's answer.

use super::{Finding, PathElement, Place, Validation};
use crate::json::{JsonWriter, Layout};

impl Validation {
    /// The findings as the answer of `ValidatePolicy`: `{"findings": […]}`.
    ///
    /// AWS: IAM Access Analyzer API reference, `ValidatePolicy`, response syntax.
    pub fn to_json(&self, layout: Layout) -> String {
        let mut writer = JsonWriter::new(layout);
        writer.begin_object();
        writer.name("findings");
        writer.begin_array();
        self.findings.iter().for_each(|finding| write(finding, &mut writer));
        writer.end_array();
        writer.end_object();
        writer.finish()
    }
}

fn write(finding: &Finding, writer: &mut JsonWriter) {
    writer.begin_object();
    writer.name("findingDetails");
    writer.string(finding.details());
    writer.name("findingType");
    writer.string(finding.finding_type().as_str());
    writer.name("issueCode");
    writer.string(finding.code().as_str());
    writer.name("learnMoreLink");
    writer.string(&finding.learn_more());
    writer.name("locations");
    writer.begin_array();
    for location in finding.locations() {
        writer.begin_object();
        writer.name("path");
        writer.begin_array();
        location.path().iter().for_each(|element| write_element(element, writer));
        writer.end_array();
        writer.name("span");
        writer.begin_object();
        for (name, place) in [("start", location.start()), ("end", location.end())] {
            writer.name(name);
            write_place(place, writer);
        }
        writer.end_object();
        writer.end_object();
    }
    writer.end_array();
    writer.end_object();
}

fn write_element(element: &PathElement, writer: &mut JsonWriter) {
    writer.begin_object();
    match element {
        PathElement::Index(index) => {
            writer.name("index");
            writer.number(*index as u64);
        }
        PathElement::Key(key) => {
            writer.name("key");
            writer.string(key);
        }
        PathElement::Substring { start, length } => {
            writer.name("substring");
            writer.begin_object();
            writer.name("start");
            writer.number(*start as u64);
            writer.name("length");
            writer.number(*length as u64);
            writer.end_object();
        }
        PathElement::Value(value) => {
            writer.name("value");
            writer.string(value);
        }
    }
    writer.end_object();
}

fn write_place(place: Place, writer: &mut JsonWriter) {
    writer.begin_object();
    for (name, number) in [("line", place.line), ("column", place.column), ("offset", place.offset)] {
        writer.name(name);
        writer.number(number.into());
    }
    writer.end_object();
}
