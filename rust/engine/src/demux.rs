//! Which protocol a datagram speaks, and which transport it belongs to.
//!
//! ```text
//! first byte (RFC 7983) -> STUN: user name -> transport
//!                       -> DTLS, RTP, RTCP: 5-tuple -> transport
//! ```

use std::collections::HashMap;

use crate::{datagram::Tuple, ids::TransportId};

/// What a datagram speaks, by RFC 7983 s.7 and RFC 5761 s.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// First byte 0..=3.
    Stun,
    /// First byte 20..=63.
    Dtls,
    /// First byte 128..=191, and not RTCP.
    Rtp,
    /// First byte 128..=191, packet type 192..=223.
    Rtcp,
}

impl Protocol {
    /// Tells the protocol of `payload`, a whole datagram.
    pub(crate) fn of(payload: &[u8]) -> Option<Self> {
        let &[first, second, ..] = payload else {
            return None;
        };
        match (first, second) {
            (0..=3, _) => Some(Self::Stun),
            (20..=63, _) => Some(Self::Dtls),
            (128..=191, 192..=223) => Some(Self::Rtcp),
            (128..=191, _) => Some(Self::Rtp),
            _ => None,
        }
    }
}

/// Finds a datagram's transport in constant time.
///
/// Peers choose their addresses and ports, so the hash is keyed (the standard library's SipHash). Nothing iterates
/// over the maps: their random keys do not show in what the engine does.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    tuples: HashMap<Tuple, TransportId>,
    ufrags: HashMap<Box<[u8]>, TransportId>,
}

impl Routes {
    /// The transport that has validated `tuple`.
    pub(crate) fn by_tuple(&self, tuple: &Tuple) -> Option<TransportId> {
        self.tuples.get(tuple).copied()
    }

    /// The transport that our user name fragment `ufrag` was given to.
    pub(crate) fn by_ufrag(&self, ufrag: &[u8]) -> Option<TransportId> {
        self.ufrags.get(ufrag).copied()
    }

    /// Gives `tuple` to `transport`. Answers the other transport that had it before.
    pub(crate) fn add_tuple(
        &mut self,
        tuple: Tuple,
        transport: TransportId,
    ) -> Option<TransportId> {
        self.tuples
            .insert(tuple, transport)
            .filter(|&former| former != transport)
    }

    /// Forgets `tuple`, if it is `transport`'s.
    pub(crate) fn remove_tuple(&mut self, tuple: &Tuple, transport: TransportId) {
        if self.by_tuple(tuple) == Some(transport) {
            self.tuples.remove(tuple);
        }
    }

    /// Gives `ufrag` to `transport`; false, and nothing done, if it is taken.
    #[must_use]
    pub(crate) fn add_ufrag(&mut self, ufrag: &str, transport: TransportId) -> bool {
        let free = self.by_ufrag(ufrag.as_bytes()).is_none();
        if free {
            self.ufrags.insert(ufrag.as_bytes().into(), transport);
        }
        free
    }

    /// Forgets `ufrag`.
    pub(crate) fn remove_ufrag(&mut self, ufrag: &str) {
        self.ufrags.remove(ufrag.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;
    use crate::datagram::SocketId;

    #[test]
    fn the_first_byte_tells_the_protocol() {
        let expected = |first: u8| match first {
            0..=3 => Some(Protocol::Stun),
            20..=63 => Some(Protocol::Dtls),
            128..=191 => Some(Protocol::Rtp),
            _ => None,
        };
        for first in 0..=u8::MAX {
            assert_eq!(Protocol::of(&[first, 100]), expected(first));
        }
    }

    #[test]
    fn the_second_byte_tells_rtcp_from_rtp() {
        for second in 0..=u8::MAX {
            let rtcp = (192..=223).contains(&second);
            let expected = if rtcp { Protocol::Rtcp } else { Protocol::Rtp };
            assert_eq!(Protocol::of(&[0x80, second]), Some(expected));
        }
    }

    #[test]
    fn a_datagram_without_a_second_byte_has_no_protocol() {
        assert_eq!(Protocol::of(&[]), None);
        assert_eq!(Protocol::of(&[0x80]), None);
    }

    #[test]
    fn a_tuple_moves_to_the_transport_that_validated_it_last() {
        let mut routes = Routes::default();
        assert_eq!(routes.add_tuple(tuple(1), TransportId(1)), None);
        assert_eq!(routes.add_tuple(tuple(1), TransportId(1)), None);
        assert_eq!(
            routes.add_tuple(tuple(1), TransportId(2)),
            Some(TransportId(1))
        );
        routes.remove_tuple(&tuple(1), TransportId(1));
        assert_eq!(routes.by_tuple(&tuple(1)), Some(TransportId(2)));
        routes.remove_tuple(&tuple(1), TransportId(2));
        assert_eq!(routes.by_tuple(&tuple(1)), None);
    }

    #[test]
    fn a_taken_ufrag_stays_with_its_transport() {
        let mut routes = Routes::default();
        assert!(routes.add_ufrag("abcd", TransportId(1)));
        assert!(!routes.add_ufrag("abcd", TransportId(2)));
        assert_eq!(routes.by_ufrag(b"abcd"), Some(TransportId(1)));
        assert_eq!(routes.by_ufrag(b"abc"), None);
        routes.remove_ufrag("abcd");
        assert_eq!(routes.by_ufrag(b"abcd"), None);
    }

    fn tuple(port: u16) -> Tuple {
        Tuple {
            socket: SocketId(0),
            local: None,
            remote: SocketAddr::from(([192, 0, 2, 1], port)),
        }
    }
}
