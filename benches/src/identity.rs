//! The certificate that all clients share.

use std::{fmt::Write, sync::Arc};

use anyhow::{Context, Result};
use ring::digest::{SHA256, digest};
use rtc_crypto::RTCCryptoProvider;
use rtc_dtls::{
    config::{ConfigBuilder, HandshakeConfig},
    crypto::Certificate,
    extension::extension_use_srtp::SrtpProtectionProfile,
};

/// Who the clients are, and how they shake hands: as DTLS clients, with AEAD_AES_128_GCM alone.
pub(crate) struct Identity {
    pub(crate) provider: Arc<dyn RTCCryptoProvider>,
    pub(crate) handshake: Arc<HandshakeConfig>,
    /// SHA-256, in RFC 8122's form.
    pub(crate) fingerprint: String,
}

impl Identity {
    pub(crate) fn generate() -> Result<Self> {
        let provider = rtc_crypto::default_provider()?;
        let names = vec!["bench".to_owned()];
        let certificate = Certificate::generate_self_signed(names, provider.crypto())?;
        let der = certificate.certificate.first().context("a certificate")?;
        let fingerprint = fingerprint(der);
        let handshake = ConfigBuilder::default()
            .with_crypto_provider(Arc::clone(&provider))
            .with_certificates(vec![certificate])
            .with_srtp_protection_profiles(vec![SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm])
            .with_insecure_skip_verify(true)
            .build(true, None)?;
        Ok(Self {
            provider,
            handshake: Arc::new(handshake),
            fingerprint,
        })
    }
}

fn fingerprint(der: &[u8]) -> String {
    let hash = digest(&SHA256, der);
    let mut text = String::new();
    for byte in hash.as_ref() {
        let colon = if text.is_empty() { "" } else { ":" };
        // Writing to a string does not fail.
        let _ = write!(text, "{colon}{byte:02X}");
    }
    text
}
