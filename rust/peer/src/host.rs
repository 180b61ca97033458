//! The task that owns the connections and carries out commands, one after the other.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use sfu_outbox::{Outbox, Refusal};
use tokio::{sync::mpsc, task::JoinHandle};

use crate::{
    command::{Command, CreateConnection, Publish},
    connection::Connection,
    error::CommandError,
    media::Codec,
    parameters::{Kind, RtpCodec, RtpParameters},
    receive::{Goal, ReceivedTrack},
    send::{Frames, Pace, SentTrack, Source},
};

/// The tracks of a peer, for statistics from another thread.
#[derive(Debug, Default)]
pub(crate) struct Tracks {
    by_id: Mutex<HashMap<u64, Track>>,
}

/// A published or a received track.
#[derive(Debug, Clone)]
pub(crate) enum Track {
    Sent(Arc<SentTrack>),
    Received(Arc<ReceivedTrack>),
}

/// The owner of the connections.
pub(crate) struct Host {
    outbox: Arc<Outbox>,
    tracks: Arc<Tracks>,
    connections: HashMap<u64, Connection>,
    places: HashMap<u64, Place>,
}

/// Where a track is.
struct Place {
    connection: u64,
    mid: String,
    source: Option<JoinHandle<()>>,
}

impl Tracks {
    /// The counts of a track.
    pub(crate) fn stats(&self, track: u64) -> Result<Value, CommandError> {
        let stats = match self.get(track)? {
            Track::Sent(sent) => json!(sent.stats()),
            Track::Received(received) => json!(received.stats()),
        };
        Ok(stats)
    }

    /// Adds a track.
    pub(crate) fn insert(&self, id: u64, track: Track) {
        self.lock().insert(id, track);
    }

    fn get(&self, track: u64) -> Result<Track, CommandError> {
        let not_found = CommandError::NotFound {
            what: "track",
            id: track,
        };
        self.lock().get(&track).cloned().ok_or(not_found)
    }

    pub(crate) fn sent(&self, track: u64) -> Result<Arc<SentTrack>, CommandError> {
        match self.get(track)? {
            Track::Sent(sent) => Ok(sent),
            Track::Received(_) => Err(wrong_direction(track)),
        }
    }

