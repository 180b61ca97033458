//! The worker's certificate.

use std::sync::Arc;

use rtc_crypto::RTCCryptoProvider;
use thiserror::Error;

use super::fingerprint::{Fingerprint, sha_256};

/// The worker's certificate with its private key.
pub struct Certificate {
    inner: rtc_dtls::crypto::Certificate,
    provider: Arc<dyn RTCCryptoProvider>,
    fingerprint: Fingerprint,
}

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
    /// Makes a self-signed one: ECDSA on P-256. Takes randomness from the operating system.
    ///
    /// # Errors
    ///
    /// [`CertificateError::Generation`].
    pub fn generate() -> Result<Self, CertificateError> {
        let failed =
            |error: &dyn std::fmt::Display| CertificateError::Generation(error.to_string());
        let provider = rtc_crypto::default_provider().map_err(|error| failed(&error))?;
        let names = vec!["sfu".to_owned()];
        let inner = rtc_dtls::crypto::Certificate::generate_self_signed(names, provider.crypto())
            .map_err(|error| failed(&error))?;
        Self::new(inner, provider).ok_or_else(|| failed(&"it is empty"))
    }

    /// Reads one from PEM: the certificate, and its key in PKCS #8.
    ///
    /// # Errors
    ///
    /// [`CertificateError::Unreadable`].
    pub fn from_pem(certificate: &str, private_key: &str) -> Result<Self, CertificateError> {
        let unreadable =
            |error: &dyn std::fmt::Display| CertificateError::Unreadable(error.to_string());
        let provider = rtc_crypto::default_provider().map_err(|error| unreadable(&error))?;
        let text = [&tagged_for_rtc_dtls(private_key), certificate].join("\n");
        let inner = rtc_dtls::crypto::Certificate::from_pem(&text, provider.crypto())
            .map_err(|error| unreadable(&error))?;
        if !holds_public_key(&inner) {
            return Err(unreadable(&"the key is not that of the certificate"));
        }
        Self::new(inner, provider).ok_or_else(|| unreadable(&"there is no certificate"))
    }

    /// Its SHA-256 fingerprint.
    pub(super) fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    pub(super) fn inner(&self) -> &rtc_dtls::crypto::Certificate {
        &self.inner
    }

    pub(super) fn provider(&self) -> &Arc<dyn RTCCryptoProvider> {
        &self.provider
    }

    fn new(
        inner: rtc_dtls::crypto::Certificate,
        provider: Arc<dyn RTCCryptoProvider>,
    ) -> Option<Self> {
        let fingerprint = sha_256(inner.certificate.first()?);
        Some(Self {
            inner,
            provider,
            fingerprint,
        })
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Certificate")
            .field(&self.fingerprint.value)
            .finish()
    }
}

/// rtc-dtls wants a label of its own on the PKCS #8 key.
fn tagged_for_rtc_dtls(private_key: &str) -> String {
    private_key.replace("PRIVATE KEY-----", "PRIVATE_KEY-----")
}

/// Whether the leaf certificate holds the key's public half, which stands in its DER as it is.
fn holds_public_key(certificate: &rtc_dtls::crypto::Certificate) -> bool {
    let key = certificate.private_key.signing_key.public_key().bytes;
    let leaf = certificate.certificate.first();
    !key.is_empty() && leaf.is_some_and(|der| der.windows(key.len()).any(|part| part == key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_certificate_can_be_written_and_read_again() {
        let made = Certificate::generate().unwrap();
        let (certificate, key) = pem_of(&made);
        let read = Certificate::from_pem(&certificate, &key).unwrap();
        assert_eq!(read.fingerprint(), made.fingerprint());
    }

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let (certificate, _) = pem_of(&Certificate::generate().unwrap());
        let (_, key) = pem_of(&Certificate::generate().unwrap());
        assert!(matches!(
            Certificate::from_pem(&certificate, &key),
            Err(CertificateError::Unreadable(_))
        ));
    }

    #[test]
    fn text_that_is_not_pem_is_refused() {
        for (certificate, key) in [("", ""), ("certificate", "key")] {
            assert!(matches!(
                Certificate::from_pem(certificate, key),
                Err(CertificateError::Unreadable(_))
            ));
        }
    }

    fn pem_of(certificate: &Certificate) -> (String, String) {
        let text = certificate.inner.serialize_pem().unwrap();
        let at = text.find("-----BEGIN CERTIFICATE").unwrap();
        let key = text[..at].replace("PRIVATE_KEY", "PRIVATE KEY");
        (text[at..].to_owned(), key)
    }
}
