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

use anyhow::{Context, Result, ensure};

use crate::{
    call::Call,
    client::Client,
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

fn main() -> Result<()> {
    let mut bench = Bench::new()?;
    let mut table = Table::default();
    for _ in 0..ROUNDS {
        for receivers in RECEIVERS {
            table.add(receivers, "naive", bench.naive(receivers)?);
            table.add(receivers, "worker", bench.worker(receivers)?);
            table.add(receivers, "floor", bench.floor(receivers)?);
        }
    }
    table.print();
    Ok(())
}

/// A connected call whose receivers' sockets serve all three ways to send.
struct Bench {
    call: Call,
    publisher: Publisher,
    clients: Vec<Client>,
    sinks: Sinks,
}

impl Bench {
    fn new() -> Result<Self> {
        let identity = Identity::generate()?;
        let mut call = Call::start()?;
        let sender = call.connect(&identity)?;
        let most = RECEIVERS.into_iter().max().unwrap_or_default();
        let clients: Vec<_> = (0..most)
            .map(|_| call.connect(&identity))
            .collect::<Result<_>>()?;
        let sinks = Sinks::start(clients.iter().map(|client| &client.socket))?;
        let publisher = Publisher::start(&mut call, sender, &identity)?;
        Ok(Self {
            call,
            publisher,
            clients,
            sinks,
        })
    }

    fn worker(&mut self, receivers: usize) -> Result<Measure> {
        let clients = self.clients.get(..receivers).context("clients")?;
        let consumers = clients
            .iter()
            .map(|client| self.call.consume(client))
            .collect::<Result<Vec<_>>>()?;
        self.publisher.warm_up(&self.sinks, receivers)?;
        let before = (self.call.cpu(), self.sinks.received(receivers));
        let sent = self.publisher.publish(DURATION)?;
        self.sinks.settle(receivers);
        let measure = Measure {
            cpu: self.call.cpu().saturating_sub(before.0),
            packets: self.sinks.received(receivers) - before.1,
        };
        for consumer in consumers {
            self.call.close_consumer(consumer)?;
        }
        let expected = sent * receivers as u64;
        // What the kernel drops on a crowded machine is not the worker's; the table counts what arrived.
        ensure!(
            measure.packets * 100 >= expected * 98,
            "of {expected} packets {} were forwarded to {receivers} receivers",
            measure.packets
        );
        Ok(measure)
    }

    fn naive(&self, receivers: usize) -> Result<Measure> {
        let mut naive = Naive::new(self.sinks.addresses(receivers))?;
        measure_forwarder(&mut naive, &self.sinks, receivers, DURATION)
    }

    fn floor(&self, receivers: usize) -> Result<Measure> {
        let mut floor = Floor::new(self.sinks.addresses(receivers))?;
        measure_forwarder(&mut floor, &self.sinks, receivers, DURATION)
    }
}
