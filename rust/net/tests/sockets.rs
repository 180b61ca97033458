//! ICE checks (RFC 8445 s.7) through a worker's sockets: the way of a datagram in and out.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

mod common;

use std::{
    net::{SocketAddr, UdpSocket},
    time::Duration,
};

use common::{CREATE_ROUTER, lines, options};
use rtc_stun::{
    attributes::{ATTR_ICE_CONTROLLING, ATTR_PRIORITY, ATTR_USERNAME, AttrType, RawAttribute},
    fingerprint::FINGERPRINT,
    integrity::MessageIntegrity,
    message::{BINDING_REQUEST, BINDING_SUCCESS, Message, MessageType, Setter, TransactionId},
};
use serde_json::{Value, json};
use sfu_net::Worker;

#[test]
fn both_families_are_answered() {
    let worker = Worker::spawn(&options(&["127.0.0.1:0", "[::1]:0"])).unwrap();
    let request = check(&worker);
    for &address in worker.listen() {
        assert_eq!(answer(&request, address), (BINDING_SUCCESS, address));
    }
}

#[test]
fn a_wildcard_socket_answers_from_the_address_that_was_asked() {
    let worker = Worker::spawn(&options(&["0.0.0.0:0"])).unwrap();
    let request = check(&worker);
    for host in 1..=3 {
        let address = SocketAddr::from(([127, 0, 0, host], worker.listen()[0].port()));
        assert_eq!(answer(&request, address), (BINDING_SUCCESS, address));
    }
}

#[test]
fn the_workers_dump_tells_its_sockets() {
    let worker = Worker::spawn(&options(&["[::1]:0"])).unwrap();
    worker
        .submit(1, r#"{"method":"dump","worker":null}"#)
        .unwrap();
    let dump = lines(&worker, 1);
    assert_eq!(
        dump[0]["ok"]["sockets"][0]["local"],
        json!(worker.listen()[0])
    );
}

/// An ICE check of a new transport of `worker`.
fn check(worker: &Worker) -> Vec<u8> {
    worker.submit(1, CREATE_ROUTER).unwrap();
    let create = json!({ "method": "createWebRtcTransport", "router": 1, "transport": 2 });
    worker.submit(2, &create.to_string()).unwrap();
    let ice = &lines(worker, 2)[1]["ok"]["iceParameters"];
    let provider = rtc_crypto::default_provider().unwrap();
    let integrity = MessageIntegrity::new_short_term_integrity_with_provider(
        text(&ice["password"]).to_owned(),
        provider.crypto(),
    );
    let user = format!("{}:peer", text(&ice["usernameFragment"]));
    let mut request = Message::new();
    let attributes: [Box<dyn Setter + '_>; 7] = [
        Box::<TransactionId>::default(),
        Box::new(BINDING_REQUEST),
        attribute(ATTR_USERNAME, user.as_bytes()),
        attribute(ATTR_PRIORITY, &[0x6e, 0, 1, 0xff]),
        attribute(ATTR_ICE_CONTROLLING, &[1; 8]),
        Box::new(integrity),
        Box::new(FINGERPRINT),
    ];
    request.build(&attributes).unwrap();
    request.raw
}

/// The type and the source of what comes back.
fn answer(request: &[u8], address: SocketAddr) -> (MessageType, SocketAddr) {
    let peer = UdpSocket::bind(match address {
        SocketAddr::V4(_) => "127.0.0.1:0",
        SocketAddr::V6(_) => "[::1]:0",
    });
    let peer = peer.unwrap();
    peer.set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    peer.send_to(request, address).unwrap();
    let mut buffer = [0; 2048];
    let (len, source) = peer.recv_from(&mut buffer).unwrap();
    let mut response = Message::new();
    response.unmarshal_binary(&buffer[..len]).unwrap();
    (response.typ, source)
}

fn attribute(kind: AttrType, value: &[u8]) -> Box<dyn Setter> {
    Box::new(RawAttribute {
        typ: kind,
        length: value.len().try_into().unwrap(),
        value: value.to_vec(),
    })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
