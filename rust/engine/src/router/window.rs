//! Which packets of a stream were there before.

/// A memory of the last [`WINDOW`] sequence numbers.
#[derive(Debug, Default)]
pub(crate) struct SeenWindow {
    highest: Option<u64>,
    words: [u64; WORDS],
}

impl SeenWindow {
    /// Takes an unwrapped number; whether it is the first time. What is older than the window
    /// counts as seen.
    pub(crate) fn insert(&mut self, number: u64) -> bool {
        let highest = *self.highest.get_or_insert(number);
        if number > highest {
            self.forget(highest + 1, number);
            self.highest = Some(number);
        } else if number + WINDOW <= highest || self.has(number) {
            return false;
        }
        self.mark(number);
        true
    }

    /// The highest number so far.
    pub(crate) fn highest(&self) -> Option<u64> {
        self.highest
    }

    fn forget(&mut self, first: u64, last: u64) {
        if last - first >= WINDOW {
            self.words = [0; WORDS];
            return;
        }
        for number in first..=last {
            let (word, bit) = place(number);
            if let Some(word) = self.words.get_mut(word) {
                *word &= !bit;
            }
        }
    }

    fn has(&self, number: u64) -> bool {
        let (word, bit) = place(number);
        self.words.get(word).is_some_and(|word| word & bit != 0)
    }

    fn mark(&mut self, number: u64) {
        let (word, bit) = place(number);
        if let Some(word) = self.words.get_mut(word) {
            *word |= bit;
        }
    }
}

fn place(number: u64) -> (usize, u64) {
    let index = number % WINDOW;
    (usize::try_from(index / 64).unwrap_or(0), 1 << (index % 64))
}

const WORDS: usize = 16;
/// Two seconds of 500 packets a second.
const WINDOW: u64 = 64 * WORDS as u64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_new_once() {
        let mut window = SeenWindow::default();
        for number in [100, 103, 101, 102, 99] {
            assert!(window.insert(number), "{number}");
            assert!(!window.insert(number), "{number}");
        }
        assert_eq!(window.highest(), Some(103));
    }

    #[test]
    fn what_left_the_window_counts_as_seen() {
        let mut window = SeenWindow::default();
        window.insert(100);
        window.insert(100 + WINDOW);
        assert!(!window.insert(100));
        assert!(window.insert(101));
    }

    #[test]
    fn a_long_jump_forgets_all() {
        let mut window = SeenWindow::default();
        window.insert(100);
        window.insert(100 + 3 * WINDOW);
        assert!(window.insert(100 + 2 * WINDOW + 1));
        assert!(!window.insert(100 + 3 * WINDOW));
    }
}
