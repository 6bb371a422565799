//! Managed policies.

use crate::support::{Client, TestServer, allowing};

const ARN: &str = "arn:aws:iam::123456789012:policy/p";
const AWS: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const FOREIGN: &str = "arn:aws:iam::111111111111:policy/p";
/// What a policy is shown with, wherever it is.
const SHAPE: [&str; 10] = [
    "PolicyName",
    "PolicyId",
    "Arn",
    "Path",
    "DefaultVersionId",
    "AttachmentCount",
    "PermissionsBoundaryUsageCount",
    "IsAttachable",
    "CreateDate",
    "UpdateDate",
];

fn denied(action: &str, arn: &str) -> String {
    format!(
        "403 AccessDenied: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: iam:{action} on resource: {arn} because no identity-based policy allows the iam:{action} action"
    )
}

async fn names(root: &Client, params: &[(&str, &str)]) -> String {
    root.must("ListPolicies", params).await.all("PolicyName").join(" ")
}

#[tokio::test]
async fn making_shows_no_description_and_listing_shows_neither_it_nor_tags() {
    let root = TestServer::new().await.root();
    let document = allowing("s3:GetObject");
    let bare = [("PolicyName", "p"), ("Path", "/a/b/"), ("PolicyDocument", &*document)];
    let more = [("Description", "Reads."), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "blue")];
    let with = |more: &[&'static str]| {
        let mut shape: Vec<&str> = SHAPE.to_vec();
        for (at, member) in [(8, "Description"), (usize::MAX, "Tags")] {
            if more.contains(&member) {
                shape.insert(at.min(shape.len()), member);
            }
        }
        shape
    };
    for (more, made, shown) in
        [(&[][..], &[][..], &["Tags"][..]), (&more, &["Tags"], &["Description", "Tags"])]
    {
        let made_policy = root.must("CreatePolicy", &[&bare, more].concat()).await;
        assert_eq!(made_policy.children("Policy"), with(made));
        assert_eq!(made_policy.text("DefaultVersionId"), "v1");
        assert_eq!(made_policy.text("IsAttachable"), "true");
        assert_eq!(made_policy.text("UpdateDate"), "2026-11-21T12:00:00Z");
        let arn = made_policy.text("Arn");
        assert_eq!(arn, "arn:aws:iam::123456789012:policy/a/b/p");
        let shown_policy = root.must("GetPolicy", &[("PolicyArn", &arn)]).await;
        assert_eq!(shown_policy.children("Policy"), with(shown));
        assert_eq!(shown_policy.all("Key").len(), more.len() / 2);
        assert_eq!(shown_policy.text("PolicyId"), made_policy.text("PolicyId"));
        let listed = root.must("ListPolicies", &[("PathPrefix", "/a/")]).await;
        assert_eq!(listed.children("member"), SHAPE);
        root.must("DeletePolicy", &[("PolicyArn", &arn)]).await;
    }
}

