//! What AWS says, and what a person is told.

use regent_broker::upstream_error::{Attempt, Failure, Part, UpstreamCode, UpstreamError};

const ASSUME: &str = "User: arn:aws:iam::111122223333:user/broker is not authorized to perform: sts:AssumeRole on \
                      resource: arn:aws:iam::111122223333:role/dev";

/// Status, code, text and the code that it is for us.
const ANSWERS: [(u16, &str, &str, &str); 33] = [
    (403, "AccessDenied", ASSUME, "trust_denied"),
    (
        403,
        "AccessDenied",
        "User: arn:aws:sts::111122223333:assumed-role/host/i-0abc is not authorized to perform: sts:AssumeRole on \
         resource: arn:aws:iam::444455556666:role/dev because no identity-based policy allows the sts:AssumeRole action",
        "trust_denied",
    ),
    (
        403,
        "AccessDenied",
        "User: arn:aws:iam::111122223333:user/broker is not authorized to perform: sts:AssumeRole on resource: \
         arn:aws:iam::111122223333:role/dev with an explicit deny in a service control policy",
        "scp_denied",
    ),
    (
        403,
        "AccessDenied",
        "User: arn:aws:iam::111122223333:user/broker is not authorized to perform: sts:TagSession on resource: \
         arn:aws:iam::111122223333:role/dev because no service control policy allows the sts:TagSession action",
        "scp_denied",
    ),
    (
        403,
        "AccessDenied",
        "User: arn:aws:iam::111122223333:user/broker is not authorized to perform: sts:AssumeRole on resource: \
         arn:aws:iam::111122223333:role/dev with an explicit deny in a resource control policy",
        "scp_denied",
    ),
    (
        403,
        "AccessDenied",
        "User: arn:aws:iam::111122223333:user/broker is not authorized to perform: sts:TagSession on resource: \
         arn:aws:iam::111122223333:role/dev",
        "tag_denied",
    ),
    (
        403,
        "AccessDenied",
        "User: arn:aws:iam::111122223333:user/broker is not authorized to perform: sts:SetSourceIdentity on resource: \
         arn:aws:iam::111122223333:role/dev",
        "source_identity_denied",
    ),
    (403, "AccessDenied", "Roles may not be assumed by root accounts.", "upstream_refused"),
    (403, "AccessDenied", "Cannot call GetSessionToken with session credentials", "upstream_refused"),
    (403, "AccessDenied", "Cannot call GetFederationToken with session credentials", "upstream_refused"),
    (
        403,
        "AccessDenied",
        "User: arn:aws:iam::111122223333:user/broker is not authorized to perform: sts:GetFederationToken on resource: \
         arn:aws:sts::111122223333:federated-user/ana",
        "upstream_refused",
    ),
    (
        403,
        "AccessDenied",
        "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
        "upstream_refused",
    ),
    (403, "AccessDenied", "no", "upstream_refused"),
    (
        400,
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        "duration_role_max",
    ),
    (
        400,
        "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        "duration_chained",
    ),
    (
        400,
        "ValidationError",
        "1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must \
         satisfy regular expression pattern: [\\w+=,.@-]*",
        "upstream_refused",
    ),
    (
        403,
        "InvalidClientTokenId",
        "The security token included in the request is invalid.",
        "base_key_invalid",
    ),
    (
        403,
        "UnrecognizedClientException",
        "The security token included in the request is invalid",
        "base_key_invalid",
    ),
    (
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
         Key and signing method. Consult the service documentation for details.",
        "base_key_wrong",
    ),
    (
        403,
        "SignatureDoesNotMatch",
        "Signature expired: 20261122T090000Z is now earlier than 20261122T094500Z (20261122T100000Z - 15 min.)",
        "upstream_refused",
    ),
    (
        403,
        "SignatureDoesNotMatch",
        "Signature not yet current: 20261122T110000Z is still later than 20261122T101500Z (20261122T100000Z + 15 min.)",
        "upstream_refused",
    ),
    (403, "ExpiredToken", "The security token included in the request is expired", "base_key_expired"),
    (
        403,
        "ExpiredTokenException",
        "The security token included in the request is expired",
        "base_key_expired",
    ),
    (400, "MalformedPolicyDocument", "Syntax errors in policy.", "policy_malformed"),
    (
        400,
        "PackedPolicyTooLarge",
        "Packed policy consumes 112% of allotted space, please use smaller policy.",
        "policy_too_big",
    ),
    (
        403,
        "RegionDisabledException",
        "STS is not activated in this region for account:111122223333. Your account administrator can activate STS in \
         this region using the IAM Console.",
        "region_disabled",
    ),
    (400, "Throttling", "Rate exceeded", "upstream_busy"),
    (400, "ThrottlingException", "Rate exceeded", "upstream_busy"),
    (429, "", "", "upstream_busy"),
    (503, "ServiceUnavailable", "Service is unavailable. Please try again.", "upstream_busy"),
    (500, "InternalFailure", "", "upstream_busy"),
    (403, "MissingAuthenticationToken", "Request is missing Authentication Token", "upstream_refused"),
    (302, "", "", "upstream_refused"),
];

