//! The `Authorization` header and the presigned query in every wrong shape, and some odd but right ones.

use regent_wire::sigv4::{Form, PathStyle};

use super::draft::{Draft, MISMATCH, NOW, STS, outcome};

/// `{s}` in a header stands for the right signature.
#[track_caller]
fn check(authorization: &str, expected: &str) {
    let draft = Draft::signed();
    let text = draft.text(&authorization.replace("{s}", &draft.signature));
    assert_eq!(outcome(&text, NOW, &STS), expected, "{authorization}");
}

const CREDENTIAL: &str = "Credential=AKIAIOSFODNN7EXAMPLE/20150830/us-east-1/sts/aws4_request";
const SIGNED: &str = "SignedHeaders=content-type;host;x-amz-date";

#[test]
fn separators_order_and_unknown_parameters_do_not_matter() {
    for authorization in [
        format!("AWS4-HMAC-SHA256 {CREDENTIAL}, {SIGNED}, Signature={{s}}"),
        format!("AWS4-HMAC-SHA256 {CREDENTIAL},{SIGNED},Signature={{s}}"),
        format!("AWS4-HMAC-SHA256   Signature={{s}} ,\t{SIGNED}  , ,, {CREDENTIAL},"),
        format!("AWS4-HMAC-SHA256 Future=a=b==, {CREDENTIAL}, {SIGNED}, Signature={{s}}"),
        // of repeated parameters the last counts
        format!("AWS4-HMAC-SHA256 Signature=00, Credential=x, {CREDENTIAL}, {SIGNED}, Signature={{s}}"),
    ] {
        check(&authorization, "holds");
    }
}

#[test]
fn what_is_not_a_signature_of_ours_is_incomplete() {
    let unsupported = |name: &str| format!("400 IncompleteSignature: Unsupported AWS 'algorithm': '{name}'.");
    check("Bearer eyJhbGciOi", &unsupported("Bearer"));
    check("Basic QWxhZGRpbg==", &unsupported("Basic"));
    check("AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=", &unsupported("AWS"));
    check("aws4-hmac-sha256 Credential=a", &unsupported("aws4-hmac-sha256"));
    check("AWS4-HMAC-SHA256,Credential=a", &unsupported("AWS4-HMAC-SHA256,Credential=a"));
    check("AWS4-ECDSA-P256-SHA256", {
        "400 IncompleteSignature: Authorization header requires 'Credential' parameter. Authorization header requires \
         'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires \
         existence of a 'X-Amz-Region-Set' header. Authorization=AWS4-ECDSA-P256-SHA256"
    });
}

#[test]
fn each_missing_part_has_its_sentence() {
    let sentence = |name: &str| format!("Authorization header requires '{name}' parameter. ");
    let answer = |names: &[&str]| {
        let sentences: String = names.iter().map(|name| sentence(name)).collect();
        format!("400 IncompleteSignature: {sentences}Authorization=AWS4-HMAC-SHA256")
    };
    check("AWS4-HMAC-SHA256", &answer(&["Credential", "Signature", "SignedHeaders"]));
    check("AWS4-HMAC-SHA256 , ,", &answer(&["Credential", "Signature", "SignedHeaders"]));
    check(&format!("AWS4-HMAC-SHA256 {CREDENTIAL}"), &answer(&["Signature", "SignedHeaders"]));
    check(&format!("AWS4-HMAC-SHA256 {SIGNED}, Signature={{s}}"), &answer(&["Credential"]));
    check(&format!("AWS4-HMAC-SHA256 {CREDENTIAL}, {SIGNED}, signature={{s}}"), &answer(&["Signature"]));
    check(&format!("AWS4-HMAC-SHA256 {CREDENTIAL}, {SIGNED}, Signature ={{s}}"), &answer(&["Signature"]));
}

#[test]
fn without_any_date_that_too_is_said() {
    let mut draft = Draft::signed();
    draft.headers.retain(|(name, _)| name != "X-Amz-Date");
    assert_eq!(
        outcome(&draft.text("AWS4-HMAC-SHA256 "), NOW, &STS),
        "400 IncompleteSignature: Authorization header requires 'Credential' parameter. Authorization header requires \
         'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires \
         existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256"
    );
}

#[test]
fn a_piece_without_an_equal_sign_is_quoted() {
    check(
        "AWS4-HMAC-SHA256 Credential=a, oops",
        "400 IncompleteSignature: 'oops' not a valid key=value pair (missing equal-sign) in Authorization header: \
         'AWS4-HMAC-SHA256 Credential=a, oops'.",
    );
}

#[test]
fn a_credential_has_five_parts() {
    for credential in
        ["", "AKID", "AKID/20150830/us-east-1/sts", "a/20150830/us-east-1/sts/aws4_request/", "////5/"]
    {
        check(
            &format!("AWS4-HMAC-SHA256 Credential={credential}, {SIGNED}, Signature={{s}}"),
            &format!(
                "400 IncompleteSignature: Credential must have exactly 5 slash-delimited elements, e.g. \
                 keyid/date/region/service/term, got '{credential}'"
            ),
        );
    }
}

#[test]
fn a_signature_of_another_shape_does_not_match() {
    let right = Draft::signed().signature;
    for signature in ["", "0", &right[..63], &format!("{right}0"), &right.to_uppercase(), &"é".repeat(32)] {
        check(&format!("AWS4-HMAC-SHA256 {CREDENTIAL}, {SIGNED}, Signature={signature}"), MISMATCH);
    }
}

#[test]
fn an_endless_header_is_refused() {
    let long = format!("AWS4-HMAC-SHA256 {CREDENTIAL}, {SIGNED}, Signature={{s}}, Pad={}", "x".repeat(9_000));
    check(&long, "400 IncompleteSignature: Authorization header is too long.");
}

