//! What somebody may have meant: names that differ by a few letters.

use super::{Catalogue, CatalogueAction, ConditionKey, Service};

/// At most so many names are suggested.
const MOST: usize = 3;
/// Longer names are nobody's typing mistake.
const LONGEST: usize = 96;

impl Catalogue {
    /// Up to three services whose prefix resembles a name, the nearest first.
    pub fn nearest_services(&self, name: &str) -> Vec<Service<'_>> {
        nearest(name, self.services(), |service, wanted| distance(wanted, service.prefix()))
    }

    /// Up to three actions whose name resembles another, the nearest first.
    ///
    /// When the service is known they are its own. Otherwise services that resemble it are tried, and without a
    /// service in the name, all.
    ///
    /// ```
    /// # use regent_policy::catalogue::Catalogue;
    /// let nearest = Catalogue::bundled().nearest_actions("s3:GetObjct");
    /// assert_eq!(nearest.first().unwrap().to_string(), "s3:GetObject");
    /// ```
    pub fn nearest_actions(&self, name: &str) -> Vec<CatalogueAction<'_>> {
        let Some((prefix, name)) = name.split_once(':') else {
            return nearest_among(name, self.services());
        };
        match self.service(prefix) {
            Some(service) => nearest_among(name, [service].into_iter()),
            None => nearest_among(name, self.nearest_services(prefix).into_iter()),
        }
    }

    /// Up to three condition keys whose name resembles another, the nearest first.
    ///
    /// What a policy fills in for a placeholder is not compared.
    pub fn nearest_keys(&self, name: &str) -> Vec<ConditionKey<'_>> {
        nearest(name, self.condition_keys(), |key, wanted| match super::condition_key::split(key.name()) {
            // `aws:RequestTags/team` against `aws:RequestTag/`
            Some((before, "")) if before.ends_with(['/', ':']) => {
                let separator = before.chars().last().unwrap_or('/');
                let (head, filled) = wanted.split_at_checked(wanted.rfind(separator)? + 1)?;
                if filled.is_empty() { None } else { distance(head, before) }
            }
            Some(_) => None,
            None => distance(wanted, key.name()),
        })
    }
}

fn nearest_among<'a>(name: &str, services: impl Iterator<Item = Service<'a>>) -> Vec<CatalogueAction<'a>> {
    nearest(name, services.flat_map(Service::actions), |action, wanted| distance(wanted, action.name()))
}

fn nearest<T>(
    wanted: &str,
    among: impl Iterator<Item = T>,
    distance: impl Fn(&T, &str) -> Option<usize>,
) -> Vec<T> {
    let mut best: Vec<(usize, T)> = Vec::new();
    for candidate in among {
        let Some(distance) = distance(&candidate, wanted) else { continue };
        let place = best.partition_point(|(other, _)| *other <= distance);
        if place < MOST {
            best.insert(place, (distance, candidate));
            best.truncate(MOST);
        }
    }
    // A name that is the same, in another service, needs no others beside it.
    if best.first().is_some_and(|(distance, _)| *distance == 0) {
        best.retain(|(distance, _)| *distance == 0);
    }
    best.into_iter().map(|(_, found)| found).collect()
}

/// How many letters must be added, left out, replaced or swapped with their neighbour, if they are few for the
/// length. Case does not count.
fn distance(wanted: &str, known: &str) -> Option<usize> {
    let limit = (wanted.len() / 3).clamp(1, 4);
    if wanted.len() > LONGEST || known.len().abs_diff(wanted.len()) > limit {
        return None;
    }
    let known: Vec<u8> = known.bytes().map(|byte| byte.to_ascii_lowercase()).collect();
    // Three rows of the table of distances between beginnings: this letter's and the two before it.
    let mut before: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = (0..=known.len()).collect();
    let mut last = None;
    for (row, letter) in wanted.bytes().map(|byte| byte.to_ascii_lowercase()).enumerate() {
        let mut current = Vec::with_capacity(known.len() + 1);
        current.push(row + 1);
        for (column, other) in known.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX / 2);
            let replaced = at(&previous, column) + usize::from(letter != *other);
            let mut least = replaced.min(at(&previous, column + 1) + 1).min(at(&current, column) + 1);
            let is_swapped =
                last == Some(*other) && column.checked_sub(1).and_then(|at| known.get(at)) == Some(&letter);
            if is_swapped {
                least = least.min(at(&before, column - 1) + 1);
            }
            current.push(least);
        }
        if current.iter().all(|distance| *distance > limit) {
            return None;
        }
        before = std::mem::replace(&mut previous, current);
        last = Some(letter);
    }
    previous.last().copied().filter(|distance| *distance <= limit)
}
