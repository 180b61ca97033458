//! Worker threads and UDP sockets around the engine: all of its side effects.
//!
//! One [`Worker`] is one thread with one engine and its sockets; workers share nothing.
//!
//! ```text
//! owner --submit--> mailbox.rs --wakes--> media_thread.rs: poll(sockets, mailbox, deadline)
//!   ^                                       |  sockets: recvmmsg + GRO -> buffer_pool.rs splits -> engine
//!   |                                       |  mailbox: commands ------------------------------> engine
//!   |                                       |  deadline ---------------------------------------> engine
//!   +--drain-- Outbox <--answers, events----+-- send_batch.rs: one sendmsg + GSO a run <-------- engine
//! ```
//!
//! One clock reading and no allocation a batch of datagrams; the owner's threads meet the media thread only in the
//! mailbox and the outbox.

mod buffer_pool;
mod cpu_clock;
mod lines;
mod mailbox;
mod media_thread;
mod options;
mod send_batch;
mod socket;
mod worker;

pub use cpu_clock::CpuTimes;
pub use mailbox::SubmitError;
pub use options::{Listen, OptionsError, WorkerOptions};
pub use worker::{SpawnError, Worker};
