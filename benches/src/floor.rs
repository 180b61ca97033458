//! The least that forwarding can cost with these ciphers and sockets: each packet copied once, sealed where it lies,
//! and a frame to a receiver sent by one call.

use std::net::{SocketAddr, UdpSocket};

use anyhow::{Result, anyhow};
use quinn_udp::{Transmit, UdpSockRef, UdpSocketState};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::{forward::Forwarder, sinks::bind, video::HEADER_BYTES};

pub(crate) struct Floor {
    socket: UdpSocket,
    state: UdpSocketState,
    receivers: Vec<Receiver>,
    run: Vec<u8>,
}

struct Receiver {
    address: SocketAddr,
    ssrc: u32,
    key: LessSafeKey,
    packets: u64,
}

const SSRC_AT: usize = 8;

impl Floor {
    pub(crate) fn new(addresses: impl Iterator<Item = SocketAddr>) -> Result<Self> {
        let receivers = (1..).zip(addresses);
        let receivers = receivers.map(|(ssrc, address)| Receiver::new(address, ssrc));
        let socket = bind()?;
        Ok(Self {
            state: UdpSocketState::new(UdpSockRef::from(&socket))?,
            socket,
            receivers: receivers.collect::<Result<_>>()?,
            run: Vec::new(),
        })
    }
}

impl Forwarder for Floor {
    fn forward(&mut self, packets: &[Vec<u8>]) -> Result<()> {
        for receiver in &mut self.receivers {
            self.run.clear();
            for packet in packets {
                receiver.seal(packet, &mut self.run)?;
            }
            let transmit = Transmit {
                destination: receiver.address,
                ecn: None,
                contents: &self.run,
                segment_size: Some(self.run.len() / packets.len().max(1)),
                src_ip: None,
            };
            let socket = UdpSockRef::from(&self.socket);
            self.state.try_send(socket, &transmit)?;
        }
        Ok(())
    }
}

impl Receiver {
    fn new(address: SocketAddr, ssrc: u32) -> Result<Self> {
        let key = UnboundKey::new(&AES_128_GCM, &[7; 16]).map_err(|_| anyhow!("no key"))?;
        Ok(Self {
            address,
            ssrc,
            key: LessSafeKey::new(key),
            packets: 0,
        })
    }

    /// Appends `packet` to `run`, rewritten and sealed.
    fn seal(&mut self, packet: &[u8], run: &mut Vec<u8>) -> Result<()> {
        let start = run.len();
        run.extend_from_slice(packet);
        let copy = run.get_mut(start..).unwrap_or_default();
        let (header, payload) = copy
            .split_first_chunk_mut::<HEADER_BYTES>()
            .ok_or_else(|| anyhow!("no header"))?;
        if let Some(ssrc) = header.last_chunk_mut::<{ HEADER_BYTES - SSRC_AT }>() {
            *ssrc = self.ssrc.to_be_bytes();
        }
        self.packets += 1;
        let mut nonce = [0; NONCE_LEN];
        if let Some(count) = nonce.last_chunk_mut() {
            *count = self.packets.to_be_bytes();
        }
        let nonce = Nonce::assume_unique_for_key(nonce);
        let sealed = self
            .key
            .seal_in_place_separate_tag(nonce, Aad::from(*header), payload);
        let tag = sealed.map_err(|_| anyhow!("not sealed"))?;
        run.extend_from_slice(tag.as_ref());
        Ok(())
    }
}
