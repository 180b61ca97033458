//! What arrives: sequence numbers, frames put together, and what there is to say of them.

mod assembler;
mod sequence;
mod stats;
mod track;

pub(crate) use stats::ReceiveStats;
pub(crate) use track::{Goal, Received, ReceivedTrack};
