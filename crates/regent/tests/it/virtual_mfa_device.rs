//! Virtual MFA devices as things: made, listed, tagged.

use base64::Engine as _;

use crate::mfa_device::{ANA, make, prove, with_device};
use crate::support::TestServer;

#[tokio::test]
async fn a_seed_and_its_picture_are_shown_once() {
    let root = TestServer::new().await.root();
    let tag = [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "blue")];
    let params =
        [&[("VirtualMFADeviceName", "a+b=c,d.e@f-g_h"), ("Path", "/test//double/")][..], &tag].concat();
    let made = root.must("CreateVirtualMFADevice", &params).await;
    assert_eq!(
        made.children("VirtualMFADevice"),
        ["SerialNumber", "Base32StringSeed", "QRCodePNG", "Tags"],
        "{}",
        made.body
    );
    assert_eq!(made.text("SerialNumber"), "arn:aws:iam::123456789012:mfa/test//double/a+b=c,d.e@f-g_h");
    let decode = |text: String| base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    let seed = decode(made.text("Base32StringSeed"));
    assert_eq!(seed.len(), 64);
    assert_eq!(data_encoding::BASE32_NOPAD.decode(&seed).unwrap().len(), 40);
    assert!(decode(made.text("QRCodePNG")).starts_with(b"\x89PNG\r\n\x1a\n"));
    let listed = root.must("ListVirtualMFADevices", &[]).await;
    assert_eq!(listed.children("member"), ["SerialNumber"], "{}", listed.body);
    let bare = root.must("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "bare")]).await;
    assert_eq!(bare.children("VirtualMFADevice"), ["SerialNumber", "Base32StringSeed", "QRCodePNG"]);
    assert_ne!(decode(bare.text("Base32StringSeed")), seed);
}

#[tokio::test]
async fn devices_are_listed_in_pages_however_long_their_names_are() {
    let root = TestServer::new().await.root();
    let names: Vec<String> = ["a", "b", "c", "d", "e"].iter().map(|letter| letter.repeat(226)).collect();
    for name in &names {
        make(&root, name).await;
    }
    let pages = root.pages("ListVirtualMFADevices", &[], 2, "SerialNumber").await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
    let listed: Vec<String> = pages.concat();
    let expected: Vec<String> =
        names.iter().map(|name| format!("arn:aws:iam::123456789012:mfa/{name}")).collect();
    assert_eq!(listed, expected);
    for (name, path, most) in [("f".repeat(227), "/", 226), ("f".repeat(222), "/long/", 221)] {
        let shape = format!(
            "400 ValidationError: 1 validation error detected: Value at 'virtualMFADeviceName' failed to satisfy \
             constraint: Member must have length less than or equal to {most}"
        );
        let params = [("VirtualMFADeviceName", name.as_str()), ("Path", path)];
        root.answers("CreateVirtualMFADevice", &params, &shape).await;
    }
}

#[tokio::test]
async fn a_listing_shows_those_that_are_somebodys_or_those_that_are_not() {
    let (_server, root, seed) = with_device().await;
    make(&root, "spare").await;
    assert_eq!(prove(&root, "EnableMFADevice", &seed, [-1, 0]).await.shape(), "200");
    let spare = "arn:aws:iam::123456789012:mfa/spare";
    for (status, expected) in [("Assigned", &[ANA][..]), ("Unassigned", &[spare]), ("Any", &[ANA, spare])] {
        let listed = root.must("ListVirtualMFADevices", &[("AssignmentStatus", status)]).await;
        assert_eq!(listed.all("SerialNumber"), expected, "{status}");
    }
}

#[tokio::test]
async fn tags_of_a_device_are_set_replaced_and_removed() {
    let (_server, root, _seed) = with_device().await;
    let tagged = [
        ("SerialNumber", ANA),
        ("Tags.member.1.Key", "team"),
        ("Tags.member.1.Value", "blue"),
        ("Tags.member.2.Key", "a"),
        ("Tags.member.2.Value", "1"),
        ("Tags.member.3.Key", "bb"),
        ("Tags.member.3.Value", "2"),
    ];
    root.must("TagMFADevice", &tagged).await;
    let pages = root.pages("ListMFADeviceTags", &[("SerialNumber", ANA)], 1, "Key").await;
    assert_eq!(pages, [["a"], ["bb"], ["team"]]);
    let again = [("SerialNumber", ANA), ("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "red")];
    root.must("TagMFADevice", &again).await;
    root.must("UntagMFADevice", &[("SerialNumber", ANA), ("TagKeys.member.1", "A")]).await;
    let listed = root.must("ListMFADeviceTags", &[("SerialNumber", ANA)]).await;
    assert_eq!(
        (listed.all("Key"), listed.all("Value")),
        (vec!["bb".into(), "Team".into()], vec!["2".into(), "red".into()])
    );
    let twice = [
        ("SerialNumber", ANA),
        ("Tags.member.1.Key", "x"),
        ("Tags.member.1.Value", "1"),
        ("Tags.member.2.Key", "X"),
        ("Tags.member.2.Value", "2"),
    ];
    let duplicate =
        "400 InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive.";
    root.answers("TagMFADevice", &twice, duplicate).await;
    root.answers(
        "CreateVirtualMFADevice",
        &[&[("VirtualMFADeviceName", "x")][..], &twice[1..]].concat(),
        duplicate,
    )
    .await;
}

#[tokio::test]
async fn tags_of_request_and_device_are_conditions() {
    let server = TestServer::new().await;
    let root = server.root();
    let ana = server.user("ana").await;
    root.allow(
        "ana",
        r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":["iam:CreateVirtualMFADevice","iam:TagMFADevice"],"Resource":"*",
             "Condition":{"StringEquals":{"aws:RequestTag/team":"blue"}}},
            {"Effect":"Allow","Action":"iam:DeleteVirtualMFADevice","Resource":"*",
             "Condition":{"StringEquals":{"aws:ResourceTag/team":"blue"}}}]}"#,
    )
    .await;
    for (device, team, status) in [("a", "blue", 200), ("b", "red", 403)] {
        let params =
            [("VirtualMFADeviceName", device), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", team)];
        assert_eq!(ana.iam("CreateVirtualMFADevice", &params).await.status, status, "{team}");
    }
    make(&root, "plain").await;
    for (serial, status) in [
        ("arn:aws:iam::123456789012:mfa/plain", 403),
        ("arn:aws-cn:iam::123456789012:mfa/a", 403),
        ("arn:aws:iam::123456789012:mfa/a", 200),
    ] {
        let answer = ana.iam("DeleteVirtualMFADevice", &[("SerialNumber", serial)]).await;
        assert_eq!(answer.status, status, "{serial}: {}", answer.body);
    }
}
