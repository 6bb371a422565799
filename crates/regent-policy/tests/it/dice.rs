//! Where generated questions get their accidents from: a seed here, the bytes of a fuzzer in `fuzz/`.

/// A source of choices. The same seed or bytes give the same choices.
#[derive(Clone, Debug)]
pub(crate) enum Dice<'b> {
    /// A counter that is scrambled at every throw.
    Seed(u64),
    /// A byte a throw; when they are used up, every throw is a zero.
    #[cfg_attr(test, expect(dead_code, reason = "the fuzz targets throw bytes"))]
    Bytes(&'b [u8]),
}

impl Dice<'_> {
    /// A number below `sides`, which are 256 at most where bytes are thrown.
    pub(crate) fn below(&mut self, sides: usize) -> usize {
        let thrown = match self {
            Self::Seed(state) => {
                *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
                let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                usize::try_from(mixed >> 33).unwrap_or(0)
            }
            Self::Bytes(bytes) => match bytes.split_first() {
                Some((first, rest)) => {
                    *bytes = rest;
                    usize::from(*first)
                }
                None => 0,
            },
        };
        thrown % sides.max(1)
    }

    /// Once in `sides`.
    pub(crate) fn one_in(&mut self, sides: usize) -> bool {
        self.below(sides) == sides - 1
    }

    /// One of the choices.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// As many of what is made as `sides` allow: from `least` up.
    pub(crate) fn some<T>(
        &mut self,
        least: usize,
        sides: usize,
        mut make: impl FnMut(&mut Self) -> T,
    ) -> Vec<T> {
        let count = least + self.below(sides);
        (0..count).map(|_| make(self)).collect()
    }

    /// Sometimes, once in `sides`.
    pub(crate) fn maybe<T>(&mut self, sides: usize, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.one_in(sides).then(|| make(self))
    }
}
