//! Commands: routers, transports, producers and consumers come and go.

use std::time::Instant;

use rand_chacha::rand_core::RngCore;

use super::Engine;
use crate::{
    command::{Command, ConsumeCommand, ProduceCommand, Reply},
    error::{CommandError, InvalidParameters, Object},
    ids::{ConsumerId, MAX_MID, ProducerId, RouterId, Ssrc, TransportId},
    router::{Consumer, Link, Producer},
    transport::{DtlsParameters, WebRtcTransport},
};

impl Engine {
    /// Carries out a command.
    ///
    /// # Errors
    ///
    /// See [`CommandError`]; the engine is then as it was.
    pub fn handle_command(
        &mut self,
        command: Command,
        now: Instant,
    ) -> Result<Reply, CommandError> {
        let result = self.carry_out(command, now);
        self.set_timers();
        result
    }

    fn carry_out(&mut self, command: Command, now: Instant) -> Result<Reply, CommandError> {
        match command {
            Command::CreateRouter { router } => self.create_router(router),
            Command::CloseRouter { router } => self.close_router(router, now),
            Command::CreateWebRtcTransport { router, transport } => {
                self.create_transport(router, transport, now)
            }
            Command::ConnectTransport {
                transport,
                dtls_parameters,
            } => self.connect(transport, &dtls_parameters, now),
            Command::RestartIce { transport } => self.restart_ice(transport),
            Command::CloseTransport { transport } => {
                self.link(transport)?;
                self.close_transport(transport, now);
                Ok(Reply::Done {})
            }
            Command::Produce(produce) => self.produce(produce),
            Command::PauseProducer { producer } => self.pause_producer(producer),
            Command::ResumeProducer { producer } => self.resume_producer(producer, now),
            Command::CloseProducer { producer } => {
                self.producer(producer)?;
                self.close_producer(producer, now);
                Ok(Reply::Done {})
            }
            Command::Consume(consume) => self.consume(consume, now),
            Command::PauseConsumer { consumer } => self.pause_consumer(consumer),
            Command::ResumeConsumer { consumer } => self.resume_consumer(consumer, now),
            Command::RequestKeyFrame { consumer } => {
                self.consumer(consumer)?;
                self.want_key_frame(consumer, now);
                Ok(Reply::Done {})
            }
            Command::CloseConsumer { consumer } => {
                self.consumer(consumer)?;
                self.close_consumer(consumer, now);
                Ok(Reply::Done {})
            }
            Command::Dump(target) => self.dump(target, now).map(Reply::Report),
            Command::Stats(target) => self.stats(target, now).map(Reply::Report),
        }
    }

    fn create_router(&mut self, id: RouterId) -> Result<Reply, CommandError> {
        if self.routers.contains_key(&id) {
            return Err(CommandError::Exists(Object::Router, id.0));
        }
        self.routers.insert(id, Vec::new());
        Ok(Reply::Done {})
    }

    fn close_router(&mut self, id: RouterId, now: Instant) -> Result<Reply, CommandError> {
        let transports = self.routers.get(&id);
        let transports = transports.ok_or(CommandError::NotFound(Object::Router, id.0))?;
        for transport in transports.clone() {
            self.close_transport(transport, now);
        }
        self.routers.remove(&id);
        Ok(Reply::Done {})
    }

    fn create_transport(
        &mut self,
        router: RouterId,
        id: TransportId,
        now: Instant,
    ) -> Result<Reply, CommandError> {
        if self.links.contains_key(&id) {
            return Err(CommandError::Exists(Object::Transport, id.0));
        }
        let transports = self.routers.get_mut(&router);
        let transports = transports.ok_or(CommandError::NotFound(Object::Router, router.0))?;
        let webrtc = WebRtcTransport::new(id, &self.config, now, &mut self.rng);
        let ice_parameters = webrtc.ice_parameters();
        let is_new = self.routes.add_ufrag(&ice_parameters.username_fragment, id);
        debug_assert!(is_new, "so many random characters are never drawn twice");
        let reply = Reply::WebRtcTransport {
            ice_parameters,
            ice_candidates: webrtc.ice_candidates(),
            dtls_parameters: webrtc.dtls_parameters(),
        };
        transports.push(id);
        let feedback_ssrc = Ssrc(self.rng.next_u32() | 1);
        self.links
            .insert(id, Link::new(webrtc, router, feedback_ssrc));
        self.touched.push(id);
        Ok(reply)
    }

