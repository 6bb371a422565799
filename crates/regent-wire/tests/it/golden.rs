//! Refusals and answers that AWS was seen to send, word for word.

use regent_wire::iam::{error as iam_error, op as iam};
use regent_wire::protocol::{Head, Limits, Payload, Protocol, answer, refuse};
use regent_wire::sts::{self, op};
use regent_wire::{Fault, Operation, Sensitive, Timestamp};

const REQUEST_ID: &str = "c6104cbe-af31-11e0-8154-cbc7ccf896c7";

/// The message with which a form is refused.
#[track_caller]
fn check<O: Operation>(form: &str, expected: &str) {
    let payload = Payload::form("", form.as_bytes(), &Limits::default()).unwrap();
    let fault = payload.read::<O>().unwrap_err();
    assert_eq!(fault.to_string(), expected);
}

#[test]
fn iam_hides_values_and_enums() {
    check::<iam::CreateUser>(
        "UserName=a%3Ab",
        "ValidationError: The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
    );
    check::<iam::UpdateAccessKey>(
        "AccessKeyId=AKIAIOSFODNN7EXAMPLE&Status=Off",
        "ValidationError: 1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set",
    );
    check::<iam::CreateUser>(
        "",
        "ValidationError: 1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must not be null",
    );
}

#[test]
fn iam_refuses_paths_and_names_in_words_of_their_own_once_the_model_is_content() {
    let path = |member: &str| {
        format!(
            "ValidationError: The specified value for {member} is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters."
        )
    };
    for bad in ["test/", "/test", "x", "//%20/"] {
        check::<iam::CreateVirtualMFADevice>(&format!("VirtualMFADeviceName=a&Path={bad}"), &path("path"));
        check::<iam::CreatePolicy>(&format!("PolicyName=a&PolicyDocument=a&Path={bad}"), &path("path"));
        check::<iam::UpdateUser>(&format!("UserName=a&NewPath={bad}"), &path("newPath"));
    }
    check::<iam::CreateVirtualMFADevice>(
        &format!("VirtualMFADeviceName=a&Path=/{}/", "a".repeat(511)),
        "ValidationError: 1 validation error detected: Value at 'path' failed to satisfy constraint: Member must have length less than or equal to 512",
    );
    check::<iam::CreateRole>(
        "RoleName=a/b&Path=x",
        "ValidationError: 1 validation error detected: Value at 'assumeRolePolicyDocument' failed to satisfy constraint: Member must not be null",
    );
    check::<iam::DeleteGroupPolicy>(
        "GroupName=a&PolicyName=arn:aws:iam::aws:policy/AmazonVPCFullAccess",
        "ValidationError: The specified value for policyName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
    );
}

#[test]
fn iam_names_members_as_java_does() {
    check::<iam::TagRole>(
        &format!("RoleName=r&Tags.member.1.Key={}&Tags.member.1.Value=", "k".repeat(129)),
        "ValidationError: 1 validation error detected: Value at 'tags.1.member.key' failed to satisfy constraint: Member must have length less than or equal to 128",
    );
    check::<iam::CreateSAMLProvider>(
        "Name=n&SAMLMetadataDocument=x",
        "ValidationError: 1 validation error detected: Value at 'sAMLMetadataDocument' failed to satisfy constraint: Member must have length greater than or equal to 1000",
    );
    check::<iam::DeletePolicyVersion>(
        "PolicyArn=arn:aws:iam::111122223333:policy/p&VersionId=1",
        r"ValidationError: 1 validation error detected: Value at 'versionId' failed to satisfy constraint: Member must satisfy regular expression pattern: v[1-9][0-9]*(\.[A-Za-z0-9-]*)?",
    );
}

