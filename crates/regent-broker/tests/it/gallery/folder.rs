//! An administrator's folder.

use std::error::Error as _;

use super::*;

const OWN: &str = r#"{
  "title": "One table, read",
  "explanation": "Reads one table.",
  "tags": ["dynamodb"],
  "kind": "session",
  "works_with": ["assume_role"],
  "variables": [{"name": "table", "what": "The table", "pattern": "name", "examples": ["orders"]}],
  "policy": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:GetItem",
    "Resource": "arn:{{partition}}:dynamodb:*:*:table/{{table}}"}]}
}"#;

fn folder(files: &[(&str, &str)]) -> Result<Gallery, FolderError> {
    Gallery::with_folder(files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())))
}

#[test]
fn a_folder_adds_its_entries_behind_the_ready_ones_in_the_order_of_their_names() {
    let gallery = folder(&[("b-table.json", OWN), ("a-table.json", OWN)]).unwrap();
    let ids: Vec<&str> = gallery.entries().iter().skip(24).map(|entry| entry.id.as_str()).collect();
    assert_eq!(ids, ["nothing", "a-table", "b-table"]);
    let own = gallery.entry("a-table").unwrap();
    let names: Vec<&str> = own.variables.iter().map(|variable| variable.name.as_str()).collect();
    assert_eq!(names, ["table", "partition"]);
}

/// Refuses a folder of one file, the entry above with one piece exchanged, and says why.
#[track_caller]
fn check(from: &str, to: &str, expected: &str) {
    assert!(OWN.contains(from), "{from}");
    let Err(FolderError::Entry { file, source }) = folder(&[("own.json", &OWN.replace(from, to))]) else {
        panic!("expected a file that is no entry: {to}")
    };
    assert_eq!(file, "own.json");
    let (mut told, mut cause) = (source.to_string(), source.source());
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    assert_eq!(told, expected);
}

#[test]
fn a_file_that_is_no_entry_is_refused_with_the_reason() {
    check(
        "\"tags\"",
        "\"tag\"",
        "unknown field `tag`, expected one of `title`, `explanation`, `tags`, `kind`, `works_with`, `variables`, `notes`, `policy`, `policy_arn` at line 4 column 7",
    );
    check("\"One table, read\"", "\" \"", "expected `title` not to be empty");
    check("[\"assume_role\"]", "[]", "expected `works_with` not to be empty");
    check(
        "\"assume_role\"",
        "\"role\"",
        "unknown variant `role`, expected one of `assume_role`, `federated_user`, `iam_user_session`, `provided` at line 6 column 23",
    );
    check(
        "session",
        "managed",
        "expected `policy_arn` for the kind `managed` and `policy` for any other, and not both",
    );
    check(
        "\"Effect\": \"Allow\"",
        "\"Effect\": \"Allow\", \"Effect\": \"Deny\"",
        "its `policy` is none: line 8, column 73: the member `Effect` appears twice in one object",
    );
    check("{{table}}", "{{tabel}}", "the policy has the blank `{{tabel}}`, which is not among `variables`");
    check("{{table}}", "orders", "the variable `table` is not used in the policy");
    check(
        "\"name\": \"table\"",
        "\"name\": \"Table\"",
        "`Table` names no variable of its own: expected 1 to 32 of `a-z` and `_`, each name once",
    );
    check(
        "\"name\": \"table\"",
        "\"name\": \"partition\"",
        "`partition` names no variable of its own: expected 1 to 32 of `a-z` and `_`, each name once",
    );
    check(
        "\"examples\": [\"orders\"]",
        "\"examples\": [\"orders\"], \"optional\": true",
        "the optional variable `table` must be a value of a condition: that is what can be left out",
    );
    check(
        "\"examples\": [\"orders\"]",
        "\"examples\": []",
        "its examples do not make a policy: expected a value for `table`: The table",
    );
    check(
        "\"examples\": [\"orders\"]",
        "\"examples\": [\"*\"]",
        "its examples do not make a policy: `*` is no value for `table`: expected 1 to 128 letters, digits and `_+=,.@-`",
    );
    check(
        "\"pattern\": \"name\"",
        "\"pattern\": \"[a-z]+\"",
        "unknown variant `[a-z]+`, expected one of `account`, `partition`, `region`, `name`, `path`, `bucket`, `log_group`, `network`, `principal`, `connection`, `connection_permissions`, `external_id`, `wildcard` at line 7 column 74",
    );
    check(
        "\"Resource\": \"arn",
        "\"Condition\": {\"StringEquals\": {\"a:{{table}}\": \"b\"}}, \"Resource\": \"arn",
        "`a:{{table}}` is the name of a member: expected blanks in values alone",
    );
    check(
        "table/{{table}}",
        "table/{{table}}/${user.nmae}",
        "its examples do not make a policy: what comes out is no template of a policy: `user.nmae` is not a variable, \
         did you mean `user.name`?: expected user.id, user.name, user.email, user.email_local, user.id_or_email, \
         user.display_name, user.groups, system.name, connector.slug, request.id, request.ticket, session.id, date, or \
         `user.attr.` and the name of a claim",
    );
    check(
        "dynamodb:GetItem",
        "dynamodb",
        "its examples do not make a policy: what comes out is not taken: expected `service:Name` or `*`, not `dynamodb` (line 6, column 17)",
    );
    check(
        "\"Statement\": [{",
        "\"Statement\": [{\"Principal\": \"*\", ",
        "its examples do not make a policy: what comes out is not taken: a session policy is about whoever it is attached to (line 6, column 20)",
    );
}

#[test]
fn a_file_whose_name_makes_no_id_is_refused() {
    for (files, expected) in [
        (
            vec![("Own.json", OWN)],
            "`Own.json` names no entry: expected 2 to 64 of `a-z`, `0-9` and `-`, and then `.json`",
        ),
        (
            vec![("own.yaml", OWN)],
            "`own.yaml` names no entry: expected 2 to 64 of `a-z`, `0-9` and `-`, and then `.json`",
        ),
        (
            vec![("../own.json", OWN)],
            "`../own.json` names no entry: expected 2 to 64 of `a-z`, `0-9` and `-`, and then `.json`",
        ),
        (
            vec![("nothing.json", OWN)],
            "`nothing.json` has the id of another entry, `nothing`: give the file another name",
        ),
        (
            vec![("own.json", OWN), ("own.json", OWN)],
            "`own.json` has the id of another entry, `own`: give the file another name",
        ),
    ] {
        assert_eq!(folder(&files).unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_folder_is_read_up_to_its_bounds() {
    let long = OWN.replace("Reads one table.", &"x".repeat(64 << 10));
    assert_eq!(
        folder(&[("own.json", &long)]).unwrap_err(),
        FolderError::TooLong { file: "own.json".to_owned() }
    );
    let names: Vec<String> = (0..257).map(|number| format!("own-{number}.json")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), OWN)).collect();
    assert_eq!(folder(&files).unwrap_err(), FolderError::TooMany);
    assert_eq!(folder(&files[..256]).unwrap().entries().len(), 25 + 256);
}

#[test]
fn a_file_that_is_not_json_is_refused_and_does_not_panic() {
    for text in ["", "{", "[]", "null", "\"a\"", &"[".repeat(10_000)] {
        let Err(FolderError::Entry { source, .. }) = folder(&[("own.json", text)]) else {
            panic!("expected a refusal of {text:.20}")
        };
        assert!(matches!(*source, EntryError::Json(_)), "{source}");
    }
}
