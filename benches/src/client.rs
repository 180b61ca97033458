//! The far end of a transport: ICE and DTLS over a socket of its own, and then nothing but keys.

use std::{
    net::{SocketAddr, UdpSocket},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use bytes::BytesMut;
use rtc_dtls::{
    endpoint::{Endpoint, EndpointEvent},
    extension::extension_use_srtp::SrtpProtectionProfile,
};
use rtc_shared::TransportProtocol;
use rtc_srtp::{
    config::{Config, LABEL_EXTRACTOR_DTLS_SRTP, SessionKeys},
    protection_profile::ProtectionProfile,
};
use rtc_stun::{
    attributes::{
        ATTR_ICE_CONTROLLING, ATTR_PRIORITY, ATTR_USE_CANDIDATE, ATTR_USERNAME, AttrType,
        RawAttribute,
    },
    fingerprint::FINGERPRINT,
    integrity::MessageIntegrity,
    message::{BINDING_REQUEST, BINDING_SUCCESS, Message, Setter, TransactionId},
};
use serde_json::Value;

use crate::{identity::Identity, sinks::bind};

pub(crate) const PROFILE: ProtectionProfile = ProtectionProfile::AeadAes128Gcm;

/// A connected client.
pub(crate) struct Client {
    /// The id of its transport.
    pub(crate) transport: u64,
    pub(crate) socket: UdpSocket,
    /// The worker's address.
    pub(crate) remote: SocketAddr,
    pub(crate) keys: SessionKeys,
}

impl Client {
    /// Connects to the transport that the worker described by `reply`.
    pub(crate) fn connect(
        transport: u64,
        reply: &Value,
        remote: SocketAddr,
        identity: &Identity,
    ) -> Result<Self> {
        let socket = bind()?;
        socket.set_read_timeout(Some(PATIENCE))?;
        check_connectivity(&socket, remote, reply, identity).context("ICE")?;
        let keys = shake_hands(&socket, remote, identity).context("DTLS")?;
        Ok(Self {
            transport,
            socket,
            remote,
            keys,
        })
    }
}

/// On loopback nothing is lost: what does not come in this time does not come.
const PATIENCE: Duration = Duration::from_secs(5);

/// Nominates the only path there is (RFC 8445 s.7.2.2).
fn check_connectivity(
    socket: &UdpSocket,
    remote: SocketAddr,
    reply: &Value,
    identity: &Identity,
) -> Result<()> {
    let text = |key: &str| {
        let value = reply.get("iceParameters").and_then(|ice| ice.get(key));
        value.and_then(Value::as_str).context("no ICE parameters")
    };
    let user = format!("{}:bench", text("usernameFragment")?);
    let password = text("password")?.to_owned();
    let integrity = MessageIntegrity::new_short_term_integrity_with_provider(
        password,
        identity.provider.crypto(),
    );
    let mut request = Message::new();
    request.build(&[
        Box::<TransactionId>::default(),
        Box::new(BINDING_REQUEST),
        attribute(ATTR_USERNAME, user.into_bytes()),
        attribute(ATTR_PRIORITY, vec![0x6e, 0, 1, 0xff]),
        attribute(ATTR_ICE_CONTROLLING, vec![1; 8]),
        attribute(ATTR_USE_CANDIDATE, Vec::new()),
        Box::new(integrity),
        Box::new(FINGERPRINT),
    ])?;
    socket.send_to(&request.raw, remote)?;
    let mut buffer = [0; 2048];
    let len = socket.recv(&mut buffer)?;
    let mut response = Message::new();
    response.unmarshal_binary(buffer.get(..len).unwrap_or_default())?;
    ensure!(response.typ == BINDING_SUCCESS, "refused: {response}");
    Ok(())
}

fn attribute(kind: AttrType, value: Vec<u8>) -> Box<dyn Setter> {
    Box::new(RawAttribute {
        typ: kind,
        length: u16::try_from(value.len()).unwrap_or(u16::MAX),
        value,
    })
}

fn shake_hands(socket: &UdpSocket, remote: SocketAddr, identity: &Identity) -> Result<SessionKeys> {
    let local = socket.local_addr()?;
    let mut endpoint = Endpoint::new(local, TransportProtocol::UDP, None);
    let handshake = identity.handshake.clone();
    endpoint.connect(Instant::now(), remote, handshake, None)?;
    let mut buffer = [0; 65_536];
    let mut is_complete = false;
    loop {
        while let Some(transmit) = endpoint.poll_transmit() {
            socket.send_to(&transmit.message, remote)?;
        }
        if is_complete {
            return session_keys(&endpoint, remote);
        }
        let len = socket.recv(&mut buffer)?;
        let datagram = BytesMut::from(buffer.get(..len).unwrap_or_default());
        for event in endpoint.read(Instant::now(), remote, None, datagram)? {
            is_complete |= matches!(event, EndpointEvent::HandshakeComplete);
        }
    }
}

fn session_keys(endpoint: &Endpoint, remote: SocketAddr) -> Result<SessionKeys> {
    let state = endpoint.get_connection_state(remote).context("no state")?;
    let chosen = state.srtp_protection_profile();
    ensure!(
        chosen == SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
        "not GCM"
    );
    let mut config = Config {
        profile: PROFILE,
        ..Config::default()
    };
    let len = config.keying_material_len();
    let material = state.export_keying_material(LABEL_EXTRACTOR_DTLS_SRTP, &[], len)?;
    config.set_session_keys_from_keying_material(&material.into_bytes(), true)?;
    Ok(config.keys)
}
