//! MFA devices in somebody's hands: how they are given and taken, and that every code counts once.

use base64::Engine as _;

use crate::support::{Answer, Client, TestServer, allowing};

pub(crate) const ANA: &str = "arn:aws:iam::123456789012:mfa/ana";
const INVALID: &str = "403 InvalidAuthenticationCode: Authentication code for device is not valid.";

/// Makes a device and returns its seed.
pub(crate) async fn make(root: &Client, name: &str) -> String {
    root.must("CreateVirtualMFADevice", &[("VirtualMFADeviceName", name)]).await.text("Base32StringSeed")
}

/// Gives device `ana` to user `ana`, or resynchronizes it, with the codes of these steps from now.
pub(crate) async fn prove(root: &Client, action: &str, seed: &str, steps: [i64; 2]) -> Answer {
    let [first, second] = steps.map(|step| root.code(seed, step));
    let codes = [("AuthenticationCode1", first.as_str()), ("AuthenticationCode2", second.as_str())];
    root.iam(action, &[&[("UserName", "ana"), ("SerialNumber", ANA)][..], &codes].concat()).await
}

/// A server with user and device `ana`, and the device's seed.
pub(crate) async fn with_device() -> (TestServer, Client, String) {
    let server = TestServer::new().await;
    let root = server.root();
    root.must("CreateUser", &[("UserName", "ana")]).await;
    let seed = make(&root, "ana").await;
    (server, root, seed)
}

#[tokio::test]
async fn a_device_belongs_to_who_gave_two_codes_in_a_row() {
    let (_server, root, seed) = with_device().await;
    for (steps, shape) in [
        ([0, 0], INVALID),
        ([0, -1], INVALID),
        ([-1, 1], INVALID),
        ([11, 12], INVALID),
        ([-12, -11], INVALID),
        ([-1, 0], "200"),
        ([0, 1], "409 EntityAlreadyExists: MFA Device is already in use."),
    ] {
        assert_eq!(prove(&root, "EnableMFADevice", &seed, steps).await.shape(), shape, "{steps:?}");
    }
    let shown = root.must("GetMFADevice", &[("UserName", "ana"), ("SerialNumber", ANA)]).await;
    assert_eq!(shown.children("GetMFADeviceResult"), ["UserName", "SerialNumber", "EnableDate"]);
    assert_eq!(shown.text("EnableDate"), "2026-11-21T12:00:00Z");
    let listed = root.must("ListMFADevices", &[("UserName", "ana")]).await;
    assert_eq!(listed.children("ListMFADevicesResult"), ["MFADevices", "IsTruncated"]);
    assert_eq!(listed.children("member"), ["UserName", "SerialNumber", "EnableDate"]);
    let virtual_ones = root.must("ListVirtualMFADevices", &[]).await;
    assert_eq!(virtual_ones.children("member"), ["SerialNumber", "User", "EnableDate"]);
    assert_eq!(virtual_ones.children("User"), ["Path", "UserName", "UserId", "Arn", "CreateDate"]);

    // Whoever owns it need not say who that is.
    let ana = root.new_key_of("ana").await;
    root.allow("ana", &allowing("iam:*")).await;
    assert_eq!(ana.must("GetMFADevice", &[("SerialNumber", ANA)]).await.text("UserName"), "ana");
    assert_eq!(ana.must("ListMFADevices", &[]).await.all("SerialNumber"), [ANA]);
    ana.must("DeactivateMFADevice", &[("SerialNumber", ANA)]).await;
    assert_eq!(root.must("ListMFADevices", &[("UserName", "ana")]).await.text("MFADevices"), "");
}

