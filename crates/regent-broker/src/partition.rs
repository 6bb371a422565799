use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A partition of AWS, or Regent's own.
///
/// It picks sign-in and console hosts and the regions that requests are signed for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Partition {
    /// `aws`
    #[default]
    Aws,
    /// `aws-cn`
    AwsCn,
    /// `aws-us-gov`
    AwsUsGov,
    /// `aws-iso`
    AwsIso,
    /// `aws-iso-b`
    AwsIsoB,
    /// The embedded upstream, whatever its ARNs call it.
    Regent,
}

impl Partition {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Aws, Self::AwsCn, Self::AwsUsGov, Self::AwsIso, Self::AwsIsoB, Self::Regent];

    /// Its name, as ARNs of AWS write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsCn => "aws-cn",
            Self::AwsUsGov => "aws-us-gov",
            Self::AwsIso => "aws-iso",
            Self::AwsIsoB => "aws-iso-b",
            Self::Regent => "regent",
        }
    }

    /// The region that stands in where none is given.
    pub const fn default_region(self) -> &'static str {
        match self {
            Self::Aws | Self::Regent => "us-east-1",
            Self::AwsCn => "cn-north-1",
            Self::AwsUsGov => "us-gov-west-1",
            Self::AwsIso => "us-iso-east-1",
            Self::AwsIsoB => "us-isob-east-1",
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no partition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a partition: expected aws, aws-cn, aws-us-gov, aws-iso, aws-iso-b or regent")]
pub struct ParsePartitionError(pub String);

impl FromStr for Partition {
    type Err = ParsePartitionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|partition| partition.name() == text)
            .ok_or_else(|| ParsePartitionError(text.to_owned()))
    }
}
