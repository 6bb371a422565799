//! A type of resource.

use std::fmt;

use super::{ConditionKey, Service, overlap};
use crate::span::Span;

#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: Span,
    /// Patterns with spaces between.
    pub(super) arns: Span,
    pub(super) keys: Span,
}

impl Row {
    pub(super) const NONE: Self = Self {
        name: Span { start: 0, end: 0 },
        arns: Span { start: 0, end: 0 },
        keys: Span { start: 0, end: 0 },
    };
}

/// A type of resource, such as S3's `bucket`.
#[derive(Clone, Copy)]
pub struct ResourceType<'a> {
    pub(super) service: Service<'a>,
    pub(super) row: &'a Row,
}

impl<'a> ResourceType<'a> {
    /// The service whose table it stands in.
    pub fn service(self) -> Service<'a> {
        self.service
    }

    /// Its name, unique within the service. A few have spaces.
    pub fn name(self) -> &'a str {
        self.row.name.of(&self.service.catalogue.text)
    }

    /// How its ARNs look, as `arn:${Partition}:s3:::${BucketName}`; for some there are two ways.
    ///
    /// The service of the ARN need not be the one that has the type.
    pub fn arns(self) -> impl Iterator<Item = &'a str> {
        self.row.arns.of(&self.service.catalogue.text).split_ascii_whitespace()
    }

    /// Can a resource that a policy names, with its wildcards and variables, be of this type?
    ///
    /// ```
    /// # use regent_policy::catalogue::Catalogue;
    /// let s3 = Catalogue::bundled().service("s3").unwrap();
    /// let (bucket, object) = (s3.resource_type("bucket").unwrap(), s3.resource_type("object").unwrap());
    /// assert!(bucket.fits("arn:aws:s3:::logs") && !object.fits("arn:aws:s3:::logs"));
    /// assert!(!bucket.fits("arn:aws:s3:::logs/*") && object.fits("arn:aws:s3:::logs/*"));
    /// assert!(bucket.fits("arn:aws:s3:::logs*") && object.fits("arn:aws:s3:::logs*"));
    /// ```
    pub fn fits(self, resource: &str) -> bool {
        self.arns().any(|arn| {
            let is_continued =
                |other: &str| other.strip_prefix(arn).is_some_and(|rest| rest.starts_with('/'));
            let is_closed = self.service.resource_types().any(|other| other.arns().any(is_continued));
            overlap::overlap(arn, is_closed, resource)
        })
    }

    /// The condition keys that come with every resource of this type.
    pub fn condition_keys(self) -> impl ExactSizeIterator<Item = ConditionKey<'a>> {
        self.service.catalogue.listed_keys(self.row.keys)
    }
}

impl fmt::Debug for ResourceType<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ResourceType({}:{})", self.service.prefix(), self.name())
    }
}
