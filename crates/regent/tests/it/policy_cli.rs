//! `regent policy`, through the built binary: on files, without a server.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::process::BINARY;

mod actions;
mod cases;
mod evaluate;
mod examination;
mod format;
mod generate;
mod guide;
mod simulate;
mod suite;
mod validate;

/// A folder with files, gone with the test.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// Runs `regent policy` in the folder.
    #[track_caller]
    fn run(&self, arguments: &[&str]) -> Said {
        Said::of(Command::new(BINARY).current_dir(self.path()).arg("policy").args(arguments), arguments)
    }
}

/// What a command said.
#[derive(Debug)]
struct Said {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Said {
    #[track_caller]
    fn of(command: &mut Command, arguments: &[&str]) -> Self {
        let Output { status, stdout, stderr } = command.output().unwrap();
        let status = status.code().unwrap_or_else(|| panic!("{arguments:?} was killed"));
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { status, stdout: text(stdout), stderr: text(stderr) }
    }

    /// Done, and this on standard output.
    #[track_caller]
    fn says(&self, status: i32, stdout: &str) {
        assert_eq!((self.status, self.stdout.trim_end()), (status, stdout.trim_end()), "{}", self.stderr);
    }

    /// Not done, nothing on standard output, and this on standard error.
    #[track_caller]
    fn complains(&self, status: i32, stderr: &str) {
        assert_eq!((self.status, self.stderr.trim_end()), (status, stderr.trim_end()), "{}", self.stdout);
        assert_eq!(self.stdout, "");
    }
}

/// The examples of the documentation.
fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/policies")
}

const OWN_HOME: &str = r#"{
  "Version": "2012-10-17",
  "Statement": {"Sid": "Home", "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::home/${aws:username}/*"}
}"#;
