//! RTP sequence numbers, and what they would be if they did not wrap.

/// Gives sequence numbers, which wrap at 16 bits, as numbers that do not.
///
/// Each is taken for the one nearest to the highest so far; half a cycle away is before it. The first
/// comes out a whole cycle higher than it is, so that there is room below it for those that it overtook.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SequenceUnwrapper {
    highest: Option<u64>,
}

impl SequenceUnwrapper {
    pub(crate) fn unwrap(&mut self, sequence: u16) -> u64 {
        let sequence = u64::from(sequence);
        let Some(highest) = self.highest else {
            return *self.highest.insert(CYCLE + sequence);
        };
        let ahead = sequence.wrapping_sub(highest) % CYCLE;
        if ahead >= CYCLE / 2 {
            return highest + ahead - CYCLE;
        }
        *self.highest.insert(highest + ahead)
    }
}

const CYCLE: u64 = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_over_the_wrap() {
        assert_eq!(
            unwrap(&[65_534, 65_535, 0, 1]),
            [131_070, 131_071, 131_072, 131_073]
        );
    }

    #[test]
    fn the_first_number_leaves_room_for_what_it_overtook() {
        assert_eq!(unwrap(&[2, 65_535]), [65_538, 65_535]);
    }

    #[test]
    fn a_late_number_does_not_move_the_highest() {
        assert_eq!(unwrap(&[10, 5, 11]), [65_546, 65_541, 65_547]);
        assert_eq!(unwrap(&[0, 40_000, 20_000]), [65_536, 40_000, 85_536]);
    }

    #[test]
    fn half_a_cycle_is_taken_for_late() {
        assert_eq!(unwrap(&[0, 0x7FFF]), [0x1_0000, 0x1_7FFF]);
        assert_eq!(unwrap(&[0, 0x8000]), [0x1_0000, 0x8000]);
    }

    #[test]
    fn many_cycles_are_counted() {
        let mut unwrapper = SequenceUnwrapper::default();
        let last = (0..10 * 8)
            .map(|step: u16| unwrapper.unwrap(step.wrapping_mul(0x2000)))
            .last();
        assert_eq!(last, Some(10 * 0x1_0000 + 0xE000));
    }

    fn unwrap(sequences: &[u16]) -> Vec<u64> {
        let mut unwrapper = SequenceUnwrapper::default();
        sequences.iter().map(|&s| unwrapper.unwrap(s)).collect()
    }
}
