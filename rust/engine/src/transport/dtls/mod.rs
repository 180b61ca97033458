//! DTLS 1.2 (RFC 6347) with `use_srtp` (RFC 5764).
//!
//! ```text
//!     New --connect--> Connecting --handshake--> Connected --close_notify--> Closed
//!                          |
//!                          +-- wrong certificate, no answer --> Failed
//! ```
//!
//! As the server, an association is made by a whole ClientHello that offers what we take. Until the handshake is
//! complete another one (RFC 6347 s.4.2.8) replaces it, if it has come to a halt. Nothing does when it is complete.

mod certificate;
mod fingerprint;
mod guard;
mod handshaker;
mod hello;
mod reassembly;
mod record;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use self::{
    fingerprint::PeerFingerprints,
    guard::{Guarded, Refusal},
    handshaker::{Failure, Identity, Progress, RtcDtls},
    hello::ClientHello,
    reassembly::{FirstMessage, Fragment, Message},
    record::{ContentType, Record},
};
use super::srtp::{DtlsSide, SrtpProfile};
use crate::{
    datagram::{TransmitQueue, Tuple},
    error::{CommandError, DropReason, InvalidState},
};

pub use certificate::{Certificate, CertificateError};
pub use fingerprint::Fingerprint;

/// How far DTLS is; mediasoup's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DtlsState {
    /// The peer's parameters are not known yet.
    New,
    /// The handshake runs, or waits for ICE.
    Connecting,
    /// Keys are there.
    Connected,
    /// The handshake failed.
    Failed,
    /// Closed by the peer or by us.
    Closed,
}

/// Who sends the ClientHello.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DtlsRole {
    /// The other side decides.
    Auto,
    /// Sends the ClientHello.
    Client,
    /// Waits for it.
    Server,
}

/// mediasoup's `DtlsParameters`. The role is that of the side that sends them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DtlsParameters {
    /// The sender's role.
    #[serde(default = "auto")]
    pub role: DtlsRole,
    /// Hashes of the sender's certificate.
    pub fingerprints: Vec<Fingerprint>,
}

fn auto() -> DtlsRole {
    DtlsRole::Auto
}

/// What a complete handshake gives to SRTP.
pub(super) struct SrtpKeys {
    pub(super) profile: SrtpProfile,
    /// RFC 5764 s.4.2.
    pub(super) material: Vec<u8>,
    pub(super) side: DtlsSide,
}

/// DTLS of one transport.
pub(super) struct DtlsTransport {
    certificate: Arc<Certificate>,
    mtu: usize,
    state: DtlsState,
    role: DtlsRole,
    peer: Option<PeerFingerprints>,
    first: FirstMessage,
    association: Option<Association>,
    keys: Option<SrtpKeys>,
}

struct Association {
    guarded: Guarded,
    /// When it last read a message.
    progressed: Instant,
    /// As the server: the HelloVerifyRequest, until the client has used it.
    verify_request: Vec<u8>,
    repeat_verify_request: bool,
}

impl Association {
    fn new(guarded: Guarded, now: Instant) -> Self {
        Self {
            guarded,
            progressed: now,
            verify_request: Vec::new(),
            repeat_verify_request: false,
        }
    }

    /// Whether a new hello may take its place: a forged one must not stop a handshake that goes on.
    fn may_be_replaced(&self, now: Instant) -> bool {
        self.progressed + HALT <= now
    }
}

impl DtlsTransport {
    pub(super) fn new(certificate: Arc<Certificate>, mtu: usize) -> Self {
        Self {
            certificate,
            mtu,
            state: DtlsState::New,
            role: DtlsRole::Auto,
            peer: None,
            first: FirstMessage::default(),
            association: None,
            keys: None,
        }
    }

    pub(super) fn parameters(&self) -> DtlsParameters {
        DtlsParameters {
            role: self.role,
            fingerprints: vec![self.certificate.fingerprint().clone()],
        }
    }

    pub(super) fn state(&self) -> DtlsState {
        self.state
    }

    pub(super) fn role(&self) -> DtlsRole {
        self.role
    }

