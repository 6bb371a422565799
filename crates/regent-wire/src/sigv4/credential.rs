//! The credential: which key, and the scope its signature is good for.

use std::borrow::Cow;

use super::presented::Algorithm;
use super::time::RequestTime;
use super::{Rules, SigV4Error};

/// The end of every scope, and the last thing mixed into a signing key.
pub(super) const TERMINATOR: &str = "aws4_request";

/// `AKID/20150830/us-east-1/sts/aws4_request`; SigV4a leaves the region out.
///
/// Taken apart once; the accessors are total, and a part that is not there is empty.
#[derive(Clone, Debug)]
pub(super) struct Credential<'r> {
    text: Cow<'r, str>,
    algorithm: Algorithm,
    /// Where the first four slashes are; the end of the text for those that are not there.
    slashes: [usize; 4],
    part_count: usize,
}

impl<'r> Credential<'r> {
    pub(super) fn new(text: Cow<'r, str>, algorithm: Algorithm) -> Self {
        let mut slashes = [text.len(); 4];
        let mut part_count = 1;
        for (place, _) in text.bytes().enumerate().filter(|(_, byte)| *byte == b'/') {
            if let Some(slash) = slashes.get_mut(part_count - 1) {
                *slash = place;
            }
            part_count += 1;
        }
        Self { text, algorithm, slashes, part_count }
    }

    pub(super) const fn has_all_parts(&self) -> bool {
        self.part_count == part_count(self.algorithm)
    }

    pub(super) fn access_key_id(&self) -> &str {
        self.part(0)
    }

    /// All behind the access key id, as the string to sign has it.
    pub(super) fn scope(&self) -> &str {
        let [first, ..] = self.slashes;
        self.text.get(first + 1..).unwrap_or_default()
    }

    pub(super) fn date(&self) -> &str {
        self.part(1)
    }

    /// Empty in a scope that has none.
    pub(super) fn region(&self) -> &str {
        match self.algorithm {
            Algorithm::Hmac => self.part(2),
            Algorithm::Ecdsa => "",
        }
    }

    pub(super) fn service(&self) -> &str {
        self.part(part_count(self.algorithm) - 2)
    }

    fn terminator(&self) -> &str {
        self.part(part_count(self.algorithm) - 1)
    }

    fn part(&self, index: usize) -> &str {
        let start = match index.checked_sub(1) {
            Some(before) => self.slashes.get(before).map_or(self.text.len(), |slash| slash + 1),
            None => 0,
        };
        let end = self.slashes.get(index).copied().unwrap_or(self.text.len());
        self.text.get(start..end).unwrap_or_default()
    }

    /// The number of parts first; then all that is wrong with them in one message.
    pub(super) fn check(
        &self,
        region_set: &str,
        time: &RequestTime,
        rules: &Rules<'_>,
    ) -> Result<(), SigV4Error> {
        if !self.has_all_parts() {
            let example = match self.algorithm {
                Algorithm::Hmac => "keyid/date/region/service/term",
                Algorithm::Ecdsa => "keyid/date/service/term",
            };
            return Err(SigV4Error::incomplete(format!(
                "Credential must have exactly {} slash-delimited elements, e.g. {example}, got '{}'",
                part_count(self.algorithm),
                self.text
            )));
        }
        let faults = [
            self.region_fault(region_set, rules),
            self.service_fault(rules),
            self.terminator_fault(),
            self.date_fault(time),
        ];
        if faults.iter().all(Option::is_none) {
            return Ok(());
        }
        let faults: Vec<String> = faults.into_iter().flatten().collect();
        Err(SigV4Error::SignatureDoesNotMatch(faults.join(" ").into()))
    }

    fn region_fault(&self, region_set: &str, rules: &Rules<'_>) -> Option<String> {
        let (region, accepted) = match self.algorithm {
            Algorithm::Hmac => {
                let region = self.region();
                (region, rules.regions.accept(region))
            }
            Algorithm::Ecdsa => (region_set, rules.regions.accept_any_of(region_set)),
        };
        (!accepted).then(|| format!("Credential should be scoped to a valid region, not '{region}'."))
    }

    fn service_fault(&self, rules: &Rules<'_>) -> Option<String> {
        let expected = rules.services.first().copied().unwrap_or_default();
        let accepted = rules.services.contains(&self.service());
        (!accepted).then(|| format!("Credential should be scoped to correct service: '{expected}'."))
    }

    fn terminator_fault(&self) -> Option<String> {
        let found = self.terminator();
        (found != TERMINATOR).then(|| {
            format!("Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{found}'.")
        })
    }

    fn date_fault(&self, time: &RequestTime) -> Option<String> {
        let (found, expected) = (self.date(), time.date());
        (found != expected).then(|| {
            format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
                 '{found}' != '{expected}', from '{}'.",
                time.basic()
            )
        })
    }
}

const fn part_count(algorithm: Algorithm) -> usize {
    match algorithm {
        Algorithm::Hmac => 5,
        Algorithm::Ecdsa => 4,
    }
}
