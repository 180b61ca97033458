//! What is measured, and the ways to forward that are measured beside the worker.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use rustix::time::{ClockId, clock_gettime};

use crate::{
    sinks::Sinks,
    video::{FRAME_INTERVAL, Video},
};

/// Packets that reached a receiver, and the CPU time of the thread that sent them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measure {
    pub(crate) packets: u64,
    pub(crate) cpu: Duration,
}

/// Sends a frame to all receivers, each with a key of its own.
pub(crate) trait Forwarder {
    /// `packets` are one frame's, not encrypted.
    fn forward(&mut self, packets: &[Vec<u8>]) -> Result<()>;
}

/// Forwards video in real time on this thread, and counts the CPU time of forwarding alone.
pub(crate) fn measure_forwarder(
    forwarder: &mut impl Forwarder,
    sinks: &Sinks,
    duration: Duration,
) -> Result<Measure> {
    let before = sinks.received();
    let mut video = Video::default();
    let (mut cpu, mut sent) = (Duration::ZERO, 0);
    let start = Instant::now();
    let mut due = start;
    while due < start + duration {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let frame = video.frame();
        let started = thread_cpu();
        forwarder.forward(&frame)?;
        cpu += thread_cpu().saturating_sub(started);
        sent += frame.len() * sinks.len();
        due += FRAME_INTERVAL;
    }
    sinks.settle();
    let packets = sinks.received() - before;
    ensure!(
        packets * 100 >= sent as u64 * 98,
        "of {sent} packets {packets} arrived"
    );
    Ok(Measure { packets, cpu })
}

fn thread_cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{floor::Floor, naive::Naive, sinks::bind};

    #[test]
    fn every_packet_reaches_every_receiver() {
        let sockets = [bind().unwrap(), bind().unwrap()];
        let sinks = Sinks::start(sockets.iter()).unwrap();
        let mut naive = Naive::new(sinks.addresses()).unwrap();
        let mut floor = Floor::new(sinks.addresses()).unwrap();
        let frames = FRAME_INTERVAL * 3;
        let by_naive = measure_forwarder(&mut naive, &sinks, frames).unwrap();
        let by_floor = measure_forwarder(&mut floor, &sinks, frames).unwrap();
        assert_eq!((by_naive.packets, by_floor.packets), (48, 48));
        assert_eq!(sinks.counts(), [48, 48]);
    }
}
