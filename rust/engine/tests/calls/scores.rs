//! Scores tell how media gets through, in both directions.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{parameters::Media, world::World};

#[test]
fn a_call_without_loss_has_the_best_scores_and_says_so_once() {
    let (mut world, _, _) = World::call(1);
    world.run(Duration::from_secs(30));
    let scores = told(&world, "producerScore");
    assert_eq!(
        scores,
        [1, 2].map(|producer| json!({
            "event": "producerScore",
            "producer": producer,
            "scores": [{ "encodingIdx": 0, "ssrc": 1_000 + producer, "score": 10 }],
        }))
    );
    for consumer in [11, 12] {
        let best = json!({
            "event": "consumerScore", "consumer": consumer,
            "score": 10, "producerScore": 10, "producerScores": [10],
        });
        assert_eq!(last(&world, "consumerScore", consumer), best);
    }
    assert_eq!(world.producer_count(1, "score"), 10);
    assert_eq!(world.consumer_count(11, "score"), 10);
}

#[test]
fn loss_from_a_producer_lowers_its_score_and_is_forgotten() {
    let (mut world, _, _) = World::call(2);
    world.network.lose_to_engine = 0.3;
    world.run(Duration::from_secs(30));
    let (score, _) = scores(&world, 12);
    let (sound, picture) = (
        world.producer_count(2, "score"),
        world.producer_count(1, "score"),
    );
    assert!((1..6).contains(&sound), "{sound}");
    assert!(sound < picture, "what is repaired is worth something");
    assert_eq!(score, 10, "on the way to the consumer nothing is lost");
    world.network.lose_to_engine = 0.0;
    world.run(Duration::from_secs(60));
    assert_eq!(world.producer_count(1, "score"), 10);
    assert_eq!(scores(&world, 12), (10, 10));
}

#[test]
fn loss_towards_a_consumer_lowers_its_score_and_not_the_producers() {
    let (mut world, _, _) = World::call(3);
    world.network.lose_to_peers = 0.3;
    world.run(Duration::from_secs(30));
    let (score, producer_score) = scores(&world, 12);
    assert!((1..7).contains(&score), "{score}");
    assert_eq!(producer_score, 10);
    assert!(world.consumer_count(11, "packetsRepaired") > 20);
    world.network.lose_to_peers = 0.0;
    world.run(Duration::from_secs(60));
    assert_eq!(scores(&world, 12), (10, 10));
}

#[test]
fn a_producer_that_falls_silent_has_none_and_one_that_is_paused_keeps_it() {
    let (mut world, alice, _) = World::call(4);
    world.run(Duration::from_secs(3));
    world
        .command(json!({ "method": "pauseProducer", "producer": 2 }))
        .unwrap();
    for track in [1, 2] {
        world.peers[alice].sim.set_paused(track, true).unwrap();
    }
    world.run(Duration::from_secs(8));
    assert_eq!(world.producer_count(1, "score"), 0);
    assert_eq!(world.producer_count(2, "score"), 10);
    assert_eq!(scores(&world, 11), (10, 0));
    world.peers[alice].sim.set_paused(1, false).unwrap();
    world.run(Duration::from_secs(3));
    assert_eq!(scores(&world, 11), (10, 10));
}

#[test]
fn a_consumer_whose_peer_reports_nothing_any_more_falls_to_zero() {
    let (mut world, _, _) = World::call(5);
    world.run(Duration::from_secs(3));
    world.peers.pop();
    world.run(Duration::from_secs(20));
    assert_eq!(scores(&world, 12), (0, 10));
}

#[test]
fn the_layer_that_a_consumer_of_simulcast_is_sent_is_told() {
    let mut world = World::new(6);
    let (alice, bob) = (world.peer(), world.peer());
    world.publish_simulcast(alice, 1);
    world.subscribe(bob, 11, 1, Media::Video);
    world.run_until_connected();
    world.run(Duration::from_secs(5));
    let layers = last(&world, "consumerLayersChange", 11);
    assert_eq!(layers["layers"], json!({ "spatialLayer": 2 }));
    let scores = last(&world, "consumerScore", 11);
    assert_eq!(scores["producerScores"], json!([10, 10, 10]));
    let produced = told(&world, "producerScore");
    assert_eq!(produced.last().unwrap()["scores"][2]["rid"], "r2");
    world
        .command(json!({ "method": "pauseConsumer", "consumer": 11 }))
        .unwrap();
    world.run(Duration::from_secs(2));
    assert_eq!(
        last(&world, "consumerLayersChange", 11)["layers"],
        Value::Null
    );
}

/// A consumer's own score and its producer's, as last told.
fn scores(world: &World, consumer: u64) -> (u64, u64) {
    let last = last(world, "consumerScore", consumer);
    let number = |name| last[name].as_u64().unwrap();
    (number("score"), number("producerScore"))
}

/// The last event of a name about a consumer.
fn last(world: &World, name: &str, consumer: u64) -> Value {
    let events = told(world, name);
    let mut events = events.into_iter().rev();
    events.find(|event| event["consumer"] == consumer).unwrap()
}

/// All events of a name.
fn told(world: &World, name: &str) -> Vec<Value> {
    let events = world.events.iter();
    let events = events.map(|event| serde_json::to_value(event).unwrap());
    events.filter(|event| event["event"] == name).collect()
}
