//! Pause and resume leave no gap that a receiver could take for loss, and begin with a key frame.

use std::time::Duration;

use serde_json::json;

use crate::{parameters::Media, world::World};

#[test]
fn a_paused_consumer_gets_nothing_and_goes_on_without_a_gap() {
    let (mut world, _, bob) = World::video_call(1);
    world
        .command(json!({ "method": "pauseConsumer", "consumer": 11 }))
        .unwrap();
    world.run(Duration::from_millis(100));
    let paused = world.count(bob, 11, "packets");
    world.run(Duration::from_secs(2));
    assert_eq!(world.count(bob, 11, "packets"), paused);
    world
        .command(json!({ "method": "resumeConsumer", "consumer": 11 }))
        .unwrap();
    world.run(Duration::from_secs(2));
    assert_goes_on(&world, bob, paused);
}

#[test]
fn a_paused_producer_reaches_nobody_and_goes_on_without_a_gap() {
    let (mut world, _, bob) = World::video_call(2);
    world
        .command(json!({ "method": "pauseProducer", "producer": 1 }))
        .unwrap();
    world.run(Duration::from_millis(100));
    let paused = world.count(bob, 11, "packets");
    world.run(Duration::from_secs(2));
    assert_eq!(world.count(bob, 11, "packets"), paused);
    world
        .command(json!({ "method": "resumeProducer", "producer": 1 }))
        .unwrap();
    world.run(Duration::from_secs(2));
    assert_goes_on(&world, bob, paused);
}

#[test]
fn a_consumer_made_paused_starts_when_it_is_resumed() {
    let mut world = World::new(3);
    let (alice, bob) = (world.peer(), world.peer());
    world.publish(alice, 1, Media::Video);
    world.subscribe(bob, 11, 1, Media::Video);
    world
        .command(json!({ "method": "pauseConsumer", "consumer": 11 }))
        .unwrap();
    world.run_until_connected();
    world.run(Duration::from_secs(2));
    assert_eq!(world.count(bob, 11, "packets"), 0);
    world
        .command(json!({ "method": "resumeConsumer", "consumer": 11 }))
        .unwrap();
    world.run(Duration::from_secs(2));
    assert_goes_on(&world, bob, 0);
}

#[track_caller]
fn assert_goes_on(world: &World, bob: usize, packets_before: u64) {
    let stats = world.stats(bob, 11);
    assert!(
        world.count(bob, 11, "packets") > packets_before + 60,
        "{stats}"
    );
    for name in ["lost", "nacks", "framesDropped", "plis", "duplicates"] {
        assert_eq!(stats[name], 0, "{name}: {stats}");
    }
}
