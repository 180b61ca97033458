//! What is closed takes with it what stands on it, and receivers are told goodbye.

use std::time::Duration;

use serde_json::json;

use crate::world::World;

#[test]
fn a_closed_producer_ends_its_consumers_with_a_goodbye() {
    let (mut world, _, bob) = World::call(1);
    world
        .command(json!({ "method": "closeProducer", "producer": 1 }))
        .unwrap();
    world.run(Duration::from_secs(1));
    assert_eq!(world.stats(bob, 11)["ended"], true);
    assert_eq!(world.stats(bob, 12)["ended"], false);
    let error = world.command(json!({ "method": "pauseConsumer", "consumer": 11 }));
    assert_eq!(error.unwrap_err().to_string(), "no consumer with id 11");
}

#[test]
fn a_closed_consumer_leaves_the_others_alone() {
    let (mut world, _, bob) = World::call(2);
    world
        .command(json!({ "method": "closeConsumer", "consumer": 11 }))
        .unwrap();
    world.run(Duration::from_millis(100));
    let (video, audio) = (
        world.count(bob, 11, "packets"),
        world.count(bob, 12, "packets"),
    );
    world.run(Duration::from_secs(1));
    assert_eq!(world.count(bob, 11, "packets"), video);
    assert!(world.count(bob, 12, "packets") > audio + 40);
}

#[test]
fn a_closed_transport_takes_producers_and_consumers_with_it() {
    let (mut world, _, _) = World::call(3);
    let alice = world.peers[0].transport;
    world
        .command(json!({ "method": "closeTransport", "transport": alice }))
        .unwrap();
    assert_eq!(world.dump()["transports"], 1);
    assert_eq!(
        (&world.dump()["producers"], &world.dump()["consumers"]),
        (&json!(0), &json!(0))
    );
    world.run(Duration::from_secs(3));
    assert!(world.drops("unvalidatedTuple") > 0);
}

#[test]
fn a_closed_router_leaves_nothing() {
    let (mut world, _, _) = World::call(4);
    world
        .command(json!({ "method": "closeRouter", "router": 1 }))
        .unwrap();
    let dump = world.dump();
    for name in ["transports", "producers", "consumers"] {
        assert_eq!(dump[name], 0, "{dump}");
    }
    assert_eq!(dump["routerIds"], json!([]));
    world.run(Duration::from_secs(40));
    assert_eq!(world.engine.poll_timeout(), None);
}

#[test]
fn ids_are_not_given_twice_and_unknown_ones_are_refused() {
    let (mut world, _, _) = World::call(5);
    for (command, message) in [
        (
            json!({ "method": "createRouter", "router": 1 }),
            "router 1 exists already",
        ),
        (
            json!({ "method": "createWebRtcTransport", "router": 1, "transport": 1 }),
            "transport 1 exists already",
        ),
        (
            json!({ "method": "createWebRtcTransport", "router": 9, "transport": 9 }),
            "no router with id 9",
        ),
        (
            json!({ "method": "closeTransport", "transport": 9 }),
            "no transport with id 9",
        ),
        (
            json!({ "method": "closeProducer", "producer": 9 }),
            "no producer with id 9",
        ),
        (
            json!({ "method": "resumeConsumer", "consumer": 9 }),
            "no consumer with id 9",
        ),
        (
            json!({ "method": "dump", "producer": 9 }),
            "no producer with id 9",
        ),
    ] {
        let before = world.dump();
        assert_eq!(world.command(command).unwrap_err().to_string(), message);
        assert_eq!(world.dump(), before);
    }
}
