//! CPU time of a forwarded packet: one publisher's video through a real worker to N receivers over loopback, beside a
//! naive loop that does the same work and the floor that the kernel and the cipher leave.
//!
//! ```text
//! video.rs --SRTP--> worker (thread under test) --SRTP--> N sockets of sinks.rs
//!     |                                                       ^
//!     +--packets--> naive.rs: encrypt, one sendto a packet ---+
//!     +--packets--> floor.rs: seal in place, GSO runs --------+
//! ```
//!
//! All three send the same packets at the same pace to the same sockets, which take trains whole (GRO) as a network
//! card would; the rounds are interleaved, the table shows medians. A worker that forwards nothing is an error.

mod call;
mod client;
mod floor;
mod forward;
mod identity;
mod naive;
mod publisher;
mod sinks;
mod table;
mod video;

use std::time::Duration;

use anyhow::{Result, ensure};

use crate::{
    call::Call,
    floor::Floor,
    forward::{Measure, measure_forwarder},
    identity::Identity,
    naive::Naive,
    publisher::Publisher,
    sinks::Sinks,
    table::Table,
};

const RECEIVERS: [usize; 3] = [1, 10, 100];
const ROUNDS: usize = 3;
/// One measurement. Nine of them a round, and what they need around them: under two minutes in all.
const DURATION: Duration = Duration::from_secs(3);
/// A crowded machine may lose a few; the table counts what arrived.
const FORWARDED_PERCENT: u64 = 98;

fn main() -> Result<()> {
    let identity = Identity::generate()?;
    let mut table = Table::default();
    for _ in 0..ROUNDS {
        for receivers in RECEIVERS {
            let mut bench = Bench::new(&identity, receivers)?;
            table.add(receivers, "naive", bench.naive()?);
            table.add(receivers, "worker", bench.worker()?);
            table.add(receivers, "floor", bench.floor()?);
        }
    }
    table.print();
    Ok(())
}

/// A call whose receivers' sockets serve all three ways to send.
struct Bench {
    call: Call,
    publisher: Publisher,
    sinks: Sinks,
}

impl Bench {
    /// Connects a publisher and `receivers` that consume it.
    fn new(identity: &Identity, receivers: usize) -> Result<Self> {
        let mut call = Call::start()?;
        let sender = call.connect(identity)?;
        let publisher = Publisher::start(&mut call, sender, identity)?;
        let mut clients = Vec::new();
        for _ in 0..receivers {
            let client = call.connect(identity)?;
            call.consume(&client)?;
            clients.push(client);
        }
        let sinks = Sinks::start(clients.iter().map(|client| &client.socket))?;
        Ok(Self {
            call,
            publisher,
            sinks,
        })
    }

    fn worker(&mut self) -> Result<Measure> {
        self.publisher.warm_up(&self.sinks)?;
        self.sinks.settle();
        let before = (self.call.cpu(), self.sinks.received());
        let sent = self.publisher.publish(DURATION)?;
        let cpu = self.call.cpu().saturating_sub(before.0);
        self.sinks.settle();
        let packets = self.sinks.received() - before.1;
        let expected = sent * self.sinks.len() as u64;
        ensure!(
            packets * 100 >= expected * FORWARDED_PERCENT,
            "{packets} packets of {expected} were forwarded"
        );
        Ok(Measure { packets, cpu })
    }

    fn naive(&self) -> Result<Measure> {
        let mut naive = Naive::new(self.sinks.addresses())?;
        measure_forwarder(&mut naive, &self.sinks, DURATION)
    }

    fn floor(&self) -> Result<Measure> {
        let mut floor = Floor::new(self.sinks.addresses())?;
        measure_forwarder(&mut floor, &self.sinks, DURATION)
    }
}
