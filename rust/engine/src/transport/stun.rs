//! STUN Binding requests and our answers (RFC 8489, with the attributes of RFC 8445 s.7.1).
//!
//! Requests are read in place: nothing is allocated for a datagram that anybody may have sent.
//!
//! ```text
//! header (20) | attributes ... | MESSAGE-INTEGRITY (24) | FINGERPRINT (8)
//! ```

use std::net::{IpAddr, SocketAddr};

use crc::{CRC_32_ISO_HDLC, Crc};
use hmac::{Hmac, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

use crate::{
    datagram::{TransmitQueue, Tuple},
    error::DropReason,
};

/// The key of MESSAGE-INTEGRITY, hashed once (RFC 8489 s.9.1.1, short-term credentials).
#[derive(Clone)]
pub(crate) struct IntegrityKey(Hmac<Sha1>);

impl IntegrityKey {
    /// Makes the key of an ICE password of at most 64 characters: our own, of 32. HMAC fills a key up with zeros to
    /// the hash's block (RFC 2104 s.2).
    pub(crate) fn new(password: &str) -> Self {
        let mut block = [0; SHA1_BLOCK];
        for (byte, character) in block.iter_mut().zip(password.bytes()) {
            *byte = character;
        }
        Self(Hmac::new(&block.into()))
    }

    fn sign(&self, parts: &[&[u8]]) -> [u8; INTEGRITY_LEN] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// The role that the peer says it has, with its tie breaker (RFC 8445 s.7.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PeerRole {
    /// ICE-CONTROLLING: what a peer of a lite agent has to be.
    Controlling,
    /// ICE-CONTROLLED.
    Controlled,
}

/// A well-formed Binding request whose FINGERPRINT, where there is one, is right.
/// Who sent it is not known before [`Self::is_authentic`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct BindingRequest<'a> {
    transaction: &'a [u8; TRANSACTION_LEN],
    username: &'a [u8],
    role: Option<PeerRole>,
    use_candidate: bool,
    nomination: Option<u32>,
    integrity: Integrity<'a>,
}

/// MESSAGE-INTEGRITY and what it covers: the length field is counted as if the message ended with it.
#[derive(Debug, Clone, Copy)]
struct Integrity<'a> {
    tag: &'a [u8],
    covered: &'a [u8],
}

impl<'a> BindingRequest<'a> {
    /// Reads `datagram`, a whole one.
    ///
    /// # Errors
    ///
    /// [`DropReason::MalformedStun`], [`DropReason::UnexpectedStun`] for another message type,
    /// [`DropReason::StunIntegrity`] where MESSAGE-INTEGRITY is missing.
    pub(crate) fn parse(datagram: &'a [u8]) -> Result<Self, DropReason> {
        let (header, body) = split_header(datagram)?;
        if header.kind != BINDING_REQUEST {
            return Err(DropReason::UnexpectedStun);
        }
        let found = Attributes::read(datagram, body)?;
        Ok(Self {
            transaction: header.transaction,
            username: found.username.ok_or(DropReason::MalformedStun)?,
            role: found.role,
            use_candidate: found.use_candidate,
            nomination: found.nomination,
            integrity: found.integrity.ok_or(DropReason::StunIntegrity)?,
        })
    }

