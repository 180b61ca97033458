//! Sends the video to the worker as its client does: encrypted, a frame at once.

use std::{
    net::{SocketAddr, UdpSocket},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use quinn_udp::{Transmit, UdpSockRef, UdpSocketState};
use rtc_srtp::context::Context;

use crate::{
    call::Call,
    client::{Client, PROFILE},
    identity::Identity,
    sinks::Sinks,
    video::{FRAME_INTERVAL, Video},
};

pub(crate) struct Publisher {
    video: Video,
    srtp: Context,
    socket: UdpSocket,
    state: UdpSocketState,
    remote: SocketAddr,
}

/// A key frame a second, and the engine asks for none that is not there.
const WARM_WITHIN: Duration = Duration::from_secs(5);

impl Publisher {
    pub(crate) fn start(call: &mut Call, client: Client, identity: &Identity) -> Result<Self> {
        call.produce(&client)?;
        let keys = &client.keys;
        let (key, salt) = (&keys.local_master_key, &keys.local_master_salt);
        let crypto = identity.provider.crypto();
        Ok(Self {
            video: Video::default(),
            srtp: Context::new(key, salt, PROFILE, None, None, crypto)?,
            state: UdpSocketState::new(UdpSockRef::from(&client.socket))?,
            socket: client.socket,
            remote: client.remote,
        })
    }

    /// Publishes until each receiver has got something new.
    pub(crate) fn warm_up(&mut self, sinks: &Sinks) -> Result<()> {
        let before = sinks.counts();
        let deadline = Instant::now() + WARM_WITHIN;
        loop {
            self.frame()?;
            thread::sleep(FRAME_INTERVAL);
            let counts = sinks.counts();
            let waiting = before.iter().zip(&counts).filter(|(old, new)| old == new);
            match waiting.count() {
                0 => return Ok(()),
                count if Instant::now() > deadline => {
                    bail!(
                        "the worker forwards nothing to {count} of {} receivers",
                        sinks.len()
                    )
                }
                _ => {}
            }
        }
    }

    /// Publishes in real time; answers how many packets.
    pub(crate) fn publish(&mut self, duration: Duration) -> Result<u64> {
        let mut sent = 0;
        let start = Instant::now();
        let mut due = start;
        while due < start + duration {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            sent += self.frame()?;
            due += FRAME_INTERVAL;
        }
        Ok(sent)
    }

    /// One frame in one call: what a network card with receive offload hands over.
    fn frame(&mut self) -> Result<u64> {
        let mut run = Vec::new();
        let mut segment_size = None;
        let packets = self.video.frame();
        for packet in &packets {
            let packet = self.srtp.encrypt_rtp(packet)?;
            segment_size = Some(packet.len());
            run.extend_from_slice(&packet);
        }
        let transmit = Transmit {
            destination: self.remote,
            ecn: None,
            contents: &run,
            segment_size,
            src_ip: None,
        };
        let socket = UdpSockRef::from(&self.socket);
        let sent = self.state.try_send(socket, &transmit);
        sent.context("publishing")?;
        Ok(packets.len() as u64)
    }
}
