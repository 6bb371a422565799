//! What actions there are.

use serde_json::{Value, json};

use super::{Folder, Said};

fn run(arguments: &[&str]) -> Said {
    Folder::with(&[]).run(&[&["actions"], arguments].concat())
}

/// The day of the catalogue, which changes with it.
fn day() -> String {
    let said = run(&["--date"]);
    assert_eq!(said.status, 0, "{said:?}");
    said.stdout.split_once(" (").unwrap().0.to_owned()
}

#[test]
fn a_pattern_is_opened_into_a_table() {
    let table = "\
ACTION                  ACCESS LEVEL  RESOURCES       CONDITION KEYS
sts:GetCallerIdentity   Read          -
sts:GetFederationToken  Write         federated-user  aws:RequestTag/${TagKey}, aws:TagKeys
";
    let said = run(&["STS:get*r?dent*", "sts:GetFederationToken", "sts:GetFederationToken"]);
    let (rows, footer) = said.stdout.split_once("2 actions").unwrap();
    assert_eq!((said.status, footer.trim()), (0, format!(", as of {}", day()).as_str()), "{said:?}");
    assert_eq!(rows, table);
}

#[test]
fn a_required_resource_has_a_star() {
    let said = run(&["iam:PassRole"]);
    let row = said
        .stdout
        .lines()
        .nth(1)
        .unwrap()
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>();
    assert_eq!(row.get(..3), Some(&["iam:PassRole", "Write", "role*"][..]), "{said:?}");
    assert!(row.contains(&"iam:PassedToService"), "{said:?}");
}

#[test]
fn access_levels_are_picked() {
    let said = run(&["iam:*Policy", "--access-level", "list,permissions-management", "--json"]);
    let answer: Value = serde_json::from_str(&said.stdout).unwrap();
    let levels: Vec<_> =
        answer["actions"].as_array().unwrap().iter().map(|row| row["accessLevel"].clone()).collect();
    assert!(levels.len() > 10, "{said:?}");
    assert!(levels.iter().all(|level| *level == "List" || *level == "Permissions management"), "{levels:?}");
    run(&["sts:GetCallerIdentity", "--access-level", "write"])
        .complains(3, "regent: `sts:GetCallerIdentity` covers no action of the access level asked for");
}

#[test]
fn json_has_everything() {
    let said = run(&["iam:PassRole", "--json"]);
    let mut answer: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(answer["catalogue"]["date"], day());
    let action = answer["actions"][0].take();
    let role = json!({
        "type": "role",
        "required": true,
        "arns": ["arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}"],
        "conditionKeys": ["aws:ResourceTag/${TagKey}", "iam:ResourceTag/${TagKey}"],
    });
    let wanted = json!({
        "action": "iam:PassRole",
        "accessLevel": "Write",
        "resources": [role],
        "conditionKeys": ["iam:AssociatedResourceArn", "iam:PassedToService"],
    });
    assert_eq!(action, wanted);
    assert_eq!(answer["unmatched"], json!([]));
}

#[test]
fn what_matches_nothing_is_asked_about() {
    let asks = |pattern: &str, question: &str| run(&[pattern]).complains(3, &format!("regent: {question}"));
    asks("s3:GetObjct", "`s3:GetObjct` covers no action: did you mean `s3:GetObject`?");
    asks("lamda:InvokeFunction", "`lamda` is no service: did you mean `lambda:InvokeFunction`?");
    asks("lamda:*", "`lamda` is no service: did you mean `lambda`?");
    asks("s3:FlyToTheMoon*", "`s3:FlyToTheMoon*` covers no action");
    asks("nonsense:*", "`nonsense` is no service");
}

#[test]
fn what_matches_is_shown_beside_what_does_not() {
    let said = run(&["iam:PassRole", "iam:PassRoll"]);
    assert_eq!(said.status, 3, "{said:?}");
    assert!(said.stdout.contains("iam:PassRole") && said.stderr.contains("`iam:PassRoll` covers no action"));
    assert_eq!(run(&[]).status, 2);
}