    fn connect(
        &mut self,
        id: TransportId,
        remote: &DtlsParameters,
        now: Instant,
    ) -> Result<Reply, CommandError> {
        let (link, out) = (self.links.get_mut(&id), &mut self.out);
        let link = link.ok_or(CommandError::NotFound(Object::Transport, id.0))?;
        let dtls_local_role = link.webrtc.connect(remote, now, out)?;
        self.take_events(id, now);
        self.touched.push(id);
        Ok(Reply::Connected { dtls_local_role })
    }

    fn restart_ice(&mut self, id: TransportId) -> Result<Reply, CommandError> {
        let link = self.links.get_mut(&id);
        let link = link.ok_or(CommandError::NotFound(Object::Transport, id.0))?;
        if let Some(retired) = link.webrtc.restart_ice(&mut self.rng) {
            self.routes.remove_ufrag(&retired);
        }
        let ice_parameters = link.webrtc.ice_parameters();
        let is_new = self.routes.add_ufrag(&ice_parameters.username_fragment, id);
        debug_assert!(is_new, "so many random characters are never drawn twice");
        Ok(Reply::IceRestarted { ice_parameters })
    }

    fn produce(&mut self, command: ProduceCommand) -> Result<Reply, CommandError> {
        let id = command.producer;
        if self.producers.contains_key(&id) {
            return Err(CommandError::Exists(Object::Producer, id.0));
        }
        let transport = command.transport;
        let link = self.links.get_mut(&transport);
        let link = link.ok_or(CommandError::NotFound(Object::Transport, transport.0))?;
        let rids = command.encodings.iter().filter_map(|it| it.rid.as_ref());
        check_names(command.mid.iter().chain(rids))?;
        let producer = Producer::new(command, link.router).map_err(invalid)?;
        link.streams.add(&producer).map_err(invalid)?;
        link.producers.push(id);
        self.producers.insert(id, producer);
        self.touched.push(transport);
        Ok(Reply::Done {})
    }

    fn pause_producer(&mut self, id: ProducerId) -> Result<Reply, CommandError> {
        let producer = self.producers.get_mut(&id);
        let producer = producer.ok_or(CommandError::NotFound(Object::Producer, id.0))?;
        producer.paused = true;
        for consumer in &producer.consumers {
            if let Some(consumer) = self.consumers.get_mut(consumer) {
                consumer.restart();
            }
        }
        Ok(Reply::Done {})
    }

    fn resume_producer(&mut self, id: ProducerId, now: Instant) -> Result<Reply, CommandError> {
        let producer = self.producers.get_mut(&id);
        let producer = producer.ok_or(CommandError::NotFound(Object::Producer, id.0))?;
        producer.paused = false;
        if !producer.consumers.is_empty() {
            producer.want_key_frame(now);
        }
        self.touched.push(producer.transport);
        Ok(Reply::Done {})
    }

    fn consume(&mut self, command: ConsumeCommand, now: Instant) -> Result<Reply, CommandError> {
        let id = command.consumer;
        if self.consumers.contains_key(&id) {
            return Err(CommandError::Exists(Object::Consumer, id.0));
        }
        let (transport, source) = (command.transport, command.producer);
        let link = self.links.get_mut(&transport);
        let link = link.ok_or(CommandError::NotFound(Object::Transport, transport.0))?;
        let producer = self.producers.get_mut(&source);
        let producer = producer.ok_or(CommandError::NotFound(Object::Producer, source.0))?;
        if producer.router != link.router {
            return Err(invalid(InvalidParameters::OtherRouter));
        }
        check_names(command.mid.iter())?;
        let ssrcs = [Some(command.ssrc), command.rtx_ssrc];
        for ssrc in ssrcs.into_iter().flatten() {
            if link.outgoing.contains_key(&ssrc) {
                return Err(invalid(InvalidParameters::SsrcTaken(ssrc.0)));
            }
        }
        for ssrc in ssrcs.into_iter().flatten() {
            link.outgoing.insert(ssrc, id);
        }
        let clock_rate = producer.first_codec().map_or(0, |codec| codec.clock_rate);
        let rng = &mut self.rng;
        let consumer = Consumer::new(command, producer.kind, clock_rate, || {
            let [high, low, ..] = rng.next_u32().to_be_bytes();
            u16::from_be_bytes([high, low])
        });
        link.consumers.push(id);
        producer.consumers.push(id);
        let is_connected = link.webrtc.is_connected();
        self.consumers.insert(id, consumer);
        if is_connected {
            self.want_key_frame(id, now);
        }
        Ok(Reply::Done {})
    }

