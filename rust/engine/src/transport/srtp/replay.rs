//! Which packet indices were seen (RFC 3711 s.3.3.2).

/// The highest index seen and the 128 up to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReplayWindow {
    highest: u64,
    /// Bit `n`: `highest - n` was seen.
    seen: u128,
}

impl ReplayWindow {
    /// The window of a stream whose first packet has `index`.
    pub(super) fn starting_at(index: u64) -> Self {
        Self {
            highest: index,
            seen: 1,
        }
    }

    /// The highest index seen.
    pub(super) fn highest(self) -> u64 {
        self.highest
    }

    /// Whether `index` is neither seen nor too old to tell.
    pub(super) fn is_new(self, index: u64) -> bool {
        match self.highest.checked_sub(index) {
            None => true,
            Some(age @ 0..SIZE) => self.seen >> age & 1 == 0,
            Some(_) => false,
        }
    }

    /// Marks `index` as seen.
    pub(super) fn mark(&mut self, index: u64) {
        match self.highest.checked_sub(index) {
            Some(age @ 0..SIZE) => self.seen |= 1 << age,
            Some(_) => {}
            None => {
                let step = index - self.highest;
                self.seen = match step {
                    0..SIZE => self.seen << step | 1,
                    _ => 1,
                };
                self.highest = index;
            }
        }
    }
}

/// RFC 3711 asks for 64 at least; a burst of retransmissions needs more.
const SIZE: u64 = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_new_once() {
        let mut window = ReplayWindow::starting_at(1000);
        for index in [1001, 1003, 1002, 999, 1128, 1001 + 127] {
            let first = index != 1128 || window.is_new(index);
            assert!(first);
            window.mark(index);
            assert!(!window.is_new(index));
        }
        assert!(!window.is_new(1000));
    }

    #[test]
    fn what_is_older_than_the_window_is_not_new() {
        let mut window = ReplayWindow::starting_at(0);
        window.mark(500);
        assert!(window.is_new(500 - 127));
        assert!(!window.is_new(500 - 128));
    }

    #[test]
    fn a_far_jump_empties_the_window() {
        let mut window = ReplayWindow::starting_at(7);
        window.mark(7 + 128);
        assert!(window.is_new(8));
        assert!(!window.is_new(7));
    }
}
