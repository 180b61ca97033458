//! The lines that wait, and which of them can be forgotten.

use std::{collections::HashSet, mem};

/// What a state is about. Of two lines of one subject the later says all that the earlier did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Subject {
    /// The kind of state.
    pub state: &'static str,
    /// The id of the object that is in it.
    pub object: u64,
}

/// Up to so many waiting lines no state is forgotten: far more than a reader that comes leaves between two visits.
pub const FORGET_ABOVE: usize = 1024;

#[derive(Debug)]
pub(crate) struct Lines {
    lines: Vec<Line>,
    /// At least twice what was left the last time, so that a line costs constant time on average.
    forget_above: usize,
}

#[derive(Debug)]
struct Line {
    text: String,
    subject: Option<Subject>,
}

impl Lines {
    pub(crate) fn push(&mut self, text: String, subject: Option<Subject>) {
        if self.lines.len() >= self.forget_above {
            self.forget_stale();
            self.forget_above = FORGET_ABOVE.max(self.lines.len() * 2);
        }
        self.lines.push(Line { text, subject });
    }

    pub(crate) fn take(&mut self) -> Vec<String> {
        let lines = mem::take(self).lines;
        lines.into_iter().map(|line| line.text).collect()
    }

    fn forget_stale(&mut self) {
        let mut newer = HashSet::new();
        let newest_first = mem::take(&mut self.lines).into_iter().rev();
        self.lines = newest_first
            .filter(|line| line.subject.is_none_or(|subject| newer.insert(subject)))
            .collect();
        self.lines.reverse();
    }
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            lines: Vec::new(),
            forget_above: FORGET_ABOVE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_does_not_come_keeps_the_newest_state_of_each_subject() {
        let mut lines = Lines::default();
        for count in 0..100 * FORGET_ABOVE {
            lines.push(count.to_string(), Some(subject(count as u64 % 10)));
        }
        let left = lines.take();
        assert!(left.len() <= FORGET_ABOVE + 1);
        let newest: Vec<_> = (100 * FORGET_ABOVE - 10..100 * FORGET_ABOVE)
            .map(|count| count.to_string())
            .collect();
        assert_eq!(left[left.len() - 10..], newest);
    }

    #[test]
    fn lines_without_a_subject_are_all_kept_in_order() {
        let mut lines = Lines::default();
        for count in 0..3 * FORGET_ABOVE {
            lines.push(count.to_string(), None);
            lines.push("state".to_owned(), Some(subject(1)));
        }
        let left = lines.take().into_iter().filter(|line| line != "state");
        assert!(left.eq((0..3 * FORGET_ABOVE).map(|count| count.to_string())));
    }

    #[test]
    fn a_reader_that_comes_sees_every_state() {
        let mut lines = Lines::default();
        for count in 0..FORGET_ABOVE {
            lines.push(count.to_string(), Some(subject(1)));
        }
        assert_eq!(lines.take().len(), FORGET_ABOVE);
    }

    fn subject(object: u64) -> Subject {
        Subject {
            state: "ice",
            object,
        }
    }
}
