//! The part that all our interceptors share: two queues.

use std::{collections::VecDeque, time::Instant};

use rtc::{
    interceptor::{Interceptor, StreamInfo, TaggedPacket},
    sansio::Protocol,
    shared::error::Error,
};

/// What one interceptor does with a packet: passes it on by the belt, or not.
pub(crate) trait Handler: Send + Sync {
    /// Takes a packet from the network's side.
    fn inbound(&mut self, packet: TaggedPacket, belt: &mut Belt);

    /// Takes a packet from the application's side.
    fn outbound(&mut self, packet: TaggedPacket, belt: &mut Belt);
}

/// What leaves an interceptor.
#[derive(Default)]
pub(crate) struct Belt {
    /// Towards the application.
    pub(crate) inbound: VecDeque<TaggedPacket>,
    /// Towards the network.
    pub(crate) outbound: VecDeque<TaggedPacket>,
}

/// An interceptor made of a [`Handler`].
pub(crate) struct Stage<H> {
    handler: H,
    belt: Belt,
}

impl<H: Handler> Stage<H> {
    /// Wraps a handler.
    pub(crate) fn new(handler: H) -> Self {
        Self {
            handler,
            belt: Belt::default(),
        }
    }
}

impl<H: Handler> Protocol<TaggedPacket, TaggedPacket, ()> for Stage<H> {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        self.handler.inbound(packet, &mut self.belt);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.belt.inbound.pop_front()
    }

    fn handle_write(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        self.handler.outbound(packet, &mut self.belt);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.belt.outbound.pop_front()
    }
}

impl<H: Handler> Interceptor for Stage<H> {
    fn bind_local_stream(&mut self, _info: &StreamInfo) {}

    fn unbind_local_stream(&mut self, _info: &StreamInfo) {}

    fn bind_remote_stream(&mut self, _info: &StreamInfo) {}

    fn unbind_remote_stream(&mut self, _info: &StreamInfo) {}
}