#[tokio::test]
async fn what_is_refused_is_refused_in_the_words_of_iam() {
    let root = TestServer::new().await.root();
    let document = allowing("s3:GetObject");
    root.make_policy("p", "s3:GetObject").await;
    let missing = "arn:aws:iam::123456789012:policy/nothing";
    let not_found = |arn: &str| format!("404 NoSuchEntity: Policy {arn} was not found.");
    let unattachable =
        |arn: &str| format!("404 NoSuchEntity: Policy {arn} does not exist or is not attachable.");
    let taken = |name: &str| {
        format!(
            "409 EntityAlreadyExists: A policy called {name} already exists. Duplicate names are not allowed."
        )
    };
    let (tag, value) = (("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v"));
    for (name, path) in [("p", "/"), ("P", "/other/")] {
        let params = [("PolicyName", name), ("Path", path), ("PolicyDocument", &*document)];
        root.answers("CreatePolicy", &params, &taken(name)).await;
    }
    let syntax = "400 MalformedPolicyDocument: Syntax errors in policy.";
    root.answers("CreatePolicy", &[("PolicyName", "q"), ("PolicyDocument", "{}")], syntax).await;
    let principal =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"a:b"}}"#;
    let no_principal = "400 MalformedPolicyDocument: Policy document should not specify a principal.";
    root.answers("CreatePolicy", &[("PolicyName", "q"), ("PolicyDocument", principal)], no_principal).await;
    for arn in [missing, "arn:aws:iam::123456789012:policy/a/p", "arn:aws-cn:iam::123456789012:policy/p"] {
        let params = [("PolicyArn", arn), tag, value, ("TagKeys.member.1", "k")];
        for action in ["GetPolicy", "DeletePolicy", "TagPolicy", "UntagPolicy", "ListPolicyTags"] {
            root.answers(action, &params, &not_found(arn)).await;
        }
        root.answers("ListEntitiesForPolicy", &params, &unattachable(arn)).await;
    }
    let unread = "400 ValidationError: Invalid ARN:  Could not be parsed!";
    for arn in ["longpolicynamebutnoarn", "arn:aws:iam::123456789012:role/p"] {
        let params = [("PolicyArn", arn), ("VersionId", "v1"), ("PolicyDocument", &*document), tag, value];
        for action in [
            "GetPolicy",
            "DeletePolicy",
            "TagPolicy",
            "ListPolicyTags",
            "ListEntitiesForPolicy",
            "CreatePolicyVersion",
            "GetPolicyVersion",
            "DeletePolicyVersion",
            "ListPolicyVersions",
            "SetDefaultPolicyVersion",
        ] {
            root.answers(action, &params, unread).await;
        }
    }
    let in_reserve = "400 InvalidInput: aws: prefixed tag key names are not allowed for external use.";
    let params = [("PolicyArn", ARN), ("Tags.member.1.Key", "aws:x"), value];
    root.answers("TagPolicy", &params, in_reserve).await;
}

#[tokio::test]
async fn what_is_not_the_accounts_cannot_be_changed_from_it() {
    let server = TestServer::new().await;
    let root = server.root();
    let other = server.other_root("111111111111").await;
    other.make_policy("p", "s3:*").await;
    let tags = [("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v"), ("TagKeys.member.1", "k")];
    for arn in [AWS, FOREIGN, "arn:aws:iam::222222222222:policy/p"] {
        for (action, verb) in [("DeletePolicy", "delete"), ("TagPolicy", "tag"), ("UntagPolicy", "untag")] {
            let refused = format!("403 AccessDenied: Cannot {verb} policies outside your own account.");
            root.answers(action, &[&[("PolicyArn", arn)], &tags[..]].concat(), &refused).await;
        }
    }
    // What another account has is not told apart from what does not exist.
    for arn in [FOREIGN, "arn:aws:iam::111111111111:policy/nothing"] {
        let not_found = format!("404 NoSuchEntity: Policy {arn} was not found.");
        root.answers("GetPolicy", &[("PolicyArn", arn)], &not_found).await;
    }
    assert_eq!(root.must("ListPolicyTags", &[("PolicyArn", AWS)]).await.text("Tags"), "");
    // Who may not ask hears of none of this.
    let ana = server.user("ana").await;
    for arn in [AWS, FOREIGN, ARN] {
        for action in ["GetPolicy", "DeletePolicy"] {
            ana.answers(action, &[("PolicyArn", arn)], &denied(action, arn)).await;
        }
    }
}