#[test]
fn of_several_authorization_headers_the_first_counts() {
    let draft = Draft::signed();
    let (right, wrong) = (draft.authorization(), "Bearer x");
    let both = |first: &str, second: &str| draft.text(&format!("{first}\nAuthorization: {second}"));
    assert_eq!(outcome(&both(&right, wrong), NOW, &STS), "holds");
    let said = outcome(&both(wrong, &right), NOW, &STS);
    assert_eq!(said, "400 IncompleteSignature: Unsupported AWS 'algorithm': 'Bearer'.");
}

/// The list may come in any order and case; the canonical request has it sorted and in lower case.
#[test]
fn the_list_of_signed_headers_is_sorted_first() {
    for list in ["x-amz-date;host;content-type", "Host;X-Amz-Date;Content-Type", ":authority;x-amz-date"] {
        let mut draft = Draft::new();
        draft.signed_headers = list.to_owned();
        assert_eq!(draft.sign(Form::Header, PathStyle::AWS).outcome(NOW, &STS), "holds", "{list}");
    }
    let mut draft = Draft::signed();
    draft.signed_headers = "X-Amz-Date;HOST;content-type".to_owned();
    assert_eq!(draft.outcome(NOW, &STS), "holds");
}

#[test]
fn a_list_that_names_a_header_twice_or_one_that_is_not_there_does_not_match() {
    for list in ["host;host", "host;HOST", "host;x-amz-date;absent", "host;", ";host", "host;a b", "host;é"]
    {
        let mut draft = Draft::signed();
        draft.signed_headers = list.to_owned();
        assert_eq!(draft.outcome(NOW, &STS), MISMATCH, "{list}");
    }
}

#[test]
fn a_long_list_of_signed_headers_is_refused_before_it_is_sorted() {
    let mut draft = Draft::presigned();
    let list = "host%3B".repeat(4_000);
    let place = draft.query.iter_mut().find(|piece| piece.starts_with("X-Amz-SignedHeaders")).unwrap();
    *place = format!("X-Amz-SignedHeaders={list}");
    let said = outcome(&draft.text(""), NOW, &STS);
    assert_eq!(said, "400 IncompleteSignature: The list of signed headers is too long.");
}

#[test]
fn an_old_form_in_the_query_is_no_signature() {
    let mut draft = Draft::new();
    draft.query = ["AWSAccessKeyId=AKID", "Signature=x", "SignatureVersion=2"].map(str::to_owned).to_vec();
    assert_eq!(draft.outcome(NOW, &STS), "anonymous");
    draft.query = vec!["x-amz-algorithm=AWS4-HMAC-SHA256".to_owned()];
    assert_eq!(draft.outcome(NOW, &STS), "anonymous");
}

#[test]
fn a_presigned_query_names_what_it_lacks() {
    let mut draft = Draft::new();
    draft.query = vec!["X-Amz-Algorithm=AWS4-HMAC-SHA256".to_owned()];
    assert_eq!(
        draft.outcome(NOW, &STS),
        "400 IncompleteSignature: AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string \
         parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. \
         AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters."
    );
}

#[test]
fn of_repeated_query_parameters_the_first_counts_and_all_are_signed() {
    let mut draft = Draft::presigned();
    draft.query.push("X-Amz-Signature=another".to_owned());
    assert_eq!(outcome(&draft.text(""), NOW, &STS), "holds");
    draft.query.push("X-Amz-Date=20150830T123601Z".to_owned());
    assert_eq!(outcome(&draft.text(""), NOW, &STS), MISMATCH);
    draft.query.pop();
    draft.query.insert(0, "X-Amz-Signature=another".to_owned());
    assert_eq!(outcome(&draft.text(""), NOW, &STS), MISMATCH);
}

/// Names may be spelled with escapes; what they mean is the same, and so is the canonical request.
#[test]
fn an_escaped_name_is_the_same_name() {
    let mut draft = Draft::presigned();
    for piece in &mut draft.query {
        *piece = piece.replace("X-Amz-", "X%2dAmz%2D");
    }
    assert_eq!(outcome(&draft.text(""), NOW, &STS), "holds");
}

#[test]
fn a_plus_in_the_query_is_a_space() {
    let mut draft = Draft::presigned();
    draft.query.retain(|piece| !piece.starts_with("X-Amz-"));
    draft.query.push("Name=a%20b".to_owned());
    let mut draft = draft.sign_in_query();
    for piece in &mut draft.query {
        *piece = piece.replace("a%20b", "a+b");
    }
    assert_eq!(outcome(&draft.text(""), NOW, &STS), "holds");
}

/// In the header form nothing is left out of the query, not even what looks like a signature.
#[test]
fn a_signature_parameter_beside_a_header_is_signed_like_any_other() {
    let mut draft = Draft::new();
    draft.query = vec!["X-Amz-Signature=1".to_owned()];
    let mut draft = draft.sign(Form::Header, PathStyle::AWS);
    assert_eq!(draft.outcome(NOW, &STS), "holds");
    draft.query = vec!["X-Amz-Signature=2".to_owned()];
    assert_eq!(draft.outcome(NOW, &STS), MISMATCH);
}

#[test]
fn a_query_of_too_many_parameters_is_refused() {
    let mut draft = Draft::signed();
    draft.query = vec!["a".to_owned(); 2_049];
    assert_eq!(draft.outcome(NOW, &STS), "400 MalformedQueryString: The query string is too long.");
    draft.query = vec!["a".repeat(65_536)];
    assert_eq!(draft.outcome(NOW, &STS), "400 MalformedQueryString: The query string is too long.");
}
