//! The loop of a media thread.

use std::{
    io,
    ops::ControlFlow,
    os::fd::AsFd,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, poll},
    io::retry_on_intr,
    time::Timespec,
};
use sfu_engine::{Command, Engine, Target};

use crate::{
    buffer_pool::{BufferPool, Received},
    lines::{add_sockets, tell_answer, tell_event},
    mailbox::{Mailbox, Order, Request},
    send_batch::send_all,
    socket::{Socket, add},
};

/// Receive calls on one socket before commands, timers and the other sockets have their turn.
const RECEIVE_ROUNDS: usize = 8;
/// Commands carried out before media has its turn again; the dearest cost some tens of microseconds.
const REQUESTS_A_TURN: usize = 16;

/// One engine with its way into the world.
#[derive(Debug)]
pub(crate) struct MediaThread<'a> {
    engine: Engine,
    outlet: Outlet<'a>,
    buffers: BufferPool,
    requests: Vec<Request>,
}

/// Where the engine's output goes.
#[derive(Debug, Clone, Copy)]
struct Outlet<'a> {
    sockets: &'a [Socket],
    mailbox: &'a Mailbox,
}

impl<'a> MediaThread<'a> {
    pub(crate) fn new(engine: Engine, sockets: &'a [Socket], mailbox: &'a Mailbox) -> Self {
        Self {
            engine,
            outlet: Outlet { sockets, mailbox },
            buffers: BufferPool::new(),
            requests: Vec::with_capacity(REQUESTS_A_TURN),
        }
    }

    /// Runs until it is told to stop.
    ///
    /// Each turn serves everybody a bounded while, so that neither a flood nor a busy owner starves the others.
    pub(crate) fn run(mut self) -> io::Result<()> {
        let sockets = self.outlet.sockets;
        let mut fds = self.outlet.poll_fds();
        loop {
            wait(&mut fds, self.engine.poll_timeout())?;
            if fds.last().is_some_and(is_ready) && self.serve_mailbox().is_break() {
                return Ok(());
            }
            for (socket, fd) in sockets.iter().zip(&fds) {
                if is_ready(fd) {
                    self.serve_socket(socket);
                }
            }
            self.serve_deadline();
        }
    }

    fn serve_mailbox(&mut self) -> ControlFlow<()> {
        let Outlet { sockets, mailbox } = self.outlet;
        match mailbox.take(REQUESTS_A_TURN, &mut self.requests) {
            Some(Order::Stop) => return ControlFlow::Break(()),
            Some(Order::Panic) => panic_as_ordered(),
            None => {}
        }
        for Request { number, command } in self.requests.drain(..) {
            let is_worker_dump = matches!(command, Command::Dump(Target::Worker));
            let mut result = self.engine.handle_command(command, Instant::now());
            if let (true, Ok(reply)) = (is_worker_dump, &mut result) {
                add_sockets(reply, sockets);
            }
            tell_answer(&mailbox.outbox, number, result);
            self.outlet.flush(&mut self.engine);
        }
        ControlFlow::Continue(())
    }

    fn serve_socket(&mut self, socket: &Socket) {
        for _ in 0..RECEIVE_ROUNDS {
            match self.receive(socket) {
                Ok(Received::Full) => {}
                Ok(Received::All) => return,
                Err(error) => return count_failure(socket, &error),
            }
        }
    }

    fn receive(&mut self, socket: &Socket) -> io::Result<Received> {
        let (engine, outlet) = (&mut self.engine, self.outlet);
        self.buffers.receive(
            |buffers, metas| socket.receive(buffers, metas),
            |meta| socket.tuple(meta),
            |batch| {
                engine.handle_datagrams(batch, Instant::now());
                outlet.flush(engine);
            },
        )
    }

    fn serve_deadline(&mut self) {
        let now = Instant::now();
        if self.engine.poll_timeout().is_some_and(|due| due <= now) {
            self.engine.handle_timeout(now);
            self.outlet.flush(&mut self.engine);
        }
    }
}

impl<'a> Outlet<'a> {
    /// The sockets, and last the mailbox.
    fn poll_fds(self) -> Vec<PollFd<'a>> {
        let sockets = self.sockets.iter().map(AsFd::as_fd);
        sockets
            .chain([self.mailbox.wake_fd()])
            .map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN))
            .collect()
    }

    fn flush(self, engine: &mut Engine) {
        send_all(self.sockets, engine.transmits());
        while let Some(event) = engine.poll_event() {
            tell_event(&self.mailbox.outbox, &event);
        }
    }
}

/// Sleeps until a descriptor is ready or `deadline` has come.
fn wait(fds: &mut [PollFd<'_>], deadline: Option<Instant>) -> io::Result<()> {
    let timeout = |due: Instant| due.saturating_duration_since(Instant::now());
    retry_on_intr(|| poll(fds, deadline.map(timeout).map(timespec).as_ref()))?;
    Ok(())
}

fn timespec(duration: Duration) -> Timespec {
    Timespec::try_from(duration).unwrap_or_default()
}

/// Errors are fetched by receiving, too.
fn is_ready(fd: &PollFd<'_>) -> bool {
    !fd.revents().is_empty()
}

fn count_failure(socket: &Socket, error: &io::Error) {
    if error.kind() != io::ErrorKind::WouldBlock {
        tracing::debug!(%error, "not received");
        add(&socket.drops().receive_failed, 1);
    }
}

#[expect(clippy::panic, reason = "asked for, by tests of what happens then")]
fn panic_as_ordered() {
    panic!("ordered")
}
