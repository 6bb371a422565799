//! Console sign-in: no text leads anywhere but to the console.

use regent_broker::Partition;
use regent_broker::console::{ConsoleSite, DestinationError, Wanted};

fn aws() -> ConsoleSite {
    ConsoleSite::of_aws(Partition::Aws).unwrap()
}

fn own() -> ConsoleSite {
    ConsoleSite::own("https://regent.example/federation", "https://regent.example/").unwrap()
}

#[track_caller]
fn check(site: &ConsoleSite, wanted: Wanted<'_>, region: Option<&str>, expected: &str) {
    let told = match site.destination(wanted, region) {
        Ok(url) => url.to_string(),
        Err(error) => error.to_string(),
    };
    assert_eq!(told, expected, "{wanted:?}");
}

#[test]
fn a_page_is_on_the_host_of_its_partition_and_region() {
    use Wanted::{Home, Page, Service};
    let china = ConsoleSite::of_aws(Partition::AwsCn).unwrap();
    let gov = ConsoleSite::of_aws(Partition::AwsUsGov).unwrap();
    for (site, wanted, region, expected) in [
        (aws(), Home, None, "https://console.aws.amazon.com/console/home"),
        (aws(), Home, Some("us-east-1"), "https://console.aws.amazon.com/console/home?region=us-east-1"),
        (
            aws(),
            Home,
            Some("eu-west-1"),
            "https://eu-west-1.console.aws.amazon.com/console/home?region=eu-west-1",
        ),
        (
            aws(),
            Service("EC2"),
            Some("eu-west-1"),
            "https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1",
        ),
        (aws(), Service("cfn"), None, "https://console.aws.amazon.com/cloudformation/home"),
        (
            aws(),
            Service("logs"),
            Some("eu-west-1"),
            "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups",
        ),
        (aws(), Page("/s3/home?x=y#z"), None, "https://console.aws.amazon.com/s3/home?x=y#z"),
        (aws(), Page("/s3/home"), Some("eu-west-1"), "https://eu-west-1.console.aws.amazon.com/s3/home"),
        (aws(), Page("/"), None, "https://console.aws.amazon.com/"),
        (aws(), Page("/a/../..//evil.example"), None, "https://console.aws.amazon.com//evil.example"),
        (aws(), Page("/@evil.example"), None, "https://console.aws.amazon.com/@evil.example"),
        (aws(), Page("https://console.aws.amazon.com"), None, "https://console.aws.amazon.com/"),
        (aws(), Page("https://console.aws.amazon.com/?a"), None, "https://console.aws.amazon.com/?a"),
        (
            aws(),
            Page("https://ap-southeast-2.console.aws.amazon.com/lambda/home#/f"),
            Some("eu-west-1"),
            "https://ap-southeast-2.console.aws.amazon.com/lambda/home#/f",
        ),
        (china.clone(), Home, None, "https://console.amazonaws.cn/console/home"),
        (
            china,
            Home,
            Some("cn-northwest-1"),
            "https://cn-northwest-1.console.amazonaws.cn/console/home?region=cn-northwest-1",
        ),
        (
            gov.clone(),
            Home,
            Some("us-gov-west-1"),
            "https://console.amazonaws-us-gov.com/console/home?region=us-gov-west-1",
        ),
        (
            gov,
            Page("https://us-gov-east-1.console.amazonaws-us-gov.com/"),
            None,
            "https://us-gov-east-1.console.amazonaws-us-gov.com/",
        ),
        (own(), Home, Some("eu-west-1"), "https://regent.example/"),
        (own(), Page("/app/users?q=a#b"), None, "https://regent.example/app/users?q=a#b"),
        (own(), Page("https://regent.example/app"), None, "https://regent.example/app"),
    ] {
        check(&site, wanted, region, expected);
    }
}

const MALFORMED: &str = "expected a path that begins with one `/`, or an `https` address of the console, of at most \
                         2048 printable ASCII characters without `\\`";

/// Texts that lead elsewhere, or that one reader takes for another address than the next.
const REFUSED: [&str; 58] = [
    "",
    " ",
    "//evil.example",
    "///evil.example",
    "//evil.example/console.aws.amazon.com",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/a b",
    "/a\r\nSet-Cookie: a=b",
    "/\u{0}",
    "/\u{7f}",
    "/é",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,a",
    "blob:https://console.aws.amazon.com/a",
    "file:///etc/passwd",
    "ftp://console.aws.amazon.com/",
    "about:blank",
    "console.aws.amazon.com",
    "console.aws.amazon.com/ec2",
    "https:console.aws.amazon.com",
    "https:/console.aws.amazon.com",
    "https:///console.aws.amazon.com",
    "https:\\\\console.aws.amazon.com",
    "HTTPS://console.aws.amazon.com",
    "https://CONSOLE.aws.amazon.com",
    "http://console.aws.amazon.com/",
    "https://console.aws.amazon.com.evil.example/",
    "https://evilconsole.aws.amazon.com/",
    "https://evil.console.aws.amazon.com/",
    "https://eu-west-1.evil.console.aws.amazon.com/",
    "https://cn-north-1.console.aws.amazon.com/",
    "https://.console.aws.amazon.com/",
    "https://console.aws.amazon.com./",
    "https://console.aws.amazon.com@evil.example/",
    "https://console.aws.amazon.com:a@evil.example/",
    "https://user@console.aws.amazon.com/",
    "https://@console.aws.amazon.com/",
    "https://:@console.aws.amazon.com/",
    "https://evil.example\\@console.aws.amazon.com/",
    "https://evil.example#@console.aws.amazon.com/",
    "https://evil.example?console.aws.amazon.com/",
    "https://console.aws.amazon.com:443/",
    "https://console.aws.amazon.com:8443/",
    "https://console.aws.amazon.com:/",
    "https://console%2eaws.amazon.com/",
    "https://console\u{3002}aws\u{3002}amazon\u{3002}com/",
    "https://console\u{ff0e}aws.amazon.com/",
    "https://cons\u{43e}le.aws.amazon.com/",
    "https://console.aws.ama\u{ad}zon.com/",
    "https://signin.aws.amazon.com/",
];

