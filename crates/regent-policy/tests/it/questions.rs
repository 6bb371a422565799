//! Random questions: policies, callers and requests from small alphabets, so that things meet.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::callers;
use crate::oracle::{Held, Question};

const ACTIONS: [&str; 10] = [
    "*",
    "s3:*",
    "s3:Get*",
    "s3:GetObject",
    "S3:getobject",
    "s3:*Object",
    "s3:Put?bject",
    "sqs:SendMessage",
    "*:GetObject",
    "sqs:*",
];
const RESOURCES: [&str; 12] = [
    "arn:aws:s3:::*${aws:username}",
    "arn:aws:s3:::bucket/?${aws:PrincipalTag/team}*",
    "arn:aws:s3:::b*t/k*y",
    "*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::bucket/*",
    "arn:aws:s3:::bucket/key",
    "arn:aws:s3:::*/${aws:username}",
    "arn:aws:s3:::bucket/${aws:PrincipalTag/team, 'key'}",
    "arn:aws:sqs",
    "arn:aws:sqs:*:111122223333:queue?",
    "arn:*:s3:*:*:b*/k*",
];
const TEXTS: [&str; 8] = [
    "ana",
    "a*",
    "red",
    "${aws:username}",
    "${aws:PrincipalTag/team}",
    "*${aws:username}",
    "${aws:username}*",
    "*${aws:PrincipalTag/team}?",
];
const CALLERS: [&str; 13] = [
    "root",
    "ana",
    "bob",
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
const PRINCIPALS: [&str; 11] = [
    "*",
    "111122223333",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::111122223333:user/staff/ana",
    "AIDAEXAMPLEANA000000A",
    "arn:aws:iam::111122223333:role/ci/deploy",
    "AROAEXAMPLEDEPLOY000A",
    "arn:aws:sts::111122223333:assumed-role/deploy/run-7",
    "arn:aws:sts::111122223333:federated-user/guest",
    "444455556666",
    "arn:aws:iam::444455556666:user/eve",
];

/// So many cases, or as many more as `PROPTEST_CASES` asks for.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        cases: default.cases.max(cases),
        max_shrink_iters: 4_000,
        failure_persistence: None,
        ..default
    }
}

/// One value or a list of them, as JSON.
fn some_of(values: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop_oneof![
        select(values).prop_map(|value| json!(value)),
        vec(select(values), 0..3).prop_map(|list| json!(list))
    ]
}

fn block() -> impl Strategy<Value = Value> {
    let operators = select(vec![
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLikeIfExists",
        "StringEqualsIfExists",
        "StringEqualsIgnoreCase",
        "ForAllValues:StringEquals",
        "ForAnyValue:StringLike",
        "ForAnyValue:StringNotEquals",
    ]);
    let keys = select(vec!["aws:username", "aws:PrincipalTag/team", "AWS:TagKeys", "aws:none"]);
    let text = (operators, keys, some_of(&TEXTS))
        .prop_map(|(operator, key, values)| json!({operator: {key: values}}));
    let bools = select(vec!["Bool", "BoolIfExists"]);
    let bool = (bools, any::<bool>())
        .prop_map(|(operator, value)| json!({operator: {"aws:SecureTransport": value}}));
    let null = any::<bool>().prop_map(|value| json!({"Null": {"aws:username": value}}));
    prop_oneof![4 => text, 1 => bool, 1 => null]
}

/// One to three blocks; a later one replaces an earlier one of its operator.
fn condition() -> impl Strategy<Value = Value> {
    vec(block(), 1..4).prop_map(|blocks| {
        let members = blocks.iter().filter_map(Value::as_object).flatten();
        Value::Object(members.map(|(operator, keys)| (operator.clone(), keys.clone())).collect())
    })
}

fn principal() -> impl Strategy<Value = Value> {
    let aws = some_of(&PRINCIPALS).prop_map(|values| json!({"AWS": values}));
    let service = Just(json!({"Service": "sns.amazonaws.com"}));
    let federated = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
    prop_oneof![6 => aws, 1 => Just(json!("*")), 1 => service, 1 => Just(json!({"Federated": federated}))]
}

