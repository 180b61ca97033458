//! What a hostile peer, or somebody who can send from its address, does to DTLS: holes 2-7 of rtc-dtls.

use super::*;

/// Hole 2: the library does not look at the client's Finished. The proof over the transcript is looked at.
#[test]
fn a_changed_proof_or_transcript_does_not_connect() {
    for kind in [CERTIFICATE, CERTIFICATE_VERIFY, CLIENT_KEY_EXCHANGE] {
        let mut call = Call::new(DtlsPeer::new(DtlsRole::Client, &PROFILES));
        call.connect();
        call.handshake(&mut |datagram| vec![changed(datagram, kind)]);
        assert_ne!(call.transport.dtls_state(), DtlsState::Connected, "{kind}");
        assert!(!call.transport.is_connected());
    }
}

/// Hole 3: overflowed the stack, and so ended the process.
#[test]
fn a_flood_of_fragments_with_lying_lengths_is_dropped() {
    let mut call = Call::new(DtlsPeer::new(DtlsRole::Client, &PROFILES));
    call.connect();
    for offset in 0..30_000 {
        let record = handshake(CLIENT_HELLO, 0, 0, offset, &[0]);
        assert_eq!(call.dtls(&record), Err(DropReason::DtlsGuard));
    }
    call.handshake(&mut lossless);
    assert_eq!(call.transport.dtls_state(), DtlsState::Connected);
}

/// Hole 4: 94 datagrams cost 5.4 s.
#[test]
fn a_flood_of_one_byte_fragments_is_bounded() {
    let mut call = Call::new(DtlsPeer::new(DtlsRole::Client, &PROFILES));
    call.connect();
    for message_seq in 0..=16 {
        for offset in 0..4000 {
            let record = handshake(CLIENT_HELLO, message_seq, 16_000, offset, &[0]);
            let _refused = call.dtls(&record);
        }
    }
    call.handshake(&mut lossless);
    assert_eq!(call.transport.dtls_state(), DtlsState::Connected);
}

/// Hole 5: 100 000 records were 110 MB.
#[test]
fn records_before_the_keys_are_not_kept() {
    let mut call = Call::new(DtlsPeer::new(DtlsRole::Client, &PROFILES));
    call.connect();
    let hello = call.peer.sent().concat();
    call.dtls(&hello).unwrap();
    for _ in 0..10_000 {
        assert!(call.dtls(&record(23, 1, &[0; 1100])).is_err());
        assert!(call.dtls(&record(22, 1, &[0; 1100])).is_err());
        assert!(call.dtls(&record(22, 1, &[0; 40])).is_ok());
        assert!(call.dtls(&record(20, 0, &[1])).is_ok());
        assert!(call.dtls(&handshake(11, 3, 1100, 0, &[])).is_err());
    }
    call.handshake(&mut lossless);
    assert_eq!(call.transport.dtls_state(), DtlsState::Connected);
}

/// Hole 6: the real handshake never came to an end after it.
#[test]
fn a_stray_hello_makes_no_state_and_stops_nobody() {
    let mut call = Call::new(DtlsPeer::new(DtlsRole::Client, &PROFILES));
    call.connect();
    let tls_null = client_hello(&[0x0000], &[]);
    assert_eq!(call.dtls(&tls_null), Err(DropReason::DtlsGuard));
    assert!(call.out.is_empty());
    let consent = call.now + EngineConfig::CONSENT_TIMEOUT;
    assert_eq!(call.transport.poll_timeout(), Some(consent));
    call.handshake(&mut lossless);
    assert_eq!(call.transport.dtls_state(), DtlsState::Connected);
}

#[test]
fn a_new_hello_restarts_an_unfinished_handshake() {
    let mut call = Call::new(DtlsPeer::new(DtlsRole::Client, &PROFILES));
    call.connect();
    let stale = DtlsPeer::new(DtlsRole::Client, &PROFILES);
    let abandoned = std::mem::replace(&mut call.peer, stale);
    let mut first = abandoned;
    for datagram in first.sent() {
        call.dtls(&datagram).unwrap();
    }
    for datagram in drain(&mut call.out) {
        first.read(&datagram, call.now);
    }
    for datagram in first.sent() {
        call.dtls(&datagram).unwrap();
    }
    call.out.clear();

    call.peer.config = first.config;
    call.peer.connect(call.now);
    call.handshake(&mut lossless);
    assert_eq!(call.transport.dtls_state(), DtlsState::Connected);
}

