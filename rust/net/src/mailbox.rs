//! Between the owner's threads and the media thread: requests in, lines out.

use std::{
    collections::VecDeque,
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::{Mutex, MutexGuard, PoisonError},
};

use rustix::event::{EventfdFlags, eventfd};
use sfu_engine::Command;
use sfu_outbox::Outbox;
use thiserror::Error;

/// What both sides of a worker hold.
#[derive(Debug)]
pub(crate) struct Mailbox {
    requests: Mutex<Requests>,
    wake: OwnedFd,
    /// What goes back.
    pub(crate) outbox: Outbox,
}

#[derive(Debug)]
struct Requests {
    waiting: VecDeque<Request>,
    order: Option<Order>,
    has_ended: bool,
}

/// A command and the number its answer carries.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) number: u64,
    pub(crate) command: Command,
}

/// What goes before all requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// End.
    Stop,
    /// Panic, for tests of what happens then.
    Panic,
}

/// Why a command was not taken.
#[derive(Debug, Error)]
pub enum SubmitError {
    /// It is not JSON of a known form.
    #[error("not a command: {0}")]
    Malformed(#[from] serde_json::Error),
    /// The worker is closed, or has died.
    #[error("the worker has ended")]
    Ended,
}

impl Mailbox {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            requests: Mutex::new(Requests {
                waiting: VecDeque::new(),
                order: None,
                has_ended: false,
            }),
            wake: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?,
            outbox: Outbox::new()?,
        })
    }

    /// Leaves a request for the media thread.
    pub(crate) fn submit(&self, request: Request) -> Result<(), SubmitError> {
        let mut requests = self.lock();
        if requests.has_ended {
            return Err(SubmitError::Ended);
        }
        requests.waiting.push_back(request);
        self.wake();
        Ok(())
    }

    /// Leaves an order. What waits is not carried out any more.
    pub(crate) fn order(&self, order: Order) {
        let mut requests = self.lock();
        requests.order = Some(order);
        requests.has_ended |= order == Order::Stop;
        self.wake();
    }

    /// Readable while there is something for the media thread.
    pub(crate) fn wake_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }

    /// Moves at most `limit` requests to `into`, or gives the order that goes before them.
    pub(crate) fn take(&self, limit: usize, into: &mut Vec<Request>) -> Option<Order> {
        let mut requests = self.lock();
        let count = limit.min(requests.waiting.len());
        into.extend(requests.waiting.drain(..count));
        if requests.waiting.is_empty() {
            // It fails where nothing was written: the descriptor does not block.
            let _ = rustix::io::read(&self.wake, &mut [0; 8]);
        }
        requests.order.take()
    }

    /// Refuses what comes from now on: there is no media thread any more. `death` is why, where nobody
    /// asked for it; whoever is refused finds it told.
    pub(crate) fn end(&self, death: Option<String>) {
        let mut requests = self.lock();
        requests.has_ended = true;
        requests.waiting.clear();
        if let Some(reason) = death {
            self.outbox.died(&reason);
        }
    }

    fn wake(&self) {
        // It fails only where the counter is full, and then the descriptor is readable already.
        let _ = rustix::io::write(&self.wake, &1_u64.to_ne_bytes());
    }

    fn lock(&self) -> MutexGuard<'_, Requests> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use rustix::{
        event::{PollFd, PollFlags, poll},
        time::Timespec,
    };
    use sfu_engine::RouterId;

    use super::*;

    #[test]
    fn requests_are_taken_in_order_and_the_descriptor_tells_what_is_left() {
        let mailbox = Mailbox::new().unwrap();
        for number in 0..5 {
            mailbox.submit(request(number)).unwrap();
        }
        let mut taken = Vec::new();
        assert_eq!(mailbox.take(3, &mut taken), None);
        assert!(is_readable(&mailbox));
        assert_eq!(mailbox.take(3, &mut taken), None);
        assert!(!is_readable(&mailbox));
        let numbers: Vec<_> = taken.iter().map(|request| request.number).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn nothing_is_taken_in_after_the_end() {
        let stopped = Mailbox::new().unwrap();
        stopped.order(Order::Stop);
        let ended = Mailbox::new().unwrap();
        ended.end(None);
        for mailbox in [stopped, ended] {
            let submitted = mailbox.submit(request(1));
            assert!(matches!(submitted, Err(SubmitError::Ended)));
        }
    }

    fn request(number: u64) -> Request {
        let router = RouterId(number);
        Request {
            number,
            command: Command::CreateRouter { router },
        }
    }

    fn is_readable(mailbox: &Mailbox) -> bool {
        let wake = mailbox.wake_fd();
        let mut fds = [PollFd::from_borrowed_fd(wake, PollFlags::IN)];
        poll(&mut fds, Some(&Timespec::default())).unwrap() == 1
    }
}
