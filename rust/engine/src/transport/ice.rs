//! ICE-lite (RFC 8445 s.2.5): we answer checks and take the path the peer nominates.

use serde::Serialize;

/// How far ICE is; mediasoup's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum IceState {
    /// No valid check yet.
    New,
    /// A path works.
    Connected,
    /// A path is nominated.
    Completed,
    /// Consent ended; a later check brings it back.
    Disconnected,
    /// The transport is closed.
    Closed,
}

/// Our ICE credentials; mediasoup's `IceParameters`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IceParameters {
    /// User name fragment (RFC 8445 s.5.3), unique on the worker.
    pub username_fragment: String,
    /// Password.
    pub password: String,
    /// Always true.
    pub ice_lite: bool,
}

/// One of our addresses; mediasoup's `IceCandidate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IceCandidate {
    /// RFC 8445 s.5.1.1.3.
    pub foundation: String,
    /// RFC 8445 s.5.1.2.
    pub priority: u32,
    /// The address, under mediasoup-client's older name.
    pub ip: String,
    /// An IP address or a host name.
    pub address: String,
    /// `udp`.
    pub protocol: &'static str,
    /// The port.
    pub port: u16,
    /// `host`.
    #[serde(rename = "type")]
    pub kind: &'static str,
}
