use regent_broker::template::{Asker, Subject, System, User};
use regent_broker::{ConnectorTerms, Network};
use serde_json::{Value, json};

use super::{Mfa, SessionRequest};

fn terms(more: Value) -> ConnectorTerms {
    let mut terms = json!({
        "name": "Test", "slug": "test", "account_id": "acct_01", "principal_type": "assume_role",
        "role_arn": "arn:aws:iam::123456789012:role/a/test",
    });
    let Value::Object(more) = more else { panic!("{more}") };
    terms.as_object_mut().unwrap().extend(more);
    serde_json::from_value(terms).unwrap()
}

fn ana<'a>() -> Subject<'a> {
    Subject::new(Asker::User(User { name: "ana", email: Some("ana@example.com"), ..User::new("usr_01") }))
}

#[test]
fn a_type_sends_what_it_can_have_and_nothing_else() {
    let more = json!({ "external_id": "x-1", "session_tags": {
        "team": { "template": "a b", "transitive": true }, "who": { "template": "${user.email}" } } });
    let all = |kind: &str| {
        let mut more = more.clone();
        more["principal_type"] = kind.into();
        SessionRequest::render(&terms(more), &ana(), None).unwrap()
    };
    let role = all("assume_role").assume_role(Some(900), Mfa::default());
    assert_eq!(
        (role.external_id.as_deref(), role.source_identity.as_deref()),
        (Some("x-1"), Some("ana@example.com"))
    );
    assert_eq!(role.tags.map(|tags| tags.len()), Some(2));
    assert_eq!(role.transitive_tag_keys, Some(vec!["team".to_owned()]));
    assert_eq!((role.duration_seconds, role.policy), (Some(900), None));
    let federated = all("federated_user");
    assert_eq!((federated.source_identity.clone(), federated.external_id.clone()), (None, None));
    assert_eq!(federated.federation_token(None).tags.map(|tags| tags.len()), Some(2));
    assert!(federated.session_name.len() <= 32 && federated.transitive.is_empty());
    assert_eq!(all("iam_user_session"), SessionRequest::default());
    assert_eq!(all("provided"), SessionRequest::default());
}

#[test]
fn a_system_caller_goes_by_its_own_name_where_nobody_chose_another() {
    let build = Subject::new(Asker::System(System { id: "sys_01", name: "deploy" }));
    let request = SessionRequest::render(&terms(json!({})), &build, None).unwrap();
    assert!(request.session_name.starts_with("deploy"), "{}", request.session_name);
    assert_eq!(request.source_identity.as_deref(), Some("deploy"));
    let chosen = terms(json!({ "session_name_template": "${user.email}" }));
    let refused = SessionRequest::render(&chosen, &build, None).unwrap_err();
    assert_eq!((refused.field.as_str(), refused.code), ("session_name_template", "template_value_missing"));
}

#[test]
fn networks_become_a_denial_of_all_others() {
    let within = |more: Value| {
        let network = Some(Network { cidrs: vec!["203.0.113.0/24".to_owned()], inject: true });
        let terms = ConnectorTerms { network, ..terms(more) };
        let policy = SessionRequest::render(&terms, &ana(), None).unwrap().policy.unwrap();
        let policy: Value = serde_json::from_str(&policy).unwrap();
        let statements = policy["Statement"].as_array().unwrap().clone();
        let last = statements.last().unwrap();
        assert_eq!(last["Effect"], "Deny");
        assert_eq!(last["Condition"]["NotIpAddress"]["aws:SourceIp"], json!(["203.0.113.0/24"]));
        statements.iter().filter(|statement| statement["Effect"] == "Allow").count()
    };
    let one = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
    let two = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]}"#;
    for (more, allowing) in [
        (json!({}), 1),
        (json!({ "inline_policy": one }), 1),
        (json!({ "inline_policy": two }), 2),
        (json!({ "policy_arns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"] }), 0),
    ] {
        assert_eq!(within(more.clone()), allowing, "{more}");
    }
    // Without a session policy a federated user may do nothing: a network must not change that.
    assert_eq!(within(json!({ "principal_type": "federated_user", "omit_policy": true })), 0);
}
