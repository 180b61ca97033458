//! What an SFU does that nobody has tuned: each packet copied, encrypted by the library, and sent by a call of its own.

use std::net::{SocketAddr, UdpSocket};

use anyhow::Result;
use rtc_srtp::{context::Context, protection_profile::ProtectionProfile};

use crate::{forward::Forwarder, sinks::bind};

pub(crate) struct Naive {
    socket: UdpSocket,
    receivers: Vec<Receiver>,
}

struct Receiver {
    address: SocketAddr,
    ssrc: u32,
    srtp: Context,
}

/// What browsers offer first, and therefore the common choice.
const PROFILE: ProtectionProfile = ProtectionProfile::Aes128CmHmacSha1_80;
const SSRC_AT: usize = 8;

impl Naive {
    pub(crate) fn new(addresses: impl Iterator<Item = SocketAddr>) -> Result<Self> {
        let receivers = (1..).zip(addresses);
        let receivers = receivers.map(|(ssrc, address)| Receiver::new(address, ssrc));
        Ok(Self {
            socket: bind()?,
            receivers: receivers.collect::<Result<_>>()?,
        })
    }
}

impl Forwarder for Naive {
    fn forward(&mut self, packets: &[Vec<u8>]) -> Result<()> {
        for packet in packets {
            for receiver in &mut self.receivers {
                let mut copy = packet.clone();
                if let Some((_, rest)) = copy.split_at_mut_checked(SSRC_AT)
                    && let Some(ssrc) = rest.first_chunk_mut()
                {
                    *ssrc = receiver.ssrc.to_be_bytes();
                }
                let encrypted = receiver.srtp.encrypt_rtp(&copy)?;
                self.socket.send_to(&encrypted, receiver.address)?;
            }
        }
        Ok(())
    }
}

impl Receiver {
    fn new(address: SocketAddr, ssrc: u32) -> Result<Self> {
        let provider = rtc_crypto::default_provider()?;
        let key = [7; 16];
        let salt = [9; 14];
        let srtp = Context::new(&key, &salt, PROFILE, None, None, provider.crypto())?;
        Ok(Self {
            address,
            ssrc,
            srtp,
        })
    }
}
