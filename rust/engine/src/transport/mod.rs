//! One peer's path to us: ICE, DTLS and SRTP.

mod dtls;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod ice;
mod srtp;
mod stun;
mod webrtc;

#[cfg(test)]
mod tests;

pub use dtls::{Certificate, CertificateError, DtlsParameters, DtlsRole, DtlsState, Fingerprint};
pub use ice::{IceCandidate, IceParameters, IceState};

pub(crate) use srtp::{RtpFields, SrtpProfile, SrtpSender};
pub(crate) use stun::BindingRequest;
pub(crate) use webrtc::{Sender, WebRtcTransport};