    fn pause_consumer(&mut self, id: ConsumerId) -> Result<Reply, CommandError> {
        let consumer = self.consumers.get_mut(&id);
        let consumer = consumer.ok_or(CommandError::NotFound(Object::Consumer, id.0))?;
        consumer.paused = true;
        consumer.restart();
        Ok(Reply::Done {})
    }

    fn resume_consumer(&mut self, id: ConsumerId, now: Instant) -> Result<Reply, CommandError> {
        let consumer = self.consumers.get_mut(&id);
        let consumer = consumer.ok_or(CommandError::NotFound(Object::Consumer, id.0))?;
        consumer.paused = false;
        self.want_key_frame(id, now);
        Ok(Reply::Done {})
    }

    fn close_transport(&mut self, id: TransportId, now: Instant) {
        let Some(link) = self.links.get(&id) else {
            return;
        };
        let (producers, consumers) = (link.producers.clone(), link.consumers.clone());
        for consumer in consumers {
            self.close_consumer(consumer, now);
        }
        for producer in producers {
            self.close_producer(producer, now);
        }
        let Some(mut link) = self.links.remove(&id) else {
            return;
        };
        link.webrtc.close(&mut self.out);
        for tuple in link.webrtc.tuples() {
            self.routes.remove_tuple(tuple, id);
        }
        for ufrag in link.webrtc.ufrags() {
            self.routes.remove_ufrag(ufrag);
        }
        if let Some(transports) = self.routers.get_mut(&link.router) {
            transports.retain(|transport| *transport != id);
        }
    }

    fn close_producer(&mut self, id: ProducerId, now: Instant) {
        let Some(producer) = self.producers.get(&id) else {
            return;
        };
        for consumer in producer.consumers.clone() {
            self.close_consumer(consumer, now);
        }
        let Some(producer) = self.producers.remove(&id) else {
            return;
        };
        if let Some(link) = self.links.get_mut(&producer.transport) {
            link.streams.remove(id);
            link.producers.retain(|other| *other != id);
        }
    }

    fn close_consumer(&mut self, id: ConsumerId, now: Instant) {
        self.send_goodbye(id, now);
        let Some(consumer) = self.consumers.remove(&id) else {
            return;
        };
        if let Some(link) = self.links.get_mut(&consumer.transport) {
            link.outgoing.retain(|_, other| *other != id);
            link.consumers.retain(|other| *other != id);
        }
        if let Some(producer) = self.producers.get_mut(&consumer.producer) {
            producer.consumers.retain(|other| *other != id);
        }
    }

    pub(super) fn link(&self, id: TransportId) -> Result<&Link, CommandError> {
        let link = self.links.get(&id);
        link.ok_or(CommandError::NotFound(Object::Transport, id.0))
    }

    pub(super) fn producer(&self, id: ProducerId) -> Result<&Producer, CommandError> {
        let producer = self.producers.get(&id);
        producer.ok_or(CommandError::NotFound(Object::Producer, id.0))
    }

    pub(super) fn consumer(&self, id: ConsumerId) -> Result<&Consumer, CommandError> {
        let consumer = self.consumers.get(&id);
        consumer.ok_or(CommandError::NotFound(Object::Consumer, id.0))
    }
}

fn check_names<'a>(mut names: impl Iterator<Item = &'a String>) -> Result<(), CommandError> {
    if names.any(|name| name.is_empty() || name.len() > MAX_MID) {
        return Err(invalid(InvalidParameters::NameLength));
    }
    Ok(())
}

fn invalid(parameters: InvalidParameters) -> CommandError {
    CommandError::InvalidParameters(parameters)
}
