//! A WebRTC transport: ICE-lite, DTLS and SRTP joined.
//!
//! ```text
//! STUN -> ice: paths, and the selected one
//! DTLS, from a validated path -> dtls -> keys -> srtp
//! RTP, RTCP, from a validated path -> srtp receiver -> the engine
//! the engine -> srtp sender -> the selected path
//! ```

use std::{collections::VecDeque, net::SocketAddr, sync::Arc, time::Instant};

use rand_chacha::ChaCha12Rng;

#[cfg(any(test, feature = "fuzzing"))]
use super::{dtls::SrtpKeys, srtp::DtlsSide};
use super::{
    dtls::{DtlsParameters, DtlsRole, DtlsState, DtlsTransport},
    ice::{IceCandidate, IceChange, IceLite, IceParameters, IceState, TupleChange},
    srtp::{RtpFields, SrtpProfile, SrtpReceiver, SrtpSender, from_keying_material},
    stun::BindingRequest,
};
use crate::{
    CommandError, DropReason, EngineConfig, Event, ListenAddress, TransmitQueue, TransportId, Tuple,
};

/// One peer's transport.
pub(crate) struct WebRtcTransport {
    id: TransportId,
    listen: Vec<ListenAddress>,
    candidates: Vec<IceCandidate>,
    ice: IceLite,
    dtls: DtlsTransport,
    srtp: Option<Srtp>,
    /// The state that the last event told.
    told: DtlsState,
    events: VecDeque<Event>,
    now: Instant,
}

struct Srtp {
    profile: SrtpProfile,
    sender: SrtpSender,
    receiver: SrtpReceiver,
}

/// What it takes to send on a connected transport.
pub(crate) struct Sender<'a> {
    /// The selected path.
    pub(crate) tuple: Tuple,
    /// Our half of the keys.
    pub(crate) srtp: &'a mut SrtpSender,
}

impl WebRtcTransport {
    /// Makes a transport with credentials of its own.
    pub(crate) fn new(
        id: TransportId,
        config: &EngineConfig,
        now: Instant,
        rng: &mut ChaCha12Rng,
    ) -> Self {
        Self {
            id,
            listen: config.listen.clone(),
            candidates: IceCandidate::all(config),
            ice: IceLite::new(config.consent_timeout, rng),
            dtls: DtlsTransport::new(Arc::clone(&config.certificate), config.dtls_mtu),
            srtp: None,
            told: DtlsState::New,
            events: VecDeque::new(),
            now,
        }
    }

    /// Our ICE credentials.
    pub(crate) fn ice_parameters(&self) -> IceParameters {
        self.ice.parameters()
    }

    /// Our addresses, best first.
    pub(crate) fn ice_candidates(&self) -> Vec<IceCandidate> {
        self.candidates.clone()
    }

    /// Our role, `auto` until [`Self::connect`], and our fingerprint.
    pub(crate) fn dtls_parameters(&self) -> DtlsParameters {
        self.dtls.parameters()
    }

    /// Takes the peer's DTLS parameters. Answers the role we took.
    ///
    /// # Errors
    ///
    /// [`CommandError::InvalidState`] the second time, [`CommandError::InvalidParameters`] about the fingerprints.
    pub(crate) fn connect(
        &mut self,
        remote: &DtlsParameters,
        now: Instant,
        out: &mut TransmitQueue,
    ) -> Result<DtlsRole, CommandError> {
        let role = self.dtls.connect(remote)?;
        self.settle(now, out);
        Ok(role)
    }

    /// Draws new ICE credentials; those in use hold until the peer uses the new ones. Answers the user name fragment
    /// of a restart that the peer had not taken note of yet, which is void at once.
    pub(crate) fn restart_ice(&mut self, rng: &mut ChaCha12Rng) -> Option<String> {
        self.ice.restart(rng)
    }