    /// The part of USERNAME before the colon: the receiver's fragment (RFC 8445 s.7.2.2).
    pub(crate) fn local_ufrag(&self) -> &'a [u8] {
        self.username
            .split(|&byte| byte == b':')
            .next()
            .unwrap_or_default()
    }

    /// Whether MESSAGE-INTEGRITY is `key`'s. Takes the same time wherever the tags differ.
    pub(crate) fn is_authentic(&self, key: &IntegrityKey) -> bool {
        let Some((kind, rest)) = self.integrity.covered.split_at_checked(2) else {
            return false;
        };
        let Some((_, rest)) = rest.split_at_checked(2) else {
            return false;
        };
        let length = self.integrity.covered.len() - HEADER_LEN + ATTRIBUTE_HEADER + INTEGRITY_LEN;
        let Ok(length) = u16::try_from(length) else {
            return false;
        };
        let expected = key.sign(&[kind, &length.to_be_bytes(), rest]);
        expected.ct_eq(self.integrity.tag).into()
    }

    /// The role the peer claims.
    pub(crate) fn role(&self) -> Option<PeerRole> {
        self.role
    }

    /// Whether the peer nominates this path (RFC 8445 s.8.1.1).
    pub(crate) fn use_candidate(&self) -> bool {
        self.use_candidate
    }

    /// The value of the NOMINATION attribute (draft-thatcher-ice-renomination), if any.
    pub(crate) fn nomination(&self) -> Option<u32> {
        self.nomination
    }

    /// Queues the success response: XOR-MAPPED-ADDRESS, MESSAGE-INTEGRITY, FINGERPRINT.
    pub(crate) fn accept(&self, tuple: Tuple, key: &IntegrityKey, out: &mut TransmitQueue) {
        out.push_with(tuple, RESPONSE_MAX, |slot| {
            let mut response = Response::new(slot, BINDING_SUCCESS, self.transaction)?;
            response.push_mapped_address(tuple.remote)?;
            response.finish(key)
        });
    }

    /// Queues the error response 487 (RFC 8445 s.7.3.1.1).
    pub(crate) fn refuse_role(&self, tuple: Tuple, key: &IntegrityKey, out: &mut TransmitQueue) {
        out.push_with(tuple, RESPONSE_MAX, |slot| {
            let mut response = Response::new(slot, BINDING_ERROR, self.transaction)?;
            response.push(ERROR_CODE, &ROLE_CONFLICT)?;
            response.finish(key)
        });
    }
}

struct Header<'a> {
    kind: u16,
    transaction: &'a [u8; TRANSACTION_LEN],
}

/// Splits a message whose header and lengths are right into header and attributes.
fn split_header(datagram: &[u8]) -> Result<(Header<'_>, &[u8]), DropReason> {
    let malformed = DropReason::MalformedStun;
    let (header, body) = datagram
        .split_first_chunk::<HEADER_LEN>()
        .ok_or(malformed)?;
    let [k0, k1, l0, l1, c0, c1, c2, c3, ..] = *header;
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    let whole = length == body.len() && length % 4 == 0 && datagram.len() <= MESSAGE_MAX;
    if !whole || [c0, c1, c2, c3] != MAGIC_COOKIE {
        return Err(malformed);
    }
    Ok((
        Header {
            kind: u16::from_be_bytes([k0, k1]),
            transaction: header.last_chunk().ok_or(malformed)?,
        },
        body,
    ))
}

#[derive(Default)]
struct Attributes<'a> {
    username: Option<&'a [u8]>,
    role: Option<PeerRole>,
    use_candidate: bool,
    nomination: Option<u32>,
    integrity: Option<Integrity<'a>>,
}

impl<'a> Attributes<'a> {
    /// Reads the attributes of `message`, which `body` is the end of. What follows MESSAGE-INTEGRITY is not
    /// authenticated and only FINGERPRINT is looked at (RFC 8489 s.14.5).
    fn read(message: &'a [u8], body: &'a [u8]) -> Result<Self, DropReason> {
        let mut found = Self::default();
        let mut rest = body;
        while !rest.is_empty() {
            let (kind, value, next) = split_attribute(rest).ok_or(DropReason::MalformedStun)?;
            let before = message
                .get(..message.len() - rest.len())
                .unwrap_or_default();
            match kind {
                FINGERPRINT => {
                    let valid = next.is_empty() && value == fingerprint_of(before);
                    return valid.then_some(found).ok_or(DropReason::MalformedStun);
                }
                _ if found.integrity.is_some() => {}
                _ => found
                    .take(kind, value, before)
                    .ok_or(DropReason::MalformedStun)?,
            }
            rest = next;
        }
        Ok(found)
    }