#[tokio::test]
async fn a_policy_is_deleted_once_nothing_uses_it_and_one_version_is_left() {
    let root = TestServer::new().await.root();
    let id = root.must("CreatePolicy", &[("PolicyName", "p"), ("PolicyDocument", &allowing("s3:*"))]).await;
    let id = id.text("PolicyId");
    root.must("CreateUser", &[("UserName", "ana")]).await;
    root.must("AttachUserPolicy", &[("UserName", "ana"), ("PolicyArn", ARN)]).await;
    let version = allowing("s3:Get*");
    root.must("CreatePolicyVersion", &[("PolicyArn", ARN), ("PolicyDocument", &version)]).await;
    let arn = [("PolicyArn", ARN)];
    root.answers("DeletePolicy", &arn, "409 DeleteConflict: Cannot delete a policy attached to entities.")
        .await;
    root.must("DetachUserPolicy", &[("UserName", "ana"), ("PolicyArn", ARN)]).await;
    let versions = "409 DeleteConflict: This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.";
    root.answers("DeletePolicy", &arn, versions).await;
    root.must("DeletePolicyVersion", &[("PolicyArn", ARN), ("VersionId", "v2")]).await;
    root.must("DeletePolicy", &arn).await;
    root.answers("DeletePolicy", &arn, &format!("404 NoSuchEntity: Policy {ARN} was not found.")).await;
    // One made again under the same name is another, and begins again.
    let again =
        root.must("CreatePolicy", &[("PolicyName", "p"), ("PolicyDocument", &allowing("s3:*"))]).await;
    assert_ne!(again.text("PolicyId"), id);
    assert_eq!((again.text("DefaultVersionId"), again.text("AttachmentCount")), ("v1".into(), "0".into()));
}

#[tokio::test]
async fn a_document_has_6144_characters_at_most_without_white_space() {
    let root = TestServer::new().await.root();
    let bare = allowing("s3:GetObject").len();
    for (excess, shape) in [(0, "200"), (1, "409 LimitExceeded: Cannot exceed quota for PolicySize: 6144")] {
        let action = format!("s3:{}", "x".repeat(6144 - bare + "GetObject".len() + excess));
        let document = allowing(&action).replace(':', " :\n\t ").replace(" :\n\t x", ":x");
        let name = format!("p{excess}");
        root.answers("CreatePolicy", &[("PolicyName", &name), ("PolicyDocument", &document)], shape).await;
        let params = [("PolicyArn", "arn:aws:iam::123456789012:policy/p0"), ("PolicyDocument", &*document)];
        root.answers("CreatePolicyVersion", &params, shape).await;
    }
}

#[tokio::test]
async fn an_account_has_1500_policies_at_most() {
    let root = TestServer::new().await.root();
    for number in 0..1500 {
        root.make_policy(&format!("p{number}"), "s3:Get*").await;
    }
    let full = "409 LimitExceeded: Cannot exceed quota for PoliciesPerAccount: 1500";
    let document = allowing("s3:Get*");
    root.answers("CreatePolicy", &[("PolicyName", "p"), ("PolicyDocument", &document)], full).await;
}

#[tokio::test]
async fn policies_are_listed_by_scope_path_and_use() {
    let root = TestServer::new().await.root();
    let document = allowing("s3:Get*");
    for (name, path) in [("idle", "/"), ("attached", "/a/"), ("bounding", "/a/b/"), ("both", "/a/")] {
        root.must("CreatePolicy", &[("PolicyName", name), ("Path", path), ("PolicyDocument", &document)])
            .await;
    }
    let own = |path_and_name: &str| format!("arn:aws:iam::123456789012:policy/{path_and_name}");
    root.must("CreateGroup", &[("GroupName", "devs")]).await;
    root.must("CreateUser", &[("UserName", "ana"), ("PermissionsBoundary", &own("a/b/bounding"))]).await;
    root.must("CreateUser", &[("UserName", "eva"), ("PermissionsBoundary", &own("a/both"))]).await;
    root.must("AttachGroupPolicy", &[("GroupName", "devs"), ("PolicyArn", &own("a/both"))]).await;
    root.must("AttachUserPolicy", &[("UserName", "ana"), ("PolicyArn", &own("a/attached"))]).await;
    root.must("AttachUserPolicy", &[("UserName", "ana"), ("PolicyArn", AWS)]).await;
    root.must("AttachGroupPolicy", &[("GroupName", "devs"), ("PolicyArn", AWS)]).await;
    let local = ("Scope", "Local");
    let (only_attached, boundaries) =
        (("OnlyAttached", "true"), ("PolicyUsageFilter", "PermissionsBoundary"));
    for (params, expected) in [
        (&[local][..], "attached both bounding idle"),
        (&[local, ("PathPrefix", "/a/")], "attached both bounding"),
        (&[local, ("PathPrefix", "/a/b/")], "bounding"),
        (&[only_attached], "attached both ReadOnlyAccess"),
        (&[only_attached, local], "attached both"),
        (&[only_attached, ("Scope", "AWS")], "ReadOnlyAccess"),
        (&[("OnlyAttached", "false"), local], "attached both bounding idle"),
        (&[("PolicyUsageFilter", "PermissionsPolicy")], "attached both ReadOnlyAccess"),
        (&[boundaries], "both bounding"),
        (&[boundaries, only_attached], "both bounding"),
        (&[("Scope", "AWS"), ("PathPrefix", "/nowhere/")], ""),
    ] {
        assert_eq!(names(&root, params).await, expected, "{params:?}");
    }
    let listed = root.must("ListPolicies", &[only_attached]).await;
    assert_eq!(listed.all("AttachmentCount"), ["1", "1", "2"]);
    assert_eq!(listed.all("PermissionsBoundaryUsageCount"), ["0", "1", "0"]);
    // What one account attaches, another does not see.
    let aws = root.must("GetPolicy", &[("PolicyArn", AWS)]).await;
    assert_eq!(aws.text("AttachmentCount"), "2");
}

