//! A worker and the wait for its lines.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::{net::SocketAddr, time::Duration};

use rustix::{
    event::{PollFd, PollFlags, poll},
    time::Timespec,
};
use serde_json::{Value, json};
use sfu_net::{Worker, WorkerOptions};

pub(crate) const CREATE_ROUTER: &str = r#"{"method":"createRouter","router":1}"#;

/// The options of a worker that listens at each `ip:port`.
pub(crate) fn options(listen: &[&str]) -> WorkerOptions {
    let listen = listen.iter().map(|address| address.parse().unwrap());
    let listen: Vec<_> = listen
        .map(|address: SocketAddr| json!({ "ip": address.ip(), "port": address.port() }))
        .collect();
    serde_json::from_value(json!({ "listen": listen })).unwrap()
}

/// Waits for `count` lines.
pub(crate) fn lines(worker: &Worker, count: usize) -> Vec<Value> {
    let mut lines = Vec::new();
    while lines.len() < count {
        wait_readable(worker);
        let drained = worker.drain();
        lines.extend(
            drained
                .iter()
                .map(|line| serde_json::from_str(line).unwrap()),
        );
    }
    assert_eq!(lines.len(), count, "{lines:?}");
    lines
}

fn wait_readable(worker: &Worker) {
    let mut fds = [PollFd::new(worker, PollFlags::IN)];
    let deadline = Timespec::try_from(Duration::from_secs(20)).unwrap();
    assert_eq!(poll(&mut fds, Some(&deadline)).unwrap(), 1, "nothing came");
}
