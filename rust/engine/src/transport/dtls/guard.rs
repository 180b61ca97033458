//! What stands between the network and the DTLS library.
//!
//! ```text
//! record, epoch 0:  handshake -> reassembly -> whole messages in order -> library
//!                   ChangeCipherSpec -> held until the keys are there  -> library
//!                   alert, data -> dropped: anybody could have sent it
//! record, epoch 1:  held until the keys are there, the last few        -> library
//! ```
//!
//! The library sees one record a message, so its own reassembly, which is cubic and recursive, has nothing to do; and it
//! never has to keep a record for later, which it would do without limit.

use std::{collections::VecDeque, time::Instant};

use bytes::BytesMut;

use super::{
    handshaker::{Failure, Handshaker, Progress},
    reassembly::{Fragment, Message, Reassembler},
    record::{ContentType, Record, plain_record},
};
use crate::{error::DropReason, transport::srtp::SrtpProfile};

/// Why a record went no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// By the guard.
    Guard,
    /// By the library.
    Library(Failure),
}

impl Refusal {
    pub(super) fn reason(self) -> DropReason {
        match self {
            Self::Guard => DropReason::DtlsGuard,
            Self::Library(Failure::Panic) => DropReason::Internal,
            Self::Library(_) => DropReason::Dtls,
        }
    }
}

/// One association behind its guard.
pub(super) struct Guarded {
    library: Box<dyn Handshaker>,
    messages: Reassembler,
    /// The sequence number of the next epoch-0 record for the library.
    sequence: u64,
    change_cipher_spec: ChangeCipherSpec,
    /// Epoch-1 records that came before the keys, oldest first.
    early: VecDeque<Vec<u8>>,
    complete: bool,
    /// Epoch-1 handshake records since the handshake was complete.
    late_handshake: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ChangeCipherSpec {
    Awaited,
    Held,
    HandedOver,
}

impl Guarded {
    /// Guards an association whose next handshake message is number `next`.
    pub(super) fn new(library: Box<dyn Handshaker>, next: u16) -> Self {
        Self {
            library,
            messages: Reassembler::starting_at(next),
            sequence: 0,
            change_cipher_spec: ChangeCipherSpec::Awaited,
            early: VecDeque::new(),
            complete: false,
            late_handshake: 0,
        }
    }

    /// Takes a fragment of a handshake message of epoch 0. One that was handed over before is a retransmission, and
    /// needs no answer but the timer's.
    pub(super) fn handle_fragment(
        &mut self,
        fragment: &Fragment<'_>,
        now: Instant,
    ) -> Result<Progress, Refusal> {
        if self.messages.is_repeated(fragment) {
            return Ok(Progress::Running);
        }
        if self.complete || !self.messages.add(fragment) {
            return Err(Refusal::Guard);
        }
        let mut progress = Progress::Running;
        while let Some(message) = self.messages.poll() {
            progress = later(progress, self.hand_over(&message, now)?);
        }
        Ok(later(progress, self.release(now)?))
    }

    /// Takes any other record than a handshake record of epoch 0.
    pub(super) fn handle_record(
        &mut self,
        record: &Record<'_>,
        now: Instant,
    ) -> Result<Progress, Refusal> {
        match (record.epoch, record.kind) {
            (0, ContentType::ChangeCipherSpec) if !self.complete => self.hold_change_cipher_spec(),
            (1, ContentType::Handshake) if self.complete => {
                self.late_handshake += 1;
                if self.late_handshake > MAX_LATE_HANDSHAKE || record.content.len() > MAX_FINISHED {
                    return Err(Refusal::Guard);
                }
                return self.read(record.whole, now);
            }
            (1, ContentType::Alert) if self.complete => return self.read(record.whole, now),
            (1, ContentType::Handshake | ContentType::Alert) if !self.complete => {
                self.hold_early(record)?;
            }
            _ => return Err(Refusal::Guard),
        }
        self.release(now)
    }

    /// Hands a whole message of epoch 0 to the library.
    pub(super) fn hand_over(
        &mut self,
        message: &Message,
        now: Instant,
    ) -> Result<Progress, Refusal> {
        let [_, length @ ..] = u32::try_from(message.body.len())
            .map_err(|_| Refusal::Guard)?
            .to_be_bytes();
        let number = message.message_seq.to_be_bytes();
        let header: [&[u8]; 5] = [&[message.kind], &length, &number, &[0; 3], &length];
        let content = [&header.concat()[..], &message.body];
        self.read_plain(ContentType::Handshake, &content, now)
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) -> Result<(), Failure> {
        self.library.handle_timeout(now)
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.library.poll_timeout()
    }

    pub(super) fn poll_transmit(&mut self) -> Option<BytesMut> {
        self.library.poll_transmit()
    }

    pub(super) fn srtp_keys(&self) -> Option<(SrtpProfile, Vec<u8>)> {
        self.library.srtp_keys()
    }

    pub(super) fn close(&mut self, now: Instant) {
        self.library.close(now);
    }

    /// Whether the peer has sent nothing but its first message.
    pub(super) fn is_at_first_message(&self) -> bool {
        self.messages.next_number() <= 1
    }

    fn hold_change_cipher_spec(&mut self) {
        if self.change_cipher_spec == ChangeCipherSpec::Awaited {
            self.change_cipher_spec = ChangeCipherSpec::Held;
        }
    }

    fn hold_early(&mut self, record: &Record<'_>) -> Result<(), Refusal> {
        if record.content.len() > MAX_FINISHED {
            return Err(Refusal::Guard);
        }
        if self.early.len() == MAX_EARLY {
            self.early.pop_front();
        }
        self.early.push_back(record.whole.to_vec());
        Ok(())
    }

    /// Hands over what was held, once the library can read it at once.
    fn release(&mut self, now: Instant) -> Result<Progress, Refusal> {
        let mut progress = Progress::Running;
        if !self.library.has_keys() {
            return Ok(progress);
        }
        if self.change_cipher_spec == ChangeCipherSpec::Held {
            self.change_cipher_spec = ChangeCipherSpec::HandedOver;
            progress = self.read_plain(ContentType::ChangeCipherSpec, &[&[1]], now)?;
        }
        if self.change_cipher_spec == ChangeCipherSpec::HandedOver {
            while let Some(record) = self.early.pop_front() {
                progress = later(progress, self.read(&record, now)?);
            }
        }
        Ok(progress)
    }

    fn read_plain(
        &mut self,
        kind: ContentType,
        content: &[&[u8]],
        now: Instant,
    ) -> Result<Progress, Refusal> {
        let record = plain_record(kind, self.sequence, content).ok_or(Refusal::Guard)?;
        self.sequence += 1;
        self.read(&record, now)
    }

    fn read(&mut self, record: &[u8], now: Instant) -> Result<Progress, Refusal> {
        let progress = self
            .library
            .handle_datagram(record, now)
            .map_err(Refusal::Library)?;
        self.complete |= progress == Progress::Complete;
        Ok(progress)
    }
}

/// Of two things that happened one after the other, the one that counts.
fn later(before: Progress, after: Progress) -> Progress {
    match after {
        Progress::Running => before,
        Progress::Complete | Progress::Closed => after,
    }
}

/// Finished and an alert, each twice.
const MAX_EARLY: usize = 4;
/// An encrypted Finished or alert takes 80 bytes at most.
const MAX_FINISHED: usize = 256;
/// A peer that does not get our last flight repeats its own: more often than this nobody tries.
const MAX_LATE_HANDSHAKE: usize = 32;
