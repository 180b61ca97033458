//! What a worker is told when it is started.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use serde::Deserialize;
use sfu_engine::{Certificate, CertificateError, EngineConfig};
use thiserror::Error;

/// A worker's options, as they come in JSON.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkerOptions {
    /// One UDP socket each.
    pub listen: Vec<Listen>,
    /// The certificate of all DTLS handshakes; one is made where none is given.
    #[serde(default)]
    pub certificate_pem: Option<String>,
    /// Its private key, in PKCS #8.
    #[serde(default)]
    pub private_key_pem: Option<String>,
    /// Seconds a peer may leave its consent unrenewed (RFC 7675 s.5.1); 0 is for ever.
    #[serde(default)]
    pub ice_consent_timeout: Option<f64>,
    /// The largest DTLS datagram sent, in bytes of UDP payload.
    #[serde(default)]
    pub dtls_mtu: Option<usize>,
}

/// One socket's address and what peers are told of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Listen {
    /// The address to bind; the unspecified one takes all of its family.
    pub ip: IpAddr,
    /// The port to bind; 0 takes a free one.
    pub port: u16,
    /// The IP address or host name that candidates carry instead.
    #[serde(default)]
    pub announced_address: Option<String>,
}

/// Options that make no sense.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum OptionsError {
    /// `listen` is empty.
    #[error("no address to listen on")]
    NoListenAddress,
    /// More sockets than a [`sfu_engine::SocketId`] can tell apart.
    #[error("{0} addresses to listen on are more than {MAX_SOCKETS}")]
    TooManyListenAddresses(usize),
    /// Only one of certificate and key is there.
    #[error("certificatePem and privateKeyPem belong together")]
    HalfACertificate,
    /// The consent time-out is negative, not a number, or longer than a day.
    #[error("iceConsentTimeout {0} is not within 0 and {MAX_CONSENT_SECONDS} seconds")]
    ConsentTimeout(f64),
    /// The DTLS MTU holds no useful record, or no UDP datagram could be so large.
    #[error("dtlsMtu {0} is not within {MIN_DTLS_MTU} and {MAX_DTLS_MTU}")]
    DtlsMtu(usize),
}

const MAX_SOCKETS: usize = u8::MAX as usize + 1;
const MAX_CONSENT_SECONDS: f64 = 86_400.0;
/// What every IPv4 host takes (RFC 791: 576 bytes), less its headers.
const MIN_DTLS_MTU: usize = 548;
/// The largest record (RFC 5246 s.6.2.1).
const MAX_DTLS_MTU: usize = 16_384;

impl WorkerOptions {
    pub(crate) fn check(&self) -> Result<(), OptionsError> {
        match self.listen.len() {
            0 => return Err(OptionsError::NoListenAddress),
            1..=MAX_SOCKETS => {}
            more => return Err(OptionsError::TooManyListenAddresses(more)),
        }
        if self.certificate_pem.is_some() != self.private_key_pem.is_some() {
            return Err(OptionsError::HalfACertificate);
        }
        self.consent_timeout()?;
        self.mtu()?;
        Ok(())
    }

    pub(crate) fn certificate(&self) -> Result<Certificate, CertificateError> {
        match (&self.certificate_pem, &self.private_key_pem) {
            (Some(certificate), Some(key)) => Certificate::from_pem(certificate, key),
            _ => Certificate::generate(),
        }
    }

    pub(crate) fn consent_timeout(&self) -> Result<Duration, OptionsError> {
        match self.ice_consent_timeout {
            None => Ok(EngineConfig::CONSENT_TIMEOUT),
            Some(seconds) if (0.0..=MAX_CONSENT_SECONDS).contains(&seconds) => {
                Ok(Duration::from_secs_f64(seconds))
            }
            Some(seconds) => Err(OptionsError::ConsentTimeout(seconds)),
        }
    }

    pub(crate) fn mtu(&self) -> Result<usize, OptionsError> {
        match self.dtls_mtu.unwrap_or(EngineConfig::DTLS_MTU) {
            mtu @ MIN_DTLS_MTU..=MAX_DTLS_MTU => Ok(mtu),
            mtu => Err(OptionsError::DtlsMtu(mtu)),
        }
    }
}

impl Listen {
    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::new(self.ip, self.port)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn defaults_are_the_engines() {
        let options = options(&json!({ "listen": [loopback()] }));
        assert_eq!(options.check(), Ok(()));
        assert_eq!(options.mtu(), Ok(EngineConfig::DTLS_MTU));
        assert_eq!(options.consent_timeout(), Ok(EngineConfig::CONSENT_TIMEOUT));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let many = vec![loopback(); MAX_SOCKETS + 1];
        for (given, error) in [
            (json!({ "listen": [] }), OptionsError::NoListenAddress),
            (
                json!({ "listen": many }),
                OptionsError::TooManyListenAddresses(MAX_SOCKETS + 1),
            ),
            (
                json!({ "listen": [loopback()], "certificatePem": "" }),
                OptionsError::HalfACertificate,
            ),
            (
                json!({ "listen": [loopback()], "iceConsentTimeout": -1 }),
                OptionsError::ConsentTimeout(-1.0),
            ),
            (
                json!({ "listen": [loopback()], "dtlsMtu": 100 }),
                OptionsError::DtlsMtu(100),
            ),
        ] {
            assert_eq!(options(&given).check(), Err(error), "{given}");
        }
    }

    #[test]
    fn unknown_keys_and_malformed_addresses_are_refused() {
        for given in [
            json!({ "listen": [loopback()], "dtlsMTU": 1200 }),
            json!({ "listen": [{ "ip": "localhost", "port": 0 }] }),
            json!({ "listen": [{ "ip": "127.0.0.1", "port": 65536 }] }),
            json!({}),
        ] {
            let parsed = serde_json::from_value::<WorkerOptions>(given.clone());
            assert!(parsed.is_err(), "{given}");
        }
    }

    fn options(given: &serde_json::Value) -> WorkerOptions {
        serde_json::from_value(given.clone()).unwrap()
    }

    fn loopback() -> serde_json::Value {
        json!({ "ip": "127.0.0.1", "port": 0 })
    }
}
