//! Fuzz targets: STUN, DTLS, SRTP; and a peer for the engine's own.

use std::{
    net::SocketAddr,
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

use super::{
    Certificate, DtlsParameters, DtlsRole, IceParameters, RtpFields,
    dtls::DtlsTransport,
    srtp::{DtlsSide, SrtpProfile, SrtpReceiver, SrtpSender, from_keying_material},
    stun::{BindingRequest, IntegrityKey, fuzzing::binding_request},
    webrtc::WebRtcTransport,
};
use crate::{
    datagram::{SocketId, TransmitQueue, Tuple},
    error::DropReason,
    fuzzing::Input,
    rtp::RtpHeader,
};

/// `data`: a STUN message. An answer to it is a message of at most our own length, and none is owed to a
/// message whose tag is wrong.
pub fn stun(data: &[u8]) {
    let Ok(request) = BindingRequest::parse(data) else {
        return;
    };
    let key = IntegrityKey::new("a password of thirty-two letters");
    assert!(!request.is_authentic(&key));
    let mut out = TransmitQueue::new();
    request.accept(tuple(1), &key, &mut out);
    request.refuse_role(tuple(1), &key, &mut out);
    assert_eq!(datagrams(&out).len(), 2);
    for answer in datagrams(&out) {
        let parsed = BindingRequest::parse(&answer).map(|_| ());
        assert_eq!(parsed, Err(DropReason::UnexpectedStun));
    }
}

/// `data`: a profile, what to change, where, and a packet. Unprotecting a protected packet gives it back,
/// once, unless a bit of it was changed; what was never protected is refused.
pub fn srtp_unprotect(data: &[u8]) {
    let mut input = Input(data);
    let profile = SrtpProfile::PREFERENCE;
    let profile = profile.get(usize::from(input.byte()) % profile.len());
    let Some((us, peer)) = profile.and_then(|profile| srtp_pair(*profile)) else {
        return;
    };
    let (change, place) = (input.byte(), usize::from(input.u16()));
    unprotect_rtp(us, peer, input.0, change, place);
    let Some((us, peer)) = profile.and_then(|profile| srtp_pair(*profile)) else {
        return;
    };
    unprotect_rtcp(us, peer, input.0, change, place);
}

/// `data`: our role, then records of time passed, length and datagram from a peer that was validated.
/// The library behind the guard never panics.
pub fn dtls_guard(data: &[u8]) {
    let mut input = Input(data);
    let mut now = start();
    let role = if input.byte() % 2 == 0 {
        DtlsRole::Client
    } else {
        DtlsRole::Server
    };
    let mut dtls = connected_to(role);
    dtls.start(now);
    while !input.is_empty() {
        now += Duration::from_millis(input.u16().into());
        let len = input.u16().into();
        assert_ne!(
            dtls.handle_datagram(input.slice(len), now),
            Err(DropReason::Internal)
        );
        turn(&mut dtls, now);
    }
}

/// `data`: what a network does to each datagram of a handshake between two of us, one operation each.
/// Neither end's library panics, and once the network is good again neither is left waiting for ever.
pub fn dtls_handshake(data: &[u8]) {
    let mut input = Input(data);
    let mut now = start();
    let mut ends = [
        connected_to(DtlsRole::Server),
        connected_to(DtlsRole::Client),
    ];
    for end in &mut ends {
        end.start(now);
    }
    for _ in 0..MAX_FLIGHTS {
        now += Duration::from_millis(u64::from(input.byte()) * 10);
        let [client, server] = &mut ends;
        carry(client, server, &mut input, now);
        carry(server, client, &mut input, now);
    }
}

/// The other end of a transport of the engine.
pub(crate) struct Peer {
    pub(crate) tuple: Tuple,
    pub(crate) sender: SrtpSender,
    pub(crate) receiver: SrtpReceiver,
    keys: (SrtpProfile, Vec<u8>),
}

impl Peer {
    /// A peer at an address and with keys of its own; `None` is for keys that cannot be.
    pub(crate) fn new(port: u16) -> Option<Self> {
        let profile = SrtpProfile::AeadAes128Gcm;
        let [_, seed] = port.to_be_bytes();
        let material = vec![seed; profile.keying_material_len()];
        let (sender, receiver) = from_keying_material(profile, &material, DtlsSide::Client)?;
        Some(Self {
            tuple: tuple(port),
            sender,
            receiver,
            keys: (profile, material),
        })
    }

    /// A nominating check.
    pub(crate) fn binding_request(engine: &IceParameters) -> Vec<u8> {
        binding_request(&engine.username_fragment, &engine.password)
    }

    /// Lets the engine's end have the keys without a handshake, which takes a thousand times as long as the rest.
    pub(crate) fn connect(&self, engine: &mut WebRtcTransport) {
        let (profile, material) = self.keys.clone();
        engine.assume_keys(profile, material);
    }
}

/// The certificate of both ends: making one takes longer than most inputs do.
pub(crate) static CERTIFICATE: LazyLock<Arc<Certificate>> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "there is nothing to fuzz without one")]
    Arc::new(Certificate::generate().expect("a certificate can be made"))
});

/// When each input begins.
pub(crate) fn start() -> Instant {
    #[expect(
        clippy::disallowed_methods,
        reason = "there is no other way to come by an instant"
    )]
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    *START
}

