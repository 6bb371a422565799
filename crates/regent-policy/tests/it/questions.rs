//! Random questions: policies, callers and requests from small alphabets, so that things meet.

use regent_policy::ResourceRule;
use serde_json::{Map, Value, json};

use crate::callers;
use crate::dice::Dice;
use crate::oracle::{Held, Keys, Question};

const ASKED_ACTIONS: [&str; 7] = [
    "s3:GetObject",
    "s3:GetObject",
    "S3:getobject",
    "s3:PutObject",
    "sqs:SendMessage",
    "codeconnections:UseConnection",
    "sts:AssumeRole",
];
const ACTIONS: [&str; 16] = [
    "*",
    "s3:*",
    "s3:Get*",
    "s3:GetObject",
    "S3:getobject",
    "s3:*Object",
    "s3:Put?bject",
    "sqs:SendMessage",
    "*:GetObject",
    "s?:*",
    "codestar-connections:*",
    "codeconnections:Use*",
    "sts:Assume*",
    "s3:Get Object",
    "s3:*:*",
    "s3*",
];
const ASKED_RESOURCES: [&str; 9] = [
    "arn:aws:s3:::bucket/key",
    "arn:aws:s3:::bucket/key",
    "arn:aws:s3:::bucket/ana",
    "arn:aws:sqs:eu-west-1:111122223333:queue1",
    "arn:aws:logs:eu-west-1:111122223333:group:app:stream:1",
    "arn:aws:s3:::bucket",
    "arn:aws:s3:::*",
    "*",
    "bucket",
];
const RESOURCES: [&str; 27] = [
    "*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::bucket/*",
    "arn:aws:s3:::bucket/key",
    "arn:aws:s3:::*${aws:username}",
    "arn:aws:s3:::bucket/?${aws:PrincipalTag/team}*",
    "arn:aws:s3:::b*t/k*y",
    "arn:aws:s3:::*/${aws:username}",
    "arn:aws:s3:::bucket/${aws:PrincipalTag/team, 'key'}",
    "arn:aws:s3:::bucket/${*}",
    "arn:aws:s3:::bucket/${aws:username",
    "arn:aws:sqs",
    "arn:aws:sqs:*:111122223333:queue?",
    "arn:*:s3:*:*:b*/k*",
    "arn:*:bucket/key",
    "arn:aws:logs:*:stream:1",
    "arn:aws:logs:*:111122223333:group:*:1",
    "arn:aws:logs:eu-*:app:*",
    "arn:aws:logs:e*1:1*:group:app:stream:?",
    "arn:aws:l*:stream:*",
    "arn:aws:logs:?u-west-1:*",
    "arn:aws:s3:::${aws:PrincipalAccount}*",
    "arn:aws:sqs:eu-west-1:${aws:PrincipalAccount}:queue1",
    "arn:aws:s3::",
    "arn:aws:s3:::",
    "**",
    "",
];
const CALLERS: [&str; 14] = [
    "ana",
    "bob",
    "root",
    "new ana",
    "deploy session",
    "service-linked session",
    "federated user of ana",
    "federated user of root",
    "root session",
    "github token",
    "sns",
    "anonymous",
    "away root",
    "away eve",
];
const PRINCIPALS: [&str; 18] = [
    "*",
    "111122223333",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::111122223333:user/staff/ana",
    "AIDAEXAMPLEANA000000A",
    "arn:aws:iam::111122223333:role/ci/deploy",
    "AROAEXAMPLEDEPLOY000A",
    "AROAEXAMPLEDEPLOY000A:run-7",
    "AROAEXAMPLEDEPLOY000A:run-8",
    "arn:aws:sts::111122223333:assumed-role/deploy/run-7",
    "arn:aws:sts::111122223333:federated-user/guest",
    "444455556666",
    "arn:aws:iam::444455556666:user/eve",
    "arn:aws:iam::111122223333:user/bob",
    "arn:aws:iam::111122223333:group/staff",
    "arn:aws:iam::111122223333:user/*",
    "1111*",
    "sns.amazonaws.com",
];
const PROVIDER: &str = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
const CANONICAL: [&str; 2] = [
    "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be",
    "0000000000000000000000000000000000000000000000000000000000000000",
];
const BOUND: [(&str, &str); 2] = [
    ("arn:aws:iam::111122223333:user/staff/ana", "AIDAEXAMPLEANA000000A"),
    ("arn:aws:iam::111122223333:role/ci/deploy", "AROAEXAMPLEDEPLOY000A"),
];

/// Operators that read their values alike, keys for them, values of policies and values of requests.
struct Family {
    operators: &'static [&'static str],
    keys: &'static [&'static str],
    wanted: &'static [&'static str],
    held: &'static [&'static str],
}

