//! New ICE credentials take over from the old ones in mid-call.

use std::time::Duration;

use serde_json::json;

use crate::{parameters::Media, world::World};

#[test]
fn media_goes_on_over_a_restart() {
    let (mut world, alice, bob) = World::video_call(1);
    for peer in [alice, bob] {
        let transport = world.peers[peer].transport;
        let restarted = world.command(json!({ "method": "restartIce", "transport": transport }));
        let now = world.now;
        let parameters = restarted.unwrap()["iceParameters"].clone();
        world.peers[peer].sim.restart_ice(parameters, now).unwrap();
    }
    let frames = world.count(bob, 11, "frames");
    world.run(Duration::from_secs(5));
    let stats = world.stats(bob, 11);
    // The peer's own stack stops sending while it checks the path anew.
    assert!(world.count(bob, 11, "frames") >= frames + 120, "{stats}");
    assert_eq!(stats["corrupt"], 0, "{stats}");
}

#[test]
fn old_credentials_hold_until_the_peer_knows_the_new_ones() {
    let mut world = World::new(2);
    let alice = world.peer();
    world.publish(alice, 1, Media::Audio);
    world.run_until_connected();
    let transport = world.peers[alice].transport;
    world
        .command(json!({ "method": "restartIce", "transport": transport }))
        .unwrap();
    world.run(Duration::from_secs(60));
    assert!(world.peers[alice].sim.is_connected());
    assert_eq!(world.drops("unknownUfrag"), 0);
}
