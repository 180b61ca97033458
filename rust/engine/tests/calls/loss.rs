//! What is lost is asked for and sent again, on both sides of the engine.

use std::time::Duration;

use crate::world::World;

#[test]
fn loss_towards_a_consumer_is_repaired_from_the_cache_by_rtx() {
    let (mut world, _, bob) = World::video_call(1);
    world.network.lose_to_peers = 0.05;
    world.run(Duration::from_secs(10));
    world.network.lose_to_peers = 0.0;
    world.run(Duration::from_secs(1));
    let stats = world.stats(bob, 11);
    assert!(world.count(bob, 11, "rtx") > 20, "{stats}");
    assert!(world.count(bob, 11, "frames") > 300, "{stats}");
    assert_eq!(stats["lost"], 0, "{stats}");
    assert_eq!(stats["corrupt"], 0, "{stats}");
    assert!(world.consumer_count(11, "packetsRetransmitted") > 20);
    assert_eq!(world.producer_count(1, "packetsRetransmitted"), 0);
}

#[test]
fn loss_from_a_producer_is_repaired_by_its_retransmissions() {
    let (mut world, _, bob) = World::video_call(2);
    world.network.lose_to_engine = 0.05;
    world.run(Duration::from_secs(10));
    world.network.lose_to_engine = 0.0;
    world.run(Duration::from_secs(1));
    let stats = world.stats(bob, 11);
    assert!(world.producer_count(1, "packetsRepaired") > 20, "{stats}");
    assert!(world.count(bob, 11, "frames") > 300, "{stats}");
    assert_eq!(stats["lost"], 0, "{stats}");
    assert_eq!(stats["corrupt"], 0, "{stats}");
}

#[test]
fn heavy_loss_reordering_and_duplicates_both_ways_leave_a_call_alive() {
    let (mut world, _, bob) = World::video_call(3);
    world.network.lose_to_engine = 0.15;
    world.network.lose_to_peers = 0.15;
    world.network.jitter = Duration::from_millis(30);
    world.network.duplicate = 0.05;
    world.run(Duration::from_secs(20));
    let stats = world.stats(bob, 11);
    assert!(world.count(bob, 11, "frames") > 450, "{stats}");
    assert_eq!(stats["corrupt"], 0, "{stats}");
}

#[test]
fn reordering_within_its_time_asks_for_nothing() {
    let (mut world, _, bob) = World::video_call(4);
    world.network.jitter = Duration::from_millis(8);
    world.run(Duration::from_secs(5));
    assert_eq!(world.producer_count(1, "nackCount"), 0);
    assert_eq!(world.stats(bob, 11)["lost"], 0);
}

#[test]
fn a_receiver_that_asks_for_everything_gets_no_more_again_than_it_was_sent() {
    let (mut world, _, _) = World::video_call(5);
    world.network.lose_to_peers = 0.9;
    world.run(Duration::from_secs(10));
    let again = world.consumer_count(11, "packetsRetransmitted");
    let sent = world.consumer_count(11, "byteCount");
    // Packets have 520 bytes and more; 60 kB are granted before any are earned.
    assert!(again > 200, "{again}");
    assert!(
        again * 520 <= sent + 60_000,
        "{again} packets, {sent} bytes"
    );
}
