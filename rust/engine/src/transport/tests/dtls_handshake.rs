//! Handshakes that come to an end, good or bad.

use super::*;
use crate::{CommandError, InvalidParameters, InvalidState, transport::SrtpProfile};

#[test]
fn both_roles_take_our_favourite_of_what_the_peer_offers() {
    use SrtpProtectionProfile::{
        Srtp_Aead_Aes_128_Gcm, Srtp_Aead_Aes_256_Gcm, Srtp_Aes128_Cm_Hmac_Sha1_80,
    };
    let offers = [
        (&PROFILES[..], SrtpProfile::AeadAes128Gcm),
        (
            &[Srtp_Aes128_Cm_Hmac_Sha1_80, Srtp_Aead_Aes_256_Gcm],
            SrtpProfile::AeadAes256Gcm,
        ),
        (&[Srtp_Aes128_Cm_Hmac_Sha1_80], SrtpProfile::Aes128CmSha1_80),
        (&[Srtp_Aead_Aes_128_Gcm], SrtpProfile::AeadAes128Gcm),
    ];
    for role in [DtlsRole::Client, DtlsRole::Server] {
        for (offer, expected) in &offers {
            let mut call = Call::new(DtlsPeer::new(role, offer));
            call.connect();
            call.handshake(&mut lossless);
            assert!(call.peer.complete);
            assert_eq!(call.transport.srtp_profile(), Some(*expected), "{role:?}");
            assert_eq!(call.peer.profile() as u16, *expected as u16);
        }
    }
}

#[test]
fn the_events_tell_the_whole_way() {
    let mut call = Call::connected(DtlsRole::Client);
    let transport = TransportId(1);
    let states = [DtlsState::Connecting, DtlsState::Connected];
    let told: Vec<_> = call
        .events()
        .into_iter()
        .filter(|event| matches!(event, Event::DtlsStateChange { .. }))
        .collect();
    assert_eq!(
        told,
        states.map(|dtls_state| Event::DtlsStateChange {
            transport,
            dtls_state
        })
    );
    assert!(call.transport.is_connected());
    assert!(call.transport.sender().is_some());
}

#[test]
fn a_peer_that_lets_us_choose_is_the_client() {
    for (theirs, ours) in [
        (DtlsRole::Auto, DtlsRole::Server),
        (DtlsRole::Client, DtlsRole::Server),
        (DtlsRole::Server, DtlsRole::Client),
    ] {
        let mut call = Call::new(DtlsPeer::new(DtlsRole::Client, &PROFILES));
        assert_eq!(call.transport.dtls_parameters().role, DtlsRole::Auto);
        let mut remote = call.peer.parameters();
        remote.role = theirs;
        let role = call.transport.connect(&remote, call.now, &mut call.out);
        assert_eq!(role, Ok(ours));
        assert_eq!(call.transport.dtls_role(), ours);
    }
}

#[test]
fn the_second_connect_is_refused_and_changes_nothing() {
    let mut call = Call::new(DtlsPeer::new(DtlsRole::Client, &PROFILES));
    call.connect();
    let another = DtlsPeer::new(DtlsRole::Server, &PROFILES).parameters();
    assert_eq!(
        call.transport.connect(&another, call.now, &mut call.out),
        Err(CommandError::InvalidState(InvalidState::AlreadyConnected))
    );
    call.handshake(&mut lossless);
    assert_eq!(call.transport.dtls_state(), DtlsState::Connected);
}

#[test]
fn a_refused_fingerprint_leaves_the_transport_to_be_connected() {
    let mut call = Call::new(DtlsPeer::new(DtlsRole::Client, &PROFILES));
    let mut remote = call.peer.parameters();
    remote.fingerprints.clear();
    assert_eq!(
        call.transport.connect(&remote, call.now, &mut call.out),
        Err(CommandError::InvalidParameters(
            InvalidParameters::NoFingerprint
        ))
    );
    call.connect();
    call.handshake(&mut lossless);
    assert_eq!(call.transport.dtls_state(), DtlsState::Connected);
}

#[test]
fn a_certificate_that_was_not_signalled_fails_in_both_roles() {
    for role in [DtlsRole::Client, DtlsRole::Server] {
        let mut call = Call::new(DtlsPeer::new(role, &PROFILES));
        call.peer.fingerprint = sha_256(b"another certificate");
        call.connect();
        call.handshake(&mut lossless);
        assert_eq!(call.transport.dtls_state(), DtlsState::Failed, "{role:?}");
        assert!(!call.transport.is_connected());
        assert!(!call.peer.complete || role == DtlsRole::Client);
    }
}

#[test]
fn a_client_without_certificate_does_not_connect() {
    let mut call = Call::new(DtlsPeer::with_config(DtlsRole::Client, |config| {
        config.with_certificates(vec![])
    }));
    call.connect();
    call.handshake(&mut lossless);
    assert!(!call.transport.is_connected());
}

#[test]
fn a_peer_without_extended_master_secret_does_not_connect() {
    for role in [DtlsRole::Client, DtlsRole::Server] {
        let mut call = Call::new(DtlsPeer::with_config(role, |config| {
            config.with_extended_master_secret(ExtendedMasterSecretType::Disable)
        }));
        call.connect();
        call.handshake(&mut lossless);
        assert!(!call.transport.is_connected(), "{role:?}");
    }
}

#[test]
fn a_peer_without_srtp_does_not_connect() {
    for role in [DtlsRole::Client, DtlsRole::Server] {
        let mut call = Call::new(DtlsPeer::new(role, &[]));
        call.connect();
        call.handshake(&mut lossless);
        assert!(!call.transport.is_connected(), "{role:?}");
    }
}

