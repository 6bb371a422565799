//! AWS's partitions and Regions.

/// The partitions that exist.
pub(super) const PARTITIONS: [&str; 8] =
    ["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"];

/// The Regions that exist, in order.
///
/// AWS: "AWS Regions", and the tables of endpoints that come with its SDKs.
const REGIONS: [&str; 47] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-isoe-west-1",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "sa-west-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-isob-west-1",
    "us-isof-east-1",
    "us-isof-south-1",
    "us-west-1",
    "us-west-2",
];

/// Is it a Region of AWS's?
pub(super) fn exists(region: &str) -> bool {
    REGIONS.binary_search(&region).is_ok()
}

/// The Region that somebody may have meant, as the middle of a sentence.
pub(super) fn hint(region: &str) -> String {
    super::spelling::hint(region, &REGIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_stand_in_order() {
        assert!(REGIONS.is_sorted());
        assert!(exists("eu-central-1") && !exists("eu-central-9") && !exists("EU-CENTRAL-1"));
    }
}
