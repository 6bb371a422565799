//! The only door to chance.
//!
//! A thread draws a block at a time from the operating system's seeded generator and hands it out in pieces,
//! because a draw costs more than everything a request does with it. What has been handed out is wiped.

use std::cell::RefCell;

use zeroize::Zeroize;

const BLOCK_BYTES: usize = 4096;

thread_local! {
    static BLOCK: RefCell<Block> = const { RefCell::new(Block { bytes: [0; BLOCK_BYTES], used: BLOCK_BYTES }) };
}

struct Block {
    bytes: [u8; BLOCK_BYTES],
    used: usize,
}

/// The generator gave nothing; whatever wanted chance must not go on without it.
#[derive(Debug, thiserror::Error)]
#[error("the system's random generator failed")]
pub struct EntropyError;

/// Fills `out` with bytes nobody can guess.
pub fn fill(out: &mut [u8]) -> Result<(), EntropyError> {
    BLOCK.with_borrow_mut(|block| block.take(out))
}

/// `N` bytes nobody can guess.
pub fn bytes<const N: usize>() -> Result<[u8; N], EntropyError> {
    let mut out = [0; N];
    fill(&mut out)?;
    Ok(out)
}

impl Block {
    fn take(&mut self, out: &mut [u8]) -> Result<(), EntropyError> {
        if out.len() > BLOCK_BYTES {
            return draw(out);
        }
        if BLOCK_BYTES - self.used < out.len() {
            draw(&mut self.bytes)?;
            self.used = 0;
        }
        let end = self.used + out.len();
        let Some(piece) = self.bytes.get_mut(self.used..end) else { return Err(EntropyError) };
        out.copy_from_slice(piece);
        piece.zeroize();
        self.used = end;
        Ok(())
    }
}

fn draw(out: &mut [u8]) -> Result<(), EntropyError> {
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    aws_lc_rs::rand::fill(out).map_err(|_| EntropyError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_never_repeat_across_a_refill() {
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..BLOCK_BYTES {
            assert!(seen.insert(bytes::<16>().unwrap()));
        }
    }

    #[test]
    fn a_piece_larger_than_the_block_is_drawn_directly() {
        let mut large = vec![0; BLOCK_BYTES * 2];
        fill(&mut large).unwrap();
        assert!(large.iter().any(|byte| *byte != 0));
    }
}
