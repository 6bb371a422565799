//! Laying policies out.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::{Folder, OWN_HOME, Said};
use crate::process::BINARY;

const FORMATTED: &str = r#"{
  "Version": "2012-10-17",
  "Statement": {
    "Sid": "Home",
    "Effect": "Allow",
    "Action": "s3:*",
    "Resource": "arn:aws:s3:::home/${aws:username}/*"
  }
}
"#;

#[test]
fn a_policy_is_laid_out_on_standard_output() {
    Folder::with(&[("own.json", OWN_HOME)]).run(&["format", "own.json"]).says(0, FORMATTED);
    let mut command = Command::new(BINARY);
    command.args(["policy", "format", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(OWN_HOME.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stdout), (Some(0), FORMATTED.into()));
}

#[test]
fn a_file_is_written_once_and_then_passes_the_check() {
    let folder = Folder::with(&[("own.json", OWN_HOME), ("deep/done.json", FORMATTED), ("notes.txt", "{")]);
    folder.run(&["format", "--check", "."]).says(3, "./own.json");
    assert_eq!(folder.read("own.json"), OWN_HOME);
    folder.run(&["format", "--write", "."]).says(0, "./own.json");
    assert_eq!(folder.read("own.json"), FORMATTED);
    folder.run(&["format", "--check", "."]).says(0, "");
}

#[test]
fn what_is_no_policy_stays_as_it_is() {
    let folder = Folder::with(&[("a.json", r#"{"Version": "2012-10-17",}"#)]);
    folder.run(&["format", "--write", "a.json"]).complains(
        1,
        "error: expected a name\n --> a.json:1:26\n  |\n1 | {\"Version\": \"2012-10-17\",}\n  |                          ^",
    );
    assert_eq!(folder.read("a.json"), r#"{"Version": "2012-10-17",}"#);
}

#[test]
fn long_lists_are_broken_and_the_width_can_be_chosen() {
    let text = r#"{"Statement": [{"Action": ["s3:GetObject", "s3:PutObject"], "Condition": {}, "Effect": "Allow"}]}"#;
    let folder = Folder::with(&[("a.json", text)]);
    let said: Said = folder.run(&["format", "--indent", "1", "--width", "30", "a.json"]);
    said.says(
        0,
        r#"{
 "Statement": [
  {
   "Effect": "Allow",
   "Action": [
    "s3:GetObject",
    "s3:PutObject"
   ],
   "Condition": {}
  }
 ]
}"#,
    );
}
