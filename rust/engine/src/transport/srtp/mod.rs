//! SRTP and SRTCP in place (RFC 3711, RFC 7714): no allocation and no per-packet key set-up.
//!
//! ```text
//! RTP   header | payload              ->  header | ciphertext | tag            packet index = ROC << 16 | sequence
//! RTCP  8 bytes | rest                ->  8 bytes | ciphertext | tag | E, index      AES-GCM
//!                                         8 bytes | ciphertext | E, index | tag      AES-CM, HMAC-SHA1
//! ```
//!
//! The sender keeps nothing for a stream: the caller knows each packet's index. The receiver keeps a rollover count and a
//! replay window for each SSRC, made only by a packet that authenticated.

mod cipher;
mod derivation;
mod receiver;
mod replay;
mod sender;

#[cfg(test)]
mod tests;

pub(crate) use receiver::{RtpFields, SrtpReceiver};
pub(crate) use sender::SrtpSender;

use cipher::Cipher;

/// The protection profiles that we negotiate (RFC 5764 s.4.1.2, RFC 7714 s.14.2), as DTLS numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub(crate) enum SrtpProfile {
    /// 128-bit AES-GCM.
    AeadAes128Gcm = 0x0007,
    /// 256-bit AES-GCM.
    AeadAes256Gcm = 0x0008,
    /// 128-bit AES counter mode with an 80-bit HMAC-SHA1 tag.
    Aes128CmSha1_80 = 0x0001,
}

impl SrtpProfile {
    /// All, best first.
    pub(crate) const PREFERENCE: [Self; 3] = [
        Self::AeadAes128Gcm,
        Self::AeadAes256Gcm,
        Self::Aes128CmSha1_80,
    ];

    /// mediasoup's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AeadAes128Gcm => "AEAD_AES_128_GCM",
            Self::AeadAes256Gcm => "AEAD_AES_256_GCM",
            Self::Aes128CmSha1_80 => "AES_CM_128_HMAC_SHA1_80",
        }
    }

    /// How many bytes of keying material both directions take: two keys, two salts (RFC 5764 s.4.2).
    pub(crate) fn keying_material_len(self) -> usize {
        2 * (self.key_len() + self.salt_len())
    }

    fn key_len(self) -> usize {
        match self {
            Self::AeadAes128Gcm | Self::Aes128CmSha1_80 => 16,
            Self::AeadAes256Gcm => 32,
        }
    }

    fn salt_len(self) -> usize {
        match self {
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 12,
            Self::Aes128CmSha1_80 => 14,
        }
    }
}

/// Which half of the keying material we send with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DtlsSide {
    /// We sent the ClientHello.
    Client,
    /// We answered it.
    Server,
}

/// Makes both directions from the keying material that DTLS exported: client key, server key, client salt, server
/// salt (RFC 5764 s.4.2).
pub(crate) fn from_keying_material(
    profile: SrtpProfile,
    material: &[u8],
    side: DtlsSide,
) -> Option<(SrtpSender, SrtpReceiver)> {
    let (client_key, rest) = material.split_at_checked(profile.key_len())?;
    let (server_key, rest) = rest.split_at_checked(profile.key_len())?;
    let (client_salt, rest) = rest.split_at_checked(profile.salt_len())?;
    let server_salt = rest.get(..profile.salt_len())?;
    let client = Cipher::new(profile, client_key, client_salt)?;
    let server = Cipher::new(profile, server_key, server_salt)?;
    let (ours, theirs) = match side {
        DtlsSide::Client => (client, server),
        DtlsSide::Server => (server, client),
    };
    Some((SrtpSender::new(ours), SrtpReceiver::new(theirs)))
}

/// The packet index has 48 bits; past it the keys may not be used any more (RFC 3711 s.9.2).
const INDEX_END: u64 = 1 << 48;
/// The SRTCP index has 31 bits.
const RTCP_INDEX_END: u32 = 1 << 31;
/// The E bit of SRTCP (RFC 3711 s.3.4): the packet is encrypted.
const RTCP_ENCRYPTED: u32 = 1 << 31;
/// What is not encrypted of RTCP: the first header and its SSRC.
const RTCP_HEADER_LEN: usize = 8;
