//! Finding the few statements that a request can touch, without looking at the others.
//!
//! Every match of an action pattern begins with the pattern's literal beginning, so a statement is filed under
//! that: `s3:Get*` under `s3:get`, `s3:GetObject` under itself, `*` and `NotAction` under nothing. A request
//! asks once for its whole action and once for each length of beginning that occurs. Where many statements
//! share one beginning, they are filed a second time, by the beginning of their resources. So one statement of
//! a thousand is found as quickly as one of five, whether the service, the action or the resource tells them
//! apart.
//!
//! Filing only narrows the choice. Whatever is found is matched in full.

use crate::action::Action;
use crate::hash;
use crate::pool::Filing;
use crate::resource::Resource;
use crate::span::offset;
use crate::table::Table;

/// So few entries are gone through one by one.
const FEW: usize = 8;
/// A statement, or an entry's pattern, that is not there: all of the statement's patterns have to be tried.
pub(crate) const ALL: u32 = u32::MAX;
/// Marks the last entry of a bucket.
const LAST: u32 = 1 << 31;
/// Marks a bucket that is divided by resource.
const DIVIDED: u32 = 1 << 31;

/// An entry: a statement, and which of its patterns led here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    statement: u32,
    pub(crate) action: u32,
    pub(crate) resource: u32,
}

impl Member {
    pub(crate) fn statement(self) -> u32 {
        self.statement & !LAST
    }
}

/// The lengths of beginnings that occur, as bits, and whether whole texts do.
#[derive(Clone, Copy, Debug, Default)]
struct Lengths {
    bits: u128,
    has_whole: bool,
}

impl Lengths {
    fn add(&mut self, filing: Filing) {
        match filing {
            Filing::Whole { .. } => self.has_whole = true,
            Filing::Prefix { len, .. } => self.bits |= 1_u128.checked_shl(offset(len)).unwrap_or(0),
            Filing::Nowhere => {}
        }
    }

    /// The hashes to ask for: of the whole text, and of its beginnings.
    fn hashes<const WORDS: usize>(self, prefixes: &hash::Prefixes<WORDS>) -> impl Iterator<Item = u64> {
        let mut bits = self.bits;
        let beginnings = core::iter::from_fn(move || {
            if bits == 0 {
                return None;
            }
            let len = bits.trailing_zeros() as usize;
            bits &= bits - 1;
            prefixes.prefix(len)
        });
        self.has_whole.then(|| prefixes.whole()).into_iter().chain(beginnings)
    }
}

/// The statements of one effect, filed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    /// Which services any action begins with, one bit each; all bits if one begins with no service.
    services: u64,
    lengths: Lengths,
    /// From the hash of an action's beginning (and of a resource's) to a bucket. Empty if entries are few.
    table: Table,
    members: Box<[Member]>,
    divided: Box<[Lengths]>,
}

impl Index {
    /// Can any statement be about the action's service? Most policies are about a few.
    pub(crate) fn concerns(&self, action: &Action<'_>) -> bool {
        self.services & action.service() != 0
    }

    /// Calls `visit` for every entry that the request may match, until it returns `true`.
    pub(crate) fn search(
        &self,
        action: &Action<'_>,
        resource: &Resource<'_>,
        visit: &mut impl FnMut(Member) -> bool,
    ) -> bool {
        if !self.concerns(action) {
            return false;
        }
        if self.members.len() <= FEW {
            return self.members.iter().any(|member| visit(*member));
        }
        self.lengths.hashes(action.prefixes()).any(|hash| {
            self.table.probe(hash).any(|bucket| {
                if bucket & DIVIDED == 0 {
                    return self.bucket(bucket, visit);
                }
                let lengths = self.divided.get((bucket & !DIVIDED) as usize).copied().unwrap_or_default();
                lengths.hashes(resource.prefixes()).any(|inner| {
                    let buckets = self.table.probe(hash::mix(hash, inner));
                    buckets.filter(|bucket| bucket & DIVIDED == 0).any(|bucket| self.bucket(bucket, visit))
                })
            })
        })
    }

