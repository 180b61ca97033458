//! ICE-lite (RFC 8445 s.2.5): we answer checks and take the path the peer nominates.
//!
//! ```text
//!              first check            nomination
//!     New ------------------> Connected ------> Completed
//!      |      nomination          |                 |
//!      +--------------------------|---------------> |
//!                                 | consent ends    |
//!     Connected / Completed <--- Disconnected <-----+
//!                  next check
//! ```
//!
//! The rules for choosing the path are mediasoup's: the first path validated is used until one is nominated; media on
//! another validated path selects that one, so a peer whose address changes goes on without signalling.

use std::time::{Duration, Instant};

use rand_chacha::{ChaCha12Rng, rand_core::RngCore};
use serde::Serialize;

use super::stun::{BindingRequest, IntegrityKey, PeerRole};
use crate::{
    EngineConfig,
    datagram::{TransmitQueue, Tuple},
    error::DropReason,
};

/// How far ICE is; mediasoup's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum IceState {
    /// No valid check yet.
    New,
    /// A path works.
    Connected,
    /// A path is nominated.
    Completed,
    /// Consent ended; a later check brings it back.
    Disconnected,
    /// The transport is closed.
    Closed,
}

/// Our ICE credentials; mediasoup's `IceParameters`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IceParameters {
    /// User name fragment (RFC 8445 s.5.3), unique on the worker.
    pub username_fragment: String,
    /// Password.
    pub password: String,
    /// Always true.
    pub ice_lite: bool,
}

/// One of our addresses; mediasoup's `IceCandidate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IceCandidate {
    /// RFC 8445 s.5.1.1.3.
    pub foundation: String,
    /// RFC 8445 s.5.1.2.
    pub priority: u32,
    /// The address, under mediasoup-client's older name.
    pub ip: String,
    /// An IP address or a host name.
    pub address: String,
    /// `udp`.
    pub protocol: &'static str,
    /// The port.
    pub port: u16,
    /// `host`.
    #[serde(rename = "type")]
    pub kind: &'static str,
}

impl IceCandidate {
    /// One candidate an address of `config`, best first.
    pub(super) fn all(config: &EngineConfig) -> Vec<Self> {
        let candidates = config.listen.iter().zip(0_u32..);
        candidates
            .map(|(listen, index)| {
                let address = listen
                    .announced
                    .clone()
                    .unwrap_or_else(|| listen.local.ip().to_string());
                Self {
                    foundation: "udpcandidate".to_owned(),
                    priority: priority(index),
                    ip: address.clone(),
                    address,
                    protocol: "udp",
                    port: listen.local.port(),
                    kind: "host",
                }
            })
            .collect()
    }
}

/// RFC 8445 s.5.1.2.1 with mediasoup's preferences: 64 for UDP, and 100 less for each further address.
fn priority(index: u32) -> u32 {
    let local_preference = LOCAL_PREFERENCE_MAX.saturating_sub(100 * index);
    64 * (1 << 24) + local_preference * (1 << 8) + 255
}

/// What a check changed, for the engine's table of 5-tuples and user names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct TupleChange {
    /// The check's tuple is a new one of this transport.
    pub(crate) added: bool,
    /// A tuple that made room for it.
    pub(crate) evicted: Option<Tuple>,
    /// The user name fragment that an ICE restart made void.
    pub(crate) retired_ufrag: Option<String>,
}

/// What happened since the last [`IceLite::poll_change`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IceChange {
    /// A new state.
    State(IceState),
    /// Another path.
    Selected(Tuple),
}

struct Credentials {
    ufrag: String,
    password: String,
    key: IntegrityKey,
}

