//! One peer's path to us: ICE, DTLS and SRTP.

mod dtls;
mod ice;

pub use dtls::{Certificate, CertificateError, DtlsParameters, DtlsRole, DtlsState, Fingerprint};
pub use ice::{IceCandidate, IceParameters, IceState};