const FAMILIES: [Family; 7] = [
    Family {
        operators: &[
            "StringEquals",
            "StringNotEquals",
            "StringLike",
            "StringNotLike",
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
        ],
        keys: &["aws:username", "aws:PrincipalTag/Team", "AWS:TagKeys", "aws:none"],
        wanted: &[
            "ana",
            "a*",
            "red",
            "ANA",
            "${aws:username}",
            "${aws:PrincipalTag/team}",
            "*${aws:username}",
            "${AWS:UserName}*",
            "*${aws:PrincipalTag/team}?",
            "${aws:PrincipalTag/team, 'red'}",
            "${aws:none , 'a*'}",
            "${aws:tagkeys}",
            "${$}{aws:username}",
            "${aws:username",
            "?",
            "",
        ],
        held: &["ana", "ANA", "red", "key", "*", "a*", "", "${aws:username}", "q"],
    },
    Family {
        operators: &[
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
        ],
        keys: &["s3:max-keys"],
        wanted: &["9", "10", "10.5", "-1", "010.50", "+9", "1e1", ".5", "${s3:max-keys}"],
        held: &["9", "10.0", "10.25", "10.50", "-1", "-0", "ten", "10."],
    },
    Family {
        operators: &[
            "DateEquals",
            "DateNotEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
        ],
        keys: &["aws:CurrentTime"],
        wanted: &[
            "2026-11-22",
            "2026",
            "2026-11-22T01:00:00+01:00",
            "2026-11-22T00:00:00.5Z",
            "1795305600",
            "2026-11-21t23Z",
            "234-13",
            "soon",
        ],
        held: &["2026-11-22T00:00:00Z", "2026-11-22T00:00:00.500Z", "1795305600", "2026-11-22T00:00", "now"],
    },
    Family {
        operators: &["IpAddress", "NotIpAddress"],
        keys: &["aws:SourceIp"],
        wanted: &[
            "10.0.0.0/8",
            "10.1.2.3",
            "2001:db8::/32",
            "0.0.0.0/0",
            "::/0",
            "10.9.9.9/8",
            "here",
            "10.0.0.0/33",
        ],
        held: &["10.1.2.3", "11.0.0.1", "2001:DB8:0::7", "::ffff:10.1.2.3", "cloudformation.amazonaws.com"],
    },
    Family {
        operators: &["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"],
        keys: &["aws:SourceArn"],
        wanted: &[
            "arn:aws:sns:*:111122223333:topic-*",
            "arn:aws:sns:eu-west-1:${aws:PrincipalTag/team, '111122223333'}:topic-${aws:username}",
            "arn:*:topic-a",
            "*",
            "arn:aws:sns:*:*:*:b",
            "topic",
        ],
        held: &[
            "arn:aws:sns:eu-west-1:111122223333:topic-a",
            "arn:aws:sns:eu-west-1:111122223333:topic-ana",
            "arn:aws:sns::111122223333:topic-a:b",
            "arn:aws:sqs:eu-west-1:111122223333:q",
            "topic",
        ],
    },
    Family {
        operators: &["Bool", "Null"],
        keys: &["aws:SecureTransport", "aws:username"],
        wanted: &["true", "false", "True", "yes", "${aws:SecureTransport}"],
        held: &["true", "false", "TRUE", "yes"],
    },
    Family {
        operators: &["BinaryEquals"],
        keys: &["x:bytes"],
        wanted: &["Zm9v", "Zm8=", "Zm8", "!"],
        held: &["Zm9v", "Zm8=", "Zm8", "!"],
    },
];

/// One value, or up to three of them in a list.
fn listed(dice: &mut Dice<'_>, values: &[&str]) -> Value {
    if dice.below(2) == 0 {
        return scalar(dice, values);
    }
    Value::Array(dice.some(0, 4, |dice| scalar(dice, values)))
}

fn scalar(dice: &mut Dice<'_>, values: &[&str]) -> Value {
    Value::from(dice.pick(values))
}

/// One condition: an operator and a key with its values.
fn condition(dice: &mut Dice<'_>) -> (String, (String, Value)) {
    // Half of all conditions in the world are about text.
    let which = if dice.below(2) == 0 { 0 } else { dice.below(FAMILIES.len()) };
    let family = &FAMILIES[which];
    let base = dice.pick(family.operators);
    let prefix = dice.pick(&["", "", "", "ForAllValues:", "ForAnyValue:"]);
    let suffix = if base != "Null" && dice.one_in(4) { "IfExists" } else { "" };
    let key = dice.pick(family.keys).to_owned();
    let wanted = match dice.below(12) {
        0 => json!(10),
        1 => json!(true),
        _ => listed(dice, family.wanted),
    };
    (format!("{prefix}{base}{suffix}"), (key, wanted))
}

