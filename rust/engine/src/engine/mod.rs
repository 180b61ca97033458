//! The engine: what the owner of a worker talks to.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use crate::{Command, CommandError, Datagram, EngineConfig, Event, Reply, TransmitQueue};

/// One worker's whole state: routers, transports, producers, consumers.
///
/// After each `handle_*` the owner sends what [`Self::transmits`] holds, drains
/// [`Self::poll_event`], and arms a timer for [`Self::poll_timeout`].
#[derive(Debug)]
pub struct Engine {
    transmits: TransmitQueue,
    events: VecDeque<Event>,
}

impl Engine {
    /// Makes an empty engine. `seed` is all the randomness it will have; `wall_clock` is the time since the
    /// Unix epoch at `now`.
    #[must_use]
    pub fn new(config: EngineConfig, seed: [u8; 32], now: Instant, wall_clock: Duration) -> Self {
        let _ = (config, seed, now, wall_clock);
        Self {
            transmits: TransmitQueue::new(),
            events: VecDeque::new(),
        }
    }

    /// Takes what the sockets received, in order. Payloads are decrypted in place.
    pub fn handle_datagrams(&mut self, batch: &mut [Datagram<'_>], now: Instant) {
        let _ = (batch, now);
    }

    /// Carries out a command.
    ///
    /// # Errors
    ///
    /// See [`CommandError`]; the engine is then as it was.
    pub fn handle_command(
        &mut self,
        command: Command,
        now: Instant,
    ) -> Result<Reply, CommandError> {
        let _ = (command, now);
        Ok(Reply::Done {})
    }

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        let _ = now;
    }

    /// When [`Self::handle_timeout`] is to be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    /// What is to be sent. The owner clears it once it is.
    pub fn transmits(&mut self) -> &mut TransmitQueue {
        &mut self.transmits
    }

    /// The next thing to tell.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }
}
