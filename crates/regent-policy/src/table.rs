//! A small open-addressed table from hashes to numbers, with nothing thrown away on a collision.
//!
//! It stores no keys: a probe yields every number filed under the hash, and the caller compares.

use crate::hash::upper;

/// An empty place.
const FREE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Slot {
    hash: u32,
    value: u32,
}

/// Numbers filed under 64-bit hashes. At most half the places are in use, so probes are short.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    slots: Box<[Slot]>,
    used: usize,
}

impl Table {
    /// A table that holds `count` entries without growing.
    pub(crate) fn with_capacity(count: usize) -> Self {
        if count == 0 {
            return Self::default();
        }
        let places = (count * 2).next_power_of_two();
        Self { slots: vec![Slot { hash: 0, value: FREE }; places].into_boxed_slice(), used: 0 }
    }

    /// Files `value` (anything below `u32::MAX`) under `hash`; earlier entries stay.
    pub(crate) fn insert(&mut self, hash: u64, value: u32) {
        if (self.used + 1) * 2 > self.slots.len() {
            self.grow();
        }
        let slot = Slot { hash: upper(hash), value };
        place(&mut self.slots, slot);
        self.used += 1;
    }

    /// Every value filed under `hash`, and, rarely, one filed under another.
    pub(crate) fn probe(&self, hash: u64) -> impl Iterator<Item = u32> {
        let hash = upper(hash);
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = hash as usize;
        core::iter::from_fn(move || {
            loop {
                let slot = *self.slots.get(at & mask)?;
                if slot.value == FREE {
                    return None;
                }
                at = at.wrapping_add(1);
                if slot.hash == hash {
                    return Some(slot.value);
                }
            }
        })
    }

    fn grow(&mut self) {
        let mut larger = Self::with_capacity((self.used + 1) * 2);
        for slot in self.slots.iter().filter(|slot| slot.value != FREE) {
            place(&mut larger.slots, *slot);
        }
        self.slots = larger.slots;
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        size_of_val(&*self.slots)
    }
}

fn place(slots: &mut [Slot], slot: Slot) {
    let mask = slots.len().wrapping_sub(1);
    let mut at = slot.hash as usize & mask;
    while let Some(found) = slots.get_mut(at) {
        if found.value == FREE {
            *found = slot;
            return;
        }
        at = (at + 1) & mask;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_filed_is_found_however_full_it_got() {
        let mut table = Table::default();
        for number in 0..1_000_u32 {
            table.insert(u64::from(number) << 32, number);
        }
        for number in 0..1_000_u32 {
            assert!(table.probe(u64::from(number) << 32).any(|found| found == number));
        }
        assert_eq!(table.probe(5_000 << 32).count(), 0);
    }

    #[test]
    fn an_empty_table_finds_nothing() {
        assert_eq!(Table::default().probe(7).count(), 0);
    }

    #[test]
    fn collisions_are_all_kept() {
        let mut table = Table::with_capacity(1);
        for number in 0..5 {
            table.insert(42 << 32, number);
        }
        let mut found: Vec<u32> = table.probe(42 << 32).collect();
        found.sort_unstable();
        assert_eq!(found, [0, 1, 2, 3, 4]);
    }
}
