//! The bundled data against itself, and against facts that anybody can look up in the Service Authorization Reference.

use std::collections::BTreeSet;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

fn bundled() -> Catalogue {
    Catalogue::read(BUNDLED).unwrap()
}

#[test]
fn the_bundled_data_is_what_its_notice_says() {
    let pin = include_str!("../../data/SOURCE.toml");
    let catalogue = bundled();
    assert!(pin.contains(&format!("version = \"{}\"", catalogue.version())), "{catalogue:?}");
    assert!(pin.contains(&format!("Its data is of {}.", catalogue.date())), "{catalogue:?}");
    assert_eq!(Catalogue::bundled().date(), catalogue.date());
}

#[test]
fn the_bundled_data_is_whole() {
    let catalogue = bundled();
    let (services, actions) = (catalogue.services().len(), catalogue.actions.len());
    assert!(services > 400 && actions > 20_000, "{services} services, {actions} actions");
    for service in catalogue.services() {
        assert_eq!(service.prefix(), service.prefix().to_ascii_lowercase());
        assert_eq!(catalogue.service(service.prefix()).unwrap().title(), service.title());
        let keys: BTreeSet<_> = service.condition_keys().map(ConditionKey::name).collect();
        for resource_type in service.resource_types() {
            assert!(service.resource_type(resource_type.name()).is_some(), "{resource_type:?}");
            assert!(
                resource_type.arns().all(|arn| arn.starts_with("arn:${Partition}:")),
                "{resource_type:?}"
            );
            assert!(resource_type.condition_keys().all(|key| keys.contains(key.name())), "{resource_type:?}");
        }
        for action in service.actions() {
            let found = catalogue.action(&action.to_string().to_ascii_uppercase()).unwrap();
            assert_eq!(found.to_string(), action.to_string());
            assert!(action.condition_keys().all(|key| keys.contains(key.name())), "{action}");
            let types: BTreeSet<_> = action.resources().map(|used| used.resource_type().name()).collect();
            assert_eq!(types.len(), action.resources().len(), "{action}");
            assert!(types.iter().all(|name| service.resource_type(name).is_some()), "{action}");
            let used = action.resources().flat_map(ResourceUse::condition_keys);
            assert!({ used }.all(|key| keys.contains(key.name())), "{action}");
        }
    }
    for key in catalogue.condition_keys() {
        assert_eq!(catalogue.key(key.name()), Some(key));
    }
}

/// The service, the action, its level, its types of resources (a star for the required), and some of its keys.
#[track_caller]
fn check(name: &str, level: AccessLevel, resources: &[&str], keys: &[&str]) {
    let catalogue = Catalogue::bundled();
    let action = catalogue.action(name).unwrap();
    assert_eq!(action.to_string(), name);
    assert_eq!(action.access_level(), level, "{name}");
    let star = |is_required| if is_required { "*" } else { "" };
    let found: Vec<_> = action
        .resources()
        .map(|used| format!("{}{}", used.resource_type().name(), star(used.is_required())))
        .collect();
    assert_eq!(found, resources, "{name}");
    assert_eq!(action.is_wildcard_only(), resources.is_empty(), "{name}");
    for key in keys {
        assert!(action.lists(catalogue.key(key).unwrap()), "{name} {key}");
    }
}

#[test]
fn actions_are_as_the_reference_has_them() {
    use AccessLevel::{List, PermissionsManagement, Read, Tagging, Write};
    check("s3:GetObject", Read, &["accesspointobject", "object"], &["s3:ExistingObjectTag/team"]);
    check("s3:ListAllMyBuckets", List, &[], &[]);
    check("s3:PutBucketPolicy", PermissionsManagement, &["bucket*"], &["s3:TlsVersion"]);
    check("iam:PassRole", Write, &["role*"], &["iam:PassedToService", "iam:AssociatedResourceArn"]);
    check("iam:TagRole", Tagging, &["role*"], &["aws:RequestTag/team", "aws:TagKeys"]);
    check("iam:AttachRolePolicy", PermissionsManagement, &["role*"], &["iam:PolicyARN"]);
    check("sts:GetCallerIdentity", Read, &[], &[]);
    check("sts:AssumeRole", Write, &["role*"], &["sts:ExternalId", "sts:RoleSessionName"]);
    check("kms:Decrypt", Write, &["key*"], &["kms:ViaService", "kms:EncryptionContext:app"]);
    check("codeconnections:UseConnection", Read, &["Connection*"], &["codeconnections:FullRepositoryId"]);
}

