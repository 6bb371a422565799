//! Where AWS answers: the endpoints of STS and IAM by partition and region.
//!
//! AWS: "AWS Security Token Service endpoints and quotas", "AWS Identity and Access Management endpoints and quotas".

use regent_broker::Partition;
use url::Url;

use super::Endpoint;

/// Which of AWS's endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Those with validated cryptography.
    pub(crate) fips: bool,
    /// Those that have IPv6 as well.
    pub(crate) dual_stack: bool,
}

/// What a partition's host names are made of.
struct Hosts {
    suffix: &'static str,
    dual_stack_suffix: &'static str,
    /// Where IAM answers in a partition: plain, FIPS, dual-stack, both.
    iam: [&'static str; 4],
    iam_region: &'static str,
}

const AWS: Hosts = Hosts {
    suffix: "amazonaws.com",
    dual_stack_suffix: "api.aws",
    iam: ["iam.amazonaws.com", "iam-fips.amazonaws.com", "iam.global.api.aws", "iam-fips.global.api.aws"],
    iam_region: "us-east-1",
};
const CHINA: Hosts = Hosts {
    suffix: "amazonaws.com.cn",
    dual_stack_suffix: "api.amazonwebservices.com.cn",
    // There are none with validated cryptography in China.
    iam: ["iam.cn-north-1.amazonaws.com.cn", "", "iam.global.api.amazonwebservices.com.cn", ""],
    iam_region: "cn-north-1",
};
const GOVERNMENT: Hosts = Hosts {
    suffix: "amazonaws.com",
    dual_stack_suffix: "api.aws",
    iam: ["iam.us-gov.amazonaws.com", "iam.us-gov.amazonaws.com", "iam.us-gov.api.aws", "iam.us-gov.api.aws"],
    iam_region: "us-gov-west-1",
};
const ISO: Hosts = Hosts {
    suffix: "c2s.ic.gov",
    dual_stack_suffix: "api.aws.ic.gov",
    iam: [
        "iam.us-iso-east-1.c2s.ic.gov",
        "iam-fips.us-iso-east-1.c2s.ic.gov",
        "iam.api.aws.ic.gov",
        "iam-fips.api.aws.ic.gov",
    ],
    iam_region: "us-iso-east-1",
};
const ISO_B: Hosts = Hosts {
    suffix: "sc2s.sgov.gov",
    dual_stack_suffix: "api.aws.scloud",
    iam: [
        "iam.us-isob-east-1.sc2s.sgov.gov",
        "iam-fips.us-isob-east-1.sc2s.sgov.gov",
        "iam.api.aws.scloud",
        "iam-fips.api.aws.scloud",
    ],
    iam_region: "us-isob-east-1",
};

/// Where STS answers in a region. None if there is no such endpoint, or the text is no region: it becomes part of a host.
pub(crate) fn sts(partition: Partition, region: &str, choice: Choice) -> Option<Endpoint> {
    let hosts = hosts(partition)?;
    let is_region = (1..=32).contains(&region.len())
        && region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !is_region || (choice.fips && partition == Partition::AwsCn) {
        return None;
    }
    // The ordinary endpoints of the government's regions are validated already.
    let is_plain = !choice.fips || (partition == Partition::AwsUsGov && !choice.dual_stack);
    let service = if is_plain { "sts" } else { "sts-fips" };
    let suffix = if choice.dual_stack { hosts.dual_stack_suffix } else { hosts.suffix };
    endpoint(&format!("{service}.{region}.{suffix}"), region)
}

/// Where IAM answers, which is one place for all regions of a partition.
pub(crate) fn iam(partition: Partition, choice: Choice) -> Option<Endpoint> {
    let Hosts { iam: [plain, fips, dual, both], iam_region, .. } = hosts(partition)?;
    let host = match (choice.fips, choice.dual_stack) {
        (false, false) => plain,
        (true, false) => fips,
        (false, true) => dual,
        (true, true) => both,
    };
    endpoint(host, iam_region)
}

fn hosts(partition: Partition) -> Option<&'static Hosts> {
    match partition {
        Partition::Aws => Some(&AWS),
        Partition::AwsCn => Some(&CHINA),
        Partition::AwsUsGov => Some(&GOVERNMENT),
        Partition::AwsIso => Some(&ISO),
        Partition::AwsIsoB => Some(&ISO_B),
        Partition::Regent => None,
    }
}

