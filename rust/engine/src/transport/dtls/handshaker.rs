//! The DTLS library behind the guard: rtc-dtls.
//!
//! It gets whole handshake messages in order, each in a record of its own, and never a plaintext alert: see
//! [`super::guard`].
//!
//! As a server it does not compare the client's Finished. What binds the handshake is the client's CertificateVerify, a
//! signature over all messages before it: it is checked, and a client certificate is mandatory.

use std::{
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::BytesMut;
use rtc_dtls::{
    config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType, HandshakeConfig},
    endpoint::{Endpoint, EndpointEvent},
    extension::extension_use_srtp::SrtpProtectionProfile,
};
use rtc_shared::{TransportProtocol, error::Error};

use super::{Certificate, fingerprint::PeerFingerprints};
use crate::transport::srtp::SrtpProfile;

/// One DTLS association, from its first flight to its end.
pub(super) trait Handshaker: Send {
    /// Whether the keys of epoch 1 are there.
    fn has_keys(&self) -> bool;

    /// Takes a datagram of whole messages.
    fn handle_datagram(&mut self, datagram: &[u8], now: Instant) -> Result<Progress, Failure>;

    /// Sends the last flight again, if that is due.
    fn handle_timeout(&mut self, now: Instant) -> Result<(), Failure>;

    /// When [`Self::handle_timeout`] is to be called.
    fn poll_timeout(&self) -> Option<Instant>;

    /// The next datagram to send.
    fn poll_transmit(&mut self) -> Option<BytesMut>;

    /// What RFC 5764 s.4.2 exports, once the handshake is complete.
    fn srtp_keys(&self) -> Option<(SrtpProfile, Vec<u8>)>;

    /// Queues a close_notify.
    fn close(&mut self, now: Instant);
}

/// How far an association is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// Nothing new.
    Running,
    /// The handshake is complete.
    Complete,
    /// The peer closed it.
    Closed,
}

/// What the library did not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// Something in the datagram; the association lives.
    Datagram,
    /// The peer's certificate is not the one that was signalled.
    Certificate,
    /// No answer to any of the retransmissions.
    TimedOut,
    /// The library panicked. The association is not usable any more.
    Panic,
}

/// What both roles need to know.
#[derive(Clone, Copy)]
pub(super) struct Identity<'a> {
    pub(super) certificate: &'a Certificate,
    pub(super) peer: &'a PeerFingerprints,
    /// The largest datagram, in bytes.
    pub(super) mtu: usize,
}

/// An association of rtc-dtls. Reads no clock; its randoms and keys come from the operating system.
pub(super) struct RtcDtls {
    endpoint: Endpoint,
    /// Set by the check of the peer's certificate.
    rejected: Arc<AtomicBool>,
    retransmission: Retransmission,
}

impl RtcDtls {
    /// Answers a ClientHello, and picks `profile`.
    pub(super) fn server(identity: Identity<'_>, profile: SrtpProfile) -> Option<Self> {
        let rejected = Arc::new(AtomicBool::new(false));
        let config = config(identity, &[profile], &rejected, false).ok()?;
        Some(Self::new(Some(Arc::new(config)), rejected))
    }

    /// Sends a ClientHello that offers all profiles.
    pub(super) fn client(identity: Identity<'_>, now: Instant) -> Option<Self> {
        let rejected = Arc::new(AtomicBool::new(false));
        let config = config(identity, &SrtpProfile::PREFERENCE, &rejected, true).ok()?;
        let mut client = Self::new(None, rejected);
        client
            .caught(|endpoint| endpoint.connect(now, PEER, Arc::new(config), None))
            .ok()?
            .ok()?;
        client.note_flight(now);
        Some(client)
    }

    fn new(server: Option<Arc<HandshakeConfig>>, rejected: Arc<AtomicBool>) -> Self {
        Self {
            endpoint: Endpoint::new(PEER, TransportProtocol::UDP, server),
            rejected,
            retransmission: Retransmission::default(),
        }
    }

    /// The library has panicked on hostile input before: a panic ends this association only.
    fn caught<T>(&mut self, call: impl FnOnce(&mut Endpoint) -> T) -> Result<T, Failure> {
        let endpoint = &mut self.endpoint;
        catch_unwind(AssertUnwindSafe(|| call(endpoint))).map_err(|_| Failure::Panic)
    }

    fn note_flight(&mut self, now: Instant) {
        self.retransmission
            .follow(self.endpoint.poll_timeout(&PEER), now);
    }
}

impl Handshaker for RtcDtls {
    fn has_keys(&self) -> bool {
        self.endpoint
            .get_connection_state(PEER)
            .and_then(|state| state.cipher_suite())
            .is_some_and(|suite| suite.is_initialized())
    }

