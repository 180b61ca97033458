//! What the owner asks for. JSON with camelCase names; ids are chosen by the owner.

use serde::Deserialize;

use crate::parameters::{DtlsRole, IceParameters, Kind, RtpCodec, RtpParameters, TransportOptions};

/// A request to the peer.
#[derive(Debug, Deserialize)]
#[serde(
    tag = "method",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub(crate) enum Command {
    /// Makes a connection. Answered with `{"dtlsParameters"}`; nothing is sent before the first
    /// track is published or subscribed to.
    CreateConnection(CreateConnection),
    /// Takes new ICE credentials of the server.
    RestartIce {
        connection: u64,
        ice_parameters: IceParameters,
    },
    /// Closes a connection with its tracks.
    CloseConnection { connection: u64 },
    /// Sends synthetic media. Answered with `{"source"}`, the identity in the frames.
    Publish(Publish),
    /// Stops sending for a while.
    PausePublished { track: u64 },
    /// Sends again.
    ResumePublished { track: u64 },
    /// Stops sending for good.
    Unpublish { track: u64 },
    /// Receives what a consumer is sent.
    Subscribe {
        connection: u64,
        track: u64,
        kind: Kind,
        rtp_parameters: RtpParameters,
    },
    /// Stops receiving.
    Unsubscribe { track: u64 },
    /// Tells `{"event": "reached", "watch"}` once the track has so many frames and packets.
    Watch {
        track: u64,
        watch: u64,
        #[serde(default)]
        frames: u64,
        #[serde(default)]
        packets: u64,
    },
    /// Does not tell it any more.
    Unwatch { track: u64, watch: u64 },
}

/// The parameters of [`Command::CreateConnection`].
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateConnection {
    /// The id of the new connection.
    pub(crate) connection: u64,
    /// The server's side.
    pub(crate) transport: TransportOptions,
    /// All codecs that its tracks may have, with the payload types they will have.
    pub(crate) codecs: Vec<RtpCodec>,
    /// The header extensions that its tracks may have.
    #[serde(default)]
    pub(crate) header_extensions: Vec<String>,
    /// The address to send from.
    #[serde(default = "loopback")]
    pub(crate) local_ip: std::net::IpAddr,
    /// The peer's role in DTLS; `auto` is `client`, as in browsers.
    #[serde(default)]
    pub(crate) dtls_role: DtlsRole,
}

/// The parameters of [`Command::Publish`].
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Publish {
    /// The connection to send on.
    pub(crate) connection: u64,
    /// The id of the new track.
    pub(crate) track: u64,
    /// What it is of.
    pub(crate) kind: Kind,
    /// What is sent; encodings without SSRC get one.
    pub(crate) rtp_parameters: RtpParameters,
    /// Frames a second.
    pub(crate) fps: f64,
    /// Packets a frame; twice as many for a key frame.
    #[serde(default = "two")]
    pub(crate) packets: u16,
    /// Bytes of a packet behind the codec's headers.
    #[serde(default = "five_hundred")]
    pub(crate) packet_bytes: u16,
    /// Seconds from one key frame to the next where none is asked for; zero for never.
    #[serde(default)]
    pub(crate) key_frame_interval: f64,
    /// Sends nothing until it is resumed.
    #[serde(default)]
    pub(crate) paused: bool,
}

fn loopback() -> std::net::IpAddr {
    std::net::Ipv4Addr::LOCALHOST.into()
}

fn two() -> u16 {
    2
}

fn five_hundred() -> u16 {
    500
}