/// The lite agent of one transport: one component, one data stream.
pub(super) struct IceLite {
    credentials: Credentials,
    /// Those before the last restart, until the peer uses the new ones.
    former: Option<Credentials>,
    state: IceState,
    /// Validated paths, oldest first.
    tuples: Vec<Tuple>,
    selected: Option<Tuple>,
    /// The highest renomination value taken.
    nomination: u32,
    consent_timeout: Duration,
    consent_ends: Option<Instant>,
    changes: Vec<IceChange>,
}

impl IceLite {
    pub(super) fn new(consent_timeout: Duration, rng: &mut ChaCha12Rng) -> Self {
        Self {
            credentials: Credentials::draw(rng),
            former: None,
            state: IceState::New,
            tuples: Vec::with_capacity(MAX_TUPLES),
            selected: None,
            nomination: 0,
            consent_timeout,
            consent_ends: None,
            changes: Vec::new(),
        }
    }

    pub(super) fn parameters(&self) -> IceParameters {
        IceParameters {
            username_fragment: self.credentials.ufrag.clone(),
            password: self.credentials.password.clone(),
            ice_lite: true,
        }
    }

    pub(super) fn state(&self) -> IceState {
        self.state
    }

    pub(super) fn selected(&self) -> Option<Tuple> {
        self.selected
    }

    pub(super) fn tuples(&self) -> impl Iterator<Item = &Tuple> {
        self.tuples.iter()
    }

    pub(super) fn ufrags(&self) -> impl Iterator<Item = &str> {
        let former = self.former.as_ref().map(|former| former.ufrag.as_str());
        std::iter::once(self.credentials.ufrag.as_str()).chain(former)
    }

    /// Whether media and DTLS from `tuple` may be looked at: it was validated, and consent holds.
    pub(super) fn accepts(&self, tuple: &Tuple) -> bool {
        self.selected.is_some() && self.tuples.contains(tuple)
    }

    /// Draws new credentials (RFC 8445 s.9). A second restart before the peer has used the first one's keeps the
    /// ones in use, and gives up those in between.
    pub(super) fn restart(&mut self, rng: &mut ChaCha12Rng) -> Option<String> {
        let replaced = std::mem::replace(&mut self.credentials, Credentials::draw(rng));
        self.nomination = 0;
        if self.former.is_some() {
            return Some(replaced.ufrag);
        }
        self.former = Some(replaced);
        None
    }

    /// Answers a check that arrived on `tuple` and takes what it says (RFC 8445 s.7.3).
    ///
    /// # Errors
    ///
    /// [`DropReason::StunIntegrity`]: not answered, nothing changed. [`DropReason::UnexpectedStun`]: the peer claims the
    /// controlled role, which it cannot have; answered with 487.
    pub(super) fn handle_binding(
        &mut self,
        tuple: Tuple,
        request: &BindingRequest<'_>,
        now: Instant,
        out: &mut TransmitQueue,
    ) -> Result<TupleChange, DropReason> {
        let current = request.local_ufrag() == self.credentials.ufrag.as_bytes();
        let credentials = match &self.former {
            Some(former) if !current => former,
            _ => &self.credentials,
        };
        if request.local_ufrag() != credentials.ufrag.as_bytes()
            || !request.is_authentic(&credentials.key)
        {
            return Err(DropReason::StunIntegrity);
        }
        if request.role() == Some(PeerRole::Controlled) {
            request.refuse_role(tuple, &credentials.key, out);
            return Err(DropReason::UnexpectedStun);
        }
        request.accept(tuple, &credentials.key, out);
        let mut change = self.add(tuple);
        if current {
            change.retired_ufrag = self.former.take().map(|former| former.ufrag);
        }
        self.follow(tuple, request);
        self.renew_consent(tuple, now);
        Ok(change)
    }

    /// Takes note of authenticated media from `tuple`: a validated path that the peer sends on is the one it uses.
    pub(super) fn handle_media(&mut self, tuple: Tuple) {
        if self.selected != Some(tuple) && self.accepts(&tuple) {
            self.select(tuple);
        }
    }

