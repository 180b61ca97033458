//! A simulcast sender reaches consumers in its best live encoding.

use std::time::Duration;

use serde_json::json;

use crate::{parameters::Media, world::World};

#[test]
fn consumers_get_the_best_encoding_as_one_stream() {
    let mut world = World::new(1);
    let (alice, bob) = (world.peer(), world.peer());
    world.publish_simulcast(alice, 1);
    world.subscribe(bob, 11, 1, Media::Video);
    world.run_until_connected();
    world.run(Duration::from_secs(5));
    let stats = world.stats(bob, 11);
    assert!(world.count(bob, 11, "frames") > 100, "{stats}");
    assert_eq!(stats["layer"], 2, "{stats}");
    for name in ["lost", "corrupt", "duplicates"] {
        assert_eq!(stats[name], 0, "{name}: {stats}");
    }
    let dump = world
        .command(json!({ "method": "dump", "producer": 1 }))
        .unwrap();
    let known = dump["encodings"].as_array().unwrap().iter();
    assert_eq!(
        known.filter(|encoding| encoding["ssrc"].is_u64()).count(),
        3,
        "{dump}"
    );
}