#[tokio::test]
async fn every_policy_is_on_one_page_the_accounts_own_first() {
    let server = TestServer::new().await;
    let root = server.root();
    for name in ["c", "A", "b"] {
        root.make_policy(name, "s3:Get*").await;
    }
    let first = root.pages("ListPolicies", &[("Scope", "Local")], 1, "PolicyName").await;
    assert_eq!(first, [["A"], ["b"], ["c"]]);
    let aws = root.pages("ListPolicies", &[("Scope", "AWS")], 1000, "Arn").await;
    assert!(aws.len() == 2 && aws.concat().len() > 1500, "{} pages", aws.len());
    let all = root.pages("ListPolicies", &[], 100, "Arn").await.concat();
    let own = ["A", "b", "c"].map(|name| format!("arn:aws:iam::123456789012:policy/{name}"));
    assert_eq!(all, [&own[..], &aws.concat()].concat());
}

#[tokio::test]
async fn the_entities_of_a_policy_are_listed_by_kind_path_and_use_in_pages() {
    let root = TestServer::new().await.root();
    root.make_policy("p", "s3:Get*").await;
    root.make_policy("other", "s3:Get*").await;
    let (arn, boundary) = (("PolicyArn", ARN), ("PermissionsBoundary", ARN));
    for name in ["b", "A"] {
        root.must("CreateGroup", &[("GroupName", name), ("Path", "/x/")]).await;
        root.must("AttachGroupPolicy", &[("GroupName", name), arn]).await;
        root.must("CreateUser", &[("UserName", name)]).await;
        root.must("AttachUserPolicy", &[("UserName", name), arn]).await;
        root.create_role(name).await;
        root.must("AttachRolePolicy", &[("RoleName", name), arn]).await;
    }
    root.must("CreateUser", &[("UserName", "bounded"), ("Path", "/x/"), boundary]).await;
    root.must("PutRolePermissionsBoundary", &[("RoleName", "A"), boundary]).await;
    root.must(
        "AttachUserPolicy",
        &[("UserName", "bounded"), ("PolicyArn", "arn:aws:iam::123456789012:policy/other")],
    )
    .await;
    let list = "ListEntitiesForPolicy";
    for (filters, groups, users, roles) in [
        (&[][..], "A b", "A b bounded", "A b"),
        (&[("EntityFilter", "User")], "", "A b bounded", ""),
        (&[("EntityFilter", "Role")], "", "", "A b"),
        (&[("EntityFilter", "Group")], "A b", "", ""),
        (&[("EntityFilter", "LocalManagedPolicy")], "", "", ""),
        (&[("EntityFilter", "AWSManagedPolicy")], "", "", ""),
        (&[("PathPrefix", "/x/")], "A b", "bounded", ""),
        (&[("PolicyUsageFilter", "PermissionsPolicy")], "A b", "A b", "A b"),
        (&[("PolicyUsageFilter", "PermissionsBoundary")], "", "bounded", "A"),
        (&[("PolicyUsageFilter", "PermissionsBoundary"), ("EntityFilter", "Role")], "", "", "A"),
    ] {
        let answer = root.must(list, &[&[arn], filters].concat()).await;
        let lists = ["PolicyGroups", "PolicyUsers", "PolicyRoles", "IsTruncated"];
        assert_eq!(answer.children("ListEntitiesForPolicyResult"), lists, "{filters:?}");
        let found = ["GroupName", "UserName", "RoleName"].map(|element| answer.all(element).join(" "));
        assert_eq!(found, [groups, users, roles], "{filters:?}");
    }
    // Seven entities in pages of three, which end within lists and between them.
    for (element, expected) in [
        ("GroupName", &[&["A", "b"][..], &[], &[]]),
        ("UserName", &[&["A"], &["b", "bounded"], &[]]),
        ("RoleName", &[&[], &["A"], &["b"]]),
    ] {
        assert_eq!(root.pages(list, &[arn], 3, element).await, expected);
    }
    let one_by_one = root.pages(list, &[arn], 1, "RoleName").await;
    assert_eq!((one_by_one.len(), one_by_one.concat()), (7, vec!["A".to_owned(), "b".to_owned()]));
    let unused = root.must(list, &[("PolicyArn", AWS)]).await;
    assert_eq!(unused.text("PolicyUsers") + &unused.text("PolicyRoles") + &unused.text("PolicyGroups"), "");
}