    fn bucket(&self, start: u32, visit: &mut impl FnMut(Member) -> bool) -> bool {
        for member in self.members.get(start as usize..).unwrap_or_default() {
            if visit(*member) {
                return true;
            }
            if member.statement & LAST != 0 {
                break;
            }
        }
        false
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.table.heap_bytes() + size_of_val(&*self.members) + size_of_val(&*self.divided)
    }
}

/// A pattern and where it is filed. [`ALL`] stands for a list that is read as a whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filed {
    pub(crate) pattern: u32,
    pub(crate) filing: Filing,
}

impl Filed {
    /// A `Not` element, or an absent one: it may match anything.
    pub(crate) const EVERYTHING: Self = Self { pattern: ALL, filing: Filing::ANYWHERE };
}

/// One action pattern of one statement, on its way into the index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) statement: u32,
    pub(crate) action: Filed,
    /// One bit for its service, or all of them.
    pub(crate) services: u64,
    pub(crate) resources: &'a [Filed],
}

/// Builds an index of entries. `budget` is how many further entries the division by resources may cost, so
/// that a program stays small whatever its text says.
pub(crate) fn build(mut entries: Vec<Entry<'_>>, budget: usize) -> Index {
    entries.retain(|entry| entry.action.filing != Filing::Nowhere);
    let services = entries.iter().fold(0, |services, entry| services | entry.services);
    let mut builder = Builder { budget, members: Vec::with_capacity(entries.len()), ..Builder::default() };
    if entries.len() <= FEW {
        builder.members.extend(entries.iter().map(|entry| entry.member(ALL)));
        return builder.finish(services);
    }
    entries.sort_by_key(|entry| (hash_of(entry.action.filing), entry.statement));
    builder.table = Table::with_capacity(entries.len());
    for bucket in entries.chunk_by(|one, other| one.action.filing == other.action.filing) {
        builder.bucket(bucket);
    }
    builder.finish(services)
}

fn hash_of(filing: Filing) -> u64 {
    match filing {
        Filing::Whole { hash } | Filing::Prefix { hash, .. } => hash,
        Filing::Nowhere => 0,
    }
}

impl Entry<'_> {
    fn member(&self, resource: u32) -> Member {
        Member { statement: self.statement, action: self.action.pattern, resource }
    }
}

#[derive(Default)]
struct Builder {
    budget: usize,
    lengths: Lengths,
    table: Table,
    members: Vec<Member>,
    divided: Vec<Lengths>,
}

impl Builder {
    fn finish(self, services: u64) -> Index {
        Index {
            services,
            lengths: self.lengths,
            table: self.table,
            members: self.members.into(),
            divided: self.divided.into(),
        }
    }

    fn bucket(&mut self, entries: &[Entry<'_>]) {
        let Some(filing) = entries.first().map(|entry| entry.action.filing) else { return };
        self.lengths.add(filing);
        let hash = hash_of(filing);
        let cost = entries.iter().map(|entry| entry.resources.len()).sum::<usize>();
        if entries.len() <= FEW || cost > self.budget {
            self.file(hash, entries.iter().map(|entry| entry.member(ALL)));
            return;
        }
        self.budget -= cost;
        self.divide(hash, entries);
    }

    fn divide(&mut self, hash: u64, entries: &[Entry<'_>]) {
        let mut filed: Vec<(Filing, Member)> = entries
            .iter()
            .flat_map(|entry| entry.resources.iter().map(|to| (to.filing, entry.member(to.pattern))))
            .filter(|(filing, _)| *filing != Filing::Nowhere)
            .collect();
        filed.sort_by_key(|(filing, member)| (hash_of(*filing), member.statement));
        self.table.insert(hash, DIVIDED | offset(self.divided.len()));
        let mut lengths = Lengths::default();
        for bucket in filed.chunk_by(|(one, _), (other, _)| one == other) {
            let Some((filing, _)) = bucket.first() else { continue };
            lengths.add(*filing);
            self.file(hash::mix(hash, hash_of(*filing)), bucket.iter().map(|(_, member)| *member));
        }
        self.divided.push(lengths);
    }

    fn file(&mut self, hash: u64, members: impl Iterator<Item = Member>) {
        self.table.insert(hash, offset(self.members.len()));
        self.members.extend(members);
        if let Some(last) = self.members.last_mut() {
            last.statement |= LAST;
        }
    }
}
