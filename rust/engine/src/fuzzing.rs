//! What the fuzz targets call: for each, one function that takes any bytes and panics if what must hold does not.
//!
//! The seeds of `fuzz/seeds/TARGET/` go through the same functions in every test run.

pub use crate::{
    engine::fuzzing::{engine_datagrams, engine_media},
    rtcp::fuzzing::{rtcp_compound, rtcp_roundtrip},
    rtp::fuzzing::{codecs, rtp_extensions, rtp_header},
    transport::fuzzing::{dtls_guard, dtls_handshake, srtp_unprotect, stun},
};

/// Takes numbers and slices from what the fuzzer gives; zeros and shorter slices where that is used up.
#[derive(Debug)]
pub(crate) struct Input<'a>(pub(crate) &'a [u8]);

impl<'a> Input<'a> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut array = [0; N];
        for (to, from) in array.iter_mut().zip(self.slice(N)) {
            *to = *from;
        }
        array
    }

    pub(crate) fn byte(&mut self) -> u8 {
        u8::from_be_bytes(self.array())
    }

    pub(crate) fn u16(&mut self) -> u16 {
        u16::from_be_bytes(self.array())
    }

    pub(crate) fn u32(&mut self) -> u32 {
        u32::from_be_bytes(self.array())
    }

    pub(crate) fn slice(&mut self, len: usize) -> &'a [u8] {
        let (slice, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        slice
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn every_seed_goes_through_its_target() {
        for (name, target) in TARGETS {
            let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
            let seeds: Vec<_> = fs::read_dir(directory.join(name)).unwrap().collect();
            assert!(!seeds.is_empty(), "{name} has no seed");
            for seed in seeds {
                target(&fs::read(seed.unwrap().path()).unwrap());
            }
        }
    }

    #[test]
    fn no_seed_is_without_its_target() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
        for target in fs::read_dir(directory).unwrap() {
            let name = target.unwrap().file_name();
            assert!(TARGETS.iter().any(|(known, _)| *known == name), "{name:?}");
        }
    }

    type Target = fn(&[u8]);

    const TARGETS: [(&str, Target); 11] = [
        ("codecs", codecs),
        ("dtls_guard", dtls_guard),
        ("dtls_handshake", dtls_handshake),
        ("engine_datagrams", engine_datagrams),
        ("engine_media", engine_media),
        ("rtcp_compound", rtcp_compound),
        ("rtcp_roundtrip", rtcp_roundtrip),
        ("rtp_extensions", rtp_extensions),
        ("rtp_header", rtp_header),
        ("srtp_unprotect", srtp_unprotect),
        ("stun", stun),
    ];
}
