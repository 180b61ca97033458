//! A consumer starts at a key frame, which is asked for, but not often.

use std::time::Duration;

use serde_json::json;

use crate::{parameters::Media, world::World};

#[test]
fn a_late_joiner_begins_with_a_key_frame_of_its_own() {
    let (mut world, _, bob) = World::video_call(1);
    world.run(Duration::from_secs(5));
    let carol = world.peer();
    world.subscribe(carol, 21, 1, Media::Video);
    world.run(Duration::from_secs(3));
    let stats = world.stats(carol, 21);
    assert!(world.count(carol, 21, "frames") > 40, "{stats}");
    for name in ["framesDropped", "plis", "lost"] {
        assert_eq!(stats[name], 0, "{name}: {stats}");
    }
    assert_eq!(world.stats(bob, 11)["framesDropped"], 0);
}

#[test]
fn who_is_not_ready_for_the_first_one_gets_another_soon() {
    let (mut world, alice, _) = World::video_call(4);
    world.run(Duration::from_secs(5));
    let carol = world.peer();
    world.subscribe(carol, 21, 1, Media::Video);
    let before = world.count(alice, 1, "keyFrames");
    world.run_until(Duration::from_secs(1), |world| {
        world.count(alice, 1, "keyFrames") > before
    });
    world.network.lose_to_peers = 1.0;
    world.run(Duration::from_millis(100));
    world.network.lose_to_peers = 0.0;
    world.run(Duration::from_millis(400));
    let stats = world.stats(carol, 21);
    assert!(world.count(carol, 21, "framesDropped") > 0, "{stats}");
    assert!(world.count(carol, 21, "frames") > 0, "{stats}");
}

#[test]
fn a_hundred_requests_a_second_are_one_key_frame_a_second() {
    let (mut world, alice, _) = World::video_call(2);
    let before = world.count(alice, 1, "keyFrames");
    for _ in 0..1_000 {
        world
            .command(json!({ "method": "requestKeyFrame", "consumer": 11 }))
            .unwrap();
        world.run(Duration::from_millis(10));
    }
    let made = world.count(alice, 1, "keyFrames") - before;
    assert!((8..=11).contains(&made), "{made}");
}

#[test]
fn a_lost_request_is_repeated() {
    let (mut world, alice, _) = World::video_call(3);
    world.run(Duration::from_secs(2));
    let before = world.count(alice, 1, "keyFrames");
    world.network.lose_to_peers = 1.0;
    world
        .command(json!({ "method": "requestKeyFrame", "consumer": 11 }))
        .unwrap();
    world.run(Duration::from_millis(100));
    world.network.lose_to_peers = 0.0;
    world.run(Duration::from_secs(1));
    assert!(world.count(alice, 1, "keyFrames") > before);
}
