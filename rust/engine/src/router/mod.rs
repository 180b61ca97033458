//! The forwarding of media: producers, consumers, and what is between them.
//!
//! ```text
//! packet -> stream.rs (seen before? missing? kept) -> fan_out.rs, for each consumer:
//!     consumer.rs (forward or not) -> rewriter.rs (number, time) -> header, payload, protect
//! ```

mod clock;
mod consumer;
mod fan_out;
mod keyframe;
mod link;
mod nack;
mod packet;
mod producer;
mod rate;
mod reception;
mod retransmit;
mod rewriter;
mod rtx_budget;
mod rtx_cache;
mod score;
mod stream;
mod streams;
mod window;

pub(crate) use clock::{Ntp, WallClock};
pub(crate) use consumer::{Consumer, Moment};
pub(crate) use fan_out::fan_out;
pub(crate) use link::Link;
pub(crate) use packet::{Packet, PacketMeta};
pub(crate) use producer::{Payload, Producer};
pub(crate) use retransmit::retransmit;
pub(crate) use score::BEST as BEST_SCORE;
pub(crate) use stream::{Arrival, ReceiveStream};
pub(crate) use streams::StreamId;

#[cfg(test)]
mod testing;
