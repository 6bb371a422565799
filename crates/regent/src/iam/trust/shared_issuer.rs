//! Identity providers that many customers share.
//!
//! Everybody's tokens come from one issuer there. A role that trusts it without asking whose token it is trusts all of
//! them, so such a document is not stored.
//!
//! AWS: IAM User Guide, "Identity-provider controls for shared OIDC providers".

use regent_policy::{Comparison, Condition, Effect, Principal, PrincipalType, Qualifier, Statement};

/// A shared issuer, and the condition key that tells one customer's tokens from another's.
struct SharedIssuer {
    /// As in the provider's ARN: the URL without its scheme.
    issuer: &'static str,
    claim: Claim,
}

/// What tells the customers of an issuer apart.
#[derive(Clone, Copy)]
enum Claim {
    /// `…:sub`
    Subject,
    /// `…:aud`
    Audience,
    /// `sts:RoleSessionName`
    RoleSessionName,
}

const fn shared(issuer: &'static str, claim: Claim) -> SharedIssuer {
    SharedIssuer { issuer, claim }
}

// CHOICE: the issuers that AWS's page names. It names no others, and says that the list grows.
static SHARED_ISSUERS: &[SharedIssuer] = &[
    shared("agent.buildkite.com", Claim::Subject),
    shared("api.pulumi.com/oidc", Claim::Audience),
    shared("app.terraform.io", Claim::Subject),
    shared("cognito-identity.amazonaws.com", Claim::Audience),
    shared("gitlab.com", Claim::Subject),
    shared("oidc-configuration.audit-log.githubusercontent.com", Claim::Subject),
    shared("oidc.codefresh.io", Claim::Subject),
    shared("oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu", Claim::Subject),
    shared("oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb", Claim::Subject),
    shared("oidc.vercel.com", Claim::Audience),
    shared("proidc.upbound.io", Claim::Subject),
    shared("rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7", Claim::Subject),
    shared("rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr", Claim::Subject),
    shared("rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg", Claim::Subject),
    shared("rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26", Claim::Subject),
    shared("sandboxes.cloud", Claim::Audience),
    shared("scalr.io", Claim::Subject),
    shared("sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d", Claim::RoleSessionName),
    shared("studio.datachain.ai/api", Claim::Subject),
    shared("token.actions.githubusercontent.com", Claim::Subject),
    shared("tokens.cloud.shisho.dev", Claim::Subject),
    shared("vstoken.actions.githubusercontent.com", Claim::Subject),
];

impl SharedIssuer {
    fn of(principal: &Principal<'_>) -> Option<&'static Self> {
        if principal.r#type() != PrincipalType::Federated {
            return None;
        }
        let value = principal.value();
        let issuer = value.split_once(":oidc-provider/").map_or(value, |(_, issuer)| issuer);
        SHARED_ISSUERS.iter().find(|shared| shared.issuer == issuer)
    }

    fn key(&self) -> String {
        match self.claim {
            Claim::Subject => format!("{}:sub", self.issuer),
            Claim::Audience => format!("{}:aud", self.issuer),
            Claim::RoleSessionName => "sts:RoleSessionName".to_owned(),
        }
    }
}

/// Refuses a statement that lets every customer of a shared issuer in; the message says what is missing.
pub(super) fn check(statement: &Statement<'_>) -> Result<(), String> {
    if statement.effect() != Effect::Allow {
        return Ok(());
    }
    let principals = statement.principals().into_iter().flat_map(|principals| principals.entries());
    for shared in principals.filter_map(|principal| SharedIssuer::of(&principal)) {
        let key = shared.key();
        if !statement.conditions().any(|condition| limits(&condition, &key)) {
            // CHOICE: AWS documents that the document is malformed, and not in which words.
            return Err(format!(
                "Federated principal {} is shared: the trust policy must evaluate the condition key {key}, and not \
                 against a wildcard alone.",
                shared.issuer
            ));
        }
    }
    Ok(())
}

