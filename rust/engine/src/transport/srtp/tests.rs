//! Against rtc-srtp, byte for byte, and against hostile input.

use rtc_srtp::{
    context::Context, option::srtp_no_replay_protection, protection_profile::ProtectionProfile,
};

use super::*;
use crate::error::DropReason;

#[test]
fn rtp_is_that_of_rtc_srtp_byte_for_byte() {
    for profile in SrtpProfile::PREFERENCE {
        let (sender, _) = ours(profile, DtlsSide::Client);
        let mut oracle = oracle(profile, DtlsSide::Client);
        for (index, len) in
            (65_530_u64..65_560).zip([0, 1, 15, 16, 17, 160, 1100].into_iter().cycle())
        {
            let plain = rtp(index, len);
            let expected = oracle.encrypt_rtp(&plain).unwrap();
            assert_eq!(
                protect(&sender, &plain, index).unwrap(),
                expected,
                "{profile:?}"
            );
        }
    }
}

#[test]
fn rtcp_is_that_of_rtc_srtp_byte_for_byte() {
    for profile in SrtpProfile::PREFERENCE {
        let (mut sender, _) = ours(profile, DtlsSide::Client);
        let mut oracle = oracle(profile, DtlsSide::Client);
        // rtc-srtp counts from 1, we from 0.
        protect_rtcp(&mut sender, &rtcp(0)).unwrap();
        for len in [0, 4, 20, 1000] {
            let plain = rtcp(len);
            let expected = oracle.encrypt_rtcp(&plain).unwrap();
            assert_eq!(
                protect_rtcp(&mut sender, &plain).unwrap(),
                expected,
                "{profile:?}"
            );
        }
    }
}

#[test]
fn what_rtc_srtp_protects_is_unprotected_over_rollovers() {
    for profile in SrtpProfile::PREFERENCE {
        let (_, mut receiver) = ours(profile, DtlsSide::Server);
        let mut oracle = oracle(profile, DtlsSide::Client);
        for index in (0..200_000).step_by(997) {
            let plain = rtp(index, 100);
            let mut packet = oracle.encrypt_rtp(&plain).unwrap().to_vec();
            let len = receiver.unprotect_rtp(&mut packet, fields(index)).unwrap();
            assert_eq!(packet[..len], plain);
            let plain = rtcp(40);
            let mut packet = oracle.encrypt_rtcp(&plain).unwrap().to_vec();
            let len = receiver.unprotect_rtcp(&mut packet).unwrap();
            assert_eq!(packet[..len], plain);
        }
    }
}

#[test]
fn rtc_srtp_unprotects_what_we_protect() {
    for profile in SrtpProfile::PREFERENCE {
        let (mut sender, _) = ours(profile, DtlsSide::Server);
        let mut oracle = oracle(profile, DtlsSide::Server);
        for index in 0..100 {
            let plain = rtp(index, 300);
            let packet = protect(&sender, &plain, index).unwrap();
            assert_eq!(oracle.decrypt_rtp(&packet).unwrap(), plain);
            let plain = rtcp(60);
            let packet = protect_rtcp(&mut sender, &plain).unwrap();
            assert_eq!(oracle.decrypt_rtcp(&packet).unwrap(), plain);
        }
    }
}

#[test]
fn a_packet_is_taken_once() {
    for profile in SrtpProfile::PREFERENCE {
        let (mut sender, mut receiver) = pair(profile);
        let packet = protect(&sender, &rtp(5, 100), 5).unwrap();
        let control = protect_rtcp(&mut sender, &rtcp(20)).unwrap();
        assert!(
            receiver
                .unprotect_rtp(&mut packet.clone(), fields(5))
                .is_ok()
        );
        assert!(receiver.unprotect_rtcp(&mut control.clone()).is_ok());
        assert_eq!(
            receiver.unprotect_rtp(&mut packet.clone(), fields(5)),
            Err(DropReason::SrtpReplay)
        );
        assert_eq!(
            receiver.unprotect_rtcp(&mut control.clone()),
            Err(DropReason::SrtpReplay)
        );
    }
}

#[test]
fn packets_late_by_a_window_are_taken_in_any_order() {
    let (sender, mut receiver) = pair(SrtpProfile::AeadAes128Gcm);
    for index in (65_500..65_628).rev() {
        let mut packet = protect(&sender, &rtp(index, 10), index).unwrap();
        // The first one fixes the rollover count: from there on the others are told by nearness.
        if index == 65_627 {
            receiver = receiver.at_rtp_index(SSRC, 65_499);
        }
        assert!(receiver.unprotect_rtp(&mut packet, fields(index)).is_ok());
    }
}

