//! A transport and its peer on virtual time. The peer is made of the webrtc-rs crates: STUN, DTLS, SRTP.

mod dtls_handshake;
mod dtls_hostile;
mod ice;
mod media;

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::BytesMut;
use rand_chacha::{ChaCha12Rng, rand_core::SeedableRng};
use rtc_crypto::RTCCryptoProvider;
use rtc_dtls::{
    config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType, HandshakeConfig},
    endpoint::{Endpoint, EndpointEvent},
    extension::extension_use_srtp::SrtpProtectionProfile,
};
use rtc_shared::TransportProtocol;
use rtc_stun::{
    attributes::{ATTR_ICE_CONTROLLED, ATTR_ICE_CONTROLLING, ATTR_USE_CANDIDATE, AttrType},
    fingerprint::FINGERPRINT,
    integrity::MessageIntegrity,
    message::{BINDING_REQUEST, Message, Setter, TransactionId},
    textattrs::Username,
};
use sha2::{Digest, Sha256};

use super::{
    BindingRequest, Certificate, DtlsParameters, DtlsRole, DtlsState, Fingerprint, IceParameters,
    WebRtcTransport, ice::TupleChange,
};
use crate::{
    DropReason, EngineConfig, Event, ListenAddress, SocketId, TransmitQueue, TransportId, Tuple,
};

/// A transport with an ICE path, and a DTLS peer at the other end of it.
struct Call {
    transport: WebRtcTransport,
    peer: DtlsPeer,
    now: Instant,
    out: TransmitQueue,
}

impl Call {
    /// A call whose peer has `role`; its ICE path is there, DTLS has not begun.
    fn new(peer: DtlsPeer) -> Self {
        let now = start();
        let mut call = Self {
            transport: transport(now),
            peer,
            now,
            out: TransmitQueue::new(),
        };
        call.check(tuple(1), &[UseCandidate]).unwrap();
        call.out.clear();
        call
    }

    /// A call after its handshake.
    fn connected(role: DtlsRole) -> Self {
        let mut call = Self::new(DtlsPeer::new(role, &PROFILES));
        call.connect();
        call.handshake(&mut lossless);
        assert_eq!(call.transport.dtls_state(), DtlsState::Connected);
        call
    }

    /// Tells each side the other's parameters.
    fn connect(&mut self) {
        let remote = self.peer.parameters();
        self.transport
            .connect(&remote, self.now, &mut self.out)
            .unwrap();
        self.peer.connect(self.now);
    }

    /// Carries datagrams both ways, `now` standing still, until there are none. `network` says what arrives
    /// for each datagram.
    fn exchange(&mut self, network: &mut impl FnMut(Vec<u8>) -> Vec<Vec<u8>>) {
        loop {
            let ours = drain(&mut self.out);
            let theirs = self.peer.sent();
            if ours.is_empty() && theirs.is_empty() {
                return;
            }
            for datagram in ours.into_iter().flat_map(&mut *network) {
                self.peer.read(&datagram, self.now);
            }
            for datagram in theirs.into_iter().flat_map(&mut *network) {
                // What the guard or the library refuses is part of several tests.
                let _refused = self.dtls(&datagram);
            }
        }
    }

    /// Runs the handshake with its timers for as long as somebody has one, a minute at most.
    fn handshake(&mut self, network: &mut impl FnMut(Vec<u8>) -> Vec<Vec<u8>>) {
        let end = self.now + Duration::from_secs(60);
        self.exchange(network);
        while let Some(due) = self.next_timer().filter(|&due| due < end) {
            if self.transport.dtls_state() == DtlsState::Connected && self.peer.complete {
                return;
            }
            self.now = self.now.max(due);
            self.check(tuple(1), &[UseCandidate]).unwrap();
            self.out.clear();
            self.transport.handle_timeout(self.now, &mut self.out);
            self.peer.handle_timeout(self.now);
            self.exchange(network);
        }
    }

