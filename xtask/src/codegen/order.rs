//! The order in which AWS reports violations.
//!
//! Its validation walks a Java `HashMap` of sixteen buckets, keyed by the member's name with a small first
//! letter, at every level of nesting. Two recorded messages of IAM fit, and sixteen of nine other services,
//! as quoted in public; one does not, from 2012, when Java spread its hashes otherwise. See ADR 0003.

/// The bucket of a member. Members of one bucket keep the model's order.
pub(super) fn bucket(member: &str) -> u32 {
    let mut name = member.encode_utf16();
    let first = name.next().into_iter().map(|unit| match u8::try_from(unit) {
        Ok(letter) => u16::from(letter.to_ascii_lowercase()),
        Err(_) => unit,
    });
    let hash =
        first.chain(name).fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)));
    (hash ^ hash >> 16) & 15
}

#[cfg(test)]
mod tests {
    use super::bucket;

    /// The members as a message listed them.
    #[track_caller]
    fn check(recorded: &[&str]) {
        assert!(recorded.is_sorted_by_key(|name| bucket(name)), "{recorded:?}");
    }

    #[test]
    fn recorded_messages_have_this_order() {
        // IAM: CreateOpenIDConnectProvider, UpdateAccountPasswordPolicy
        check(&["ClientIDList", "ThumbprintList", "Url"]);
        check(&["MinimumPasswordLength", "PasswordReusePrevention", "MaxPasswordAge"]);
        // Cognito, DynamoDB, SWF, SES, SNS, Bedrock, ACM, IoT, as quoted in public repositories
        check(&["Password", "Username"]);
        check(&["ConfirmationCode", "Password"]);
        check(&["GroupName", "Username"]);
        check(&["PreviousPassword", "ProposedPassword"]);
        check(&["WriteCapacityUnits", "ReadCapacityUnits"]);
        check(&["AttributeType", "AttributeName"]);
        check(&["GlobalSecondaryIndexUpdates", "VectorIndexUpdates"]);
        check(&["execution", "domain"]);
        check(&["runId", "workflowId"]);
        check(&["Value", "Key"]);
        check(&["AWSAccountId", "Label", "ActionName"]);
        check(&["agentId", "agentAliasId"]);
        check(&["authorizationCode", "state"]);
        check(&["SubjectAlternativeNames", "DomainName"]);
        check(&["connectivity", "geoLocations"]);
        check(&["roleArn", "knowledgeBaseConfiguration"]);
    }
}
