//! ICE-lite: who is answered, which path is taken, and for how long.

use super::*;
use crate::transport::{IceState, ice::IceCandidate};

#[test]
fn a_check_is_answered_with_its_address() {
    let mut ice = Ice::new();
    let change = ice.check(tuple(1), &[]).unwrap();
    assert!(change.added);
    let response = only(drain(&mut ice.out));
    let mut message = Message::new();
    message.unmarshal_binary(&response).unwrap();
    let mut address = rtc_stun::xoraddr::XorMappedAddress::default();
    rtc_stun::message::Getter::get_from(&mut address, &message).unwrap();
    assert_eq!(SocketAddr::new(address.ip, address.port), tuple(1).remote);
    assert_eq!(message.typ, rtc_stun::message::BINDING_SUCCESS);
    assert_eq!(message.transaction_id, TransactionId([7; 12]));
    FINGERPRINT.check(&message).unwrap();
    assert!(ice.is_signed_by_us(&mut message));
}

#[test]
fn an_ipv6_check_is_answered_with_its_address() {
    let mut ice = Ice::new();
    let remote = SocketAddr::from(([0x2001, 0xdb8, 0, 0, 1, 2, 3, 4], 61_234));
    let tuple = Tuple { remote, ..tuple(1) };
    ice.check(tuple, &[]).unwrap();
    let mut message = Message::new();
    message
        .unmarshal_binary(&only(drain(&mut ice.out)))
        .unwrap();
    let mut address = rtc_stun::xoraddr::XorMappedAddress::default();
    rtc_stun::message::Getter::get_from(&mut address, &message).unwrap();
    assert_eq!(SocketAddr::new(address.ip, address.port), remote);
}

#[test]
fn a_wrong_password_gets_no_answer_and_changes_nothing() {
    let mut ice = Ice::new();
    let mut parameters = ice.transport.ice_parameters();
    parameters.password = "not the password of anybody here".to_owned();
    let check = binding_request(&parameters, &[UseCandidate]);
    assert_eq!(ice.handle(tuple(1), &check), Err(DropReason::StunIntegrity));
    assert!(ice.out.is_empty());
    assert_eq!(ice.transport.tuples().count(), 0);
    assert_eq!(ice.transport.ice_state(), IceState::New);
}

#[test]
fn any_changed_byte_is_refused_without_an_answer() {
    let mut ice = Ice::new();
    let check = binding_request(&ice.transport.ice_parameters(), &[UseCandidate]);
    // A FINGERPRINT of another type is an unknown attribute after the integrity's end.
    let fingerprint_header = check.len() - 8..check.len() - 4;
    for at in (0..check.len()).filter(|at| !fingerprint_header.contains(at)) {
        let mut changed = check.clone();
        changed[at] ^= 0x10;
        assert!(ice.handle(tuple(1), &changed).is_err(), "byte {at}");
    }
    assert!(ice.out.is_empty());
}

#[test]
fn every_truncation_is_refused() {
    let mut ice = Ice::new();
    let check = binding_request(&ice.transport.ice_parameters(), &[UseCandidate]);
    for len in 0..check.len() {
        assert!(ice.handle(tuple(1), &check[..len]).is_err());
        let mut relabelled = check[..len].to_vec();
        if let Some(length) = relabelled.get_mut(2..4) {
            length.copy_from_slice(&body_length(len));
        }
        let outcome = ice.handle(tuple(1), &relabelled);
        // Without FINGERPRINT it is whole.
        assert_eq!(outcome.is_ok(), len == check.len() - 8, "{len}");
    }
}

#[test]
fn other_stun_is_not_answered() {
    let mut ice = Ice::new();
    let check = binding_request(&ice.transport.ice_parameters(), &[]);
    for kind in [0x0011_u16, 0x0101, 0x0111, 0x0003] {
        let mut other = check.clone();
        other[..2].copy_from_slice(&kind.to_be_bytes());
        assert_eq!(
            ice.handle(tuple(1), &other),
            Err(DropReason::UnexpectedStun)
        );
    }
    assert!(ice.out.is_empty());
}

#[test]
fn a_giant_message_is_refused() {
    let mut giant = binding_request(&Ice::new().transport.ice_parameters(), &[]);
    giant.truncate(20);
    giant.extend([0x80, 0x22, 0xff, 0xd4].iter().chain(&[0; 0xffd4]));
    giant[2..4].copy_from_slice(&0xffd8_u16.to_be_bytes());
    assert_eq!(
        BindingRequest::parse(&giant).unwrap_err(),
        DropReason::MalformedStun
    );
}

