//! A peer whose address changes goes on without signalling.

use std::{net::SocketAddr, time::Duration};

use crate::world::World;

#[test]
fn media_follows_a_receiver_to_its_new_address() {
    let (mut world, _, bob) = World::video_call(1);
    world.peers[bob].seen_as = SocketAddr::from(([10, 0, 9, 9], 777));
    let frames = world.count(bob, 11, "frames");
    world.run(Duration::from_secs(15));
    let stats = world.stats(bob, 11);
    assert!(world.count(bob, 11, "frames") > frames + 200, "{stats}");
}

#[test]
fn a_sender_is_heard_from_its_new_address() {
    let (mut world, alice, bob) = World::video_call(2);
    world.peers[alice].seen_as = SocketAddr::from(([10, 0, 9, 9], 777));
    let frames = world.count(bob, 11, "frames");
    world.run(Duration::from_secs(15));
    let stats = world.stats(bob, 11);
    assert!(world.count(bob, 11, "frames") > frames + 200, "{stats}");
}
