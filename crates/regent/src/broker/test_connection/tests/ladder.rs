//! Which parts of a refused call are to blame.

use super::*;

#[tokio::test]
async fn the_ladder_names_the_part_that_the_trust_policy_does_not_allow() {
    let world = World::new().await;
    let all = "sts:AssumeRole sts:TagSession sts:SetSourceIdentity";
    let none = || json!({});
    for (name, trust, code, text) in [
        (
            "no-tags",
            trust("sts:AssumeRole sts:SetSourceIdentity", &none()),
            "tag_denied",
            "does not allow sts:TagSession",
        ),
        (
            "no-source",
            trust("sts:AssumeRole sts:TagSession", &none()),
            "source_identity_denied",
            "sts:SetSourceIdentity",
        ),
        (
            "neither",
            trust("sts:AssumeRole", &none()),
            "tag_denied",
            "sts:TagSession; the role's trust policy does not allow sts:SetSourceIdentity",
        ),
        (
            "no-tags-no-external",
            trust("sts:AssumeRole sts:SetSourceIdentity", &json!({ "Null": { "sts:ExternalId": "true" } })),
            "tag_denied",
            "does not allow sts:TagSession; the role expects another external id",
        ),
        (
            "no-source-no-external",
            trust("sts:AssumeRole sts:TagSession", &json!({ "Null": { "sts:ExternalId": "true" } })),
            "source_identity_denied",
            "does not allow sts:SetSourceIdentity; the role expects another external id",
        ),
        (
            "nothing",
            trust("sts:AssumeRole", &json!({ "Null": { "sts:ExternalId": "true" } })),
            "tag_denied",
            "sts:TagSession; the role's trust policy does not allow sts:SetSourceIdentity; the role expects another",
        ),
        (
            "no-external",
            trust(all, &json!({ "Null": { "sts:ExternalId": "true" } })),
            "external_id",
            "another external id",
        ),
        (
            "other-external",
            trust(all, &json!({ "StringEquals": { "sts:ExternalId": "other" } })),
            "trust_denied",
            "refuses without tags, source identity and external id as well",
        ),
    ] {
        world.role(name, trust, 3600).await;
        let role = format!("arn:aws:iam::{ACCOUNT}:role/{name}");
        let report = world.test(json!({ "role_arn": role, "external_id": "x-1" })).await;
        assert_eq!(step(&report, StepName::Call).0, Outcome::Fail, "{name}");
        let found = step(&report, StepName::Ladder);
        assert_eq!((found.0, found.1), (Outcome::Fail, code), "{name}: {found:?}");
        // Exactly those parts, and no other beside them.
        assert!(found.2.contains(text), "{name}: {found:?}");
        if code != "trust_denied" {
            assert_eq!(found.2.split("; ").count(), text.split("; ").count(), "{name}: {found:?}");
        }
        assert_eq!(step(&report, StepName::Result), (Outcome::Skipped, "", "an earlier step failed"));
    }
}