#[test]
fn iam_reports_elements_in_brackets_at_their_list() {
    check::<iam::UntagRole>(
        "RoleName=r&TagKeys.member.1=ok&TagKeys.member.2=",
        r"ValidationError: 1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+, Member must not be null]",
    );
    let tags: Vec<String> =
        (1..=51).map(|n| format!("&Tags.member.{n}.Key=k{n}&Tags.member.{n}.Value=")).collect();
    check::<iam::TagRole>(
        &format!("RoleName=r{}", tags.concat()),
        "ValidationError: 1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50",
    );
}

#[test]
fn several_violations_come_in_the_recorded_order() {
    check::<iam::UpdateAccountPasswordPolicy>(
        "MaxPasswordAge=1096&MinimumPasswordLength=5&PasswordReusePrevention=25",
        "ValidationError: 3 validation errors detected: Value at 'minimumPasswordLength' failed to satisfy constraint: Member must have value greater than or equal to 6; Value at 'passwordReusePrevention' failed to satisfy constraint: Member must have value less than or equal to 24; Value at 'maxPasswordAge' failed to satisfy constraint: Member must have value less than or equal to 1095",
    );
    check::<iam::CreateOpenIDConnectProvider>(
        "Url=&ClientIDList.member.1=&ThumbprintList.member.1=abc",
        "ValidationError: 3 validation errors detected: Value at 'clientIDList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 255, Member must have length greater than or equal to 1, Member must not be null]; Value at 'thumbprintList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 40, Member must have length greater than or equal to 40, Member must not be null]; Value at 'url' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
    check::<iam::TagRole>(
        &format!("RoleName=r&Tags.member.1.Key={}&Tags.member.1.Value={}", "k".repeat(129), "v".repeat(257)),
        "ValidationError: 2 validation errors detected: Value at 'tags.1.member.value' failed to satisfy constraint: Member must have length less than or equal to 256; Value at 'tags.1.member.key' failed to satisfy constraint: Member must have length less than or equal to 128",
    );
}

const ROLE: &str = "RoleArn=arn:aws:iam::111122223333:role/r";

#[test]
fn sts_shows_values_and_nulls() {
    check::<op::AssumeRole>(
        &format!("{ROLE}&RoleSessionName=Session1%3A2"),
        r"ValidationError: 1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*",
    );
    check::<op::AssumeRole>(
        ROLE,
        "ValidationError: 1 validation error detected: Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null",
    );
    check::<op::AssumeRole>(
        &format!("{ROLE}&RoleSessionName=ok&DurationSeconds=899"),
        "ValidationError: 1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    );
    check::<op::GetSessionToken>(
        "TokenCode=11111111111111",
        "ValidationError: 1 validation error detected: Value '11111111111111' at 'tokenCode' failed to satisfy constraint: Member must have length less than or equal to 6",
    );
    check::<op::GetFederationToken>(
        "Name=x.dwornikowski%40example.com-awsconsole",
        "ValidationError: 1 validation error detected: Value 'x.dwornikowski@example.com-awsconsole' at 'name' failed to satisfy constraint: Member must have length less than or equal to 32",
    );
}

#[test]
fn sts_does_not_show_a_secret() {
    check::<op::AssumeRoleWithWebIdentity>(
        &format!("{ROLE}&RoleSessionName=ok&WebIdentityToken=abc"),
        "ValidationError: 1 validation error detected: Value at 'webIdentityToken' failed to satisfy constraint: Member must have length greater than or equal to 4",
    );
    check::<op::AssumeRoleWithSAML>(
        &format!("{ROLE}&PrincipalArn=arn:aws:iam::111122223333:saml-provider/p"),
        "ValidationError: 1 validation error detected: Value at 'sAMLAssertion' failed to satisfy constraint: Member must not be null",
    );
}

#[test]
fn characters_beyond_the_basic_plane_count_once() {
    // As STS was probed: 2,048 of them are not too long, but the pattern, being Java's, has none of them.
    let faces = "%F0%9F%98%80".repeat(2_028);
    let payload = Payload::form(
        "",
        format!("RoleArn=arn:aws:iam::1:role/{faces}&RoleSessionName=ok").as_bytes(),
        &Limits::default(),
    )
    .unwrap();
    let message = payload.read::<op::AssumeRole>().unwrap_err().to_string();
    assert!(message.starts_with("ValidationError: 1 validation error detected"), "{message}");
    assert!(message.contains("regular expression pattern"), "{message}");
}

#[test]
fn values_of_another_kind_win_over_violations() {
    check::<iam::UpdateAccountPasswordPolicy>(
        "HardExpiry=yes&MaxPasswordAge=1096",
        "MalformedInput: boolean must follow xsd1.1 definition at 'hardExpiry'",
    );
    check::<op::GetSessionToken>(
        "DurationSeconds=1h",
        "MalformedInput: integer must follow xsd1.1 definition at 'durationSeconds'",
    );
    check::<op::GetSessionToken>(
        "DurationSeconds=99999999999",
        "MalformedInput: integer must follow xsd1.1 definition at 'durationSeconds'",
    );
    check::<iam::UntagRole>(
        "RoleName=r&TagKeys=a",
        "MalformedInput: Top level element may not be treated as a list at 'tagKeys'",
    );
}

fn identity() -> sts::GetCallerIdentityResponse {
    sts::GetCallerIdentityResponse {
        user_id: Some("AIDACKCEVSQ6C2EXAMPLE".to_owned()),
        account: Some("111122223333".to_owned()),
        arn: Some("arn:aws:iam::111122223333:user/Alice & <Bob>".to_owned()),
    }
}

/// An answer as status, content type and body.
fn written(write: impl FnOnce(&mut Vec<u8>) -> Head) -> (u16, Option<&'static str>, String) {
    let mut body = Vec::new();
    let head = write(&mut body);
    (head.status, head.content_type, String::from_utf8(body).unwrap())
}

#[test]
fn an_answer_in_xml() {
    let (status, kind, body) =
        written(|body| answer::<op::GetCallerIdentity>(Protocol::Query, &identity(), REQUEST_ID, body));
    assert_eq!((status, kind), (200, Some("text/xml")));
    assert_eq!(
        body,
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <UserId>AIDACKCEVSQ6C2EXAMPLE</UserId><Account>111122223333</Account>\
         <Arn>arn:aws:iam::111122223333:user/Alice &amp; &lt;Bob&gt;</Arn></GetCallerIdentityResult>\
         <ResponseMetadata><RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId></ResponseMetadata>\
         </GetCallerIdentityResponse>"
    );
}

#[test]
fn an_answer_without_output_has_no_result_element() {
    let (_, _, body) = written(|body| answer::<iam::DeleteUser>(Protocol::Query, &(), REQUEST_ID, body));
    assert_eq!(
        body,
        "<DeleteUserResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><ResponseMetadata>\
         <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId></ResponseMetadata></DeleteUserResponse>"
    );
}

#[test]
fn the_same_answer_in_json_for_who_accepts_it() {
    let output = sts::GetSessionTokenResponse {
        credentials: Some(sts::Credentials {
            access_key_id: "ASIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: Sensitive::new("secret".to_owned()),
            session_token: Sensitive::new("token".to_owned()),
            expiration: Timestamp::from_seconds(1_769_860_800),
        }),
        ..Default::default()
    };
    let (status, kind, body) =
        written(|body| answer::<op::GetSessionToken>(Protocol::QueryJson, &output, REQUEST_ID, body));
    assert_eq!((status, kind), (200, Some("application/json")));
    assert_eq!(
        body,
        "{\"GetSessionTokenResponse\":{\"GetSessionTokenResult\":{\"Credentials\":{\"AccessKeyId\":\
         \"ASIAIOSFODNN7EXAMPLE\",\"SecretAccessKey\":\"secret\",\"SessionToken\":\"token\",\"Expiration\":\
         1769860800}},\"ResponseMetadata\":{\"RequestId\":\"c6104cbe-af31-11e0-8154-cbc7ccf896c7\"}}}"
    );
}

#[test]
fn what_xml_cannot_carry_is_replaced() {
    let strange = sts::GetCallerIdentityResponse {
        arn: Some("a\u{0}b\u{b}c\u{1f}d\u{fffe}e\u{ffff}f\tg\nh\ri\u{fffd}j\u{ff21}k\u{1F600}".to_owned()),
        ..Default::default()
    };
    let (_, _, body) =
        written(|body| answer::<op::GetCallerIdentity>(Protocol::Query, &strange, REQUEST_ID, body));
    let arn = body.split("<Arn>").nth(1).and_then(|rest| rest.split("</Arn>").next()).unwrap();
    assert_eq!(arn, "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e\u{fffd}f\tg\nh&#xD;i\u{fffd}j\u{ff21}k\u{1F600}");
}

fn denied() -> Fault {
    Fault::access_denied(
        "User: arn:aws:iam::111122223333:user/a is not authorized to perform: sts:AssumeRole",
    )
    .because("no statement of the trust policy matched")
}

#[test]
fn a_refusal_in_every_protocol() {
    let message = "User: arn:aws:iam::111122223333:user/a is not authorized to perform: sts:AssumeRole";
    let refused = |protocol| written(|body| refuse(protocol, &sts::SERVICE, &denied(), REQUEST_ID, body));
    assert_eq!(
        refused(Protocol::Query),
        (
            403,
            Some("text/xml"),
            format!(
                "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
                 <Code>AccessDenied</Code><Message>{message}</Message></Error><RequestId>{REQUEST_ID}</RequestId>\
                 </ErrorResponse>"
            )
        )
    );
    assert_eq!(
        refused(Protocol::QueryJson),
        (
            403,
            Some("application/json"),
            format!(
                "{{\"Error\":{{\"Code\":\"AccessDenied\",\"Message\":\"{message}\",\"Type\":\"Sender\"}},\
                 \"RequestId\":\"{REQUEST_ID}\"}}"
            )
        )
    );
    assert_eq!(
        refused(Protocol::AwsJson10),
        (
            400,
            Some("application/x-amz-json-1.0"),
            format!("{{\"__type\":\"AccessDeniedException\",\"message\":\"{message}\"}}")
        )
    );
    assert_eq!(
        refused(Protocol::RestJson),
        (403, Some("application/json"), format!("{{\"message\":\"{message}\"}}"))
    );
    let mut body = Vec::new();
    let head = refuse(Protocol::RestJson, &sts::SERVICE, &denied(), REQUEST_ID, &mut body);
    assert_eq!(head.headers, [("x-amzn-ErrorType".to_owned(), "AccessDeniedException".to_owned())]);
}

#[test]
fn a_fault_without_a_message_has_no_message_element() {
    let fault = Fault::silent(&iam_error::CREDENTIAL_REPORT_NOT_PRESENT);
    let (status, _, body) =
        written(|body| refuse(Protocol::Query, &regent_wire::iam::SERVICE, &fault, REQUEST_ID, body));
    assert_eq!(status, 410);
    assert!(body.contains("<Code>ReportNotPresent</Code></Error>"), "{body}");
}

#[test]
fn the_cause_is_for_the_log_only() {
    let fault = denied();
    assert!(format!("{fault:?}").contains("trust policy matched"));
    assert!(!fault.to_string().contains("trust policy matched"));
    for protocol in
        [Protocol::Query, Protocol::QueryJson, Protocol::AwsJson11, Protocol::RestJson, Protocol::RpcV2Cbor]
    {
        let mut body = Vec::new();
        refuse(protocol, &sts::SERVICE, &fault, REQUEST_ID, &mut body);
        assert!(!String::from_utf8_lossy(&body).contains("trust policy matched"), "{protocol:?}");
    }
}
