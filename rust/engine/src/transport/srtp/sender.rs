//! Protects what leaves.

use super::{
    INDEX_END, RTCP_INDEX_END,
    cipher::{Cipher, OVERHEAD},
};

/// Protects packets in place.
pub(crate) struct SrtpSender {
    cipher: Cipher,
    /// One count for all SSRCs: each receiver's window sees it grow.
    rtcp_index: u32,
}

impl SrtpSender {
    /// The most bytes that protection adds to an RTP or RTCP packet.
    pub(crate) const OVERHEAD: usize = OVERHEAD;

    pub(super) fn new(cipher: Cipher) -> Self {
        Self {
            cipher,
            rtcp_index: 0,
        }
    }

    /// Protects the RTP packet `packet[..len]`, whose header with CSRCs and extension takes `header_len` bytes; the
    /// rest of `packet` is room for the tag. `index` is ROC << 16 | sequence. Answers the new length.
    ///
    /// `None`: no room, no header, or an index past 2^48. Never protect two packets of one SSRC under one index.
    pub(crate) fn protect_rtp(
        &self,
        packet: &mut [u8],
        len: usize,
        header_len: usize,
        index: u64,
    ) -> Option<usize> {
        if index >= INDEX_END {
            return None;
        }
        let ssrc = u32::from_be_bytes(*packet.get(8..)?.first_chunk()?);
        self.cipher
            .protect_rtp(packet, len, header_len, ssrc, index)
    }

    /// Protects the RTCP compound `packet[..len]`; the rest of `packet` is room for tag and index. Answers the new
    /// length.
    ///
    /// `None`: no room, no header, or 2^31 packets were sent.
    pub(crate) fn protect_rtcp(&mut self, packet: &mut [u8], len: usize) -> Option<usize> {
        let index = self.rtcp_index;
        if index >= RTCP_INDEX_END {
            return None;
        }
        let ssrc = u32::from_be_bytes(*packet.get(4..)?.first_chunk()?);
        let protected = self.cipher.protect_rtcp(packet, len, ssrc, index)?;
        self.rtcp_index += 1;
        Some(protected)
    }
}

impl std::fmt::Debug for SrtpSender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SrtpSender")
    }
}

#[cfg(test)]
impl SrtpSender {
    /// As if `index` RTCP packets had been sent.
    pub(super) fn at_rtcp_index(mut self, index: u32) -> Self {
        self.rtcp_index = index;
        self
    }
}
