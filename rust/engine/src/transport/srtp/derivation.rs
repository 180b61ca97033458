//! Session keys from master keys (RFC 3711 s.4.3; for AES-256, RFC 6188 s.3; for GCM, RFC 7714 s.11).

use aes::{Aes128, Aes256};
use ctr::{
    Ctr128BE,
    cipher::{KeyIvInit, StreamCipher},
};

/// What a derived key is for (RFC 3711 s.4.3.2). RTCP's labels are three more.
#[derive(Debug, Clone, Copy)]
pub(super) enum Label {
    RtpEncryption = 0,
    RtpAuthentication = 1,
    RtpSalt = 2,
    RtcpEncryption = 3,
    RtcpAuthentication = 4,
    RtcpSalt = 5,
}

/// Derives `N` bytes for `label`. `salt` is the master salt, of 14 bytes, or 12 that zeros follow.
pub(super) fn derive<const N: usize>(key: &[u8], salt: &[u8], label: Label) -> Option<[u8; N]> {
    let mut iv = [0; 16];
    iv.get_mut(..salt.len())?.copy_from_slice(salt);
    *iv.get_mut(7)? ^= label as u8;
    let mut derived = [0; N];
    match key.len() {
        16 => Ctr128BE::<Aes128>::new_from_slices(key, &iv)
            .ok()?
            .apply_keystream(&mut derived),
        32 => Ctr128BE::<Aes256>::new_from_slices(key, &iv)
            .ok()?
            .apply_keystream(&mut derived),
        _ => return None,
    }
    Some(derived)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3711 appendix B.3.
    #[test]
    fn session_keys_are_those_of_the_rfc() {
        let key = bytes("E1F97A0D3E018BE0D64FA32C06DE4139");
        let salt = bytes("0EC675AD498AFEEBB6960B3AABE6");
        let cipher: [u8; 16] = derive(&key, &salt, Label::RtpEncryption).unwrap();
        let session_salt: [u8; 14] = derive(&key, &salt, Label::RtpSalt).unwrap();
        let auth: [u8; 20] = derive(&key, &salt, Label::RtpAuthentication).unwrap();
        assert_eq!(cipher[..], bytes("C61E7A93744F39EE10734AFE3FF7A087"));
        assert_eq!(session_salt[..], bytes("30CBBC08863D8C85D49DB34A9AE1"));
        assert_eq!(auth[..], bytes("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
    }

    #[test]
    fn a_key_of_another_length_derives_nothing() {
        assert!(derive::<16>(&[0; 24], &[0; 14], Label::RtpSalt).is_none());
        assert!(derive::<16>(&[0; 16], &[0; 17], Label::RtpSalt).is_none());
    }

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect()
    }
}
