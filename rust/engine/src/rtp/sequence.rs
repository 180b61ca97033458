//! Numbers that wrap: which is newer, and what they would be if they did not wrap.

/// Unwraps 16-bit sequence numbers.
pub(crate) type SequenceUnwrapper = Unwrapper<16>;
/// Unwraps 32-bit timestamps.
pub(crate) type TimestampUnwrapper = Unwrapper<32>;

/// Gives numbers of `BITS` bits, which wrap, as numbers that do not.
///
/// Each is taken for the one nearest to the highest so far. The first comes out a whole cycle
/// higher than it is, so that there is room below it for those that it overtook.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Unwrapper<const BITS: u32> {
    highest: Option<u64>,
}

impl Unwrapper<16> {
    pub(crate) fn unwrap(&mut self, sequence: u16) -> u64 {
        self.unwrap_bits(sequence.into())
    }
}

impl Unwrapper<32> {
    pub(crate) fn unwrap(&mut self, timestamp: u32) -> u64 {
        self.unwrap_bits(timestamp.into())
    }
}

impl<const BITS: u32> Unwrapper<BITS> {
    const CYCLE: u64 = 1 << BITS;

    fn unwrap_bits(&mut self, wrapped: u64) -> u64 {
        let Some(highest) = self.highest else {
            return *self.highest.insert(Self::CYCLE + wrapped);
        };
        let ahead = wrapped.wrapping_sub(highest) % Self::CYCLE;
        if ahead >= Self::CYCLE / 2 {
            return highest + ahead - Self::CYCLE;
        }
        *self.highest.insert(highest + ahead)
    }
}

/// Whether `a` comes after `b` in the shorter way round (RFC 1982).
pub(crate) fn is_newer(a: u16, b: u16) -> bool {
    (1..0x8000).contains(&a.wrapping_sub(b))
}

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

    #[test]
    fn timestamps_wrap_at_32_bits() {
        let mut unwrapper = TimestampUnwrapper::default();
        assert_eq!(unwrapper.unwrap(u32::MAX), 0x1_FFFF_FFFF);
        assert_eq!(unwrapper.unwrap(1), 0x2_0000_0001);
        assert_eq!(unwrapper.unwrap(u32::MAX), 0x1_FFFF_FFFF);
    }

    #[test]
    fn newer_is_what_is_less_than_half_a_cycle_ahead() {
        assert!(is_newer(0, 65_535));
        assert!(is_newer(0x7FFF, 0));
        assert!(!is_newer(0x8000, 0));
        assert!(!is_newer(65_535, 0));
        assert!(!is_newer(5, 5));
    }

    fn unwrap(sequences: &[u16]) -> Vec<u64> {
        let mut unwrapper = SequenceUnwrapper::default();
        sequences.iter().map(|&s| unwrapper.unwrap(s)).collect()
    }
}
