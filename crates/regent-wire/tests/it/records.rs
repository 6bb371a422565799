//! Records in CloudTrail's form, and what an authorizer sees.

use regent_wire::protocol::audit::record;
use regent_wire::protocol::{Limits, Payload};
use regent_wire::shape::{Emitted, Input, Scalar};
use regent_wire::{Sensitive, Timestamp, iam, sts};

fn recorded(value: &dyn Emitted) -> String {
    let mut out = Vec::new();
    record(value, &mut out);
    String::from_utf8(out).unwrap()
}

fn read<O: regent_wire::Operation>(form: &str) -> O::Input {
    Payload::form("", form.as_bytes(), &Limits::default()).unwrap().read::<O>().unwrap()
}

const ASSUME_ROLE: &str = "RoleArn=arn:aws:iam::111122223333:role/r&RoleSessionName=ana&DurationSeconds=900\
    &Tags.member.1.Key=team&Tags.member.1.Value=dev&TransitiveTagKeys.member.1=team&TokenCode=123456\
    &SerialNumber=arn:aws:iam::111122223333:mfa/ana&PolicyArns.member.1.arn=arn:aws:iam::aws:policy/ReadOnlyAccess";

#[test]
fn a_record_of_a_request_has_small_names_and_no_codes() {
    assert_eq!(
        recorded(&read::<sts::op::AssumeRole>(ASSUME_ROLE)),
        "{\"roleArn\":\"arn:aws:iam::111122223333:role/r\",\"roleSessionName\":\"ana\",\"policyArns\":\
         [{\"arn\":\"arn:aws:iam::aws:policy/ReadOnlyAccess\"}],\"durationSeconds\":900,\"tags\":[{\"key\":\"team\",\
         \"value\":\"dev\"}],\"transitiveTagKeys\":[\"team\"],\"serialNumber\":\"arn:aws:iam::111122223333:mfa/ana\"}"
    );
    assert_eq!(
        recorded(&read::<sts::op::AssumeRoleWithSAML>(
            "RoleArn=arn:aws:iam::1:role/r1&PrincipalArn=arn:aws:iam::1:saml-provider/p&SAMLAssertion=c2VjcmV0"
        )),
        "{\"roleArn\":\"arn:aws:iam::1:role/r1\",\"principalArn\":\"arn:aws:iam::1:saml-provider/p\"}"
    );
    assert_eq!(
        recorded(&read::<iam::op::CreateLoginProfile>(
            "UserName=ana&Password=hunter2hunter2&PasswordResetRequired=true"
        )),
        "{\"userName\":\"ana\",\"passwordResetRequired\":true}"
    );
}

#[test]
fn a_record_of_an_answer_has_dates_and_no_secrets() {
    let answer = sts::AssumeRoleResponse {
        credentials: Some(sts::Credentials {
            access_key_id: "ASIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: Sensitive::new("never".to_owned()),
            session_token: Sensitive::new("neither".to_owned()),
            expiration: Timestamp::from_seconds(1_570_058_950),
        }),
        source_identity: Some("ana".to_owned()),
        ..Default::default()
    };
    assert_eq!(
        recorded(&answer),
        "{\"credentials\":{\"accessKeyId\":\"ASIAIOSFODNN7EXAMPLE\",\"expiration\":\"Oct 2, 2019, 11:29:10 PM\"},\
         \"sourceIdentity\":\"ana\"}"
    );
    assert!(!format!("{answer:?}").contains("never"));
    assert!(!format!("{answer:?}").contains("neither"));
}

#[test]
fn an_authorizer_reads_members_by_name() {
    let input = read::<sts::op::AssumeRole>(ASSUME_ROLE);
    assert_eq!(input.text("RoleArn"), Some("arn:aws:iam::111122223333:role/r"));
    assert_eq!(input.text("RoleSessionName"), Some("ana"));
    assert_eq!(input.integer("DurationSeconds"), Some(900));
    assert_eq!(input.text("DurationSeconds"), None);
    assert_eq!(input.text("ExternalId"), None);
    assert_eq!(input.text("NoSuchMember"), None);
    assert_eq!(input.tags(), [("team", "dev")]);
    assert_eq!(input.texts("TransitiveTagKeys"), ["team"]);
    assert!(input.tag_keys().is_empty());

    let input = read::<iam::op::UntagUser>("UserName=ana&TagKeys.member.1=team");
    assert_eq!(input.tag_keys(), ["team"]);
    assert!(input.tags().is_empty());

    let input =
        read::<iam::op::UpdateAccessKey>("UserName=ana&AccessKeyId=AKIAIOSFODNN7EXAMPLE&Status=Inactive");
    assert_eq!(input.text("Status"), Some("Inactive"));
    assert_eq!(input.status, iam::StatusType::Inactive);
}

#[test]
fn an_authorizer_cannot_read_a_secret() {
    let input = read::<iam::op::CreateLoginProfile>(
        "UserName=ana&Password=hunter2hunter2&PasswordResetRequired=true",
    );
    assert_eq!(input.scalar("Password"), None);
    assert_eq!(input.scalar("PasswordResetRequired"), Some(Scalar::Boolean(true)));
}

#[test]
fn a_request_does_not_print_itself() {
    let payload = Payload::form("", b"Password=hunter2hunter2", &Limits::default()).unwrap();
    let json = Payload::json(br#"{"Password":"hunter2hunter2"}"#, &Limits::default()).unwrap();
    for payload in [payload, json] {
        let printed = format!("{payload:?} {:?}", payload.node());
        assert!(!printed.contains("hunter2"), "{printed}");
    }
}

#[test]
fn operations_are_found_by_name() {
    assert_eq!(iam::Operation::ALL.len(), 180);
    assert_eq!(sts::Operation::ALL.len(), 11);
    for operation in iam::Operation::ALL {
        assert_eq!(iam::Operation::from_name(operation.name()), Some(*operation));
        assert_eq!(operation.meta().service.id, "IAM");
    }
    for unknown in ["", "createUser", "CreateUsers", "CreateUse", "AssumeRole"] {
        assert_eq!(iam::Operation::from_name(unknown), None, "{unknown}");
    }
}

#[test]
fn anonymous_operations_are_the_two_that_bring_their_own_proof() {
    let is_anonymous =
        |operation: &&sts::Operation| operation.meta().caller == regent_wire::operation::Caller::Anonymous;
    let anonymous: Vec<&sts::Operation> = sts::Operation::ALL.iter().filter(is_anonymous).collect();
    assert_eq!(anonymous, [&sts::Operation::AssumeRoleWithSAML, &sts::Operation::AssumeRoleWithWebIdentity]);
    assert!(
        iam::Operation::ALL
            .iter()
            .all(|operation| operation.meta().caller == regent_wire::operation::Caller::Signed)
    );
}
