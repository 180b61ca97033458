//! What an engine is told once, when it is made.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use crate::transport::Certificate;

/// The configuration of one engine.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// The sockets, in the order of their [`crate::SocketId`].
    pub listen: Vec<ListenAddress>,
    /// The certificate of all DTLS handshakes.
    pub certificate: Arc<Certificate>,
    /// How long a peer may leave its consent unrenewed before its transport is disconnected
    /// (RFC 7675 s.5.1). Zero: for ever.
    pub consent_timeout: Duration,
    /// The largest DTLS datagram sent, in bytes of UDP payload.
    pub dtls_mtu: usize,
}

/// One bound socket and what peers are told of it.
#[derive(Debug, Clone)]
pub struct ListenAddress {
    /// The address the socket is bound to.
    pub local: SocketAddr,
    /// The IP address or host name that candidates carry instead of the local one.
    pub announced: Option<String>,
}

impl EngineConfig {
    /// The RFC 7675 s.5.1 value, and mediasoup's default.
    pub const CONSENT_TIMEOUT: Duration = Duration::from_secs(30);
    /// Fits every path that WebRTC is used on; libwebrtc's value.
    pub const DTLS_MTU: usize = 1200;

    /// A configuration with the defaults of the fields that have one.
    #[must_use]
    pub fn new(listen: Vec<ListenAddress>, certificate: Arc<Certificate>) -> Self {
        Self {
            listen,
            certificate,
            consent_timeout: Self::CONSENT_TIMEOUT,
            dtls_mtu: Self::DTLS_MTU,
        }
    }
}