#[test]
fn launching_an_instance_takes_much() {
    let action = Catalogue::bundled().action("ec2:RunInstances").unwrap();
    let required: Vec<_> = action
        .resources()
        .filter(|used| used.is_required())
        .map(|used| used.resource_type().name())
        .collect();
    assert!(action.resources().len() > 12, "{required:?}");
    for name in ["image", "instance", "network-interface", "security-group", "subnet"] {
        assert!(required.contains(&name), "{name}: {required:?}");
    }
    let instance = action.resources().find(|used| used.resource_type().name() == "instance").unwrap();
    assert!(instance.condition_keys().any(|key| key.name() == "ec2:InstanceType"));
}

#[test]
fn services_have_names_and_say_if_resource_control_policies_reach_them() {
    let catalogue = Catalogue::bundled();
    let service = |prefix| catalogue.service(prefix).unwrap();
    assert_eq!((service("S3").prefix(), service("S3").title()), ("s3", "Amazon S3"));
    assert!(
        service("s3").supports_rcps() && service("sts").supports_rcps() && service("kms").supports_rcps()
    );
    assert!(!service("ec2").supports_rcps() && !service("iam").supports_rcps());
    assert!(catalogue.service("").is_none() && catalogue.service("s4").is_none());
}

#[track_caller]
fn check_key(name: &str, known_as: &str, key_type: KeyType, is_multivalued: bool) {
    let key = Catalogue::bundled().key(name).unwrap_or_else(|| panic!("{name}"));
    assert_eq!((key.name(), key.key_type(), key.is_multivalued()), (known_as, key_type, is_multivalued));
}

#[test]
fn keys_are_found_by_any_spelling_and_with_any_filling() {
    check_key("AWS:sourceip", "aws:SourceIp", KeyType::IpAddress, false);
    check_key("aws:PrincipalTag/a/b", "aws:PrincipalTag/${TagKey}", KeyType::String, false);
    check_key("aws:PrincipalTag/${TagKey}", "aws:PrincipalTag/${TagKey}", KeyType::String, false);
    check_key("aws:tagkeys", "aws:TagKeys", KeyType::String, true);
    check_key("aws:PrincipalOrgPaths", "aws:PrincipalOrgPaths", KeyType::String, true);
    check_key("aws:SourceVpcArn", "aws:SourceVpcArn", KeyType::Arn, false);
    check_key("aws:TokenIssueTime", "aws:TokenIssueTime", KeyType::Date, false);
    check_key("aws:MultiFactorAuthAge", "aws:MultiFactorAuthAge", KeyType::Numeric, false);
    check_key("aws:SecureTransport", "aws:SecureTransport", KeyType::Bool, false);
    check_key("s3:ExistingObjectTag/team", "s3:ExistingObjectTag/<key>", KeyType::String, false);
    check_key(
        "kms:EncryptionContext:app",
        "kms:EncryptionContext:${EncryptionContextKey}",
        KeyType::String,
        false,
    );
    check_key("kms:EncryptionContextKeys", "kms:EncryptionContextKeys", KeyType::String, true);
    check_key("events:Metadata/x/Matcher", "events:Metadata/${MetadataKey}/Matcher", KeyType::String, false);
    check_key("events:Metadata/x", "events:Metadata/${MetadataKey}", KeyType::String, true);
    check_key("sts:RequestContextProviders", "sts:RequestContextProviders", KeyType::Arn, true);
    check_key("identitystore:UserId", "identitystore:UserId", KeyType::String, false);
    check_key("saml:edupersonaffiliation", "saml:edupersonaffiliation", KeyType::String, true);
}