    /// Gives up `tuple`, which another transport's peer has authenticated.
    pub(super) fn forget(&mut self, tuple: &Tuple) {
        self.tuples.retain(|known| known != tuple);
        if self.selected.as_ref() == Some(tuple) {
            self.disconnect();
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        if self.consent_ends.is_some_and(|end| end <= now) {
            self.disconnect();
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.consent_ends
    }

    pub(super) fn poll_change(&mut self) -> Option<IceChange> {
        (!self.changes.is_empty()).then(|| self.changes.remove(0))
    }

    pub(super) fn close(&mut self) {
        self.selected = None;
        self.consent_ends = None;
        self.enter(IceState::Closed);
    }

    fn add(&mut self, tuple: Tuple) -> TupleChange {
        if self.tuples.contains(&tuple) {
            return TupleChange::default();
        }
        let evicted = self.make_room();
        self.tuples.push(tuple);
        TupleChange {
            added: true,
            evicted,
            retired_ufrag: None,
        }
    }

    fn make_room(&mut self) -> Option<Tuple> {
        if self.tuples.len() < MAX_TUPLES {
            return None;
        }
        let unused = |tuple: &Tuple| Some(*tuple) != self.selected;
        let oldest = self.tuples.iter().position(unused)?;
        Some(self.tuples.remove(oldest))
    }

    /// Selects what an authentic check on `tuple` asks for.
    fn follow(&mut self, tuple: Tuple, request: &BindingRequest<'_>) {
        if self.nominates(request) {
            self.select(tuple);
            self.enter(IceState::Completed);
        } else if self.selected.is_none() {
            self.select(tuple);
            self.enter(IceState::Connected);
        }
    }

    /// Whether `request` nominates its path. A renomination counts from the last value taken on (a check is
    /// repeated with its value); an older one is a check that was under way.
    fn nominates(&mut self, request: &BindingRequest<'_>) -> bool {
        let Some(value) = request.nomination() else {
            return request.use_candidate();
        };
        let newest = value >= self.nomination;
        if newest {
            self.nomination = value;
        }
        newest
    }

    fn select(&mut self, tuple: Tuple) {
        if self.selected != Some(tuple) {
            self.selected = Some(tuple);
            self.changes.push(IceChange::Selected(tuple));
        }
    }

    fn enter(&mut self, state: IceState) {
        if self.state != state {
            self.state = state;
            self.changes.push(IceChange::State(state));
        }
    }

    fn renew_consent(&mut self, tuple: Tuple, now: Instant) {
        if self.selected == Some(tuple) && !self.consent_timeout.is_zero() {
            self.consent_ends = now.checked_add(self.consent_timeout);
        }
    }

    fn disconnect(&mut self) {
        self.selected = None;
        self.consent_ends = None;
        self.nomination = 0;
        self.enter(IceState::Disconnected);
    }
}

impl Credentials {
    fn draw(rng: &mut ChaCha12Rng) -> Self {
        let password = ice_chars(rng);
        Self {
            ufrag: ice_chars(rng),
            key: IntegrityKey::new(&password),
            password,
        }
    }
}

/// 32 characters of RFC 8445's `ice-char`: 160 bits.
fn ice_chars(rng: &mut ChaCha12Rng) -> String {
    let mut random = [0; CREDENTIAL_LEN];
    rng.fill_bytes(&mut random);
    random.map(ice_char).iter().collect()
}

fn ice_char(random: u8) -> char {
    match random % 32 {
        letter @ 0..26 => char::from(b'a' + letter),
        digit => char::from(b'0' + (digit - 26)),
    }
}

/// mediasoup's value. RFC 8445 asks for four (s.5.3) and 22 characters at least.
const CREDENTIAL_LEN: usize = 32;
/// mediasoup's value (`MaxTuples`).
const MAX_TUPLES: usize = 8;
/// mediasoup's value.
const LOCAL_PREFERENCE_MAX: u32 = 10_000;
