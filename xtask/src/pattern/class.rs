//! Sets of characters.

/// A set of code points, as sorted ranges that neither touch nor overlap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Class {
    ranges: Vec<(u32, u32)>,
    /// The Unicode properties that went into it, to name its table after.
    properties: Vec<String>,
}

/// The largest code point.
const LAST: u32 = 0x10_FFFF;

impl Class {
    pub(super) fn new(ranges: &[(u32, u32)]) -> Self {
        let mut class = Self::default();
        for &(first, last) in ranges {
            class.add(first, last);
        }
        class.settle();
        class
    }

    /// A Unicode property, such as `L`.
    pub(super) fn property(name: &str) -> Option<Self> {
        let hir = regex_syntax::parse(&format!(r"\p{{{name}}}")).ok()?;
        let regex_syntax::hir::HirKind::Class(regex_syntax::hir::Class::Unicode(found)) = hir.kind() else {
            return None;
        };
        let mut class = Self::new(
            &found.iter().map(|range| (range.start().into(), range.end().into())).collect::<Vec<_>>(),
        );
        class.properties.push(name.to_owned());
        Some(class)
    }

    pub(super) fn extend(&mut self, other: &Self) {
        self.ranges.extend_from_slice(&other.ranges);
        self.properties.extend_from_slice(&other.properties);
        self.settle();
    }

    pub(super) fn complement(&self) -> Self {
        let mut ranges = Vec::new();
        let mut next = 0;
        for &(first, last) in &self.ranges {
            if first > next {
                ranges.push((next, first - 1));
            }
            next = last + 1;
        }
        if next <= LAST {
            ranges.push((next, LAST));
        }
        Self { ranges, properties: Vec::new() }
    }

    pub(crate) fn contains(&self, point: u32) -> bool {
        self.ranges.iter().any(|&(first, last)| (first..=last).contains(&point))
    }

    pub(crate) fn ranges(&self) -> &[(u32, u32)] {
        &self.ranges
    }

    /// One bit per ASCII character.
    pub(crate) fn ascii(&self) -> u128 {
        (0..128).filter(|&point| self.contains(point)).fold(0, |bits, point| bits | 1 << point)
    }

    /// The ranges beyond ASCII.
    pub(crate) fn wide(&self) -> Vec<(u32, u32)> {
        self.ranges
            .iter()
            .filter(|range| range.1 >= 128)
            .map(|&(first, last)| (first.max(128), last))
            .collect()
    }

    /// The Unicode properties in it.
    pub(crate) fn properties(&self) -> &[String] {
        &self.properties
    }

    fn add(&mut self, first: u32, last: u32) {
        self.ranges.push((first, last));
    }

    fn settle(&mut self) {
        self.ranges.sort_unstable();
        let mut settled: Vec<(u32, u32)> = Vec::with_capacity(self.ranges.len());
        for &(first, last) in &self.ranges {
            match settled.last_mut() {
                Some(previous) if first <= previous.1.saturating_add(1) => previous.1 = previous.1.max(last),
                _ => settled.push((first, last)),
            }
        }
        self.ranges = settled;
        self.properties.sort();
        self.properties.dedup();
    }
}