#[test]
fn any_changed_bit_is_noticed() {
    for profile in SrtpProfile::PREFERENCE {
        let (mut sender, mut receiver) = pair(profile);
        let packet = protect(&sender, &rtp(1, 20), 1).unwrap();
        let control = protect_rtcp(&mut sender, &rtcp(20)).unwrap();
        for bit in 0..packet.len() * 8 {
            let mut changed = packet.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                receiver.unprotect_rtp(&mut changed, fields(1)),
                Err(DropReason::SrtpAuthentication)
            );
        }
        for bit in 0..control.len() * 8 {
            let mut changed = control.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(receiver.unprotect_rtcp(&mut changed).is_err());
        }
        assert_eq!(receiver.streams(), 0);
    }
}

#[test]
fn every_truncation_is_refused() {
    for profile in SrtpProfile::PREFERENCE {
        let (mut sender, mut receiver) = pair(profile);
        let packet = protect(&sender, &rtp(1, 20), 1).unwrap();
        let control = protect_rtcp(&mut sender, &rtcp(20)).unwrap();
        for len in 0..packet.len() {
            let mut cut = packet[..len].to_vec();
            assert!(receiver.unprotect_rtp(&mut cut, fields(1)).is_err());
        }
        for len in 0..control.len() {
            let mut cut = control[..len].to_vec();
            assert!(receiver.unprotect_rtcp(&mut cut).is_err());
        }
    }
}

/// Hole 1: rtc-srtp takes this as a BYE.
#[test]
fn srtcp_without_the_e_bit_is_dropped() {
    let mut packet = vec![0x81, 0xcb, 0, 1, 0xde, 0xad, 0xbe, 0xef, 0, 0, 0, 5];
    packet.extend_from_slice(&[0xaa; 10]);
    let (_, mut receiver) = pair(SrtpProfile::Aes128CmSha1_80);
    assert_eq!(
        receiver.unprotect_rtcp(&mut packet),
        Err(DropReason::SrtcpUnencrypted)
    );
    for profile in [SrtpProfile::AeadAes128Gcm, SrtpProfile::AeadAes256Gcm] {
        let (mut sender, mut receiver) = pair(profile);
        let mut packet = protect_rtcp(&mut sender, &rtcp(20)).unwrap();
        let word = packet.len() - 4;
        packet[word] &= 0x7f;
        assert_eq!(
            receiver.unprotect_rtcp(&mut packet),
            Err(DropReason::SrtcpUnencrypted)
        );
    }
}

/// Hole 8: a million SSRCs cost rtc-srtp 204 MB.
#[test]
fn forged_streams_leave_no_state() {
    let (_, mut receiver) = pair(SrtpProfile::AeadAes128Gcm);
    let mut packet = protect(&pair(SrtpProfile::AeadAes256Gcm).0, &rtp(1, 10), 1).unwrap();
    for ssrc in 0..100_000 {
        let forged = RtpFields { ssrc, ..fields(1) };
        let outcome = receiver.unprotect_rtp(&mut packet, forged);
        assert_eq!(outcome, Err(DropReason::SrtpAuthentication));
    }
    assert_eq!(receiver.streams(), 0);
}

#[test]
fn authentic_streams_are_bounded() {
    let (sender, mut receiver) = pair(SrtpProfile::AeadAes128Gcm);
    for ssrc in 0..5000_u32 {
        let mut plain = rtp(1, 10);
        plain[8..12].copy_from_slice(&ssrc.to_be_bytes());
        let mut packet = protect(&sender, &plain, 1).unwrap();
        let outcome = receiver.unprotect_rtp(&mut packet, RtpFields { ssrc, ..fields(1) });
        assert_eq!(outcome.is_ok(), (ssrc as usize) < SrtpReceiver::MAX_STREAMS);
    }
    assert_eq!(receiver.streams(), SrtpReceiver::MAX_STREAMS);
}

#[test]
fn a_forged_sequence_number_moves_no_window() {
    let (sender, mut receiver) = pair(SrtpProfile::AeadAes128Gcm);
    let mut packet = protect(&sender, &rtp(1, 10), 1).unwrap();
    assert!(receiver.unprotect_rtp(&mut packet, fields(1)).is_ok());
    let mut forged = packet.clone();
    assert!(receiver.unprotect_rtp(&mut forged, fields(30_000)).is_err());
    let mut next = protect(&sender, &rtp(2, 10), 2).unwrap();
    assert!(receiver.unprotect_rtp(&mut next, fields(2)).is_ok());
}

#[test]
fn the_packet_index_ends_at_48_bits() {
    let last = INDEX_END - 1;
    let (sender, receiver) = pair(SrtpProfile::AeadAes128Gcm);
    let mut receiver = receiver.at_rtp_index(SSRC, last - 1);
    let mut packet = protect(&sender, &rtp(last, 10), last).unwrap();
    assert!(receiver.unprotect_rtp(&mut packet, fields(last)).is_ok());
    assert_eq!(protect(&sender, &rtp(0, 10), INDEX_END), None);
    assert_eq!(
        receiver.unprotect_rtp(&mut packet, fields(INDEX_END)),
        Err(DropReason::SrtpReplay)
    );
}

