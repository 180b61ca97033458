//! RTCP reports tell both ends loss, jitter, round trip and time.

use std::time::Duration;

use crate::{parameters::Media, world::World};

#[test]
fn sound_and_pictures_of_one_peer_have_one_clock() {
    let (mut world, _, bob) = World::call(1);
    world.network.jitter = Duration::from_millis(20);
    world.run(Duration::from_secs(10));
    let offset = |track| world.stats(bob, track)["clockOffset"].as_f64().unwrap();
    assert!(
        (offset(11) - offset(12)).abs() < 0.005,
        "{} {}",
        offset(11),
        offset(12)
    );
    assert!(world.count(bob, 11, "senderReports") >= 5);
}

#[test]
fn both_ends_learn_the_loss_that_they_cannot_see() {
    let (mut world, _, _) = World::call(2);
    world.network.lose_to_engine = 0.1;
    world.run(Duration::from_secs(10));
    let remote = world.stats(0, 1)[0]["remoteFractionLost"].as_f64().unwrap();
    assert!((0.02..0.25).contains(&remote), "{remote}");
    world.network.lose_to_engine = 0.0;
    world.network.lose_to_peers = 0.1;
    world.run(Duration::from_secs(10));
    let lost = world.consumer_count(11, "fractionLost");
    assert!((5..64).contains(&lost), "{lost} in 256");
}

#[test]
fn the_round_trip_is_known_in_both_directions() {
    let (mut world, _, _) = World::call(3);
    world.network.delay = Duration::from_millis(40);
    world.run(Duration::from_secs(15));
    let sender = world.stats(0, 1)[0]["roundTrip"].as_f64().unwrap();
    assert!((0.07..0.1).contains(&sender), "{sender}");
    let consumer = world.consumer_stats(11)["roundTripTime"].as_f64().unwrap();
    assert!((70.0..100.0).contains(&consumer), "{consumer} ms");
}

#[test]
fn reports_of_many_transports_share_wake_ups() {
    let mut world = World::new(4);
    for id in 0..50 {
        let peer = world.peer();
        world.publish(peer, id, Media::Audio);
        world.peers[peer].sim.set_paused(id, true).unwrap();
    }
    world.run_until_connected();
    world.run(Duration::from_secs(3));
    world.wake_ups = 0;
    world.run(Duration::from_secs(10));
    // One a transport and second would be 500; there are 20 places a second.
    assert!((50..=220).contains(&world.wake_ups), "{}", world.wake_ups);
}