    /// Takes a Binding request whose user name is ours.
    ///
    /// # Errors
    ///
    /// [`DropReason::StunIntegrity`]: no answer. [`DropReason::UnexpectedStun`]: answered with 487.
    pub(crate) fn handle_binding(
        &mut self,
        tuple: Tuple,
        request: &BindingRequest<'_>,
        now: Instant,
        out: &mut TransmitQueue,
    ) -> Result<TupleChange, DropReason> {
        let change = self.ice.handle_binding(tuple, request, now, out)?;
        self.settle(now, out);
        Ok(change)
    }

    /// Gives up a tuple that another transport has authenticated.
    pub(crate) fn forget_tuple(&mut self, tuple: &Tuple) {
        self.ice.forget(tuple);
        self.note_ice();
    }

    /// The validated tuples.
    pub(crate) fn tuples(&self) -> impl Iterator<Item = &Tuple> {
        self.ice.tuples()
    }

    /// Our user name fragments: the current one, and the one before the last restart while it holds.
    pub(crate) fn ufrags(&self) -> impl Iterator<Item = &str> {
        self.ice.ufrags()
    }

    /// Takes a DTLS datagram.
    ///
    /// # Errors
    ///
    /// [`DropReason::UnvalidatedTuple`], [`DropReason::DtlsGuard`], [`DropReason::Dtls`], [`DropReason::Internal`].
    pub(crate) fn handle_dtls(
        &mut self,
        tuple: Tuple,
        payload: &[u8],
        now: Instant,
        out: &mut TransmitQueue,
    ) -> Result<(), DropReason> {
        if !self.ice.accepts(&tuple) {
            return Err(DropReason::UnvalidatedTuple);
        }
        let outcome = self.dtls.handle_datagram(payload, now);
        self.settle(now, out);
        outcome
    }

    /// Unprotects `packet`, a whole RTP packet of a known stream, in place. Answers its plain length.
    ///
    /// # Errors
    ///
    /// [`DropReason::UnvalidatedTuple`], [`DropReason::NoSrtpKeys`], and those of [`SrtpReceiver::unprotect_rtp`].
    pub(crate) fn unprotect_rtp(
        &mut self,
        tuple: Tuple,
        packet: &mut [u8],
        fields: RtpFields,
    ) -> Result<usize, DropReason> {
        let len = self.receiver(&tuple)?.unprotect_rtp(packet, fields)?;
        self.note_media(tuple);
        Ok(len)
    }

    /// Unprotects `packet`, a whole RTCP compound, in place. Answers its plain length.
    ///
    /// # Errors
    ///
    /// [`DropReason::UnvalidatedTuple`], [`DropReason::NoSrtpKeys`], and those of [`SrtpReceiver::unprotect_rtcp`].
    pub(crate) fn unprotect_rtcp(
        &mut self,
        tuple: Tuple,
        packet: &mut [u8],
    ) -> Result<usize, DropReason> {
        let len = self.receiver(&tuple)?.unprotect_rtcp(packet)?;
        self.note_media(tuple);
        Ok(len)
    }

