//! The two transforms: AES-GCM (RFC 7714) and AES counter mode with HMAC-SHA1 (RFC 3711), keyed once.

use aes::Aes128;
use ctr::{
    CtrCore,
    cipher::{InnerIvInit, KeyInit, StreamCipher, StreamCipherCoreWrapper},
    flavors::Ctr128BE,
};
use hmac::{Hmac, Mac};
use ring::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sha1::Sha1;
use subtle::ConstantTimeEq;

use super::{
    RTCP_ENCRYPTED, RTCP_HEADER_LEN, SrtpProfile,
    derivation::{Label, derive},
};

/// One direction's session keys.
#[expect(
    clippy::large_enum_variant,
    reason = "one a direction of a transport, and indirection would cost each packet"
)]
pub(super) enum Cipher {
    Gcm(Gcm),
    Cm(Cm),
}

impl Cipher {
    pub(super) fn new(profile: SrtpProfile, key: &[u8], salt: &[u8]) -> Option<Self> {
        match profile {
            SrtpProfile::AeadAes128Gcm | SrtpProfile::AeadAes256Gcm => {
                Gcm::new(key, salt).map(Self::Gcm)
            }
            SrtpProfile::Aes128CmSha1_80 => Cm::new(key, salt).map(Self::Cm),
        }
    }

    /// Protects `packet[..len]`, whose first `header_len` bytes stay in the clear. Answers the new length.
    pub(super) fn protect_rtp(
        &self,
        packet: &mut [u8],
        len: usize,
        header_len: usize,
        ssrc: u32,
        index: u64,
    ) -> Option<usize> {
        match self {
            Self::Gcm(gcm) => gcm.protect_rtp(packet, len, header_len, ssrc, index),
            Self::Cm(cm) => cm.protect_rtp(packet, len, header_len, ssrc, index),
        }
    }

    /// Undoes [`Self::protect_rtp`] on a whole packet. `None`: not authentic, and the content is unspecified.
    pub(super) fn unprotect_rtp(
        &self,
        packet: &mut [u8],
        header_len: usize,
        ssrc: u32,
        index: u64,
    ) -> Option<usize> {
        match self {
            Self::Gcm(gcm) => gcm.unprotect_rtp(packet, header_len, ssrc, index),
            Self::Cm(cm) => cm.unprotect_rtp(packet, header_len, ssrc, index),
        }
    }

    /// Protects the RTCP compound `packet[..len]`. Answers the new length.
    pub(super) fn protect_rtcp(
        &self,
        packet: &mut [u8],
        len: usize,
        ssrc: u32,
        index: u32,
    ) -> Option<usize> {
        match self {
            Self::Gcm(gcm) => gcm.protect_rtcp(packet, len, ssrc, index),
            Self::Cm(cm) => cm.protect_rtcp(packet, len, ssrc, index),
        }
    }

    /// The last word of a protected RTCP packet's fields: E bit and index (RFC 3711 s.3.4, RFC 7714 s.9.2).
    pub(super) fn rtcp_index(&self, packet: &[u8]) -> Option<u32> {
        let from_end = match self {
            Self::Gcm(_) => RTCP_INDEX_LEN,
            Self::Cm(_) => RTCP_INDEX_LEN + CM_TAG_LEN,
        };
        let at = packet.len().checked_sub(from_end)?;
        Some(u32::from_be_bytes(*packet.get(at..)?.first_chunk()?))
    }

    /// Undoes [`Self::protect_rtcp`] on a whole packet. `None`: not authentic, and the content is unspecified.
    pub(super) fn unprotect_rtcp(&self, packet: &mut [u8], ssrc: u32, index: u32) -> Option<usize> {
        match self {
            Self::Gcm(gcm) => gcm.unprotect_rtcp(packet, ssrc, index),
            Self::Cm(cm) => cm.unprotect_rtcp(packet, ssrc, index),
        }
    }
}

/// AES-GCM: the header is associated data.
pub(super) struct Gcm {
    rtp_key: LessSafeKey,
    rtp_salt: [u8; GCM_SALT_LEN],
    rtcp_key: LessSafeKey,
    rtcp_salt: [u8; GCM_SALT_LEN],
}

impl Gcm {
    fn new(key: &[u8], salt: &[u8]) -> Option<Self> {
        Some(Self {
            rtp_key: gcm_key(key, salt, Label::RtpEncryption)?,
            rtp_salt: derive(key, salt, Label::RtpSalt)?,
            rtcp_key: gcm_key(key, salt, Label::RtcpEncryption)?,
            rtcp_salt: derive(key, salt, Label::RtcpSalt)?,
        })
    }