    fn received(&self, track: u64) -> Result<Arc<ReceivedTrack>, CommandError> {
        match self.get(track)? {
            Track::Received(received) => Ok(received),
            Track::Sent(_) => Err(wrong_direction(track)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Track>> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Host {
    /// Makes a host without connections.
    pub(crate) fn new(outbox: Arc<Outbox>, tracks: Arc<Tracks>) -> Self {
        Self {
            outbox,
            tracks,
            connections: HashMap::new(),
            places: HashMap::new(),
        }
    }

    /// Carries out commands until there is nobody to send any, and then closes everything.
    pub(crate) async fn run(mut self, mut commands: mpsc::UnboundedReceiver<(u64, Command)>) {
        while let Some((request, command)) = commands.recv().await {
            let result = self.carry_out(command).await;
            self.outbox.answer(request, result.map_err(Refusal::from));
        }
        for place in self.places.values() {
            place.stop();
        }
        for (_, connection) in self.connections.drain() {
            connection.close().await;
        }
    }

    async fn carry_out(&mut self, command: Command) -> Result<Value, CommandError> {
        match command {
            Command::CreateConnection(options) => self.create_connection(options).await,
            Command::RestartIce {
                connection,
                ice_parameters,
            } => {
                self.connection(connection)?
                    .restart_ice(ice_parameters)
                    .await?;
                Ok(json!({}))
            }
            Command::CloseConnection { connection } => self.close_connection(connection).await,
            Command::Publish(publish) => self.publish(publish).await,
            Command::PausePublished { track } => self.set_paused(track, true),
            Command::ResumePublished { track } => self.set_paused(track, false),
            Command::Unpublish { track } => {
                let sent = self.tracks.sent(track)?;
                self.remove(track, &Track::Sent(sent)).await
            }
            Command::Subscribe {
                connection,
                track,
                kind,
                rtp_parameters,
            } => {
                self.subscribe(connection, track, kind, rtp_parameters)
                    .await
            }
            Command::Unsubscribe { track } => {
                let received = self.tracks.received(track)?;
                self.remove(track, &Track::Received(received)).await
            }
            Command::Watch {
                track,
                watch,
                frames,
                packets,
            } => {
                let goal = Goal {
                    watch,
                    frames,
                    packets,
                };
                self.tracks.received(track)?.watch(goal);
                Ok(json!({}))
            }
            Command::Unwatch { track, watch } => {
                self.tracks.received(track)?.unwatch(watch);
                Ok(json!({}))
            }
        }
    }

    async fn create_connection(
        &mut self,
        options: CreateConnection,
    ) -> Result<Value, CommandError> {
        let id = options.connection;
        if self.connections.contains_key(&id) {
            return Err(CommandError::Exists {
                what: "connection",
                id,
            });
        }
        let outbox = Arc::clone(&self.outbox);
        let (connection, dtls_parameters) = Connection::new(options, outbox).await?;
        self.connections.insert(id, connection);
        Ok(json!({ "dtlsParameters": dtls_parameters }))
    }

    async fn close_connection(&mut self, id: u64) -> Result<Value, CommandError> {
        self.connection(id)?;
        let on_it = |place: &Place| place.connection == id;
        for (track, place) in self.places.extract_if(|_, place| on_it(place)) {
            place.stop();
            self.tracks.lock().remove(&track);
        }
        if let Some(connection) = self.connections.remove(&id) {
            connection.close().await;
        }
        Ok(json!({}))
    }

    async fn publish(&mut self, publish: Publish) -> Result<Value, CommandError> {
        self.check_is_new(publish.track)?;
        let codec = media_codec(&publish.rtp_parameters)?.clone();
        let kind = synthetic(&codec)?;
        let pace = pace(&publish)?;
        let source = random()?;
        let track = Arc::new(SentTrack::new(source, &publish.rtp_parameters, || {
            // A source of randomness that worked a line ago: zero never comes.
            random().map_or(0, |random| lower_half(random) | 1)
        }));
        track.set_paused(publish.paused);
        let connection = self.connection(publish.connection)?;
        connection.streams().add_sent(&track);
        let (mid, rtp) = (publish.rtp_parameters.mid.clone(), publish.rtp_parameters);
        let local = connection.send(publish.kind, rtp, &track).await;
        let local = local.inspect_err(|_| connection.streams().remove_sent(&track))?;
        let (payload_type, clock_rate) = (codec.payload_type, codec.clock_rate);
        let frames = Frames::new(Arc::clone(&track), kind, payload_type, clock_rate, pace);
        let source_task = Source { frames, local };
        let task = tokio::spawn(when_connected(connection.connected(), source_task));
        self.insert(
            publish.track,
            Track::Sent(track),
            publish.connection,
            mid,
            Some(task),
        );
        Ok(json!({ "source": format!("{source:016x}") }))
    }

    async fn subscribe(
        &mut self,
        connection: u64,
        track: u64,
        kind: Kind,
        rtp: RtpParameters,
    ) -> Result<Value, CommandError> {
        self.check_is_new(track)?;
        let codec = media_codec(&rtp)?;
        let outbox = Arc::clone(&self.outbox);
        let received = ReceivedTrack::new(synthetic(codec)?, codec.clock_rate, outbox);
        let received = Arc::new(received);
        let mid = rtp.mid.clone();
        let host = self.connection(connection)?;
        host.streams().add_received(&received, &rtp);
        let result = host.receive(kind, rtp).await;
        result.inspect_err(|_| host.streams().remove_received(&received))?;
        self.insert(track, Track::Received(received), connection, mid, None);
        Ok(json!({}))
    }

    fn set_paused(&self, track: u64, paused: bool) -> Result<Value, CommandError> {
        self.tracks.sent(track)?.set_paused(paused);
        Ok(json!({}))
    }

    async fn remove(&mut self, id: u64, track: &Track) -> Result<Value, CommandError> {
        self.tracks.lock().remove(&id);
        let Some(place) = self.places.remove(&id) else {
            return Ok(json!({}));
        };
        place.stop();
        let connection = self.connection(place.connection)?;
        match track {
            Track::Sent(sent) => connection.streams().remove_sent(sent),
            Track::Received(received) => connection.streams().remove_received(received),
        }
        connection.close_section(&place.mid).await?;
        Ok(json!({}))
    }

    fn insert(
        &mut self,
        id: u64,
        track: Track,
        connection: u64,
        mid: String,
        source: Option<JoinHandle<()>>,
    ) {
        self.tracks.insert(id, track);
        let place = Place {
            connection,
            mid,
            source,
        };
        self.places.insert(id, place);
    }

    fn check_is_new(&self, track: u64) -> Result<(), CommandError> {
        if self.places.contains_key(&track) {
            return Err(CommandError::Exists {
                what: "track",
                id: track,
            });
        }
        Ok(())
    }

    fn connection(&mut self, id: u64) -> Result<&mut Connection, CommandError> {
        let not_found = CommandError::NotFound {
            what: "connection",
            id,
        };
        self.connections.get_mut(&id).ok_or(not_found)
    }
}

impl Place {
    fn stop(&self) {
        if let Some(source) = &self.source {
            source.abort();
        }
    }
}

async fn when_connected(mut connected: tokio::sync::watch::Receiver<bool>, source: Source) {
    // A connection that is closed before it was connected has nothing to send.
    if connected.wait_for(|connected| *connected).await.is_ok() {
        source.run().await;
    }
}

pub(crate) fn media_codec(rtp: &RtpParameters) -> Result<&RtpCodec, CommandError> {
    let none = || CommandError::InvalidParameters("no media codec".to_owned());
    rtp.media_codec().ok_or_else(none)
}

pub(crate) fn synthetic(codec: &RtpCodec) -> Result<Codec, CommandError> {
    let unknown = || CommandError::InvalidParameters(format!("no synthetic {}", codec.mime_type));
    Codec::from_mime(&codec.mime_type).ok_or_else(unknown)
}

pub(crate) fn pace(publish: &Publish) -> Result<Pace, CommandError> {
    let invalid = |name: &str| CommandError::InvalidParameters(format!("{name} out of range"));
    if !(0.1..=1000.0).contains(&publish.fps) {
        return Err(invalid("fps"));
    }
    if !(1..=512).contains(&publish.packets) {
        return Err(invalid("packets"));
    }
    if !(1..=1150).contains(&publish.packet_bytes) {
        return Err(invalid("packetBytes"));
    }
    let interval = Duration::try_from_secs_f64(publish.key_frame_interval);
    Ok(Pace {
        period: Duration::from_secs_f64(1.0 / publish.fps),
        packets: publish.packets,
        packet_bytes: publish.packet_bytes,
        key_frame_interval: interval.map_err(|_| invalid("keyFrameInterval"))?,
    })
}

fn wrong_direction(track: u64) -> CommandError {
    CommandError::InvalidParameters(format!("track {track} goes the other way"))
}

fn random() -> Result<u64, CommandError> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)
        .map_err(|error| CommandError::InvalidParameters(error.to_string()))?;
    Ok(u64::from_ne_bytes(bytes))
}

fn lower_half(random: u64) -> u32 {
    let [a, b, c, d, ..] = random.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}
