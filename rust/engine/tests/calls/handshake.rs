//! ICE and DTLS come to an end in both roles, whatever the network does to their datagrams.

use std::time::Duration;

use serde_json::json;
use sfu_engine::{DtlsState, Event, IceState};

use crate::{parameters::Media, world::World};

#[test]
fn a_peer_connects_in_either_dtls_role() {
    for role in ["client", "server"] {
        let mut world = World::new(1);
        let peer = world.add_peer(role);
        world.publish(peer, 1, Media::Audio);
        world.connect(peer);
        world.run_until_connected();
        world.run(Duration::from_secs(1));
        assert!(world.producer_count(1, "packetCount") > 30, "{role}");
    }
}

#[test]
fn states_are_told_in_order() {
    let mut world = World::new(2);
    let peer = world.peer();
    world.publish(peer, 1, Media::Audio);
    world.run_until_connected();
    let ice: Vec<_> = world.events.iter().filter_map(ice_state).collect();
    let dtls: Vec<_> = world.events.iter().filter_map(dtls_state).collect();
    assert_eq!(ice, [IceState::Connected, IceState::Completed]);
    assert_eq!(dtls, [DtlsState::Connecting, DtlsState::Connected]);
    let selected = |event: &Event| matches!(event, Event::IceSelectedTupleChange { .. });
    assert!(world.events.iter().any(selected));
}

#[test]
fn the_peers_checks_may_come_before_its_dtls_parameters() {
    let mut world = World::new(3);
    let peer = world.add_peer("client");
    world.publish(peer, 1, Media::Audio);
    world.run(Duration::from_secs(3));
    assert!(!world.peers[peer].sim.is_connected());
    world.connect(peer);
    world.run_until_connected();
}

#[test]
fn lost_and_reordered_datagrams_delay_a_handshake_but_do_not_end_it() {
    for seed in 0..8 {
        for role in ["client", "server"] {
            let mut world = World::new(seed);
            world.network.lose_to_engine = 0.25;
            world.network.lose_to_peers = 0.25;
            world.network.jitter = Duration::from_millis(60);
            world.network.duplicate = 0.1;
            let peer = world.add_peer(role);
            world.publish(peer, 1, Media::Audio);
            world.connect(peer);
            world.run_until_connected();
        }
    }
}

#[test]
fn a_wrong_fingerprint_fails_the_transport_in_both_roles() {
    for role in ["client", "server"] {
        let mut world = World::new(4);
        let peer = world.add_peer(role);
        world.publish(peer, 1, Media::Audio);
        let wrong = ["AB"; 32].join(":");
        let connect = json!({
            "method": "connectTransport", "transport": world.peers[peer].transport,
            "dtlsParameters": {
                "role": role, "fingerprints": [{ "algorithm": "sha-256", "value": wrong }],
            },
        });
        world.command(connect).unwrap();
        world.run(Duration::from_secs(5));
        let dtls: Vec<_> = world.events.iter().filter_map(dtls_state).collect();
        assert_eq!(dtls.last(), Some(&DtlsState::Failed), "{role}: {dtls:?}");
        assert!(!world.peers[peer].sim.is_connected());
    }
}

#[test]
fn a_transport_is_connected_once() {
    let mut world = World::new(5);
    let peer = world.peer();
    let value = ["AB"; 32].join(":");
    let again = json!({
        "method": "connectTransport", "transport": world.peers[peer].transport,
        "dtlsParameters": {
            "role": "client", "fingerprints": [{ "algorithm": "sha-256", "value": value }],
        },
    });
    let error = world.command(again).unwrap_err();
    assert_eq!(error.to_string(), "the transport is connected already");
}

fn ice_state(event: &Event) -> Option<IceState> {
    if let Event::IceStateChange { ice_state, .. } = event {
        Some(*ice_state)
    } else {
        None
    }
}

fn dtls_state(event: &Event) -> Option<DtlsState> {
    if let Event::DtlsStateChange { dtls_state, .. } = event {
        Some(*dtls_state)
    } else {
        None
    }
}