    fn take(&mut self, kind: u16, value: &'a [u8], before: &'a [u8]) -> Option<()> {
        match kind {
            USERNAME if value.len() <= USERNAME_MAX => self.username = Some(value),
            USERNAME => return None,
            ICE_CONTROLLING | ICE_CONTROLLED if value.len() != 8 => return None,
            ICE_CONTROLLING => self.role = Some(PeerRole::Controlling),
            ICE_CONTROLLED => self.role = Some(PeerRole::Controlled),
            USE_CANDIDATE => self.use_candidate = true,
            NOMINATION | NOMINATION_DRAFT => {
                self.nomination = Some(u32::from_be_bytes(value.try_into().ok()?));
            }
            MESSAGE_INTEGRITY if value.len() == INTEGRITY_LEN => {
                self.integrity = Some(Integrity {
                    tag: value,
                    covered: before,
                });
            }
            MESSAGE_INTEGRITY => return None,
            _ => {}
        }
        Some(())
    }
}

/// Type and value of the first attribute, and what follows its padding.
fn split_attribute(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let (&[k0, k1, l0, l1], rest) = bytes.split_first_chunk()?;
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    let (padded, next) = rest.split_at_checked(length.next_multiple_of(4))?;
    Some((u16::from_be_bytes([k0, k1]), padded.get(..length)?, next))
}

/// FINGERPRINT of a message whose length field counts the attribute already (RFC 8489 s.14.7).
fn fingerprint_of(before: &[u8]) -> [u8; 4] {
    (CRC.checksum(before) ^ FINGERPRINT_XOR).to_be_bytes()
}

/// A response written into a slot, attribute by attribute.
struct Response<'a> {
    slot: &'a mut [u8],
    len: usize,
}

impl<'a> Response<'a> {
    fn new(slot: &'a mut [u8], kind: u16, transaction: &[u8; TRANSACTION_LEN]) -> Option<Self> {
        let mut response = Self { slot, len: 0 };
        response.append(&kind.to_be_bytes())?;
        response.append(&[0, 0])?;
        response.append(&MAGIC_COOKIE)?;
        response.append(transaction)?;
        Some(response)
    }

    /// Appends an attribute; `value` is a multiple of four bytes long.
    fn push(&mut self, kind: u16, value: &[u8]) -> Option<()> {
        self.append(&kind.to_be_bytes())?;
        self.append(&u16::try_from(value.len()).ok()?.to_be_bytes())?;
        self.append(value)
    }

    /// RFC 8489 s.14.2.
    fn push_mapped_address(&mut self, address: SocketAddr) -> Option<()> {
        let [c0, c1, ..] = MAGIC_COOKIE;
        let port = address.port() ^ u16::from_be_bytes([c0, c1]);
        let [p0, p1] = port.to_be_bytes();
        match address.ip().to_canonical() {
            IpAddr::V4(ip) => {
                let [a, b, c, d] = xor(ip.octets(), MAGIC_COOKIE);
                self.push(XOR_MAPPED_ADDRESS, &[0, 1, p0, p1, a, b, c, d])
            }
            IpAddr::V6(ip) => {
                let pad: [u8; 16] = *self.slot.get(4..HEADER_LEN)?.first_chunk()?;
                let mut value = [0; 20];
                value
                    .first_chunk_mut::<4>()?
                    .copy_from_slice(&[0, 2, p0, p1]);
                value
                    .last_chunk_mut::<16>()?
                    .copy_from_slice(&xor(ip.octets(), pad));
                self.push(XOR_MAPPED_ADDRESS, &value)
            }
        }
    }

    fn finish(mut self, key: &IntegrityKey) -> Option<usize> {
        self.set_length(ATTRIBUTE_HEADER + INTEGRITY_LEN)?;
        let tag = key.sign(&[self.slot.get(..self.len)?]);
        self.push(MESSAGE_INTEGRITY, &tag)?;
        self.set_length(ATTRIBUTE_HEADER + FINGERPRINT_LEN)?;
        let checksum = fingerprint_of(self.slot.get(..self.len)?);
        self.push(FINGERPRINT, &checksum)?;
        Some(self.len)
    }