/// Does the condition hold for some values of the key only, and never for an absent one?
fn limits(condition: &Condition<'_>, key: &str) -> bool {
    let operator = condition.operator();
    let is_text = matches!(
        operator.comparison,
        Comparison::StringEquals | Comparison::StringEqualsIgnoreCase | Comparison::StringLike
    );
    let holds_when_absent = operator.if_exists || operator.qualifier == Qualifier::ForAllValues;
    let is_anything = |value: &str| value.bytes().all(|byte| byte == b'*');
    condition.key().value().eq_ignore_ascii_case(key)
        && is_text
        && !holds_when_absent
        && !condition.values().any(|value| is_anything(value.value()))
}

#[cfg(test)]
mod tests {
    use regent_policy::Document;

    const GITHUB: &str = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
    const SUB: &str = "token.actions.githubusercontent.com:sub";

    #[track_caller]
    fn check(effect: &str, provider: &str, condition: &str) -> Result<(), String> {
        let text = format!(
            r#"{{"Statement":{{"Effect":"{effect}","Principal":{{"Federated":"{provider}"}},
                "Action":"sts:AssumeRoleWithWebIdentity","Condition":{condition}}}}}"#
        );
        let document = Document::parse(&text).unwrap();
        super::check(&document.statement(0).unwrap())
    }

    #[test]
    fn who_trusts_a_shared_issuer_says_whose_tokens_it_means() {
        for condition in [
            r#"{"StringEquals":{"token.actions.githubusercontent.com:sub":"repo:a/b:ref:refs/heads/main"}}"#,
            r#"{"StringLike":{"TOKEN.actions.githubusercontent.com:SUB":["repo:a/b:*","repo:a/c:*"]}}"#,
            r#"{"ForAnyValue:StringLike":{"token.actions.githubusercontent.com:sub":"repo:a/*"}}"#,
        ] {
            assert_eq!(check("Allow", GITHUB, condition), Ok(()), "{condition}");
        }
    }

    #[test]
    fn who_does_not_say_it_is_refused() {
        for condition in [
            "{}".to_owned(),
            r#"{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}}"#.to_owned(),
            format!(r#"{{"StringLike":{{"{SUB}":"*"}}}}"#),
            format!(r#"{{"StringLike":{{"{SUB}":["repo:a/b:*","**"]}}}}"#),
            format!(r#"{{"StringNotEquals":{{"{SUB}":"repo:a/b:*"}}}}"#),
            format!(r#"{{"StringLikeIfExists":{{"{SUB}":"repo:a/b:*"}}}}"#),
            format!(r#"{{"ForAllValues:StringLike":{{"{SUB}":"repo:a/b:*"}}}}"#),
            format!(r#"{{"Null":{{"{SUB}":"false"}}}}"#),
        ] {
            let message = check("Allow", GITHUB, &condition).unwrap_err();
            assert!(message.contains(SUB), "{condition}: {message}");
        }
    }

    #[test]
    fn denials_and_issuers_of_ones_own_need_no_claim() {
        assert_eq!(check("Deny", GITHUB, "{}"), Ok(()));
        for provider in [
            "arn:aws:iam::123456789012:oidc-provider/login.example.com",
            "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com/own",
            "arn:aws:iam::123456789012:saml-provider/gitlab.com",
            "accounts.google.com",
        ] {
            assert_eq!(check("Allow", provider, "{}"), Ok(()), "{provider}");
        }
    }

    #[test]
    fn the_key_is_the_one_that_tells_customers_apart() {
        for (provider, key) in [
            ("cognito-identity.amazonaws.com", "cognito-identity.amazonaws.com:aud"),
            (
                "arn:aws:iam::123456789012:oidc-provider/sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d",
                "sts:RoleSessionName",
            ),
        ] {
            let message = check("Allow", provider, "{}").unwrap_err();
            assert!(message.contains(&format!(" {key},")), "{message}");
            assert_eq!(check("Allow", provider, &format!(r#"{{"StringEquals":{{"{key}":"x"}}}}"#)), Ok(()));
        }
    }
}