#[test]
fn a_controlled_peer_is_told_of_the_conflict() {
    let mut ice = Ice::new();
    let outcome = ice.check(tuple(1), &[UseCandidate, Controlled]);
    assert_eq!(outcome, Err(DropReason::UnexpectedStun));
    let mut message = Message::new();
    message
        .unmarshal_binary(&only(drain(&mut ice.out)))
        .unwrap();
    let mut code = rtc_stun::error_code::ErrorCodeAttribute::default();
    rtc_stun::message::Getter::get_from(&mut code, &message).unwrap();
    assert_eq!(code.code.0, 487);
    assert!(ice.is_signed_by_us(&mut message));
    assert_eq!(ice.transport.tuples().count(), 0);
}

#[test]
fn the_first_path_is_used_until_one_is_nominated() {
    let mut ice = Ice::new();
    ice.check(tuple(1), &[]).unwrap();
    ice.check(tuple(2), &[]).unwrap();
    assert_eq!(ice.transport.selected_tuple(), Some(tuple(1)));
    ice.check(tuple(2), &[UseCandidate]).unwrap();
    assert_eq!(ice.transport.selected_tuple(), Some(tuple(2)));
    assert_eq!(
        ice.events(),
        [
            selected(tuple(1)),
            state(IceState::Connected),
            selected(tuple(2)),
            state(IceState::Completed),
        ]
    );
}

#[test]
fn the_highest_renomination_wins() {
    let mut ice = Ice::new();
    ice.check(tuple(1), &[Nomination(1)]).unwrap();
    ice.check(tuple(2), &[Nomination(3)]).unwrap();
    ice.check(tuple(1), &[Nomination(2)]).unwrap();
    assert_eq!(ice.transport.selected_tuple(), Some(tuple(2)));
    ice.check(tuple(1), &[Nomination(3)]).unwrap();
    assert_eq!(ice.transport.selected_tuple(), Some(tuple(1)));
}

#[test]
fn the_ninth_tuple_evicts_the_oldest_that_is_not_selected() {
    let mut ice = Ice::new();
    for host in 1..=8 {
        let change = ice.check(tuple(host), &[]).unwrap();
        assert_eq!((change.added, change.evicted), (true, None));
    }
    assert_eq!(ice.check(tuple(9), &[]).unwrap().evicted, Some(tuple(2)));
    assert!(!ice.check(tuple(9), &[]).unwrap().added);
    assert_eq!(ice.transport.tuples().count(), 8);
    assert_eq!(ice.transport.selected_tuple(), Some(tuple(1)));
}

#[test]
fn a_million_unauthenticated_checks_cost_no_memory_and_no_answer() {
    let mut ice = Ice::new();
    let mut check = binding_request(&ice.transport.ice_parameters(), &[]);
    let end = check.len() - 8;
    check.truncate(end);
    check[2..4].copy_from_slice(&body_length(end));
    *check.last_mut().unwrap() ^= 1;
    for _ in 0..1_000_000 {
        assert!(ice.handle(tuple(1), &check).is_err());
    }
    assert!(ice.out.is_empty());
    assert_eq!(ice.transport.tuples().count(), 0);
    assert!(ice.transport.poll_event().is_none());
}

#[test]
fn consent_ends_without_checks_and_comes_back_with_them() {
    let mut ice = Ice::new();
    ice.check(tuple(1), &[UseCandidate]).unwrap();
    ice.pass(Duration::from_secs(20));
    ice.check(tuple(1), &[]).unwrap();
    ice.pass(Duration::from_secs(29));
    assert_eq!(ice.transport.ice_state(), IceState::Completed);
    ice.pass(Duration::from_secs(1));
    assert_eq!(ice.transport.ice_state(), IceState::Disconnected);
    assert_eq!(ice.transport.poll_timeout(), None);
    assert!(ice.transport.sender().is_none());
    ice.check(tuple(1), &[UseCandidate]).unwrap();
    assert_eq!(
        ice.events(),
        [
            selected(tuple(1)),
            state(IceState::Completed),
            state(IceState::Disconnected),
            selected(tuple(1)),
            state(IceState::Completed),
        ]
    );
}

#[test]
fn checks_on_another_path_do_not_renew_consent() {
    let mut ice = Ice::new();
    ice.check(tuple(1), &[UseCandidate]).unwrap();
    ice.pass(Duration::from_secs(20));
    ice.check(tuple(2), &[]).unwrap();
    ice.pass(Duration::from_secs(10));
    assert_eq!(ice.transport.ice_state(), IceState::Disconnected);
}

#[test]
fn a_consent_timeout_of_zero_never_ends() {
    let mut ice = Ice::with(|config| config.consent_timeout = Duration::ZERO);
    ice.check(tuple(1), &[UseCandidate]).unwrap();
    assert_eq!(ice.transport.poll_timeout(), None);
}

