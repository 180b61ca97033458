//! A WebRTC client for tests, on the `webrtc` crate: the other end is not our own engine.
//!
//! [`Peer`] is a thread with peer connections. It sends synthetic media whose every packet tells
//! whose it is, which part of which frame, and when it was made; and it judges what arrives like a
//! decoder: complete, unchanged, in order from a key frame on.
//!
//! ```text
//! owner --commands--> peer.rs --> host.rs --> connection.rs (sdp.rs writes the server's offers)
//!   ^                               |              |
//!   |                            send/ ---RTP---> interceptor/ <--> webrtc: ICE, DTLS, SRTP, UDP
//!   +------- Outbox <------ receive/ <---RTP-------+
//! ```
//!
//! `media/` has the frames: the codecs' payload formats, and the stamp at the end of each packet.

mod command;
mod connection;
mod error;
mod host;
mod interceptor;
mod media;
mod parameters;
mod peer;
mod receive;
mod sdp;
mod send;
mod sim;

pub use error::CommandError;
pub use peer::{Peer, SubmitError};
pub use sim::SimPeer;