#[tokio::test]
async fn case_counts_in_the_keys_of_the_tags_of_a_policy() {
    let root = TestServer::new().await.root();
    root.make_policy("p", "s3:Get*").await;
    let arn = ("PolicyArn", ARN);
    let tags = |tags: &[(&'static str, &'static str)]| -> Vec<(String, &'static str)> {
        let pairs = tags.iter().enumerate().flat_map(|(at, (key, value))| {
            let at = at + 1;
            [(format!("Tags.member.{at}.Key"), *key), (format!("Tags.member.{at}.Value"), *value)]
        });
        pairs.collect()
    };
    let listed = async |expected: &str| {
        let answer = root.must("ListPolicyTags", &[arn]).await;
        let pairs: Vec<String> = answer
            .all("Key")
            .iter()
            .zip(answer.all("Value"))
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        assert_eq!(pairs.join(" "), expected);
    };
    for (new, expected) in [
        (tags(&[("a", "1"), ("A", "2")]), "A=2 a=1"),
        (tags(&[("abc", "3"), ("a", "")]), "A=2 a= abc=3"),
        (tags(&[("z", "4")]), "A=2 a= z=4 abc=3"),
    ] {
        let new: Vec<(&str, &str)> = new.iter().map(|(name, value)| (&**name, *value)).collect();
        root.must("TagPolicy", &[&[arn], &new[..]].concat()).await;
        listed(expected).await;
    }
    let pages = root.pages("ListPolicyTags", &[arn], 2, "Key").await;
    assert_eq!(pages, [vec!["A", "a"], vec!["z", "abc"]]);
    for (key, expected) in [("a", "A=2 z=4 abc=3"), ("nothing", "A=2 z=4 abc=3"), ("abc", "A=2 z=4")] {
        root.must("UntagPolicy", &[arn, ("TagKeys.member.1", key)]).await;
        listed(expected).await;
    }
    let twice = tags(&[("k", "1"), ("k", "2")]);
    let twice: Vec<(&str, &str)> = twice.iter().map(|(name, value)| (&**name, *value)).collect();
    let refused = "400 InvalidInput: Duplicate tag keys found.";
    root.answers("TagPolicy", &[&[arn], &twice[..]].concat(), refused).await;
    let document = allowing("s3:Get*");
    let policy = [("PolicyName", "q"), ("PolicyDocument", &*document)];
    root.answers("CreatePolicy", &[&policy, &twice[..]].concat(), refused).await;
}