    fn next_timer(&self) -> Option<Instant> {
        let timers = [self.transport.poll_timeout(), self.peer.poll_timeout()];
        timers.into_iter().flatten().min()
    }

    fn dtls(&mut self, datagram: &[u8]) -> Result<(), DropReason> {
        self.transport
            .handle_dtls(tuple(1), datagram, self.now, &mut self.out)
    }

    fn check(
        &mut self,
        tuple: Tuple,
        attributes: &[CheckAttribute],
    ) -> Result<TupleChange, DropReason> {
        let check = binding_request(&self.transport.ice_parameters(), attributes);
        let request = BindingRequest::parse(&check)?;
        self.transport
            .handle_binding(tuple, &request, self.now, &mut self.out)
    }

    fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.transport.poll_event()).collect()
    }
}

/// What a check says beside user name and integrity.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CheckAttribute {
    UseCandidate,
    Controlled,
    Nomination(u32),
}
use CheckAttribute::{Controlled, Nomination, UseCandidate};

/// A Binding request with `parameters`' credentials, written by rtc-stun.
fn binding_request(parameters: &IceParameters, attributes: &[CheckAttribute]) -> Vec<u8> {
    let provider = provider();
    let username = format!("{}:peer", parameters.username_fragment);
    let role = match attributes.contains(&Controlled) {
        true => ATTR_ICE_CONTROLLED,
        false => ATTR_ICE_CONTROLLING,
    };
    let mut message = Message::new();
    let mut setters: Vec<Box<dyn Setter>> = vec![
        Box::new(TransactionId([7; 12])),
        Box::new(BINDING_REQUEST),
        Box::new(Username::new(rtc_stun::attributes::ATTR_USERNAME, username)),
        Box::new(Raw(role, vec![1; 8])),
    ];
    for attribute in attributes {
        match attribute {
            UseCandidate => setters.push(Box::new(Raw(ATTR_USE_CANDIDATE, vec![]))),
            Nomination(value) => {
                let value = value.to_be_bytes().to_vec();
                setters.push(Box::new(Raw(AttrType(0xc001), value)));
            }
            Controlled => {}
        }
    }
    setters.push(Box::new(
        MessageIntegrity::new_short_term_integrity_with_provider(
            parameters.password.clone(),
            provider.crypto(),
        ),
    ));
    setters.push(Box::new(FINGERPRINT));
    message.build(&setters).unwrap();
    message.raw
}

struct Raw(AttrType, Vec<u8>);

impl Setter for Raw {
    fn add_to(&self, message: &mut Message) -> Result<(), rtc_shared::error::Error> {
        message.add(self.0, &self.1);
        Ok(())
    }
}

/// The DTLS of the other end.
struct DtlsPeer {
    role: DtlsRole,
    endpoint: Endpoint,
    config: Option<Arc<HandshakeConfig>>,
    fingerprint: Fingerprint,
    complete: bool,
    closed: bool,
}

impl DtlsPeer {
    /// A peer with `role` that offers or takes `profiles`.
    fn new(role: DtlsRole, profiles: &[SrtpProtectionProfile]) -> Self {
        Self::with_config(role, |config| {
            config.with_srtp_protection_profiles(profiles.to_vec())
        })
    }

    fn with_config(role: DtlsRole, change: impl FnOnce(ConfigBuilder) -> ConfigBuilder) -> Self {
        let provider = provider();
        let certificate = rtc_dtls::crypto::Certificate::generate_self_signed(
            vec!["peer".to_owned()],
            provider.crypto(),
        )
        .unwrap();
        let fingerprint = sha_256(&certificate.certificate[0]);
        let config = change(
            ConfigBuilder::default()
                .with_crypto_provider(provider)
                .with_certificates(vec![certificate])
                .with_client_auth(ClientAuthType::RequireAnyClientCert)
                .with_extended_master_secret(ExtendedMasterSecretType::Require)
                .with_insecure_skip_verify(true)
                .with_srtp_protection_profiles(PROFILES.to_vec()),
        );
        let is_client = role == DtlsRole::Client;
        let config = Arc::new(config.build(is_client, None).unwrap());
        let server = (!is_client).then(|| Arc::clone(&config));
        Self {
            role,
            endpoint: Endpoint::new(US, TransportProtocol::UDP, server),
            config: is_client.then_some(config),
            fingerprint,
            complete: false,
            closed: false,
        }
    }