#[test]
fn a_forged_hello_does_not_stop_a_handshake_that_goes_on() {
    for at in 1..=3 {
        let mut call = Call::new(DtlsPeer::new(DtlsRole::Client, &PROFILES));
        let mut forger = DtlsPeer::new(DtlsRole::Client, &PROFILES);
        forger.connect(call.now);
        let forged = forger.sent().concat();
        call.connect();
        let mut count = 0;
        while call.transport.dtls_state() != DtlsState::Connected && count < 10 {
            count += 1;
            for datagram in call.peer.sent() {
                call.dtls(&datagram).unwrap();
            }
            if count == at {
                assert_eq!(call.dtls(&forged), Err(DropReason::DtlsGuard));
            }
            for datagram in drain(&mut call.out) {
                call.peer.read(&datagram, call.now);
            }
        }
        assert_eq!(call.transport.dtls_state(), DtlsState::Connected, "{at}");
    }
}

#[test]
fn another_clients_second_hello_gets_no_alert() {
    let mut call = Call::new(DtlsPeer::new(DtlsRole::Client, &PROFILES));
    call.connect();
    let hello = call.peer.sent().concat();
    call.dtls(&hello).unwrap();
    let verify_request = drain(&mut call.out).concat();

    let mut forger = DtlsPeer::new(DtlsRole::Client, &PROFILES);
    forger.connect(call.now);
    let body = forger.sent().concat().split_off(25);
    let second = handshake(CLIENT_HELLO, 1, body.len(), 0, &body);
    assert_eq!(call.dtls(&second), Err(DropReason::DtlsGuard));
    assert!(call.out.is_empty());

    call.peer.read(&verify_request, call.now);
    call.handshake(&mut lossless);
    assert_eq!(call.transport.dtls_state(), DtlsState::Connected);
}

#[test]
fn a_hello_in_two_datagrams_is_taken_in_any_order() {
    for order in [[0, 1], [1, 0]] {
        let mut call = Call::new(DtlsPeer::new(DtlsRole::Client, &PROFILES));
        call.connect();
        let hello = call.peer.sent().concat();
        let body = &hello[25..];
        let halves = [&body[..50], &body[50..]];
        for half in order {
            let fragment = handshake(CLIENT_HELLO, 0, body.len(), half * 50, halves[half]);
            call.dtls(&fragment).unwrap();
        }
        assert!(!call.out.is_empty());
        call.handshake(&mut lossless);
        assert_eq!(call.transport.dtls_state(), DtlsState::Connected);
    }
}

#[test]
fn a_repeated_hello_gets_the_same_verify_request() {
    let mut call = Call::new(DtlsPeer::new(DtlsRole::Client, &PROFILES));
    call.connect();
    let hello = call.peer.sent().concat();
    call.dtls(&hello).unwrap();
    let first = drain(&mut call.out);
    call.dtls(&hello).unwrap();
    assert_eq!(drain(&mut call.out), first);
    assert!(first.concat().len() < hello.len());
}

/// Hole 7.
#[test]
fn plaintext_alerts_end_nothing() {
    for role in [DtlsRole::Client, DtlsRole::Server] {
        let mut alerts = |datagram: Vec<u8>| {
            let fatal = record(21, 0, &[2, 40]);
            let close_notify = record(21, 0, &[1, 0]);
            vec![fatal, close_notify, datagram]
        };
        let mut call = Call::new(DtlsPeer::new(role, &PROFILES));
        call.connect();
        loop {
            let theirs = call.peer.sent();
            let ours = drain(&mut call.out);
            if theirs.is_empty() && ours.is_empty() {
                break;
            }
            for datagram in theirs.into_iter().flat_map(&mut alerts) {
                let _refused = call.dtls(&datagram);
            }
            for datagram in ours {
                call.peer.read(&datagram, call.now);
            }
        }
        assert_eq!(call.transport.dtls_state(), DtlsState::Connected);
        for datagram in alerts(vec![]) {
            let _refused = call.dtls(&datagram);
        }
        assert_eq!(call.transport.dtls_state(), DtlsState::Connected);
    }
}

#[test]
fn nothing_renews_keys_once_connected() {
    for role in [DtlsRole::Client, DtlsRole::Server] {
        let mut call = Call::connected(role);
        let mut another = DtlsPeer::new(DtlsRole::Client, &PROFILES);
        another.connect(call.now);
        for datagram in another.sent() {
            assert_eq!(call.dtls(&datagram), Err(DropReason::DtlsGuard));
        }
        assert_eq!(call.dtls(&record(20, 0, &[1])), Err(DropReason::DtlsGuard));
        assert_eq!(
            call.dtls(&record(23, 0, b"data")),
            Err(DropReason::DtlsGuard)
        );
        assert!(call.out.is_empty());
        assert_eq!(call.transport.dtls_state(), DtlsState::Connected);
    }
}