#[test]
fn the_rtcp_index_ends_at_31_bits() {
    let (sender, mut receiver) = pair(SrtpProfile::Aes128CmSha1_80);
    let mut sender = sender.at_rtcp_index(RTCP_INDEX_END - 1);
    let mut last = protect_rtcp(&mut sender, &rtcp(20)).unwrap();
    assert!(receiver.unprotect_rtcp(&mut last).is_ok());
    assert_eq!(protect_rtcp(&mut sender, &rtcp(20)), None);
}

#[test]
fn a_packet_without_room_for_the_tag_is_not_protected() {
    for profile in SrtpProfile::PREFERENCE {
        let (mut sender, _) = pair(profile);
        let mut packet = rtp(1, 10);
        let len = packet.len();
        assert_eq!(sender.protect_rtp(&mut packet, len, HEADER, 1), None);
        let mut packet = rtcp(20);
        let len = packet.len();
        assert_eq!(sender.protect_rtcp(&mut packet, len), None);
        assert_eq!(sender.protect_rtp(&mut [0; 64], 8, HEADER, 1), None);
        assert_eq!(sender.protect_rtcp(&mut [0; 64], 4), None);
    }
}

fn pair(profile: SrtpProfile) -> (SrtpSender, SrtpReceiver) {
    let (sender, _) = ours(profile, DtlsSide::Client);
    let (_, receiver) = ours(profile, DtlsSide::Server);
    (sender, receiver)
}

fn ours(profile: SrtpProfile, side: DtlsSide) -> (SrtpSender, SrtpReceiver) {
    from_keying_material(profile, &material(profile), side).unwrap()
}

/// A context with the key that `side` sends with.
fn oracle(profile: SrtpProfile, side: DtlsSide) -> Context {
    let theirs = match profile {
        SrtpProfile::AeadAes128Gcm => ProtectionProfile::AeadAes128Gcm,
        SrtpProfile::AeadAes256Gcm => ProtectionProfile::AeadAes256Gcm,
        SrtpProfile::Aes128CmSha1_80 => ProtectionProfile::Aes128CmHmacSha1_80,
    };
    let mut config = rtc_srtp::config::Config {
        profile: theirs,
        ..Default::default()
    };
    config
        .set_session_keys_from_keying_material(&material(profile), side == DtlsSide::Client)
        .unwrap();
    Context::new(
        &config.keys.local_master_key,
        &config.keys.local_master_salt,
        theirs,
        Some(srtp_no_replay_protection()),
        None,
        rtc_crypto::default_provider().unwrap().crypto(),
    )
    .unwrap()
}

fn material(profile: SrtpProfile) -> Vec<u8> {
    (1..).take(profile.keying_material_len()).collect()
}

/// A packet with one CSRC and an extension of one word.
fn rtp(index: u64, len: usize) -> Vec<u8> {
    let [.., s0, s1] = index.to_be_bytes();
    let mut packet = vec![0x91, 96, s0, s1, 0, 0, 0, 9];
    packet.extend_from_slice(&SSRC.to_be_bytes());
    packet.extend_from_slice(&[0, 0, 0, 7, 0xbe, 0xde, 0, 1, 0x10, 0xff, 0, 0]);
    packet.extend((0..=255).cycle().take(len));
    packet
}

fn fields(index: u64) -> RtpFields {
    RtpFields {
        ssrc: SSRC,
        sequence: (index & 0xffff) as u16,
        header_len: HEADER,
    }
}

/// A receiver report with `len` bytes after its SSRC.
fn rtcp(len: usize) -> Vec<u8> {
    let words = u16::try_from(1 + len / 4).unwrap().to_be_bytes();
    let mut packet = vec![0x80, 201, words[0], words[1]];
    packet.extend_from_slice(&SSRC.to_be_bytes());
    packet.extend((0..=255).cycle().take(len));
    packet
}

fn protect(sender: &SrtpSender, plain: &[u8], index: u64) -> Option<Vec<u8>> {
    let mut packet = plain.to_vec();
    packet.resize(plain.len() + SrtpSender::OVERHEAD, 0);
    let len = sender.protect_rtp(&mut packet, plain.len(), HEADER, index)?;
    packet.truncate(len);
    Some(packet)
}

fn protect_rtcp(sender: &mut SrtpSender, plain: &[u8]) -> Option<Vec<u8>> {
    let mut packet = plain.to_vec();
    packet.resize(plain.len() + SrtpSender::OVERHEAD, 0);
    let len = sender.protect_rtcp(&mut packet, plain.len())?;
    packet.truncate(len);
    Some(packet)
}

const SSRC: u32 = 0xdead_beef;
/// 12, a CSRC, and an extension of one word.
const HEADER: usize = 24;