/// Each datagram of `queue` by itself.
pub(crate) fn datagrams(queue: &TransmitQueue) -> Vec<Vec<u8>> {
    let runs = queue.runs();
    runs.flat_map(|run| run.payload.chunks(run.segment_size))
        .map(<[u8]>::to_vec)
        .collect()
}

fn tuple(port: u16) -> Tuple {
    Tuple {
        socket: SocketId(0),
        local: None,
        remote: SocketAddr::from(([192, 0, 2, 1], port)),
    }
}

fn srtp_pair(profile: SrtpProfile) -> Option<(SrtpSender, SrtpReceiver)> {
    let material: Vec<u8> = (0..=255).take(profile.keying_material_len()).collect();
    let (sender, _) = from_keying_material(profile, &material, DtlsSide::Client)?;
    let (_, receiver) = from_keying_material(profile, &material, DtlsSide::Server)?;
    Some((sender, receiver))
}

fn unprotect_rtp(us: SrtpSender, mut peer: SrtpReceiver, packet: &[u8], change: u8, place: usize) {
    let Some(header) = RtpHeader::parse(packet) else {
        return;
    };
    let fields = RtpFields {
        ssrc: header.ssrc.0,
        sequence: header.sequence,
        header_len: header.len,
    };
    assert!(peer.unprotect_rtp(&mut packet.to_vec(), fields).is_err());
    let mut protected = packet.to_vec();
    protected.resize(packet.len() + SrtpSender::OVERHEAD, 0);
    let len = us.protect_rtp(
        &mut protected,
        packet.len(),
        header.len,
        header.sequence.into(),
    );
    protected.truncate(len.unwrap_or(0));
    let mut changed = protected.clone();
    if spoil(&mut changed, change, place) && RtpHeader::parse(&changed) == Some(header) {
        assert_eq!(
            peer.unprotect_rtp(&mut changed, fields),
            Err(DropReason::SrtpAuthentication)
        );
    }
    let mut received = protected.clone();
    let len = peer.unprotect_rtp(&mut received, fields);
    assert_eq!(len.map(|len| received.get(..len)), Ok(Some(packet)));
    assert_eq!(
        peer.unprotect_rtp(&mut protected, fields),
        Err(DropReason::SrtpReplay)
    );
}

fn unprotect_rtcp(
    mut us: SrtpSender,
    mut peer: SrtpReceiver,
    packet: &[u8],
    change: u8,
    place: usize,
) {
    assert!(peer.unprotect_rtcp(&mut packet.to_vec()).is_err());
    let mut protected = packet.to_vec();
    protected.resize(packet.len() + SrtpSender::OVERHEAD, 0);
    let Some(len) = us.protect_rtcp(&mut protected, packet.len()) else {
        return;
    };
    protected.truncate(len);
    let mut changed = protected.clone();
    if spoil(&mut changed, change, place) {
        assert!(peer.unprotect_rtcp(&mut changed).is_err());
    }
    let mut received = protected.clone();
    let len = peer.unprotect_rtcp(&mut received);
    assert_eq!(len.map(|len| received.get(..len)), Ok(Some(packet)));
    assert_eq!(
        peer.unprotect_rtcp(&mut protected),
        Err(DropReason::SrtpReplay)
    );
}

/// Changes a byte; whether there was one to change.
fn spoil(packet: &mut [u8], change: u8, place: usize) -> bool {
    let byte = packet.get_mut(place);
    byte.map(|byte| *byte ^= change).is_some() && change != 0
}

/// DTLS whose peer has the given role.
fn connected_to(peer: DtlsRole) -> DtlsTransport {
    let mut dtls = DtlsTransport::new(Arc::clone(&CERTIFICATE), MTU);
    let remote = DtlsParameters {
        role: peer,
        ..dtls.parameters()
    };
    assert!(dtls.connect(&remote).is_ok());
    dtls
}

/// Lets DTLS do what is due; answers what it sends.
fn turn(dtls: &mut DtlsTransport, now: Instant) -> Vec<Vec<u8>> {
    if dtls.poll_timeout().is_some_and(|due| due <= now) {
        dtls.handle_timeout(now);
    }
    let mut out = TransmitQueue::new();
    dtls.transmit(Some(tuple(1)), &mut out);
    datagrams(&out)
}

/// Takes what `from` sends to `to`, as the input has it.
fn carry(from: &mut DtlsTransport, to: &mut DtlsTransport, input: &mut Input<'_>, now: Instant) {
    for datagram in turn(from, now) {
        for arriving in mangle(datagram, input) {
            assert_ne!(
                to.handle_datagram(&arriving, now),
                Err(DropReason::Internal)
            );
        }
    }
}

/// What becomes of a datagram on its way. An input that is used up lets all through.
fn mangle(mut datagram: Vec<u8>, input: &mut Input<'_>) -> Vec<Vec<u8>> {
    match input.byte() % 6 {
        1 => Vec::new(),
        2 => vec![datagram.clone(), datagram],
        3 => {
            let place = input.u16().into();
            spoil(&mut datagram, input.byte(), place);
            vec![datagram]
        }
        4 => {
            datagram.truncate(input.u16().into());
            vec![datagram]
        }
        5 => {
            let len = input.byte().into();
            vec![input.slice(len).to_vec(), datagram]
        }
        _ => vec![datagram],
    }
}

const MTU: usize = 1200;
const MAX_FLIGHTS: usize = 16;