fn conditions(dice: &mut Dice<'_>) -> Value {
    let mut blocks: Map<String, Value> = Map::new();
    for (operator, (key, wanted)) in dice.some(1, 3, condition) {
        let block = blocks.entry(operator).or_insert_with(|| json!({}));
        if let Some(block) = block.as_object_mut() {
            block.insert(key, wanted);
        }
    }
    Value::Object(blocks)
}

fn principal(dice: &mut Dice<'_>) -> Value {
    let mut members = Map::new();
    for _ in 0..=dice.below(2) {
        match dice.below(9) {
            0 => return json!("*"),
            1 => members
                .insert("Service".to_owned(), listed(dice, &["sns.amazonaws.com", "sqs.amazonaws.com"])),
            2 => members.insert("Federated".to_owned(), listed(dice, &[PROVIDER, "accounts.google.com"])),
            3 => members.insert("CanonicalUser".to_owned(), listed(dice, &CANONICAL)),
            _ => members.insert("AWS".to_owned(), listed(dice, &PRINCIPALS)),
        };
    }
    Value::Object(members)
}

/// A statement, for policies that name principals or for those that do not.
pub(crate) fn statement(dice: &mut Dice<'_>, is_named: bool) -> Value {
    let mut members = Map::new();
    let mut add = |name: &str, value: Value| {
        members.insert(name.to_owned(), value);
    };
    add("Effect", json!(if dice.one_in(4) { "Deny" } else { "Allow" }));
    let action = if dice.one_in(6) { "NotAction" } else { "Action" };
    add(action, listed(dice, &ACTIONS));
    let resource = if dice.one_in(6) { "NotResource" } else { "Resource" };
    // Now and then there is no resource, as in a trust policy.
    if !dice.one_in(12) {
        add(resource, listed(dice, &RESOURCES));
    }
    if dice.below(2) == 0 {
        add("Condition", conditions(dice));
    }
    if is_named != dice.one_in(40) {
        let who = if dice.one_in(5) { "NotPrincipal" } else { "Principal" };
        add(who, principal(dice));
    }
    Value::Object(members)
}

/// A document. Some are long enough to be indexed.
pub(crate) fn document(dice: &mut Dice<'_>, is_named: bool) -> Value {
    let count = if dice.one_in(32) { 8 + dice.below(12) } else { 1 + dice.below(3) };
    let statements: Vec<Value> = (0..count).map(|_| statement(dice, is_named)).collect();
    match dice.below(6) {
        0 => json!({"Statement": statements}),
        1 => json!({"Version": "2008-10-17", "Statement": statements}),
        _ => json!({"Version": "2012-10-17", "Statement": statements}),
    }
}

fn keys(dice: &mut Dice<'_>) -> Keys {
    let mut keys = Keys::new();
    for family in &FAMILIES {
        for key in family.keys.iter().filter(|key| **key != "aws:none") {
            let held = match dice.below(6) {
                0 | 1 => continue,
                2 if !key.contains("username") => {
                    Held::Many(dice.some(0, 4, |dice| dice.pick(family.held).to_owned()))
                }
                _ => Held::One(dice.pick(family.held).to_owned()),
            };
            keys.insert(key.to_lowercase(), held);
        }
    }
    keys
}

/// A whole question.
pub(crate) fn question(dice: &mut Dice<'_>) -> Question {
    let caller = callers::named(dice.pick(&CALLERS));
    let documents = |dice: &mut Dice<'_>, sides, named| dice.some(0, sides, |dice| document(dice, named));
    let levels = |dice: &mut Dice<'_>, named| dice.some(0, 3, |dice| documents(dice, 3, named));
    let rules =
        [ResourceRule::Ordinary, ResourceRule::Ordinary, ResourceRule::RoleTrust, ResourceRule::KeyPolicy];
    Question {
        identity: documents(dice, 4, false),
        boundaries: if dice.one_in(4) { documents(dice, 3, false) } else { vec![] },
        session: dice.maybe(3, |dice| documents(dice, 3, false)),
        resource: (dice.below(3) > 0).then(|| (document(dice, true), dice.pick(&rules))),
        scps: dice.maybe(4, |dice| levels(dice, false)),
        rcps: dice.maybe(5, |dice| levels(dice, true)),
        endpoint: if dice.one_in(5) { documents(dice, 3, true) } else { vec![] },
        bindings: if dice.one_in(3) { BOUND.to_vec() } else { vec![] },
        action: dice.pick(&ASKED_ACTIONS).to_owned(),
        on: dice.pick(&ASKED_RESOURCES).to_owned(),
        owner: dice.pick(&[Some(callers::HOME), Some(callers::HOME), Some(callers::AWAY), None]),
        canonical_user: caller.account().and_then(|_| dice.maybe(3, |_| CANONICAL[0])),
        keys: keys(dice),
        caller,
    }
}