#[tokio::test]
async fn no_code_counts_twice_even_after_the_device_changed_hands() {
    let (_server, root, seed) = with_device().await;
    assert_eq!(prove(&root, "EnableMFADevice", &seed, [-1, 0]).await.shape(), "200");
    let ana = root.new_key_of("ana").await;
    let session = |code: String| {
        let ana = ana.clone();
        async move { ana.sts("GetSessionToken", &[("SerialNumber", ANA), ("TokenCode", &code)]).await.status }
    };
    assert_eq!(session(root.code(&seed, 0)).await, 403, "used to enable it");
    assert_eq!(session(root.code(&seed, 1)).await, 200);
    assert_eq!(session(root.code(&seed, 1)).await, 403);
    for (steps, shape) in [([0, 1], INVALID), ([1, 2], INVALID), ([2, 3], "200"), ([2, 3], INVALID)] {
        assert_eq!(prove(&root, "ResyncMFADevice", &seed, steps).await.shape(), shape, "{steps:?}");
    }
    root.must("DeactivateMFADevice", &[("UserName", "ana"), ("SerialNumber", ANA)]).await;
    for (steps, shape) in [([2, 3], INVALID), ([3, 4], INVALID), ([4, 5], "200")] {
        assert_eq!(prove(&root, "EnableMFADevice", &seed, steps).await.shape(), shape, "{steps:?}");
    }
}

#[tokio::test]
async fn a_slow_clock_is_remembered() {
    let (server, root, seed) = with_device().await;
    assert_eq!(prove(&root, "EnableMFADevice", &seed, [-9, -8]).await.shape(), "200");
    let ana = root.new_key_of("ana").await;
    for (step, status) in [(0, 403), (-6, 403), (-7, 200)] {
        let code = root.code(&seed, step);
        let answer = ana.sts("GetSessionToken", &[("SerialNumber", ANA), ("TokenCode", &code)]).await;
        assert_eq!(answer.status, status, "{step}: {}", answer.body);
    }
    assert_eq!(prove(&root, "ResyncMFADevice", &seed, [1, 2]).await.shape(), "200");
    let code = root.code(&seed, 3);
    let answer = ana.sts("GetSessionToken", &[("SerialNumber", ANA), ("TokenCode", &code)]).await;
    answer.credentials(&server).unwrap();
}

