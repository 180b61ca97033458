//! A worker from its owner's side.

use std::{
    any::Any,
    io,
    net::SocketAddr,
    os::fd::{AsFd, BorrowedFd},
    panic::{AssertUnwindSafe, catch_unwind},
    process,
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use sfu_engine::{CertificateError, Engine, EngineConfig, ListenAddress, SocketId};
use thiserror::Error;

use crate::{
    cpu_clock::{CpuClock, CpuTimes},
    mailbox::{Mailbox, Order, Request, SubmitError},
    media_thread::MediaThread,
    options::{OptionsError, WorkerOptions},
    socket::Socket,
};

/// A media thread with its engine and sockets.
///
/// Commands and what comes back are JSON texts; see `sfu_engine::{Command, Event}` and `sfu_outbox`.
#[derive(Debug)]
pub struct Worker {
    mailbox: Arc<Mailbox>,
    clock: Arc<CpuClock>,
    listen: Vec<SocketAddr>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// The process that the thread is in: after a fork the child has none.
    process: u32,
}

/// Why there is no worker.
#[derive(Debug, Error)]
pub enum SpawnError {
    /// The options make no sense.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The certificate cannot be read or made.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A socket cannot be opened.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// The process is out of threads, descriptors or entropy.
    #[error("cannot start a thread: {0}")]
    Resources(#[from] io::Error),
}

impl Worker {
    /// Binds the sockets and starts the thread.
    ///
    /// # Errors
    ///
    /// See [`SpawnError`]; nothing is left open.
    pub fn spawn(options: &WorkerOptions) -> Result<Self, SpawnError> {
        options.check()?;
        let sockets = bind(options)?;
        let config = engine_config(options, &sockets)?;
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(io::Error::from)?;
        let listen = sockets.iter().map(Socket::local).collect();
        let mailbox = Arc::new(Mailbox::new()?);
        let clock = Arc::new(CpuClock::default());
        let thread = thread::Builder::new().name("sfu-worker".to_owned());
        let ours = (Arc::clone(&mailbox), Arc::clone(&clock));
        let thread = thread.spawn(move || run(config, seed, sockets, &ours.0, &ours.1))?;
        Ok(Self {
            mailbox,
            clock,
            listen,
            thread: Mutex::new(Some(thread)),
            process: process::id(),
        })
    }

    /// The bound addresses, in the order of the options.
    #[must_use]
    pub fn listen(&self) -> &[SocketAddr] {
        &self.listen
    }

    /// Queues a command; its answer comes by [`Self::drain`] under the same `request`.
    ///
    /// # Errors
    ///
    /// See [`SubmitError`].
    pub fn submit(&self, request: u64, command: &str) -> Result<(), SubmitError> {
        let command = serde_json::from_str(command)?;
        self.mailbox.submit(Request {
            number: request,
            command,
        })
    }

    /// Takes everything that waits.
    #[must_use]
    pub fn drain(&self) -> Vec<String> {
        self.mailbox.outbox.drain()
    }

    /// The CPU time of the media thread, also after its end.
    #[must_use]
    pub fn cpu_times(&self) -> CpuTimes {
        self.clock.read()
    }

    /// Stops the thread, which closes its sockets, and waits for it. Idempotent.
    pub fn close(&self) {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(thread) = thread.take() else { return };
        if self.process == process::id() {
            self.mailbox.order(Order::Stop);
            // Its panics are caught inside.
            let _ = thread.join();
        }
    }

    /// Makes the media thread panic, for tests of what its owner does then.
    pub fn panic(&self) {
        self.mailbox.order(Order::Panic);
    }
}

/// Readable when [`Worker::drain`] has something to give; not to be read by others.
impl AsFd for Worker {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.mailbox.outbox.as_fd()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.close();
    }
}

fn bind(options: &WorkerOptions) -> Result<Vec<Socket>, SpawnError> {
    let listen = (0..=u8::MAX).map(SocketId).zip(&options.listen);
    listen
        .map(|(id, listen)| {
            let address = listen.address();
            Socket::bind(id, address).map_err(|source| SpawnError::Listen { address, source })
        })
        .collect()
}

fn engine_config(options: &WorkerOptions, sockets: &[Socket]) -> Result<EngineConfig, SpawnError> {
    let listen = sockets.iter().zip(&options.listen);
    let listen = listen.map(|(socket, listen)| ListenAddress {
        local: socket.local(),
        announced: listen.announced_address.clone(),
    });
    Ok(EngineConfig {
        consent_timeout: options.consent_timeout()?,
        dtls_mtu: options.mtu()?,
        ..EngineConfig::new(listen.collect(), Arc::new(options.certificate()?))
    })
}

/// The whole life of the thread. Its sockets are closed before it tells that it has died.
fn run(
    config: EngineConfig,
    seed: [u8; 32],
    sockets: Vec<Socket>,
    mailbox: &Mailbox,
    clock: &CpuClock,
) {
    clock.start();
    let work = AssertUnwindSafe(|| {
        let sockets = sockets;
        let wall_clock = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = Instant::now();
        let engine = Engine::new(config, seed, now, wall_clock.unwrap_or_default());
        MediaThread::new(engine, &sockets, mailbox).run()
    });
    let end = catch_unwind(work);
    clock.stop();
    mailbox.end(match end {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(format!("poll: {error}")),
        Err(panic) => Some(format!("panic: {}", message(&*panic))),
    });
}

/// What `panic!` was given.
fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    let string = || panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(string).unwrap_or("of unknown reason")
}
