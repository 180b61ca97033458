//! Certificate fingerprints (RFC 8122 s.5).

use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq;

use crate::error::InvalidParameters;

/// A hash of a certificate (RFC 8122 s.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// `sha-1`, `sha-224`, `sha-256`, `sha-384` or `sha-512`.
    pub algorithm: String,
    /// Hex pairs with colons between them.
    pub value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Algorithm {
    fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "sha-1" => Some(Self::Sha1),
            "sha-224" => Some(Self::Sha224),
            "sha-256" => Some(Self::Sha256),
            "sha-384" => Some(Self::Sha384),
            "sha-512" => Some(Self::Sha512),
            _ => None,
        }
    }

    fn hash(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(bytes).to_vec(),
            Self::Sha224 => Sha224::digest(bytes).to_vec(),
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }

    fn len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// The fingerprints that the peer signalled: its certificate matches one of those whose hash we know.
#[derive(Debug, Clone)]
pub(super) struct PeerFingerprints(Vec<(Algorithm, Vec<u8>)>);

impl PeerFingerprints {
    /// Reads what was signalled. Unknown hashes are passed over, as RFC 8122 s.5 has it.
    ///
    /// # Errors
    ///
    /// [`InvalidParameters::NoFingerprint`], [`InvalidParameters::MalformedFingerprint`].
    pub(super) fn parse(signalled: &[Fingerprint]) -> Result<Self, InvalidParameters> {
        let mut known = Vec::new();
        for Fingerprint { algorithm, value } in signalled {
            if let Some(hash) = Algorithm::named(algorithm) {
                let bytes = parse_hex_pairs(value)
                    .filter(|bytes| bytes.len() == hash.len())
                    .ok_or_else(|| InvalidParameters::MalformedFingerprint(algorithm.clone()))?;
                known.push((hash, bytes));
            }
        }
        match known.is_empty() {
            true => Err(InvalidParameters::NoFingerprint),
            false => Ok(Self(known)),
        }
    }

    /// Whether one of them is `certificate`'s (DER).
    pub(super) fn match_certificate(&self, certificate: &[u8]) -> bool {
        self.0
            .iter()
            .any(|(hash, expected)| bool::from(hash.hash(certificate).ct_eq(expected)))
    }
}

/// The SHA-256 fingerprint of `certificate` (DER), in capitals as RFC 8122 s.5 writes it.
pub(super) fn sha_256(certificate: &[u8]) -> Fingerprint {
    let pairs: Vec<_> = Sha256::digest(certificate)
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    Fingerprint {
        algorithm: "sha-256".to_owned(),
        value: pairs.join(":"),
    }
}

fn parse_hex_pairs(text: &str) -> Option<Vec<u8>> {
    text.split(':')
        .map(|pair| {
            let digits = pair.len() == 2 && pair.bytes().all(|digit| digit.is_ascii_hexdigit());
            digits.then(|| u8::from_str_radix(pair, 16).ok()).flatten()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hash_matches_its_certificate_only() {
        for algorithm in ["sha-1", "sha-224", "sha-256", "sha-384", "sha-512"] {
            let known = PeerFingerprints::parse(&[fingerprint(algorithm, b"abc")]).unwrap();
            assert!(known.match_certificate(b"abc"), "{algorithm}");
            assert!(!known.match_certificate(b"abd"), "{algorithm}");
        }
    }

    #[test]
    fn the_sha_256_of_abc_is_that_of_fips_180() {
        let value = "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:\
                     B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD";
        assert_eq!(sha_256(b"abc").value, value);
    }

    #[test]
    fn case_does_not_matter() {
        let Fingerprint { algorithm, value } = sha_256(b"abc");
        let lower = Fingerprint {
            algorithm: algorithm.to_uppercase(),
            value: value.to_lowercase(),
        };
        assert!(
            PeerFingerprints::parse(&[lower])
                .unwrap()
                .match_certificate(b"abc")
        );
    }

    #[test]
    fn one_of_several_is_enough() {
        let signalled = [
            fingerprint("sha-1", b"another"),
            Fingerprint {
                algorithm: "md5".to_owned(),
                value: "not looked at".to_owned(),
            },
            sha_256(b"abc"),
        ];
        assert!(
            PeerFingerprints::parse(&signalled)
                .unwrap()
                .match_certificate(b"abc")
        );
    }

    #[test]
    fn a_list_without_a_usable_fingerprint_is_refused() {
        let unknown = Fingerprint {
            algorithm: "md5".to_owned(),
            value: "00".to_owned(),
        };
        for signalled in [vec![], vec![unknown]] {
            assert_eq!(
                PeerFingerprints::parse(&signalled).unwrap_err(),
                InvalidParameters::NoFingerprint
            );
        }
    }

    #[test]
    fn malformed_values_are_refused() {
        let right = sha_256(b"abc").value;
        let short = &right[..right.len() - 3];
        for value in ["", "00", "zz:00", short, &format!("{right}:00"), "+1:00"] {
            let malformed = Fingerprint {
                algorithm: "sha-256".to_owned(),
                value: value.to_owned(),
            };
            assert_eq!(
                PeerFingerprints::parse(&[malformed]).unwrap_err(),
                InvalidParameters::MalformedFingerprint("sha-256".to_owned())
            );
        }
    }

    fn fingerprint(algorithm: &str, certificate: &[u8]) -> Fingerprint {
        let hash = Algorithm::named(algorithm).unwrap().hash(certificate);
        let pairs: Vec<_> = hash.iter().map(|byte| format!("{byte:02X}")).collect();
        Fingerprint {
            algorithm: algorithm.to_owned(),
            value: pairs.join(":"),
        }
    }
}
