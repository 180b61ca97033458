//! Workers as their owner sees them: real threads, sockets and descriptors.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::{net::UdpSocket, time::Duration};

use common::{CREATE_ROUTER, lines, options};
use serde_json::json;
use sfu_net::{SpawnError, SubmitError, Worker};

#[test]
fn commands_are_answered_in_order() {
    let worker = worker();
    for request in 0..100 {
        let command = json!({ "method": "createRouter", "router": request + 1 });
        worker.submit(request, &command.to_string()).unwrap();
    }
    let lines = lines(&worker, 100);
    for (request, line) in lines.iter().enumerate() {
        assert_eq!(line, &json!({ "request": request, "ok": {} }));
    }
}

#[test]
fn what_is_no_command_is_refused_by_the_caller_of_submit() {
    let worker = worker();
    for text in [
        "",
        "{",
        "[]",
        r#"{"method":"unknown"}"#,
        r#"{"method":"createRouter"}"#,
    ] {
        let submitted = worker.submit(1, text);
        assert!(
            matches!(submitted, Err(SubmitError::Malformed(_))),
            "{text}"
        );
    }
}

#[test]
fn a_panic_is_told_last_and_the_sockets_are_closed() {
    let worker = worker();
    worker.submit(1, CREATE_ROUTER).unwrap();
    lines(&worker, 1);
    worker.panic();
    assert_eq!(lines(&worker, 1), [json!({ "died": "panic: ordered" })]);
    let submitted = worker.submit(2, CREATE_ROUTER);
    assert!(matches!(submitted, Err(SubmitError::Ended)));
    UdpSocket::bind(worker.listen()[0]).unwrap();
    worker.close();
}

#[test]
fn close_is_idempotent_and_ends_a_busy_worker() {
    let worker = worker();
    for request in 0..10_000 {
        worker.submit(request, CREATE_ROUTER).unwrap();
    }
    worker.close();
    worker.close();
    let submitted = worker.submit(1, CREATE_ROUTER);
    assert!(matches!(submitted, Err(SubmitError::Ended)));
    UdpSocket::bind(worker.listen()[0]).unwrap();
}

#[test]
fn a_taken_port_is_named_in_the_error() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let error = Worker::spawn(&options(&[&address.to_string()])).unwrap_err();
    assert!(matches!(error, SpawnError::Listen { address: a, .. } if a == address));
    assert!(error.to_string().contains(&address.to_string()), "{error}");
}

#[test]
fn each_address_has_a_socket_in_the_given_order() {
    let worker = Worker::spawn(&options(&["127.0.0.1:0", "[::1]:0", "127.0.0.2:0"])).unwrap();
    let bound = worker
        .listen()
        .iter()
        .map(|address| address.ip().to_string());
    assert!(bound.eq(["127.0.0.1", "::1", "127.0.0.2"]));
    assert!(worker.listen().iter().all(|address| address.port() != 0));
}

#[test]
fn cpu_time_is_known_while_it_runs_and_after_its_end() {
    let worker = worker();
    for request in 0..1000 {
        worker.submit(request, CREATE_ROUTER).unwrap();
    }
    lines(&worker, 1000);
    let running = total(&worker);
    worker.close();
    assert!(running > Duration::ZERO);
    assert!(total(&worker) >= running);
}

fn worker() -> Worker {
    Worker::spawn(&options(&["127.0.0.1:0"])).unwrap()
}

fn total(worker: &Worker) -> Duration {
    let times = worker.cpu_times();
    times.user + times.system
}