#[test]
fn forged_records_of_the_right_epoch_end_nothing() {
    let mut call = Call::connected(DtlsRole::Client);
    for kind in [20, 21, 22, 23] {
        for len in [0, 1, 24, 40, 300] {
            for _ in 0..100 {
                let _refused = call.dtls(&record(kind, 1, &vec![0; len]));
            }
        }
    }
    assert!(call.out.is_empty());
    assert_eq!(call.transport.dtls_state(), DtlsState::Connected);
}

#[test]
fn dtls_from_a_path_that_ice_has_not_validated_is_dropped() {
    let mut call = Call::new(DtlsPeer::new(DtlsRole::Client, &PROFILES));
    call.connect();
    let hello = call.peer.sent().concat();
    let outcome = call
        .transport
        .handle_dtls(tuple(2), &hello, call.now, &mut call.out);
    assert_eq!(outcome, Err(DropReason::UnvalidatedTuple));
    assert!(call.out.is_empty());
}

#[test]
fn every_truncation_of_a_hello_is_dropped() {
    let mut call = Call::new(DtlsPeer::new(DtlsRole::Client, &PROFILES));
    call.connect();
    let hello = call.peer.sent().concat();
    for len in 1..hello.len() {
        assert_eq!(call.dtls(&hello[..len]), Err(DropReason::DtlsGuard));
        // The same with lengths that fit what is there.
        if let Some(body) = hello[..len].get(25..) {
            let fitting = handshake(CLIENT_HELLO, 0, body.len(), 0, body);
            assert_eq!(call.dtls(&fitting), Err(DropReason::DtlsGuard));
        }
    }
    assert!(call.out.is_empty());
    call.dtls(&hello).unwrap();
    assert!(!call.out.is_empty());
}

#[test]
fn random_datagrams_stop_nobody() {
    use rand_chacha::rand_core::RngCore;
    let mut rng = ChaCha12Rng::seed_from_u64(3);
    for role in [DtlsRole::Client, DtlsRole::Server] {
        let mut call = Call::new(DtlsPeer::new(role, &PROFILES));
        call.connect();
        for round in 0..20_000_u32 {
            let mut body = vec![0; (round % 120) as usize];
            rng.fill_bytes(&mut body);
            let kind = 20 + (round % 5) as u8;
            let _refused = call.dtls(&record(kind, (round / 5 % 3) as u16, &body));
        }
        call.handshake(&mut lossless);
        assert_eq!(call.transport.dtls_state(), DtlsState::Connected);
    }
}

/// A record with one fragment of a handshake message.
fn handshake(kind: u8, message_seq: u16, length: usize, offset: usize, data: &[u8]) -> Vec<u8> {
    let three = |number: usize| u32::try_from(number).unwrap().to_be_bytes()[1..].to_vec();
    let header = [
        vec![kind],
        three(length),
        message_seq.to_be_bytes().to_vec(),
        three(offset),
        three(data.len()),
    ];
    record(22, 0, &[&header.concat(), data].concat())
}

fn record(kind: u8, epoch: u16, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let header = [
        kind, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, length[0], length[1],
    ];
    let mut record = header.to_vec();
    record[3..5].copy_from_slice(&epoch.to_be_bytes());
    record.extend_from_slice(content);
    record
}

fn client_hello(suites: &[u16], extensions: &[u8]) -> Vec<u8> {
    let mut body = vec![0xfe, 0xfd];
    body.extend_from_slice(&[5; 32]);
    body.extend_from_slice(&[0, 0]);
    body.extend_from_slice(&u16::try_from(suites.len() * 2).unwrap().to_be_bytes());
    body.extend(suites.iter().flat_map(|suite| suite.to_be_bytes()));
    body.extend_from_slice(&[1, 0]);
    body.extend_from_slice(&u16::try_from(extensions.len()).unwrap().to_be_bytes());
    body.extend_from_slice(extensions);
    handshake(CLIENT_HELLO, 0, body.len(), 0, &body)
}

/// `datagram` with a bit changed at the end of each handshake message of `kind`.
fn changed(mut datagram: Vec<u8>, kind: u8) -> Vec<u8> {
    let mut at = 0;
    while at < datagram.len() {
        let len = usize::from(u16::from_be_bytes([datagram[at + 11], datagram[at + 12]]));
        let end = at + 13 + len;
        let epoch = u16::from_be_bytes([datagram[at + 3], datagram[at + 4]]);
        if (datagram[at], epoch, datagram[at + 13]) == (22, 0, kind) {
            datagram[end - 1] ^= 1;
        }
        at = end;
    }
    datagram
}

const CLIENT_HELLO: u8 = 1;
const CERTIFICATE: u8 = 11;
const CERTIFICATE_VERIFY: u8 = 15;
const CLIENT_KEY_EXCHANGE: u8 = 16;
