//! Inline policies of users, groups and roles: the same rules, three times.

use crate::support::{Client, TestServer, allowing, escape};

/// A user, a group or a role named `x`, and what its inline policies may come to.
#[derive(Clone, Copy)]
struct Holder {
    noun: &'static str,
    member: &'static str,
    limit: usize,
}

const HOLDERS: [Holder; 3] = [
    Holder { noun: "User", member: "UserName", limit: 2048 },
    Holder { noun: "Group", member: "GroupName", limit: 5120 },
    Holder { noun: "Role", member: "RoleName", limit: 10240 },
];

impl Holder {
    async fn made(self, root: &Client) -> Self {
        match self.noun {
            "Role" => root.create_role("x").await,
            noun => drop(root.must(&format!("Create{noun}"), &[(self.member, "x")]).await),
        }
        self
    }

    fn op(self, verb: &str) -> String {
        format!("{verb}{}Policy", self.noun)
    }

    async fn put(self, root: &Client, name: &str, document: &str, shape: &str) {
        let params = [(self.member, "x"), ("PolicyName", name), ("PolicyDocument", document)];
        root.answers(&self.op("Put"), &params, shape).await;
    }

    async fn names(self, root: &Client) -> Vec<String> {
        let listing = format!("List{}Policies", self.noun);
        root.must(&listing, &[(self.member, "x")]).await.all("member")
    }
}

/// A document of exactly this counted size, and more than that many characters.
fn sized(size: usize) -> String {
    let bare =
        r#"{"Version":"2012-10-17","Statement":{"Sid":"","Effect":"Deny","Action":"a:b","Resource":"*"}}"#;
    let sid = "x".repeat(size - bare.len());
    bare.replace(r#""Sid":"""#, &format!("\n\t \"Sid\" : \"{sid}\" \r\n"))
}

#[tokio::test]
async fn a_policy_is_put_shown_replaced_listed_and_deleted() {
    let root = TestServer::new().await.root();
    for holder in HOLDERS {
        let holder = holder.made(&root).await;
        assert_eq!(holder.names(&root).await, [""; 0]);
        for (name, actions) in [("b", "s3:GetObject"), ("a", "s3:PutObject"), ("b", "s3:DeleteObject")] {
            holder.put(&root, name, &allowing(actions), "200").await;
        }
        assert_eq!(holder.names(&root).await, ["a", "b"], "{}", holder.noun);
        let params = [(holder.member, "x"), ("PolicyName", "b")];
        let shown = root.must(&holder.op("Get"), &params).await;
        let result = format!("Get{}PolicyResult", holder.noun);
        assert_eq!(shown.children(&result), [holder.member, "PolicyName", "PolicyDocument"]);
        assert_eq!((shown.text(holder.member), shown.text("PolicyName")), ("x".into(), "b".into()));
        assert_eq!(shown.text("PolicyDocument"), escape(&allowing("s3:DeleteObject")));
        root.must(&holder.op("Delete"), &params).await;
        assert_eq!(holder.names(&root).await, ["a"], "{}", holder.noun);
    }
}

#[tokio::test]
async fn a_document_comes_back_byte_for_byte() {
    let root = TestServer::new().await.root();
    let holder = HOLDERS[0].made(&root).await;
    let document = "{\r\n\t\"Version\": \"2012-10-17\", \"Statement\": [ {\"Sid\": \"\", \"Effect\": \"Allow\",\n \
                    \"Action\": \"s3:*\", \"Resource\": \"arn:aws:s3:::a%3Ab+c/~\u{e9}\u{ff}&<>'*\"} ] } ";
    holder.put(&root, "p", document, "200").await;
    let shown = root.must("GetUserPolicy", &[("UserName", "x"), ("PolicyName", "p")]).await;
    assert_eq!(shown.text("PolicyDocument"), escape(document));
    assert!(shown.body.contains("%253A") && !shown.body.contains('+'), "{}", shown.body);
}

#[tokio::test]
async fn what_is_refused_is_refused_in_the_words_of_iam() {
    let root = TestServer::new().await.root();
    for holder in HOLDERS {
        let Holder { noun, member, .. } = holder.made(&root).await;
        let word = noun.to_lowercase();
        let document = allowing("s3:GetObject");
        let nobody = format!("404 NoSuchEntity: The {word} with name nobody cannot be found.");
        let no_policy = format!("404 NoSuchEntity: The {word} policy with name p cannot be found.");
        let (x, nobody_named, p) = ((member, "x"), (member, "nobody"), ("PolicyName", "p"));
        let cases = [
            (holder.op("Put"), vec![nobody_named, p, ("PolicyDocument", &*document)], &*nobody),
            (holder.op("Get"), vec![nobody_named, p], &nobody),
            (holder.op("Delete"), vec![nobody_named, p], &nobody),
            (format!("List{noun}Policies"), vec![nobody_named], &nobody),
            (holder.op("Get"), vec![x, p], &no_policy),
            (holder.op("Delete"), vec![x, p], &no_policy),
            (
                holder.op("Put"),
                vec![x, p, ("PolicyDocument", "no policy")],
                "400 MalformedPolicyDocument: Syntax errors in policy.",
            ),
            (
                holder.op("Put"),
                vec![
                    x,
                    p,
                    ("PolicyDocument", r#"{"Statement":[{"Effect":"Allow","Action":"a:b","Resource":"*"}]}"#),
                ],
                "400 MalformedPolicyDocument: Policy document must be version 2012-10-17 or greater.",
            ),
            (
                holder.op("Put"),
                vec![
                    x,
                    p,
                    (
                        "PolicyDocument",
                        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"invalid"}]}"#,
                    ),
                ],
                "400 MalformedPolicyDocument: Policy statement must contain resources.",
            ),
        ];
        for (action, params, shape) in cases {
            root.answers(&action, &params, shape).await;
        }
        assert_eq!(holder.names(&root).await, [""; 0], "{noun}");
    }
}