#[tokio::test]
async fn what_is_refused_is_refused_in_the_words_of_iam() {
    let (_server, root, seed) = with_device().await;
    root.must("CreateUser", &[("UserName", "bob")]).await;
    assert_eq!(prove(&root, "EnableMFADevice", &seed, [-1, 0]).await.shape(), "200");
    let missing =
        |serial: &str| format!("404 NoSuchEntity: MFA Device with serial number {serial} does not exist.");
    let nothing = "arn:aws:iam::123456789012:mfa/nothing";
    let other_partition = "arn:aws-cn:iam::123456789012:mfa/ana";
    let no_arn = "GAHT12345678";
    let codes = [("AuthenticationCode1", "123456"), ("AuthenticationCode2", "654321")];
    for serial in [nothing, other_partition, no_arn, "arn:aws:iam::123456789012:user/ana"] {
        let of_ana = [("UserName", "ana"), ("SerialNumber", serial)];
        let with_codes = [&of_ana[..], &codes].concat();
        for (action, params) in [
            ("DeleteVirtualMFADevice", &of_ana[1..]),
            ("ListMFADeviceTags", &of_ana[1..]),
            ("UntagMFADevice", &[("SerialNumber", serial), ("TagKeys.member.1", "a")]),
            (
                "TagMFADevice",
                &[("SerialNumber", serial), ("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "b")],
            ),
            ("DeactivateMFADevice", &of_ana),
            ("GetMFADevice", &of_ana),
            ("EnableMFADevice", &with_codes),
            ("ResyncMFADevice", &with_codes),
        ] {
            root.answers(action, params, &missing(serial)).await;
        }
    }
    // Somebody else's device is missed like one that is not there.
    let of_bob = [("UserName", "bob"), ("SerialNumber", ANA)];
    for action in ["DeactivateMFADevice", "GetMFADevice"] {
        root.answers(action, &of_bob, &missing(ANA)).await;
        root.answers(action, &of_bob[1..], &missing(ANA)).await;
    }
    root.answers("ResyncMFADevice", &[&of_bob[..], &codes].concat(), &missing(ANA)).await;
    // Nobody reaches into another account, not even to learn that there is nothing.
    let foreign = "arn:aws:iam::210987654321:mfa/ana";
    let message = format!(
        "403 AccessDenied: User: arn:aws:iam::123456789012:root is not authorized to perform: iam:ListMFADeviceTags on \
         resource: {foreign} because no resource-based policy allows the iam:ListMFADeviceTags action"
    );
    root.answers("ListMFADeviceTags", &[("SerialNumber", foreign)], &message).await;
    root.answers("GetMFADevice", &[("UserName", "ana"), ("SerialNumber", foreign)], &missing(foreign)).await;
    let of_nobody = [("UserName", "nobody"), ("SerialNumber", nothing)];
    let no_user = "404 NoSuchEntity: The user with name nobody cannot be found.";
    for (action, params) in [
        ("EnableMFADevice", [&of_nobody[..], &codes].concat()),
        ("ResyncMFADevice", [&of_nobody[..], &codes].concat()),
        ("DeactivateMFADevice", of_nobody.to_vec()),
        ("GetMFADevice", of_nobody.to_vec()),
        ("ListMFADevices", of_nobody[..1].to_vec()),
    ] {
        root.answers(action, &params, no_user).await;
    }
    for (action, params, shape) in [
        (
            "CreateVirtualMFADevice",
            &[("VirtualMFADeviceName", "ana")][..],
            "409 EntityAlreadyExists: MFA device already exists.",
        ),
        ("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "ana"), ("Path", "/other/")], "200"),
        (
            "DeleteVirtualMFADevice",
            &[("SerialNumber", ANA)],
            "409 DeleteConflict: MFA VirtualDevice in use. Must deactivate first.",
        ),
        (
            "DeleteUser",
            &[("UserName", "ana")],
            "409 DeleteConflict: Cannot delete entity, must remove referenced objects first.",
        ),
        ("ListVirtualMFADevices", &[("Marker", "garbage")], "400 ValidationError: Invalid Marker."),
        (
            "ListVirtualMFADevices",
            &[("AssignmentStatus", "Some")],
            "400 ValidationError: 1 validation error detected: Value at 'assignmentStatus' failed to satisfy \
             constraint: Member must satisfy enum value set",
        ),
        ("DeactivateMFADevice", &[("UserName", "ana"), ("SerialNumber", ANA)], "200"),
        ("DeleteVirtualMFADevice", &[("SerialNumber", ANA)], "200"),
        ("DeleteUser", &[("UserName", "ana")], "200"),
    ] {
        root.answers(action, params, shape).await;
    }
}

#[tokio::test]
async fn a_user_has_eight_devices_at_most() {
    let server = TestServer::new().await;
    let root = server.root();
    root.must("CreateUser", &[("UserName", "ana")]).await;
    for number in 0..9 {
        let name = format!("device{number}");
        let seed = make(&root, &name).await;
        let serial = format!("arn:aws:iam::123456789012:mfa/{name}");
        let codes = [root.code(&seed, -1), root.code(&seed, 0)];
        let params = [
            ("UserName", "ana"),
            ("SerialNumber", &serial),
            ("AuthenticationCode1", &codes[0]),
            ("AuthenticationCode2", &codes[1]),
        ];
        let shape = if number < 8 {
            "200"
        } else {
            "409 LimitExceeded: Cannot exceed quota for MFADevicesPerUser: 8"
        };
        root.answers("EnableMFADevice", &params, shape).await;
    }
    let pages = root.pages("ListMFADevices", &[("UserName", "ana")], 3, "SerialNumber").await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 2]);
    assert!(pages.concat().is_sorted());
}

/// The policy that AWS's guide gives users to look after their own device.
#[tokio::test]
async fn a_user_can_be_let_look_after_a_device_of_its_own_name() {
    let server = TestServer::new().await;
    let root = server.root();
    let ana = server.user("ana").await;
    server.user("bob").await;
    root.allow(
        "ana",
        r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":["iam:CreateVirtualMFADevice","iam:DeleteVirtualMFADevice"],
             "Resource":"arn:aws:iam::*:mfa/${aws:username}"},
            {"Effect":"Allow","Action":["iam:EnableMFADevice","iam:ResyncMFADevice","iam:ListMFADevices"],
             "Resource":"arn:aws:iam::*:user/${aws:username}"}]}"#,
    )
    .await;
    let denied = |action: &str, resource: &str| {
        format!(
            "403 AccessDenied: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: iam:{action} on \
             resource: arn:aws:iam::123456789012:{resource} because no identity-based policy allows the iam:{action} \
             action"
        )
    };
    ana.answers(
        "CreateVirtualMFADevice",
        &[("VirtualMFADeviceName", "bob")],
        &denied("CreateVirtualMFADevice", "mfa/bob"),
    )
    .await;
    let tagged =
        [("VirtualMFADeviceName", "ana"), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "blue")];
    ana.answers("CreateVirtualMFADevice", &tagged, &denied("TagMFADevice", "mfa/ana")).await;
    let seed = make(&ana, "ana").await;
    let codes = [ana.code(&seed, -1), ana.code(&seed, 0)];
    let params = |user| {
        vec![
            ("UserName", user),
            ("SerialNumber", ANA),
            ("AuthenticationCode1", codes[0].as_str()),
            ("AuthenticationCode2", codes[1].as_str()),
        ]
    };
    ana.answers("EnableMFADevice", &params("bob"), &denied("EnableMFADevice", "user/bob")).await;
    ana.answers("EnableMFADevice", &params("ana"), "200").await;
    assert_eq!(ana.must("ListMFADevices", &[]).await.all("SerialNumber"), [ANA]);
    ana.answers("DeactivateMFADevice", &[("SerialNumber", ANA)], &denied("DeactivateMFADevice", "user/ana"))
        .await;
}