#[tokio::test]
async fn a_policy_has_fifty_tags_at_most_and_long_keys_are_paged_too() {
    let root = TestServer::new().await.root();
    root.make_policy("p", "s3:Get*").await;
    let arn = ("PolicyArn", ARN);
    // The longest keys there can be: 128 characters of four bytes.
    let key = |number: usize| format!("{}{number:03}", "\u{20000}".repeat(125));
    for number in 0..50 {
        let key = key(number);
        root.must("TagPolicy", &[arn, ("Tags.member.1.Key", &key), ("Tags.member.1.Value", "")]).await;
    }
    let one_more = [arn, ("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "")];
    let full = "409 LimitExceeded: The number of tags has reached the maximum limit.";
    root.answers("TagPolicy", &one_more, full).await;
    let mut keys = root.pages("ListPolicyTags", &[arn], 20, "Key").await.concat();
    keys.sort();
    assert_eq!(keys, (0..50).map(key).collect::<Vec<_>>());
    let many: Vec<(String, String)> = (0..51)
        .flat_map(|number| {
            let (key, value) =
                (format!("Tags.member.{}.Key", number + 1), format!("Tags.member.{}.Value", number + 1));
            [(key, format!("k{number}")), (value, String::new())]
        })
        .collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (&**name, &**value)).collect();
    let refused = "400 ValidationError: 1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50";
    root.answers("TagPolicy", &[&[arn], &many[..]].concat(), refused).await;
}

#[tokio::test]
async fn tags_decide_who_may_make_and_change_policies() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    root.allow(
        "ana",
        r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":["iam:CreatePolicy","iam:TagPolicy"],"Resource":"*",
             "Condition":{"StringEquals":{"aws:RequestTag/team":"blue"},"ForAllValues:StringEquals":{"aws:TagKeys":["team","note"]}}},
            {"Effect":"Allow","Action":["iam:DeletePolicy","iam:GetPolicy","iam:UntagPolicy"],"Resource":"*",
             "Condition":{"StringEquals":{"aws:ResourceTag/team":"blue"}}}]}"#,
    )
    .await;
    let document = allowing("s3:Get*");
    let (name, document) = (("PolicyName", "p"), ("PolicyDocument", &*document));
    let team = |value| [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", value)];
    let arn = ("PolicyArn", ARN);
    for tags in [&[][..], &team("red"), &[("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "blue")]] {
        let params = [&[name, document], tags].concat();
        // Keys in conditions are compared whatever their case; the list of keys is not.
        ana.answers("CreatePolicy", &params, &denied("CreatePolicy", ARN)).await;
    }
    ana.must("CreatePolicy", &[&[name, document], &team("blue")[..]].concat()).await;
    ana.must("GetPolicy", &[arn]).await;
    root.must("TagPolicy", &[&[arn], &team("red")[..]].concat()).await;
    for action in ["GetPolicy", "DeletePolicy"] {
        ana.answers(action, &[arn], &denied(action, ARN)).await;
    }
    ana.must("TagPolicy", &[&[arn], &team("blue")[..]].concat()).await;
    ana.must("DeletePolicy", &[arn]).await;
    // A policy that is not there has no tags: nobody learns so from the answer.
    ana.answers("GetPolicy", &[arn], &denied("GetPolicy", ARN)).await;
}

#[tokio::test]
async fn making_with_tags_needs_the_right_to_tag() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    root.allow("ana", &allowing("iam:CreatePolicy")).await;
    let document = allowing("s3:Get*");
    let params = [("PolicyName", "p"), ("PolicyDocument", &*document)];
    let tagged = [&params, &[("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")][..]].concat();
    ana.answers("CreatePolicy", &tagged, &denied("TagPolicy", ARN)).await;
    ana.must("CreatePolicy", &params).await;
}
