//! Generic negative acknowledgements (RFC 4585 s.6.2.1).

use super::{TRANSPORT_FEEDBACK, writer::CompoundWriter};
use crate::{ids::Ssrc, rtp::Cursor};

/// Asks for packets again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Nack<'a> {
    pub(crate) media_ssrc: Ssrc,
    entries: &'a [[u8; 4]],
}

/// A lost packet (PID), and which of the 16 after it are lost, too (BLP).
#[derive(Debug, Clone, Copy)]
struct Entry {
    first: u16,
    following: u16,
}

impl<'a> Nack<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let (_sender, rest) = body.split_first_chunk::<4>()?;
        let (media_ssrc, entries) = rest.split_first_chunk()?;
        let (entries, rest) = entries.as_chunks();
        (rest.is_empty() && !entries.is_empty()).then_some(Self {
            media_ssrc: Ssrc(u32::from_be_bytes(*media_ssrc)),
            entries,
        })
    }

    /// What is asked for, in the order of the entries.
    pub(crate) fn sequences(&self) -> impl Iterator<Item = u16> + 'a {
        self.entries
            .iter()
            .flat_map(|entry| Entry::parse(*entry).sequences())
    }
}

impl Entry {
    fn new(first: u16) -> Self {
        Self {
            first,
            following: 0,
        }
    }

    fn parse([p0, p1, b0, b1]: [u8; 4]) -> Self {
        Self {
            first: u16::from_be_bytes([p0, p1]),
            following: u16::from_be_bytes([b0, b1]),
        }
    }

    fn sequences(self) -> impl Iterator<Item = u16> {
        let following = (0..16)
            .filter(move |bit| self.following >> bit & 1 == 1)
            .map(move |bit| self.first.wrapping_add(bit + 1));
        std::iter::once(self.first).chain(following)
    }

    /// Takes `sequence` in, if it can.
    fn accept(&mut self, sequence: u16) -> bool {
        let distance = sequence.wrapping_sub(self.first);
        if (1..=16).contains(&distance) {
            self.following |= 1 << (distance - 1);
        }
        distance <= 16
    }

    fn write(self, cursor: &mut Cursor<'_>) -> Option<()> {
        cursor.put(&self.first.to_be_bytes())?;
        cursor.put(&self.following.to_be_bytes())
    }
}

impl CompoundWriter<'_> {
    /// Appends a request for `sequences`, oldest first; whether it fitted. Nothing is written if
    /// there are none.
    pub(crate) fn nack(
        &mut self,
        sender: Ssrc,
        media: Ssrc,
        sequences: impl IntoIterator<Item = u16>,
    ) -> bool {
        self.part(TRANSPORT_FEEDBACK, FORMAT.into(), |cursor| {
            cursor.put(&sender.0.to_be_bytes())?;
            cursor.put(&media.0.to_be_bytes())?;
            write_entries(cursor, sequences.into_iter())
        })
    }
}

fn write_entries(cursor: &mut Cursor<'_>, mut sequences: impl Iterator<Item = u16>) -> Option<()> {
    let mut entry = Entry::new(sequences.next()?);
    for sequence in sequences {
        if !entry.accept(sequence) {
            entry.write(cursor)?;
            entry = Entry::new(sequence);
        }
    }
    entry.write(cursor)
}

pub(super) const FORMAT: u8 = 1;
