//! A call on virtual time: the engine, peers of another make, and a network between them.

use std::{
    collections::BinaryHeap,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use rand_chacha::{
    ChaCha12Rng,
    rand_core::{RngCore, SeedableRng},
};
use serde_json::{Value, json};
use sfu_engine::{
    Certificate, Command, CommandError, Datagram, Engine, EngineConfig, Event, ListenAddress,
    SocketId, Tuple,
};
use sfu_peer::SimPeer;

use crate::parameters::{
    Media, client_parameters, consume, fps, kind, peer_codecs, peer_extensions, produce,
    produce_simulcast, router_parameters, simulcast_client_parameters,
};

/// The engine with its peers.
pub(crate) struct World {
    pub(crate) now: Instant,
    pub(crate) engine: Engine,
    pub(crate) peers: Vec<Node>,
    pub(crate) network: Network,
    pub(crate) events: Vec<Event>,
    /// How often the engine was woken by its own deadline.
    pub(crate) wake_ups: u64,
    /// How often the engine allocated memory for datagrams.
    pub(crate) allocations: u64,
    flying: BinaryHeap<Flying>,
    sent: u64,
    start: Instant,
}

/// A peer, where it is, and what it has.
pub(crate) struct Node {
    pub(crate) sim: SimPeer,
    /// Its own address, which it does not know to change behind a NAT.
    pub(crate) address: SocketAddr,
    /// The address that the engine sees.
    pub(crate) seen_as: SocketAddr,
    pub(crate) transport: u64,
    dtls_parameters: Value,
    sections: u64,
}

/// What the network does, the same in both directions; `lose_*` are shares of one.
pub(crate) struct Network {
    pub(crate) delay: Duration,
    /// Added at random, up to so much: reorders.
    pub(crate) jitter: Duration,
    pub(crate) lose_to_engine: f64,
    pub(crate) lose_to_peers: f64,
    pub(crate) duplicate: f64,
    rng: ChaCha12Rng,
}

#[derive(PartialEq, Eq)]
struct Flying {
    arrives: Instant,
    number: u64,
    from: SocketAddr,
    to: SocketAddr,
    bytes: Vec<u8>,
}

impl World {
    /// An engine with one router, whose consent time-out is the standard one.
    pub(crate) fn new(seed: u64) -> Self {
        Self::configured(seed, |_| {})
    }

    /// The same with changes to the configuration.
    pub(crate) fn configured(seed: u64, change: impl FnOnce(&mut EngineConfig)) -> Self {
        let now = start();
        let listen = ListenAddress {
            local: engine_address(),
            announced: None,
        };
        let certificate = Certificate::generate().unwrap();
        let mut config = EngineConfig::new(vec![listen], Arc::new(certificate));
        change(&mut config);
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut world = Self {
            now,
            engine: Engine::new(config, key, now, UNIX),
            peers: Vec::new(),
            network: Network {
                delay: Duration::from_millis(10),
                jitter: Duration::ZERO,
                lose_to_engine: 0.0,
                lose_to_peers: 0.0,
                duplicate: 0.0,
                rng: ChaCha12Rng::seed_from_u64(seed),
            },
            events: Vec::new(),
            wake_ups: 0,
            allocations: 0,
            flying: BinaryHeap::new(),
            sent: 0,
            start: now,
        };
        world
            .command(json!({ "method": "createRouter", "router": 1 }))
            .unwrap();
        world
    }

    /// A call that has run for a second, with Alice and Bob: her video, producer 1 and her track 1,
    /// reaches him as consumer 11 and his track 11.
    pub(crate) fn video_call(seed: u64) -> (Self, usize, usize) {
        let mut world = Self::new(seed);
        let (alice, bob) = (world.peer(), world.peer());
        world.publish(alice, 1, Media::Video);
        world.subscribe(bob, 11, 1, Media::Video);
        world.run_until_connected();
        world.run(Duration::from_secs(1));
        (world, alice, bob)
    }

    /// The same with her sound as producer 2, consumer 12.
    pub(crate) fn call(seed: u64) -> (Self, usize, usize) {
        let (mut world, alice, bob) = Self::video_call(seed);
        world.publish(alice, 2, Media::Audio);
        world.subscribe(bob, 12, 2, Media::Audio);
        world.run(Duration::from_secs(1));
        (world, alice, bob)
    }

    /// Carries out a command given as JSON; its answer as JSON.
    pub(crate) fn command(&mut self, command: Value) -> Result<Value, CommandError> {
        let reply = self.engine.handle_command(parse(command), self.now);
        self.collect();
        reply.map(|reply| serde_json::to_value(reply).unwrap())
    }

    /// Adds a peer with a transport; `role` is the peer's in DTLS. It is not connected yet.
    pub(crate) fn add_peer(&mut self, role: &str) -> usize {
        let place = self.peers.len();
        let transport = place as u64 + 1;
        let created = self.command(json!({
            "method": "createWebRtcTransport", "router": 1, "transport": transport,
        }));
        let options = json!({
            "connection": 1,
            "transport": created.unwrap(),
            "codecs": peer_codecs(),
            "headerExtensions": peer_extensions(),
            "dtlsRole": role,
        });
        let address = SocketAddr::from(([10, 0, 1, u8::try_from(place).unwrap() + 1], 5_000));
        let unix = UNIX + (self.now - self.start);
        let (sim, dtls_parameters) = SimPeer::new(options, address, self.now, unix).unwrap();
        self.peers.push(Node {
            sim,
            address,
            seen_as: address,
            transport,
            dtls_parameters,
            sections: 0,
        });
        place
    }

    /// Tells the engine the peer's DTLS parameters.
    pub(crate) fn connect(&mut self, peer: usize) {
        let Node {
            transport,
            dtls_parameters,
            ..
        } = &self.peers[peer];
        let connect = json!({
            "method": "connectTransport", "transport": transport,
            "dtlsParameters": dtls_parameters,
        });
        self.command(connect).unwrap();
    }

    /// A connected client in the DTLS role `client`.
    pub(crate) fn peer(&mut self) -> usize {
        let peer = self.add_peer("client");
        self.connect(peer);
        peer
    }

    /// Publishes a track as producer `id`.
    pub(crate) fn publish(&mut self, peer: usize, id: u64, media: Media) {
        let node = &mut self.peers[peer];
        let mid = node.next_mid();
        let rtp_parameters = client_parameters(media, &mid, id);
        node.sim
            .publish(
                json!({
                    "connection": 1, "track": id, "kind": kind(media), "fps": fps(media),
                    "rtpParameters": rtp_parameters,
                }),
                self.now,
            )
            .unwrap();
        let transport = node.transport;
        self.command(produce(transport, id, media, &mid)).unwrap();
    }

    /// Publishes video in three encodings that are told by mid and rid alone.
    pub(crate) fn publish_simulcast(&mut self, peer: usize, id: u64) {
        let node = &mut self.peers[peer];
        let mid = node.next_mid();
        let publish = json!({
            "connection": 1, "track": id, "kind": "video", "fps": 30,
            "rtpParameters": simulcast_client_parameters(&mid, id),
        });
        node.sim.publish(publish, self.now).unwrap();
        let command = produce_simulcast(node.transport, id, &mid);
        self.command(command).unwrap();
    }

    /// Subscribes to producer `producer` as consumer `id`, which is the peer's track as well.
    pub(crate) fn subscribe(&mut self, peer: usize, id: u64, producer: u64, media: Media) {
        let node = &mut self.peers[peer];
        let mid = node.next_mid();
        let transport = node.transport;
        self.command(consume(transport, id, producer, media, &mid))
            .unwrap();
        let node = &mut self.peers[peer];
        let parameters = router_parameters(media, &mid, id);
        node.sim
            .subscribe(id, json!(kind(media)), parameters, self.now)
            .unwrap();
    }

    /// A count of a received or published track.
    pub(crate) fn count(&self, peer: usize, track: u64, name: &str) -> u64 {
        let stats = self.peers[peer].sim.stats(track).unwrap();
        let stats = stats.get(0).unwrap_or(&stats);
        stats[name]
            .as_u64()
            .unwrap_or_else(|| panic!("{name}: {stats}"))
    }

    /// All counts of a received track.
    pub(crate) fn stats(&self, peer: usize, track: u64) -> Value {
        self.peers[peer].sim.stats(track).unwrap()
    }

    /// The first of a producer's statistics.
    pub(crate) fn producer_count(&mut self, id: u64, name: &str) -> u64 {
        let stats = self.command(json!({ "method": "stats", "producer": id }));
        stats.unwrap()[0][name].as_u64().unwrap()
    }

    /// A consumer's statistics.
    pub(crate) fn consumer_stats(&mut self, id: u64) -> Value {
        let stats = self.command(json!({ "method": "stats", "consumer": id }));
        stats.unwrap()[0].clone()
    }

    /// One of a consumer's statistics.
    pub(crate) fn consumer_count(&mut self, id: u64, name: &str) -> u64 {
        self.consumer_stats(id)[name].as_u64().unwrap()
    }

    /// What the engine says of itself.
    pub(crate) fn dump(&mut self) -> Value {
        self.command(json!({ "method": "dump", "worker": null }))
            .unwrap()
    }

    /// How often the engine dropped something for a reason.
    pub(crate) fn drops(&mut self, reason: &str) -> u64 {
        self.dump()["drops"][reason].as_u64().unwrap_or(0)
    }

    /// Lets `time` pass.
    pub(crate) fn run(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(next) = self.next_instant().filter(|next| *next <= end) {
            self.step(next);
        }
        self.now = end;
    }

    /// Lets time pass until `done`, at most `limit`.
    #[track_caller]
    pub(crate) fn run_until(&mut self, limit: Duration, mut done: impl FnMut(&mut Self) -> bool) {
        let end = self.now + limit;
        while !done(self) {
            let next = self.next_instant().filter(|next| *next <= end);
            let next = next.unwrap_or_else(|| panic!("not within {limit:?}"));
            self.step(next);
        }
    }

    /// Runs until all peers are connected.
    #[track_caller]
    pub(crate) fn run_until_connected(&mut self) {
        self.run_until(Duration::from_secs(20), |world| {
            world.peers.iter().all(|peer| peer.sim.is_connected())
        });
    }

    /// Gives the engine a datagram as if it came from `from`.
    pub(crate) fn inject(&mut self, from: SocketAddr, bytes: &[u8]) {
        let mut payload = bytes.to_vec();
        let mut batch = [Datagram {
            tuple: tuple(from),
            payload: &mut payload,
        }];
        self.engine.handle_datagrams(&mut batch, self.now);
        self.collect();
    }

    fn next_instant(&mut self) -> Option<Instant> {
        let arrival = self.flying.peek().map(|flying| flying.arrives);
        let peers = self
            .peers
            .iter_mut()
            .filter_map(|peer| peer.sim.poll_timeout());
        let engine = self.engine.poll_timeout();
        peers.chain(arrival).chain(engine).min()
    }

    fn step(&mut self, next: Instant) {
        self.now = self.now.max(next);
        let mut batch = Vec::new();
        while self
            .flying
            .peek()
            .is_some_and(|flying| flying.arrives <= self.now)
        {
            let flying = self.flying.pop().unwrap();
            if flying.to == engine_address() {
                batch.push(flying);
            } else if let Some(peer) = self.peers.iter_mut().find(|peer| peer.seen_as == flying.to)
            {
                peer.sim
                    .handle_datagram(flying.from, &flying.bytes, self.now);
            }
        }
        let mut batch: Vec<_> = batch
            .iter_mut()
            .map(|flying| Datagram {
                tuple: tuple(flying.from),
                payload: &mut flying.bytes,
            })
            .collect();
        let (engine, now) = (&mut self.engine, self.now);
        let allocated = allocation_counter::measure(|| engine.handle_datagrams(&mut batch, now));
        self.allocations += allocated.count_total;
        if self.engine.poll_timeout().is_some_and(|at| at <= self.now) {
            self.engine.handle_timeout(self.now);
            self.wake_ups += 1;
        }
        for peer in &mut self.peers {
            if peer.sim.poll_timeout().is_some_and(|at| at <= self.now) {
                peer.sim.handle_timeout(self.now);
            }
        }
        self.collect();
    }

    /// Takes what the engine and the peers have to send and to tell.
    fn collect(&mut self) {
        let mut datagrams = Vec::new();
        for run in self.engine.transmits().runs() {
            for datagram in run.payload.chunks(run.segment_size) {
                datagrams.push((engine_address(), run.tuple.remote, datagram.to_vec()));
            }
        }
        self.engine.transmits().clear();
        self.events
            .extend(std::iter::from_fn(|| self.engine.poll_event()));
        for peer in &mut self.peers {
            while let Some((to, bytes)) = peer.sim.poll_transmit() {
                datagrams.push((peer.seen_as, to, bytes));
            }
        }
        for (from, to, bytes) in datagrams {
            self.send(from, to, &bytes);
        }
    }

    fn send(&mut self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        let lose = if to == engine_address() {
            self.network.lose_to_engine
        } else {
            self.network.lose_to_peers
        };
        if self.network.happens(lose) {
            return;
        }
        let copies = if self.network.happens(self.network.duplicate) {
            2
        } else {
            1
        };
        for _ in 0..copies {
            let share = f64::from(self.network.rng.next_u32()) / f64::from(u32::MAX);
            self.sent += 1;
            self.flying.push(Flying {
                arrives: self.now + self.network.delay + self.network.jitter.mul_f64(share),
                number: self.sent,
                from,
                to,
                bytes: bytes.to_vec(),
            });
        }
    }
}

impl Node {
    fn next_mid(&mut self) -> String {
        self.sections += 1;
        (self.sections - 1).to_string()
    }
}

impl Network {
    fn happens(&mut self, share: f64) -> bool {
        share > 0.0 && f64::from(self.rng.next_u32()) / f64::from(u32::MAX) < share
    }
}

impl Ord for Flying {
    /// The earliest is the greatest: what a heap gives first.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (other.arrives, other.number).cmp(&(self.arrives, self.number))
    }
}

impl PartialOrd for Flying {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "an Instant can be made in no other way; time then goes on by addition"
)]
fn start() -> Instant {
    Instant::now()
}

fn parse(command: Value) -> Command {
    serde_json::from_value(command).unwrap()
}

/// The engine's one address.
pub(crate) fn engine_address() -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 1], 4_000))
}

pub(crate) fn tuple(remote: SocketAddr) -> Tuple {
    Tuple {
        socket: SocketId(0),
        local: None,
        remote,
    }
}

/// The time since the Unix epoch at which every world begins.
const UNIX: Duration = Duration::from_secs(1_795_000_000);
