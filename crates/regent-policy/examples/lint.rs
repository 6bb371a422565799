//! What is wrong with a policy, as IAM Access Analyzer would find it, and what IAM would refuse.
//!
//! ```sh
//! cargo run --package regent-policy --example lint -- policy.json
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::{env, fs, io};

use regent_policy::PolicyKind;
use regent_policy::validate::{Options, validate};

fn main() -> io::Result<()> {
    let text = match env::args().nth(1) {
        Some(path) => fs::read_to_string(path)?,
        None => r#"{"Statement": {"Effect": "Allow", "Action": ["s3:GetObjct", "iam:PassRole"], "Resource": "*"}}"#.to_owned(),
    };
    let validation = validate(&text, &Options::of(PolicyKind::Identity));
    for finding in validation.findings() {
        let at = finding.locations().first().map(regent_policy::validate::Location::start);
        let (line, column) = at.map_or((1, 0), |place| (place.line, place.column));
        println!("{line}:{column} {} {}", finding.code().as_str(), finding.details());
    }
    if let Some(refusal) = validation.refusal() {
        println!("IAM would not store it: {refusal}");
    }
    Ok(())
}