    fn handle_datagram(&mut self, datagram: &[u8], now: Instant) -> Result<Progress, Failure> {
        let datagram = BytesMut::from(datagram);
        let events = self.caught(|endpoint| endpoint.read(now, PEER, None, datagram))?;
        self.note_flight(now);
        match events {
            _ if self.rejected.load(Ordering::Relaxed) => Err(Failure::Certificate),
            Ok(events) => Ok(progress_of(&events)),
            Err(Error::ErrAlertFatalOrClose) => Ok(Progress::Closed),
            Err(_) => Err(Failure::Datagram),
        }
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), Failure> {
        if !self.retransmission.is_due(now) {
            return Ok(());
        }
        let Some(inner) = self.endpoint.poll_timeout(&PEER) else {
            return Ok(());
        };
        let sent = self.caught(|endpoint| endpoint.handle_timeout(PEER, inner))?;
        self.retransmission
            .repeat(self.endpoint.poll_timeout(&PEER), now);
        sent.map_err(|_| Failure::TimedOut)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.retransmission.due
    }

    fn poll_transmit(&mut self) -> Option<BytesMut> {
        let transmit = self.caught(Endpoint::poll_transmit).ok()?;
        transmit.map(|transmit| transmit.message)
    }

    fn srtp_keys(&self) -> Option<(SrtpProfile, Vec<u8>)> {
        let state = self.endpoint.get_connection_state(PEER)?;
        let chosen = state.srtp_protection_profile();
        let profile = SrtpProfile::PREFERENCE
            .into_iter()
            .find(|&profile| library_profile(profile) == chosen)?;
        let material = state
            .export_keying_material(EXPORTER_LABEL, &[], profile.keying_material_len())
            .ok()?;
        Some((profile, material.into_bytes()))
    }

    fn close(&mut self, now: Instant) {
        // A panic while saying goodbye changes nothing: the association ends here.
        let _ended = self.caught(|endpoint| endpoint.stop(now, PEER).is_some());
        self.retransmission = Retransmission::default();
    }
}

/// When the last flight is sent again. rtc-dtls does so every second, WebRTC is in more of a hurry at the start: the
/// library's timer is fired by ours, which doubles (RFC 6347 s.4.2.4.1).
#[derive(Debug, Default)]
struct Retransmission {
    due: Option<Instant>,
    /// The library's timer, by which a new flight is told.
    inner: Option<Instant>,
    repeats: u32,
}

impl Retransmission {
    /// Notes the library's timer after it has read something.
    fn follow(&mut self, inner: Option<Instant>, now: Instant) {
        if self.inner != inner {
            self.repeats = 0;
            self.arm(inner, now);
        }
    }

    /// Notes the library's timer after a retransmission.
    fn repeat(&mut self, inner: Option<Instant>, now: Instant) {
        self.repeats += 1;
        self.arm(inner, now);
    }

    fn arm(&mut self, inner: Option<Instant>, now: Instant) {
        self.inner = inner;
        self.due =
            inner.map(|_| now + FIRST_RETRANSMISSION * (1 << self.repeats.min(MAX_DOUBLINGS)));
    }

    fn is_due(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| due <= now)
    }
}

fn config(
    identity: Identity<'_>,
    profiles: &[SrtpProfile],
    rejected: &Arc<AtomicBool>,
    is_client: bool,
) -> Result<HandshakeConfig, Error> {
    let peer = identity.peer.clone();
    let rejected = Arc::clone(rejected);
    ConfigBuilder::default()
        .with_crypto_provider(Arc::clone(identity.certificate.provider()))
        .with_certificates(vec![identity.certificate.inner().clone()])
        .with_srtp_protection_profiles(profiles.iter().copied().map(library_profile).collect())
        .with_client_auth(ClientAuthType::RequireAnyClientCert)
        .with_extended_master_secret(ExtendedMasterSecretType::Require)
        .with_insecure_skip_verify(true)
        .with_verify_peer_certificate(Some(Arc::new(move |chain, _| {
            let leaf = chain.first();
            if leaf.is_some_and(|leaf| peer.match_certificate(leaf)) {
                return Ok(());
            }
            rejected.store(true, Ordering::Relaxed);
            Err(Error::ErrVerifyDataMismatch)
        })))
        .with_mtu(
            identity
                .mtu
                .saturating_sub(FRAGMENT_OVERHEAD)
                .max(MIN_FRAGMENT),
        )
        .build(is_client, None)
}

fn progress_of(events: &[EndpointEvent]) -> Progress {
    let is = |wanted: fn(&EndpointEvent) -> bool| events.iter().any(wanted);
    if is(|event| matches!(event, EndpointEvent::PeerClosed)) {
        Progress::Closed
    } else if is(|event| matches!(event, EndpointEvent::HandshakeComplete)) {
        Progress::Complete
    } else {
        Progress::Running
    }
}

fn library_profile(profile: SrtpProfile) -> SrtpProtectionProfile {
    SrtpProtectionProfile::from(profile as u16)
}

/// Addresses are ours to know: the library sees one made-up peer (of TEST-NET-1), so a change of path is none to it.
const PEER: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 9));
/// RFC 5764 s.4.2.
const EXPORTER_LABEL: &str = "EXTRACTOR-dtls_srtp";
/// The library's limit is on a fragment: record header, handshake header, nonce and tag come on top.
const FRAGMENT_OVERHEAD: usize = 13 + 12 + 8 + 16;
const MIN_FRAGMENT: usize = 64;
/// A round trip of an ordinary path, and some.
const FIRST_RETRANSMISSION: Duration = Duration::from_millis(200);
/// The library gives up after seven repeats: 25 s after the flight.
const MAX_DOUBLINGS: u32 = 7;