#[test]
fn any_lost_datagram_is_made_up_for() {
    for role in [DtlsRole::Client, DtlsRole::Server] {
        for lost in 0..10 {
            let mut count = 0;
            let mut network = |datagram: Vec<u8>| {
                count += 1;
                if count - 1 == lost {
                    vec![]
                } else {
                    vec![datagram]
                }
            };
            let mut call = Call::new(DtlsPeer::new(role, &PROFILES));
            call.connect();
            call.handshake(&mut network);
            let done = (call.transport.dtls_state(), call.peer.complete);
            assert_eq!(done, (DtlsState::Connected, true), "{role:?}, {lost}");
        }
    }
}

#[test]
fn a_client_in_a_hurry_is_answered_before_our_timer() {
    let mut call = Call::new(DtlsPeer::with_config(DtlsRole::Client, |config| {
        config.with_flight_interval(Duration::from_millis(150))
    }));
    call.connect();
    let begin = call.now;
    let mut large = 0;
    // The first datagram of our certificate flight is lost.
    call.handshake(&mut |datagram| {
        large += u32::from(datagram.len() > 500);
        match (datagram.len() > 500, large) {
            (true, 1) => vec![],
            _ => vec![datagram],
        }
    });
    assert!(call.peer.complete);
    assert!(call.now - begin < Duration::from_secs(1));
}

#[test]
fn repeated_datagrams_do_no_harm() {
    for role in [DtlsRole::Client, DtlsRole::Server] {
        let mut call = Call::new(DtlsPeer::new(role, &PROFILES));
        call.connect();
        call.handshake(&mut |datagram| vec![datagram.clone(), datagram]);
        let done = (call.transport.dtls_state(), call.peer.complete);
        assert_eq!(done, (DtlsState::Connected, true), "{role:?}");
    }
}

#[test]
fn flights_of_small_fragments_in_reverse_order_connect() {
    let mut call = Call::new(DtlsPeer::with_config(DtlsRole::Client, |config| {
        config.with_mtu(120)
    }));
    call.connect();
    loop {
        let mut theirs = call.peer.sent();
        theirs.reverse();
        for datagram in &theirs {
            let _refused = call.dtls(datagram);
        }
        let ours = drain(&mut call.out);
        if theirs.is_empty() && ours.is_empty() {
            break;
        }
        for datagram in ours {
            call.peer.read(&datagram, call.now);
        }
    }
    assert_eq!(call.transport.dtls_state(), DtlsState::Connected);
    assert!(call.peer.complete);
}

#[test]
fn our_datagrams_keep_to_the_mtu() {
    for role in [DtlsRole::Client, DtlsRole::Server] {
        let mut longest = 0;
        let mut call = Call::new(DtlsPeer::new(role, &PROFILES));
        call.connect();
        loop {
            let ours = drain(&mut call.out);
            longest = ours.iter().map(Vec::len).max().unwrap_or(0).max(longest);
            let theirs = call.peer.sent();
            if ours.is_empty() && theirs.is_empty() {
                break;
            }
            for datagram in ours {
                call.peer.read(&datagram, call.now);
            }
            for datagram in theirs {
                call.dtls(&datagram).unwrap();
            }
        }
        assert!(
            (300..=EngineConfig::DTLS_MTU).contains(&longest),
            "{longest}"
        );
    }
}

#[test]
fn a_handshake_that_nobody_answers_fails_as_client() {
    let mut call = Call::new(DtlsPeer::new(DtlsRole::Server, &PROFILES));
    call.connect();
    let mut sent = 0;
    call.handshake(&mut |_| {
        sent += 1;
        vec![]
    });
    assert_eq!(call.transport.dtls_state(), DtlsState::Failed);
    assert_eq!(sent, 8);
}

#[test]
fn dtls_before_connect_is_dropped_and_the_client_tries_again() {
    let mut call = Call::new(DtlsPeer::new(DtlsRole::Client, &PROFILES));
    call.peer.connect(call.now);
    for datagram in call.peer.sent() {
        assert_eq!(call.dtls(&datagram), Err(DropReason::Dtls));
    }
    let remote = call.peer.parameters();
    call.transport
        .connect(&remote, call.now, &mut call.out)
        .unwrap();
    call.handshake(&mut lossless);
    assert_eq!(call.transport.dtls_state(), DtlsState::Connected);
}

#[test]
fn a_server_that_lost_our_last_flight_gets_it_again() {
    let mut call = Call::new(DtlsPeer::new(DtlsRole::Client, &PROFILES));
    call.connect();
    while call.transport.dtls_state() != DtlsState::Connected {
        for datagram in drain(&mut call.out) {
            call.peer.read(&datagram, call.now);
        }
        for datagram in call.peer.sent() {
            call.dtls(&datagram).unwrap();
        }
    }
    assert!(!drain(&mut call.out).is_empty());
    assert!(!call.peer.complete);
    call.handshake(&mut lossless);
    assert!(call.peer.complete);
}

#[test]
fn closing_says_goodbye_and_so_does_the_peer() {
    let mut call = Call::connected(DtlsRole::Client);
    call.transport.close(&mut call.out);
    call.exchange(&mut lossless);
    assert!(call.peer.closed);
    assert_eq!(call.transport.dtls_state(), DtlsState::Closed);

    let mut call = Call::connected(DtlsRole::Server);
    call.peer.endpoint.close(call.now).unwrap();
    call.exchange(&mut lossless);
    assert_eq!(call.transport.dtls_state(), DtlsState::Closed);
    assert!(call.transport.sender().is_none());
}
