//! Media flows from a producer to its consumers.

use std::time::Duration;

use crate::{parameters::Media, world::World};

#[test]
fn frames_and_sound_reach_a_consumer_unchanged_and_without_loss() {
    let mut world = World::new(1);
    let (alice, bob) = (world.peer(), world.peer());
    world.publish(alice, 1, Media::Video);
    world.publish(alice, 2, Media::Audio);
    world.subscribe(bob, 11, 1, Media::Video);
    world.subscribe(bob, 12, 2, Media::Audio);
    world.run_until_connected();
    world.run(Duration::from_secs(3));
    let (video, audio) = (world.stats(bob, 11), world.stats(bob, 12));
    assert!(world.count(bob, 11, "frames") >= 80, "{video}");
    assert!(world.count(bob, 12, "packets") >= 140, "{audio}");
    for stats in [video, audio] {
        for name in ["lost", "corrupt", "duplicates", "framesDropped"] {
            assert_eq!(stats[name], 0, "{name}: {stats}");
        }
    }
}

#[test]
fn a_call_under_way_allocates_nothing() {
    let mut world = World::new(2);
    let alice = world.peer();
    world.publish(alice, 1, Media::Video);
    world.publish(alice, 2, Media::Audio);
    for id in 1..=10 {
        let viewer = world.peer();
        world.subscribe(viewer, id * 10 + 1, 1, Media::Video);
        world.subscribe(viewer, id * 10 + 2, 2, Media::Audio);
    }
    world.run_until_connected();
    world.run(Duration::from_secs(10));
    let packets = world.count(1, 11, "packets");
    assert!(world.allocations > 0, "set-up and caches are counted");
    world.allocations = 0;
    world.run(Duration::from_secs(10));
    assert!(world.count(1, 11, "packets") > packets + 500);
    assert_eq!(world.allocations, 0);
}