#[test]
fn what_leads_elsewhere_is_refused() {
    let long = format!("/{}", "a".repeat(2_048));
    for text in REFUSED.into_iter().chain(["https://[::1]/", "https://127.0.0.1/", &long]) {
        for site in [aws(), own()] {
            let refused = site.destination(Wanted::Page(text), None);
            let is_refused = matches!(refused, Err(DestinationError::Malformed | DestinationError::Host(_)));
            assert!(is_refused, "{text:?}: {refused:?}");
        }
    }
    for text in ["https://console.aws.amazon.com/", "https://regent.example.evil/", "http://regent.example/"]
    {
        assert!(
            matches!(own().destination(Wanted::Page(text), None), Err(DestinationError::Host(_))),
            "{text}"
        );
    }
}

#[test]
fn a_refusal_says_what_would_do() {
    use Wanted::{Home, Page, Service};
    for (site, wanted, region, expected) in [
        (aws(), Page("//evil.example"), None, MALFORMED),
        (aws(), Page("https://evil.example/"), None, "`evil.example` is no host of this console"),
        (
            aws(),
            Service("zzz"),
            None,
            "`zzz` is no service with a short name: give the path of its page, such as `/ec2/home`",
        ),
        (aws(), Home, Some("cn-north-1"), "`cn-north-1` is no Region of `aws`"),
        (aws(), Home, Some("evil.example/"), "`evil.example/` is no Region of `aws`"),
        (aws(), Page("/"), Some("x"), "`x` is no Region of `aws`"),
        (own(), Service("ec2"), None, "this console has no pages of services: give a path"),
    ] {
        check(&site, wanted, region, expected);
    }
}

#[test]
fn whatever_the_text_the_page_is_on_a_host_of_the_console() {
    use proptest::prelude::*;
    let piece = prop_oneof![
        Just("https://".to_owned()),
        Just("console.aws.amazon.com".to_owned()),
        Just("eu-west-1.".to_owned()),
        Just("evil.example".to_owned()),
        "[/\\\\@:#?%.\\t\\n 0-9a-z]{0,3}",
        any::<char>().prop_map(String::from),
    ];
    let text = proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat());
    proptest!(|(text in text)| {
        if let Ok(url) = aws().destination(Wanted::Page(&text), None) {
            prop_assert_eq!(url.scheme(), "https");
            let host = url.host_str().unwrap_or_default();
            let is_known = ["console.aws.amazon.com", "eu-west-1.console.aws.amazon.com"].contains(&host);
            prop_assert!(is_known, "{text:?} leads to {url}");
            prop_assert_eq!((url.port(), url.username(), url.password()), (None, "", None));
        }
    });
}

#[test]
fn a_console_that_is_not_public_has_to_be_named() {
    for partition in [Partition::AwsIso, Partition::AwsIsoB, Partition::Regent] {
        let refused = ConsoleSite::of_aws(partition).unwrap_err().to_string();
        assert_eq!(
            refused,
            format!(
                "where the console of `{partition}` is must be said: give the upstream a `signin_url` and a `console_url`"
            )
        );
    }
    for address in [
        "http://regent.example/",
        "https://user@regent.example/",
        "https://regent.example/?a",
        "https://regent.example/#a",
        "javascript:alert(1)",
        "regent.example",
        "",
    ] {
        assert!(ConsoleSite::own(address, "https://regent.example/").is_err(), "{address}");
        assert!(ConsoleSite::own("https://regent.example/federation", address).is_err(), "{address}");
    }
    for address in ["http://127.0.0.1:4599/", "http://[::1]:4599/", "http://localhost/"] {
        let site = ConsoleSite::own(address, address).unwrap();
        check(&site, Wanted::Page("/app"), None, &format!("{address}app"));
    }
}

#[test]
fn the_federation_endpoint_is_the_regions_own() {
    let at = |site: &ConsoleSite, region| site.federation_endpoint(region).map(String::from);
    assert_eq!(at(&aws(), None).unwrap(), "https://signin.aws.amazon.com/federation");
    assert_eq!(at(&aws(), Some("eu-west-1")).unwrap(), "https://eu-west-1.signin.aws.amazon.com/federation");
    assert_eq!(at(&own(), Some("eu-west-1")).unwrap(), "https://regent.example/federation");
    assert!(at(&aws(), Some("evil.example#")).is_err());
}
