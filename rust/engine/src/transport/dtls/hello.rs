//! What a ClientHello offers, read before any state is made for it (RFC 5246 s.7.4.1.2, RFC 6347 s.4.2.1).

use crate::transport::srtp::SrtpProfile;

/// An offer that we can take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClientHello {
    /// The client's random: it tells one handshake from another.
    pub(super) random: [u8; RANDOM_LEN],
    /// The best SRTP profile that both sides know.
    pub(super) profile: SrtpProfile,
}

impl ClientHello {
    /// Reads the body of a whole ClientHello. `None`: malformed, or without DTLS 1.2, a cipher suite of ours,
    /// `extended_master_secret` (RFC 7627) or an SRTP profile of ours (RFC 5764 s.4.1.1).
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let mut reader = Reader(body);
        let version = reader.u16()?;
        let random = reader.array()?;
        reader.vec_u8()?;
        reader.vec_u8()?;
        let suites = reader.vec_u16()?;
        reader.vec_u8()?;
        let mut extensions = Reader(reader.vec_u16()?);
        let mut extended_master_secret = false;
        let mut profile = None;
        while !extensions.0.is_empty() {
            let kind = extensions.u16()?;
            let value = extensions.vec_u16()?;
            match kind {
                EXTENDED_MASTER_SECRET => extended_master_secret = true,
                USE_SRTP => profile = best_profile(value),
                _ => {}
            }
        }
        let ours = |suite: u16| CIPHER_SUITES.contains(&suite);
        let takes = version == DTLS_1_2 && words(suites).any(ours) && extended_master_secret;
        Some(Self {
            random,
            profile: profile.filter(|_| takes)?,
        })
    }
}

/// Our first choice among what a `use_srtp` extension offers, whatever the client would like best.
fn best_profile(use_srtp: &[u8]) -> Option<SrtpProfile> {
    let offered = Reader(use_srtp).vec_u16()?;
    SrtpProfile::PREFERENCE
        .into_iter()
        .find(|&profile| words(offered).any(|word| word == profile as u16))
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u16> {
    bytes.as_chunks().0.iter().copied().map(u16::from_be_bytes)
}

/// Reads TLS presentation language from the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// A vector whose length stands before it in one byte.
    fn vec_u8(&mut self) -> Option<&'a [u8]> {
        let [len] = self.array()?;
        self.take(len.into())
    }

    /// A vector whose length stands before it in two bytes.
    fn vec_u16(&mut self) -> Option<&'a [u8]> {
        let len = self.u16()?;
        self.take(len.into())
    }

    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(bytes)
    }
}

const RANDOM_LEN: usize = 32;
const DTLS_1_2: u16 = 0xfefd;
const EXTENDED_MASTER_SECRET: u16 = 23;
const USE_SRTP: u16 = 14;
/// ECDHE suites of ECDSA and RSA certificates that rtc-dtls has: AES-GCM, AES-CCM, AES-CBC, ChaCha20-Poly1305.
const CIPHER_SUITES: [u16; 8] = [
    0xc02b, 0xc02f, 0xc00a, 0xc014, 0xc0ac, 0xc0ae, 0xcca8, 0xcca9,
];
