//! A peer that falls silent is told of, and comes back by itself.

use std::time::Duration;

use sfu_engine::{Event, IceState};

use crate::{parameters::Media, world::World};

#[test]
fn silence_ends_consent_and_a_check_brings_it_back() {
    let (mut world, _, _) = World::video_call(1);
    world.events.clear();
    world.network.lose_to_engine = 1.0;
    world.run(Duration::from_secs(25));
    assert_eq!(ice_states(&world, 1), []);
    world.run(Duration::from_secs(8));
    assert_eq!(ice_states(&world, 1), [IceState::Disconnected]);
}

#[test]
fn a_short_silence_goes_unnoticed_and_media_goes_on() {
    let (mut world, _, bob) = World::video_call(2);
    world.events.clear();
    world.network.lose_to_engine = 1.0;
    world.run(Duration::from_secs(3));
    world.network.lose_to_engine = 0.0;
    let frames = world.count(bob, 11, "frames");
    world.run(Duration::from_secs(3));
    assert_eq!(ice_states(&world, 1), []);
    assert!(world.count(bob, 11, "frames") > frames + 50);
}

#[test]
fn a_time_out_of_zero_never_ends_consent() {
    let mut world = World::configured(3, |config| config.consent_timeout = Duration::ZERO);
    let alice = world.peer();
    world.publish(alice, 1, Media::Audio);
    world.run_until_connected();
    world.events.clear();
    world.network.lose_to_engine = 1.0;
    world.run(Duration::from_secs(300));
    assert_eq!(ice_states(&world, 1), []);
}

fn ice_states(world: &World, id: u64) -> Vec<IceState> {
    let states = world.events.iter().filter_map(|event| {
        let Event::IceStateChange {
            transport,
            ice_state,
        } = event
        else {
            return None;
        };
        (transport.0 == id).then_some(*ice_state)
    });
    states.collect()
}
