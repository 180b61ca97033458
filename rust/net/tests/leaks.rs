//! What is left of workers, in a process of its own: other tests open and close things beside.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::fs;

use common::{CREATE_ROUTER, lines, options};
use sfu_net::Worker;

#[test]
fn two_hundred_workers_leave_nothing_behind() {
    Worker::spawn(&options(&["127.0.0.1:0"])).unwrap().close();
    let before = open();
    for _ in 0..200 {
        let worker = Worker::spawn(&options(&["127.0.0.1:0"])).unwrap();
        worker.submit(1, CREATE_ROUTER).unwrap();
        lines(&worker, 1);
    }
    assert_eq!(open(), before);
}

/// Open descriptors, and threads with our name: the test harness has some of its own.
fn open() -> (usize, usize) {
    let descriptors = fs::read_dir("/proc/self/fd").unwrap().count();
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
    (
        descriptors,
        names.filter(|name| name.trim() == "sfu-worker").count(),
    )
}