#[test]
fn keys_of_identity_providers_are_found_by_host() {
    check_key(
        "token.actions.githubusercontent.com:repository",
        "token.actions.githubusercontent.com:repository",
        KeyType::String,
        false,
    );
    check_key("token.actions.githubusercontent.com:sub", "${Provider}:sub", KeyType::String, false);
    check_key("oidc.eks.eu-west-1.amazonaws.com/id/ABC:aud", "${Provider}:aud", KeyType::String, false);
    check_key("accounts.google.com:sub", "accounts.google.com:sub", KeyType::String, false);
}

#[test]
fn a_name_that_is_no_key_is_none() {
    for name in
        ["", ":", "s3", "s3:sub", "aws:", "aws:PrincipalTag", "aws:PrincipalTag/", "aws:Sourceip4", "ec2:é"]
    {
        assert_eq!(Catalogue::bundled().key(name), None, "{name}");
    }
}

#[test]
fn global_keys_are_global() {
    let catalogue = Catalogue::bundled();
    assert!(catalogue.global_keys().count() > 50);
    assert!(catalogue.global_key("aws:username").is_some());
    assert!(catalogue.global_key("aws:RequestTag/x").is_some());
    assert!(catalogue.global_key("s3:prefix").is_none());
    assert!(catalogue.global_key("aws:Nothing").is_none());
}

#[track_caller]
fn check_matching(pattern: &str, wanted: &[&str]) {
    let found: Vec<_> =
        Catalogue::bundled().actions_matching(pattern).map(|action| action.to_string()).collect();
    assert_eq!(found, wanted, "{pattern}");
}

