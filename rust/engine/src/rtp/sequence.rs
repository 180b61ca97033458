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
