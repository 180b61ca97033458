//! Whatever arrives, from strangers or from the addresses of a call: it is counted, and the call
//! does not notice.

use std::{net::SocketAddr, time::Duration};

use rand_chacha::{
    ChaCha12Rng,
    rand_core::{RngCore, SeedableRng},
};

use crate::world::World;

#[test]
fn noise_of_every_kind_from_every_address_disturbs_nobody() {
    let (mut world, _, bob) = World::video_call(1);
    let addresses = [
        SocketAddr::from(([192, 0, 2, 1], 99)),
        world.peers[0].address,
        world.peers[1].address,
    ];
    let mut rng = ChaCha12Rng::seed_from_u64(7);
    for step in 0..30_000_u32 {
        let noise = noise(&mut rng, step);
        world.inject(addresses[step as usize % 3], &noise);
        if step % 100 == 0 {
            world.run(Duration::from_millis(10));
        }
    }
    let stats = world.stats(bob, 11);
    assert!(world.count(bob, 11, "frames") > 80, "{stats}");
    for name in ["corrupt", "lost", "framesDropped"] {
        assert_eq!(stats[name], 0, "{name}: {stats}");
    }
    assert_eq!(world.drops("internal"), 0);
    for reason in [
        "unknownProtocol",
        "unvalidatedTuple",
        "malformedStun",
        "unknownStream",
    ] {
        assert!(world.drops(reason) > 0, "{reason}");
    }
}

#[test]
fn replayed_and_truncated_datagrams_of_the_call_itself_are_dropped() {
    let (mut world, _, bob) = World::video_call(2);
    world.network.duplicate = 1.0;
    world.run(Duration::from_secs(2));
    let stats = world.stats(bob, 11);
    assert_eq!(
        (&stats["duplicates"], &stats["corrupt"]),
        (&0.into(), &0.into()),
        "{stats}"
    );
    assert!(world.drops("srtpReplay") > 100);
}

#[test]
fn unknown_ssrcs_make_no_state() {
    let (mut world, _, _) = World::video_call(3);
    let alice = world.peers[0].address;
    let before = world.dump();
    for ssrc in 0..100_000_u32 {
        let mut packet = vec![0x80, 96, 0, 1, 0, 0, 0, 1];
        packet.extend_from_slice(&(0x5000_0000 + ssrc).to_be_bytes());
        packet.resize(60, 0);
        world.inject(alice, &packet);
    }
    assert_eq!(world.drops("unknownStream"), 100_000);
    assert_eq!(world.dump()["producers"], before["producers"]);
}

/// A datagram whose first byte belongs to each protocol in turn, and whose rest is random.
fn noise(rng: &mut ChaCha12Rng, step: u32) -> Vec<u8> {
    let mut bytes = vec![0; (rng.next_u32() % 200) as usize];
    rng.fill_bytes(&mut bytes);
    let starts: [&[u8]; 6] = [
        &[0, 1, 0, 8, 0x21, 0x12, 0xA4, 0x42],
        &[22, 0xFE, 0xFD, 0, 0],
        &[21, 0xFE, 0xFD, 0, 0],
        &[0x90, 96],
        &[0x81, 201],
        &[],
    ];
    let start = starts[step as usize % starts.len()];
    let len = start.len().min(bytes.len());
    bytes[..len].copy_from_slice(&start[..len]);
    bytes
}