#[test]
fn patterns_cover_actions_as_in_a_policy() {
    check_matching("STS:getcalleridentit?", &["sts:GetCallerIdentity"]);
    check_matching("sts:Assume*With*", &["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]);
    check_matching("st?:DecodeAuth*", &["sts:DecodeAuthorizationMessage"]);
    check_matching("*:DecodeAuthorizationMessage", &["sts:DecodeAuthorizationMessage"]);
    check_matching("sts", &[]);
    check_matching("nothing:*", &[]);
    check_matching("", &[]);
    let catalogue = Catalogue::bundled();
    assert_eq!(catalogue.actions_matching("*").count(), catalogue.actions.len());
    assert_eq!(catalogue.actions_matching("s3:*").count(), catalogue.service("s3").unwrap().actions().len());
}

#[track_caller]
fn check_nearest(name: &str, first: &str) {
    let found: Vec<_> = Catalogue::bundled().nearest_actions(name).iter().map(ToString::to_string).collect();
    assert!(found.len() <= 3, "{found:?}");
    assert_eq!(found.first().map(String::as_str), Some(first), "{name}: {found:?}");
}

#[test]
fn what_was_meant_is_near() {
    check_nearest("s3:GetObjct", "s3:GetObject");
    check_nearest("s3:GteObject", "s3:GetObject");
    check_nearest("s3:listbuckets", "s3:ListBucket");
    check_nearest("iamm:PassRol", "iam:PassRole");
    check_nearest("GetCallerIdentiy", "sts:GetCallerIdentity");
    let catalogue = Catalogue::bundled();
    assert_eq!(catalogue.nearest_services("lamda").first().unwrap().prefix(), "lambda");
    assert_eq!(catalogue.nearest_keys("aws:SourceIP4").first().unwrap().name(), "aws:SourceIp");
    let tag = catalogue.nearest_keys("aws:PrincipalTags/team");
    assert_eq!(tag.first().unwrap().name(), "aws:PrincipalTag/${TagKey}");
}

#[test]
fn nonsense_is_near_nothing() {
    let catalogue = Catalogue::bundled();
    for name in ["", "s3:", "s3:FlyToTheMoon", "nonsense:GetObject", &"x".repeat(100_000)] {
        assert!(catalogue.nearest_actions(name).is_empty(), "{name:.20}");
        assert!(catalogue.nearest_keys(name).is_empty(), "{name:.20}");
    }
}

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

const SMALL: &str = "regent-catalogue\t1\nsource\tp\t1\t2026-01-01\ncounts\t1\t2\t2\t2\n\
    key\ta:B\tArrayOfString\t\nkey\ta:c/${D}\tDate\tglobal\n\
    service\ts\tS\trcp\t0 1\ntype\tone\tarn:x arn:y\t\ntype\ttwo\tarn:z\t1\n\
    action\tDo\tW\t0\t0*\t1 0 1\naction\tSee\tR\t\n";

#[test]
fn another_catalogue_can_be_brought() {
    let catalogue = Catalogue::read(&packed(SMALL)).unwrap();
    let action = catalogue.action("s:do").unwrap();
    assert_eq!(
        format!("{:?}", action.resources().collect::<Vec<_>>()),
        "[ResourceUse(one*), ResourceUse(two)]"
    );
    assert_eq!(action.resources().next().unwrap().resource_type().arns().count(), 2);
    assert_eq!(action.resources().nth(1).unwrap().condition_keys().count(), 2);
    assert!(catalogue.action("s:see").unwrap().is_wildcard_only());
}

#[track_caller]
fn check_refused(from: &str, to: &str, because: &str) {
    assert!(SMALL.contains(from), "{from}");
    let error = Catalogue::read(&packed(&SMALL.replacen(from, to, 1))).unwrap_err();
    assert_eq!(error.to_string(), because);
}

#[test]
fn a_damaged_catalogue_is_refused() {
    let incomplete =
        "expected as many services, actions, resource types and keys as the catalogue says it has";
    check_refused(
        "catalogue\t1",
        "catalogue\t2",
        "expected a first line `regent-catalogue` with the version 1",
    );
    check_refused("action\tSee\tR\t\n", "", incomplete);
    let line =
        |number: usize, wanted: &str| format!("line {number} of the catalogue is damaged: expected {wanted}");
    check_refused("key\ta:B", "key\tz:B", &line(5, "names in order, each once"));
    check_refused("ArrayOfString", "ArrayOfStrings", &line(4, "a known type"));
    check_refused("\tglobal", "\tgalactic", &line(5, "`global`, `federation` or nothing"));
    check_refused("0 1\ntype", "0 2\ntype", &line(6, "the number of a key"));
    check_refused("1 0 1\n", "2 0 1\n", &line(9, "a type of the service"));
    check_refused("1 0 1\n", "-1 0 1\n", &line(9, "a number"));
    check_refused("service\ts\tS\trcp\t0 1\n", "", &line(6, "a service first"));
    check_refused("action\tSee\tR", "action\tSee\tX", &line(10, "`L`, `R`, `W`, `T` or `P`"));
    check_refused("action\tSee\tR\t\n", "action\tSee\n", &line(10, "an access level"));
    check_refused("action\tSee", "action\tDO", &line(10, "names in order, each once"));
    check_refused("action\tSee", "verb\tSee", &line(10, "`key`, `service`, `type` or `action`"));
}

#[test]
fn bytes_that_are_no_catalogue_are_refused() {
    let bundled = BUNDLED.len();
    for cut in [0, 1, 9, 10, 1000, bundled / 2, bundled - 9, bundled - 1] {
        assert!(Catalogue::read(&BUNDLED[..cut]).is_err(), "cut at {cut}");
    }
    assert!(matches!(Catalogue::read(b"plain"), Err(ReadCatalogueError::NotPacked(_))));
    let bomb = packed(&"\n".repeat(17 << 20));
    assert!(matches!(Catalogue::read(&bomb), Err(ReadCatalogueError::TooLong)));
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&[0xFF, 0xFE]).unwrap();
    assert!(matches!(Catalogue::read(&encoder.finish().unwrap()), Err(ReadCatalogueError::NotText)));
}