fn answered(status: u16, code: &str, message: &str, attempt: &Attempt) -> UpstreamError {
    UpstreamError::of(&Failure::Answered { status, code, message }, attempt)
}

#[test]
fn every_text_of_aws_is_understood() {
    for (status, code, message, expected) in ANSWERS {
        let error = answered(status, code, message, &Attempt::default());
        assert_eq!(error.code.name(), expected, "{status} {code} {message}");
        assert!(!error.text.is_empty() && !error.fix.is_empty());
        assert_eq!(error.code.is_worth_a_retry(), expected == "upstream_busy");
    }
}

#[test]
fn what_passes_without_a_part_was_refused_for_it() {
    for (part, expected) in [
        (Part::Tags, UpstreamCode::TagDenied),
        (Part::SourceIdentity, UpstreamCode::SourceIdentityDenied),
        (Part::ExternalId, UpstreamCode::ExternalId),
    ] {
        let attempt = Attempt { passes_without: Some(part), ..Attempt::default() };
        assert_eq!(answered(403, "AccessDenied", ASSUME, &attempt).code, expected);
    }
}

#[test]
fn a_person_is_told_what_it_means() {
    let long = Attempt { seconds: Some(14_400), tries: 3, ..Attempt::default() };
    let text = |status, code, message| answered(status, code, message, &long).to_string();
    let too_long = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    assert_eq!(text(400, "ValidationError", too_long), "the role allows no session of 4 hours");
    assert_eq!(text(400, "Throttling", "Rate exceeded"), "the upstream is busy; it was tried 3 times");
    assert_eq!(
        text(400, "PackedPolicyTooLarge", "Packed policy consumes 112% of allotted space"),
        "policies and tags together take 112 % of the space there is"
    );
    assert_eq!(
        text(400, "PackedPolicyTooLarge", "it is too large"),
        "policies and tags together take more space than there is"
    );
    assert_eq!(text(418, "Teapot", ""), "the upstream refused with status 418");
    assert_eq!(text(400, "Odd", "read\r\n\u{1b}[31mthis"), "the upstream refused: read   [31mthis");
    insta::assert_json_snapshot!(answered(403, "AccessDenied", ASSUME, &long), @r#"
    {
      "code": "trust_denied",
      "text": "the role does not let this account in",
      "fix": "put the statement of the trust snippet into the role's trust policy",
      "upstream": "User: arn:aws:iam::111122223333:user/broker is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/dev"
    }
    "#);
    let own = format!("{ASSUME} because no identity-based policy allows the sts:AssumeRole action");
    let error = answered(403, "AccessDenied", &own, &long);
    assert_eq!(error.to_string(), "the account's own policies do not let it assume the role");
    assert_eq!(error.fix, "allow the account's principal sts:AssumeRole on the role");
    for (action, code) in [
        ("sts:TagSession", UpstreamCode::TagDenied),
        ("sts:SetSourceIdentity", UpstreamCode::SourceIdentityDenied),
    ] {
        let own = own.replace("sts:AssumeRole", action);
        let error = answered(403, "AccessDenied", &own, &long);
        assert_eq!(error.code, code);
        assert_eq!(error.to_string(), format!("the account's own policies do not allow {action}"));
        assert!(error.fix.starts_with(&format!("allow the account's principal {action} on the role")));
    }
}

#[test]
fn an_upstream_that_is_not_there_is_named() {
    let failure = Failure::Unreachable { host: "sts.example", error: "no such host", proxy: None };
    let error = UpstreamError::of(&failure, &Attempt::default());
    assert_eq!(error.code, UpstreamCode::UpstreamUnreachable);
    assert_eq!(error.to_string(), "`sts.example` did not answer: no such host");
    let failure =
        Failure::Unreachable { host: "sts.example", error: "timed out", proxy: Some("http://proxy:3128") };
    let error = UpstreamError::of(&failure, &Attempt::default());
    assert_eq!(
        error.to_string(),
        "`sts.example` did not answer: timed out, by the proxy `http://proxy:3128`"
    );
    assert!(error.fix.contains("proxy"));
    let failure =
        Failure::Unreachable { host: "h", error: "timed out", proxy: Some("http://ana:canary@proxy:3128") };
    let error = UpstreamError::of(&failure, &Attempt::default());
    assert_eq!(error.to_string(), "`h` did not answer: timed out, by the proxy `proxy:3128`");
}

#[test]
fn a_stranger_s_text_is_bounded() {
    let error = answered(400, "Odd", &"ä".repeat(100_000), &Attempt::default());
    assert!(error.text.chars().count() < 700 && error.upstream.unwrap().chars().count() <= 600);
}

#[test]
fn codes_have_one_name_each() {
    for code in UpstreamCode::ALL {
        assert_eq!(serde_json::to_value(code).unwrap(), code.name());
    }
}
