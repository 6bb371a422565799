//! What validation says about policies that AWS wrote: they work, so what it calls an error had better be one.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use regent_policy::PolicyKind;
use regent_policy::validate::{Options, validate};

use super::ManagedPolicies;

/// The findings in all AWS managed policies, by code. Errors among them are AWS's own: actions, services and keys that
/// its tables do not list, because they are gone or not public; ARNs that no type of resource has.
const FINDINGS: &str = "\
57 INVALID_ACTION
2 INVALID_ARN_ACCOUNT
62 INVALID_ARN_RESOURCE
2 INVALID_GLOBAL_CONDITION_KEY
4 INVALID_SERVICE
1 INVALID_SERVICE_CONDITION_KEY
83 INVALID_SERVICE_IN_ACTION
1 JSON_SYNTAX_ERROR
3 MISSING_QUALIFIER
27 UNSUPPORTED_ACTION_FOR_CONDITION_KEY
1 VARIABLE_UNSUPPORTED_IN_ELEMENT
2 FORALLVALUES_WITH_SINGLE_VALUED_KEY
3 PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE
7 PASS_ROLE_WITH_STAR_IN_RESOURCE
3 CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE
4 CREATE_SLR_WITH_STAR_IN_RESOURCE
83 POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA
2 TYPE_MISMATCH
27 ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE
16 REDUNDANT_ACTION
38 REDUNDANT_RESOURCE
";

#[test]
fn policies_of_aws_have_the_findings_that_they_are_known_to_have() {
    let policies = ManagedPolicies::built_in();
    let mut counts = BTreeMap::new();
    let mut refused = Vec::new();
    for policy in policies.all() {
        let validation =
            validate(policies.document(policy).unwrap().text(), &Options::of(PolicyKind::Identity));
        for finding in validation.findings() {
            *counts.entry((finding.finding_type(), finding.code())).or_insert(0) += 1;
        }
        refused.extend(validation.refusal().map(|_| &*policy.name));
    }
    let found = counts.into_iter().fold(String::new(), |mut text, ((_, code), count)| {
        writeln!(text, "{count} {code}").unwrap();
        text
    });
    assert_eq!(found, FINDINGS);
    // One is longer than anything that IAM takes, and two name a type of resource that is not documented.
    assert_eq!(
        refused,
        [
            "AWSCloudWatchOmniServiceRolePolicy",
            "AWSObservabilityAdminTelemetryEnablementServiceRolePolicy",
            "AWSSupportServiceRolePolicy",
        ]
    );
}