    /// Takes the peer's parameters, and the role that its own leaves to us: a peer that lets us choose is the client, as
    /// browsers are.
    ///
    /// # Errors
    ///
    /// [`InvalidState::AlreadyConnected`]; [`CommandError::InvalidParameters`] about the fingerprints.
    pub(super) fn connect(&mut self, remote: &DtlsParameters) -> Result<DtlsRole, CommandError> {
        match self.state {
            DtlsState::New => {}
            DtlsState::Connecting | DtlsState::Connected | DtlsState::Failed => {
                return Err(CommandError::InvalidState(InvalidState::AlreadyConnected));
            }
            DtlsState::Closed => {
                return Err(CommandError::InvalidState(InvalidState::TransportClosed));
            }
        }
        let peer = PeerFingerprints::parse(&remote.fingerprints);
        self.peer = Some(peer.map_err(CommandError::InvalidParameters)?);
        self.role = match remote.role {
            DtlsRole::Auto | DtlsRole::Client => DtlsRole::Server,
            DtlsRole::Server => DtlsRole::Client,
        };
        self.state = DtlsState::Connecting;
        Ok(self.role)
    }

    /// As the client, sends the ClientHello, if that was not done. Called once there is a path.
    pub(super) fn start(&mut self, now: Instant) {
        let waiting = self.state == DtlsState::Connecting && self.association.is_none();
        if !waiting || self.role != DtlsRole::Client {
            return;
        }
        let client = self
            .identity()
            .and_then(|identity| RtcDtls::client(identity, now));
        match client {
            Some(client) => {
                let guarded = Guarded::client(Box::new(client));
                self.association = Some(Association::new(guarded, now));
            }
            None => self.end(DtlsState::Failed),
        }
    }

    /// Takes a datagram from a validated path.
    ///
    /// # Errors
    ///
    /// Why its last bad record was dropped; the others count.
    pub(super) fn handle_datagram(
        &mut self,
        datagram: &[u8],
        now: Instant,
    ) -> Result<(), DropReason> {
        let mut outcome = Ok(());
        let mut rest = datagram;
        while !rest.is_empty() {
            let Some((record, next)) = Record::split_first(rest) else {
                return Err(DropReason::DtlsGuard);
            };
            rest = next;
            if let Err(reason) = self.handle_record(&record, now) {
                outcome = Err(reason);
            }
        }
        outcome
    }