    fn parameters(&self) -> DtlsParameters {
        DtlsParameters {
            role: self.role,
            fingerprints: vec![self.fingerprint.clone()],
        }
    }

    fn connect(&mut self, now: Instant) {
        if let Some(config) = &self.config {
            self.endpoint
                .connect(now, US, Arc::clone(config), None)
                .unwrap();
        }
    }

    fn read(&mut self, datagram: &[u8], now: Instant) {
        let events = self.endpoint.read(now, US, None, BytesMut::from(datagram));
        for event in events.unwrap_or_default() {
            self.complete |= matches!(event, EndpointEvent::HandshakeComplete);
            self.closed |= matches!(event, EndpointEvent::PeerClosed);
        }
    }

    fn sent(&mut self) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| self.endpoint.poll_transmit())
            .map(|transmit| transmit.message.to_vec())
            .collect()
    }

    fn handle_timeout(&mut self, now: Instant) {
        if self.poll_timeout().is_some_and(|due| due <= now) {
            // After seven repeats the peer gives up, which is for the test to see.
            let _given_up = self.endpoint.handle_timeout(US, now);
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.endpoint.poll_timeout(&US)
    }

    fn profile(&self) -> SrtpProtectionProfile {
        self.state().srtp_protection_profile()
    }

    /// What RFC 5764 s.4.2 exports.
    fn keying_material(&self, len: usize) -> Vec<u8> {
        self.state()
            .export_keying_material("EXTRACTOR-dtls_srtp", &[], len)
            .unwrap()
            .into_bytes()
    }

    fn state(&self) -> &rtc_dtls::state::State {
        self.endpoint.get_connection_state(US).unwrap()
    }
}

fn transport(now: Instant) -> WebRtcTransport {
    let mut rng = ChaCha12Rng::seed_from_u64(1);
    WebRtcTransport::new(TransportId(1), &config(), now, &mut rng)
}

fn config() -> EngineConfig {
    EngineConfig::new(
        vec![ListenAddress {
            local: SocketAddr::from(([127, 0, 0, 1], 4433)),
            announced: None,
        }],
        Arc::new(Certificate::generate().unwrap()),
    )
}

/// The datagrams of `out`, one by one.
fn drain(out: &mut TransmitQueue) -> Vec<Vec<u8>> {
    let datagrams = out
        .runs()
        .flat_map(|run| run.payload.chunks(run.segment_size))
        .map(<[u8]>::to_vec)
        .collect();
    out.clear();
    datagrams
}

fn lossless(datagram: Vec<u8>) -> Vec<Vec<u8>> {
    vec![datagram]
}

fn provider() -> Arc<dyn RTCCryptoProvider> {
    rtc_crypto::default_provider().unwrap()
}

fn sha_256(certificate: &[u8]) -> Fingerprint {
    let pairs: Vec<_> = Sha256::digest(certificate)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Fingerprint {
        algorithm: "sha-256".to_owned(),
        value: pairs.join(":"),
    }
}

fn tuple(host: u8) -> Tuple {
    Tuple {
        socket: SocketId(0),
        local: None,
        remote: SocketAddr::from(([192, 0, 2, host], 5000)),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "virtual time begins somewhere, and Instant has no other origin"
)]
fn start() -> Instant {
    Instant::now()
}

const US: SocketAddr = SocketAddr::new(
    std::net::IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 1)),
    4433,
);

/// Chromium's order: the one it likes best is not ours.
const PROFILES: [SrtpProtectionProfile; 3] = [
    SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80,
    SrtpProtectionProfile::Srtp_Aead_Aes_256_Gcm,
    SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
];