#[test]
fn old_credentials_hold_until_the_new_ones_are_used() {
    let mut ice = Ice::new();
    let old = ice.transport.ice_parameters();
    let old_check = binding_request(&old, &[UseCandidate]);
    ice.handle(tuple(1), &old_check).unwrap();
    assert_eq!(ice.transport.restart_ice(&mut ice.rng), None);
    let new = ice.transport.ice_parameters();
    assert_ne!(new.username_fragment, old.username_fragment);
    assert_ne!(new.password, old.password);
    assert_eq!(ice.transport.ufrags().count(), 2);

    assert!(ice.handle(tuple(1), &old_check).is_ok());
    let change = ice.check(tuple(2), &[UseCandidate]).unwrap();
    assert_eq!(change.retired_ufrag, Some(old.username_fragment));
    assert_eq!(
        ice.handle(tuple(1), &old_check),
        Err(DropReason::StunIntegrity)
    );
    assert_eq!(ice.transport.selected_tuple(), Some(tuple(2)));
}

#[test]
fn a_second_restart_gives_up_the_credentials_in_between() {
    let mut ice = Ice::new();
    let first = ice.transport.ice_parameters();
    ice.transport.restart_ice(&mut ice.rng);
    let between = ice.transport.ice_parameters();
    let void = ice.transport.restart_ice(&mut ice.rng);
    assert_eq!(void, Some(between.username_fragment));
    let check = binding_request(&first, &[]);
    assert!(ice.handle(tuple(1), &check).is_ok());
}

#[test]
fn a_tuple_that_went_to_another_transport_is_used_no_more() {
    let mut ice = Ice::new();
    ice.check(tuple(1), &[UseCandidate]).unwrap();
    ice.transport.forget_tuple(&tuple(1));
    assert_eq!(ice.transport.selected_tuple(), None);
    assert_eq!(ice.transport.ice_state(), IceState::Disconnected);
}

#[test]
fn candidates_are_what_mediasoup_client_reads() {
    let mut config = config();
    config.listen.push(ListenAddress {
        local: SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 0], 4434)),
        announced: Some("sfu.example".to_owned()),
    });
    let json = serde_json::to_value(IceCandidate::all(&config)).unwrap();
    assert_eq!(
        json,
        serde_json::json!([
            {"foundation": "udpcandidate", "priority": 1_076_302_079, "ip": "127.0.0.1",
             "address": "127.0.0.1", "protocol": "udp", "port": 4433, "type": "host"},
            {"foundation": "udpcandidate", "priority": 1_076_276_479, "ip": "sfu.example",
             "address": "sfu.example", "protocol": "udp", "port": 4434, "type": "host"},
        ])
    );
}

#[test]
fn credentials_are_long_and_never_the_same() {
    let mut ice = Ice::new();
    let mut seen = std::collections::HashSet::new();
    for _ in 0..1000 {
        let IceParameters {
            username_fragment,
            password,
            ice_lite,
        } = ice.transport.ice_parameters();
        assert!(ice_lite);
        for text in [username_fragment, password] {
            assert_eq!(text.len(), 32);
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            assert!(seen.insert(text));
        }
        ice.transport.restart_ice(&mut ice.rng);
    }
}

/// A transport whose peer does ICE only.
struct Ice {
    transport: WebRtcTransport,
    now: Instant,
    rng: ChaCha12Rng,
    out: TransmitQueue,
}

impl Ice {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut EngineConfig)) -> Self {
        let mut config = config();
        change(&mut config);
        let now = start();
        let mut rng = ChaCha12Rng::seed_from_u64(2);
        Self {
            transport: WebRtcTransport::new(TransportId(1), &config, now, &mut rng),
            now,
            rng,
            out: TransmitQueue::new(),
        }
    }

    fn check(
        &mut self,
        tuple: Tuple,
        attributes: &[CheckAttribute],
    ) -> Result<TupleChange, DropReason> {
        let check = binding_request(&self.transport.ice_parameters(), attributes);
        self.handle(tuple, &check)
    }

    fn handle(&mut self, tuple: Tuple, check: &[u8]) -> Result<TupleChange, DropReason> {
        let request = BindingRequest::parse(check)?;
        self.transport
            .handle_binding(tuple, &request, self.now, &mut self.out)
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.transport.handle_timeout(self.now, &mut self.out);
    }

    fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.transport.poll_event()).collect()
    }

    fn is_signed_by_us(&self, message: &mut Message) -> bool {
        let password = self.transport.ice_parameters().password;
        let provider = provider();
        MessageIntegrity::check(message, password.as_bytes(), provider.crypto()).is_ok()
    }
}

fn selected(tuple: Tuple) -> Event {
    Event::IceSelectedTupleChange {
        transport: TransportId(1),
        local: "127.0.0.1:4433".to_owned(),
        remote: tuple.remote.to_string(),
    }
}

fn state(ice_state: IceState) -> Event {
    Event::IceStateChange {
        transport: TransportId(1),
        ice_state,
    }
}

/// The length field of a message of `len` bytes.
fn body_length(len: usize) -> [u8; 2] {
    u16::try_from(len.saturating_sub(20)).unwrap().to_be_bytes()
}

fn only(mut datagrams: Vec<Vec<u8>>) -> Vec<u8> {
    assert_eq!(datagrams.len(), 1);
    datagrams.remove(0)
}