pub(crate) fn statement(is_named: bool) -> impl Strategy<Value = Value> {
    let effect = prop_oneof![3 => Just("Allow"), 1 => Just("Deny")];
    let action = (prop_oneof![5 => Just("Action"), 1 => Just("NotAction")], some_of(&ACTIONS));
    let resource = (prop_oneof![5 => Just("Resource"), 1 => Just("NotResource")], some_of(&RESOURCES));
    let who = (prop_oneof![5 => Just("Principal"), 1 => Just("NotPrincipal")], principal());
    (effect, action, resource, option::weighted(0.5, condition()), who).prop_map(
        move |(effect, (action, actions), (resource, resources), condition, (who, principal))| {
            let mut members = Map::new();
            members.insert("Effect".to_owned(), json!(effect));
            members.insert(action.to_owned(), actions);
            members.insert(resource.to_owned(), resources);
            if let Some(condition) = condition {
                members.insert("Condition".to_owned(), condition);
            }
            if is_named {
                members.insert(who.to_owned(), principal);
            }
            Value::Object(members)
        },
    )
}

/// A document. Some are long enough to be indexed.
pub(crate) fn document(is_named: bool) -> impl Strategy<Value = Value> {
    let statements = prop_oneof![4 => vec(statement(is_named), 1..4), 1 => vec(statement(is_named), 10..40)];
    let version = prop_oneof![4 => Just(Some("2012-10-17")), 1 => Just(None)];
    (version, statements).prop_map(|(version, statements)| match version {
        Some(version) => json!({"Version": version, "Statement": statements}),
        None => json!({"Statement": statements}),
    })
}

fn keys() -> impl Strategy<Value = BTreeMap<String, Held>> {
    let one =
        |values: &'static [&'static str]| select(values).prop_map(|value: &str| Held::One(value.to_owned()));
    let many = vec(select(vec!["red", "ana", "blue"]), 0..3)
        .prop_map(|values| Held::Many(values.into_iter().map(str::to_owned).collect()));
    (
        btree_map(Just("aws:username".to_owned()), one(&["ana", "ANA", "*", "key"]), 0..2),
        btree_map(Just("aws:principaltag/team".to_owned()), one(&["red", "key", ""]), 0..2),
        btree_map(Just("aws:tagkeys".to_owned()), many, 0..2),
        btree_map(Just("aws:securetransport".to_owned()), one(&["true", "false"]), 0..2),
    )
        .prop_map(|(a, b, c, d)| a.into_iter().chain(b).chain(c).chain(d).collect())
}

/// A whole question.
pub(crate) fn question() -> impl Strategy<Value = Question> {
    let levels = |is_named| option::weighted(0.3, vec(vec(document(is_named), 0..2), 1..3));
    let policies = (
        vec(document(false), 0..3),
        option::weighted(0.3, document(false)),
        option::weighted(0.4, vec(document(false), 0..3)),
        option::weighted(0.6, (document(true), any::<bool>())),
        levels(false),
        levels(true),
        option::weighted(0.2, document(true)),
    );
    let request = (
        select(CALLERS.to_vec()),
        select(vec!["s3:GetObject", "s3:PutObject", "sqs:SendMessage"]),
        select(vec![
            "arn:aws:s3:::bucket/key",
            "arn:aws:s3:::bucket/ana",
            "arn:aws:sqs:eu-west-1:111122223333:queue1",
            "*",
        ]),
        select(vec![callers::HOME, callers::HOME, callers::AWAY]),
        keys(),
    );
    (policies, request).prop_map(
        |(
            (identity, boundary, session, resource, scps, rcps, endpoint),
            (caller, action, on, owner, keys),
        )| Question {
            identity,
            boundary,
            session,
            resource,
            scps,
            rcps,
            endpoint,
            caller: callers::named(caller),
            action: action.to_owned(),
            on: on.to_owned(),
            owner: owner.to_owned(),
            keys,
        },
    )
}
