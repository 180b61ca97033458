//! Our stages in the library's packet chain.
//!
//! ```text
//! network -> Wire -> receiver reports -> Unwrap -> NACK responder -> NACK generator ->
//!            sender reports -> Sink (application)
//! ```
//!
//! What arrives walks it in this order, what leaves in the other.

mod sink;
mod stage;
mod streams;
mod unwrap;
mod wire;

use std::sync::Arc;

use rtc::interceptor::{
    NackGeneratorBuilder, NackResponderBuilder, ReceiverReportBuilder, Registry,
    SenderReportBuilder, Slot,
};

pub(crate) use streams::Streams;
pub(crate) use wire::VirtualClock;

/// The chain of a connection whose streams are in `streams`, on the system's time or on `clock`.
pub(crate) fn chain(streams: &Arc<Streams>, clock: Option<VirtualClock>) -> Registry {
    Registry::new()
        .with(
            Slot::from(100),
            stage::Stage::new(wire::Wire::new(Arc::clone(streams), clock)),
        )
        // Below `Unwrap`, so that what had to be sent again is reported as lost (RFC 4588 s.6.3).
        .with(Slot::from(200), ReceiverReportBuilder::new().build())
        .with(
            Slot::from(300),
            stage::Stage::new(unwrap::Unwrap::new(Arc::clone(streams))),
        )
        .with(Slot::NackResponder, NackResponderBuilder::new().build())
        .with(Slot::NackGenerator, NackGeneratorBuilder::new().build())
        .with(Slot::SenderReport, SenderReportBuilder::new().build())
        .with(
            Slot::from(20_000),
            stage::Stage::new(sink::Sink::new(Arc::clone(streams))),
        )
}
