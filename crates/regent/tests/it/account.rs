//! The account itself: its alias, and what it counts.

use std::collections::BTreeMap;

use crate::support::{Client, TestServer};

#[tokio::test]
async fn an_account_has_one_alias_and_no_other_account_has_the_same() {
    let server = TestServer::new().await;
    let root = server.root();
    let other = server.other_root("210987654321").await;
    let malformed = "400 ValidationError: 1 validation error detected: Value at 'accountAlias' failed to satisfy \
                     constraint: Member must satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$";
    for (client, action, alias, shape) in [
        (&root, "CreateAccountAlias", "acme", "200"),
        (
            &root,
            "CreateAccountAlias",
            "acme",
            "409 EntityAlreadyExists: The account alias acme already exists.",
        ),
        (
            &other,
            "CreateAccountAlias",
            "acme",
            "409 EntityAlreadyExists: The account alias acme already exists.",
        ),
        (&other, "DeleteAccountAlias", "acme", "404 NoSuchEntity: The account alias acme cannot be found."),
        (
            &root,
            "CreateAccountAlias",
            "123456789012",
            "400 ValidationError: An account alias must not be a 12 digit number.",
        ),
        (&root, "CreateAccountAlias", "12345678901", "200"),
        (&root, "CreateAccountAlias", "acme--x", malformed),
        (&root, "CreateAccountAlias", "Acme", malformed),
        // A second one takes the place of the first, which is free then.
        (&root, "CreateAccountAlias", "acme-2", "200"),
        (&other, "CreateAccountAlias", "acme", "200"),
        (&root, "DeleteAccountAlias", "acme", "404 NoSuchEntity: The account alias acme cannot be found."),
        (&root, "DeleteAccountAlias", "acme-2", "200"),
        (
            &root,
            "DeleteAccountAlias",
            "acme-2",
            "404 NoSuchEntity: The account alias acme-2 cannot be found.",
        ),
    ] {
        client.answers(action, &[("AccountAlias", alias)], shape).await;
    }
    let none = root.must("ListAccountAliases", &[]).await;
    assert_eq!(none.children("ListAccountAliasesResult"), ["AccountAliases", "IsTruncated"]);
    assert_eq!((none.text("AccountAliases"), none.text("IsTruncated")), (String::new(), "false".to_owned()));
    let one = other.must("ListAccountAliases", &[]).await;
    assert_eq!(one.all("member"), ["acme"]);
    root.answers("ListAccountAliases", &[("Marker", "x")], "400 ValidationError: Invalid Marker.").await;
}

async fn summary(client: &Client) -> BTreeMap<String, String> {
    let answer = client.must("GetAccountSummary", &[]).await;
    answer.all("key").into_iter().zip(answer.all("value")).collect()
}

const EMPTY: [(&str, i64); 34] = [
    ("AccessKeysPerUserQuota", 2),
    ("AccountAccessKeysPresent", 1),
    ("AccountMFAEnabled", 0),
    ("AccountPasswordPresent", 0),
    ("AccountSigningCertificatesPresent", 0),
    ("AssumeRolePolicySizeQuota", 2048),
    ("AttachedPoliciesPerGroupQuota", 10),
    ("AttachedPoliciesPerRoleQuota", 10),
    ("AttachedPoliciesPerUserQuota", 10),
    ("GlobalEndpointTokenVersion", 1),
    ("GroupPolicySizeQuota", 5120),
    ("Groups", 0),
    ("GroupsPerUserQuota", 10),
    ("GroupsQuota", 300),
    ("InstanceProfiles", 0),
    ("InstanceProfilesQuota", 1000),
    ("MFADevices", 0),
    ("MFADevicesInUse", 0),
    ("Policies", 0),
    ("PoliciesQuota", 1500),
    ("PolicySizeQuota", 6144),
    ("PolicyVersionsInUse", 0),
    ("PolicyVersionsInUseQuota", 10_000),
    ("Providers", 0),
    ("RolePolicySizeQuota", 10_240),
    ("Roles", 0),
    ("RolesQuota", 1000),
    ("ServerCertificates", 0),
    ("ServerCertificatesQuota", 20),
    ("SigningCertificatesPerUserQuota", 2),
    ("UserPolicySizeQuota", 2048),
    ("Users", 0),
    ("UsersQuota", 5000),
    ("VersionsPerPolicyQuota", 5),
];

#[tokio::test]
async fn a_summary_counts_what_there_is_beside_what_there_may_be() {
    let root = TestServer::new().await.root();
    let expected = |counts: &[(&str, i64)]| -> BTreeMap<String, String> {
        EMPTY.iter().chain(counts).map(|(name, number)| ((*name).to_owned(), number.to_string())).collect()
    };
    assert_eq!(summary(&root).await, expected(&[]));

    for user in ["ana", "bob"] {
        root.must("CreateUser", &[("UserName", user)]).await;
    }
    root.must("CreateGroup", &[("GroupName", "devs")]).await;
    root.create_role("worker").await;
    root.must("CreateInstanceProfile", &[("InstanceProfileName", "web")]).await;
    let (used, _spare) = (root.make_policy("used", "s3:*").await, root.make_policy("spare", "s3:*").await);
    let aws = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    for (action, holder, name, arn) in [
        ("AttachUserPolicy", "UserName", "ana", used.as_str()),
        ("AttachGroupPolicy", "GroupName", "devs", &used),
        ("AttachRolePolicy", "RoleName", "worker", aws),
    ] {
        root.must(action, &[(holder, name), ("PolicyArn", arn)]).await;
    }
    let mut seed = String::new();
    for name in ["spare", "ana"] {
        let made = root.must("CreateVirtualMFADevice", &[("VirtualMFADeviceName", name)]).await;
        seed = made.text("Base32StringSeed");
    }
    let enable = [
        ("UserName", "ana"),
        ("SerialNumber", "arn:aws:iam::123456789012:mfa/ana"),
        ("AuthenticationCode1", &root.code(&seed, -1)),
        ("AuthenticationCode2", &root.code(&seed, 0)),
    ];
    root.must("EnableMFADevice", &enable).await;
    let counts = [
        ("Groups", 1),
        ("InstanceProfiles", 1),
        ("MFADevices", 2),
        ("MFADevicesInUse", 1),
        ("Policies", 2),
        ("PolicyVersionsInUse", 2),
        ("Roles", 1),
        ("Users", 2),
    ];
    assert_eq!(summary(&root).await, expected(&counts));
}
