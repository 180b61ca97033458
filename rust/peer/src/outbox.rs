//! What goes back to the owner: JSON texts, and a descriptor that says when there are some.

use std::{
    io,
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd},
    sync::{Mutex, MutexGuard, PoisonError},
};

use rustix::event::{EventfdFlags, eventfd};
use serde_json::{Value, json};

use crate::error::CommandError;

/// Lines on their way to the owner. Any thread writes, one reads.
#[derive(Debug)]
pub(crate) struct Outbox {
    lines: Mutex<Vec<String>>,
    ready: OwnedFd,
}

impl Outbox {
    /// Makes an empty one.
    ///
    /// # Errors
    ///
    /// The process is out of descriptors.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            lines: Mutex::new(Vec::new()),
            ready: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?,
        })
    }

    /// Readable while there are lines.
    pub(crate) fn event_fd(&self) -> RawFd {
        self.ready.as_raw_fd()
    }

    /// Answers a request.
    pub(crate) fn answer(&self, request: u64, result: &Result<Value, CommandError>) {
        self.push(&match result {
            Ok(value) => json!({ "request": request, "ok": value }),
            Err(error) => json!({ "request": request,
                "error": { "kind": error.kind(), "message": error.to_string() } }),
        });
    }

    /// Tells an event: `fields` is an object.
    pub(crate) fn event(&self, name: &str, fields: &Value) {
        let mut event = json!({ "event": name });
        if let (Some(event), Some(fields)) = (event.as_object_mut(), fields.as_object()) {
            event.extend(fields.clone());
        }
        self.push(&event);
    }

    /// Tells that nothing more will come.
    pub(crate) fn died(&self, reason: &str) {
        self.push(&json!({ "died": reason }));
    }

    /// Takes all lines and quiets the descriptor.
    pub(crate) fn drain(&self) -> Vec<String> {
        let mut lines = self.lock();
        // Nothing to read where nothing was written: the descriptor does not block.
        let _ = rustix::io::read(self.fd(), &mut [0; 8]);
        std::mem::take(&mut *lines)
    }

    fn push(&self, line: &Value) {
        let mut lines = self.lock();
        lines.push(line.to_string());
        // It fails only where the counter is full, and then it is readable already.
        let _ = rustix::io::write(self.fd(), &1_u64.to_ne_bytes());
    }

    fn fd(&self) -> BorrowedFd<'_> {
        self.ready.as_fd()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