fn endpoint(host: &str, region: &str) -> Option<Endpoint> {
    let url = Url::parse(&format!("https://{host}/")).ok()?;
    Some(Endpoint { url, region: region.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_where_botocore_looks_for_them() {
        let plain = Choice { fips: false, dual_stack: false };
        let fips = Choice { fips: true, ..plain };
        let dual = Choice { dual_stack: true, ..plain };
        let both = Choice { fips: true, dual_stack: true };
        for (partition, region, choice, sts_host, iam_host) in [
            (
                Partition::Aws,
                "us-east-1",
                plain,
                "sts.us-east-1.amazonaws.com",
                "iam.amazonaws.com us-east-1",
            ),
            (
                Partition::Aws,
                "eu-central-1",
                fips,
                "sts-fips.eu-central-1.amazonaws.com",
                "iam-fips.amazonaws.com us-east-1",
            ),
            (
                Partition::Aws,
                "eu-central-1",
                dual,
                "sts.eu-central-1.api.aws",
                "iam.global.api.aws us-east-1",
            ),
            (
                Partition::Aws,
                "eu-central-1",
                both,
                "sts-fips.eu-central-1.api.aws",
                "iam-fips.global.api.aws us-east-1",
            ),
            (
                Partition::AwsCn,
                "cn-northwest-1",
                plain,
                "sts.cn-northwest-1.amazonaws.com.cn",
                "iam.cn-north-1.amazonaws.com.cn cn-north-1",
            ),
            (
                Partition::AwsCn,
                "cn-north-1",
                dual,
                "sts.cn-north-1.api.amazonwebservices.com.cn",
                "iam.global.api.amazonwebservices.com.cn cn-north-1",
            ),
            (Partition::AwsCn, "cn-north-1", fips, "none", "none"),
            (
                Partition::AwsUsGov,
                "us-gov-east-1",
                plain,
                "sts.us-gov-east-1.amazonaws.com",
                "iam.us-gov.amazonaws.com us-gov-west-1",
            ),
            (
                Partition::AwsUsGov,
                "us-gov-east-1",
                fips,
                "sts.us-gov-east-1.amazonaws.com",
                "iam.us-gov.amazonaws.com us-gov-west-1",
            ),
            (
                Partition::AwsUsGov,
                "us-gov-east-1",
                both,
                "sts-fips.us-gov-east-1.api.aws",
                "iam.us-gov.api.aws us-gov-west-1",
            ),
            (
                Partition::AwsIso,
                "us-iso-east-1",
                fips,
                "sts-fips.us-iso-east-1.c2s.ic.gov",
                "iam-fips.us-iso-east-1.c2s.ic.gov us-iso-east-1",
            ),
            (
                Partition::AwsIsoB,
                "us-isob-east-1",
                both,
                "sts-fips.us-isob-east-1.api.aws.scloud",
                "iam-fips.api.aws.scloud us-isob-east-1",
            ),
            (Partition::Regent, "us-east-1", plain, "none", "none"),
            (Partition::Aws, "us-east-1.evil.example/", plain, "none", "iam.amazonaws.com us-east-1"),
            (Partition::Aws, "", plain, "none", "iam.amazonaws.com us-east-1"),
        ] {
            let host = |endpoint: &Endpoint| endpoint.url.host_str().unwrap().to_owned();
            let found = sts(partition, region, choice);
            assert_eq!(found.as_ref().map_or("none".to_owned(), host), sts_host, "{region} {choice:?}");
            assert!(found.is_none_or(|endpoint| endpoint.region == region));
            let found = iam(partition, choice);
            let found = found.map_or("none".to_owned(), |iam| format!("{} {}", host(&iam), iam.region));
            assert_eq!(found, iam_host, "{region} {choice:?}");
        }
    }
}
