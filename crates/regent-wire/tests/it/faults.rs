//! Codes and statuses.

use regent_wire::fault::{Blame, Dialect};
use regent_wire::protocol::query::{Form, FormLimits};
use regent_wire::{Fault, iam, sts};

/// Code and status in Query, awsJson and rest-json.
#[track_caller]
fn check(fault: &Fault, query: (&str, u16), rpc: (&str, u16), rest: (&str, u16)) {
    for (dialect, expected) in [(Dialect::Query, query), (Dialect::Rpc, rpc), (Dialect::Rest, rest)] {
        assert_eq!((fault.code_in(dialect), fault.status_in(dialect)), expected, "{dialect:?}");
    }
}

#[test]
fn one_condition_has_a_code_per_protocol() {
    check(
        &Fault::missing_authentication_token(),
        ("MissingAuthenticationToken", 403),
        ("MissingAuthenticationTokenException", 400),
        ("MissingAuthenticationTokenException", 403),
    );
    check(
        &Fault::invalid_session_token(),
        ("InvalidClientTokenId", 403),
        ("UnrecognizedClientException", 400),
        ("UnrecognizedClientException", 403),
    );
    check(
        &Fault::expired_token(),
        ("ExpiredToken", 403),
        ("ExpiredTokenException", 400),
        ("ExpiredTokenException", 403),
    );
    check(
        &Fault::signature_does_not_match(),
        ("SignatureDoesNotMatch", 403),
        ("InvalidSignatureException", 400),
        ("InvalidSignatureException", 403),
    );
    check(
        &Fault::access_denied("no"),
        ("AccessDenied", 403),
        ("AccessDeniedException", 400),
        ("AccessDeniedException", 403),
    );
    check(
        &Fault::throttled(),
        ("Throttling", 400),
        ("ThrottlingException", 400),
        ("ThrottlingException", 429),
    );
    check(
        &Fault::validation("no"),
        ("ValidationError", 400),
        ("ValidationException", 400),
        ("ValidationException", 400),
    );
    check(
        &Fault::internal_failure("disk"),
        ("InternalFailure", 500),
        ("InternalServerException", 500),
        ("InternalServerException", 500),
    );
}

#[test]
fn codes_of_the_models_are_those_on_the_wire() {
    let expired = Fault::new(&sts::error::EXPIRED_TOKEN, "Token expired");
    check(
        &expired,
        ("ExpiredTokenException", 400),
        ("ExpiredTokenException", 400),
        ("ExpiredTokenException", 400),
    );
    let missing = Fault::new(&iam::error::NO_SUCH_ENTITY, "gone");
    check(&missing, ("NoSuchEntity", 404), ("NoSuchEntity", 404), ("NoSuchEntity", 404));
    assert_eq!(missing.to_string(), "NoSuchEntity: gone");
}

#[test]
fn every_error_of_iam_and_sts_has_its_documented_status() {
    let expected = [
        (
            409,
            "EntityAlreadyExists DeleteConflict LimitExceeded ConcurrentModification EntityTemporarilyUnmodifiable \
               ReportGenerationLimitExceeded DuplicateCertificate FeatureEnabled NameConflict RoleModified",
        ),
        (404, "NoSuchEntity ReportInProgress NotSupportedService FeatureDisabled"),
        (410, "ReportNotPresent ReportExpired"),
        (
            403,
            "InvalidAuthenticationCode IDPRejectedClaim RegionDisabledException \
               OutboundWebIdentityFederationDisabledException SessionDurationEscalationException",
        ),
        (500, "ServiceFailure PolicyEvaluation"),
        (
            400,
            "InvalidInput MalformedPolicyDocument MalformedCertificate InvalidCertificate KeyPairMismatch \
               DuplicateSSHPublicKey InvalidPublicKey UnrecognizedPublicKeyEncoding InvalidUserType \
               PasswordPolicyViolation PolicyNotAttachable UnmodifiableEntity OpenIdIdpCommunicationError \
               RoleTemplateDisabled AccountNotManagementOrDelegatedAdministratorException \
               CallerIsNotManagementAccountException OrganizationNotFoundException \
               OrganizationNotInAllFeaturesModeException ServiceAccessNotEnabledException PackedPolicyTooLarge \
               InvalidIdentityToken IDPCommunicationError ExpiredTokenException \
               InvalidAuthorizationMessageException ExpiredTradeInTokenException JWTPayloadSizeExceededException",
        ),
    ];
    let mut left: Vec<(u16, &str)> = expected
        .iter()
        .flat_map(|(status, codes)| codes.split_whitespace().map(|code| (*status, code)))
        .collect();
    for error in iam::error::ALL.iter().chain(sts::error::ALL) {
        let found = (error.status, error.code);
        let at = left.iter().position(|known| *known == found);
        // Both services have MalformedPolicyDocument.
        assert!(at.is_some() || error.code == "MalformedPolicyDocument", "{found:?} is documented otherwise");
        left.extract_if(.., |known| *known == found).for_each(drop);
        let blame = if error.status == 500 { Blame::Receiver } else { Blame::Sender };
        assert_eq!(error.blame, blame, "{}", error.code);
    }
    assert_eq!(left, [], "documented, but no operation names them");
}

#[test]
fn a_form_names_its_operation() {
    let operation = |form: &str| {
        let form = Form::parse(b"", form.as_bytes(), &FormLimits::default()).unwrap();
        form.operation()
            .map(|(action, version)| format!("{action} {version}"))
            .map_err(|fault| fault.to_string())
    };
    assert_eq!(operation("Action=ListUsers&Version=2010-05-08").unwrap(), "ListUsers 2010-05-08");
    assert_eq!(operation("Action=ListUsers").unwrap(), "ListUsers NO_VERSION_SPECIFIED");
    for missing in ["Version=2010-05-08", "Action=&Version=2010-05-08", ""] {
        assert!(operation(missing).unwrap_err().starts_with("MissingAction: "), "{missing}");
    }
    assert_eq!(
        Fault::invalid_action("ListUsers", "2011-06-15").to_string(),
        "InvalidAction: Could not find operation ListUsers for version 2011-06-15"
    );
}
