//! Unprotects what arrives.

use std::collections::HashMap;

use super::{
    INDEX_END, RTCP_ENCRYPTED, RTCP_HEADER_LEN, RTCP_INDEX_END, cipher::Cipher,
    replay::ReplayWindow,
};
use crate::error::DropReason;

/// What the cleartext header of an RTP packet says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RtpFields {
    /// The stream.
    pub(crate) ssrc: u32,
    /// The 16-bit sequence number.
    pub(crate) sequence: u16,
    /// Fixed header, CSRCs and extension, in bytes.
    pub(crate) header_len: usize,
}

/// Unprotects packets in place, each once.
///
/// A stream's state is made by its first authentic packet, and there are at most [`Self::MAX_STREAMS`] of them for RTP
/// and for RTCP: forged SSRCs cost nothing.
pub(crate) struct SrtpReceiver {
    cipher: Cipher,
    rtp: HashMap<u32, ReplayWindow>,
    rtcp: HashMap<u32, ReplayWindow>,
}

impl SrtpReceiver {
    /// More than one transport's producers and their retransmissions have.
    pub(crate) const MAX_STREAMS: usize = 1024;

    pub(super) fn new(cipher: Cipher) -> Self {
        Self {
            cipher,
            rtp: HashMap::new(),
            rtcp: HashMap::new(),
        }
    }

    /// Unprotects `packet`, a whole RTP packet with the header `fields`. Answers its plain length.
    ///
    /// # Errors
    ///
    /// [`DropReason::SrtpAuthentication`] (then the content is unspecified), [`DropReason::SrtpReplay`],
    /// [`DropReason::UnknownStream`] where there are too many streams.
    pub(crate) fn unprotect_rtp(
        &mut self,
        packet: &mut [u8],
        fields: RtpFields,
    ) -> Result<usize, DropReason> {
        let RtpFields {
            ssrc,
            sequence,
            header_len,
        } = fields;
        let index = match self.rtp.get(&ssrc) {
            Some(window) => {
                let index = estimate_index(window.highest(), sequence);
                index
                    .filter(|&index| window.is_new(index))
                    .ok_or(DropReason::SrtpReplay)?
            }
            None => u64::from(sequence),
        };
        if self.rtp.len() >= Self::MAX_STREAMS && !self.rtp.contains_key(&ssrc) {
            return Err(DropReason::UnknownStream);
        }
        let len = self
            .cipher
            .unprotect_rtp(packet, header_len, ssrc, index)
            .ok_or(DropReason::SrtpAuthentication)?;
        mark(&mut self.rtp, ssrc, index);
        Ok(len)
    }

    /// Unprotects `packet`, a whole RTCP compound. Answers its plain length.
    ///
    /// # Errors
    ///
    /// As [`Self::unprotect_rtp`], and [`DropReason::SrtcpUnencrypted`], [`DropReason::MalformedRtcp`].
    pub(crate) fn unprotect_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, DropReason> {
        let header: &[u8; RTCP_HEADER_LEN] =
            packet.first_chunk().ok_or(DropReason::MalformedRtcp)?;
        let [_, _, _, _, s0, s1, s2, s3] = *header;
        let ssrc = u32::from_be_bytes([s0, s1, s2, s3]);
        let word = self
            .cipher
            .rtcp_index(packet)
            .ok_or(DropReason::MalformedRtcp)?;
        if word & RTCP_ENCRYPTED == 0 {
            return Err(DropReason::SrtcpUnencrypted);
        }
        let index = word % RTCP_INDEX_END;
        match self.rtcp.get(&ssrc) {
            Some(window) if !window.is_new(index.into()) => return Err(DropReason::SrtpReplay),
            None if self.rtcp.len() >= Self::MAX_STREAMS => return Err(DropReason::UnknownStream),
            _ => {}
        }
        let len = self
            .cipher
            .unprotect_rtcp(packet, ssrc, index)
            .ok_or(DropReason::SrtpAuthentication)?;
        mark(&mut self.rtcp, ssrc, index.into());
        Ok(len)
    }
}

impl std::fmt::Debug for SrtpReceiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SrtpReceiver")
    }
}

fn mark(streams: &mut HashMap<u32, ReplayWindow>, ssrc: u32, index: u64) {
    streams
        .entry(ssrc)
        .or_insert_with(|| ReplayWindow::starting_at(index))
        .mark(index);
}

/// The index with the low 16 bits `sequence` that is nearest to `highest` (RFC 3711 s.3.3.1). `None` before 0
/// and past the end.
fn estimate_index(highest: u64, sequence: u16) -> Option<u64> {
    const ROLLOVER: u64 = 1 << 16;
    const HALF: u64 = ROLLOVER / 2;
    let same = highest / ROLLOVER * ROLLOVER + u64::from(sequence);
    let nearest = if same > highest + HALF {
        same.checked_sub(ROLLOVER)?
    } else if same + HALF < highest {
        same + ROLLOVER
    } else {
        same
    };
    (nearest < INDEX_END).then_some(nearest)
}

#[cfg(test)]
impl SrtpReceiver {
    /// As if the packet `index` of `ssrc` had arrived.
    pub(super) fn at_rtp_index(mut self, ssrc: u32, index: u64) -> Self {
        mark(&mut self.rtp, ssrc, index);
        self
    }

    /// How many streams there is state for.
    pub(super) fn streams(&self) -> usize {
        self.rtp.len() + self.rtcp.len()
    }
}