    /// Queues what is to be sent on `path`; without one it is lost, and sent again by the timer.
    pub(super) fn transmit(&mut self, path: Option<Tuple>, out: &mut TransmitQueue) {
        let Some(association) = &mut self.association else {
            return;
        };
        if std::mem::take(&mut association.repeat_verify_request)
            && let Some(tuple) = path
        {
            out.push(tuple, &association.verify_request);
        }
        while let Some(datagram) = association.guarded.poll_transmit() {
            if association.guarded.awaits_cookie() {
                association.verify_request = datagram.to_vec();
            }
            if let Some(tuple) = path {
                out.push(tuple, &datagram);
            }
        }
        if matches!(self.state, DtlsState::Failed | DtlsState::Closed) {
            self.association = None;
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        if let Some(association) = &mut self.association
            && let Err(failure) = association.guarded.handle_timeout(now)
        {
            self.fail(failure);
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.association.as_ref()?.guarded.poll_timeout()
    }

    /// The keys, once, when the handshake is complete.
    pub(super) fn take_keys(&mut self) -> Option<SrtpKeys> {
        self.keys.take()
    }

    /// Ends it with a close_notify, which [`Self::transmit`] queues.
    pub(super) fn close(&mut self, now: Instant) {
        if let Some(association) = &mut self.association {
            association.guarded.close(now);
        }
        self.state = DtlsState::Closed;
    }

    /// Takes `keys` as those of a complete handshake.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(super) fn assume(&mut self, keys: SrtpKeys) {
        self.state = DtlsState::Connected;
        self.keys = Some(keys);
    }

    fn handle_record(&mut self, record: &Record<'_>, now: Instant) -> Result<(), DropReason> {
        match self.state {
            DtlsState::Connecting | DtlsState::Connected => {}
            DtlsState::New | DtlsState::Failed | DtlsState::Closed => {
                return Err(DropReason::Dtls);
            }
        }
        if (record.epoch, record.kind) == (0, ContentType::Handshake) {
            return self.handle_handshake(record.content, now);
        }
        let association = self.association.as_mut().ok_or(DropReason::DtlsGuard)?;
        let outcome = association.guarded.handle_record(record, now);
        self.follow(outcome)
    }

    fn handle_handshake(&mut self, content: &[u8], now: Instant) -> Result<(), DropReason> {
        if self.state == DtlsState::Connected {
            return Err(DropReason::DtlsGuard);
        }
        let mut rest = content;
        while !rest.is_empty() {
            let (fragment, next) = Fragment::split_first(rest).ok_or(DropReason::DtlsGuard)?;
            rest = next;
            if self.role == DtlsRole::Server && fragment.message_seq == 0 {
                self.handle_first(&fragment, now)?;
            } else {
                let association = self.association.as_mut().ok_or(DropReason::DtlsGuard)?;
                let outcome = association.guarded.handle_fragment(&fragment, now);
                if outcome.is_ok() {
                    association.progressed = now;
                }
                self.follow(outcome)?;
            }
        }
        Ok(())
    }

    /// Takes a fragment of a message that begins a handshake.
    fn handle_first(&mut self, fragment: &Fragment<'_>, now: Instant) -> Result<(), DropReason> {
        if fragment.kind != CLIENT_HELLO {
            return Err(DropReason::DtlsGuard);
        }
        let Some(body) = self.first.add(fragment) else {
            return Ok(());
        };
        let hello = ClientHello::parse(&body).ok_or(DropReason::DtlsGuard)?;
        match &mut self.association {
            Some(known) if known.guarded.was_begun_by(&hello) => {
                known.repeat_verify_request = known.guarded.awaits_cookie();
                known.progressed = now;
                Ok(())
            }
            Some(known) if !known.may_be_replaced(now) => Err(DropReason::DtlsGuard),
            _ => self.begin(hello, body, now),
        }
    }

    fn begin(&mut self, hello: ClientHello, body: Vec<u8>, now: Instant) -> Result<(), DropReason> {
        let library = self
            .identity()
            .and_then(|identity| RtcDtls::server(identity, hello.profile))
            .ok_or(DropReason::Internal)?;
        let mut guarded = Guarded::server(Box::new(library), hello);
        let message = Message {
            kind: CLIENT_HELLO,
            message_seq: 0,
            body,
        };
        let outcome = guarded.hand_over(&message, now);
        self.association = Some(Association::new(guarded, now));
        self.follow(outcome)
    }

    fn follow(&mut self, outcome: Result<Progress, Refusal>) -> Result<(), DropReason> {
        match outcome {
            Ok(Progress::Running) => Ok(()),
            Ok(Progress::Complete) => {
                self.complete();
                Ok(())
            }
            Ok(Progress::Closed) => {
                self.end(DtlsState::Closed);
                Ok(())
            }
            Err(refusal) => {
                if let Refusal::Library(failure) = refusal {
                    self.fail(failure);
                }
                Err(refusal.reason())
            }
        }
    }

    fn complete(&mut self) {
        let keys = self
            .association
            .as_ref()
            .and_then(|association| association.guarded.srtp_keys());
        let side = match self.role {
            DtlsRole::Client => DtlsSide::Client,
            DtlsRole::Auto | DtlsRole::Server => DtlsSide::Server,
        };
        self.keys = keys.map(|(profile, material)| SrtpKeys {
            profile,
            material,
            side,
        });
        if self.keys.is_some() {
            self.state = DtlsState::Connected;
        } else {
            self.end(DtlsState::Failed);
        }
    }

    fn fail(&mut self, failure: Failure) {
        match failure {
            Failure::Datagram if !self.is_stuck() => {}
            // A server waits for the client's next attempt: anybody could have begun the one that came to nothing.
            Failure::Datagram | Failure::TimedOut if self.role == DtlsRole::Server => {
                self.association = None;
            }
            Failure::Datagram | Failure::TimedOut | Failure::Certificate => {
                self.end(DtlsState::Failed);
            }
            Failure::Panic => {
                self.association = None;
                self.end(DtlsState::Failed);
            }
        }
    }

    /// Whether the library has given the handshake up without saying so: it waits for nothing any more.
    fn is_stuck(&self) -> bool {
        self.state == DtlsState::Connecting
            && self
                .association
                .as_ref()
                .is_none_or(|association| association.guarded.poll_timeout().is_none())
    }

    /// Ends in `state`. The association goes once its last alert is sent.
    fn end(&mut self, state: DtlsState) {
        self.state = state;
        self.keys = None;
    }

    fn identity(&self) -> Option<Identity<'_>> {
        Some(Identity {
            certificate: &self.certificate,
            peer: self.peer.as_ref()?,
            mtu: self.mtu,
        })
    }
}

const CLIENT_HELLO: u8 = 1;
/// A client that is there repeats its flight sooner.
const HALT: Duration = Duration::from_secs(1);