    /// What it takes to send, once there are keys and while there is a path.
    pub(crate) fn sender(&mut self) -> Option<Sender<'_>> {
        let tuple = self.ice.selected()?;
        let srtp = &mut self.srtp.as_mut()?.sender;
        Some(Sender { tuple, srtp })
    }

    /// Does what is due at `now`.
    pub(crate) fn handle_timeout(&mut self, now: Instant, out: &mut TransmitQueue) {
        self.ice.handle_timeout(now);
        self.dtls.handle_timeout(now);
        self.settle(now, out);
    }

    /// When [`Self::handle_timeout`] is to be called next.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let timers = [self.ice.poll_timeout(), self.dtls.poll_timeout()];
        timers.into_iter().flatten().min()
    }

    /// The next thing to tell.
    pub(crate) fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Says goodbye to the peer and ends all.
    pub(crate) fn close(&mut self, out: &mut TransmitQueue) {
        self.dtls.close(self.now);
        self.dtls.transmit(self.ice.selected(), out);
        self.ice.close();
        self.srtp = None;
        self.note_ice();
        self.note_dtls();
    }

    /// Whether media flows: keys are there and a path is selected.
    pub(crate) fn is_connected(&self) -> bool {
        self.srtp.is_some() && self.ice.selected().is_some()
    }

    /// How far ICE is.
    pub(crate) fn ice_state(&self) -> IceState {
        self.ice.state()
    }

    /// How far DTLS is.
    pub(crate) fn dtls_state(&self) -> DtlsState {
        self.dtls.state()
    }

    /// Our DTLS role, `auto` until [`Self::connect`].
    pub(crate) fn dtls_role(&self) -> DtlsRole {
        self.dtls.role()
    }

    /// The path in use.
    pub(crate) fn selected_tuple(&self) -> Option<Tuple> {
        self.ice.selected()
    }

    /// Our address on `tuple`.
    pub(crate) fn local_address(&self, tuple: &Tuple) -> Option<SocketAddr> {
        let listen = self.listen.get(usize::from(tuple.socket.0))?;
        let ip = tuple.local.unwrap_or_else(|| listen.local.ip());
        Some(SocketAddr::new(ip, listen.local.port()))
    }

    /// The SRTP profile in use.
    pub(crate) fn srtp_profile(&self) -> Option<SrtpProfile> {
        self.srtp.as_ref().map(|srtp| srtp.profile)
    }

    fn receiver(&mut self, tuple: &Tuple) -> Result<&mut SrtpReceiver, DropReason> {
        if !self.ice.accepts(tuple) {
            return Err(DropReason::UnvalidatedTuple);
        }
        let srtp = self.srtp.as_mut().ok_or(DropReason::NoSrtpKeys)?;
        Ok(&mut srtp.receiver)
    }

    /// Lets each part take note of what the others did: a path starts DTLS, DTLS gives keys to SRTP.
    fn settle(&mut self, now: Instant, out: &mut TransmitQueue) {
        self.now = now;
        self.note_ice();
        if self.ice.selected().is_some() {
            self.dtls.start(now);
        }
        if let Some(keys) = self.dtls.take_keys() {
            let srtp = from_keying_material(keys.profile, &keys.material, keys.side);
            self.srtp = srtp.map(|(sender, receiver)| Srtp {
                profile: keys.profile,
                sender,
                receiver,
            });
            debug_assert!(self.srtp.is_some(), "DTLS exports what the profile needs");
        }
        self.dtls.transmit(self.ice.selected(), out);
        if self.dtls.state() != DtlsState::Connected {
            self.srtp = None;
        }
        self.note_dtls();
    }

    fn note_media(&mut self, tuple: Tuple) {
        if self.ice.selected() != Some(tuple) {
            self.ice.handle_media(tuple);
            self.note_ice();
        }
    }

    fn note_ice(&mut self) {
        while let Some(change) = self.ice.poll_change() {
            let transport = self.id;
            let event = match change {
                IceChange::State(ice_state) => Event::IceStateChange {
                    transport,
                    ice_state,
                },
                IceChange::Selected(tuple) => Event::IceSelectedTupleChange {
                    transport,
                    local: self
                        .local_address(&tuple)
                        .map_or_else(String::new, |local| local.to_string()),
                    remote: tuple.remote.to_string(),
                },
            };
            self.events.push_back(event);
        }
    }

    fn note_dtls(&mut self) {
        let dtls_state = self.dtls.state();
        if self.told != dtls_state {
            self.told = dtls_state;
            self.events.push_back(Event::DtlsStateChange {
                transport: self.id,
                dtls_state,
            });
        }
    }
}

#[cfg(any(test, feature = "fuzzing"))]
impl WebRtcTransport {
    /// Is connected, without a handshake, with the keys of `material` (RFC 5764 s.4.2), as its server.
    pub(crate) fn assume_keys(&mut self, profile: SrtpProfile, material: Vec<u8>) {
        self.dtls.assume(SrtpKeys {
            profile,
            material,
            side: DtlsSide::Server,
        });
        self.settle(self.now, &mut TransmitQueue::new());
    }
}

impl std::fmt::Debug for WebRtcTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebRtcTransport")
            .field("id", &self.id)
            .field("ice", &self.ice.state())
            .field("dtls", &self.dtls.state())
            .finish_non_exhaustive()
    }
}