#[tokio::test]
async fn neither_seeds_nor_codes_are_in_the_audit_trail() {
    let (server, root, seed) = with_device().await;
    for steps in [[1, -1], [-1, 0]] {
        prove(&root, "EnableMFADevice", &seed, steps).await;
    }
    prove(&root, "ResyncMFADevice", &seed, [1, 2]).await;
    let records = server.records();
    let asked: Vec<_> = records.iter().filter_map(|record| record["eventName"].as_str()).collect();
    let expected =
        ["CreateUser", "CreateVirtualMFADevice", "EnableMFADevice", "EnableMFADevice", "ResyncMFADevice"];
    assert_eq!(asked, expected);
    let trail = serde_json::to_string(&records).unwrap();
    let text = base64::engine::general_purpose::STANDARD.decode(&seed).unwrap();
    let codes = (-1..=2).map(|step| format!("\"{}\"", root.code(&seed, step)));
    for secret in codes.chain([seed.clone(), String::from_utf8(text).unwrap()]) {
        assert!(!trail.contains(&secret), "{secret} in {trail}");
    }
}

#[tokio::test]
async fn who_is_no_user_must_say_whose_devices_are_meant() {
    let server = TestServer::new().await;
    let root = server.root();
    assert_eq!(root.must("ListMFADevices", &[]).await.text("MFADevices"), "", "those of root itself");
    let ana = server.user("ana").await;
    root.allow("ana", &allowing("sts:AssumeRole")).await;
    root.create_role("worker").await;
    root.allow_role("worker", &allowing("iam:*")).await;
    let session = ana.assume("arn:aws:iam::123456789012:role/worker", "day", &[]).await.unwrap();
    let shape = "400 ValidationError: Must specify userName when calling with non-User credentials";
    for (action, params) in [
        ("ListMFADevices", &[][..]),
        ("GetMFADevice", &[("SerialNumber", ANA)]),
        ("DeactivateMFADevice", &[("SerialNumber", ANA)]),
    ] {
        session.answers(action, params, shape).await;
    }
    assert_eq!(session.must("ListMFADevices", &[("UserName", "ana")]).await.text("MFADevices"), "");
}