    fn protect_rtp(
        &self,
        packet: &mut [u8],
        len: usize,
        header_len: usize,
        ssrc: u32,
        index: u64,
    ) -> Option<usize> {
        let (plain, room) = packet.split_at_mut_checked(len)?;
        let (header, payload) = plain.split_at_mut_checked(header_len)?;
        let nonce = self.rtp_nonce(ssrc, index);
        let tag = self
            .rtp_key
            .seal_in_place_separate_tag(nonce, Aad::from(header), payload)
            .ok()?;
        put(room, tag.as_ref())?;
        Some(len + GCM_TAG_LEN)
    }

    fn unprotect_rtp(
        &self,
        packet: &mut [u8],
        header_len: usize,
        ssrc: u32,
        index: u64,
    ) -> Option<usize> {
        let (header, sealed) = packet.split_at_mut_checked(header_len)?;
        let nonce = self.rtp_nonce(ssrc, index);
        let payload = self
            .rtp_key
            .open_in_place(nonce, Aad::from(header), sealed)
            .ok()?;
        Some(header_len + payload.len())
    }

    fn protect_rtcp(&self, packet: &mut [u8], len: usize, ssrc: u32, index: u32) -> Option<usize> {
        let (plain, room) = packet.split_at_mut_checked(len)?;
        let (header, rest) = plain.split_at_mut_checked(RTCP_HEADER_LEN)?;
        let word = (RTCP_ENCRYPTED | index).to_be_bytes();
        let aad = rtcp_aad(header, word)?;
        let tag = self
            .rtcp_key
            .seal_in_place_separate_tag(self.rtcp_nonce(ssrc, index), Aad::from(aad), rest)
            .ok()?;
        put(room, tag.as_ref())?;
        put(room.get_mut(GCM_TAG_LEN..)?, &word)?;
        Some(len + GCM_TAG_LEN + RTCP_INDEX_LEN)
    }

    fn unprotect_rtcp(&self, packet: &mut [u8], ssrc: u32, index: u32) -> Option<usize> {
        let sealed_end = packet.len().checked_sub(RTCP_INDEX_LEN)?;
        let (sealed, word) = packet.split_at_mut_checked(sealed_end)?;
        let (header, sealed) = sealed.split_at_mut_checked(RTCP_HEADER_LEN)?;
        let aad = rtcp_aad(header, *word.first_chunk()?)?;
        let rest = self
            .rtcp_key
            .open_in_place(self.rtcp_nonce(ssrc, index), Aad::from(aad), sealed)
            .ok()?;
        Some(RTCP_HEADER_LEN + rest.len())
    }

    /// RFC 7714 s.8.1: `00 00 | SSRC | ROC | sequence`, and the salt over it.
    fn rtp_nonce(&self, ssrc: u32, index: u64) -> Nonce {
        let number = u128::from(ssrc) << 48 | u128::from(index);
        nonce(number, self.rtp_salt)
    }

    /// RFC 7714 s.9.1: `00 00 | SSRC | 00 00 | index`, and the salt over it.
    fn rtcp_nonce(&self, ssrc: u32, index: u32) -> Nonce {
        let number = u128::from(ssrc) << 48 | u128::from(index);
        nonce(number, self.rtcp_salt)
    }
}

fn gcm_key(key: &[u8], salt: &[u8], label: Label) -> Option<LessSafeKey> {
    let key = match key.len() {
        16 => UnboundKey::new(&AES_128_GCM, &derive::<16>(key, salt, label)?),
        _ => UnboundKey::new(&AES_256_GCM, &derive::<32>(key, salt, label)?),
    };
    key.ok().map(LessSafeKey::new)
}

fn nonce(number: u128, salt: [u8; GCM_SALT_LEN]) -> Nonce {
    let [_, _, _, _, low @ ..] = number.to_be_bytes();
    let mut bytes: [u8; GCM_SALT_LEN] = low;
    for (byte, salt) in bytes.iter_mut().zip(salt) {
        *byte ^= salt;
    }
    Nonce::assume_unique_for_key(bytes)
}

/// RFC 7714 s.9.3: the RTCP header, then E bit and index.
fn rtcp_aad(header: &[u8], word: [u8; RTCP_INDEX_LEN]) -> Option<[u8; 12]> {
    let mut aad = [0; RTCP_HEADER_LEN + RTCP_INDEX_LEN];
    aad.first_chunk_mut::<RTCP_HEADER_LEN>()?
        .copy_from_slice(header);
    *aad.last_chunk_mut()? = word;
    Some(aad)
}

/// AES counter mode, then HMAC-SHA1 over all of it, cut to 80 bits.
pub(super) struct Cm {
    rtp: CmKeys,
    rtcp: CmKeys,
}

struct CmKeys {
    aes: Aes128,
    salt: [u8; CM_SALT_LEN],
    mac: Hmac<Sha1>,
}

