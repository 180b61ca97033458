//! What a thread tells its owner: JSON texts, and a descriptor that is readable while there are some.
//!
//! The lines are `{"request": N, "ok": {...}}`, `{"request": N, "error": {"kind": K, "message": M}}`,
//! `{"event": NAME, ...}` and, last, `{"died": REASON}`.
//!
//! A reader that does not come does not fill the memory: above [`FORGET_ABOVE`] lines only the newest state of each
//! [`Subject`] is kept. Answers and events without a subject always are; the reader's own requests bound those.

mod lines;

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::{Mutex, MutexGuard, PoisonError},
};

use rustix::event::{EventfdFlags, eventfd};
use serde::Serialize;

use lines::Lines;
pub use lines::{FORGET_ABOVE, Subject};

/// Lines on their way to the owner. Any thread writes, one reads.
#[derive(Debug)]
pub struct Outbox {
    lines: Mutex<Lines>,
    ready: OwnedFd,
}

/// Why a request was not carried out, in the owner's terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// `notFound`, `exists`, `invalidState` or `invalidParameters`.
    pub kind: &'static str,
    /// For people.
    pub message: String,
}

impl Outbox {
    /// Makes an empty one.
    ///
    /// # Errors
    ///
    /// The process is out of descriptors.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            lines: Mutex::default(),
            ready: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?,
        })
    }

    /// Answers a request.
    pub fn answer(&self, request: u64, result: Result<impl Serialize, Refusal>) {
        let line = match result {
            Ok(ok) => text(&Answer::Ok { request, ok }),
            Err(error) => text(&Answer::<()>::Error { request, error }),
        };
        self.push(line, None);
    }

    /// Tells an event: an object with the key `event`.
    pub fn event(&self, event: &impl Serialize) {
        self.push(text(event), None);
    }

    /// Tells, as an event, the state that `subject` is in now. A later one makes it stale.
    pub fn state(&self, subject: Subject, event: &impl Serialize) {
        self.push(text(event), Some(subject));
    }

    /// Tells that nothing more will come.
    pub fn died(&self, reason: &str) {
        self.push(text(&Died { died: reason }), None);
    }

    /// Takes all lines and quiets the descriptor.
    #[must_use]
    pub fn drain(&self) -> Vec<String> {
        let mut lines = self.lock();
        // Nothing to read where nothing was written: the descriptor does not block.
        let _ = rustix::io::read(self.ready.as_fd(), &mut [0; 8]);
        lines.take()
    }

    fn push(&self, line: String, subject: Option<Subject>) {
        let mut lines = self.lock();
        lines.push(line, subject);
        // It fails only where the counter is full, and then it is readable already.
        let _ = rustix::io::write(self.ready.as_fd(), &1_u64.to_ne_bytes());
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Readable while there are lines; not to be read by others.
impl AsFd for Outbox {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.ready.as_fd()
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer<T> {
    Ok { request: u64, ok: T },
    Error { request: u64, error: Refusal },
}

#[derive(Serialize)]
struct Died<'a> {
    died: &'a str,
}

#[expect(
    clippy::expect_used,
    reason = "JSON refuses only maps whose keys are not texts, and no line has one"
)]
fn text(line: &impl Serialize) -> String {
    serde_json::to_string(line).expect("keys are texts")
}

#[cfg(test)]
mod tests {
    use rustix::{
        event::{PollFd, PollFlags, poll},
        time::Timespec,
    };
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_have_the_forms_of_the_contract() {
        let outbox = Outbox::new().unwrap();
        outbox.answer(1, Ok(json!({ "a": 2 })));
        outbox.answer(2, Err::<(), _>(refusal()));
        outbox.event(&json!({ "event": "e" }));
        outbox.died("panic: x");
        assert_eq!(
            outbox.drain(),
            [
                r#"{"request":1,"ok":{"a":2}}"#,
                r#"{"request":2,"error":{"kind":"notFound","message":"no router"}}"#,
                r#"{"event":"e"}"#,
                r#"{"died":"panic: x"}"#,
            ]
        );
    }

    #[test]
    fn the_descriptor_is_readable_while_there_are_lines() {
        let outbox = Outbox::new().unwrap();
        assert!(!readable(&outbox));
        outbox.event(&json!({}));
        outbox.event(&json!({}));
        assert!(readable(&outbox));
        assert_eq!(outbox.drain().len(), 2);
        assert!(!readable(&outbox));
    }

    fn refusal() -> Refusal {
        Refusal {
            kind: "notFound",
            message: "no router".to_owned(),
        }
    }

    fn readable(outbox: &Outbox) -> bool {
        let mut fds = [PollFd::new(outbox, PollFlags::IN)];
        poll(&mut fds, Some(&Timespec::default())).unwrap() == 1
    }
}
