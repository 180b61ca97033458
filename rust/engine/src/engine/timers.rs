//! When which transport is due.

use std::{cmp::Reverse, collections::BinaryHeap, time::Instant};

use crate::ids::TransportId;

/// Deadlines of transports, earliest first. One that was moved stays until its time and is then
/// told from the valid one by the transport, which knows for when it is armed.
#[derive(Debug, Default)]
pub(super) struct Timers {
    heap: BinaryHeap<Reverse<(Instant, TransportId)>>,
}

impl Timers {
    /// Adds a deadline.
    pub(super) fn arm(&mut self, at: Instant, transport: TransportId) {
        self.heap.push(Reverse((at, transport)));
    }

    /// The earliest deadline.
    pub(super) fn earliest(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes the earliest deadline, if it has come.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<(Instant, TransportId)> {
        if self.earliest()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse(due)| due)
    }
}