#[tokio::test]
async fn all_policies_of_one_holder_share_one_quota_that_white_space_does_not_count_towards() {
    let root = TestServer::new().await.root();
    for holder in HOLDERS {
        let holder = holder.made(&root).await;
        let (limit, half) = (holder.limit, holder.limit / 2);
        let full = format!(
            "409 LimitExceeded: Maximum policy size of {limit} bytes exceeded for {} x",
            holder.noun.to_lowercase()
        );
        holder.put(&root, "too-long", &sized(limit + 1), &full).await;
        holder.put(&root, "one", &sized(half), "200").await;
        holder.put(&root, "two", &sized(half), "200").await;
        holder.put(&root, "three", &sized(100), &full).await;
        // What is replaced does not count.
        holder.put(&root, "two", &sized(half), "200").await;
        holder.put(&root, "two", &sized(half + 1), &full).await;
        holder.put(&root, "two", &sized(half - 100), "200").await;
        holder.put(&root, "three", &sized(100), "200").await;
        assert_eq!(holder.names(&root).await, ["one", "three", "two"]);
    }
}

#[tokio::test]
async fn names_are_listed_in_pages() {
    let root = TestServer::new().await.root();
    for holder in HOLDERS {
        let holder = holder.made(&root).await;
        for name in ["e", "b", "d", "a", "c"] {
            holder.put(&root, name, &allowing("s3:GetObject"), "200").await;
        }
        let listing = format!("List{}Policies", holder.noun);
        let pages = root.pages(&listing, &[(holder.member, "x")], 2, "member").await;
        assert_eq!(pages, [vec!["a", "b"], vec!["c", "d"], vec!["e"]]);
    }
}

#[tokio::test]
async fn a_policy_grants_from_the_next_request_on_until_it_is_deleted() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    assert_eq!(ana.iam("ListUsers", &[]).await.status, 403);
    root.allow("ana", &allowing("iam:ListUsers")).await;
    assert_eq!(ana.iam("ListUsers", &[]).await.status, 200);
    root.allow("ana", &allowing("iam:ListGroups")).await;
    assert_eq!(ana.iam("ListUsers", &[]).await.status, 403);
    root.must("DeleteUserPolicy", &[("UserName", "ana"), ("PolicyName", "test")]).await;
    assert_eq!(ana.iam("ListGroups", &[]).await.status, 403);
}

#[tokio::test]
async fn a_role_s_policies_count_in_sessions_that_are_open() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    root.create_role("x").await;
    root.allow("ana", &allowing("sts:AssumeRole")).await;
    let session = ana.assume("arn:aws:iam::123456789012:role/x", "session", &[]).await.unwrap();
    assert_eq!(session.iam("ListUsers", &[]).await.status, 403);
    HOLDERS[2].put(&root, "p", &allowing("iam:ListUsers"), "200").await;
    assert_eq!(session.iam("ListUsers", &[]).await.status, 200);
}
