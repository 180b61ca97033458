//! The thread and the way to it.

use std::{
    io,
    os::fd::{AsFd, AsRawFd, RawFd},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use sfu_outbox::Outbox;
use thiserror::Error;
use tokio::{runtime, sync::mpsc};

use crate::{
    command::Command,
    error::CommandError,
    host::{Host, Tracks},
};

/// A WebRTC client on a thread of its own: connections, published tracks and received ones.
///
/// Commands and what comes back are JSON texts (`command.rs`), in the same forms as a worker's:
/// `{"request": N, "ok": {...}}`, `{"request": N, "error": {"kind": K, "message": M}}`,
/// `{"event": NAME, ...}`, and last `{"died": REASON}` where the thread has panicked.
#[derive(Debug)]
pub struct Peer {
    outbox: Arc<Outbox>,
    tracks: Arc<Tracks>,
    thread: Mutex<Option<Thread>>,
}

#[derive(Debug)]
struct Thread {
    commands: mpsc::UnboundedSender<(u64, Command)>,
    handle: JoinHandle<()>,
}

/// Why a command was not taken.
#[derive(Debug, Error)]
pub enum SubmitError {
    /// It is not JSON of a known form.
    #[error("not a command: {0}")]
    Malformed(#[from] serde_json::Error),
    /// The peer is closed, or has died.
    #[error("the peer has ended")]
    Ended,
}

impl Peer {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// The process is out of threads or descriptors.
    pub fn spawn() -> io::Result<Self> {
        let outbox = Arc::new(Outbox::new()?);
        let tracks = Arc::new(Tracks::default());
        let (commands, receiver) = mpsc::unbounded_channel();
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let host = Host::new(Arc::clone(&outbox), Arc::clone(&tracks));
        let on_panic = Arc::clone(&outbox);
        let handle = thread::Builder::new()
            .name("sfu-peer".to_owned())
            .spawn(move || {
                let work = AssertUnwindSafe(move || runtime.block_on(host.run(receiver)));
                if catch_unwind(work).is_err() {
                    on_panic.died("panic");
                }
            })?;
        let thread = Thread { commands, handle };
        Ok(Self {
            outbox,
            tracks,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Readable when [`Self::drain`] has something to give. Belongs to the peer.
    #[must_use]
    pub fn event_fd(&self) -> RawFd {
        self.outbox.as_fd().as_raw_fd()
    }

    /// Queues a command; its answer comes by [`Self::drain`] under the same `request`.
    ///
    /// # Errors
    ///
    /// See [`SubmitError`].
    pub fn submit(&self, request: u64, command: &str) -> Result<(), SubmitError> {
        let command = serde_json::from_str(command)?;
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        let thread = thread.as_ref().ok_or(SubmitError::Ended)?;
        let sent = thread.commands.send((request, command));
        sent.map_err(|_| SubmitError::Ended)
    }

    /// Takes everything that waits.
    #[must_use]
    pub fn drain(&self) -> Vec<String> {
        self.outbox.drain()
    }

    /// The counts of a track as JSON: an object for a received one, a list with one object an
    /// encoding for a published one.
    ///
    /// # Errors
    ///
    /// There is no such track.
    pub fn stats(&self, track: u64) -> Result<String, CommandError> {
        self.tracks.stats(track).map(|stats| stats.to_string())
    }

    /// Closes all connections and waits for the thread. Idempotent.
    pub fn close(&self) {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Thread { commands, handle }) = thread.take() {
            drop(commands);
            // Its panics are caught inside.
            let _ = handle.join();
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.close();
    }
}
