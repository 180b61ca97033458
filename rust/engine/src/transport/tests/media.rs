//! Media over a connected transport, against rtc-srtp with the keys that the peer's DTLS exports.

use rtc_srtp::{config::Config, context::Context, protection_profile::ProtectionProfile};

use super::*;
use crate::transport::{RtpFields, SrtpSender};

#[test]
fn media_flows_both_ways_with_either_role() {
    for role in [DtlsRole::Client, DtlsRole::Server] {
        for profile in PROFILES {
            let mut call = Call::new(DtlsPeer::new(role, &[profile]));
            call.connect();
            call.handshake(&mut lossless);
            let (mut sends, mut receives) = peer_srtp(&call.peer);
            let mut packet = sends.encrypt_rtp(&rtp(1)).unwrap().to_vec();
            let len = call.unprotect(tuple(1), &mut packet, 1).unwrap();
            assert_eq!(packet[..len], rtp(1));
            let protected = call.protect(&rtp(2));
            assert_eq!(receives.decrypt_rtp(&protected).unwrap(), rtp(2));
        }
    }
}

#[test]
fn media_before_the_keys_or_from_elsewhere_is_dropped() {
    let mut call = Call::new(DtlsPeer::new(DtlsRole::Client, &PROFILES));
    assert_eq!(
        call.unprotect(tuple(1), &mut rtp(1), 1),
        Err(DropReason::NoSrtpKeys)
    );
    assert_eq!(
        call.unprotect(tuple(2), &mut rtp(1), 1),
        Err(DropReason::UnvalidatedTuple)
    );
    assert!(call.transport.sender().is_none());
}

#[test]
fn media_on_another_validated_path_selects_it() {
    let mut call = Call::connected(DtlsRole::Client);
    call.check(tuple(2), &[]).unwrap();
    assert_eq!(call.transport.selected_tuple(), Some(tuple(1)));
    let (mut sends, _) = peer_srtp(&call.peer);
    let mut packet = sends.encrypt_rtp(&rtp(1)).unwrap().to_vec();
    let mut forged = packet.clone();
    forged[20] ^= 1;
    assert!(call.unprotect(tuple(2), &mut forged, 1).is_err());
    assert_eq!(call.transport.selected_tuple(), Some(tuple(1)));
    call.unprotect(tuple(2), &mut packet, 1).unwrap();
    assert_eq!(call.transport.selected_tuple(), Some(tuple(2)));
    assert_eq!(call.transport.sender().unwrap().tuple, tuple(2));
}

#[test]
fn media_after_consent_has_ended_is_dropped_until_it_is_back() {
    let mut call = Call::connected(DtlsRole::Client);
    let (mut sends, _) = peer_srtp(&call.peer);
    let mut packet = sends.encrypt_rtp(&rtp(1)).unwrap().to_vec();
    call.now += Duration::from_secs(60);
    call.transport.handle_timeout(call.now, &mut call.out);
    assert_eq!(
        call.unprotect(tuple(1), &mut packet, 1),
        Err(DropReason::UnvalidatedTuple)
    );
    call.check(tuple(3), &[UseCandidate]).unwrap();
    assert!(call.transport.is_connected());
    assert!(call.unprotect(tuple(3), &mut packet, 1).is_ok());
}

impl Call {
    fn unprotect(
        &mut self,
        tuple: Tuple,
        packet: &mut [u8],
        sequence: u16,
    ) -> Result<usize, DropReason> {
        let fields = RtpFields {
            ssrc: 9,
            sequence,
            header_len: 12,
        };
        self.transport.unprotect_rtp(tuple, packet, fields)
    }

    fn protect(&mut self, plain: &[u8]) -> Vec<u8> {
        let mut packet = plain.to_vec();
        packet.resize(plain.len() + SrtpSender::OVERHEAD, 0);
        let sender = self.transport.sender().unwrap();
        let len = sender
            .srtp
            .protect_rtp(&mut packet, plain.len(), 12, plain[3].into())
            .unwrap();
        packet.truncate(len);
        packet
    }
}

/// The peer's contexts: for sending, for receiving.
fn peer_srtp(peer: &DtlsPeer) -> (Context, Context) {
    let profile = if peer.profile() == SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm {
        ProtectionProfile::AeadAes128Gcm
    } else if peer.profile() == SrtpProtectionProfile::Srtp_Aead_Aes_256_Gcm {
        ProtectionProfile::AeadAes256Gcm
    } else {
        ProtectionProfile::Aes128CmHmacSha1_80
    };
    let mut config = Config {
        profile,
        ..Default::default()
    };
    let material = peer.keying_material(config.keying_material_len());
    let is_client = peer.role == DtlsRole::Client;
    config
        .set_session_keys_from_keying_material(&material, is_client)
        .unwrap();
    let keys = config.keys;
    let context = |key: &[u8], salt: &[u8]| {
        let provider = provider();
        Context::new(key, salt, profile, None, None, provider.crypto()).unwrap()
    };
    (
        context(&keys.local_master_key, &keys.local_master_salt),
        context(&keys.remote_master_key, &keys.remote_master_salt),
    )
}

fn rtp(sequence: u8) -> Vec<u8> {
    let mut packet = vec![0x80, 96, 0, sequence, 0, 0, 0, 1, 0, 0, 0, 9];
    packet.extend_from_slice(&[0xab; 100]);
    packet
}