impl Cm {
    fn new(key: &[u8], salt: &[u8]) -> Option<Self> {
        Some(Self {
            rtp: CmKeys {
                aes: Aes128::new(&derive(key, salt, Label::RtpEncryption)?.into()),
                salt: derive(key, salt, Label::RtpSalt)?,
                mac: mac(&derive(key, salt, Label::RtpAuthentication)?)?,
            },
            rtcp: CmKeys {
                aes: Aes128::new(&derive(key, salt, Label::RtcpEncryption)?.into()),
                salt: derive(key, salt, Label::RtcpSalt)?,
                mac: mac(&derive(key, salt, Label::RtcpAuthentication)?)?,
            },
        })
    }

    fn protect_rtp(
        &self,
        packet: &mut [u8],
        len: usize,
        header_len: usize,
        ssrc: u32,
        index: u64,
    ) -> Option<usize> {
        let (plain, room) = packet.split_at_mut_checked(len)?;
        self.rtp
            .apply_keystream(plain.get_mut(header_len..)?, ssrc, index);
        let tag = self.rtp.sign(&[plain, &rollover(index)]);
        put(room, &tag)?;
        Some(len + CM_TAG_LEN)
    }

    fn unprotect_rtp(
        &self,
        packet: &mut [u8],
        header_len: usize,
        ssrc: u32,
        index: u64,
    ) -> Option<usize> {
        let len = packet.len().checked_sub(CM_TAG_LEN)?;
        let (signed, tag) = packet.split_at_mut_checked(len)?;
        self.rtp.verify(&[signed, &rollover(index)], tag)?;
        self.rtp
            .apply_keystream(signed.get_mut(header_len..)?, ssrc, index);
        Some(len)
    }

    fn protect_rtcp(&self, packet: &mut [u8], len: usize, ssrc: u32, index: u32) -> Option<usize> {
        let (plain, room) = packet.split_at_mut_checked(len)?;
        self.rtcp
            .apply_keystream(plain.get_mut(RTCP_HEADER_LEN..)?, ssrc, index.into());
        let word = (RTCP_ENCRYPTED | index).to_be_bytes();
        let tag = self.rtcp.sign(&[plain, &word]);
        put(room, &word)?;
        put(room.get_mut(RTCP_INDEX_LEN..)?, &tag)?;
        Some(len + RTCP_INDEX_LEN + CM_TAG_LEN)
    }

    fn unprotect_rtcp(&self, packet: &mut [u8], ssrc: u32, index: u32) -> Option<usize> {
        let signed_end = packet.len().checked_sub(CM_TAG_LEN)?;
        let (signed, tag) = packet.split_at_mut_checked(signed_end)?;
        self.rtcp.verify(&[signed], tag)?;
        let len = signed_end.checked_sub(RTCP_INDEX_LEN)?;
        let rest = signed.get_mut(RTCP_HEADER_LEN..len)?;
        self.rtcp.apply_keystream(rest, ssrc, index.into());
        Some(len)
    }
}

impl CmKeys {
    /// RFC 3711 s.4.1.1: IV = salt << 16 ^ SSRC << 64 ^ index << 16.
    fn apply_keystream(&self, data: &mut [u8], ssrc: u32, index: u64) {
        let mut salted = [0; 16];
        for (byte, salt) in salted.iter_mut().zip(self.salt) {
            *byte = salt;
        }
        let number = u128::from(ssrc) << 64 ^ u128::from(index) << 16;
        let iv = (u128::from_be_bytes(salted) ^ number).to_be_bytes();
        let counter = CtrCore::<_, Ctr128BE>::inner_iv_init(&self.aes, &iv.into());
        StreamCipherCoreWrapper::from_core(counter).apply_keystream(data);
    }

    fn sign(&self, parts: &[&[u8]]) -> [u8; CM_TAG_LEN] {
        let mut mac = self.mac.clone();
        for part in parts {
            mac.update(part);
        }
        let full: [u8; 20] = mac.finalize().into_bytes().into();
        let [tag @ .., _, _, _, _, _, _, _, _, _, _] = full;
        tag
    }

    /// Compares in a time that does not depend on where the tags differ.
    fn verify(&self, parts: &[&[u8]], tag: &[u8]) -> Option<()> {
        bool::from(self.sign(parts).ct_eq(tag)).then_some(())
    }
}

fn mac(key: &[u8; 20]) -> Option<Hmac<Sha1>> {
    <Hmac<Sha1> as Mac>::new_from_slice(key).ok()
}

/// The rollover counter of a packet index, as it is signed (RFC 3711 s.4.2).
fn rollover(index: u64) -> [u8; 4] {
    let [_, _, rollover @ .., _, _] = index.to_be_bytes();
    rollover
}

fn put(room: &mut [u8], bytes: &[u8]) -> Option<()> {
    room.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(())
}

const RTCP_INDEX_LEN: usize = 4;
const GCM_SALT_LEN: usize = 12;
pub(super) const GCM_TAG_LEN: usize = 16;
const CM_SALT_LEN: usize = 14;
const CM_TAG_LEN: usize = 10;
/// Tag and index of GCM's SRTCP.
pub(super) const OVERHEAD: usize = GCM_TAG_LEN + RTCP_INDEX_LEN;