    /// Writes the length that the message has once `more` bytes follow.
    fn set_length(&mut self, more: usize) -> Option<()> {
        let length = u16::try_from(self.len - HEADER_LEN + more).ok()?;
        self.slot
            .get_mut(2..4)?
            .copy_from_slice(&length.to_be_bytes());
        Some(())
    }

    fn append(&mut self, bytes: &[u8]) -> Option<()> {
        let end = self.len + bytes.len();
        self.slot.get_mut(self.len..end)?.copy_from_slice(bytes);
        self.len = end;
        Some(())
    }
}

fn xor<const N: usize>(mut bytes: [u8; N], pad: [u8; N]) -> [u8; N] {
    for (byte, pad) in bytes.iter_mut().zip(pad) {
        *byte ^= pad;
    }
    bytes
}

const HEADER_LEN: usize = 20;
const TRANSACTION_LEN: usize = 12;
const ATTRIBUTE_HEADER: usize = 4;
const INTEGRITY_LEN: usize = 20;
const SHA1_BLOCK: usize = 64;
const FINGERPRINT_LEN: usize = 4;
/// Header, XOR-MAPPED-ADDRESS of IPv6, MESSAGE-INTEGRITY, FINGERPRINT.
const RESPONSE_MAX: usize = HEADER_LEN + 24 + 24 + 8;
/// More than any check has (libwebrtc's are under 150 bytes): what one costs us stays bounded.
const MESSAGE_MAX: usize = 1500;
/// RFC 8489 s.14.3.
const USERNAME_MAX: usize = 508;
const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];

const BINDING_REQUEST: u16 = 0x0001;
const BINDING_SUCCESS: u16 = 0x0101;
const BINDING_ERROR: u16 = 0x0111;

const USERNAME: u16 = 0x0006;
const MESSAGE_INTEGRITY: u16 = 0x0008;
const ERROR_CODE: u16 = 0x0009;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;
const USE_CANDIDATE: u16 = 0x0025;
const FINGERPRINT: u16 = 0x8028;
const ICE_CONTROLLED: u16 = 0x8029;
const ICE_CONTROLLING: u16 = 0x802a;
/// What libwebrtc sends (`STUN_ATTR_NOMINATION`).
const NOMINATION: u16 = 0xc001;
/// What pion and the crates made after it send.
const NOMINATION_DRAFT: u16 = 0x0030;

/// RFC 8489 s.14.8: class 4, number 87, and the RFC 8445 reason phrase, with blanks to a multiple of four.
const ROLE_CONFLICT: [u8; 20] = *b"\0\0\x04\x57Role Conflict   ";
/// RFC 8489 s.14.7: "STUN" in ASCII.
const FINGERPRINT_XOR: u32 = 0x5354_554e;
const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

#[cfg(any(test, feature = "fuzzing"))]
pub(super) mod fuzzing {
    //! The other end of a check.

    use super::{
        BINDING_REQUEST, ICE_CONTROLLING, IntegrityKey, Response, TRANSACTION_LEN, USE_CANDIDATE,
        USERNAME,
    };

    /// A nominating Binding request of a controlling peer.
    pub(in crate::transport) fn binding_request(ufrag: &str, password: &str) -> Vec<u8> {
        let mut username = format!("{ufrag}:peer");
        let missing = username.len().next_multiple_of(4) - username.len();
        username.extend(std::iter::repeat_n('r', missing));
        let mut slot = vec![0; 256];
        let len = write(&mut slot, username.as_bytes(), password);
        slot.truncate(len.unwrap_or(0));
        slot
    }

    fn write(slot: &mut [u8], username: &[u8], password: &str) -> Option<usize> {
        let mut request = Response::new(slot, BINDING_REQUEST, &[7; TRANSACTION_LEN])?;
        request.push(USERNAME, username)?;
        request.push(ICE_CONTROLLING, &[1; 8])?;
        request.push(USE_CANDIDATE, &[])?;
        request.finish(&IntegrityKey::new(password))
    }
}
