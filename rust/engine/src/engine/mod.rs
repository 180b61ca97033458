//! The engine: what the owner of a worker talks to.
//!
//! `inbound.rs` takes datagrams, `feedback.rs` the RTCP among them, `outbound.rs` sends RTCP when it is
//! due and `scores.rs` with it tells how media gets through, `commands.rs` carries out commands,
//! `inspect.rs` tells what is there.

mod commands;
mod feedback;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod inbound;
mod inspect;
mod outbound;
mod scores;
mod timers;

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use rand_chacha::{ChaCha12Rng, rand_core::SeedableRng};

use self::{inbound::Received, timers::Timers};
use crate::{
    config::EngineConfig,
    datagram::TransmitQueue,
    demux::Routes,
    error::DropReason,
    event::Event,
    ids::{ConsumerId, IdMap, ProducerId, RouterId, TransportId},
    router::{Consumer, Link, Moment, Ntp, Producer, WallClock},
    transport::DtlsState,
};

/// One worker's whole state: routers, transports, producers, consumers.
///
/// After each `handle_*` the owner sends what [`Self::transmits`] holds, drains
/// [`Self::poll_event`], and arms a timer for [`Self::poll_timeout`].
pub struct Engine {
    config: EngineConfig,
    rng: ChaCha12Rng,
    wall_clock: WallClock,
    routes: Routes,
    /// The transports of each router.
    routers: IdMap<RouterId, Vec<TransportId>>,
    links: IdMap<TransportId, Link>,
    producers: IdMap<ProducerId, Producer>,
    consumers: IdMap<ConsumerId, Consumer>,
    timers: Timers,
    /// Transports whose deadline may have changed since the timers were last set.
    touched: Vec<TransportId>,
    /// Memory for the media of one batch.
    received: Vec<Received>,
    out: TransmitQueue,
    events: VecDeque<Event>,
    drops: [u64; DropReason::ALL.len()],
}

impl Engine {
    /// Makes an empty engine. `seed` is all the randomness it will have; `wall_clock` is the time
    /// since the Unix epoch at `now`.
    #[must_use]
    pub fn new(config: EngineConfig, seed: [u8; 32], now: Instant, wall_clock: Duration) -> Self {
        Self {
            config,
            rng: ChaCha12Rng::from_seed(seed),
            wall_clock: WallClock::new(now, wall_clock),
            routes: Routes::default(),
            routers: IdMap::default(),
            links: IdMap::default(),
            producers: IdMap::default(),
            consumers: IdMap::default(),
            timers: Timers::default(),
            touched: Vec::new(),
            received: Vec::new(),
            out: TransmitQueue::new(),
            events: VecDeque::new(),
            drops: [0; DropReason::ALL.len()],
        }
    }

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some((at, id)) = self.timers.take_due(now) {
            let armed = self.links.get_mut(&id).map(|link| &mut link.armed);
            if let Some(armed) = armed.filter(|armed| **armed == Some(at)) {
                *armed = None;
                self.serve(id, now);
                self.touched.push(id);
            }
        }
        self.set_timers();
    }

    /// When [`Self::handle_timeout`] is to be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.timers.earliest()
    }

    /// What is to be sent. The owner clears it once it is.
    pub fn transmits(&mut self) -> &mut TransmitQueue {
        &mut self.out
    }

    /// The next thing to tell.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Does what a transport has due: handshake, consent, requests to its producers, reports.
    fn serve(&mut self, id: TransportId, now: Instant) {
        if let Some(link) = self.links.get_mut(&id) {
            link.webrtc.handle_timeout(now, &mut self.out);
        }
        self.take_events(id, now);
        self.send_requests(id, now);
        self.send_reports(id, now);
    }

    /// Passes on what a transport has to tell, and lets media begin when it has just been connected.
    fn take_events(&mut self, id: TransportId, now: Instant) {
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        let mut is_connected = false;
        while let Some(event) = link.webrtc.poll_event() {
            is_connected |= matches!(
                event,
                Event::DtlsStateChange {
                    dtls_state: DtlsState::Connected,
                    ..
                }
            );
            self.events.push_back(event);
        }
        if is_connected {
            link.next_report = Some(now + FIRST_REPORT);
            for consumer in link.consumers.clone() {
                self.want_key_frame(consumer, now);
            }
        }
    }

    /// Asks the producer of a consumer for a key frame, as soon as it may be asked.
    fn want_key_frame(&mut self, consumer: ConsumerId, now: Instant) {
        let consumer = self.consumers.get(&consumer).filter(|it| !it.paused);
        let producer = consumer.and_then(|it| self.producers.get_mut(&it.producer));
        if let Some(producer) = producer {
            producer.want_key_frame(now);
            self.touched.push(producer.transport);
        }
    }

    /// Sets the timers of all touched transports.
    fn set_timers(&mut self) {
        while let Some(id) = self.touched.pop() {
            let Some(deadline) = self.deadline(id) else {
                continue;
            };
            let Some(link) = self.links.get_mut(&id) else {
                continue;
            };
            if link.armed.is_none_or(|armed| deadline < armed) {
                link.armed = Some(deadline);
                self.timers.arm(deadline, id);
            }
        }
    }

    fn deadline(&self, id: TransportId) -> Option<Instant> {
        let link = self.links.get(&id)?;
        // Nobody can be asked for anything before there are keys.
        let producers = if link.webrtc.is_connected() {
            &link.producers[..]
        } else {
            &[]
        };
        let producers = producers
            .iter()
            .filter_map(|producer| self.producers.get(producer)?.deadline());
        let own = [link.webrtc.poll_timeout(), link.next_report];
        own.into_iter().flatten().chain(producers).min()
    }

    fn moment(&self, now: Instant) -> Moment {
        Moment {
            now,
            abs_send_time: self.ntp(now).abs_send_time(),
        }
    }

    fn ntp(&self, now: Instant) -> Ntp {
        Ntp::from_unix(self.wall_clock.at(now))
    }

    fn count_drop(&mut self, reason: DropReason) {
        if let Some(count) = self.drops.get_mut(reason as usize) {
            *count += 1;
        }
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("routers", &self.routers.len())
            .field("transports", &self.links.len())
            .finish_non_exhaustive()
    }
}

/// Soon enough for lip sync to hold from the first second.
const FIRST_REPORT: Duration = Duration::from_millis(200);
